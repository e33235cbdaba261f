//! Legs that are no browsers: a box whose media comes and goes over QUIC.

use bytes::Bytes;
use yunzhen_media::MediaKind;
use yunzhen_media::downlink::Takes;
use yunzhen_media::protocol::room::{AudioState, Camera, VideoState};

use crate::queue::Commands;
use crate::room::LegId;

/// What a packet to or from a box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaFlow {
    /// RTP with picture.
    Video,
    /// RTP with sound.
    Audio,
    /// Compound RTCP.
    Rtcp,
}

impl From<MediaKind> for MediaFlow {
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Video => Self::Video,
            MediaKind::Audio => Self::Audio,
        }
    }
}

/// How a box comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalConfig {
    /// Heard from the start?
    pub audio: AudioState,
    /// Seen from the start?
    pub video: VideoState,
    /// The camera it shows.
    pub camera: Option<Camera>,
    /// SSRC of its picture.
    pub video_ssrc: u32,
    /// SSRC of its sound.
    pub audio_ssrc: u32,
    /// SSRC of its low picture, of a box that can send one.
    pub low_ssrc: Option<u32>,
}

/// Where packets for a box go. Called on the shard's thread: must not block.
pub trait ExternalSink: Send {
    /// One whole packet. A slot names whose media it is about; `None` with RTCP is about the box's own publication.
    fn packet(&mut self, slot: Option<u8>, flow: MediaFlow, packet: Bytes);

    /// The burst is over.
    fn flush(&mut self) {}
}

/// The way in for a box's packets.
#[derive(Clone)]
pub struct ExternalHandle {
    leg: LegId,
    key: u64,
    commands: Commands,
}

/// A packet, or a word about the way to the box, on its way to the shard.
pub(crate) struct ExternalPacket {
    pub key: u64,
    pub content: ExternalContent,
}

pub(crate) enum ExternalContent {
    Packet {
        slot: Option<u8>,
        flow: MediaFlow,
        packet: Bytes,
    },
    /// RTP with the low picture.
    Low(Bytes),
    /// What the box's link leaves for pictures.
    Takes(Takes),
    /// A slot's picture was dropped on the way to the box.
    KeyframeWanted {
        slot: u8,
    },
    /// Packets were lost on the way to the box.
    Missed {
        ssrc: u32,
        sequence: u16,
    },
}

impl ExternalHandle {
    pub(crate) const fn new(leg: LegId, key: u64, commands: Commands) -> Self {
        Self { leg, key, commands }
    }

    /// The leg's name.
    pub const fn leg(&self) -> LegId {
        self.leg
    }

    /// Begins to hand over packets that came together. They are forwarded at the end of the burst, all at once: woken by the first
    /// the shard would run, send and sleep again for each of them on a machine with few cores.
    pub const fn burst(&self) -> Burst<'_> {
        Burst(self)
    }

    /// Says what the box's link leaves for pictures.
    pub fn takes(&self, takes: Takes) -> bool {
        self.burst().put(ExternalContent::Takes(takes))
    }

    /// A burst of one packet.
    pub fn push(&self, slot: Option<u8>, flow: MediaFlow, packet: Bytes) -> bool {
        self.burst().push(slot, flow, packet)
    }
}

/// Packets handed over together; its end forwards a few of them on the caller's thread, or wakes the shard for many.
#[derive(Debug)]
pub struct Burst<'h>(&'h ExternalHandle);

impl Burst<'_> {
    /// Hands a packet over without waiting. A full queue drops this (the newest) packet and counts it: `false`.
    pub fn push(&self, slot: Option<u8>, flow: MediaFlow, packet: Bytes) -> bool {
        self.put(ExternalContent::Packet { slot, flow, packet })
    }

    /// The same of a packet of the box's low picture.
    pub fn push_low(&self, packet: Bytes) -> bool {
        self.put(ExternalContent::Low(packet))
    }

    /// The picture of a slot was dropped on the way to the box: it needs a keyframe.
    pub fn keyframe_wanted(&self, slot: u8) -> bool {
        self.put(ExternalContent::KeyframeWanted { slot })
    }

    /// A packet, named as it was sent to the box, was lost on the way.
    pub fn missed(&self, ssrc: u32, sequence: u16) -> bool {
        self.put(ExternalContent::Missed { ssrc, sequence })
    }

    fn put(&self, content: ExternalContent) -> bool {
        self.0.commands.packet(ExternalPacket { key: self.0.key, content })
    }
}

impl Drop for Burst<'_> {
    fn drop(&mut self) {
        self.0.commands.serve();
    }
}

impl std::fmt::Debug for ExternalHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalHandle").field("leg", &self.leg).finish()
    }
}
