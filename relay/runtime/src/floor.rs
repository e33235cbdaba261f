//! quinn's congestion control as long as nobody knows better: BBR, with a floor under its window while media run.
//!
//! Media are paced and bounded by a controller of their own (`yunzhen_media::congestion`), which knows arrival times; BBR knows acknowledgements only. Left alone it takes its window down
//! to four packets for 200 ms every ten seconds to see the round trip again, and holds sound back meanwhile. The floor is what the media's own
//! controller lets be under way and not a byte more, so that streams (photos, requests) are still BBR's.

use quinn::congestion::{BbrConfig, Controller, ControllerFactory, ControllerMetrics};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Bytes that media may have under way; zero while no media run. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Floor(Arc<AtomicU64>);

impl Floor {
    /// From now on.
    pub fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl ControllerFactory for Floor {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        let inner = Arc::new(BbrConfig::default()).build(now, current_mtu);
        Box::new(Floored { inner, floor: (*self).clone() })
    }
}

struct Floored {
    inner: Box<dyn Controller>,
    floor: Floor,
}

impl Controller for Floored {
    fn on_sent(&mut self, now: Instant, bytes: u64, last_packet_number: u64) {
        self.inner.on_sent(now, bytes, last_packet_number);
    }

    fn on_ack(&mut self, now: Instant, sent: Instant, bytes: u64, app_limited: bool, rtt: &quinn_proto::RttEstimator) {
        self.inner.on_ack(now, sent, bytes, app_limited, rtt);
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, largest_packet_num_acked: Option<u64>) {
        self.inner.on_end_acks(now, in_flight, app_limited, largest_packet_num_acked);
    }

    fn on_congestion_event(&mut self, now: Instant, sent: Instant, is_persistent_congestion: bool, lost_bytes: u64) {
        self.inner.on_congestion_event(now, sent, is_persistent_congestion, lost_bytes);
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.inner.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        self.inner.window().max(self.floor.get())
    }

    fn metrics(&self) -> ControllerMetrics {
        self.inner.metrics()
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(Self { inner: self.inner.clone_box(), floor: self.floor.clone() })
    }

    fn initial_window(&self) -> u64 {
        self.inner.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn the_window_is_never_below_what_media_need_and_bbr_s_otherwise() {
        let floor = Floor::default();
        let mut controller = Arc::new(floor.clone()).build(clock::now_instant(), 1200);
        let own = controller.window();
        floor.set(own + 1);
        assert_eq!(controller.window(), own + 1);
        assert_eq!(controller.clone_box().window(), own + 1, "a new path of the same connection");
        floor.set(0);
        controller.on_congestion_event(clock::now_instant(), clock::now_instant(), true, 1200);
        assert!(controller.window() <= own);
    }
}
