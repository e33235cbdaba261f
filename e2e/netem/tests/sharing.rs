//! Several flows on one bottleneck: TCP fills it, shares it with its like, backs off for CoDel and for marks; far ways and new addresses are as asked.

use std::time::Duration;

use yunzhen_netem::{
    Address, Arrival, Change, CoDel, Config, Discipline, Ecn, Envelope, Link, LinkConfig, Path, Rate,
    tcp::{ACK, Browsing, Control, SEGMENT, Tcp},
};

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

fn bottleneck(rate: u64, queue: Duration, discipline: Discipline) -> Config {
    let queue_bytes = (rate as f64 / 8.0 * queue.as_secs_f64()) as usize;
    Config { rate: Rate::BitsPerSecond(rate), queue_bytes, discipline, delay: 25 * MS, ..Config::default() }
}

/// What endless transfers over one bottleneck got, in bits per second, and how long their packets waited at the median.
fn compete(
    config: Config,
    flows: &[(Control, Ecn, Duration)],
    time: Duration,
) -> (Vec<f64>, Duration, Path<(usize, u64)>) {
    let mut senders: Vec<Tcp> = flows.iter().map(|(control, ..)| Tcp::new(*control, None)).collect();
    let mut forward = Path::new(config, 7);
    let mut back = Path::new(Config { delay: 25 * MS, ..Config::default() }, 8);
    let (mut now, mut waits, mut warm) = (Duration::ZERO, Vec::new(), vec![0; flows.len()]);
    while now < time {
        for (index, sender) in senders.iter_mut().enumerate() {
            while let Some(number) = sender.poll_transmit(now) {
                let (_, ecn, further) = flows[index];
                forward.put(now, Envelope { size: SEGMENT, ecn, further }, (index, number));
            }
        }
        let timeouts = senders.iter().filter_map(Tcp::poll_timeout);
        let next = timeouts.chain(forward.poll_timeout()).chain(back.poll_timeout()).min().expect("something happens");
        if now < time / 4 && next >= time / 4 {
            warm = senders.iter().map(Tcp::acknowledged_bytes).collect();
            waits.clear();
        }
        now = next.max(now);
        senders.iter_mut().for_each(|sender| sender.on_timeout(now));
        while let Some(arrival) = forward.poll_arrival(now) {
            waits.push(arrival.waited);
            let (index, _) = arrival.packet;
            back.put(now, Envelope { further: flows[index].2, ..Envelope::of(ACK) }, (arrival.packet, arrival.ecn));
        }
        while let Some(((index, number), ecn)) = back.poll(now) {
            senders[index].on_ack(now, number, ecn);
        }
    }
    waits.sort_unstable();
    let measured = (time - time / 4).as_secs_f64();
    let rates =
        senders.iter().zip(warm).map(|(sender, warm)| (sender.acknowledged_bytes() - warm) as f64 * 8.0 / measured);
    (rates.collect(), waits[waits.len() / 2], forward)
}

#[test]
fn a_transfer_fills_its_bottleneck() {
    for control in [Control::Reno, Control::Cubic] {
        let config = bottleneck(4_000_000, 200 * MS, Discipline::DropTail);
        let (rates, wait, path) = compete(config, &[(control, Ecn::NotEct, Duration::ZERO)], 60 * S);
        assert!((rates[0] / 4e6 - 1.0).abs() < 0.02, "{control:?}: {rates:?}");
        assert!(wait > 100 * MS, "and its queue: {wait:?}");
        assert!(path.counters().overflowed > 0);
    }
}

#[test]
fn equal_transfers_share_evenly_and_the_near_one_gets_more() {
    let run = |further| {
        let flows = [(Control::Reno, Ecn::NotEct, Duration::ZERO), (Control::Reno, Ecn::NotEct, further)];
        compete(bottleneck(4_000_000, 100 * MS, Discipline::DropTail), &flows, 240 * S).0
    };
    let (even, far) = (run(Duration::ZERO), run(150 * MS));
    assert!((0.6..1.67).contains(&(even[0] / even[1])), "{even:?}");
    assert!(far[0] > 1.5 * far[1], "{far:?}");
}

