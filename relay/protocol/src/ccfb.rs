//! When packets arrived: the body of RTP congestion control feedback (RFC 8888).
//!
//! ```text
//! u32 sender | { u32 source | u16 begin | u16 count | count × u16 metric | padding to 4 bytes }* | u32 timestamp
//! metric: R (1 bit, received) | ECN (2) | offset (13): 1/1024 s from arrival to timestamp; 0x1ffe older than that, 0x1fff after it
//! ```

use crate::rtcp::RtcpError;

/// Most packets that one message tells of; more is a broken peer.
pub const MAX_REPORTED: usize = 1024;
/// The offset of a packet that arrived longer ago than can be told.
pub const OFFSET_OLD: u16 = 0x1ffe;
/// The offset of a packet that arrived after the timestamp.
pub const OFFSET_LATER: u16 = 0x1fff;
/// ECN: congestion experienced.
pub const ECN_CE: u8 = 3;

/// What is told of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metric(u16);

impl Metric {
    /// It did not arrive by now.
    pub const MISSING: Self = Self(0);

    /// It arrived so many 1024ths of a second before the timestamp, marked as in its IP header.
    pub const fn arrived(ecn: u8, offset: u16) -> Self {
        let offset = if offset > OFFSET_LATER { OFFSET_OLD } else { offset };
        Self(0x8000 | ((ecn as u16 & 3) << 13) | offset)
    }

    /// Whether it arrived.
    pub const fn is_arrived(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// ECN bits of an arrived packet.
    pub const fn ecn(self) -> u8 {
        (self.0 >> 13) as u8 & 3
    }

    /// 1024ths of a second, or [`OFFSET_OLD`], or [`OFFSET_LATER`].
    pub const fn offset(self) -> u16 {
        self.0 & 0x1fff
    }
}

/// What is told of one source: packets `begin`, `begin + 1`, …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    /// Which source.
    pub ssrc: u32,
    /// Sequence number of the first.
    pub begin: u16,
    /// In order.
    pub metrics: Vec<Metric>,
}

/// Reads a body without the sender.
pub(crate) fn parse(mut body: &[u8]) -> Result<(Vec<StreamReport>, u32), RtcpError> {
    let mut streams = Vec::new();
    let mut reported = 0;
    while body.len() > 4 {
        let [s0, s1, s2, s3, b0, b1, c0, c1, rest @ ..] = body else { return Err(RtcpError::Truncated) };
        let count = usize::from(u16::from_be_bytes([*c0, *c1]));
        reported += count;
        if reported > MAX_REPORTED {
            return Err(RtcpError::TooManyReported);
        }
        let len = 2 * count.next_multiple_of(2);
        let (metrics, after) = rest.split_at_checked(len).ok_or(RtcpError::Truncated)?;
        // A metric of a packet that did not arrive is zero whatever the sender wrote.
        let metric = |pair: &[u8]| Metric(u16::from_be_bytes([pair[0], pair[1]]));
        let metrics = metrics.chunks_exact(2).take(count).map(metric);
        streams.push(StreamReport {
            ssrc: u32::from_be_bytes([*s0, *s1, *s2, *s3]),
            begin: u16::from_be_bytes([*b0, *b1]),
            metrics: metrics.map(|metric| if metric.is_arrived() { metric } else { Metric::MISSING }).collect(),
        });
        body = after;
    }
    let timestamp: [u8; 4] = body.try_into().map_err(|_| RtcpError::Truncated)?;
    Ok((streams, u32::from_be_bytes(timestamp)))
}

/// Appends a body without the sender.
pub(crate) fn write(streams: &[StreamReport], timestamp: u32, out: &mut Vec<u8>) {
    for stream in streams {
        let count = stream.metrics.len().min(MAX_REPORTED);
        out.extend_from_slice(&stream.ssrc.to_be_bytes());
        out.extend_from_slice(&stream.begin.to_be_bytes());
        out.extend_from_slice(&(count as u16).to_be_bytes());
        stream.metrics[..count].iter().for_each(|metric| out.extend_from_slice(&metric.0.to_be_bytes()));
        if count % 2 == 1 {
            out.extend_from_slice(&[0, 0]);
        }
    }
    out.extend_from_slice(&timestamp.to_be_bytes());
}
