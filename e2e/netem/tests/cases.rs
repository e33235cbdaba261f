//! Every named case is what its name says.

use std::time::Duration;

use yunzhen_netem::{
    Change, Config, Loss, Path, Rate, Trace,
    cases::{Case, Direction, Traffic, case, names},
};

const S: Duration = Duration::from_secs(1);

fn of(name: &str, seed: u64) -> Case {
    case(name, seed).unwrap_or_else(|| panic!("no case {name}"))
}

/// Megabits per second that each second of the way up could carry, changes of the timeline included.
fn capacities(case: &Case) -> Vec<f64> {
    let link = &case.links[0];
    let seconds = case.length.as_secs() as u32;
    (0..seconds)
        .map(|second| {
            let (from, to) = (S * second, S * (second + 1));
            let changed = link.timeline.iter().rev().find_map(|(at, change)| match change {
                Change::Up(config) if *at <= from => Some(config),
                _ => None,
            });
            let config = changed.unwrap_or(&link.up);
            config.rate.capacity_bits(&config.outages, from, to).expect("a bottleneck") / 1e6
        })
        .collect()
}

/// Runs of one value: (first second, value).
fn runs(capacities: &[f64]) -> Vec<(usize, f64)> {
    let mut runs: Vec<(usize, f64)> = Vec::new();
    for (second, capacity) in capacities.iter().enumerate() {
        if runs.last().is_none_or(|(_, last)| (last - capacity).abs() > 1e-6) {
            runs.push((second, *capacity));
        }
    }
    runs
}

#[test]
fn names_are_unique_and_each_seed_gives_the_same_case_again() {
    let all: Vec<_> = names().collect();
    let unique: std::collections::BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
    assert_eq!(unique.len(), all.len());
    for (name, source) in all {
        assert!(source.starts_with("RFC 88") || source.starts_with("our own"), "{name}: {source}");
        let case = of(name, 1);
        assert_eq!(case, of(name, 1), "{name}");
        assert_eq!(case.name, name);
        assert!(!case.media.is_empty() && !case.links.is_empty());
        assert!(case.media.iter().all(|flow| flow.start < flow.end && flow.end <= case.length), "{name}");
        for link in &case.links {
            assert!(link.timeline.windows(2).all(|two| two[0].0 <= two[1].0), "{name}: in order");
        }
    }
    assert_eq!(case("no-such-case", 1), None);
}

#[test]
fn rfc_8867_capacities_are_the_tables_of_the_rfc() {
    assert_eq!(runs(&capacities(&of("8867-5.1-variable-50ms", 1))), [(0, 1.0), (40, 2.5), (60, 0.6), (80, 1.0)]);
    let two = of("8867-5.2-variable-two", 1);
    assert_eq!(runs(&capacities(&two)), [(0, 4.0), (25, 2.0), (50, 3.5), (75, 1.0), (100, 2.0)]);
    assert_eq!((two.media.len(), two.length), (2, 125 * S));
    assert_eq!(runs(&capacities(&of("8867-5.3-feedback", 1))), [(0, 2.0), (20, 1.0), (40, 0.5), (60, 2.0)]);
    assert_eq!(runs(&capacities(&of("8867-5.4-competing", 1))), [(0, 3.5)]);
    for (name, delay) in [("8867-5.1-variable-50ms", 50), ("8867-5.1-variable-100ms", 100)] {
        assert_eq!(of(name, 1).links[0].up.delay, Duration::from_millis(delay));
    }
}

#[test]
fn rfc_8867_flows_are_those_of_the_rfc() {
    let starts = |name: &str| of(name, 1).media.iter().map(|flow| flow.start.as_secs()).collect::<Vec<_>>();
    assert_eq!(starts("8867-5.4-competing"), [0, 20, 40]);
    assert_eq!(starts("8867-5.5-round-trips"), [0, 10, 20, 30, 40]);
    let fairness = of("8867-5.5-round-trips", 1);
    let delays = fairness.media.iter().map(|flow| (fairness.links[0].up.delay + flow.further).as_millis());
    assert_eq!(delays.collect::<Vec<_>>(), [10, 25, 50, 100, 150]);
    let feedback = of("8867-5.3-feedback", 1);
    assert_eq!(feedback.media.iter().map(|flow| flow.direction).collect::<Vec<_>>(), [Direction::Up, Direction::Down]);
    for (name, queue) in [("8867-5.6-long-tcp-300ms", 75_000), ("8867-5.6-long-tcp-1000ms", 250_000)] {
        let case = of(name, 1);
        assert!(matches!(&case.traffic[..], [Traffic::Long(..)]));
        assert_eq!((case.links[0].up.queue_bytes, case.media[0].start), (queue, 5 * S));
    }
    let short = of("8867-5.7-short-tcp", 1);
    let on = short.traffic.iter().filter(|traffic| matches!(traffic, Traffic::Short { begins_on: true, .. })).count();
    assert_eq!((short.traffic.len(), on, short.media.len()), (10, 2, 2));
    let pause = of("8867-5.8-pause", 1);
    let on = [39, 40, 59, 60].map(|second| pause.media[1].is_on(S * second));
    assert_eq!(on, [true, false, false, true]);
}

