//! Which picture a bit rate is worth: full size, a smaller one at half the pace, or two sharp frames a second. Pure.
//!
//! A step down is taken at once, a step up when the rate has been enough for [`STEADY`] without a break: a change of size costs a key frame, and
//! a picture that jumps to and fro is worse than a small one.

use std::time::Duration;
use yunzhen_protocol::control::{self, VideoPlan};

/// How long the rate must be enough before the picture gets better.
const STEADY: Duration = Duration::from_secs(2);
/// Below this the full picture is mush; it comes back at half as much again.
const FULL_LEAST_BPS: u32 = 400_000;
const FULL_AGAIN_BPS: u32 = 650_000;
/// Below this fifteen frames a second are mush.
const SMALL_LEAST_BPS: u32 = 75_000;
const SMALL_AGAIN_BPS: u32 = 115_000;
/// Width of the smaller picture.
const SMALL_WIDTH: u32 = 640;
const SMALL_FPS: u32 = 15;
const SLOW_FPS: u32 = 2;

/// What the encoder should make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoTarget {
    /// Bits per second.
    pub bitrate_bps: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second, at most.
    pub fps: u32,
}

impl VideoTarget {
    /// All that the relay's plan asks for.
    pub const fn of(plan: &VideoPlan) -> Self {
        Self { bitrate_bps: plan.bitrate_bps, width: plan.width, height: plan.height, fps: plan.fps }
    }

    /// The same picture, whatever its bit rate.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        (self.width, self.height, self.fps) == (other.width, other.height, other.fps)
    }
}

/// A step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Two small frames a second.
    Slow,
    /// A smaller picture, fifteen frames a second.
    Small,
    /// As planned.
    Full,
}

impl Rung {
    /// Below this it is the next lower.
    pub const fn least(self) -> u32 {
        match self {
            Self::Slow => 0,
            Self::Small => SMALL_LEAST_BPS,
            Self::Full => FULL_LEAST_BPS,
        }
    }

    /// The next better step and what it takes.
    const fn above(self) -> Option<(Self, u32)> {
        match self {
            Self::Slow => Some((Self::Small, SMALL_AGAIN_BPS)),
            Self::Small => Some((Self::Full, FULL_AGAIN_BPS)),
            Self::Full => None,
        }
    }

    const fn below(self) -> Self {
        match self {
            Self::Full => Self::Small,
            Self::Small | Self::Slow => Self::Slow,
        }
    }

    /// Its name on the wire, in the record and in words.
    pub const fn named(self) -> control::Rung {
        match self {
            Self::Full => control::Rung::Full,
            Self::Small => control::Rung::Small,
            Self::Slow => control::Rung::Slow,
        }
    }

    /// What the encoder makes on this step.
    pub fn target(self, plan: &VideoPlan, bitrate_bps: u32) -> VideoTarget {
        // Whole fractions only, so that pixels stay square; sizes are even as the encoder wants them.
        let part = plan.width.div_ceil(SMALL_WIDTH).max(1);
        let small = VideoTarget {
            bitrate_bps,
            width: (plan.width / part) & !1,
            height: (plan.height / part) & !1,
            fps: plan.fps.min(SMALL_FPS),
        };
        match self {
            Self::Full => VideoTarget { bitrate_bps, ..VideoTarget::of(plan) },
            Self::Small => small,
            Self::Slow => VideoTarget { fps: plan.fps.min(SLOW_FPS), ..small },
        }
    }
}

/// The step in use.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    rung: Rung,
    /// Since when the rate has been enough for the next.
    enough_since: Option<Duration>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { rung: Rung::Full, enough_since: None }
    }
}

impl Ladder {
    /// The step in use.
    pub const fn rung(&self) -> Rung {
        self.rung
    }

    /// The step for this rate at this moment.
    pub fn step(&mut self, now: Duration, video_bps: u32) -> Rung {
        while video_bps < self.rung.least() {
            self.rung = self.rung.below();
            self.enough_since = None;
        }
        match self.rung.above() {
            Some((above, takes)) if video_bps >= takes => {
                let since = *self.enough_since.get_or_insert(now);
                if now.saturating_sub(since) >= STEADY {
                    self.rung = above;
                    self.enough_since = None;
                }
            }
            _ => self.enough_since = None,
        }
        self.rung
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAN: VideoPlan =
        VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };

    #[test]
    fn goes_down_at_once_and_up_when_it_lasts() {
        let mut ladder = Ladder::default();
        let at = Duration::from_millis;
        assert_eq!(ladder.step(at(0), 1_500_000), Rung::Full);
        assert_eq!(ladder.step(at(10), 60_000), Rung::Slow, "two steps at once");
        assert_eq!(ladder.step(at(20), 100_000), Rung::Slow, "enough to stay, not to come back");
        assert_eq!(ladder.step(at(30), 700_000), Rung::Slow);
        assert_eq!(ladder.step(at(1000), 90_000), Rung::Slow, "a break");
        assert_eq!(ladder.step(at(2040), 700_000), Rung::Slow);
        assert_eq!(ladder.step(at(4040), 700_000), Rung::Small, "one step up at a time");
        assert_eq!(ladder.step(at(6050), 700_000), Rung::Small);
        assert_eq!(ladder.step(at(8050), 700_000), Rung::Full);
    }

    #[test]
    fn shapes() {
        let shape = |rung: Rung| {
            let VideoTarget { width, height, fps, .. } = rung.target(&PLAN, 1);
            (width, height, fps)
        };
        assert_eq!([Rung::Full, Rung::Small, Rung::Slow].map(shape), [(1280, 720, 30), (640, 360, 15), (640, 360, 2)]);
    }

    proptest! {
        /// Whatever the rate does, the picture gets better at most once in two seconds.
        #[test]
        fn does_not_flutter(rates in prop::collection::vec((0u32..1_000_000, 1u64..200), 1..500)) {
            let mut ladder = Ladder::default();
            let (mut now, mut rung, mut better) = (Duration::ZERO, Rung::Full, None::<Duration>);
            for (bps, step) in rates {
                now += Duration::from_millis(step);
                let next = ladder.step(now, bps);
                prop_assert!(bps >= next.least());
                if next > rung {
                    prop_assert!(better.is_none_or(|last| now - last >= STEADY));
                    better = Some(now);
                }
                rung = next;
            }
        }
    }
}
