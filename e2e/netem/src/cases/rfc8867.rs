//! RFC 8867, "Test Cases for Evaluating Congestion Control for Interactive Real-Time Media", section 5.
//!
//! Unless a case says otherwise (section 4.2): 4 Mbit/s both ways, 50 ms one way, up to 30 ms of jitter, drop-tail of 300 ms, no loss.

use super::*;
use crate::link::Change;

const QUEUE: Duration = Duration::from_millis(300);
const JITTER: Duration = Duration::from_millis(30);

fn path(rate: u64, delay: Duration) -> Config {
    Config { jitter: JITTER, ..steady(rate, delay, QUEUE) }
}

fn link(rate: u64, delay: Duration) -> LinkConfig {
    LinkConfig { up: path(rate, delay), down: path(rate, delay), timeline: Vec::new() }
}

/// Capacities from their seconds on. The queue stays 300 ms long.
fn varies(delay: Duration, direction: Direction, pattern: &[(u64, u64)]) -> Vec<(Duration, Change)> {
    let change = |rate| match direction {
        Direction::Up => Change::Up(path(rate, delay)),
        Direction::Down => Change::Down(path(rate, delay)),
    };
    pattern.iter().map(|(second, rate)| (S * *second as u32, change(*rate))).collect()
}

fn single(name: &str, delay: Duration) -> Case {
    let mut link = link(1_000_000, delay);
    link.down = path(4_000_000, delay);
    link.timeline = varies(delay, Direction::Up, &[(40, 2_500_000), (60, 600_000), (80, 1_000_000)]);
    Case { media: vec![up(Duration::ZERO, 99 * S)], ..one_up(name, 100 * S, link) }
}

/// 5.1: one flow, 1 → 2.5 → 0.6 → 1 Mbit/s.
pub(super) fn variable_single(name: &str, _: u64) -> Case {
    single(name, 50 * MS)
}

/// 5.1 with the other of its delays.
pub(super) fn variable_single_far(name: &str, _: u64) -> Case {
    single(name, 100 * MS)
}

/// 5.2: two flows, 4 → 2 → 3.5 → 1 → 2 Mbit/s.
pub(super) fn variable_multiple(name: &str, _: u64) -> Case {
    let mut link = link(4_000_000, 50 * MS);
    let pattern = [(25, 2_000_000), (50, 3_500_000), (75, 1_000_000), (100, 2_000_000)];
    link.timeline = varies(50 * MS, Direction::Up, &pattern);
    Case { media: vec![up(Duration::ZERO, 124 * S); 2], ..one_up(name, 125 * S, link) }
}

/// 5.3: media both ways; the way that carries the feedback of each is at times the narrower one.
pub(super) fn congested_feedback(name: &str, _: u64) -> Case {
    let mut link = link(2_000_000, 50 * MS);
    let forward = [(20, 1_000_000), (40, 500_000), (60, 2_000_000)];
    link.timeline = varies(50 * MS, Direction::Up, &forward);
    link.timeline.extend(varies(50 * MS, Direction::Down, &[(35, 800_000), (70, 2_000_000)]));
    link.timeline.sort_by_key(|(at, _)| *at);
    let back = Flow { direction: Direction::Down, ..up(Duration::ZERO, 99 * S) };
    Case { media: vec![up(Duration::ZERO, 99 * S), back], ..one_up(name, 100 * S, link) }
}

/// 5.4: three flows on 3.5 Mbit/s, one after the other.
pub(super) fn competing(name: &str, _: u64) -> Case {
    let media = [0, 20, 40].map(|second| up(S * second, 119 * S)).to_vec();
    Case { media, ..one_up(name, 120 * S, link(3_500_000, 50 * MS)) }
}

/// 5.5: five flows on 4 Mbit/s whose ways are 10, 25, 50, 100 and 150 ms long.
pub(super) fn round_trip_fairness(name: &str, _: u64) -> Case {
    let flow = |(index, delay): (usize, u32)| Flow { further: MS * (delay - 10), ..up(S * 10 * index as u32, 299 * S) };
    let media = [10, 25, 50, 100, 150].into_iter().enumerate().map(flow).collect();
    Case { media, ..one_up(name, 300 * S, link(4_000_000, 10 * MS)) }
}

fn long(name: &str, queue_time: Duration) -> Case {
    let path = Config { jitter: JITTER, ..steady(2_000_000, 50 * MS, queue_time) };
    let link = LinkConfig { up: path.clone(), down: path, timeline: Vec::new() };
    Case {
        media: vec![up(5 * S, 119 * S)],
        traffic: vec![Traffic::Long(up(Duration::ZERO, 119 * S), Control::Cubic)],
        ..one_up(name, 120 * S, link)
    }
}

/// 5.6: beside one transfer without end on 2 Mbit/s, which was there first.
pub(super) fn long_tcp(name: &str, _: u64) -> Case {
    long(name, QUEUE)
}

/// 5.6 with the deeper of its queues.
pub(super) fn long_tcp_deep(name: &str, _: u64) -> Case {
    long(name, 1000 * MS)
}

/// 5.7: two flows beside ten that browse; two of these begin at once.
pub(super) fn short_tcp(name: &str, _: u64) -> Case {
    let traffic = (0..10).map(|index| Traffic::Short {
        flow: up(Duration::ZERO, 299 * S),
        control: Control::Cubic,
        begins_on: index < 2,
    });
    Case {
        media: vec![up(5 * S, 299 * S); 2],
        traffic: traffic.collect(),
        ..one_up(name, 300 * S, link(2_000_000, 50 * MS))
    }
}

/// 5.8: three flows on 3.5 Mbit/s; the second pauses from 40 to 60 s.
pub(super) fn pause_and_resume(name: &str, _: u64) -> Case {
    let mut media = vec![up(Duration::ZERO, 119 * S); 3];
    media[1].pause = Some((40 * S, 60 * S));
    Case { media, ..one_up(name, 120 * S, link(3_500_000, 50 * MS)) }
}
