//! What comes out of a path is what was asked of it, within 2 %.

use std::time::Duration;

use proptest::{prelude::*, test_runner::RngSeed};
use yunzhen_netem::{Burst, CoDel, Config, Discipline, Loss, Outage, Path, Rate, Trace};

const MS: Duration = Duration::from_millis(1);

/// Sends `count` packets of `size`, `gap` apart; returns each arrival as (number, sent, arrived).
fn run(config: Config, count: u64, size: usize, gap: Duration) -> (Vec<(u64, Duration, Duration)>, Path<u64>) {
    let mut path = Path::new(config, 42);
    let mut arrivals = Vec::new();
    for number in 0..count {
        path.send(gap * number as u32, size, number);
    }
    while let Some(at) = path.poll_timeout() {
        while let Some(number) = path.poll(at) {
            arrivals.push((number, gap * number as u32, at));
        }
    }
    (arrivals, path)
}

fn near(measured: f64, wanted: f64) {
    assert!((measured / wanted - 1.0).abs() < 0.02, "measured {measured}, wanted {wanted}");
}

fn arrived_bps(arrivals: &[(u64, Duration, Duration)], size: usize) -> f64 {
    let time = arrivals.last().expect("arrivals").2 - arrivals[0].2;
    (arrivals.len() - 1) as f64 * size as f64 * 8.0 / time.as_secs_f64()
}

#[test]
fn rate_is_the_bottlenecks() {
    let config = Config { rate: Rate::BitsPerSecond(2_000_000), queue_bytes: 30_000, ..Config::default() };
    let (arrivals, path) = run(config, 20_000, 1200, MS);
    near(arrived_bps(&arrivals, 1200), 2e6);
    assert!(path.counters().overflowed > 0);
    let longest = arrivals.iter().map(|(_, sent, arrived)| *arrived - *sent).max().expect("arrivals");
    near(longest.as_secs_f64(), 30_000.0 * 8.0 / 2e6);
}

#[test]
fn rate_is_the_traces() {
    let trace = Trace::generate(3, 3e6, 0.6, Duration::from_secs(21));
    let mean = trace.mean_bps();
    let config = Config { rate: Rate::Trace(trace), ..Config::default() };
    let (arrivals, _) = run(config, 60_000, 1500, MS);
    near(arrived_bps(&arrivals, 1500), mean);
}

#[test]
fn recorded_traces_are_read_where_they_are_present() {
    let Ok(text) = std::fs::read_to_string("/work/shared/traces/verizon-lte-short.up") else { return };
    near(Trace::parse(&text).expect("trace").mean_bps(), 5.95e6);
}

#[test]
fn delay_and_jitter_are_as_asked() {
    let config = Config { delay: 50 * MS, jitter: 10 * MS, ..Config::default() };
    let (arrivals, _) = run(config, 20_000, 1200, 20 * MS);
    let mean = arrivals.iter().map(|(_, sent, arrived)| (*arrived - *sent).as_secs_f64()).sum::<f64>() / 20_000.0;
    near(mean, 0.055);
    assert!(arrivals.windows(2).all(|two| two[0].0 < two[1].0), "jitter alone does not reorder");
}

#[test]
fn loss_is_as_asked_even_and_in_bursts() {
    for (loss, share) in [(Loss::Random(0.03), 0.03), (Loss::Burst(Burst::of(0.05, 8.0)), 0.05)] {
        let (arrivals, path) = run(Config { loss, ..Config::default() }, 2_000_000, 100, MS);
        near(path.counters().lost as f64 / 2e6, share);
        assert_eq!(arrivals.len() as u64 + path.counters().lost, 2_000_000);
    }
    near(Burst::of(0.05, 8.0).share(), 0.05);
    let (arrivals, path) =
        run(Config { loss: Loss::Burst(Burst::of(0.05, 8.0)), ..Config::default() }, 500_000, 100, MS);
    let bursts = arrivals.windows(2).filter(|two| two[1].0 > two[0].0 + 1).count();
    assert!((path.counters().lost as f64 / bursts as f64 - 8.0).abs() < 0.5);
}

#[test]
fn reordering_and_duplication_are_as_asked() {
    let config = Config { reorder: 0.05, duplicate: 0.02, ..Config::default() };
    let (arrivals, path) = run(config, 500_000, 100, 5 * MS);
    near(path.counters().duplicated as f64 / 5e5, 0.02);
    let overtaken = arrivals.windows(2).filter(|two| two[1].0 < two[0].0).count();
    assert!(overtaken > 15_000, "{overtaken}");
}

#[test]
fn nothing_leaves_during_an_outage() {
    let outage = Outage { from: 100 * MS, to: 600 * MS };
    for rate in [Rate::Unlimited, Rate::BitsPerSecond(10_000_000), Rate::Trace(Trace::generate(1, 1e7, 0.0, 7000 * MS))]
    {
        let config = Config { rate, outages: vec![outage], ..Config::default() };
        let (arrivals, _) = run(config, 1000, 1000, 2 * MS);
        assert!(arrivals.iter().all(|(_, _, at)| *at < outage.from || *at >= outage.to));
        assert_eq!(arrivals.len(), 1000, "the queue holds what waits");
    }
}

