//! When no sound can be had: then people leave each other messages in the same consultation. Pure.
//!
//! Live sound is tried all the time; this says only what people are offered. Messages are offered when sound has been missing for [`AFTER`], and until it has been there
//! for [`BACK`] without a break.

use std::time::Duration;

/// The least that sound takes, in packets of 60 ms at 16 kbit/s, and something for what else must pass.
pub const SOUND_LEAST_BPS: u32 = 27_000;
/// Below this the box's controller does not go: what sound takes in that shape.
pub const LINK_LEAST_BPS: u32 = 24_000;
/// Shorter is an outage that sound comes back from by itself.
const AFTER: Duration = Duration::from_secs(5);
const BACK: Duration = Duration::from_secs(3);

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    offered: bool,
    /// Since when it has been otherwise.
    since: Option<Duration>,
}

impl Forward {
    /// Whether sound can be had at this moment; gives whether messages are offered.
    pub fn step(&mut self, now: Duration, sound: bool) -> bool {
        if sound != self.offered {
            self.since = None;
        } else {
            let since = *self.since.get_or_insert(now);
            if now.saturating_sub(since) >= if sound { BACK } else { AFTER } {
                *self = Self { offered: !sound, since: None };
            }
        }
        self.offered
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_are_offered_after_five_seconds_and_until_sound_has_lasted_three() {
        let mut forward = Forward::default();
        let mut step = |ms, sound| forward.step(Duration::from_millis(ms), sound);
        assert_eq!([step(0, false), step(4900, false), step(4950, true), step(5100, false)], [false; 4]);
        assert_eq!([step(10_000, false), step(10_100, false)], [false, true]);
        assert_eq!([step(11_000, true), step(13_900, true), step(13_950, false), step(14_000, true)], [true; 4]);
        assert_eq!([step(16_900, true), step(17_000, true), step(17_100, false)], [true, false, false]);
    }

    proptest! {
        /// Whatever the link does, what is offered stays for as long as a person needs to see it.
        #[test]
        fn does_not_flutter(steps in prop::collection::vec((any::<bool>(), 1u64..900), 1..400)) {
            let (mut forward, mut now, mut offered, mut changed) = (Forward::default(), Duration::ZERO, false, None::<Duration>);
            for (sound, ms) in steps {
                now += Duration::from_millis(ms);
                let next = forward.step(now, sound);
                if next != offered {
                    prop_assert!(changed.is_none_or(|last| now - last >= BACK));
                    changed = Some(now);
                }
                offered = next;
            }
        }
    }
}
