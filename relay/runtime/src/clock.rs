//! The one place where time and randomness of the machine enter the product.
//!
//! Logic takes both as arguments (house rule 1); only drivers call these functions, at the edge, once per input.
#![allow(clippy::disallowed_methods)]

use std::time::Instant;

/// The wall clock, for records and certificates: in whole milliseconds, as it is stored and sent, so that an answer and the record never
/// tell the same moment differently.
#[must_use]
pub fn now_timestamp() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The monotonic clock, for timers and measurements.
#[must_use]
pub fn now_instant() -> Instant {
    Instant::now()
}

/// Waits for a moment; without one, for ever.
pub async fn until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Random bytes of the operating system, fit for keys and tokens.
///
/// # Panics
/// When the operating system has no randomness: nothing may go on with guessable tokens.
#[must_use]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has no source of randomness");
    bytes
}

/// A random fraction in `0.0..1.0`, the jitter that [`crate::backoff`] takes.
#[must_use]
pub fn random_fraction() -> f64 {
    // 53 bits are what an f64 holds exactly.
    (u64::from_le_bytes(random_bytes::<8>()) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_is_told_as_it_is_stored() {
        let now = now_timestamp();
        assert_eq!(now.subsec_nanosecond() % 1_000_000, 0);
        assert_eq!(format!("{now:.3}").parse::<jiff::Timestamp>().ok(), Some(now));
    }

    #[test]
    fn random_bytes_differ_and_fractions_stay_below_one() {
        assert_ne!(random_bytes::<32>(), random_bytes::<32>());
        for _ in 0..1000 {
            assert!((0.0..1.0).contains(&random_fraction()));
        }
    }
}
