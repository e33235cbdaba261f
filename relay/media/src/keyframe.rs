//! One keyframe request for many askers.
//!
//! Requests within [`MIN_INTERVAL`] of the last become one; one that is not answered by the start of a keyframe is repeated each [`RETRY`]. A
//! keyframe is many times a delta frame: asking for more of them is how a weak uplink collapses. So a request that a cheaper repair may make needless waits
//! until that repair is too late. Only the repair of what was missing when it was made settles it: any other leaves it waiting.

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
    /// What may make a request needless.
    awaited: Option<Repair>,
}

/// A repair that is awaited.
#[derive(Debug)]
struct Repair {
    /// When it is too late.
    by: Instant,
    /// Numbers of the packets that are missing; as many as may be missing at most.
    missing: Vec<u64>,
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

    /// Somebody needs a keyframe, unless all of `missing` has come by `by`.
    pub fn request_unless_repaired(&mut self, by: Instant, missing: Vec<u64>) {
        match &mut self.awaited {
            _ if self.due.is_some() => {}
            Some(awaited) => {
                awaited.by = awaited.by.min(by);
                let new = missing.into_iter().filter(|number| !awaited.missing.contains(number)).collect::<Vec<_>>();
                awaited.missing.extend(new);
            }
            None => self.awaited = Some(Repair { by, missing }),
        }
    }

    /// A missing packet came.
    pub fn repaired(&mut self, number: u64) {
        if let Some(awaited) = &mut self.awaited {
            awaited.missing.retain(|missing| *missing != number);
        }
        self.awaited.take_if(|awaited| awaited.missing.is_empty());
    }

    /// A keyframe began: what was asked for is answered.
    pub fn answered(&mut self) {
        (self.due, self.awaited) = (None, None);
    }

    /// Nobody needs one any more, or the source is gone.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// When [`Self::take`] has something to say.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.awaited.as_ref().map(|awaited| awaited.by)).min()
    }

    /// Whether to send a request now. The repetition is scheduled.
    pub fn take(&mut self, now: Instant) -> bool {
        if self.awaited.take_if(|awaited| awaited.by <= now).is_some() {
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
        gate.request_unless_repaired(at(200), vec![7]);
        assert!(!gate.take(at(199)));
        gate.repaired(7);
        assert_eq!((gate.take(at(300)), gate.poll_timeout()), (false, None));
        gate.request_unless_repaired(at(500), vec![8]);
        gate.request_unless_repaired(at(900), vec![8, 9]);
        assert_eq!(gate.poll_timeout(), Some(at(500)), "a second asker does not put it off");
        gate.repaired(8);
        assert!(gate.take(at(500)) && !gate.take(at(501)), "nor does what the first one lacked settle it");
        gate.repaired(9);
        assert!(gate.take(at(1500)), "one that was sent is repeated");
    }

    #[test]
    fn what_was_missed_later_or_earlier_settles_nothing() {
        let begun = Instant::now();
        let at = |ms| begun + Duration::from_millis(ms);
        let mut gate = KeyframeGate::new();
        gate.request_unless_repaired(at(200), vec![7, 8]);
        gate.repaired(6);
        gate.repaired(9);
        gate.repaired(7);
        assert_eq!((gate.take(at(199)), gate.take(at(200))), (false, true));
    }
}
