//! Whether the home's low picture is made, and what it has of the rate. Pure.
//!
//! It is made while it is asked for and the link leaves so much for pictures that it is a small part of them: from [`BEGINS_BPS`] on, until less than
//! [`ENDS_BPS`] is left. The relay's upper bound does not count: it is about the viewers, and a main picture that is held below it loses nothing to the low one.
//! What it has is taken from the rate before the main picture is given its own.
//!
//! Not here: who asks for it (the relay's room), its encoder ([`crate::capture`]), what of it is dropped first ([`super::queue`]).

use std::time::Duration;
use yunzhen_media::ladder::VideoTarget;
use yunzhen_protocol::control::VideoPlan;

/// With less for pictures there is none.
pub const ENDS_BPS: u32 = 900_000;
/// With so much it begins.
const BEGINS_BPS: u32 = 1_000_000;
/// One that ended for want of room does not begin again before.
const PAUSE: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub struct LowShare {
    plan: VideoPlan,
    wanted: bool,
    runs: bool,
    /// What the encoder was told.
    told: Option<bool>,
    not_before: Duration,
}

impl LowShare {
    /// One that nobody asks for yet.
    pub const fn new(plan: VideoPlan) -> Self {
        Self { plan, wanted: false, runs: false, told: None, not_before: Duration::ZERO }
    }

    /// What it is.
    pub const fn plan(&self) -> VideoPlan {
        self.plan
    }

    /// It is asked for, or not any more.
    pub const fn want(&mut self, wanted: bool) {
        self.wanted = wanted;
    }

    /// So much does the link leave for pictures in the long run.
    pub fn look(&mut self, now: Duration, pictures_bps: u32) {
        let is_enough = pictures_bps >= if self.runs { ENDS_BPS } else { BEGINS_BPS };
        let runs = self.wanted && is_enough && (self.runs || now >= self.not_before);
        if self.runs && !is_enough {
            self.not_before = now + PAUSE;
        }
        self.runs = runs;
    }

    /// What it has of what is left for pictures, bits per second.
    pub const fn bps(&self) -> u32 {
        if self.runs { self.plan.bitrate_bps } else { 0 }
    }

    /// What its encoder is to make.
    pub fn target(&self) -> Option<VideoTarget> {
        self.runs.then(|| VideoTarget::of(&self.plan))
    }

    /// Whether the encoder has to be told of [`Self::target`].
    pub fn is_news(&mut self) -> bool {
        self.told.replace(self.runs) != Some(self.runs)
    }

    /// The encoder is another one, or was told by another path.
    pub const fn tell_again(&mut self) {
        self.told = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLAN: VideoPlan =
        VideoPlan { ssrc: 3, payload_type: 102, bitrate_bps: 150_000, fps: 15, width: 320, height: 180 };

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn runs_while_it_is_asked_for_and_the_link_has_room() {
        let mut low = LowShare::new(PLAN);
        low.look(s(0), 2_000_000);
        assert_eq!((low.bps(), low.target()), (0, None), "nobody asks");
        low.want(true);
        low.look(s(1), 950_000);
        assert_eq!(low.bps(), 0);
        low.look(s(2), 1_000_000);
        assert_eq!(low.bps(), 150_000);
        assert_eq!(low.target().map(|target| (target.width, target.height, target.fps)), Some((320, 180, 15)));
        low.look(s(3), 900_000);
        assert_eq!(low.bps(), 150_000);
        low.look(s(4), 899_999);
        assert_eq!(low.bps(), 0, "it is what goes first");
        low.look(s(8), 2_000_000);
        assert_eq!(low.bps(), 0, "not to and fro");
        low.look(s(9), 2_000_000);
        assert_eq!(low.bps(), 150_000);
        low.want(false);
        low.look(s(10), 2_000_000);
        low.want(true);
        low.look(s(11), 2_000_000);
        assert_eq!(low.bps(), 150_000, "who asks again does not wait");
    }

    #[test]
    fn the_encoder_is_told_once_and_another_one_again() {
        let mut low = LowShare::new(PLAN);
        assert!(low.is_news() && !low.is_news());
        low.want(true);
        low.look(s(0), 2_000_000);
        assert!(low.is_news() && !low.is_news());
        low.tell_again();
        assert!(low.is_news() && !low.is_news());
    }

    proptest! {
        /// Whatever the link does, it is never made with less than is asked for, and never begins twice in less than the pause for want of room.
        #[test]
        fn keeps_to_its_bounds(steps in prop::collection::vec((0u32..2_000_000, any::<bool>()), 1..200)) {
            let mut low = LowShare::new(PLAN);
            let mut starved: Option<Duration> = None;
            for (step, (bps, wanted)) in (0u64..).zip(steps) {
                let (now, before) = (Duration::from_millis(500 * step), low.bps());
                low.want(wanted);
                low.look(now, bps);
                prop_assert!(low.bps() == 0 || (wanted && bps >= ENDS_BPS));
                if before == 0 && low.bps() > 0 {
                    prop_assert!(starved.is_none_or(|at| now >= at + PAUSE));
                }
                if before > 0 && bps < ENDS_BPS {
                    starved = Some(now);
                }
            }
        }
    }
}
