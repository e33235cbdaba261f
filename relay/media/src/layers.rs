//! Which of two pictures of one camera a viewer is sent: the main one, or a low one beside it. Pure.
//!
//! A publisher that can make a low picture makes it while somebody is to have it: a viewer whose link takes clearly less than the main picture has, beside one whose link takes
//! it. A step down is taken at once, a step up when the link has been enough for [`STEADY`]. While the low picture is sent the viewer's link is not tried: that it would take more
//! is a guess. So the main picture is on trial for [`TRIAL`], in which the first picture that breaks ends it, and a step up that did not hold is not tried again for twice as long each
//! time, from [`PAUSE_FIRST`] to [`PAUSE_LAST`].
//!
//! A home's box is told what its low picture is ([`low_of`]); a browser knows by itself.
//!
//! Not here: when the step is carried out (at a keyframe of the other picture, [`crate::room`]), and how the numbers go on ([`crate::rewrite`]).

use std::time::{Duration, Instant};

use yunzhen_protocol::control::VideoPlan;

/// What a low picture has at most, bits per second: 320×180 at fifteen frames a second.
pub const LOW_BPS: u32 = 150_000;
/// Below this a main picture is near to the low one, and a publisher whose link makes it so would take the low one from it: nothing is gained.
pub const WORTH_BPS: u32 = 3 * LOW_BPS;
/// How long the link must be enough before the main picture is tried.
const STEADY: Duration = Duration::from_secs(5);
/// A main picture that held for so long was no mistake: the next pause is short again.
const HELD: Duration = Duration::from_secs(30);
/// How long a main picture is on trial.
const TRIAL: Duration = Duration::from_secs(4);
const PAUSE_FIRST: Duration = Duration::from_secs(10);
const PAUSE_LAST: Duration = Duration::from_secs(160);

/// Lines of a low picture, and how often it comes in a second.
const LOW_LINES: u32 = 180;
const LOW_FPS: u32 = 15;

/// The low picture beside this one; `None`: this one is no larger.
pub fn low_of(main: &VideoPlan, ssrc: u32) -> Option<VideoPlan> {
    // Whole fractions only, so that pixels stay square; sizes are even as an encoder wants them.
    let part = main.height.div_ceil(LOW_LINES).max(1);
    let (width, height) = ((main.width / part) & !1, (main.height / part) & !1);
    let is_smaller = part > 1 && width > 0 && height > 0;
    is_smaller.then(|| VideoPlan { ssrc, bitrate_bps: LOW_BPS, fps: main.fps.min(LOW_FPS), width, height, ..*main })
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layer {
    /// As large as the publisher's link and the strong viewers' take.
    #[default]
    Main,
    /// [`LOW_BPS`].
    Low,
}

/// The choice for one viewer of one picture.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    layer: Layer,
    /// Since when the link has been enough for the main picture.
    enough_since: Option<Instant>,
    /// When the main picture was tried.
    raised: Option<Instant>,
    /// The main picture is not tried before.
    not_before: Option<Instant>,
    pause: Duration,
}

impl Default for Choice {
    fn default() -> Self {
        Self { layer: Layer::Main, enough_since: None, raised: None, not_before: None, pause: PAUSE_FIRST }
    }
}

impl Choice {
    /// The picture in use.
    pub const fn layer(&self) -> Layer {
        self.layer
    }

    /// Whether the main picture is on trial.
    pub fn is_tried(&self, now: Instant) -> bool {
        let raised = self.raised.is_some_and(|at| now.saturating_duration_since(at) < TRIAL);
        raised && self.layer == Layer::Main
    }

    /// The viewer's picture broke. Whether that was a trial, which is over.
    pub fn broke(&mut self, now: Instant) -> bool {
        let fails = self.is_tried(now);
        if fails {
            self.fall(now);
        }
        fails
    }

    fn fall(&mut self, now: Instant) {
        let held = self.raised.is_none_or(|at| now.saturating_duration_since(at) >= HELD);
        self.pause = if held { PAUSE_FIRST } else { (2 * self.pause).min(PAUSE_LAST) };
        (self.layer, self.enough_since, self.not_before) = (Layer::Low, None, Some(now + self.pause));
    }

