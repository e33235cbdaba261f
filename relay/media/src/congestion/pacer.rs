//! When the next packet may leave: a burst of frames becomes a stream that a narrow link takes without a queue.

use std::time::Duration;

/// A sender that was idle, or woke late, may catch up by this much.
const BURST: Duration = Duration::from_millis(5);

/// See the module. What has left takes its time at the pace; the next leaves when that time is over.
#[derive(Debug, Default)]
pub struct Pacer {
    free_at: Duration,
}

impl Pacer {
    /// When the next packet may leave.
    pub const fn ready_at(&self) -> Duration {
        self.free_at
    }

    /// A packet left, whether it asked or not (sound does not wait but takes its share).
    pub fn sent(&mut self, now: Duration, bytes: usize, pacing_bps: u32) {
        let takes = Duration::from_secs_f64(bytes as f64 * 8.0 / f64::from(pacing_bps.max(1)));
        self.free_at = self.free_at.max(now.saturating_sub(BURST)) + takes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_packets_over_the_pace_and_forgets_idle_time() {
        let mut pacer = Pacer::default();
        let mut now = Duration::from_secs(5);
        for _ in 0..100 {
            now = now.max(pacer.ready_at());
            pacer.sent(now, 1250, 1_000_000);
        }
        assert_eq!(pacer.ready_at(), Duration::from_millis(6000 - 5));
    }
}
