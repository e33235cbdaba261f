//! How fast the home's video may be for those who receive it, from loss alone.
//!
//! The rule, per receiver and per report: loss above 10 % multiplies the cap by (1 − loss/2), at most twice a second; loss below 2 %
//! adds 5 % a second; between, the cap stays (a radio link loses some per cent at any rate). An estimate that a browser sends bounds the
//! cap. The target is the least cap of the specialists when there is one, else the largest of the observers: who takes less is sent less. What the home's own
//! uplink takes the home finds out by itself ([`crate::congestion`]). Delay is not looked at: this limits damage, it is not congestion control.

use std::time::{Duration, Instant};

/// Bounds of the home's video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitrateLimits {
    /// Never below: the picture would be useless.
    pub min_bps: u32,
    /// Where a consultation begins.
    pub start_bps: u32,
    /// Never above.
    pub max_bps: u32,
}

impl Default for BitrateLimits {
    fn default() -> Self {
        Self { min_bps: 150_000, start_bps: 1_500_000, max_bps: 2_500_000 }
    }
}

const LOSS_HIGH: f32 = 0.10;
const LOSS_LOW: f32 = 0.02;
const DECREASE_INTERVAL: Duration = Duration::from_millis(500);
const GROWTH_PER_SECOND: f64 = 0.05;
/// A report older than this says nothing about now.
const LONGEST_STEP: Duration = Duration::from_secs(2);

/// The cap that one receiver allows.
#[derive(Debug, Clone)]
pub struct LossCap {
    limits: BitrateLimits,
    cap: f64,
    reported: Option<Instant>,
    decreased: Option<Instant>,
    estimate: Option<u32>,
}

impl LossCap {
    /// Begins at the start rate.
    pub fn new(limits: BitrateLimits) -> Self {
        Self { limits, cap: f64::from(limits.start_bps), reported: None, decreased: None, estimate: None }
    }

    /// A report of the share lost, 0–1, and what the receiver thinks its link carries.
    pub fn report(&mut self, now: Instant, loss: f32, estimate: Option<u32>) {
        let loss = if loss.is_finite() { loss.clamp(0.0, 1.0) } else { 0.0 };
        let step = self.reported.map_or(Duration::ZERO, |at| now.saturating_duration_since(at)).min(LONGEST_STEP);
        self.reported = Some(now);
        self.estimate = estimate.or(self.estimate);
        if loss > LOSS_HIGH {
            if self.decreased.is_none_or(|at| now.saturating_duration_since(at) >= DECREASE_INTERVAL) {
                self.cap *= f64::from(1.0 - loss / 2.0);
                self.decreased = Some(now);
            }
        } else if loss < LOSS_LOW {
            self.cap *= 1.0 + GROWTH_PER_SECOND * step.as_secs_f64();
        }
        self.cap = self.cap.clamp(f64::from(self.limits.min_bps), f64::from(self.limits.max_bps));
    }

    /// The cap when this receiver's loss, or its own estimate, brought it below where a consultation begins; `None`: its link takes everything, as far as is known.
    pub fn limit_bps(&self) -> Option<u32> {
        let bps = self.bps();
        (bps < self.limits.start_bps.min(self.limits.max_bps)).then_some(bps)
    }

    /// The cap in bits per second, within the limits.
    pub fn bps(&self) -> u32 {
        let cap = self.cap as u32;
        self.estimate.map_or(cap, |estimate| cap.min(estimate)).max(self.limits.min_bps)
    }
}

/// The last target that the home was told; says when a new one is worth a message.
#[derive(Debug, Default)]
pub struct Target {
    told: Option<u32>,
}

impl Target {
    /// `Some` when the target moved by a twentieth or more, or was never told.
    pub fn update(&mut self, bps: u32) -> Option<u32> {
        let moved = self.told.is_none_or(|told| told.abs_diff(bps) * 20 >= told);
        if moved && self.told != Some(bps) {
            self.told = Some(bps);
            return Some(bps);
        }
        None
    }

    /// The home joined anew and knows nothing.
    pub fn forget(&mut self) {
        self.told = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_with_heavy_loss_holds_between_and_grows_slowly() {
        #[expect(clippy::disallowed_methods, reason = "an origin for virtual time")]
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut cap = LossCap::new(BitrateLimits::default());
        for second in 0..5 {
            cap.report(at(second), 0.05, None);
        }
        assert_eq!(cap.bps(), 1_500_000);
        cap.report(at(5), 0.4, None);
        assert_eq!(cap.bps(), 1_200_000);
        cap.report(at(5), 0.4, None);
        assert_eq!(cap.bps(), 1_200_000, "twice a second at most");
        for second in 6..60 {
            cap.report(at(second), 0.0, None);
        }
        assert_eq!(cap.bps(), 2_500_000);
        cap.report(at(60), f32::NAN, Some(400_000));
        assert_eq!(cap.bps(), 400_000);
        for second in 61..100 {
            cap.report(at(second), 0.9, None);
        }
        assert_eq!(cap.bps(), 150_000);
    }

    #[test]
    fn small_moves_are_not_told() {
        let mut target = Target::default();
        assert_eq!(target.update(1_000_000), Some(1_000_000));
        assert_eq!(target.update(1_040_000), None);
        assert_eq!(target.update(1_050_000), Some(1_050_000));
        target.forget();
        assert_eq!(target.update(1_050_000), Some(1_050_000));
    }
}
