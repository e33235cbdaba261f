//! The one place of this crate that reads clocks: the shard's loop is a driver, and the dependency law keeps `runtime` from it.

use std::time::Instant;

/// Monotonic now.
#[allow(clippy::disallowed_methods, reason = "the loop's only clock; everything below gets `now` as an argument")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now for people.
#[allow(clippy::disallowed_methods, reason = "read once per room, to date its participants")]
pub(crate) fn wall() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Random bytes from the operating system; without them nothing here is safe to start, so a failure ends the thread.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    bytes
}