#[test]
fn codel_keeps_the_wait_short_and_marks_who_may_be_marked() {
    let codel = Discipline::CoDel(CoDel::default());
    let (rates, wait, dropping) =
        compete(bottleneck(8_000_000, 500 * MS, codel), &[(Control::Reno, Ecn::NotEct, Duration::ZERO)], 60 * S);
    assert!(rates[0] > 0.8 * 8e6, "{rates:?}");
    assert!(wait < 20 * MS, "{wait:?}");
    assert!(dropping.counters().dropped > 0 && dropping.counters().marked == 0);
    let (rates, wait, marking) =
        compete(bottleneck(8_000_000, 500 * MS, codel), &[(Control::Reno, Ecn::Ect0, Duration::ZERO)], 60 * S);
    assert!(rates[0] > 0.8 * 8e6, "{rates:?}");
    assert!(wait < 20 * MS, "{wait:?}");
    assert!(marking.counters().marked > 0);
    let counters = marking.counters();
    assert_eq!(counters.dropped + counters.overflowed, 0, "nothing is lost: {counters:?}");
}

#[test]
fn browsing_downloads_between_idle_times() {
    let mut browsing = Browsing::new(Control::Cubic, 3, true, Duration::ZERO);
    let mut path = Path::new(bottleneck(2_000_000, 200 * MS, Discipline::DropTail), 1);
    let (mut now, mut busy) = (Duration::ZERO, Vec::new());
    while now < 300 * S {
        while let Some(number) = browsing.poll_transmit(now) {
            path.send(now, SEGMENT, number);
            busy.push(now);
        }
        now = [path.poll_timeout(), browsing.poll_timeout()].into_iter().flatten().min().expect("it goes on").max(now);
        browsing.on_timeout(now);
        while let Some(Arrival { packet, ecn, .. }) = path.poll_arrival(now) {
            browsing.on_ack(now, packet, ecn);
        }
    }
    let transfers = 1 + busy.windows(2).filter(|two| two[1] - two[0] > S).count();
    assert!((12..40).contains(&transfers), "{transfers}");
    let mean = browsing.acknowledged_bytes() as f64 / transfers as f64;
    assert!((350e3..750e3).contains(&mean), "{mean}");
}

#[test]
fn a_flows_further_way_is_added_and_reorders_only_between_flows() {
    let mut path = Path::new(Config { delay: 10 * MS, ..Config::default() }, 1);
    path.put(Duration::ZERO, Envelope { further: 90 * MS, ..Envelope::of(100) }, "far");
    path.put(5 * MS, Envelope::of(100), "near");
    let arrivals: Vec<_> =
        std::iter::from_fn(|| path.poll_arrival(S)).map(|arrival| (arrival.packet, arrival.at)).collect();
    assert_eq!(arrivals, [("near", 15 * MS), ("far", 100 * MS)]);
}

#[test]
fn an_old_address_dies_and_a_new_one_lives_after_the_blackout() {
    let slow = Config { rate: Rate::BitsPerSecond(80_000), delay: 50 * MS, ..Config::default() };
    let far = Config { delay: 50 * MS, ..Config::default() };
    let timeline = vec![(S, Change::Address { blackout: 500 * MS })];
    let mut link = Link::new(LinkConfig { up: slow, down: far, timeline }, 1);
    let packet = Envelope::of(1000);
    assert_eq!(link.address(Duration::ZERO), Some(Address(0)));
    for number in 0..3 {
        // Each takes 100 ms to send: the third still waits when the address dies.
        link.send_up(850 * MS, packet, number);
    }
    link.send_down(980 * MS, Address(0), packet, 10);
    assert_eq!(link.address(1200 * MS), None);
    link.send_up(1200 * MS, packet, 3);
    link.send_up(1500 * MS, packet, 4);
    link.send_down(1500 * MS, Address(0), packet, 11);
    link.send_down(1500 * MS, Address(1), packet, 12);
    let up: Vec<_> = std::iter::from_fn(|| link.poll_up(2 * S)).map(|arrival| arrival.packet).collect();
    assert_eq!(up, [(Address(0), 0), (Address(1), 4)]);
    let down: Vec<_> = std::iter::from_fn(|| link.poll_down(2 * S)).map(|arrival| arrival.packet).collect();
    assert_eq!(down, [12]);
    assert_eq!((link.counters().unreachable, link.counters().stale, link.up().counters().flushed), (1, 2, 2));
}
