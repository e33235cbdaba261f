//! How much of a picture a link takes: all, half the size, a quarter, none. Pure.
//!
//! A step down is taken at once, a step up when the rate has been enough for [`STEADY`]. What a link takes beyond what is sent is not known: a picture that does not use what the link is known to
//! take is not made smaller, and is larger after [`UNUSED`]. A paused picture says nothing of what the link would take, because sound
//! alone is sent: so it is tried again, small, after [`TRY_FIRST`], then after twice as long each time, at most [`TRY_LAST`]; a trial is judged after
//! [`TRIAL`].

use std::time::{Duration, Instant};

pub use yunzhen_protocol::room::Pictures;

/// How long the rate must be enough before the picture gets better.
const STEADY: Duration = Duration::from_secs(2);
/// A still scene uses little.
const UNUSED: Duration = Duration::from_secs(5);
const TRY_FIRST: Duration = Duration::from_secs(5);
const TRY_LAST: Duration = Duration::from_secs(20);
/// A picture that held for so long was no mistake: the next pause is short again.
const HELD: Duration = Duration::from_secs(30);
/// How long a trial lasts: a keyframe, and the controller's way up.
const TRIAL: Duration = Duration::from_secs(4);

/// Below this a picture is the next lower, bits per second. Small ends where a link of about 120 kbit/s has carried its sound.
const fn least(step: Pictures) -> u32 {
    match step {
        Pictures::Paused => 0,
        Pictures::Small => 50_000,
        Pictures::Reduced => 150_000,
        Pictures::Full => 400_000,
    }
}

/// The next better step, and what it takes.
const fn above(step: Pictures) -> Option<(Pictures, u32)> {
    match step {
        Pictures::Paused => Some((Pictures::Small, 75_000)),
        Pictures::Small => Some((Pictures::Reduced, 220_000)),
        Pictures::Reduced => Some((Pictures::Full, 600_000)),
        Pictures::Full => None,
    }
}

/// The step that a rate is enough for.
const fn fits(bps: u32) -> Pictures {
    if bps >= least(Pictures::Full) {
        Pictures::Full
    } else if bps >= least(Pictures::Reduced) {
        Pictures::Reduced
    } else if bps >= least(Pictures::Small) {
        Pictures::Small
    } else {
        Pictures::Paused
    }
}

/// The step in use.
#[derive(Debug, Clone, Copy)]
pub struct Ladder {
    step: Pictures,
    /// Since when the rate has been enough for the next.
    enough_since: Option<Instant>,
    /// Since when less is sent than the link takes.
    unused_since: Option<Instant>,
    /// When a paused picture is tried again, and how long the next pause is.
    retry: Option<Instant>,
    pause: Duration,
    /// Since when it is paused no more.
    resumed: Option<Instant>,
    /// Until when the trial is not judged.
    trial: Option<Instant>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            step: Pictures::Full,
            enough_since: None,
            unused_since: None,
            retry: None,
            pause: TRY_FIRST,
            resumed: None,
            trial: None,
        }
    }
}

impl Ladder {
    /// The step in use.
    pub const fn step(&self) -> Pictures {
        self.step
    }

    /// What one picture may have in the long run is known anew, and whether less is sent than the link takes.
    pub fn look(&mut self, now: Instant, bps: u32, is_unused: bool) -> Pictures {
        if self.trial.is_some_and(|until| now < until) {
            return self.step;
        }
        self.trial = None;
        let is_unused = is_unused && self.step != Pictures::Paused;
        let unused_since = is_unused.then(|| self.unused_since.unwrap_or(now));
        self.unused_since = unused_since;
        let fits = fits(bps);
        if fits < self.step && !is_unused {
            self.enough_since = None;
            self.step = fits;
            if fits == Pictures::Paused {
                if self.resumed.is_some_and(|at| now.saturating_duration_since(at) >= HELD) {
                    self.pause = TRY_FIRST;
                }
                self.retry = Some(now + self.pause);
                self.pause = (2 * self.pause).min(TRY_LAST);
            }
            return self.step;
        }
        if self.step == Pictures::Paused && self.retry.is_some_and(|at| at <= now) {
            (self.step, self.retry, self.trial) = (Pictures::Small, None, Some(now + TRIAL));
            self.resumed = Some(now);
            return self.step;
        }
        match above(self.step) {
            Some((next, _)) if unused_since.is_some_and(|since| now.saturating_duration_since(since) >= UNUSED) => {
                (self.step, self.enough_since, self.unused_since) = (next, None, None);
            }
            Some((next, enough)) if bps >= enough => {
                if now.saturating_duration_since(*self.enough_since.get_or_insert(now)) >= STEADY {
                    if self.step == Pictures::Paused {
                        self.resumed = Some(now);
                    }
                    (self.step, self.enough_since, self.retry) = (next, None, None);
                }
            }
            _ => self.enough_since = None,
        }
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_at_once_and_rises_step_by_step_when_it_lasts() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut ladder = Ladder::default();
        assert_eq!(ladder.look(at(0), 500_000, false), Pictures::Full);
        assert_eq!(ladder.look(at(100), 160_000, false), Pictures::Reduced);
        assert_eq!(ladder.look(at(200), 80_000, false), Pictures::Small);
        let steps: Vec<_> = (3..80).map(|tick| ladder.look(at(100 * tick), 2_000_000, false)).collect();
        assert!(steps.is_sorted() && steps[0] == Pictures::Small && steps[76] == Pictures::Full, "{steps:?}");
        assert_eq!(steps.iter().filter(|step| **step == Pictures::Small).count(), 20);
    }

    #[test]
    fn a_paused_picture_is_tried_again_less_and_less_often() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let mut ladder = Ladder::default();
        let mut tried = Vec::new();
        let mut before = Pictures::Full;
        for tick in 0..1200u64 {
            let step = ladder.look(start + Duration::from_millis(100 * tick), 30_000, false);
            if (before, step) == (Pictures::Paused, Pictures::Small) {
                tried.push(tick / 10);
            }
            before = step;
        }
        assert_eq!(tried, [5, 19, 43, 67, 91, 115]);
        let mut last = start + Duration::from_secs(120);
        while ladder.step() == Pictures::Paused {
            last += Duration::from_millis(100);
            ladder.look(last, 90_000, false);
        }
        assert_eq!(ladder.look(last + Duration::from_millis(100), 90_000, false), Pictures::Small);
    }

    #[test]
    fn a_still_scene_is_not_taken_for_a_narrow_link() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut ladder = Ladder::default();
        assert_eq!(ladder.look(at(0), 300_000, true), Pictures::Full);
        assert_eq!(ladder.look(at(1), 300_000, false), Pictures::Reduced);
        let steps = [2, 4, 7, 8].map(|seconds| ladder.look(at(seconds), 300_000, true));
        assert_eq!(steps, [Pictures::Reduced, Pictures::Reduced, Pictures::Full, Pictures::Full]);
    }
}
