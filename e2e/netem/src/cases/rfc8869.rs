//! RFC 8869, "Evaluation Test Cases for Interactive Real-Time Media over Wireless Networks", as far as a model of the rate can say it (see [`crate::radio`]).

use super::*;
use crate::{
    radio::{Cell, Wifi},
    rng::Rng,
};

const LENGTH: Duration = Duration::from_secs(120);

/// A cell up, a wide way down; the queue of a radio is deep.
fn cellular(name: &str, seed: u64, cell: Cell) -> Case {
    let path = |rate| Config { rate, queue_bytes: 300_000, delay: 40 * MS, jitter: 10 * MS, ..Config::default() };
    let down = Cell { cell_bps: cell.cell_bps * 3.0, most_bps: cell.most_bps * 3.0, ..cell };
    let link =
        LinkConfig { up: path(cell.rate(seed, LENGTH)), down: path(down.rate(seed ^ 1, LENGTH)), timeline: Vec::new() };
    one_up(name, LENGTH, link)
}

/// 3.1: good coverage, users come and go.
pub(super) fn varying_load(name: &str, seed: u64) -> Case {
    let cell = Cell { cell_bps: 20e6, mean_db: 15.0, shadow_db: 4.0, speed_kmh: 3.0, others: 12.0, most_bps: 8e6 };
    cellular(name, seed, cell)
}

/// 3.2: at the edge of a cell, few others.
fn bad_coverage(name: &str, seed: u64, speed_kmh: f64) -> Case {
    let cell = Cell { cell_bps: 2.5e6, mean_db: 1.0, shadow_db: 8.0, speed_kmh, others: 1.0, most_bps: 5e6 };
    cellular(name, seed, cell)
}

pub(super) fn bad_coverage_foot(name: &str, seed: u64) -> Case {
    bad_coverage(name, seed, 3.0)
}

pub(super) fn bad_coverage_village(name: &str, seed: u64) -> Case {
    bad_coverage(name, seed, 30.0)
}

pub(super) fn bad_coverage_road(name: &str, seed: u64) -> Case {
    bad_coverage(name, seed, 120.0)
}

/// 4.1: the air has room; 1 Mbit/s of wire behind it has not, and three who browse share it.
pub(super) fn wifi_wired_bottleneck(name: &str, seed: u64) -> Case {
    let path = Config { jitter: 30 * MS, ..steady(1_000_000, 50 * MS, 300 * MS) };
    let link = LinkConfig { up: path.clone(), down: path, timeline: Vec::new() };
    let mut rng = Rng::new(seed);
    let traffic = (0..3).map(|_| Traffic::Short {
        flow: up(S.mul_f64(rng.between(0.0, 20.0)), LENGTH),
        control: Control::Cubic,
        begins_on: true,
    });
    Case { traffic: traffic.collect(), ..one_up(name, LENGTH, link) }
}

/// 4.2: a weak signal on crowded air: rate and delay of one packet jump.
pub(super) fn wifi_multi_rate(name: &str, seed: u64) -> Case {
    let wifi = Wifi { mean_step: 1.2, stations: 6, efficiency: 0.35 };
    let path = |rate| Config { rate, queue_bytes: 150_000, delay: 10 * MS, jitter: 15 * MS, ..Config::default() };
    let link =
        LinkConfig { up: path(wifi.rate(seed, LENGTH)), down: path(wifi.rate(seed ^ 1, LENGTH)), timeline: Vec::new() };
    one_up(name, LENGTH, link)
}
