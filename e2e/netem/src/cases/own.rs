//! Our own: what a nursing home in the country has. Issue 5, "The link, first".

use super::*;
use crate::{
    codel::CoDel,
    link::Change,
    loss::{Burst, Loss},
    path::Discipline,
    radio::Wander,
    rate::Outage,
    rng::Rng,
};

const LENGTH: Duration = Duration::from_secs(120);

/// The way down of all of them: wider, steady.
fn down(delay: Duration) -> Config {
    Config { jitter: 5 * MS, ..steady(8_000_000, delay, 200 * MS) }
}

fn link(up: Config) -> LinkConfig {
    LinkConfig { down: down(up.delay), up, timeline: Vec::new() }
}

/// 0.3 to 5 Mbit/s, tenfold within seconds; 3 % loss in bursts of 6; a round trip of 120 to 200 ms and what the deep queue adds.
pub(super) fn rural_morning(name: &str, seed: u64) -> Case {
    let wander = Wander { median_bps: 1.2e6, deviation: 0.8, memory: 3 * S, bounds: (0.3e6, 5e6) };
    let up = Config {
        rate: wander.rate(seed, LENGTH),
        queue_bytes: 200_000,
        delay: 60 * MS,
        jitter: 40 * MS,
        loss: Loss::Burst(Burst::of(0.03, 6.0)),
        ..Config::default()
    };
    one_up(name, LENGTH, link(up))
}

/// 5G falls back to LTE, to HSPA+, and LTE comes again: each time a silence, a new delay and rate, and between networks a new address.
pub(super) fn handover(name: &str, seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let radio = |rate, delay| Config { jitter: 15 * MS, ..steady(rate, delay, 800 * MS) };
    let mut timeline = Vec::new();
    let mut falls_back = |second: f64, rate, delay, address: bool| {
        let at = S.mul_f64(second + rng.between(0.0, 2.0));
        let silence = Duration::from_secs_f64(rng.between(0.15, 0.5));
        let mut up = radio(rate, delay);
        up.outages = vec![Outage { from: at, to: at + silence }];
        let mut down = down(delay);
        down.outages = up.outages.clone();
        timeline.extend([(at, Change::Up(up)), (at, Change::Down(down))]);
        if address {
            timeline.push((at, Change::Address { blackout: silence }));
        }
    };
    falls_back(25.0, 1_500_000, 50 * MS, true);
    falls_back(50.0, 400_000, 120 * MS, true);
    falls_back(80.0, 1_800_000, 50 * MS, true);
    falls_back(100.0, 1_200_000, 55 * MS, false);
    let link = LinkConfig { up: radio(4_000_000, 35 * MS), down: down(35 * MS), timeline };
    one_up(name, LENGTH, link)
}

/// 2 Mbit/s, and nothing for 3 s around 30, 60 and 90 s.
pub(super) fn tunnel(name: &str, seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let outages: Vec<Outage> = [30, 60, 90]
        .map(|second| S * second + S.mul_f64(rng.between(0.0, 3.0)))
        .map(|from| Outage { from, to: from + 3 * S })
        .to_vec();
    let up = Config { outages: outages.clone(), jitter: 15 * MS, ..steady(2_000_000, 50 * MS, 500 * MS) };
    let mut link = link(up);
    link.down.outages = outages;
    one_up(name, LENGTH, link)
}

/// 5G of 3 Mbit/s and a wire of 1 Mbit/s at once; at 40 s 5G begins to fail, and from 50 s on it is gone.
pub(super) fn dual_one_dying(name: &str, seed: u64) -> Case {
    let wander = Wander { median_bps: 3e6, deviation: 0.3, memory: 3 * S, bounds: (1e6, 5e6) };
    let radio = |rate| Config { rate, queue_bytes: 200_000, delay: 40 * MS, jitter: 15 * MS, ..Config::default() };
    let mut first = link(radio(wander.rate(seed, LENGTH)));
    let failing = Config { loss: Loss::Burst(Burst::of(0.2, 10.0)), ..radio(Rate::BitsPerSecond(300_000)) };
    let gone = Rate::BitsPerSecond(0);
    first.timeline = vec![
        (40 * S, Change::Up(failing)),
        (50 * S, Change::Up(radio(gone.clone()))),
        (50 * S, Change::Down(radio(gone))),
    ];
    let second = link(Config { jitter: 5 * MS, ..steady(1_000_000, 30 * MS, 200 * MS) });
    Case { links: vec![first, second], ..one_up(name, LENGTH, LinkConfig::default()) }
}

/// 150 kbit/s, 2 % loss, 100 ms one way: the least on which a consultation is to be possible.
pub(super) fn uplink_150k(name: &str, _: u64) -> Case {
    let up = Config { loss: Loss::Random(0.02), jitter: 20 * MS, ..steady(150_000, 100 * MS, 1000 * MS) };
    one_up(name, LENGTH, link(up))
}

fn nothing_happens(name: &str, rate: u64) -> Case {
    one_up(name, 60 * S, link(Config { jitter: 10 * MS, ..steady(rate, 50 * MS, 500 * MS) }))
}

pub(super) fn steady_1m(name: &str, _: u64) -> Case {
    nothing_happens(name, 1_000_000)
}

pub(super) fn steady_3m(name: &str, _: u64) -> Case {
    nothing_happens(name, 3_000_000)
}

/// A modern queue: CoDel with the constants of RFC 8289, marking who takes part in ECN.
pub(super) fn steady_codel(name: &str, _: u64) -> Case {
    let mut case = nothing_happens(name, 3_000_000);
    case.links[0].up.discipline = Discipline::CoDel(CoDel::default());
    case
}

/// 2 Mbit/s, 10 % loss in bursts of 4.
pub(super) fn lossy(name: &str, _: u64) -> Case {
    let up =
        Config { loss: Loss::Burst(Burst::of(0.10, 4.0)), jitter: 20 * MS, ..steady(2_000_000, 60 * MS, 500 * MS) };
    one_up(name, 60 * S, link(up))
}
