//! What a box sends so that the relay can re-create what the link loses: the content of a datagram of flow 3.
//!
//! ```text
//! u8 0 | u16 number | u16 base | u8 count | u8 parities | u8 index | shard             parity of a block of pictures' packets
//! u8 1 | u16 length | RTP packet | { u8 back | u24 ticks | u16 marker, length | payload }*    sound, and earlier sound with it
//! ```
//!
//! A *block* is `count` packets of flow 0 with consecutive sequence numbers from `base` on. Each is a data shard: its length as `u16`, its bytes,
//! zeros. All shards of a block are of one even length. `parities` shards of Reed–Solomon code belong to it. Numbers of parities count up by
//! themselves: arrivals are told of by them, under source 0.
//!
//! An earlier sound is what came `back` packets and `ticks` of the media clock before the packet it travels with, of the same source and payload type; marker
//! is the highest bit of its length.
//!
//! Here are the bytes only; which packets are protected how, and what is re-created, is `yunzhen_media::repair`.

use bytes::{Buf, Bytes};

use crate::rtp::{HEADER_BYTES, RtpHeader, RtpPacket, RtpView};

/// Most packets of a block.
pub const MAX_BLOCK: usize = 32;
/// Most parities of a block.
pub const MAX_PARITIES: usize = 16;
/// Longest shard: its length, and a packet that a path without fragments takes.
pub const MAX_SHARD: usize = 1600;
/// Most earlier sounds in one datagram.
pub const MAX_EARLIER: usize = 4;
/// What travels before a shard.
pub const PARITY_HEADER: usize = 8;
/// What travels before an earlier sound.
pub const EARLIER_HEADER: usize = 6;

const KIND_PARITY: u8 = 0;
const KIND_SOUNDS: u8 = 1;
const MARKER: u16 = 0x8000;

/// Why a datagram of flow 3 was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RepairError {
    /// Ends too early.
    #[error("repair ends within its header")]
    Truncated,
    /// Neither parity nor sounds.
    #[error("repair of an unknown kind")]
    Kind,
    /// A count, an index or a length that no block has.
    #[error("parity of the wrong shape")]
    Shape,
    /// No sound, or more earlier ones than may be.
    #[error("sounds of the wrong shape")]
    Sounds,
}

impl RepairError {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Kind => "kind",
            Self::Shape => "shape",
            Self::Sounds => "sounds",
        }
    }
}

/// One parity of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parity {
    /// Counts parities.
    pub number: u16,
    /// The block.
    pub block: Block,
    /// Which of its parities.
    pub index: u8,
    /// Its bytes.
    pub shard: Bytes,
}

/// Which packets a block holds, and how many parities it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Sequence number of the first.
    pub base: u16,
    /// How many packets.
    pub count: u8,
    /// How many parities.
    pub parities: u8,
}

/// Content of flow 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// See [`Parity`].
    Parity(Parity),
    /// A packet of sound, and packets before it, the nearest first.
    Sounds {
        /// As on flow 1.
        newest: Bytes,
        /// Whole packets again.
        earlier: Vec<RtpPacket>,
    },
}

impl Repair {
    /// Reads the content of a datagram.
    pub fn decode(mut bytes: Bytes) -> Result<Self, RepairError> {
        if bytes.is_empty() {
            return Err(RepairError::Truncated);
        }
        match bytes.get_u8() {
            KIND_PARITY => parity(bytes).map(Self::Parity),
            KIND_SOUNDS => sounds(bytes),
            _ => Err(RepairError::Kind),
        }
    }
}

fn parity(mut bytes: Bytes) -> Result<Parity, RepairError> {
    if bytes.len() < PARITY_HEADER - 1 {
        return Err(RepairError::Truncated);
    }
    let (number, base) = (bytes.get_u16(), bytes.get_u16());
    let (count, parities, index) = (bytes.get_u8(), bytes.get_u8(), bytes.get_u8());
    let of_a_block = (1..=MAX_BLOCK).contains(&usize::from(count))
        && (1..=MAX_PARITIES).contains(&usize::from(parities))
        && index < parities
        && (2 + HEADER_BYTES..=MAX_SHARD).contains(&bytes.len())
        && bytes.len().is_multiple_of(2);
    if !of_a_block {
        return Err(RepairError::Shape);
    }
    Ok(Parity { number, block: Block { base, count, parities }, index, shard: bytes })
}

