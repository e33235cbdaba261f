//! How long to wait before trying again: exponential, capped, jittered. Pure: the caller brings the randomness and does the waiting.

use std::time::Duration;

/// A schedule of retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait before the first retry, before jitter.
    pub first: Duration,
    /// No wait is longer than this.
    pub max: Duration,
}

impl Backoff {
    /// A schedule that doubles from `first` up to `max`.
    #[must_use]
    pub const fn new(first: Duration, max: Duration) -> Self {
        Self { first, max }
    }

    /// The wait before retry number `attempt` (0 is the first). `jitter` in `0.0..1.0` spreads it over the upper half
    /// of the step, so that many boxes that lost the same relay do not return in the same instant.
    #[must_use]
    pub fn delay(&self, attempt: u32, jitter: f64) -> Duration {
        let step = self.first.saturating_mul(1_u32.checked_shl(attempt.min(31)).unwrap_or(u32::MAX)).min(self.max);
        let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 1.0 };
        step.mul_f64(0.5 + jitter / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const B: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));

    #[test]
    fn doubles_up_to_the_cap_and_never_overflows() {
        let full: Vec<_> = (0..8).map(|n| B.delay(n, 1.0).as_millis()).collect();
        assert_eq!(full, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(B.delay(u32::MAX, 1.0), B.max);
    }

    #[test]
    fn jitter_keeps_within_the_upper_half_of_the_step() {
        assert_eq!(B.delay(1, 0.0), Duration::from_millis(100));
        assert_eq!(B.delay(1, 0.5), Duration::from_millis(150));
        assert_eq!(B.delay(1, f64::NAN), Duration::from_millis(200));
        assert_eq!(B.delay(1, -3.0), Duration::from_millis(100));
    }
}
