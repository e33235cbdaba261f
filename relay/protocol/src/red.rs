//! Redundant audio (RFC 2198): a packet of sound that carries earlier sounds once more.
//!
//! ```text
//! { u1 1 | u7 payload type | u14 ticks before | u10 length }*  u1 0 | u7 payload type   heads, the oldest first, the packet's own last
//! { bytes }*  bytes                                                                     what they are about, in the same order
//! ```
//!
//! Here are the bytes only. An earlier sound names its time and no sequence number; whose it was, when copies travel, and what is restored of them is
//! `yunzhen_media::red`.

use bytes::{Buf, Bytes};

/// The head of an earlier sound.
pub const EARLIER_HEADER: usize = 4;
/// The head of the packet's own sound.
pub const OWN_HEADER: usize = 1;
/// Furthest back, in ticks of the media clock: what 14 bits hold. A sound before a longer silence cannot travel.
pub const MAX_TICKS: u16 = (1 << 14) - 1;
/// Longest earlier sound: what 10 bits hold.
pub const MAX_LENGTH: usize = (1 << 10) - 1;
/// Most earlier sounds in one packet; libwebrtc draws the line here too.
pub const MAX_EARLIER: usize = 32;

const MORE: u8 = 0x80;

/// Why a payload is no redundant audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RedError {
    /// Ends within its heads or within an earlier sound.
    #[error("redundant audio ends too early")]
    Truncated,
    /// More than [`MAX_EARLIER`].
    #[error("redundant audio with too many earlier sounds")]
    TooMany,
}

/// One earlier sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// As negotiated for the codec inside.
    pub payload_type: u8,
    /// Ticks of the media clock before the packet that it travels with; at most [`MAX_TICKS`].
    pub ticks: u16,
    /// At most [`MAX_LENGTH`] bytes.
    pub payload: Bytes,
}

/// A payload, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Red {
    /// Earlier sounds, the oldest first.
    pub earlier: Vec<Earlier>,
    /// Payload type of the packet's own sound.
    pub payload_type: u8,
    /// The packet's own sound.
    pub own: Bytes,
}

impl Red {
    /// Reads a payload; what it gives are slices of it.
    pub fn decode(mut bytes: Bytes) -> Result<Self, RedError> {
        let mut heads = Vec::new();
        let payload_type = loop {
            let first = *bytes.first().ok_or(RedError::Truncated)?;
            if first & MORE == 0 {
                bytes.advance(OWN_HEADER);
                break first;
            }
            if bytes.len() < EARLIER_HEADER {
                return Err(RedError::Truncated);
            }
            if heads.len() == MAX_EARLIER {
                return Err(RedError::TooMany);
            }
            let head = bytes.get_u32();
            heads.push((first & !MORE, ((head >> 10) as u16) & MAX_TICKS, (head as usize) & MAX_LENGTH));
        };
        let mut earlier = Vec::with_capacity(heads.len());
        for (payload_type, ticks, length) in heads {
            if length > bytes.len() {
                return Err(RedError::Truncated);
            }
            earlier.push(Earlier { payload_type, ticks, payload: bytes.split_to(length) });
        }
        Ok(Self { earlier, payload_type, own: bytes })
    }
}

/// A payload of a sound and earlier ones, the oldest first. One that is too far back, too long or one too many is left out.
pub fn encode(payload_type: u8, own: &[u8], earlier: &[Earlier]) -> Bytes {
    let can = |sound: &&Earlier| sound.ticks <= MAX_TICKS && sound.payload.len() <= MAX_LENGTH;
    let taken = || earlier.iter().filter(can).take(MAX_EARLIER);
    let length = taken().map(|sound| EARLIER_HEADER + sound.payload.len()).sum::<usize>() + OWN_HEADER + own.len();
    let mut out = Vec::with_capacity(length);
    for sound in taken() {
        let (first, ticks) = (u32::from(MORE | sound.payload_type), u32::from(sound.ticks));
        out.extend_from_slice(&((first << 24) | (ticks << 10) | sound.payload.len() as u32).to_be_bytes());
    }
    out.push(payload_type & !MORE);
    taken().for_each(|sound| out.extend_from_slice(&sound.payload));
    out.extend_from_slice(own);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_with_the_one_before_it_is_as_the_rfc_says() {
        let earlier = Earlier { payload_type: 111, ticks: 960, payload: Bytes::from_static(&[1, 2, 3]) };
        let bytes = encode(111, &[9, 8], std::slice::from_ref(&earlier));
        // 960 << 10 | 3 below the first byte.
        assert_eq!(bytes[..], [0xef, 0x0f, 0x00, 0x03, 0x6f, 1, 2, 3, 9, 8]);
        let read = Red { earlier: vec![earlier], payload_type: 111, own: Bytes::from_static(&[9, 8]) };
        assert_eq!(Red::decode(bytes), Ok(read));
    }

    #[test]
    fn what_its_fields_cannot_hold_is_left_out() {
        let sound = |ticks, length| Earlier { payload_type: 111, ticks, payload: vec![7; length].into() };
        let earlier =
            [sound(MAX_TICKS + 1, 10), sound(MAX_TICKS, MAX_LENGTH), sound(960, MAX_LENGTH + 1), sound(960, 0)];
        let read = Red::decode(encode(111, &[1], &earlier)).expect("own bytes");
        assert_eq!(read.earlier, [earlier[1].clone(), earlier[3].clone()]);
        let many = vec![sound(960, 1); MAX_EARLIER + 1];
        assert_eq!(Red::decode(encode(111, &[1], &many)).expect("own bytes").earlier.len(), MAX_EARLIER);
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        let decode = |bytes: &'static [u8]| Red::decode(Bytes::from_static(bytes)).map(|read| read.own);
        assert_eq!(decode(&[]), Err(RedError::Truncated));
        assert_eq!(decode(&[0x80 | 111, 0, 0]), Err(RedError::Truncated));
        assert_eq!(decode(&[0x80 | 111, 0, 0, 1]), Err(RedError::Truncated), "no head of its own");
        assert_eq!(decode(&[0x80 | 111, 0, 0, 2, 111, 1]), Err(RedError::Truncated));
        assert_eq!(decode(&[111]), Ok(Bytes::new()), "no sound is read as such");
        let mut heads = [0x80 | 111, 0, 0, 0].repeat(MAX_EARLIER + 1);
        heads.push(111);
        assert_eq!(Red::decode(heads.into()), Err(RedError::TooMany));
    }
}
