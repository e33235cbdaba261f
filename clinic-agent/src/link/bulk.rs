//! What bulk may take of the link beside a call, and whether any waits: said by the media task, which knows the rate, and by whoever has bulk to send.
//!
//! Live media never wait for bulk: they are datagrams, which QUIC puts before streams, and what is allowed here is what they leave.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// While no call runs QUIC's own congestion control decides; this only keeps a page that loads at the same time responsive.
pub const IDLE_BPS: u32 = 4_000_000;
/// Nobody waits for a byte longer than it takes to notice that it is slow.
pub(super) const LEAST_BPS: u32 = 16_000;

#[derive(Debug)]
struct Shared {
    bps: AtomicU32,
    waits: AtomicBool,
    /// Documents of the spool that are under way; each takes a share like the still's.
    carried: AtomicUsize,
}

/// See the module. Clones are the same.
#[derive(Clone, Debug)]
pub struct Bulk(Arc<Shared>);

impl Default for Bulk {
    fn default() -> Self {
        Self(Arc::new(Shared {
            bps: AtomicU32::new(IDLE_BPS),
            waits: AtomicBool::new(false),
            carried: AtomicUsize::new(0),
        }))
    }
}

impl Bulk {
    /// So much may be sent from now on; `None`: no call runs.
    pub fn allow(&self, bps: Option<u32>) {
        self.0.bps.store(bps.map_or(IDLE_BPS, |bps| bps.max(LEAST_BPS)), Ordering::Relaxed);
    }

    /// What each that waits may send, bits per second.
    pub fn bps(&self) -> u32 {
        let carried = self.0.carried.load(Ordering::Relaxed) + usize::from(self.0.waits.load(Ordering::Relaxed));
        self.0.bps.load(Ordering::Relaxed) / u32::try_from(carried.max(1)).unwrap_or(u32::MAX)
    }

    /// A document is under way for as long as what is given back lives.
    pub fn carry(&self) -> Carried {
        self.0.carried.fetch_add(1, Ordering::Relaxed);
        Carried(self.clone())
    }

    /// Bulk waits, or waits no more.
    pub fn set_waits(&self, waits: bool) {
        self.0.waits.store(waits, Ordering::Relaxed);
    }

    /// Whether bulk waits.
    pub fn waits(&self) -> bool {
        self.0.waits.load(Ordering::Relaxed) || self.0.carried.load(Ordering::Relaxed) > 0
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
        bulk.allow(Some(60_000));
        assert_eq!((bulk.waits(), bulk.bps()), (false, 60_000));
        bulk.set_waits(true);
        let document = bulk.carry();
        assert_eq!((bulk.waits(), bulk.bps()), (true, 30_000));
        bulk.set_waits(false);
        assert_eq!((bulk.waits(), bulk.bps()), (true, 60_000));
        drop(document);
        assert!(!bulk.waits());
        bulk.allow(Some(0));
        assert_eq!(bulk.bps(), LEAST_BPS, "a byte now and then all the same");
    }
}
