//! Which picture a bit rate is worth: full size, a smaller one at half the pace, that one at two to ten frames a second, a sharp still every few seconds, or none. Pure.
//!
//! A step down among moving pictures is taken at once. To stills, and to sound alone, it is taken when the rate has been too small for [`PATIENCE`]: a queue
//! that empties takes no longer. A step up when the rate has been enough for [`STEADY`] without a break: a change of size costs a key frame, and
//! a picture that jumps to and fro is worse than a small one.
//!
//! | module | what |
//! |---|---|
//! | [`pace`] | how many frames a second a slow picture has |
//! | [`sound`] | how sound is sent when the rate is small |
//! | [`forward`] | when no sound can be had, and messages take its place |

pub mod forward;
pub mod pace;
pub mod sound;

use pace::Pace;
use std::time::Duration;
use yunzhen_protocol::control::{self, VideoPlan};

/// How long the rate must be enough before the picture gets better.
const STEADY: Duration = Duration::from_secs(2);
/// How long the rate must be too small before the picture stands still, or ends.
const PATIENCE: Duration = Duration::from_secs(2);
/// Below this the full picture is mush; it comes back at half as much again.
const FULL_LEAST_BPS: u32 = 400_000;
const FULL_AGAIN_BPS: u32 = 650_000;
/// Below this, less what copies of slim sound may take, fifteen frames a second are mush. Back soon: it costs no keyframe.
const SMALL_LEAST_BPS: u32 = 85_000;
const SMALL_AGAIN_BPS: u32 = 100_000;
/// Below this a frame of two a second has less than 1.9 KB, which is mush at 640 × 360; what they need is a still of [`STILL_BYTES`] every four seconds.
const SLOW_LEAST_BPS: u32 = 30_000;
const SLOW_AGAIN_BPS: u32 = 45_000;
/// Below this a sharp still takes longer than [`STILL_LONGEST`].
const STILLS_LEAST_BPS: u32 = 14_000;
const STILLS_AGAIN_BPS: u32 = 17_000;
/// Width of the smaller picture. Stills have it too: sharp at full width one takes some 50 KB, which no rate of this rung carries in [`STILL_LONGEST`]. Whoever needs more takes a
/// diagnostic still, which travels beside the call.
const SMALL_WIDTH: u32 = 640;
/// Its pace, and the most that an encoder of small pictures is given.
pub const SMALL_FPS: u32 = 15;
/// The least pace of a slow picture; [`pace`] has the better ones.
const SLOW_FPS: u32 = 2;
/// What a sharp still of the smaller picture takes, until one was made.
pub const STILL_BYTES: usize = 16 * 1024;
/// A still is never larger: quality gives way in a scene full of detail.
pub const STILL_MOST_BYTES: usize = 24 * 1024;
/// From one still to the next. Sooner is worth no more; later nobody takes it for live.
const STILL_SHORTEST: Duration = Duration::from_secs(3);
/// The longest.
pub const STILL_LONGEST: Duration = Duration::from_secs(10);
/// Of a packet of a still, bytes: at 70 kbit/s sound waits for it no longer than 70 ms.
const STILL_PAYLOAD: usize = 560;

/// How the picture moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// There is none.
    None,
    /// A sharp picture every few seconds, each decodable by itself.
    Stills,
    /// So many frames a second.
    Moving,
}

/// What the encoder should make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoTarget {
    /// Bits per second.
    pub bitrate_bps: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second, at most; of moving pictures.
    pub fps: u32,
    /// How it moves.
    pub motion: Motion,
}

impl VideoTarget {
    /// All that the relay's plan asks for.
    pub const fn of(plan: &VideoPlan) -> Self {
        let VideoPlan { bitrate_bps, width, height, fps, .. } = *plan;
        Self { bitrate_bps, width, height, fps, motion: Motion::Moving }
    }

