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
    /// `a=fmtp` parameters as offered.
    pub fmtp: String,
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
