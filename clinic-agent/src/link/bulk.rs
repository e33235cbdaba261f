//! What bulk may take of the link beside a call, and whether any waits: said by the media task, which knows the rate, and by whoever has bulk to send.
//!
//! Live media never wait for bulk: they are datagrams, which QUIC puts before streams, and what is allowed here is what they leave. Pictures make room, a little, for
//! what somebody waits for (a still); for what may come at any time (a recording) they do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// While no call runs QUIC's own congestion control decides; this only keeps a page that loads at the same time responsive.
pub const IDLE_BPS: u32 = 4_000_000;
/// Nobody waits for a byte longer than it takes to notice that it is slow.
const LEAST_BPS: u32 = 16_000;
/// What nobody waits for trickles, so that it is known that it moves.
const LEAST_SPARE_BPS: u32 = 8_000;

/// What a call leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// To what somebody waits for.
    pub bps: u32,
    /// To the rest.
    pub spare_bps: u32,
}

#[derive(Debug)]
struct Shared {
    bps: AtomicU32,
    spare_bps: AtomicU32,
    presses: AtomicBool,
}

/// See the module. Clones are the same.
#[derive(Clone, Debug)]
pub struct Bulk(Arc<Shared>);

impl Default for Bulk {
    fn default() -> Self {
        let (bps, spare_bps) = (AtomicU32::new(IDLE_BPS), AtomicU32::new(IDLE_BPS));
        Self(Arc::new(Shared { bps, spare_bps, presses: AtomicBool::new(false) }))
    }
}

impl Bulk {
    /// So much may be sent from now on; `None`: no call runs.
    pub fn allow(&self, allowed: Option<Allowed>) {
        let Allowed { bps, spare_bps } = allowed.unwrap_or(Allowed { bps: IDLE_BPS, spare_bps: IDLE_BPS });
        self.0.bps.store(bps.max(LEAST_BPS), Ordering::Relaxed);
        self.0.spare_bps.store(spare_bps.max(LEAST_SPARE_BPS), Ordering::Relaxed);
    }

    /// What may be sent of what somebody waits for, bits per second.
    pub fn bps(&self) -> u32 {
        self.0.bps.load(Ordering::Relaxed)
    }

    /// What may be sent of the rest, bits per second.
    pub fn spare_bps(&self) -> u32 {
        self.0.spare_bps.load(Ordering::Relaxed)
    }

    /// Something that somebody waits for is there, or no more.
    pub fn set_presses(&self, presses: bool) {
        self.0.presses.store(presses, Ordering::Relaxed);
    }

    /// Whether pictures are to make room.
    pub fn presses(&self) -> bool {
        self.0.presses.load(Ordering::Relaxed)
    }
}
