//! RTCP: sender and receiver reports (RFC 3550), NACK and PLI (RFC 4585), FIR (RFC 5104), arrival times (RFC 8888), as compound packets.
//!
//! Packets of other types are skipped: what they carry (names, transport-wide feedback, bandwidth messages) is the leg's
//! business, not the room's.

use crate::ccfb::{self, StreamReport};

/// Largest number of lost packets that one NACK is unfolded to; more is a broken peer.
pub const MAX_NACKED: usize = 512;

/// What one source sent so far, and how its media clock relates to the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// 32.32 fixed point seconds since 1900.
    pub ntp: u64,
    /// The media clock at that moment.
    pub rtp_timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

/// Seconds from 1900 to 1970.
const NTP_UNIX: u64 = 2_208_988_800;

/// A moment of Unix time as [`SenderInfo::ntp`].
pub const fn ntp_time(unix_seconds: i64, nanoseconds: i32) -> u64 {
    let seconds = (unix_seconds as u64).wrapping_add(NTP_UNIX) & 0xffff_ffff;
    (seconds << 32) | (((nanoseconds as u64) << 32) / 1_000_000_000)
}

/// How one source is received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source reported on.
    pub ssrc: u32,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Lost in all; 24 bits, may be negative with duplicates.
    pub cumulative_lost: i32,
    /// Highest sequence number with its wraps above.
    pub highest_sequence: u32,
    /// Interarrival jitter in media clock units.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's `ntp`.
    pub last_sr: u32,
    /// Since then, in 1/65536 s.
    pub delay_since_last_sr: u32,
}

/// One packet of a compound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RtcpPacket {
    /// SR.
    SenderReport {
        /// Who reports.
        ssrc: u32,
        /// On its own sending.
        info: SenderInfo,
        /// On what it receives.
        reports: Vec<ReportBlock>,
    },
    /// RR.
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// On what it receives.
        reports: Vec<ReportBlock>,
    },
    /// Lost packets to be sent again.
    Nack {
        /// Who asks.
        sender: u32,
        /// About which source.
        media: u32,
        /// In the order of the message.
        sequences: Vec<u16>,
    },
    /// A picture cannot be decoded.
    Pli {
        /// Who asks.
        sender: u32,
        /// About which source.
        media: u32,
    },
    /// Full intra request; several sources in one message give several of these.
    Fir {
        /// Who asks.
        sender: u32,
        /// About which source.
        media: u32,
        /// Repeats of one request keep the number.
        sequence: u8,
    },
    /// When packets arrived.
    Arrivals {
        /// Who reports.
        sender: u32,
        /// Of each source.
        streams: Vec<StreamReport>,
        /// When, on the reporter's clock: middle 32 bits of NTP's format, 1/65536 s.
        timestamp: u32,
    },
}

/// Why a compound was refused. What came before the error is lost with it: half a report misleads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RtcpError {
    /// A length field points behind the end, or a packet is shorter than its type needs.
    #[error("RTCP packet is truncated")]
    Truncated,
    /// Version is not 2.
    #[error("RTCP version is {0}, not 2")]
    Version(u8),
    /// The padding count is zero, no multiple of four or too large.
    #[error("RTCP padding is malformed")]
    Padding,
    /// A NACK names more than [`MAX_NACKED`] packets.
    #[error("NACK names too many packets")]
    TooManyNacked,
    /// Congestion control feedback tells of more than [`ccfb::MAX_REPORTED`] packets.
    #[error("congestion control feedback tells of too many packets")]
    TooManyReported,
}

/// Whether a compound is a report of arrivals ([`RtcpPacket::Arrivals`]), which is alone in its compound.
pub const fn is_arrivals(compound: &[u8]) -> bool {
    matches!(compound, [first, TRANSPORT_FEEDBACK, ..] if *first & 0x1f == FORMAT_ARRIVALS)
}

const SR: u8 = 200;
const RR: u8 = 201;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;
const FORMAT_NACK: u8 = 1;
const FORMAT_ARRIVALS: u8 = 11;
const FORMAT_PLI: u8 = 1;
const FORMAT_FIR: u8 = 4;

/// Parses a compound; unknown packets are skipped.
pub fn parse(mut bytes: &[u8]) -> Result<Vec<RtcpPacket>, RtcpError> {
    let mut packets = Vec::new();
    while !bytes.is_empty() {
        let [first, kind, high, low, ..] = *bytes else { return Err(RtcpError::Truncated) };
        if first >> 6 != 2 {
            return Err(RtcpError::Version(first >> 6));
        }
        let len = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
        let mut body = bytes.get(4..len).ok_or(RtcpError::Truncated)?;
        bytes = &bytes[len..];
        if first & 0x20 != 0 {
            let padding = usize::from(*body.last().ok_or(RtcpError::Padding)?);
            if padding == 0 || padding % 4 != 0 || padding > body.len() {
                return Err(RtcpError::Padding);
            }
            body = &body[..body.len() - padding];
        }
        parse_one(first & 0x1f, kind, body, &mut packets)?;
    }
    Ok(packets)
}

