//! How often somebody may do something: so many times in a window, and as they run out evenly more. Lock-free, because datagrams ask too.
//!
//! The "generic cell rate algorithm": one number says until when what was allowed is used up. Not here: what happens to who asks too often, and limits that
//! have to outlive the program (those are in the record).

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What one caller has left.
#[derive(Debug)]
pub struct Allowance {
    /// One costs this much time.
    each: u64,
    window: u64,
    used_until: AtomicU64,
}

impl Allowance {
    /// `many` in a `window`; all of them at once, if it comes so.
    #[must_use]
    pub fn new(many: NonZeroU32, window: Duration) -> Self {
        let window = nanoseconds(window);
        // A window shorter than its many nanoseconds allows one a nanosecond, which is no limit and no error.
        Self { each: (window / u64::from(many.get())).max(1), window, used_until: AtomicU64::new(0) }
    }

    /// Takes one; `false`: none is left now. `at` is on a clock that does not go back.
    pub fn take(&self, at: Duration) -> bool {
        let at = nanoseconds(at);
        let most = at.saturating_add(self.window);
        let mut used = self.used_until.load(Ordering::Relaxed);
        loop {
            let next = used.max(at).saturating_add(self.each);
            if next > most {
                return false;
            }
            match self.used_until.compare_exchange_weak(used, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => used = now,
            }
        }
    }

    /// How long until one is left.
    pub fn wait(&self, at: Duration) -> Duration {
        let at = nanoseconds(at);
        let next = self.used_until.load(Ordering::Relaxed).max(at).saturating_add(self.each);
        Duration::from_nanos(next.saturating_sub(at.saturating_add(self.window)))
    }

    /// Whether nothing of it is used: forgetting it changes nothing.
    pub fn is_whole(&self, at: Duration) -> bool {
        self.used_until.load(Ordering::Relaxed) <= nanoseconds(at)
    }
}

/// 584 years of them.
fn nanoseconds(of: Duration) -> u64 {
    u64::try_from(of.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ten_a_second() -> Allowance {
        Allowance::new(NonZeroU32::new(10).unwrap(), SECOND)
    }

    #[test]
    fn a_burst_is_taken_whole_and_then_what_a_second_allows() {
        let allowance = ten_a_second();
        let taken = |at: u64| (0..100).filter(|_| allowance.take(Duration::from_millis(at))).count();
        assert_eq!(taken(5_000), 10);
        assert_eq!(taken(5_000), 0);
        assert_eq!(taken(5_099), 0);
        assert_eq!(allowance.wait(Duration::from_millis(5_099)), Duration::from_millis(1));
        assert_eq!(taken(5_100), 1);
        assert_eq!(taken(5_350), 2);
        assert!(!allowance.is_whole(Duration::from_millis(5_350)));
        // However long it was quiet, no more than a window's worth is saved up.
        assert!(allowance.is_whole(Duration::from_secs(60)));
        assert_eq!(taken(60_000), 10);
        assert_eq!(allowance.wait(Duration::from_secs(70)), Duration::ZERO);
    }

    #[test]
    fn who_keeps_to_it_is_never_refused_and_who_floods_gets_exactly_what_is_allowed() {
        let (steady, flood) = (ten_a_second(), ten_a_second());
        assert!((0..1_000).all(|n| steady.take(Duration::from_millis(100 * n))));
        let through = (0..100_000_u64).filter(|n| flood.take(Duration::from_micros(100 * n))).count();
        assert_eq!(through, 10 + 99, "ten seconds: a burst, and ten for each further second as far as it has gone");
    }
}
