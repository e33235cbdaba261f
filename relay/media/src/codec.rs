//! The codecs that are forwarded, and which payload type means which on a leg.

use crate::{h264, vp8};

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

impl MediaKind {
    /// Ticks of the media clock in a second.
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::Audio => 48_000,
            Self::Video => 90_000,
        }
    }
}

/// A codec that passes through. Nothing is transcoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Constrained baseline, packetization-mode 1.
    H264,
    /// The alternative.
    Vp8,
    /// All sound.
    Opus,
}

impl Codec {
    /// Sound or picture.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Opus => MediaKind::Audio,
            Self::H264 | Self::Vp8 => MediaKind::Video,
        }
    }

    /// Whether a decoder can start at this packet. Sound can start anywhere.
    pub fn starts_keyframe(self, payload: &[u8]) -> bool {
        match self {
            Self::H264 => h264::starts_keyframe(payload),
            Self::Vp8 => vp8::starts_keyframe(payload),
            Self::Opus => true,
        }
    }
}

/// The payload types that one leg negotiated; `None` where the leg does not take the codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PayloadTypes {
    /// For [`Codec::H264`].
    pub h264: Option<u8>,
    /// For [`Codec::Vp8`].
    pub vp8: Option<u8>,
    /// For [`Codec::Opus`].
    pub opus: Option<u8>,
}

impl PayloadTypes {
    /// Those fixed between box and relay.
    pub const BOX: Self = Self {
        h264: Some(yunzhen_protocol::payload_type::H264),
        vp8: Some(yunzhen_protocol::payload_type::VP8),
        opus: Some(yunzhen_protocol::payload_type::OPUS),
    };

    /// What `payload_type` means on this leg.
    pub fn codec(&self, payload_type: u8) -> Option<Codec> {
        [(self.h264, Codec::H264), (self.vp8, Codec::Vp8), (self.opus, Codec::Opus)]
            .into_iter()
            .find_map(|(number, codec)| (number == Some(payload_type)).then_some(codec))
    }

    /// How `codec` is labelled on this leg.
    pub const fn number(&self, codec: Codec) -> Option<u8> {
        match codec {
            Codec::H264 => self.h264,
            Codec::Vp8 => self.vp8,
            Codec::Opus => self.opus,
        }
    }
}
