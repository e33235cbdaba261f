//! The downlink as it arrives: repeats are dropped, and what is missing is asked for again. Pure.

use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_media::nack::NackQueue;
use yunzhen_media::send_buffer::{Inserted, SendBuffer};
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::rtp::RtpPacket;

/// Packets remembered per source, to tell a repeat from a late one.
const REMEMBERED: usize = 256;

#[derive(Debug)]
struct Incoming {
    ssrc: u32,
    seen: SendBuffer,
    missing: NackQueue,
}

impl Incoming {
    fn new(ssrc: u32) -> Self {
        Self { ssrc, seen: SendBuffer::new(REMEMBERED), missing: NackQueue::new() }
    }
}

/// All slots.
#[derive(Debug, Default)]
pub struct Slots {
    sources: BTreeMap<(u8, MediaKind), Incoming>,
    keyframes: Vec<u8>,
}

impl Slots {
    /// Takes one packet; `false`: seen before.
    pub fn arrived(&mut self, now: Instant, slot: u8, kind: MediaKind, packet: &RtpPacket) -> bool {
        let ssrc = packet.header.ssrc;
        let source = self.sources.entry((slot, kind)).or_insert_with(|| Incoming::new(ssrc));
        if source.ssrc != ssrc {
            *source = Incoming::new(ssrc);
        }
        // Only the numbers are needed here.
        let mut inserted = source.seen.insert(packet.header, Bytes::new());
        if inserted == Inserted::OutOfWindow {
            *source = Incoming::new(ssrc);
            inserted = source.seen.insert(packet.header, Bytes::new());
        }
        match inserted {
            Inserted::Newest { extended, skipped } => {
                // Sound is not asked for again: by the time it came, its moment would be over.
                if skipped > 0 && kind == MediaKind::Video && source.missing.skipped(now, extended, skipped) {
                    self.keyframes.push(slot);
                }
                true
            }
            Inserted::Late { extended } => {
                source.missing.arrived(extended);
                true
            }
            Inserted::Duplicate | Inserted::OutOfWindow => false,
        }
    }

    /// A keyframe begins with this packet: nothing from before it is needed. What the relay dropped before it is not asked for.
    pub fn keyframe_began(&mut self, slot: u8, packet: &RtpPacket) {
        if let Some(source) = self.sources.get_mut(&(slot, MediaKind::Video))
            && let Some(highest) = source.seen.highest()
        {
            let behind = (highest as u16).wrapping_sub(packet.header.sequence);
            if behind < 0x8000 {
                source.missing.forget_before(highest.saturating_sub(behind.into()));
            }
        }
    }

    /// When [`Self::requests`] has something to say.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.sources.values().filter_map(|source| source.missing.poll_timeout()).min()
    }

    /// RTCP to send now, per slot.
    pub fn requests(&mut self, now: Instant, round_trip: Duration) -> Vec<(u8, Bytes)> {
        let mut requests = Vec::new();
        for ((slot, _), source) in &mut self.sources {
            let sequences = source.missing.due(now, round_trip);
            if !sequences.is_empty() {
                let nack = RtcpPacket::Nack { sender: 0, media: source.ssrc, sequences };
                requests.push((*slot, Bytes::from(rtcp::encode(&[nack]))));
            }
        }
        requests
    }

    /// Slots on which pictures arrived.
    pub fn video(&self) -> Vec<u8> {
        self.sources.keys().filter(|(_, kind)| *kind == MediaKind::Video).map(|(slot, _)| *slot).collect()
    }

    /// Asks for nothing of what is missing now.
    pub fn forget_requests(&mut self) {
        self.keyframes.clear();
        self.sources.values_mut().for_each(|source| source.missing.clear());
    }

    /// Slots whose hole is too wide to be asked for.
    pub fn keyframes_wanted(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.keyframes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_protocol::rtp::RtpHeader;
    use yunzhen_runtime::clock;

    fn packet(sequence: u16, ssrc: u32) -> RtpPacket {
        RtpPacket {
            header: RtpHeader { marker: false, payload_type: 102, sequence, timestamp: 0, ssrc },
            payload: Bytes::from_static(b"x"),
        }
    }

    #[test]
    fn asks_for_what_is_missing_and_drops_what_repeats() {
        let now = clock::now_instant();
        let mut slots = Slots::default();
        let mut arrived = |sequence, ssrc| slots.arrived(now, 1, MediaKind::Video, &packet(sequence, ssrc));
        assert!(arrived(65_534, 9) && arrived(1, 9) && arrived(65_535, 9));
        assert!(!arrived(1, 9) && !arrived(65_534, 9));
        let later = now + Duration::from_millis(50);
        let requests = slots.requests(later, Duration::from_millis(100));
        let expected = RtcpPacket::Nack { sender: 0, media: 9, sequences: vec![0] };
        assert_eq!(requests.len(), 1);
        assert_eq!((requests[0].0, rtcp::parse(&requests[0].1)), (1, Ok(vec![expected])));
        assert!(slots.requests(later, Duration::from_millis(100)).is_empty(), "not again within a round trip");
    }

    #[test]
    fn another_source_on_the_slot_begins_anew() {
        let now = clock::now_instant();
        let mut slots = Slots::default();
        assert!(slots.arrived(now, 0, MediaKind::Video, &packet(7, 1)));
        assert!(slots.arrived(now, 0, MediaKind::Video, &packet(7, 2)));
        assert!(slots.arrived(now, 0, MediaKind::Video, &packet(60_000, 2)));
        assert!(slots.poll_timeout().is_none());
    }
}
