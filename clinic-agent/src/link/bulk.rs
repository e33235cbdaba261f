//! What bulk may take of the link beside a call, and whether any waits: said by the media task, which knows the rate, and by whoever has bulk to send.
//!
//! Live media never wait for bulk: they are datagrams, which QUIC puts before streams, and what is allowed here is what they leave. Pictures make room, a little, for
//! what somebody waits for (a still); for what may come at any time (a recording) they do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// While no call runs QUIC's own congestion control decides; this only keeps a page that loads at the same time responsive.
pub const IDLE_BPS: u32 = 4_000_000;
/// Nobody waits for a byte longer than it takes to notice that it is slow.
pub(super) const LEAST_BPS: u32 = 16_000;
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
    /// Documents of the spool that are under way; each takes a share like the still's.
    carried: AtomicUsize,
}

/// See the module. Clones are the same.
#[derive(Clone, Debug)]
pub struct Bulk(Arc<Shared>);

impl Default for Bulk {
    fn default() -> Self {
        let (bps, spare_bps) = (AtomicU32::new(IDLE_BPS), AtomicU32::new(IDLE_BPS));
        Self(Arc::new(Shared { bps, spare_bps, presses: AtomicBool::new(false), carried: AtomicUsize::new(0) }))
    }
}

impl Bulk {
    /// So much may be sent from now on; `None`: no call runs.
    pub fn allow(&self, allowed: Option<Allowed>) {
        let Allowed { bps, spare_bps } = allowed.unwrap_or(Allowed { bps: IDLE_BPS, spare_bps: IDLE_BPS });
        self.0.bps.store(bps.max(LEAST_BPS), Ordering::Relaxed);
        self.0.spare_bps.store(spare_bps.max(LEAST_SPARE_BPS), Ordering::Relaxed);
    }

    /// What each that somebody waits for may send, bits per second.
    pub fn bps(&self) -> u32 {
        let carried = self.0.carried.load(Ordering::Relaxed) + usize::from(self.0.presses.load(Ordering::Relaxed));
        self.0.bps.load(Ordering::Relaxed) / u32::try_from(carried.max(1)).unwrap_or(u32::MAX)
    }

    /// A document is under way for as long as what is given back lives.
    pub fn carry(&self) -> Carried {
        self.0.carried.fetch_add(1, Ordering::Relaxed);
        Carried(self.clone())
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
        self.0.presses.load(Ordering::Relaxed) || self.0.carried.load(Ordering::Relaxed) > 0
    }
}

/// A document under way.
#[derive(Debug)]
pub struct Carried(Bulk);

impl Drop for Carried {
    fn drop(&mut self) {
        self.0.0.carried.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_shares_and_what_is_done_gives_back() {
        let bulk = Bulk::default();
        bulk.allow(Some(Allowed { bps: 60_000, spare_bps: 20_000 }));
        assert_eq!((bulk.presses(), bulk.bps(), bulk.spare_bps()), (false, 60_000, 20_000));
        bulk.set_presses(true);
        let document = bulk.carry();
        assert_eq!((bulk.presses(), bulk.bps()), (true, 30_000));
        bulk.set_presses(false);
        assert_eq!((bulk.presses(), bulk.bps()), (true, 60_000));
        drop(document);
        assert!(!bulk.presses());
        bulk.allow(Some(Allowed { bps: 0, spare_bps: 0 }));
        assert_eq!((bulk.bps(), bulk.spare_bps()), (LEAST_BPS, LEAST_SPARE_BPS), "a byte now and then all the same");
    }
}