fn sounds(mut bytes: Bytes) -> Result<Repair, RepairError> {
    if bytes.len() < 2 {
        return Err(RepairError::Truncated);
    }
    let length = usize::from(bytes.get_u16());
    if length > bytes.len() {
        return Err(RepairError::Truncated);
    }
    let newest = bytes.split_to(length);
    let header = RtpView::parse(&newest).map_err(|_| RepairError::Sounds)?.header();
    let mut earlier = Vec::new();
    while !bytes.is_empty() {
        if earlier.len() == MAX_EARLIER {
            return Err(RepairError::Sounds);
        }
        if bytes.len() < EARLIER_HEADER {
            return Err(RepairError::Truncated);
        }
        let (back, ticks, length) = (bytes.get_u8(), bytes.get_uint(3) as u32, bytes.get_u16());
        let (marker, length) = (length & MARKER != 0, usize::from(length & !MARKER));
        if length > bytes.len() {
            return Err(RepairError::Truncated);
        }
        if back == 0 || length == 0 {
            return Err(RepairError::Sounds);
        }
        let header = RtpHeader {
            marker,
            sequence: header.sequence.wrapping_sub(u16::from(back)),
            timestamp: header.timestamp.wrapping_sub(ticks),
            ..header
        };
        earlier.push(RtpPacket { header, payload: bytes.split_to(length) });
    }
    Ok(Repair::Sounds { newest, earlier })
}

/// The content of a datagram with one parity.
pub fn encode_parity(number: u16, block: Block, index: u8, shard: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(PARITY_HEADER + shard.len());
    out.push(KIND_PARITY);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&block.base.to_be_bytes());
    out.extend_from_slice(&[block.count, block.parities, index]);
    out.extend_from_slice(shard);
    out.into()
}

/// The content of a datagram with a packet of sound and those before it, as far as they can travel with it: of the same source and payload type, not too far
/// back, not too long. At most [`MAX_EARLIER`], and no more than fit `room` bytes.
pub fn encode_sounds<'a>(newest: &RtpPacket, earlier: impl Iterator<Item = &'a RtpPacket>, room: usize) -> Bytes {
    let header = newest.header;
    let length = HEADER_BYTES + newest.payload.len();
    let mut out = Vec::with_capacity(3 + length + 2 * (EARLIER_HEADER + newest.payload.len()));
    out.push(KIND_SOUNDS);
    out.extend_from_slice(&(length as u16).to_be_bytes());
    out.extend_from_slice(&header.encode());
    out.extend_from_slice(&newest.payload);
    let mut taken = 0;
    for packet in earlier {
        let back = header.sequence.wrapping_sub(packet.header.sequence);
        let ticks = header.timestamp.wrapping_sub(packet.header.timestamp);
        let same = packet.header.ssrc == header.ssrc && packet.header.payload_type == header.payload_type;
        let length = packet.payload.len();
        let can = same && (1..=255).contains(&back) && ticks < 1 << 24 && (1..usize::from(MARKER)).contains(&length);
        if taken == MAX_EARLIER || !can || out.len() + EARLIER_HEADER + length > room {
            continue;
        }
        taken += 1;
        out.push(back as u8);
        out.extend_from_slice(&ticks.to_be_bytes()[1..]);
        let marker = if packet.header.marker { MARKER } else { 0 };
        out.extend_from_slice(&(length as u16 | marker).to_be_bytes());
        out.extend_from_slice(&packet.payload);
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_block_has_is_refused() {
        let with = |count, parities, index, len: usize| {
            Repair::decode(encode_parity(1, Block { base: 2, count, parities }, index, &vec![7; len]))
        };
        assert!(with(32, 16, 15, MAX_SHARD).is_ok());
        for (count, parities, index, len) in [
            (0, 1, 0, 100),
            (33, 1, 0, 100),
            (255, 255, 0, 100),
            (4, 0, 0, 100),
            (4, 17, 0, 100),
            (4, 2, 2, 100),
            (4, 2, 0, 99),
            (4, 2, 0, 12),
            (4, 2, 0, MAX_SHARD + 2),
        ] {
            assert_eq!(with(count, parities, index, len), Err(RepairError::Shape), "{count} {parities} {index} {len}");
        }
        let decode = |bytes: &'static [u8]| Repair::decode(Bytes::from_static(bytes));
        assert_eq!(decode(&[]), Err(RepairError::Truncated));
        assert_eq!(decode(&[2, 1]), Err(RepairError::Kind));
        assert_eq!(decode(&[0, 0, 0, 0]), Err(RepairError::Truncated));
        assert_eq!(decode(&[1, 0, 9, 0]), Err(RepairError::Truncated));
        assert_eq!(decode(&[1, 0, 1, 0]), Err(RepairError::Sounds));
    }

    #[test]
    fn what_cannot_travel_with_a_sound_does_not() {
        let packet = |sequence, ssrc, payload_type| RtpPacket {
            header: RtpHeader { marker: true, payload_type, sequence, timestamp: 960 * u32::from(sequence), ssrc },
            payload: Bytes::from_static(&[1; 80]),
        };
        let newest = packet(300, 1, 111);
        let others =
            [packet(299, 1, 111), packet(298, 2, 111), packet(297, 1, 96), packet(40, 1, 111), packet(290, 1, 111)];
        let room = |room| match Repair::decode(encode_sounds(&newest, others.iter(), room)) {
            Ok(Repair::Sounds { newest: whole, earlier }) => {
                assert_eq!(whole, newest.to_bytes());
                earlier.iter().map(|packet| packet.header.sequence).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(room(1100), [299, 290]);
        assert_eq!(room(200), [299]);
        assert_eq!(room(100), Vec::<u16>::new());
    }
}