    /// The same picture, whatever its bit rate.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        (self.width, self.height, self.fps, self.motion) == (other.width, other.height, other.fps, other.motion)
    }

    /// A picture for a narrow link: few pixels in a second.
    pub const fn is_small(&self) -> bool {
        self.width <= SMALL_WIDTH && self.fps <= SMALL_FPS
    }

    /// One encoder makes both, one after the other: at most rate and pace differ.
    pub fn is_made_as(&self, other: &Self) -> bool {
        (self.width, self.height, self.motion, self.is_small())
            == (other.width, other.height, other.motion, other.is_small())
    }

    /// From one picture to the next, when the last had so many bytes; `None`: there is none.
    pub fn interval(&self, last_bytes: usize) -> Option<Duration> {
        match self.motion {
            Motion::None => None,
            Motion::Stills => {
                let takes = last_bytes as f64 * 8.0 / f64::from(self.bitrate_bps.max(1));
                Some(Duration::from_secs_f64(takes.min(STILL_LONGEST.as_secs_f64())).max(STILL_SHORTEST))
            }
            Motion::Moving => Some(Duration::from_secs(1) / self.fps.max(1)),
        }
    }

    /// How far ahead of the moment in which it was taken a picture of so many bytes is stamped. A browser that keeps sound and picture together holds sound back while the
    /// picture is late, by seconds if need be; a still arrives over seconds. Stamped at two thirds of that time it is early for longer than it is late, and the browser leaves
    /// sound alone.
    pub fn ahead(&self, bytes: usize) -> Duration {
        match self.motion {
            Motion::Stills => {
                let takes = bytes as f64 * 8.0 / f64::from(self.bitrate_bps.max(1));
                Duration::from_secs_f64(takes.min(STILL_LONGEST.as_secs_f64()) * 2.0 / 3.0)
            }
            Motion::None | Motion::Moving => Duration::ZERO,
        }
    }

    /// Bytes of a packet's payload, where a path takes `most`.
    pub fn payload(&self, most: usize) -> usize {
        match self.motion {
            Motion::Stills => most.min(STILL_PAYLOAD),
            Motion::None | Motion::Moving => most,
        }
    }
}

/// A step of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// No picture.
    Sound,
    /// A sharp still every few seconds.
    Stills,
    /// The smaller picture, two to ten frames a second.
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
            Self::Sound => 0,
            Self::Stills => STILLS_LEAST_BPS,
            Self::Slow => SLOW_LEAST_BPS,
            Self::Small => SMALL_LEAST_BPS,
            Self::Full => FULL_LEAST_BPS,
        }
    }

    /// The next better step and what it takes.
    const fn above(self) -> Option<(Self, u32)> {
        match self {
            Self::Sound => Some((Self::Stills, STILLS_AGAIN_BPS)),
            Self::Stills => Some((Self::Slow, SLOW_AGAIN_BPS)),
            Self::Slow => Some((Self::Small, SMALL_AGAIN_BPS)),
            Self::Small => Some((Self::Full, FULL_AGAIN_BPS)),
            Self::Full => None,
        }
    }

    const fn below(self) -> Self {
        match self {
            Self::Full => Self::Small,
            Self::Small => Self::Slow,
            Self::Slow => Self::Stills,
            Self::Stills | Self::Sound => Self::Sound,
        }
    }

    /// Whether what it shows moves.
    const fn moves(self) -> bool {
        matches!(self, Self::Slow | Self::Small | Self::Full)
    }

    /// Its name on the wire, in the record and in words.
    pub const fn named(self) -> control::Rung {
        match self {
            Self::Full => control::Rung::Full,
            Self::Small => control::Rung::Small,
            Self::Slow => control::Rung::Slow,
            Self::Stills => control::Rung::Stills,
            Self::Sound => control::Rung::Sound,
        }
    }

    /// What the encoder makes on this step at least; [`Ladder::target`] has what it makes at a rate.
    pub fn target(self, plan: &VideoPlan, bitrate_bps: u32) -> VideoTarget {
        // Whole fractions only, so that pixels stay square; sizes are even as the encoder wants them.
        let part = plan.width.div_ceil(SMALL_WIDTH).max(1);
        let small = VideoTarget {
            bitrate_bps,
            width: (plan.width / part) & !1,
            height: (plan.height / part) & !1,
            fps: plan.fps.min(SMALL_FPS),
            motion: Motion::Moving,
        };
        match self {
            Self::Full => VideoTarget { bitrate_bps, ..VideoTarget::of(plan) },
            Self::Small => small,
            Self::Slow => VideoTarget { fps: plan.fps.min(SLOW_FPS), ..small },
            Self::Stills => VideoTarget { fps: 0, motion: Motion::Stills, ..small },
            Self::Sound => VideoTarget { fps: 0, motion: Motion::None, ..small },
        }
    }
}

/// The step in use.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    rung: Rung,
    /// Since when the rate has been enough for the next.
    enough_since: Option<Duration>,
    /// Since when it has been too small for a picture that moves, or for stills.
    short_since: Option<Duration>,
    /// Of a slow picture.
    pace: Pace,
}

