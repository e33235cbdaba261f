//! Whether sounds to a browser carry earlier ones: on with the first report of loss, off after a clean time.
//!
//! | loss in a report | from then on |
//! |---|---|
//! | [`ON`] and more | each sound travels twice |
//! | [`HEAVY`] and more | three times, where that fits ([`super::Outgoing`]) |
//! | no more than that for [`CLEAN`] | one less |
//!
//! Once on, [`OFF`] and more keeps it on. Reports come every one to five seconds and say the loss before any repair, so what is repaired does not switch it off. No timer: a leg that reports
//! nothing stays as it is.

use std::time::{Duration, Instant};

/// Share lost from which sounds travel twice.
pub const ON: f32 = 0.01;
/// Share lost below which a report counts as clean.
pub const OFF: f32 = 0.004;
/// Share lost from which they travel three times.
pub const HEAVY: f32 = 0.10;
/// So long must reports be clean; at least two of them.
pub const CLEAN: Duration = Duration::from_secs(12);

/// See the module. Of one leg, all its streams together: they share the link.
#[derive(Debug, Default)]
pub struct Policy {
    /// When there was last a reason for the first copy, and for the second.
    once: Option<Instant>,
    twice: Option<Instant>,
}

impl Policy {
    /// A receiver reports a share lost, 0–1.
    pub fn reported(&mut self, now: Instant, loss: f32) {
        let keep = |since: &mut Option<Instant>, begins: f32, goes_on: f32| {
            let lost = loss >= if since.is_some() { goes_on } else { begins };
            if lost {
                *since = Some(now);
            } else if since.is_some_and(|since| now.saturating_duration_since(since) >= CLEAN) {
                *since = None;
            }
        };
        keep(&mut self.once, ON, OFF);
        keep(&mut self.twice, HEAVY, HEAVY);
    }

    /// How many earlier sounds travel with each.
    pub const fn copies(&self) -> usize {
        match (self.once, self.twice) {
            (None, None) => 0,
            (Some(_), None) => 1,
            (_, Some(_)) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_the_first_loss_and_ends_after_a_clean_time() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let mut policy = Policy::default();
        let mut after = |seconds, loss| {
            policy.reported(start + Duration::from_secs(seconds), loss);
            policy.copies()
        };
        assert_eq!([after(0, 0.0), after(1, 0.009), after(2, f32::NAN)], [0, 0, 0]);
        assert_eq!([after(3, 0.01), after(8, 0.005), after(13, 0.0), after(19, 0.003)], [1; 4], "little loss holds it");
        assert_eq!([after(20, 0.003), after(21, 0.009)], [0, 0], "and does not begin it");
        assert_eq!([after(30, 0.3), after(35, 0.05), after(40, 0.02), after(42, 0.02)], [2, 2, 2, 1]);
        assert_eq!([after(53, 0.0), after(54, 0.0)], [1, 0]);
    }
}
