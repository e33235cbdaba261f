//! Packets larger than a datagram: browsers choose their packet size, and a QUIC path's shrinks when a black hole is found.
//!
//! A fragment is a datagram whose flow id has [`FRAGMENT_BIT`] set and whose content is `u16` packet id, `u8` index, `u8`
//! count, then the fragment's bytes. Packet ids count up per connection and direction, so an id names one packet among those
//! in flight.
//!
//! Reassembly is bounded: at most [`MAX_PENDING`] packets of at most [`MAX_PACKET_BYTES`] are held. When a further packet begins,
//! the oldest unfinished one is dropped: media that waited that long is late anyway.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    roq::{FRAGMENT_BIT, Flow},
    varint,
};

/// Fragments of one packet.
pub const MAX_FRAGMENTS: usize = 8;
/// Largest packet that is put together.
pub const MAX_PACKET_BYTES: usize = 8 * 1024;
/// Unfinished packets held.
pub const MAX_PENDING: usize = 16;

const HEADER_BYTES: usize = 4;

/// Why a packet could not be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    /// More than [`MAX_FRAGMENTS`] fragments or [`MAX_PACKET_BYTES`] bytes would be needed.
    #[error("packet of {0} bytes does not fit into {MAX_FRAGMENTS} datagrams of {1} bytes")]
    TooLarge(usize, usize),
}

/// Why a fragment was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReassemblyError {
    /// Header missing, no bytes, index not below count, or count outside 1..=[`MAX_FRAGMENTS`].
    #[error("fragment header is malformed")]
    Malformed,
    /// Another flow or count than the packet's other fragments.
    #[error("fragment contradicts the packet's other fragments")]
    Contradiction,
    /// The packet would exceed [`MAX_PACKET_BYTES`].
    #[error("fragments exceed {MAX_PACKET_BYTES} bytes")]
    TooLarge,
}

/// Cuts packets into datagrams.
#[derive(Debug, Default)]
pub struct Fragmenter {
    next_id: u16,
}

impl Fragmenter {
    /// Starts at packet id 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Datagrams of at most `max_datagram` bytes for a packet given as head and payload: one when it fits, else fragments.
    pub fn datagrams(
        &mut self,
        flow: Flow,
        head: &[u8],
        payload: &[u8],
        max_datagram: usize,
    ) -> Result<impl Iterator<Item = Bytes> + use<>, FragmentError> {
        let total = head.len() + payload.len();
        let whole_id = varint::len(flow.id());
        if whole_id + total <= max_datagram {
            let mut one = Vec::with_capacity(whole_id + total);
            varint::write(flow.id(), &mut one);
            one.extend_from_slice(head);
            one.extend_from_slice(payload);
            return Ok(Datagrams { rest: VecDeque::from([Bytes::from(one)]) });
        }
        let id = flow.id() | FRAGMENT_BIT;
        let room = max_datagram.saturating_sub(varint::len(id) + HEADER_BYTES);
        let count = if room == 0 { usize::MAX } else { total.div_ceil(room) };
        if count > MAX_FRAGMENTS || total > MAX_PACKET_BYTES {
            return Err(FragmentError::TooLarge(total, max_datagram));
        }
        let packet_id = self.next_id;
        self.next_id = self.next_id.wrapping_add(1);
        // Even pieces: a packet just above the limit does not cost one full and one tiny datagram of unequal fate.
        let piece = total.div_ceil(count);
        let mut rest = VecDeque::with_capacity(count);
        for index in 0..count {
            let (from, to) = (index * piece, ((index + 1) * piece).min(total));
            let mut out = Vec::with_capacity(varint::len(id) + HEADER_BYTES + (to - from));
            varint::write(id, &mut out);
            out.extend_from_slice(&packet_id.to_be_bytes());
            out.extend_from_slice(&[index as u8, count as u8]);
            if from < head.len() {
                out.extend_from_slice(&head[from..to.min(head.len())]);
            }
            if to > head.len() {
                out.extend_from_slice(&payload[from.max(head.len()) - head.len()..to - head.len()]);
            }
            rest.push_back(Bytes::from(out));
        }
        Ok(Datagrams { rest })
    }
}

struct Datagrams {
    rest: VecDeque<Bytes>,
}

impl Iterator for Datagrams {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        self.rest.pop_front()
    }
}

#[derive(Debug)]
struct Pending {
    id: u16,
    flow: Flow,
    pieces: [Option<Bytes>; MAX_FRAGMENTS],
    count: usize,
    have: usize,
    bytes: usize,
}

/// Puts fragments together again.
#[derive(Debug, Default)]
pub struct Reassembler {
    pending: VecDeque<Pending>,
    dropped: u64,
}

