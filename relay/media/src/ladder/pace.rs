//! How many frames a second a slow picture has: two, six or ten, as the rate allows. Pure.
//!
//! The size stays that of the next better step. Of a face before a room that stands still a smaller picture at the same rate is the poorer one, and another size would begin with a keyframe, which
//! holds a narrow link up for a quarter of a second; another pace costs nothing (docs/congestion-control.md has the figures). So what gives way is the pace, never below what leaves each frame
//! as good as one of two a second at the least rate of the step is.
//!
//! Six a second is the first pace at which nothing stands for longer than 200 ms, and both better ones divide what cameras give (30).

use std::time::Duration;

/// How long the rate must be enough before there are more.
const STEADY: Duration = Duration::from_secs(2);

/// Frames a second, below which rate it is the next fewer, and at which it is had again.
const PACES: [(u32, u32, u32); 3] = [(2, 0, 0), (6, 43_000, 49_000), (10, 56_000, 64_000)];

/// The pace in use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// A place in [`PACES`].
    step: usize,
    /// Since when the rate has been enough for the next.
    enough_since: Option<Duration>,
}

impl Pace {
    /// The picture gets slow at this rate: the pace that it is enough for.
    pub fn begin(video_bps: u32) -> Self {
        Self {
            step: PACES.iter().rposition(|(_, least, _)| video_bps >= *least).unwrap_or_default(),
            enough_since: None,
        }
    }

    /// The pace for this rate at this moment: fewer at once, more when it has lasted.
    pub fn step(&mut self, now: Duration, video_bps: u32) {
        let fits = Self::begin(video_bps).step;
        if fits < self.step {
            *self = Self { step: fits, enough_since: None };
        }
        match PACES.get(self.step + 1) {
            Some((.., again)) if video_bps >= *again => {
                if now.saturating_sub(*self.enough_since.get_or_insert(now)) >= STEADY {
                    *self = Self { step: self.step + 1, enough_since: None };
                }
            }
            _ => self.enough_since = None,
        }
    }

    /// Frames a second.
    pub const fn fps(&self) -> u32 {
        PACES[self.step].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn begins_with_what_the_rate_is_enough_for() {
        let fps = |bps| Pace::begin(bps).fps();
        assert_eq!([0, 42_999, 43_000, 55_999, 56_000, 90_000].map(fps), [2, 2, 6, 6, 10, 10]);
    }

    #[test]
    fn fewer_at_once_and_more_one_by_one_when_it_lasts() {
        let mut pace = Pace::begin(70_000);
        let mut at = |ms, bps| {
            pace.step(Duration::from_millis(ms), bps);
            pace.fps()
        };
        assert_eq!([at(0, 70_000), at(10, 57_000), at(20, 30_000)], [10, 10, 2]);
        assert_eq!([at(30, 47_000), at(3000, 47_000)], [2, 2], "enough to stay, not to come back");
        assert_eq!([at(3100, 70_000), at(5000, 70_000), at(5100, 70_000)], [2, 2, 6]);
        assert_eq!([at(5200, 70_000), at(6000, 63_000), at(6100, 70_000)], [6, 6, 6], "a break");
        assert_eq!([at(8000, 70_000), at(8100, 70_000)], [6, 10]);
    }

    proptest! {
        /// Whatever the rate does: never more frames than it carries, more at most once in two seconds, and all of them where it lasts.
        #[test]
        fn carries_what_it_shows_and_does_not_flutter(
            rates in prop::collection::vec((0u32..120_000, 1u64..300), 1..500)
        ) {
            let (mut pace, mut now, mut fps, mut more) = (Pace::begin(0), Duration::ZERO, 2, None::<Duration>);
            for (bps, step) in rates {
                now += Duration::from_millis(step);
                pace.step(now, bps);
                let next = pace.fps();
                prop_assert!(next <= Pace::begin(bps).fps());
                if next > fps {
                    prop_assert!(more.is_none_or(|last| now - last >= STEADY));
                    more = Some(now);
                }
                fps = next;
            }
            for tick in 0..50 {
                pace.step(now + Duration::from_millis(100 * tick), 100_000);
            }
            prop_assert_eq!(pace.fps(), 10);
        }
    }
}
