//! Sounds to one browser, each with the ones before it. Numbers and times are left as they are.

use std::collections::VecDeque;

use bytes::Bytes;
use yunzhen_protocol::{
    red::{self, EARLIER_HEADER, Earlier, MAX_LENGTH, MAX_TICKS, OWN_HEADER},
    rtp::RtpHeader,
};

/// Sounds that are kept; one further back than this is older than any listener waits.
const KEPT: usize = 4;
/// What a sound takes on the wire beside itself: IP, UDP, RTP and the seal.
const WIRE: usize = 20 + 8 + 12 + 16;
/// A packet stays well below what a path takes whole.
const MOST: usize = 1_100;

/// See the module. What it keeps is shared with the room; nothing while nothing is copied.
#[derive(Debug, Default)]
pub struct Outgoing {
    kept: VecDeque<(u16, u32, Bytes)>,
}

impl Outgoing {
    /// The payload with which a sound leaves in place of its own, together with up to `copies` earlier ones; `None`: as it is. Call it for each sound once, in the order in which they leave.
    ///
    /// The first copy always travels, so that each sound is sent twice. A second only in a packet that is no more than twice what the sound takes alone.
    pub fn wrap(&mut self, copies: usize, payload_type: u8, header: RtpHeader, payload: &Bytes) -> Option<Bytes> {
        if copies == 0 {
            self.kept.clear();
            return None;
        }
        let mut length = OWN_HEADER + payload.len();
        let mut earlier = Vec::with_capacity(copies);
        // The nearest first. A hole before the nearest is one of the publisher's link: its neighbour travels instead.
        for (sequence, timestamp, sound) in self.kept.iter().rev() {
            let back = header.sequence.wrapping_sub(*sequence);
            let ticks = header.timestamp.wrapping_sub(*timestamp);
            // After a silence the times are far apart, though the numbers are not.
            let in_reach = (1..=KEPT as u16).contains(&back) && (1..=u32::from(MAX_TICKS)).contains(&ticks);
            let with = length + EARLIER_HEADER + sound.len();
            let fits = with <= MOST && (earlier.is_empty() || with <= 2 * payload.len() + WIRE);
            if in_reach && fits && (1..=MAX_LENGTH).contains(&sound.len()) && earlier.len() < copies {
                length = with;
                earlier.push(Earlier { payload_type, ticks: ticks as u16, payload: sound.clone() });
            }
        }
        self.keep(header, payload);
        if earlier.is_empty() {
            return None;
        }
        earlier.sort_by_key(|sound| std::cmp::Reverse(sound.ticks));
        Some(red::encode(payload_type, payload, &earlier))
    }

    fn keep(&mut self, header: RtpHeader, payload: &Bytes) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        let (sequence, timestamp) = (header.sequence, header.timestamp);
        // A repaired sound comes after later ones; the nearest stays at the end.
        let is_later = |(kept, _, _): &&(u16, u32, Bytes)| kept.wrapping_sub(sequence) < 0x8000;
        let later = self.kept.iter().rev().take_while(is_later).count();
        self.kept.insert(self.kept.len() - later, (sequence, timestamp, payload.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::red::Red;

    const NONE: [(u16, u8); 0] = [];

    fn header(sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 111, sequence, timestamp, ssrc: 1 }
    }

    /// Wraps a sound; the ticks and first bytes of those that travel with it, the oldest first.
    fn with(outgoing: &mut Outgoing, copies: usize, sequence: u16, timestamp: u32, length: usize) -> Vec<(u16, u8)> {
        let sound = Bytes::from(vec![sequence as u8; length]);
        let Some(payload) = outgoing.wrap(copies, 111, header(sequence, timestamp), &sound) else { return Vec::new() };
        let read = Red::decode(payload).expect("own bytes");
        assert_eq!((read.payload_type, &read.own), (111, &sound), "its own sound is the last");
        read.earlier.iter().map(|earlier| (earlier.ticks, earlier.payload[0])).collect()
    }

    #[test]
    fn each_sound_travels_with_those_before_it_across_both_wraps() {
        let mut outgoing = Outgoing::default();
        let at =
            |index: u16| (65_534u16.wrapping_add(index), 0u32.wrapping_sub(1920).wrapping_add(960 * u32::from(index)));
        for (index, expected) in [(0, vec![]), (1, vec![(960, 254)]), (2, vec![(1920, 254), (960, 255)])] {
            let (sequence, timestamp) = at(index);
            assert_eq!(with(&mut outgoing, 2, sequence, timestamp, 40), expected, "{index}");
        }
        let (sequence, timestamp) = at(3);
        assert_eq!(with(&mut outgoing, 1, sequence, timestamp, 40), [(960, 0)]);
        assert_eq!(with(&mut outgoing, 0, 2, 1920, 40), NONE, "off");
        assert_eq!(with(&mut outgoing, 1, 3, 2880, 40), NONE, "and nothing of before when it is on again");
    }

    #[test]
    fn a_sound_before_a_silence_stays_behind() {
        let mut outgoing = Outgoing::default();
        let last = u32::from(MAX_TICKS);
        assert_eq!(with(&mut outgoing, 2, 10, 0, 40), NONE);
        assert_eq!(with(&mut outgoing, 2, 11, last, 40), [(MAX_TICKS, 10)]);
        assert_eq!(with(&mut outgoing, 2, 12, last + 1, 40), [(1, 11)], "the one before has no place in 14 bits");
        assert_eq!(with(&mut outgoing, 2, 13, last + 1 + 48_000, 40), NONE);
    }

    #[test]
    fn the_second_copy_travels_where_the_packet_at_most_doubles_and_the_first_always() {
        let mut outgoing = Outgoing::default();
        let lengths = |outgoing: &mut Outgoing, length| {
            let taken: Vec<_> = (1..4).map(|n| with(outgoing, 2, n, 960 * u32::from(n), length).len()).collect();
            outgoing.kept.clear();
            taken
        };
        assert_eq!(lengths(&mut outgoing, 45), [0, 1, 2]);
        assert_eq!(lengths(&mut outgoing, 80), [0, 1, 1]);
        assert_eq!(lengths(&mut outgoing, 500), [0, 1, 1]);
        assert_eq!(lengths(&mut outgoing, MAX_LENGTH + 1), [0, 0, 0], "too long for 10 bits, and for a packet");
        assert_eq!(with(&mut outgoing, 1, 1, 960, 200), NONE);
        assert_eq!(with(&mut outgoing, 1, 2, 1920, 3), [(960, 1)], "the last sound before a pause as well");
    }

    #[test]
    fn a_repaired_sound_takes_its_place_in_the_order() {
        let mut outgoing = Outgoing::default();
        with(&mut outgoing, 2, 1, 960, 40);
        assert_eq!(with(&mut outgoing, 2, 3, 2880, 40), [(1920, 1)], "across a hole of the publisher's link");
        assert_eq!(with(&mut outgoing, 2, 2, 1920, 40), [(960, 1)], "nothing later travels with it");
        assert_eq!(with(&mut outgoing, 2, 4, 3840, 40), [(1920, 2), (960, 3)]);
    }
}
