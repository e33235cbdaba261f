//! What something takes of the rate, measured: sound, repairs.

use std::time::Duration;

/// Measured over this.
const WINDOW: Duration = Duration::from_millis(500);

/// See the module.
#[derive(Debug)]
pub struct Takes {
    bps: f64,
    bytes: usize,
    since: Duration,
}

impl Takes {
    /// From now on; taken to be this until it is measured.
    pub const fn new(now: Duration, bps: f64) -> Self {
        Self { bps, bytes: 0, since: now }
    }

    /// So many bytes left.
    pub fn sent(&mut self, now: Duration, bytes: usize) {
        self.bytes += bytes;
        self.look(now);
    }

    /// Time passed.
    pub fn look(&mut self, now: Duration) {
        let time = now.saturating_sub(self.since);
        if time >= WINDOW {
            self.bps = self.bytes as f64 * 8.0 / time.as_secs_f64();
            (self.bytes, self.since) = (0, now);
        }
    }

    /// Bits per second.
    pub const fn bps(&self) -> f64 {
        self.bps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_was_sent_in_the_last_window_and_nothing_after_a_silence() {
        let ms = Duration::from_millis;
        let mut takes = Takes::new(ms(0), 5000.0);
        (1..=24).for_each(|packet| takes.sent(ms(20 * packet), 100));
        assert!((takes.bps() - 5000.0).abs() < 1.0, "not measured yet");
        (25..=50).for_each(|packet| takes.sent(ms(20 * packet), 100));
        assert!((takes.bps() - 40_000.0).abs() < 1.0, "{}", takes.bps());
        takes.look(ms(2000));
        takes.look(ms(2500));
        assert!(takes.bps() < 1.0);
    }
}
