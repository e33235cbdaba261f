//! Sounds from one browser that sends earlier ones with later ones: what was lost is put back before its successor is forwarded.
//!
//! An earlier sound names its time, not its number. Counting back from the packet's own gives the number; it is believed where nothing is known under it and its time lies
//! between those of the nearest known packets before and after. So a copy of what came is never taken for something new, also where a sender left some out. What comes after all once it was restored is
//! the room's to drop, as any repeat.

use bytes::Bytes;
use yunzhen_protocol::{
    red::{Red, RedError},
    rtp::{RtpHeader, RtpPacket},
};

use crate::sequence::Unwrapper;

/// Numbers that are remembered: more than a second of sound.
const KNOWN: u64 = 64;

/// What a packet brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Lost before and restored, in order. Their marker is not known.
    pub restored: Vec<RtpPacket>,
    /// The packet's own sound; some packets have none.
    pub own: Option<RtpPacket>,
}

/// See the module.
#[derive(Debug)]
pub struct Incoming {
    known: [Option<(u64, u32)>; KNOWN as usize],
    unwrapper: Unwrapper,
}

impl Default for Incoming {
    fn default() -> Self {
        Self { known: [None; KNOWN as usize], unwrapper: Unwrapper::new() }
    }
}

impl Incoming {
    /// A packet with its sound alone came.
    pub fn arrived(&mut self, header: RtpHeader) {
        self.place(header);
    }

    /// A packet with earlier sounds came. `header` is the packet's, with the payload type that the sounds are to have; `inside` is the payload type that they have in the packet.
    pub fn take(&mut self, header: RtpHeader, inside: u8, payload: Bytes) -> Result<Taken, RedError> {
        let red = Red::decode(payload)?;
        let extended = self.place(header);
        let mut restored = Vec::new();
        for (back, earlier) in (1u64..).zip(red.earlier.into_iter().rev()) {
            let timestamp = header.timestamp.wrapping_sub(u32::from(earlier.ticks));
            let Some(number) = extended.checked_sub(back) else { break };
            let is_sound = earlier.payload_type == inside && !earlier.payload.is_empty();
            if is_sound && self.is_missing(number, timestamp) {
                self.note(number, timestamp);
                let header = RtpHeader { marker: false, sequence: number as u16, timestamp, ..header };
                restored.push(RtpPacket { header, payload: earlier.payload });
            }
        }
        restored.reverse();
        let is_sound = red.payload_type == inside && !red.own.is_empty();
        Ok(Taken { restored, own: is_sound.then_some(RtpPacket { header, payload: red.own }) })
    }

    fn place(&mut self, header: RtpHeader) -> u64 {
        let mut extended = self.unwrapper.peek(header.sequence);
        // The source begins anew, or something very old came: nothing of before is a neighbour.
        if self.unwrapper.highest().is_some_and(|highest| extended + KNOWN <= highest) {
            *self = Self::default();
            extended = self.unwrapper.peek(header.sequence);
        }
        self.unwrapper.advance(extended);
        self.note(extended, header.timestamp);
        extended
    }

    fn note(&mut self, number: u64, timestamp: u32) {
        self.known[(number % KNOWN) as usize] = Some((number, timestamp));
    }

    fn time_of(&self, number: u64) -> Option<u32> {
        self.known[(number % KNOWN) as usize].filter(|(known, _)| *known == number).map(|(_, timestamp)| timestamp)
    }