impl Default for Ladder {
    fn default() -> Self {
        Self { rung: Rung::Full, enough_since: None, short_since: None, pace: Pace::default() }
    }
}

impl Ladder {
    /// The step in use.
    pub const fn rung(&self) -> Rung {
        self.rung
    }

    /// What the encoder makes on the step in use.
    pub fn target(&self, plan: &VideoPlan, bitrate_bps: u32) -> VideoTarget {
        let target = self.rung.target(plan, bitrate_bps);
        match self.rung {
            Rung::Slow => VideoTarget { fps: plan.fps.min(self.pace.fps()), ..target },
            Rung::Full | Rung::Small | Rung::Stills | Rung::Sound => target,
        }
    }

    /// The step for this rate at this moment.
    pub fn step(&mut self, now: Duration, video_bps: u32) -> Rung {
        let before = self.rung;
        self.step_rung(now, video_bps);
        if before == Rung::Slow {
            self.pace.step(now, video_bps);
        } else {
            self.pace = Pace::begin(video_bps);
        }
        self.rung
    }

    fn step_rung(&mut self, now: Duration, video_bps: u32) {
        if video_bps >= self.rung.least() {
            self.short_since = None;
        }
        while video_bps < self.rung.least() {
            let below = self.rung.below();
            if !below.moves() && now.saturating_sub(*self.short_since.get_or_insert(now)) < PATIENCE {
                break;
            }
            self.rung = below;
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    const PLAN: VideoPlan =
        VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };

    #[test]
    fn goes_down_at_once_and_up_when_it_lasts() {
        let mut ladder = Ladder::default();
        let at = Duration::from_millis;
        assert_eq!(ladder.step(at(0), 1_500_000), Rung::Full);
        assert_eq!(ladder.step(at(10), 60_000), Rung::Slow, "two steps at once");
        assert_eq!(ladder.step(at(20), 95_000), Rung::Slow, "enough to stay, not to come back");
        assert_eq!(ladder.step(at(30), 700_000), Rung::Slow);
        assert_eq!(ladder.step(at(1000), 89_000), Rung::Slow, "a break");
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
        let [stills, sound] = [Rung::Stills, Rung::Sound].map(|rung| rung.target(&PLAN, 20_000));
        assert_eq!((stills.width, stills.height, stills.motion), (640, 360, Motion::Stills));
        assert_eq!((sound.motion, sound.interval(STILL_BYTES)), (Motion::None, None));
        assert!(!stills.has_shape_of(&sound) && stills.payload(1100) < 600 && sound.payload(1100) == 1100);
    }

    /// An uplink of 150 kbit/s leaves 60 to 100 of picture.
    #[test]
    fn a_slow_picture_moves_as_fast_as_the_rate_carries_it_and_keeps_its_size() {
        let mut ladder = Ladder::default();
        let mut at = |ms, bps| {
            ladder.step(Duration::from_millis(ms), bps);
            let target = ladder.target(&PLAN, bps);
            (target.width, target.fps)
        };
        assert_eq!([at(0, 400_000), at(10, 399_999), at(20, 85_000)], [(1280, 30), (640, 15), (640, 15)]);
        assert_eq!([at(30, 84_000), at(40, 45_000), at(50, 30_000)], [(640, 10), (640, 6), (640, 2)]);
        assert_eq!([at(60, 50_000), at(2059, 50_000), at(2060, 50_000)], [(640, 2), (640, 2), (640, 6)]);
        // Back to the step above at once from any pace.
        assert_eq!([at(2100, 105_000), at(4099, 105_000), at(4100, 105_000)], [(640, 6), (640, 6), (640, 15)]);
        // From stills it begins with what the rate is enough for.
        let mut ladder = Ladder { rung: Rung::Stills, ..Ladder::default() };
        ladder.step(Duration::ZERO, 46_000);
        assert_eq!(ladder.step(Duration::from_secs(2), 46_000), Rung::Slow);
        assert_eq!(ladder.target(&PLAN, 46_000).fps, 6);
    }

    #[test]
    fn one_encoder_makes_all_small_pictures_and_another_the_full_one() {
        let [full, small, slow, stills] =
            [Rung::Full, Rung::Small, Rung::Slow, Rung::Stills].map(|rung| rung.target(&PLAN, 80_000));
        assert!(small.is_made_as(&slow) && !small.has_shape_of(&slow) && small.is_small());
        assert!(!full.is_made_as(&small) && !stills.is_made_as(&slow) && !full.is_small());
        // A camera that has no more pixels: the pace tells them apart.
        let plan = VideoPlan { width: 640, height: 360, ..PLAN };
        assert!(!Rung::Full.target(&plan, 1).is_made_as(&Rung::Small.target(&plan, 1)));
    }

    /// On 50 kbit/s a moment's queue must not end the picture, and a lasting want must.
    #[test]
    fn stands_still_and_ends_when_it_lasts_and_comes_back_step_by_step() {
        let mut ladder = Ladder::default();
        let at = Duration::from_millis;
        assert_eq!(ladder.step(at(0), 20_000), Rung::Slow, "moving pictures give way at once");
        assert_eq!(ladder.step(at(1900), 20_000), Rung::Slow);
        assert_eq!(ladder.step(at(1950), 31_000), Rung::Slow, "a break");
        assert_eq!(ladder.step(at(2000), 5000), Rung::Slow);
        assert_eq!(ladder.step(at(4000), 5000), Rung::Sound, "as far as it must");
        assert_eq!(ladder.step(at(4100), 25_000), Rung::Sound);
        assert_eq!(ladder.step(at(6100), 25_000), Rung::Stills);
        assert_eq!(ladder.step(at(9000), 25_000), Rung::Stills, "not enough for two frames a second");
        assert_eq!(ladder.step(at(9100), 13_000), Rung::Stills);
        assert_eq!(ladder.step(at(9200), 16_000), Rung::Stills);
        assert_eq!([at(9300), at(11_300)].map(|now| ladder.step(now, 50_000)), [Rung::Stills, Rung::Slow]);
    }

    #[test]
    fn a_still_comes_as_often_as_the_rate_carries_it_every_three_to_ten_seconds() {
        let every = |bps, bytes| Rung::Stills.target(&PLAN, bps).interval(bytes).map(|time| time.as_millis());
        assert_eq!(every(40_000, STILL_BYTES), Some(3276));
        assert_eq!(every(14_000, STILL_BYTES), Some(9362));
        assert_eq!([every(45_000, 8000), every(0, STILL_BYTES)], [Some(3000), Some(10_000)]);
        assert_eq!(Rung::Slow.target(&PLAN, 40_000).interval(9999), Some(Duration::from_millis(500)));
        let still = Rung::Stills.target(&PLAN, 40_000);
        assert!(still.interval(STILL_BYTES) > Some(still.ahead(STILL_BYTES)), "stamps stay in order");
        assert_eq!(still.ahead(30_000), Duration::from_secs(4));
        assert_eq!(Rung::Small.target(&PLAN, 40_000).ahead(30_000), Duration::ZERO);
    }

    /// Every step with a rate for every step, long enough and not.
    #[test]
    fn every_pair_of_rung_and_rate() {
        let rungs = [Rung::Sound, Rung::Stills, Rung::Slow, Rung::Small, Rung::Full];
        let mut table = String::new();
        for rung in rungs {
            for bps in [0, 15_000, 25_000, 50_000, 80_000, 120_000, 450_000, 700_000] {
                let next = [1, 3000].map(|ms| {
                    let mut ladder = Ladder { rung, ..Ladder::default() };
                    ladder.step(Duration::ZERO, bps);
                    ladder.step(Duration::from_millis(ms), bps).named().as_str()
                });
                writeln!(
                    table,
                    "{} + {bps} -> {} at once, {} in three seconds",
                    rung.named().as_str(),
                    next[0],
                    next[1]
                )
                .unwrap();
            }
        }
        insta::assert_snapshot!(table);
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
                // A rung above stands only over what it needs; the lowest two moving steps wait a moment before they give way.
                prop_assert!(bps >= next.least() || next <= Rung::Slow);
                // 360p at 15 is nothing less, whatever name it is recorded under, and a slow picture is never smaller.
                let target = ladder.target(&PLAN, bps);
                match next {
                    Rung::Full => prop_assert_eq!((target.height, target.fps), (720, 30)),
                    Rung::Small => prop_assert_eq!((target.height, target.fps), (360, 15)),
                    Rung::Slow => prop_assert!(target.height == 360 && (2..=10).contains(&target.fps)),
                    Rung::Stills | Rung::Sound => prop_assert_eq!(target.fps, 0),
                }
                if next > rung {
                    prop_assert!(better.is_none_or(|last| now - last >= STEADY));
                    better = Some(now);
                }
                rung = next;
            }
        }
    }
}
