//! One keyframe request for many askers.
//!
//! Requests within [`MIN_INTERVAL`] of the last become one; one that is not answered by the start of a keyframe is repeated each [`RETRY`]. A
//! keyframe is many times a delta frame: asking for more of them is how a weak uplink collapses.

use std::time::{Duration, Instant};

/// Least time between two requests.
pub const MIN_INTERVAL: Duration = Duration::from_millis(500);
/// When to repeat a request that brought no keyframe.
pub const RETRY: Duration = Duration::from_millis(1000);

/// See the module.
#[derive(Debug, Default)]
pub struct KeyframeGate {
    last_sent: Option<Instant>,
    due: Option<Instant>,
}

impl KeyframeGate {
    /// Nothing asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Somebody needs a keyframe.
    pub fn request(&mut self, now: Instant) {
        let earliest = self.last_sent.map_or(now, |sent| sent + MIN_INTERVAL).max(now);
        self.due = Some(self.due.map_or(earliest, |due| due.min(earliest)));
    }

    /// A keyframe began: what was asked for is answered.
    pub fn answered(&mut self) {
        self.due = None;
    }

    /// Nobody needs one any more, or the source is gone.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// When [`Self::take`] has something to say.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// Whether to send a request now. The repetition is scheduled.
    pub fn take(&mut self, now: Instant) -> bool {
        let send = self.due.is_some_and(|due| due <= now);
        if send {
            self.last_sent = Some(now);
            self.due = Some(now + RETRY);
        }
        send
    }
}
