//! What goes over the modelled links.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use yunzhen_media::congestion::Report;
use yunzhen_netem::Ecn;
use yunzhen_protocol::roq::{self, Flow};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};

/// Headers of IP, UDP, QUIC and RTP.
pub const HEADERS: usize = 75;
/// Of these, in front of a datagram: IP, UDP, QUIC.
const BELOW: usize = HEADERS - 13;
/// As the box numbers its sources.
const PICTURES: u32 = 1;
const SOUNDS: u32 = 2;
/// Of a packet of a picture, at most.
pub const PAYLOAD: usize = 1136;
/// Of sound, one piece.
pub const SOUND_EVERY: Duration = Duration::from_millis(20);

/// A piece of sound or of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    pub captured: Duration,
    pub what: What,
    pub size: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Pieces of [`SOUND_EVERY`] from this one on.
    Sound {
        index: u32,
        pieces: u8,
    },
    Picture {
        frame: u32,
        part: u16,
        parts: u16,
        key: bool,
    },
}

impl Media {
    /// As the box sends it. What it is stands in its payload.
    pub fn packet(&self, sequence: u16) -> RtpPacket {
        let micros = self.captured.as_micros() as u64;
        let mut payload = micros.to_be_bytes().to_vec();
        let (marker, ssrc, clock) = match self.what {
            What::Sound { index, pieces } => {
                payload.extend(index.to_be_bytes());
                payload.push(pieces);
                (false, SOUNDS, 48_000)
            }
            What::Picture { frame, part, parts, key } => {
                payload.extend(frame.to_be_bytes());
                payload.extend([part.to_be_bytes(), parts.to_be_bytes()].concat());
                payload.push(key.into());
                (part + 1 == parts, PICTURES, 90_000)
            }
        };
        payload.resize((self.size - HEADERS).max(payload.len()), 0);
        let timestamp = (micros * clock / 1_000_000) as u32;
        let header = RtpHeader { marker, payload_type: 102, sequence, timestamp, ssrc };
        RtpPacket { header, payload: payload.into() }
    }

    /// What a packet is; nothing for what this model did not make.
    pub fn read(packet: &RtpPacket) -> Option<Self> {
        let (micros, rest) = packet.payload.split_first_chunk::<8>()?;
        let what = match packet.header.ssrc {
            SOUNDS => {
                let [i0, i1, i2, i3, pieces] = *rest.first_chunk()?;
                What::Sound { index: u32::from_be_bytes([i0, i1, i2, i3]), pieces }
            }
            PICTURES => {
                let [f0, f1, f2, f3, p0, p1, s0, s1, key] = *rest.first_chunk()?;
                What::Picture {
                    frame: u32::from_be_bytes([f0, f1, f2, f3]),
                    part: u16::from_be_bytes([p0, p1]),
                    parts: u16::from_be_bytes([s0, s1]),
                    key: key != 0,
                }
            }
            _ => return None,
        };
        let captured = Duration::from_micros(u64::from_be_bytes(*micros));
        Some(Self { captured, what, size: packet.payload.len() + HEADERS })
    }
}

/// A datagram of a flow.
pub fn datagram(flow: Flow, content: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(1 + content.len());
    roq::write_flow_id(flow, &mut out);
    out.extend_from_slice(content);
    out.into()
}

/// On the wire.
pub fn wire(datagram: &Bytes) -> usize {
    datagram.len() + BELOW
}

/// What a receiver tells its sender about one link.
#[derive(Debug, Clone, Default)]
pub struct Feedback {
    pub reports: Vec<Report>,
    /// Packets of pictures, by sequence number.
    pub missing: Vec<u16>,
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
    /// A datagram as the box makes it.
    Media {
        flow: usize,
        number: u64,
        datagram: Bytes,
    },
    Feedback {
        flow: usize,
        feedback: Rc<Feedback>,
    },
    Transfer {
        index: usize,
        number: u64,
    },
    Acknowledged {
        index: usize,
        number: u64,
        ecn: Ecn,
    },
}
