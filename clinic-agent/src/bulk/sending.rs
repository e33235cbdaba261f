//! One object on its way: how much may leave now. Pure; positions are bytes of it.

use std::time::Duration;

/// Bytes that leave together.
pub const PIECE: u64 = 1024;
/// What may be under way unheard: a second of what the link spares, within these bounds. The relay tells every 8 KiB; an outage leaves no more than this
/// in QUIC's queue for when it ends.
const LEAST_UNHEARD: u64 = 16 * 1024;
const MOST_UNHEARD: u64 = 512 * 1024;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sending {
    total: u64,
    sent: u64,
    heard: u64,
    next: Duration,
}

impl Sending {
    /// The relay has so much of so many.
    pub fn new(total: u64, offset: u64, now: Duration) -> Self {
        let offset = offset.min(total);
        Self { total, sent: offset, heard: offset, next: now }
    }

    /// The relay has so much now.
    pub fn heard(&mut self, offset: u64) {
        self.heard = self.heard.max(offset.min(self.sent));
    }

    /// All has left.
    pub const fn is_sent(&self) -> bool {
        self.sent >= self.total
    }

    /// When the next piece may leave; `None`: when the relay has told more.
    pub fn due(&self, bps: u32) -> Option<Duration> {
        let unheard = (u64::from(bps) / 8).clamp(LEAST_UNHEARD, MOST_UNHEARD);
        (!self.is_sent() && self.sent + PIECE <= self.heard + unheard).then_some(self.next)
    }

    /// The next piece leaves: from where to where.
    pub fn take(&mut self, now: Duration, bps: u32) -> std::ops::Range<usize> {
        let from = self.sent;
        self.sent = (from + PIECE).min(self.total);
        // What could not be used is not caught up with.
        let took = Duration::from_secs_f64(PIECE as f64 * 8.0 / f64::from(bps.max(1)));
        self.next = self.next.max(now.saturating_sub(took)) + took;
        from as usize..self.sent as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_keeps_its_pace_and_waits_for_the_relay() {
        let bps = 80_000;
        let mut sending = Sending::new(1_000_000, 500_000, Duration::ZERO);
        let mut now = Duration::ZERO;
        let mut sent = 0;
        while let Some(due) = sending.due(bps) {
            now = now.max(due);
            sent += sending.take(now, bps).len() as u64;
        }
        assert_eq!(sent, LEAST_UNHEARD, "no more is under way than that");
        let seconds = now.as_secs_f64();
        assert!((seconds - (sent - PIECE) as f64 * 8.0 / f64::from(bps)).abs() < 0.01, "{seconds}");
        sending.heard(508_192);
        assert!(sending.due(bps).is_some());
    }

    proptest! {
        #[test]
        fn every_byte_leaves_once_and_in_order(total in 0u64..200_000, offset in 0u64..250_000, bps in 1u32..5_000_000) {
            let mut sending = Sending::new(total, offset, Duration::ZERO);
            let mut at = offset.min(total) as usize;
            let mut now = Duration::ZERO;
            while !sending.is_sent() {
                match sending.due(bps) {
                    Some(due) => {
                        now = now.max(due);
                        let piece = sending.take(now, bps);
                        prop_assert_eq!(piece.start, at);
                        at = piece.end;
                    }
                    None => sending.heard(at as u64),
                }
            }
            prop_assert_eq!(at as u64, total);
        }
    }
}
