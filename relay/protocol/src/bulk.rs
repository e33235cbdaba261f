//! The head of a bulk stream: which object the bytes that follow belong to, and where in it they begin.
//!
//! ```text
//! u8 kind (0: still, 1: segment of a recording) | 16 bytes id | varint offset
//! ```
//!
//! What the object is (length, digest, kind of picture) was said in its `still_offer` or `segment_offer`; the bytes go on to the end of the stream.

use uuid::Uuid;

use crate::varint;

/// Application error code with which a receiver stops a bulk stream whose object or offset it did not ask for.
pub const REFUSED_BULK: u32 = 0x11;

/// The longest head.
pub const MAX_HEAD_BYTES: usize = 1 + 16 + 8;

/// What is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkKind {
    /// A diagnostic still.
    Still,
    /// A segment of a recording, sealed.
    Segment,
}

impl BulkKind {
    const fn code(self) -> u8 {
        match self {
            Self::Still => 0,
            Self::Segment => 1,
        }
    }
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkHead {
    /// What is carried.
    pub kind: BulkKind,
    /// Which object.
    pub id: Uuid,
    /// The place of the first byte that follows.
    pub offset: u64,
}

/// Why bytes are no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BulkError {
    /// A newer peer carries something that this version does not know.
    #[error("bulk of the unknown kind {0}")]
    UnknownKind(u8),
}

impl BulkHead {
    /// The bytes of the head.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_HEAD_BYTES);
        out.push(self.kind.code());
        out.extend_from_slice(self.id.as_bytes());
        varint::write(self.offset, &mut out);
        out
    }

    /// Reads a head and says how many bytes it took; `None` while more are needed.
    pub fn decode(bytes: &[u8]) -> Result<Option<(Self, usize)>, BulkError> {
        let Some((&code, rest)) = bytes.split_first() else { return Ok(None) };
        let kind = match code {
            0 => BulkKind::Still,
            1 => BulkKind::Segment,
            other => return Err(BulkError::UnknownKind(other)),
        };
        let Some((id, rest)) = rest.split_first_chunk::<16>() else { return Ok(None) };
        let Some((offset, len)) = varint::read(rest) else { return Ok(None) };
        Ok(Some((Self { kind, id: Uuid::from_bytes(*id), offset }, 17 + len)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_head_survives_the_wire_and_no_part_of_it_is_one(segment: bool, id: u128, offset in 0..=varint::MAX, rest: Vec<u8>) {
            let kind = if segment { BulkKind::Segment } else { BulkKind::Still };
            let head = BulkHead { kind, id: Uuid::from_u128(id), offset };
            let mut bytes = head.encode();
            let len = bytes.len();
            prop_assert!(len <= MAX_HEAD_BYTES);
            for cut in 0..len {
                prop_assert_eq!(BulkHead::decode(&bytes[..cut]), Ok(None));
            }
            bytes.extend(rest);
            prop_assert_eq!(BulkHead::decode(&bytes), Ok(Some((head, len))));
        }

        #[test]
        fn any_bytes_are_a_head_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(Some((head, len))) = BulkHead::decode(&bytes) {
                prop_assert!(len <= bytes.len() && head.encode().len() <= len);
            }
        }
    }
}
