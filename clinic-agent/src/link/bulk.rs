//! What bulk may take of the link beside a call, and whether any waits: said by the media task, which knows the rate, and by whoever has bulk to send.
//!
//! Live media never wait for bulk: they are datagrams, which QUIC puts before streams, and what is allowed here is what they leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// While no call runs QUIC's own congestion control decides; this only keeps a page that loads at the same time responsive.
pub const IDLE_BPS: u32 = 4_000_000;
/// Nobody waits for a byte longer than it takes to notice that it is slow.
const LEAST_BPS: u32 = 16_000;

#[derive(Debug)]
struct Shared {
    bps: AtomicU32,
    waits: AtomicBool,
}

/// See the module. Clones are the same.
#[derive(Clone, Debug)]
pub struct Bulk(Arc<Shared>);

impl Default for Bulk {
    fn default() -> Self {
        Self(Arc::new(Shared { bps: AtomicU32::new(IDLE_BPS), waits: AtomicBool::new(false) }))
    }
}

impl Bulk {
    /// So much may be sent from now on; `None`: no call runs.
    pub fn allow(&self, bps: Option<u32>) {
        self.0.bps.store(bps.map_or(IDLE_BPS, |bps| bps.max(LEAST_BPS)), Ordering::Relaxed);
    }

    /// What may be sent, bits per second.
    pub fn bps(&self) -> u32 {
        self.0.bps.load(Ordering::Relaxed)
    }

    /// Bulk waits, or waits no more.
    pub fn set_waits(&self, waits: bool) {
        self.0.waits.store(waits, Ordering::Relaxed);
    }

    /// Whether bulk waits.
    pub fn waits(&self) -> bool {
        self.0.waits.load(Ordering::Relaxed)
    }
}
