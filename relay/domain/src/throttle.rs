//! Throttling of passwords and PINs: after a few wrong tries each further one costs a longer wait. Pure; the counter is kept by the store.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What is remembered of one account or one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Wrong tries in a row.
    pub failures: u32,
    /// The last of them.
    pub last_failure_at: Timestamp,
    /// No try before.
    pub blocked_until: Timestamp,
}

/// How strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wrong tries that cost nothing.
    pub free: u32,
    /// The first wait; it doubles with each further wrong try.
    pub first_wait: SignedDuration,
    /// The longest wait.
    pub longest_wait: SignedDuration,
    /// Forgotten after this long without a wrong try.
    pub forget_after: SignedDuration,
}

/// Wait until the end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many wrong tries; wait {} s", .retry_after.as_secs())]
pub struct Throttled {
    /// How long still.
    pub retry_after: SignedDuration,
}

/// May a try be made now?
pub fn check(counter: Option<&Counter>, now: Timestamp) -> Result<(), Throttled> {
    match counter {
        Some(c) if now < c.blocked_until => {
            let left = c.blocked_until.duration_since(now);
            Err(Throttled { retry_after: left.max(SignedDuration::from_secs(1)) })
        }
        _ => Ok(()),
    }
}

/// The counter after a wrong try.
pub fn after_failure(counter: Option<&Counter>, limits: &Limits, now: Timestamp) -> Counter {
    let before =
        counter.filter(|c| now.duration_since(c.last_failure_at) < limits.forget_after).map_or(0, |c| c.failures);
    let failures = before.saturating_add(1);
    let wait = if failures < limits.free {
        SignedDuration::ZERO
    } else {
        let doublings = (failures - limits.free).min(20);
        limits.first_wait.checked_mul(1 << doublings).unwrap_or(limits.longest_wait).min(limits.longest_wait)
    };
    Counter { failures, last_failure_at: now, blocked_until: now.checked_add(wait).unwrap_or(now) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        free: 3,
        first_wait: SignedDuration::from_secs(10),
        longest_wait: SignedDuration::from_secs(60),
        forget_after: SignedDuration::from_hours(1),
    };

    #[test]
    fn waits_double_up_to_the_longest_and_are_forgotten() {
        let t0 = Timestamp::from_second(1_000_000).unwrap();
        let mut counter = None;
        let mut waits = Vec::new();
        for _ in 0..7 {
            let c = after_failure(counter.as_ref(), &LIMITS, t0);
            waits.push(c.blocked_until.duration_since(t0).as_secs());
            counter = Some(c);
        }
        assert_eq!(waits, [0, 0, 10, 20, 40, 60, 60]);
        assert_eq!(check(counter.as_ref(), t0).unwrap_err().retry_after.as_secs(), 60);
        let later = t0 + SignedDuration::from_secs(60);
        assert_eq!(check(counter.as_ref(), later), Ok(()));
        assert_eq!(after_failure(counter.as_ref(), &LIMITS, t0 + SignedDuration::from_hours(2)).failures, 1);
    }
}
