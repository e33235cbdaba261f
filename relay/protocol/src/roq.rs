//! RTP over QUIC (draft-ietf-avtcore-rtp-over-quic): a datagram is a flow id as varint, then one RTP packet or one compound
//! RTCP packet, or one fragment of such a packet.
//!
//! The flow id says what a datagram is; payload types and sources are not needed to route it.

use bytes::Bytes;

use crate::varint;

/// Highest slot number; a leg has slots `0..=MAX_SLOT`.
pub const MAX_SLOT: u8 = 31;

/// Set in the flow id of a fragment.
pub const FRAGMENT_BIT: u64 = 1 << 20;

/// What a datagram carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    /// Uplink 0: the home's video.
    Video,
    /// Uplink 1: the home's sound.
    Audio,
    /// 2, both ways: RTCP about the home's own publication (sender reports up; NACK and receiver reports down).
    Feedback,
    /// Uplink 3: what re-creates lost packets of flows 0 and 1 ([`crate::repair`]).
    Repair,
    /// Uplink 7: the home's low picture, beside flow 0.
    LowVideo,
    /// Downlink 4·s+4: video on slot s.
    SlotVideo(u8),
    /// Downlink 4·s+5: sound on slot s.
    SlotAudio(u8),
    /// 4·s+6, both ways: RTCP about slot s (sender reports down; NACK and receiver reports up).
    SlotFeedback(u8),
}

/// Why a datagram was refused. Refused datagrams are counted and dropped; they never end a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DatagramError {
    /// No whole flow id.
    #[error("datagram has no flow id")]
    NoFlowId,
    /// A flow id that names nothing.
    #[error("flow id {0} names nothing")]
    UnknownFlow(u64),
    /// A flow id and nothing after it.
    #[error("datagram is empty")]
    Empty,
}

impl Flow {
    /// The number on the wire.
    pub const fn id(self) -> u64 {
        match self {
            Self::Video => 0,
            Self::Audio => 1,
            Self::Feedback => 2,
            Self::Repair => 3,
            Self::LowVideo => 7,
            Self::SlotVideo(slot) => 4 * slot as u64 + 4,
            Self::SlotAudio(slot) => 4 * slot as u64 + 5,
            Self::SlotFeedback(slot) => 4 * slot as u64 + 6,
        }
    }

    /// Names a number from the wire (without [`FRAGMENT_BIT`]).
    pub const fn from_id(id: u64) -> Option<Self> {
        if id > 4 * MAX_SLOT as u64 + 6 {
            return None;
        }
        let slot = (id / 4).saturating_sub(1) as u8;
        match (id, id % 4) {
            (0, _) => Some(Self::Video),
            (1, _) => Some(Self::Audio),
            (2, _) => Some(Self::Feedback),
            (3, _) => Some(Self::Repair),
            (7, _) => Some(Self::LowVideo),
            (_, 3) => None,
            (_, 0) => Some(Self::SlotVideo(slot)),
            (_, 1) => Some(Self::SlotAudio(slot)),
            (_, _) => Some(Self::SlotFeedback(slot)),
        }
    }
}

/// A datagram taken apart; the packet shares the datagram's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// What it carries.
    pub flow: Flow,
    /// Whether [`Self::packet`] is one fragment, for [`crate::fragment::Reassembler`].
    pub is_fragment: bool,
    /// The RTP or RTCP packet, or the fragment.
    pub packet: Bytes,
}

impl Datagram {
    /// Takes a received datagram apart.
    pub fn decode(mut datagram: Bytes) -> Result<Self, DatagramError> {
        let (id, len) = varint::read(&datagram).ok_or(DatagramError::NoFlowId)?;
        let flow = Flow::from_id(id & !FRAGMENT_BIT).ok_or(DatagramError::UnknownFlow(id))?;
        let packet = datagram.split_off(len);
        if packet.is_empty() {
            return Err(DatagramError::Empty);
        }
        Ok(Self { flow, is_fragment: id & FRAGMENT_BIT != 0, packet })
    }
}

/// Appends the flow id of a whole (not fragmented) packet; the packet follows.
pub fn write_flow_id(flow: Flow, out: &mut Vec<u8>) {
    varint::write(flow.id(), out);
}

/// How many bytes the flow id of a whole packet takes.
pub const fn overhead(flow: Flow) -> usize {
    varint::len(flow.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn flow_ids_are_those_of_the_document() {
        let ids: Vec<u64> = [
            Flow::Video,
            Flow::Audio,
            Flow::Feedback,
            Flow::Repair,
            Flow::LowVideo,
            Flow::SlotVideo(0),
            Flow::SlotAudio(0),
            Flow::SlotFeedback(0),
            Flow::SlotVideo(2),
            Flow::SlotFeedback(MAX_SLOT),
        ]
        .map(Flow::id)
        .to_vec();
        assert_eq!(ids, [0, 1, 2, 3, 7, 4, 5, 6, 12, 130]);
        for id in ids {
            assert_eq!(Flow::from_id(id).map(Flow::id), Some(id));
        }
        for unknown in [11, 15, 131, 132, 1 << 20, 1 << 40] {
            assert_eq!(Flow::from_id(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn refuses_what_names_nothing() {
        let decode = |bytes: &'static [u8]| Datagram::decode(Bytes::from_static(bytes));
        assert_eq!(decode(&[]), Err(DatagramError::NoFlowId));
        assert_eq!(decode(&[0x80]), Err(DatagramError::NoFlowId));
        assert_eq!(decode(&[11, 1]), Err(DatagramError::UnknownFlow(11)));
        assert_eq!(decode(&[0]), Err(DatagramError::Empty));
        let whole = decode(&[4, 9, 9]).expect("slot 0 video");
        assert_eq!((whole.flow, whole.is_fragment, &whole.packet[..]), (Flow::SlotVideo(0), false, &[9, 9][..]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_apart_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(datagram) = Datagram::decode(Bytes::from(bytes)) {
                prop_assert_eq!(Flow::from_id(datagram.flow.id()), Some(datagram.flow));
            }
        }
    }
}
