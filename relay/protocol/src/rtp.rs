//! RTP packets (RFC 3550 section 5.1): a header by value and a payload that shares the received memory.
//!
//! Contributing sources, header extensions and padding are understood and skipped: extension numbers are negotiated per leg,
//! so none is forwarded. What leaves is always the plain 12-byte header.

use bytes::Bytes;

/// The header without contributing sources and extension.
pub const HEADER_BYTES: usize = 12;

/// The fields that a relay reads and rewrites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RtpHeader {
    /// For video the last packet of a frame; for sound the first after silence.
    pub marker: bool,
    /// 0–127.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Media clock.
    pub timestamp: u32,
    /// Source.
    pub ssrc: u32,
}

/// Why bytes are no RTP packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RtpError {
    /// Ends within the header, the contributing sources or the extension.
    #[error("RTP packet ends within its header")]
    Truncated,
    /// Version is not 2.
    #[error("RTP version is {0}, not 2")]
    Version(u8),
    /// The padding count is zero or larger than what follows the header.
    #[error("RTP padding is longer than the packet")]
    Padding,
}

/// A header extension block as found on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawExtension<'a> {
    /// 0xBEDE for one-byte elements, 0x1000–0x100F for two-byte elements (RFC 8285).
    pub profile: u16,
    /// The elements.
    pub data: &'a [u8],
}

/// Where the parts of a packet lie. Borrowed: nothing is copied, and every access was checked once.
#[derive(Debug, Clone, Copy)]
pub struct RtpView<'a> {
    bytes: &'a [u8],
    header: RtpHeader,
    csrc_count: usize,
    extension: Option<(u16, usize, usize)>,
    payload: (usize, usize),
}

impl<'a> RtpView<'a> {
    /// Checks the whole header.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RtpError> {
        let head: &[u8; HEADER_BYTES] = bytes.first_chunk().ok_or(RtpError::Truncated)?;
        let version = head[0] >> 6;
        if version != 2 {
            return Err(RtpError::Version(version));
        }
        let header = RtpHeader {
            marker: head[1] & 0x80 != 0,
            payload_type: head[1] & 0x7f,
            sequence: u16::from_be_bytes([head[2], head[3]]),
            timestamp: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
            ssrc: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        };
        let csrc_count = usize::from(head[0] & 0x0f);
        let mut at = HEADER_BYTES + 4 * csrc_count;
        let mut extension = None;
        if head[0] & 0x10 != 0 {
            let block: &[u8; 4] = bytes.get(at..).and_then(<[u8]>::first_chunk).ok_or(RtpError::Truncated)?;
            let len = 4 * usize::from(u16::from_be_bytes([block[2], block[3]]));
            extension = Some((u16::from_be_bytes([block[0], block[1]]), at + 4, at + 4 + len));
            at += 4 + len;
        }
        let mut end = bytes.len();
        if at > end {
            return Err(RtpError::Truncated);
        }
        if head[0] & 0x20 != 0 {
            let padding = usize::from(bytes[end - 1]);
            if padding == 0 || padding > end - at {
                return Err(RtpError::Padding);
            }
            end -= padding;
        }
        Ok(Self { bytes, header, csrc_count, extension, payload: (at, end) })
    }

    /// The header's fields.
    pub const fn header(&self) -> RtpHeader {
        self.header
    }

    /// Contributing sources.
    pub fn csrcs(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.bytes[HEADER_BYTES..HEADER_BYTES + 4 * self.csrc_count]
            .chunks_exact(4)
            .map(|csrc| u32::from_be_bytes([csrc[0], csrc[1], csrc[2], csrc[3]]))
    }

    /// The extension block, if there is one.
    pub fn extension(&self) -> Option<RawExtension<'a>> {
        self.extension.map(|(profile, from, to)| RawExtension { profile, data: &self.bytes[from..to] })
    }

    /// The payload without padding; empty for a packet that only probes or pads.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[self.payload.0..self.payload.1]
    }
}

/// A packet ready to be forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtpPacket {
    /// The fields that are rewritten per receiver.
    pub header: RtpHeader,
    /// Shared by all receivers.
    pub payload: Bytes,
}

impl RtpPacket {
    /// Parses received bytes; the payload is a slice of them, not a copy.
    pub fn parse(bytes: Bytes) -> Result<Self, RtpError> {
        let view = RtpView::parse(&bytes)?;
        let (header, (from, to)) = (view.header, view.payload);
        Ok(Self { header, payload: bytes.slice(from..to) })
    }

    /// Header and payload in one new buffer.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(HEADER_BYTES + self.payload.len());
        out.extend_from_slice(&self.header.encode());
        out.extend_from_slice(&self.payload);
        out.into()
    }
}

impl RtpHeader {
    /// The 12 bytes on the wire: version 2, no padding, extension or contributing source.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut out = [0; HEADER_BYTES];
        out[0] = 0x80;
        out[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7f);
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out
    }
}

/// Whether bytes of an RTP/RTCP flow are RTCP (RFC 5761 section 4): payload types 64–95 are never given to RTP.
pub fn is_rtcp(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first >> 6 == 2 && (192..=223).contains(second))
}

/// Whether sequence number `a` comes after `b`, across the wrap.
pub const fn is_newer(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 0x8000
}