#[test]
fn rural_morning_changes_tenfold_within_seconds_between_its_bounds() {
    for seed in 1..=3 {
        let case = of("rural-morning", seed);
        let capacities = capacities(&case);
        let (least, most) = capacities.iter().fold((f64::MAX, 0.0f64), |(low, high), c| (low.min(*c), high.max(*c)));
        assert!((0.3..0.6).contains(&least) && (2.5..=5.0).contains(&most), "seed {seed}: {least}–{most}");
        let steepest = capacities.windows(12).map(|window| {
            let (low, high) = window.iter().fold((f64::MAX, 0.0f64), |(low, high), c| (low.min(*c), high.max(*c)));
            high / low
        });
        let steepest = steepest.fold(0.0, f64::max);
        assert!(steepest > 6.0, "seed {seed}: {steepest}");
        assert!(matches!(case.links[0].up.loss, Loss::Burst(burst) if (burst.share() - 0.03).abs() < 1e-9));
    }
    assert_ne!(of("rural-morning", 1), of("rural-morning", 2));
}

#[test]
fn a_tunnel_is_three_seconds_of_nothing_both_ways() {
    let case = of("tunnel-3s", 5);
    let dark = capacities(&case).iter().filter(|capacity| **capacity < 0.001).count();
    assert!((6..=9).contains(&dark), "three times two to three whole seconds: {dark}");
    let link = &case.links[0];
    assert_eq!(link.up.outages, link.down.outages);
    assert!(link.up.outages.iter().all(|outage| outage.to - outage.from == 3 * S));
}

#[test]
fn handover_changes_rate_delay_and_address() {
    let case = of("handover", 2);
    let capacities = capacities(&case);
    assert_eq!([10, 40, 70, 95, 110].map(|second: usize| capacities[second]), [4.0, 1.5, 0.4, 1.8, 1.2]);
    let addresses =
        case.links[0].timeline.iter().filter(|(_, change)| matches!(change, Change::Address { .. })).count();
    assert_eq!(addresses, 3);
}

#[test]
fn the_better_of_two_links_dies() {
    let case = of("dual-one-dying", 1);
    let capacities = capacities(&case);
    assert_eq!(case.links.len(), 2);
    assert!(capacities[..40].iter().sum::<f64>() / 40.0 > 2.0);
    assert!(capacities[51..].iter().all(|capacity| *capacity == 0.0));
    assert_eq!(case.links[1].up.rate, Rate::BitsPerSecond(1_000_000));
}

#[test]
fn steady_cases_are_steady() {
    for (name, rate) in [("uplink-150k", 0.15), ("steady-1m", 1.0), ("steady-3m", 3.0), ("lossy-10", 2.0)] {
        assert_eq!(runs(&capacities(&of(name, 1))), [(0, rate)], "{name}");
    }
}

#[test]
fn faster_means_that_shadows_come_and_go_sooner() {
    let memory = |name: &str| {
        let shares = (1..=8).map(|seed| {
            let capacities = capacities(&of(name, seed));
            let mean = capacities.iter().sum::<f64>() / capacities.len() as f64;
            let variance = capacities.iter().map(|c| (c - mean).powi(2)).sum::<f64>();
            let together = capacities.windows(2).map(|two| (two[0] - mean) * (two[1] - mean)).sum::<f64>();
            together / variance
        });
        shares.sum::<f64>() / 8.0
    };
    let (foot, village, road) = (
        memory("8869-3.2-bad-coverage-3kmh"),
        memory("8869-3.2-bad-coverage-30kmh"),
        memory("8869-3.2-bad-coverage-120kmh"),
    );
    assert!(foot > village && village > road + 0.1, "{foot} {village} {road}");
}

#[test]
fn cells_and_wifi_stay_where_a_picture_must_adapt() {
    for (name, low, high) in
        [("8869-3.1-load", 0.7, 4.0), ("8869-3.2-bad-coverage-30kmh", 0.4, 3.0), ("8869-4.2-wifi-multi-rate", 0.7, 4.0)]
    {
        let means = (1..=10).map(|seed| {
            let capacities = capacities(&of(name, seed));
            capacities.iter().sum::<f64>() / capacities.len() as f64
        });
        let mean = means.sum::<f64>() / 10.0;
        assert!((low..high).contains(&mean), "{name}: {mean}");
    }
}

/// What is promised of a schedule is what a saturated path carries.
#[test]
fn measured_capacity_of_every_case_is_the_promised() {
    for (name, _) in names() {
        let case = of(name, 1);
        let up = &case.links[0].up;
        let until = case.links[0].timeline.iter().map(|(at, _)| *at).min().unwrap_or(case.length).min(case.length);
        let promised = up.rate.capacity_bits(&up.outages, Duration::ZERO, until).expect("a bottleneck");
        let config = Config { loss: Loss::None, delay: Duration::ZERO, jitter: Duration::ZERO, ..up.clone() };
        let mut path = Path::new(config, 1);
        let (mut bits, mut now) = (0.0, Duration::ZERO);
        while now < until {
            path.send(now, 1200, ());
            now += Duration::from_micros(500);
            while path.poll(now).is_some() {
                bits += 9600.0;
            }
        }
        assert!((bits / promised - 1.0).abs() < 0.02, "{name}: {bits} of {promised}");
    }
}

#[test]
fn a_trace_carries_small_packets_by_bytes() {
    let trace = Trace::generate(2, 2e6, 0.5, 21 * S);
    let mean = trace.mean_bps();
    let mut path = Path::new(Config { rate: Rate::Trace(trace), ..Config::default() }, 1);
    let (mut bytes, mut now) = (0u64, Duration::ZERO);
    while now < 42 * S {
        path.send(now, 160, ());
        now += Duration::from_micros(300);
        while path.poll(now).is_some() {
            bytes += 160;
        }
    }
    let measured = bytes as f64 * 8.0 / 42.0;
    assert!((measured / mean - 1.0).abs() < 0.02, "{measured} of {mean}");
}