fn parse_one(count: u8, kind: u8, body: &[u8], packets: &mut Vec<RtcpPacket>) -> Result<(), RtcpError> {
    match (kind, count) {
        (SR, _) => {
            let info = SenderInfo {
                ntp: (u64::from(word(body, 4)?) << 32) | u64::from(word(body, 8)?),
                rtp_timestamp: word(body, 12)?,
                packets: word(body, 16)?,
                octets: word(body, 20)?,
            };
            packets.push(RtcpPacket::SenderReport { ssrc: word(body, 0)?, info, reports: blocks(body, 24, count)? });
        }
        (RR, _) => packets.push(RtcpPacket::ReceiverReport { ssrc: word(body, 0)?, reports: blocks(body, 4, count)? }),
        (TRANSPORT_FEEDBACK, FORMAT_NACK) => {
            let (sender, media) = (word(body, 0)?, word(body, 4)?);
            let mut sequences = Vec::new();
            for item in body[8..].chunks(4) {
                let [a, b, c, d] = *item else { return Err(RtcpError::Truncated) };
                let (first, mask) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                sequences.push(first);
                sequences.extend((0..16).filter(|bit| mask & (1 << bit) != 0).map(|bit| first.wrapping_add(bit + 1)));
                if sequences.len() > MAX_NACKED {
                    return Err(RtcpError::TooManyNacked);
                }
            }
            packets.push(RtcpPacket::Nack { sender, media, sequences });
        }
        (TRANSPORT_FEEDBACK, FORMAT_ARRIVALS) => {
            let sender = word(body, 0)?;
            let (streams, timestamp) = ccfb::parse(&body[4..])?;
            packets.push(RtcpPacket::Arrivals { sender, streams, timestamp });
        }
        (PAYLOAD_FEEDBACK, FORMAT_PLI) => {
            packets.push(RtcpPacket::Pli { sender: word(body, 0)?, media: word(body, 4)? });
        }
        (PAYLOAD_FEEDBACK, FORMAT_FIR) => {
            let sender = word(body, 0)?;
            word(body, 4)?;
            for item in body[8..].chunks(8) {
                packets.push(RtcpPacket::Fir { sender, media: word(item, 0)?, sequence: (word(item, 4)? >> 24) as u8 });
            }
        }
        _ => {}
    }
    Ok(())
}

fn word(body: &[u8], at: usize) -> Result<u32, RtcpError> {
    body.get(at..).and_then(<[u8]>::first_chunk).map(|four| u32::from_be_bytes(*four)).ok_or(RtcpError::Truncated)
}

fn blocks(body: &[u8], from: usize, count: u8) -> Result<Vec<ReportBlock>, RtcpError> {
    (0..usize::from(count))
        .map(|index| {
            let at = from + 24 * index;
            let lost = word(body, at + 4)?;
            Ok(ReportBlock {
                ssrc: word(body, at)?,
                fraction_lost: (lost >> 24) as u8,
                cumulative_lost: ((lost << 8) as i32) >> 8,
                highest_sequence: word(body, at + 8)?,
                jitter: word(body, at + 12)?,
                last_sr: word(body, at + 16)?,
                delay_since_last_sr: word(body, at + 20)?,
            })
        })
        .collect()
}

/// Appends one packet to a compound. Reports beyond 31 do not fit the count and are left out.
pub fn write(packet: &RtcpPacket, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let (kind, count) = match packet {
        RtcpPacket::SenderReport { ssrc, info, reports } => {
            words(
                out,
                &[*ssrc, (info.ntp >> 32) as u32, info.ntp as u32, info.rtp_timestamp, info.packets, info.octets],
            );
            (SR, write_blocks(reports, out))
        }
        RtcpPacket::ReceiverReport { ssrc, reports } => {
            words(out, &[*ssrc]);
            (RR, write_blocks(reports, out))
        }
        RtcpPacket::Nack { sender, media, sequences } => {
            words(out, &[*sender, *media]);
            write_nacked(sequences, out);
            (TRANSPORT_FEEDBACK, FORMAT_NACK)
        }
        RtcpPacket::Arrivals { sender, streams, timestamp } => {
            words(out, &[*sender]);
            ccfb::write(streams, *timestamp, out);
            (TRANSPORT_FEEDBACK, FORMAT_ARRIVALS)
        }
        RtcpPacket::Pli { sender, media } => {
            words(out, &[*sender, *media]);
            (PAYLOAD_FEEDBACK, FORMAT_PLI)
        }
        RtcpPacket::Fir { sender, media, sequence } => {
            words(out, &[*sender, 0, *media, u32::from(*sequence) << 24]);
            (PAYLOAD_FEEDBACK, FORMAT_FIR)
        }
    };
    let len = ((out.len() - start) / 4 - 1) as u16;
    out[start] = 0x80 | count;
    out[start + 1] = kind;
    out[start + 2..start + 4].copy_from_slice(&len.to_be_bytes());
}

/// A compound of several packets.
pub fn encode(packets: &[RtcpPacket]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    packets.iter().for_each(|packet| write(packet, &mut out));
    out
}

fn words(out: &mut Vec<u8>, words: &[u32]) {
    words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
}

fn write_blocks(reports: &[ReportBlock], out: &mut Vec<u8>) -> u8 {
    let reports = &reports[..reports.len().min(31)];
    for block in reports {
        let lost = (u32::from(block.fraction_lost) << 24)
            | (block.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff) as u32 & 0x00ff_ffff);
        let (sr, delay) = (block.last_sr, block.delay_since_last_sr);
        words(out, &[block.ssrc, lost, block.highest_sequence, block.jitter, sr, delay]);
    }
    reports.len() as u8
}

fn write_nacked(sequences: &[u16], out: &mut Vec<u8>) {
    let mut rest = sequences;
    while let [first, tail @ ..] = rest {
        let mut mask = 0u16;
        let mut taken = 0;
        for next in tail {
            let distance = next.wrapping_sub(*first);
            if distance == 0 || distance > 16 {
                break;
            }
            mask |= 1 << (distance - 1);
            taken += 1;
        }
        out.extend_from_slice(&first.to_be_bytes());
        out.extend_from_slice(&mask.to_be_bytes());
        rest = &tail[taken..];
    }
}