impl Reassembler {
    /// Holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Unfinished packets that were dropped since the start.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes the content of one fragment; returns the packet when it is whole. A repeated fragment changes nothing.
    pub fn push(&mut self, flow: Flow, mut fragment: Bytes) -> Result<Option<Bytes>, ReassemblyError> {
        let [high, low, index, count, _, ..] = fragment[..] else { return Err(ReassemblyError::Malformed) };
        let (id, index, count) = (u16::from_be_bytes([high, low]), usize::from(index), usize::from(count));
        if count == 0 || count > MAX_FRAGMENTS || index >= count {
            return Err(ReassemblyError::Malformed);
        }
        let piece = fragment.split_off(HEADER_BYTES);
        let at = match self.pending.iter().position(|pending| pending.id == id) {
            Some(at) => at,
            None => {
                if self.pending.len() == MAX_PENDING {
                    self.pending.pop_front();
                    self.dropped += 1;
                }
                self.pending.push_back(Pending { id, flow, pieces: Default::default(), count, have: 0, bytes: 0 });
                self.pending.len() - 1
            }
        };
        let pending = &mut self.pending[at];
        if pending.flow != flow || pending.count != count {
            return Err(ReassemblyError::Contradiction);
        }
        if pending.pieces[index].is_some() {
            return Ok(None);
        }
        if pending.bytes + piece.len() > MAX_PACKET_BYTES {
            self.pending.remove(at);
            self.dropped += 1;
            return Err(ReassemblyError::TooLarge);
        }
        pending.bytes += piece.len();
        pending.have += 1;
        pending.pieces[index] = Some(piece);
        if pending.have < pending.count {
            return Ok(None);
        }
        let mut whole = BytesMut::with_capacity(pending.bytes);
        pending.pieces.iter().flatten().for_each(|piece| whole.put_slice(piece));
        self.pending.remove(at);
        Ok(Some(whole.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roq::Datagram;
    use proptest::prelude::*;

    fn cut(fragmenter: &mut Fragmenter, packet: &[u8], max: usize) -> Vec<Bytes> {
        let (head, payload) = packet.split_at(packet.len().min(12));
        fragmenter.datagrams(Flow::SlotVideo(1), head, payload, max).expect("fits").collect()
    }

    #[test]
    fn the_oldest_unfinished_packet_gives_way() {
        let mut fragmenter = Fragmenter::new();
        let mut reassembler = Reassembler::new();
        let firsts: Vec<_> = (0..=MAX_PENDING).map(|_| cut(&mut fragmenter, &[7; 200], 120)).collect();
        for pieces in &firsts {
            let piece = Datagram::decode(pieces[0].clone()).expect("datagram");
            assert_eq!(reassembler.push(piece.flow, piece.packet), Ok(None));
        }
        assert_eq!(reassembler.dropped(), 1);
        let last = Datagram::decode(firsts[MAX_PENDING][1].clone()).expect("datagram");
        assert_eq!(reassembler.push(last.flow, last.packet), Ok(Some(Bytes::from_static(&[7; 200]))));
    }

    #[test]
    fn refuses_malformed_fragments() {
        let mut reassembler = Reassembler::new();
        let mut push = |bytes: &'static [u8]| reassembler.push(Flow::Video, Bytes::from_static(bytes));
        for bad in [&[][..], &[0, 0, 0, 1], &[0, 0, 2, 2, 9], &[0, 0, 0, 0, 9], &[0, 0, 0, 9, 9]] {
            assert_eq!(push(bad), Err(ReassemblyError::Malformed));
        }
        assert_eq!(push(&[0, 1, 0, 2, 9]), Ok(None));
        assert_eq!(push(&[0, 1, 1, 3, 9]), Err(ReassemblyError::Contradiction));
        assert_eq!(push(&[0, 1, 0, 2, 9]), Ok(None));
        assert_eq!(push(&[0, 1, 1, 2, 8]), Ok(Some(Bytes::from_static(&[9, 8]))));
    }

    #[test]
    fn a_packet_that_needs_too_many_pieces_is_refused() {
        let mut fragmenter = Fragmenter::new();
        assert!(fragmenter.datagrams(Flow::Video, &[0; 12], &[0; 9000], 1162).is_err());
        assert!(fragmenter.datagrams(Flow::Video, &[0; 12], &[0; 100], 4).is_err());
    }

    proptest! {
        #[test]
        fn packets_survive_any_order(
            sizes in proptest::collection::vec(1usize..4000, 1..10),
            max in 600usize..1500,
            order in any::<prop::sample::Index>(),
        ) {
            let mut fragmenter = Fragmenter::new();
            let mut reassembler = Reassembler::new();
            let packets: Vec<Vec<u8>> =
                sizes.iter().enumerate().map(|(n, size)| (0..*size).map(|byte| (byte * 7 + n) as u8).collect()).collect();
            let mut datagrams: Vec<Bytes> = packets.iter().flat_map(|packet| cut(&mut fragmenter, packet, max)).collect();
            let middle = order.index(datagrams.len());
            datagrams.rotate_left(middle);
            datagrams.reverse();
            let mut whole = Vec::new();
            for datagram in datagrams {
                prop_assert!(datagram.len() <= max);
                let datagram = Datagram::decode(datagram).expect("datagram");
                prop_assert_eq!(datagram.flow, Flow::SlotVideo(1));
                if datagram.is_fragment {
                    whole.extend(reassembler.push(datagram.flow, datagram.packet).expect("fragment"));
                } else {
                    whole.push(datagram.packet);
                }
            }
            let mut expected = packets;
            let mut whole: Vec<Vec<u8>> = whole.into_iter().map(|packet| packet.to_vec()).collect();
            expected.sort();
            whole.sort();
            prop_assert_eq!(whole, expected);
        }

        #[test]
        fn any_fragments_are_held_within_bounds(
            fragments in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..200),
        ) {
            let mut reassembler = Reassembler::new();
            for fragment in fragments {
                let _ = reassembler.push(Flow::Video, Bytes::from(fragment));
                prop_assert!(reassembler.pending.len() <= MAX_PENDING);
            }
        }
    }
}
