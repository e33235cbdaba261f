//! How much the rate fell lately, and what share of it is left for what may be late: the picture. Not the rate itself: window and pacing stay the controller's.
//!
//! On a link whose rate falls tenfold within seconds, whoever uses all of it is late at each fall, for as long as the queue takes to empty. What is left free
//! there is what the next fall takes. A link that stands, or falls seldom, keeps nothing free.

/// Falls by less are a link's own noise, and a probe's end.
const NOISE: f64 = 0.25;
/// What a fall to nothing adds.
const WEIGHT: f64 = 0.5;
/// After so long a third of it is remembered, seconds.
const FORGET: f64 = 16.0;
/// The sum counts up to [`FULL`], is kept up to [`KEPT`], and takes [`MOST`] of the rate then.
const FULL: f64 = 1.0;
const KEPT: f64 = 1.5;
const MOST: f64 = 0.6;
/// So much is always left: a picture that moves and sound, bits per second.
const LEAST_BPS: f64 = 200_000.0;

/// See the module.
#[derive(Debug, Default, Clone, Copy)]
pub struct Unsteady {
    sum: f64,
    at: f64,
}

impl Unsteady {
    /// The rate was one and is another, at `now` in seconds.
    pub fn fell(&mut self, now: f64, from_bps: f64, to_bps: f64) {
        let fall = 1.0 - to_bps / from_bps.max(1.0);
        let sum = self.remembered(now);
        if fall > NOISE {
            *self = Self { sum: (sum + WEIGHT * fall).min(KEPT), at: now };
        }
    }

    /// What may be used of `rate_bps` at `now`.
    pub fn share_of(&self, now: f64, rate_bps: f64) -> f64 {
        let share = 1.0 - MOST * self.remembered(now).min(FULL);
        (rate_bps * share).max(rate_bps.min(LEAST_BPS))
    }

    fn remembered(&self, now: f64) -> f64 {
        self.sum * (-(now - self.at).max(0.0) / FORGET).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::Unsteady;

    #[test]
    fn a_steady_link_is_used_whole() {
        let mut unsteady = Unsteady::default();
        assert_eq!(unsteady.share_of(0.0, 1e6), 1e6);
        for second in 0..100 {
            unsteady.fell(f64::from(second), 1e6, 0.8e6);
        }
        assert_eq!(unsteady.share_of(100.0, 1e6), 1e6, "ends of probes are no falls");
    }

    #[test]
    fn falls_leave_room_and_are_forgotten() {
        let mut unsteady = Unsteady::default();
        unsteady.fell(10.0, 2e6, 0.5e6);
        let once = unsteady.share_of(10.0, 2e6);
        assert!((1.5e6..1.6e6).contains(&once), "{once}");
        for second in 11..20 {
            unsteady.fell(f64::from(second), 2e6, 0.2e6);
        }
        assert_eq!(unsteady.share_of(20.0, 2e6).round(), 0.8e6, "never less than two fifths");
        assert!(unsteady.share_of(100.0, 2e6) > 1.98e6);
    }

    #[test]
    fn a_narrow_link_has_no_room_to_leave() {
        let mut unsteady = Unsteady::default();
        for second in 0..10 {
            unsteady.fell(f64::from(second), 2e6, 0.1e6);
        }
        assert_eq!([150e3, 300e3].map(|rate| unsteady.share_of(10.0, rate)), [150e3, 200e3]);
    }

    #[test]
    fn a_rise_says_nothing() {
        let mut unsteady = Unsteady::default();
        unsteady.fell(1.0, 0.5e6, 2e6);
        unsteady.fell(2.0, 0.0, 1e6);
        assert_eq!(unsteady.share_of(2.0, 1e6), 1e6);
    }
}
