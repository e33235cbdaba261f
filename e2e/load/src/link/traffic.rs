//! What competes, as sources of packets.

use std::time::Duration;

use yunzhen_netem::Ecn;
use yunzhen_netem::cases::{Flow, Traffic};
use yunzhen_netem::tcp::{Browsing, Tcp};

enum Kind {
    Long(Tcp),
    Short(Browsing),
}

pub struct Source {
    pub flow: Flow,
    kind: Kind,
}

impl Source {
    pub fn new(traffic: &Traffic, seed: u64) -> Self {
        match traffic {
            Traffic::Long(flow, control) => Self { flow: flow.clone(), kind: Kind::Long(Tcp::new(*control, None)) },
            Traffic::Short { flow, control, begins_on } => {
                let browsing = Browsing::new(*control, seed, *begins_on, flow.start);
                Self { flow: flow.clone(), kind: Kind::Short(browsing) }
            }
        }
    }

    /// Numbers of packets to send now.
    pub fn poll(&mut self, now: Duration) -> Vec<u64> {
        if !self.flow.is_on(now) {
            return Vec::new();
        }
        match &mut self.kind {
            Kind::Long(tcp) => {
                tcp.on_timeout(now);
                std::iter::from_fn(|| tcp.poll_transmit(now)).collect()
            }
            Kind::Short(browsing) => {
                browsing.on_timeout(now);
                std::iter::from_fn(|| browsing.poll_transmit(now)).collect()
            }
        }
    }

    pub fn on_ack(&mut self, now: Duration, number: u64, ecn: Ecn) {
        match &mut self.kind {
            Kind::Long(tcp) => tcp.on_ack(now, number, ecn),
            Kind::Short(browsing) => browsing.on_ack(now, number, ecn),
        }
    }

    pub fn bytes(&self) -> u64 {
        match &self.kind {
            Kind::Long(tcp) => tcp.acknowledged_bytes(),
            Kind::Short(browsing) => browsing.acknowledged_bytes(),
        }
    }

    pub const fn is_long(&self) -> bool {
        matches!(self.kind, Kind::Long(_))
    }
}