proptest! {
    #[test]
    fn nothing_is_invented_and_nothing_arrives_early(
        seed in any::<u64>(),
        loss in 0.0..0.5f64,
        reorder in 0.0..0.5f64,
        duplicate in 0.0..0.5f64,
        delay in 0u64..100,
        rate in 10_000u64..10_000_000,
        sizes in proptest::collection::vec(1usize..1500, 1..200),
    ) {
        let config = Config {
            rate: Rate::BitsPerSecond(rate),
            queue_bytes: 20_000,
            delay: Duration::from_millis(delay),
            loss: Loss::Random(loss),
            reorder,
            duplicate,
            ..Config::default()
        };
        let play = || {
            let mut path = Path::new(config.clone(), seed);
            let mut arrivals = Vec::new();
            for (number, size) in sizes.iter().enumerate() {
                path.send(MS * number as u32, *size, number);
            }
            while let Some(at) = path.poll_timeout() {
                while let Some(number) = path.poll(at) {
                    arrivals.push((number, at));
                }
            }
            (arrivals, path.counters())
        };
        let (arrivals, counters) = play();
        prop_assert_eq!(&play().0, &arrivals, "the seed decides");
        prop_assert_eq!(counters.delivered, counters.sent - counters.lost - counters.overflowed + counters.duplicated);
        for (number, at) in arrivals {
            prop_assert!(at >= MS * number as u32 + Duration::from_millis(delay));
        }
    }
}

#[test]
fn what_waits_meets_the_new_rate() {
    let rate = |bps| Config { rate: Rate::BitsPerSecond(bps), ..Config::default() };
    let mut path = Path::new(rate(8000), 1);
    for number in 0..3 {
        path.send(Duration::ZERO, 1000, number);
    }
    path.advance(250 * MS);
    path.reconfigure(rate(4000));
    path.advance(750 * MS);
    path.reconfigure(rate(80_000));
    let arrivals: Vec<_> = std::iter::from_fn(|| path.poll_arrival(5000 * MS)).map(|arrival| arrival.at).collect();
    assert_eq!(arrivals, [800 * MS, 900 * MS, 1000 * MS], "half of the first was sent at the old rates");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever rate, delay, jitter and loss are set: what is measured is within 2 % of them.
    #[test]
    fn what_is_set_is_what_is_measured(
        seed in any::<u64>(),
        rate in 100_000u64..20_000_000,
        delay in 20u64..300,
        jitter in 0u64..40,
        share in 0.05..0.2f64,
        burst in 1.0..2.0f64,
        codel in any::<bool>(),
    ) {
        let discipline = if codel { Discipline::CoDel(CoDel::default()) } else { Discipline::DropTail };
        let (delay, jitter) = (delay as u32 * MS, jitter as u32 * MS);
        let config = Config { rate: Rate::BitsPerSecond(rate), delay, jitter, discipline, ..Config::default() };
        let service = Duration::from_secs_f64(1000.0 * 8.0 / rate as f64);
        let play = |config: Config, gap: Duration, count: u32| {
            let mut path = Path::new(config, seed);
            let mut arrivals = Vec::new();
            for number in 0..count {
                path.send(gap * number, 1000, gap * number);
                arrivals.extend(path.poll_arrival(gap * number));
            }
            while let Some(at) = path.poll_timeout() {
                while let Some(arrival) = path.poll_arrival(at) {
                    arrivals.push(arrival);
                }
            }
            (arrivals, path.counters())
        };
        // Twice as much as fits: the rate.
        let (arrivals, _) = play(config.clone(), service / 2, 8000);
        let time = arrivals.last().expect("arrivals").at - arrivals[0].at;
        let measured = (arrivals.len() - 1) as f64 * 8000.0 / time.as_secs_f64();
        prop_assert!((measured / rate as f64 - 1.0).abs() < 0.02, "{} of {}", measured, rate);
        // Seldom: the delay, its own transmission and half of the jitter.
        let (arrivals, _) = play(config.clone(), service + jitter, 5000);
        let mean = arrivals.iter().map(|a| (a.at - a.packet).as_secs_f64()).sum::<f64>() / arrivals.len() as f64;
        let wanted = (delay + service + jitter / 2).as_secs_f64();
        prop_assert!((mean / wanted - 1.0).abs() < 0.02, "{} of {}", mean, wanted);
        // And the loss, of so many packets that chance itself stays well within 2 %.
        let count = (80_000.0 * burst / share) as u32;
        let (_, counters) = play(
            Config { loss: Loss::Burst(Burst::of(share, burst)), ..Config::default() },
            service,
            count,
        );
        let measured = counters.lost as f64 / f64::from(count);
        prop_assert!((measured / share - 1.0).abs() < 0.02, "{} of {}", measured, share);
    }
}
