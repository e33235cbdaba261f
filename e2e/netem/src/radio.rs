//! Models of radio links: capacity over time, as steps. They say what a moving or crowded radio does to an application, not how it does it: the simulators of the
//! physical layer that RFC 8869 asks for are not here.

use std::time::Duration;

use crate::{rate::Rate, rng::Rng};

/// A cell, its crowd, and somebody who moves through its shadows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Bits per second of the whole cell at the mean signal.
    pub cell_bps: f64,
    /// Mean signal over noise, in dB; a good place has 20, a cell's edge 0.
    pub mean_db: f64,
    /// Deviation of shadowing, in dB.
    pub shadow_db: f64,
    /// Of who moves, in km/h: shadows are about 50 m apart.
    pub speed_kmh: f64,
    /// How many others share the cell on average; they come and go.
    pub others: f64,
    /// Never more than this for one.
    pub most_bps: f64,
}

/// How often a model of this module draws.
const STEP: Duration = Duration::from_millis(100);
/// Over which shadows become others (3GPP TR 36.814 takes 50 m outdoors).
const SHADOW_METRES: f64 = 50.0;
/// In a deeper shadow another cell takes over, in dB.
const LEAST_DB: f64 = -5.0;
/// How long another one stays, in seconds.
const STAY: f64 = 15.0;

impl Cell {
    /// Its share for one, over this time.
    pub fn rate(&self, seed: u64, length: Duration) -> Rate {
        let mut rng = Rng::new(seed);
        let metres = self.speed_kmh / 3.6 * STEP.as_secs_f64();
        let stays = (-metres / SHADOW_METRES).exp();
        let mut shadow = rng.normal();
        let mut others: f64 = self.others.round();
        let efficiency = |db: f64| (1.0 + 10f64.powf(db / 10.0)).log2();
        let steps = steps(length).map(|at| {
            shadow = stays * shadow + (1.0 - stays * stays).sqrt() * rng.normal();
            let step = STEP.as_secs_f64();
            if rng.chance(self.others * step / STAY) {
                others += 1.0;
            }
            if rng.chance(others * step / STAY) {
                others -= 1.0;
            }
            // What fast fading leaves after the scheduler and repetition, over one step.
            let fading = 1.5 * rng.normal();
            let signal =
                efficiency((self.mean_db + self.shadow_db * shadow + fading).max(LEAST_DB)) / efficiency(self.mean_db);
            (at, (self.cell_bps * signal / (1.0 + others)).min(self.most_bps) as u64)
        });
        Rate::Steps(steps.collect())
    }
}

/// Wi-Fi whose modulation follows the signal, on air shared with other stations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wifi {
    /// Where on the ladder of modulations it stands on average, 0–7.
    pub mean_step: f64,
    /// Other stations that have something to send, each half of the time.
    pub stations: u32,
    /// For one, of what the modulation gives: preambles, gaps, acknowledgements.
    pub efficiency: f64,
}

/// 802.11n, one stream of 20 MHz, long guard interval, in bits per second.
const MODULATIONS: [f64; 8] = [6.5e6, 13e6, 19.5e6, 26e6, 39e6, 52e6, 58.5e6, 65e6];

impl Wifi {
    /// Its share for one, over this time.
    pub fn rate(&self, seed: u64, length: Duration) -> Rate {
        let mut rng = Rng::new(seed);
        let mut place = self.mean_step;
        let mut busy: Vec<bool> = (0..self.stations).map(|_| rng.chance(0.5)).collect();
        let steps = steps(length).map(|at| {
            // It comes back to its mean within about three seconds.
            place += 0.03 * (self.mean_step - place) + 0.45 * rng.normal();
            place = place.clamp(0.0, 7.0);
            for station in &mut busy {
                *station ^= rng.chance(0.1);
            }
            let sharing = 1.0 + busy.iter().filter(|busy| **busy).count() as f64;
            (at, (MODULATIONS[place.round() as usize] * self.efficiency / sharing) as u64)
        });
        Rate::Steps(steps.collect())
    }
}

/// A rate that wanders over orders of magnitude: its logarithm is drawn back to the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wander {
    /// The median.
    pub median_bps: f64,
    /// Deviation of the natural logarithm; 1 means that a third of the time lies outside of a factor of 2.7 to either side.
    pub deviation: f64,
    /// Within which it forgets where it was.
    pub memory: Duration,
    /// Least and most.
    pub bounds: (f64, f64),
}

impl Wander {
    /// The rate over this time.
    pub fn rate(&self, seed: u64, length: Duration) -> Rate {
        let mut rng = Rng::new(seed);
        let stays = (-STEP.as_secs_f64() / self.memory.as_secs_f64()).exp();
        let mut place = rng.normal();
        let steps = steps(length).map(|at| {
            place = stays * place + (1.0 - stays * stays).sqrt() * rng.normal();
            let rate = self.median_bps * (self.deviation * place).exp();
            (at, rate.clamp(self.bounds.0, self.bounds.1) as u64)
        });
        Rate::Steps(steps.collect())
    }
}

fn steps(length: Duration) -> impl Iterator<Item = Duration> {
    (0..length.as_millis().div_ceil(STEP.as_millis()) as u32).map(|number| STEP * number)
}
