//! Which packets of one incoming source are missing, and when to ask for them.
//!
//! A gap is asked for after [`REORDER_WAIT`], again each round trip, and given up after [`MAX_ASKS`] or when it is too old to be of use.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Most gaps that are remembered; a wider hole is left to a keyframe.
pub const MAX_MISSING: usize = 128;
/// How often one packet is asked for.
pub const MAX_ASKS: u8 = 5;
/// Packets overtake each other by this much without a loss.
pub const REORDER_WAIT: Duration = Duration::from_millis(10);
/// After this the packet is too late for the picture.
pub const GIVE_UP: Duration = Duration::from_millis(800);

#[derive(Debug, Clone, Copy)]
struct Missing {
    extended: u64,
    since: Instant,
    due: Instant,
    asks: u8,
}

/// See the module.
#[derive(Debug, Default)]
pub struct NackQueue {
    missing: VecDeque<Missing>,
}

impl NackQueue {
    /// Nothing is missing.
    pub fn new() -> Self {
        Self::default()
    }

    /// `skipped` numbers before `newest` did not come yet. Returns whether the hole is too wide to be asked for.
    pub fn skipped(&mut self, now: Instant, newest: u64, skipped: u64) -> bool {
        if skipped as usize > MAX_MISSING {
            self.missing.clear();
            return true;
        }
        for extended in newest - skipped..newest {
            if self.missing.len() == MAX_MISSING {
                self.missing.pop_front();
            }
            self.missing.push_back(Missing { extended, since: now, due: now + REORDER_WAIT, asks: 0 });
        }
        false
    }

    /// A missing packet came after all.
    pub fn arrived(&mut self, extended: u64) {
        if let Some(at) = self.missing.iter().position(|missing| missing.extended == extended) {
            self.missing.remove(at);
        }
    }

    /// What was missing by `seen` already, and since when the newest of it is.
    pub fn since_before(&self, seen: Instant) -> Option<(Instant, Vec<u64>)> {
        let known: Vec<&Missing> = self.missing.iter().filter(|missing| missing.since <= seen).collect();
        let newest = known.iter().map(|missing| missing.since).max()?;
        Some((newest, known.iter().map(|missing| missing.extended).collect()))
    }

    /// Forgets everything before `extended`: a keyframe starts there, so nothing earlier is needed.
    pub fn forget_before(&mut self, extended: u64) {
        self.missing.retain(|missing| missing.extended >= extended);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.missing.clear();
    }

    /// When something is due to be asked for.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.missing.iter().map(|missing| missing.due).min()
    }

    /// What to ask for now.
    pub fn due(&mut self, now: Instant, round_trip: Duration) -> Vec<u16> {
        self.missing
            .retain(|missing| missing.asks < MAX_ASKS && now.saturating_duration_since(missing.since) < GIVE_UP);
        let mut sequences = Vec::new();
        for missing in self.missing.iter_mut().filter(|missing| missing.due <= now) {
            sequences.push(missing.extended as u16);
            missing.asks += 1;
            missing.due = now + round_trip.max(REORDER_WAIT);
        }
        sequences
    }
}
