//! The codecs the relay passes through, their fixed payload types inside the relay and their numbers on one leg.

use yunzhen_media::{Codec, MediaKind};

/// As in an m-line.
pub(crate) const fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

/// Encoding name in `a=rtpmap`.
pub(crate) const fn codec_name(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => "H264",
        Codec::Vp8 => "VP8",
        Codec::Opus => "opus",
    }
}

/// A codec as one browser numbers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecFormat {
    /// Which.
    pub codec: Codec,
    /// The browser's payload type.
    pub payload_type: u8,
    /// The payload type of its retransmissions (RFC 4588), if it offers them.
    pub rtx: Option<u8>,
    /// How it takes earlier sounds with later ones, if it does.
    pub red: Option<RedFormat>,
    /// `a=fmtp` parameters as offered.
    pub fmtp: String,
}

/// Redundant audio (RFC 2198) as one browser numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedFormat {
    /// The browser's payload type.
    pub payload_type: u8,
    /// The browser named it before the codec inside, and will send it if the answer does too.
    pub is_first: bool,
}

impl CodecFormat {
    /// The payload types of this format as they are named in an m-line.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u8> + use<> {
        let red = self.red.map(|red| red.payload_type);
        let own = match self.red {
            Some(red) if red.is_first => [red.payload_type, self.payload_type].map(Some),
            _ => [Some(self.payload_type), red],
        };
        own.into_iter().chain([self.rtx]).flatten()
    }
}

/// How well an offered H.264 format suits what boxes send (42e01f, packetization-mode 1); `None` when it cannot carry it.
pub(super) fn h264_rank(fmtp: &str) -> Option<u8> {
    let value = |name: &str| {
        fmtp.split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    if value("packetization-mode") != Some("1") {
        return None;
    }
    // RFC 6184: without the parameter the profile is plain baseline.
    let profile = value("profile-level-id").unwrap_or("42000a").to_ascii_lowercase();
    Some(match profile.get(..4)? {
        "42e0" | "42c0" => 3,
        "4200" => 2,
        _ => 1,
    })
}
