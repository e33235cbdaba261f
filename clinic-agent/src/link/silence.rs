//! Notices that nothing arrives any more although the keep-alive asks for an answer every [`KEEP_ALIVE`]. Pure.
//!
//! A box that moved to another cell or whose NAT forgot it is helped by a new local port at once, long before the
//! connection is given up ([`super::transport::IDLE`]): QUIC goes on with the same connection on the new path.

use std::time::Duration;

/// How often a quiet connection asks for a sign of life.
pub const KEEP_ALIVE: Duration = Duration::from_millis(250);
/// Quiet for this long: take another socket.
pub const REBIND_AFTER: Duration = Duration::from_millis(800);

/// Watches the count of received datagrams.
#[derive(Clone, Copy, Debug)]
pub struct Silence {
    received: u64,
    since: Duration,
    rebound: bool,
}

impl Silence {
    /// Begins with a connection that just answered.
    pub const fn new(received: u64, at: Duration) -> Self {
        Self { received, since: at, rebound: false }
    }

    /// Whether nothing has come for [`REBIND_AFTER`].
    pub const fn is_silent(&self) -> bool {
        self.rebound
    }

    /// Takes the present count; `true` once per silence: rebind now.
    pub fn observe(&mut self, received: u64, at: Duration) -> bool {
        if received != self.received {
            *self = Self::new(received, at);
            return false;
        }
        if self.rebound || at.saturating_sub(self.since) < REBIND_AFTER {
            return false;
        }
        self.rebound = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rebinds_once_per_silence() {
        let ms = Duration::from_millis;
        let mut silence = Silence::new(5, ms(0));
        assert!(!silence.observe(5, ms(700)));
        assert!(silence.observe(5, ms(800)));
        assert!(!silence.observe(5, ms(5000)) && silence.is_silent(), "only once");
        assert!(!silence.observe(6, ms(5100)) && !silence.is_silent());
        assert!(silence.observe(6, ms(5900)), "the next silence");
    }
}
