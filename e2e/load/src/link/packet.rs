//! What goes over the modelled links.

use std::rc::Rc;
use std::time::Duration;

use yunzhen_media::congestion::Report;
use yunzhen_netem::Ecn;

/// Headers of IP, UDP, QUIC and RTP.
pub const HEADERS: usize = 75;
/// Of a packet of a picture, at most.
pub const PAYLOAD: usize = 1136;
/// 32 kbit/s of Opus in 20 ms.
pub const SOUND: usize = 80;
/// Of sound.
pub const SOUND_EVERY: Duration = Duration::from_millis(20);
/// What sound takes on the wire, in bits per second.
pub const SOUND_BPS: u32 = ((SOUND + HEADERS) * 8 * 50) as u32;

/// A piece of sound or of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    pub captured: Duration,
    pub what: What,
    pub size: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Sound { index: u32 },
    Picture { frame: u32, part: u16, parts: u16, key: bool },
}

/// Part of a picture that is missing; every part of it, when none came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    pub frame: u32,
    pub part: Option<u16>,
}

/// What a receiver tells its sender about one link.
#[derive(Debug, Clone, Default)]
pub struct Feedback {
    pub reports: Vec<Report>,
    pub missing: Vec<Missing>,
    pub keyframe: bool,
}

impl Feedback {
    /// On the wire.
    pub fn size(&self) -> usize {
        HEADERS + 16 + 2 * self.reports.len() + 4 * self.missing.len()
    }
}

#[derive(Debug, Clone)]
pub enum Packet {
    Media { flow: usize, number: u64, media: Media },
    Feedback { flow: usize, feedback: Rc<Feedback> },
    Transfer { index: usize, number: u64 },
    Acknowledged { index: usize, number: u64, ecn: Ecn },
}