    fn is_missing(&self, number: u64, timestamp: u32) -> bool {
        let highest = self.unwrapper.highest().unwrap_or_default();
        if self.time_of(number).is_some() || number + KNOWN <= highest {
            return false;
        }
        let is_after = |later: u32, earlier: u32| (1..0x8000_0000).contains(&later.wrapping_sub(earlier));
        let before = (number.saturating_sub(KNOWN)..number).rev().find_map(|number| self.time_of(number));
        let after = (number + 1..=highest).find_map(|number| self.time_of(number));
        before.is_some_and(|before| is_after(timestamp, before)) && after.is_none_or(|after| is_after(after, timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::red::Outgoing;
    use proptest::prelude::*;
    use yunzhen_protocol::red::{self, Earlier};

    const OPUS: u8 = 109;

    fn header(sequence: u16, timestamp: u32) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 111, sequence, timestamp, ssrc: 5 }
    }

    fn sound(index: u32) -> Bytes {
        Bytes::from(index.to_be_bytes().to_vec())
    }

    fn numbers(taken: &Taken) -> (Vec<u16>, Option<u16>) {
        let number = |packet: &RtpPacket| packet.header.sequence;
        (taken.restored.iter().map(number).collect(), taken.own.as_ref().map(number))
    }

    fn earlier(ticks: u16) -> Earlier {
        Earlier { payload_type: OPUS, ticks, payload: Bytes::from_static(b"before") }
    }

    #[test]
    fn what_came_is_not_restored_and_a_time_that_does_not_fit_is_not_believed() {
        let mut incoming = Incoming::default();
        let take = |incoming: &mut Incoming, sequence: u16, timestamp: u32, before: &[Earlier]| {
            let payload = red::encode(OPUS, b"own", before);
            numbers(&incoming.take(header(sequence, timestamp), OPUS, payload).expect("redundant audio"))
        };
        assert_eq!(take(&mut incoming, 10, 9600, &[earlier(960)]), (vec![], Some(10)), "nothing was known before");
        assert_eq!(take(&mut incoming, 11, 10_560, &[earlier(960)]), (vec![], Some(11)));
        // 12 was lost; the sender left its sound out and sends that of 11.
        assert_eq!(take(&mut incoming, 13, 12_480, &[earlier(1920)]), (vec![], Some(13)));
        assert_eq!(take(&mut incoming, 15, 14_400, &[earlier(1920), earlier(960)]), (vec![14], Some(15)));
        assert_eq!(take(&mut incoming, 16, 15_360, &[earlier(0), earlier(960)]), (vec![], Some(16)));
        let foreign = Earlier { payload_type: 13, ..earlier(960) };
        assert_eq!(take(&mut incoming, 18, 17_280, &[foreign]), (vec![], Some(18)), "comfort noise is no Opus");
        // Late itself: it restores only what is before it and after what is known.
        assert_eq!(take(&mut incoming, 17, 16_320, &[earlier(960)]), (vec![], Some(17)));
        // A source that begins anew far below has no neighbours.
        assert_eq!(take(&mut incoming, 60_000, 5, &[earlier(960)]), (vec![], Some(60_000)));
        assert_eq!(take(&mut incoming, 60_002, 1925, &[earlier(960)]), (vec![60_001], Some(60_002)));
    }

    #[test]
    fn a_packet_without_a_sound_of_its_own_still_restores() {
        let mut incoming = Incoming::default();
        incoming.arrived(header(1, 960));
        let taken = incoming.take(header(3, 2880), OPUS, red::encode(OPUS, &[], &[earlier(960)])).expect("taken");
        assert_eq!(numbers(&taken), (vec![2], None));
    }

    proptest! {
        /// What leaves wrapped and meets any loss comes out as what was sent: never another sound under a number, each once, and all but where runs were longer than what travels.
        #[test]
        fn what_comes_out_is_what_was_sent(
            lost in proptest::collection::vec(any::<bool>(), 1..200), first: u16, start: u32, copies in 1usize..3,
            pauses in proptest::collection::vec(prop_oneof![9 => Just(960u32), 1 => 1_000u32..60_000], 200),
        ) {
            let (mut outgoing, mut incoming) = (Outgoing::default(), Incoming::default());
            let (mut times, mut out) = (Vec::new(), std::collections::BTreeSet::new());
            let mut time = start;
            for (index, is_lost) in (0u32..).zip(&lost) {
                time = time.wrapping_add(pauses[index as usize]);
                times.push(time);
                let header = header(first.wrapping_add(index as u16), time);
                let payload = outgoing.wrap(copies, OPUS, header, &sound(index));
                if *is_lost {
                    continue;
                }
                let packets = match payload {
                    Some(payload) => {
                        let taken = incoming.take(header, OPUS, payload).expect("own bytes");
                        taken.restored.into_iter().chain(taken.own).collect()
                    }
                    None => {
                        incoming.arrived(header);
                        vec![RtpPacket { header, payload: sound(index) }]
                    }
                };
                for packet in packets {
                    let place = u32::from(packet.header.sequence.wrapping_sub(first));
                    prop_assert_eq!(&packet.payload, &sound(place));
                    prop_assert_eq!(packet.header.timestamp, times[place as usize]);
                    prop_assert!(out.insert(place), "{} twice", place);
                }
            }
            let begun = lost.iter().position(|is_lost| !is_lost).unwrap_or(lost.len());
            for index in begun + 1..lost.len().saturating_sub(1) {
                let alone = lost[index] && !lost[index + 1] && pauses[index + 1] == 960;
                prop_assert!(!alone || out.contains(&(index as u32)), "{} was not restored", index);
            }
        }

        #[test]
        fn any_bytes_are_taken_or_refused(
            packets in proptest::collection::vec((any::<u16>(), any::<u32>(), proptest::collection::vec(any::<u8>(), 0..40)), 0..50),
        ) {
            let mut incoming = Incoming::default();
            for (sequence, timestamp, payload) in packets {
                let before = header(sequence, timestamp);
                if let Ok(taken) = incoming.take(before, OPUS, payload.into()) {
                    let is_before = |packet: &RtpPacket| before.sequence.wrapping_sub(packet.header.sequence) <= 32;
                    prop_assert!(taken.restored.iter().all(is_before));
                }
            }
        }
    }
}
