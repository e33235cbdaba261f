//! The first varint of every stream says what the stream carries.

use crate::varint;

/// What a stream carries. Only boxes open streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamType {
    /// Bidirectional, exactly one per connection: [`crate::control`] messages both ways.
    Control,
    /// Bidirectional: one HTTP/1.1 request and its answer.
    Http,
    /// Unidirectional: a [`crate::bulk`] header, then bytes.
    Bulk,
    /// Not known to this version. The receiver resets the stream with [`REFUSED_STREAM`] and counts it.
    Unknown(u64),
}

/// Application error code for a stream whose type the receiver does not know.
pub const REFUSED_STREAM: u32 = 0x10;

impl StreamType {
    /// The number on the wire.
    pub const fn code(self) -> u64 {
        match self {
            Self::Control => 0,
            Self::Http => 1,
            Self::Bulk => 2,
            Self::Unknown(code) => code,
        }
    }

    /// Names a number from the wire.
    pub const fn from_code(code: u64) -> Self {
        match code {
            0 => Self::Control,
            1 => Self::Http,
            2 => Self::Bulk,
            other => Self::Unknown(other),
        }
    }

    /// The bytes that open the stream.
    pub fn encode(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8);
        varint::write(self.code(), &mut out);
        out
    }

    /// Reads the type at the start of a stream; `None` while more bytes are needed.
    pub fn decode(bytes: &[u8]) -> Option<(Self, usize)> {
        varint::read(bytes).map(|(code, len)| (Self::from_code(code), len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_survive_the_wire() {
        for kind in [StreamType::Control, StreamType::Http, StreamType::Bulk, StreamType::Unknown(70_000)] {
            let bytes = kind.encode();
            assert_eq!(StreamType::decode(&bytes), Some((kind, bytes.len())));
        }
        assert_eq!(StreamType::Control.encode(), [0]);
        assert_eq!(StreamType::decode(&[]), None);
    }
}
