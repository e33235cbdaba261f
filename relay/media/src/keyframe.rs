//! One keyframe request for many askers.
//!
//! Requests within [`MIN_INTERVAL`] of the last become one; one that is not answered by the start of a keyframe is repeated each [`RETRY`]. A
//! keyframe is many times a delta frame: asking for more of them is how a weak uplink collapses. So a request that a cheaper repair may make needless waits
//! until that repair is too late.

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
    /// When a repair that is awaited is too late.
    repaired_by: Option<Instant>,
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

    /// Somebody needs a keyframe, unless what is missing is repaired by `by`.
    pub fn request_unless_repaired(&mut self, by: Instant) {
        if self.due.is_none() {
            self.repaired_by = Some(self.repaired_by.map_or(by, |known| known.min(by)));
        }
    }

    /// Nothing is missing any more.
    pub const fn repaired(&mut self) {
        self.repaired_by = None;
    }

    /// A keyframe began: what was asked for is answered.
    pub const fn answered(&mut self) {
        (self.due, self.repaired_by) = (None, None);
    }

    /// Nobody needs one any more, or the source is gone.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// When [`Self::take`] has something to say.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.repaired_by).min()
    }

    /// Whether to send a request now. The repetition is scheduled.
    pub fn take(&mut self, now: Instant) -> bool {
        if self.repaired_by.take_if(|by| *by <= now).is_some() {
            self.request(now);
        }
        let send = self.due.is_some_and(|due| due <= now);
        if send {
            self.last_sent = Some(now);
            self.due = Some(now + RETRY);
        }
        send
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "an origin to count from")]
mod tests {
    use super::*;

    #[test]
    fn waits_for_a_repair_and_asks_when_it_is_too_late() {
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        let mut gate = KeyframeGate::new();
        gate.request_unless_repaired(at(200));
        assert!(!gate.take(at(199)));
        gate.repaired();
        assert_eq!((gate.take(at(300)), gate.poll_timeout()), (false, None));
        gate.request_unless_repaired(at(500));
        gate.request_unless_repaired(at(900));
        assert_eq!(gate.poll_timeout(), Some(at(500)), "a second asker does not put it off");
        assert!(gate.take(at(500)) && !gate.take(at(501)));
        gate.repaired();
        assert!(gate.take(at(1500)), "one that was sent is repeated");
    }
}