    /// What the viewer's link takes (`None`: everything, as far as is known) and what the main picture needs are known anew.
    pub fn look(&mut self, now: Instant, takes_bps: Option<u32>, needs_bps: u32) -> Layer {
        let needs = u64::from(needs_bps);
        let is_worth = needs_bps >= WORTH_BPS;
        match self.layer {
            Layer::Main => {
                let is_less = takes_bps.is_some_and(|takes| u64::from(takes) * 10 < needs * 9);
                if is_less && is_worth {
                    self.fall(now);
                }
            }
            Layer::Low => {
                let is_enough = !is_worth || takes_bps.is_none_or(|takes| u64::from(takes) * 4 >= needs * 5);
                if !is_enough {
                    self.enough_since = None;
                    return self.layer;
                }
                let since = *self.enough_since.get_or_insert(now);
                let waits = self.not_before.is_some_and(|at| now < at);
                if now.saturating_duration_since(since) >= STEADY && !waits {
                    (self.layer, self.enough_since, self.raised) = (Layer::Main, None, Some(now));
                }
            }
        }
        self.layer
    }
}

/// What a picture has, over the last second: a rate that falls is followed slowly, because a scene that is still at the moment will move again.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    since: Option<Instant>,
    bits: u64,
    bps: u32,
}

impl Rate {
    const WINDOW: Duration = Duration::from_secs(1);

    /// A packet of so many bytes.
    pub fn add(&mut self, now: Instant, bytes: usize) {
        let since = *self.since.get_or_insert(now);
        let time = now.saturating_duration_since(since);
        if time >= Self::WINDOW {
            let measured = (self.bits * 1000) / (time.as_millis().max(1) as u64);
            let measured = u32::try_from(measured).unwrap_or(u32::MAX);
            (self.since, self.bits) = (Some(now), 0);
            self.bps = measured.max(self.bps / 4 * 3);
        }
        self.bits += bytes as u64 * 8;
    }

