//! Who is compared: our controllers, and our own agent with adaptation off. Rows of programs that cannot run in virtual time come as JSON.

// The reference controller lives with the tests of the product's own, which it is no part of.
#[path = "../../../../relay/media/tests/congestion/gcc.rs"]
mod gcc;

use std::time::Duration;

use yunzhen_media::congestion::{Clocked, Controller, Limits, Report};
use yunzhen_media::ladder::forward::LINK_LEAST_BPS;

/// What the agent sends with adaptation off, sound and headers included.
const FIXED_BPS: u32 = 1_500_000;

/// A controller that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The box's.
    Clocked,
    /// The published one of WebRTC, in our box.
    Gcc,
    /// None.
    Off,
}

impl Program {
    pub const ALL: [Self; 3] = [Self::Clocked, Self::Gcc, Self::Off];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Clocked => "clocked",
            Self::Gcc => "gcc",
            Self::Off => "adaptation off",
        }
    }

    /// What it would send on a link without limits.
    pub fn most_bps(self) -> u32 {
        match self {
            Self::Clocked | Self::Gcc => Limits::default().max_bps,
            Self::Off => FIXED_BPS,
        }
    }

    /// Whether it repairs what the link loses. With adaptation off nothing does but asking again.
    pub const fn repairs(self) -> bool {
        match self {
            Self::Clocked | Self::Gcc => true,
            Self::Off => false,
        }
    }

    pub fn controller(self) -> Box<dyn Controller> {
        match self {
            Self::Clocked => Box::new(Clocked::new(Limits { min_bps: LINK_LEAST_BPS, ..Limits::default() })),
            Self::Gcc => Box::new(gcc::Gcc::new(Limits::default())),
            Self::Off => Box::new(Fixed(FIXED_BPS)),
        }
    }
}

/// The same rate whatever comes.
struct Fixed(u32);

impl Controller for Fixed {
    fn sent(&mut self, _: Duration, _: u64, _: usize) {}
    fn feedback(&mut self, _: Duration, _: &[Report]) {}
    fn new_path(&mut self) {}
    fn poll(&mut self, _: Duration) {}
    fn target_bps(&self) -> u32 {
        self.0
    }
    fn sustained_bps(&self) -> u32 {
        self.0
    }
    /// A frame leaves within a tenth of its time.
    fn pacing_bps(&self) -> u32 {
        self.0 * 10
    }
    fn window_bytes(&self) -> usize {
        usize::MAX
    }
    fn room_bytes(&self) -> usize {
        usize::MAX
    }
}