    /// Bits per second.
    pub const fn bps(&self) -> u32 {
        self.bps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One origin for all times of a test.
    fn at(ms: u64) -> Instant {
        use std::sync::OnceLock;
        static ORIGIN: OnceLock<Instant> = OnceLock::new();
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let origin = *ORIGIN.get_or_init(Instant::now);
        origin + Duration::from_millis(ms)
    }

    #[test]
    fn a_low_picture_has_the_shape_of_the_main_one_and_there_is_none_of_a_small_one() {
        let main = VideoPlan { ssrc: 1, payload_type: 102, bitrate_bps: 1_500_000, fps: 30, width: 1280, height: 720 };
        let low = |main| low_of(&main, 7).map(|low| (low.ssrc, low.width, low.height, low.fps, low.bitrate_bps));
        assert_eq!(low(main), Some((7, 320, 180, 15, LOW_BPS)));
        assert_eq!(low(VideoPlan { width: 1920, height: 1080, ..main }), Some((7, 320, 180, 15, LOW_BPS)));
        assert_eq!(low(VideoPlan { width: 640, height: 480, fps: 10, ..main }), Some((7, 212, 160, 10, LOW_BPS)));
        assert_eq!(
            [low(VideoPlan { width: 320, height: 180, ..main }), low(VideoPlan { width: 1, ..main })],
            [None; 2]
        );
    }

    #[test]
    fn falls_at_once_and_rises_when_it_lasts() {
        let mut choice = Choice::default();
        assert_eq!(choice.look(at(0), None, 1_500_000), Layer::Main);
        assert_eq!(choice.look(at(100), Some(1_400_000), 1_500_000), Layer::Main, "a tenth less is no step");
        assert_eq!(choice.look(at(200), Some(300_000), 1_500_000), Layer::Low);
        let rises: Vec<_> = (1..200).map(|tick| choice.look(at(200 + 100 * tick), None, 1_500_000)).collect();
        let first = rises.iter().position(|layer| *layer == Layer::Main);
        assert_eq!(first, Some(99), "after the first pause of ten seconds, not after five");
        assert!(rises[99..].iter().all(|layer| *layer == Layer::Main));
    }

    #[test]
    fn a_step_up_that_does_not_hold_is_tried_less_and_less_often() {
        let mut choice = Choice::default();
        let mut tried = Vec::new();
        let mut before = choice.look(at(0), Some(300_000), 1_500_000);
        for second in 1..600u64 {
            // The link is believed to take everything until it is tried.
            let takes = (choice.layer() == Layer::Main).then_some(300_000);
            let layer = choice.look(at(1000 * second), takes, 1_500_000);
            if (before, layer) == (Layer::Low, Layer::Main) {
                tried.push(second);
            }
            before = layer;
        }
        assert_eq!(tried, [10, 31, 72, 153, 314, 475]);
    }

    #[test]
    fn a_picture_that_breaks_ends_a_trial_and_nothing_else() {
        let mut choice = Choice::default();
        assert!(!choice.broke(at(0)), "who never was weak is not on trial");
        choice.look(at(0), Some(300_000), 1_500_000);
        choice.look(at(100), None, 1_500_000);
        assert_eq!(choice.look(at(10_000), None, 1_500_000), Layer::Main);
        let mut held = choice;
        assert!(choice.is_tried(at(10_500)) && choice.broke(at(10_500)));
        assert_eq!((choice.layer(), choice.is_tried(at(10_600))), (Layer::Low, false));
        choice.look(at(10_600), None, 1_500_000);
        assert_eq!(choice.look(at(30_000), None, 1_500_000), Layer::Low, "the next pause is twice as long");
        assert_eq!(choice.look(at(30_500), None, 1_500_000), Layer::Main);
        assert!(!held.broke(at(14_000)), "the trial was passed");
        assert_eq!(held.layer(), Layer::Main);
    }

    #[test]
    fn a_main_picture_that_is_hardly_larger_is_given_to_everybody() {
        let mut choice = Choice::default();
        assert_eq!(choice.look(at(0), Some(100_000), WORTH_BPS - 1), Layer::Main);
        assert_eq!(choice.look(at(1), Some(100_000), WORTH_BPS), Layer::Low);
        assert_eq!(choice.look(at(2), Some(100_000), 160_000), Layer::Low);
        assert_eq!(choice.look(at(20_000), Some(100_000), 160_000), Layer::Main, "nor kept from anybody");
    }

    #[test]
    fn a_rate_falls_slowly_and_rises_at_once() {
        let mut rate = Rate::default();
        for ms in (0..2001).step_by(10) {
            rate.add(at(ms), 1250);
        }
        assert!((990_000..=1_010_000).contains(&rate.bps()), "{}", rate.bps());
        for ms in (2010..3021).step_by(10) {
            rate.add(at(ms), 125);
        }
        assert!((740_000..=760_000).contains(&rate.bps()), "{}", rate.bps());
        for ms in (3030..4100).step_by(10) {
            rate.add(at(ms), 2500);
        }
        assert!(rate.bps() > 1_800_000, "{}", rate.bps());
    }

    proptest! {
        /// Whatever a link is said to take, a viewer is not switched up more than once in ten seconds.
        #[test]
        fn nobody_is_switched_to_and_fro(says in prop::collection::vec((prop::option::of(0..3_000_000u32), 0..3_000_000u32), 1..600)) {
            let (mut choice, mut raised) = (Choice::default(), Vec::new());
            let mut before = Layer::Main;
            for (tick, (takes, needs)) in (0u64..).zip(says) {
                let layer = choice.look(at(tick * 100), takes, needs);
                if (before, layer) == (Layer::Low, Layer::Main) {
                    raised.push(tick);
                }
                before = layer;
            }
            prop_assert!(raised.windows(2).all(|pair| pair[1] - pair[0] >= 100), "{raised:?}");
        }
    }
}
