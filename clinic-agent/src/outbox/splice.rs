//! One outgoing RTP stream made of several sources (a box camera, then the tablet's, then the other box camera). Pure.
//!
//! The relay and every browser behind it see one source with one sequence: a switch must not look like a loss, a jump in
//! time or a repeated packet, and must begin with a picture that can be decoded by itself. The numbers are
//! [`yunzhen_media::rewrite`]'s; this adds who feeds the stream and what is sent again on request.

use std::time::{Duration, Instant};
use yunzhen_media::rewrite::Rewriter;
use yunzhen_media::send_buffer::{Inserted, ResendGuard, SendBuffer};
use yunzhen_media::{MediaKind, PayloadTypes};
use yunzhen_protocol::rtp::RtpPacket;

/// Where packets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Source {
    /// Nowhere: nothing is sent.
    #[default]
    None,
    /// The box's own devices.
    Capture,
    /// The tablet's browser.
    Tablet,
}

/// Packets kept for resending and to drop repetitions: some two seconds of video.
const KEPT: usize = 512;

/// Rewrites packets of the current source into the outgoing stream.
#[derive(Debug)]
pub struct Splicer {
    kind: MediaKind,
    source: Source,
    rewriter: Rewriter,
    kept: SendBuffer,
    resends: ResendGuard,
}

impl Splicer {
    /// A stream that has not begun.
    pub fn new(kind: MediaKind, ssrc: u32) -> Self {
        Self {
            kind,
            source: Source::None,
            rewriter: Rewriter::new(ssrc, kind.clock_rate()),
            kept: SendBuffer::new(KEPT),
            resends: ResendGuard::new(KEPT),
        }
    }

    /// Who is heard or seen from now on. The same source again changes nothing.
    pub fn select(&mut self, source: Source) {
        if self.source != source {
            self.source = source;
            self.restart();
        }
    }

    fn restart(&mut self) {
        self.rewriter.stop();
        self.kept.clear();
    }

    /// The source in use.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// The packet as it goes out, or `None`: another source's, a repetition, or no key frame yet. Its payload type is
    /// one of those fixed between box and relay.
    pub fn packet(&mut self, now: Instant, source: Source, packet: RtpPacket) -> Option<RtpPacket> {
        if source != self.source || source == Source::None {
            return None;
        }
        let header = packet.header;
        let codec = PayloadTypes::BOX.codec(header.payload_type).filter(|codec| codec.kind() == self.kind)?;
        let extended = match self.kept.insert(header, packet.payload.clone()) {
            Inserted::Newest { extended, .. } | Inserted::Late { extended } => extended,
            Inserted::Duplicate => return None,
            Inserted::OutOfWindow => {
                // The source began anew (a page that was reloaded): so does the run, with this packet.
                self.restart();
                match self.kept.insert(header, packet.payload.clone()) {
                    Inserted::Newest { extended, .. } => extended,
                    Inserted::Late { .. } | Inserted::Duplicate | Inserted::OutOfWindow => return None,
                }
            }
        };
        if !self.rewriter.is_running() {
            if !codec.starts_keyframe(&packet.payload) {
                return None;
            }
            self.rewriter.start(now, extended, header);
        }
        let header = self.rewriter.rewrite(now, extended, header, header.payload_type)?;
        Some(RtpPacket { header, payload: packet.payload })
    }

    /// A packet that the relay misses, if it is still here and was not sent again within a round trip.
    pub fn again(&mut self, now: Instant, sequence: u16, round_trip: Duration) -> Option<RtpPacket> {
        let extended = self.rewriter.source_of(sequence)?;
        let stored = self.kept.get(extended)?;
        let header = self.rewriter.again(extended, stored.header, stored.header.payload_type)?;
        self.resends.allow(now, extended, round_trip).then(|| RtpPacket { header, payload: stored.payload.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;
    use yunzhen_protocol::payload_type;
    use yunzhen_protocol::rtp::RtpHeader;
    use yunzhen_runtime::clock;

    fn packet(payload_type: u8, sequence: u16, timestamp: u32, payload: &'static [u8]) -> RtpPacket {
        RtpPacket {
            header: RtpHeader { marker: false, payload_type, sequence, timestamp, ssrc: 77 },
            payload: Bytes::from_static(payload),
        }
    }
    const KEY: &[u8] = &[0x67, 0x42, 0xe0, 0x1f];
    const DELTA: &[u8] = &[0x41, 0x9a, 0x00];
    const H264: u8 = payload_type::H264;

    #[test]
    fn a_switch_begins_with_a_key_frame_and_continues_sequence_and_time() {
        let mut splicer = Splicer::new(MediaKind::Video, 5);
        splicer.select(Source::Capture);
        let begun = clock::now_instant();
        let at = |ms| begun + Duration::from_millis(ms);
        assert!(splicer.packet(at(0), Source::Capture, packet(H264, 9, 1000, DELTA)).is_none());
        let first = splicer.packet(at(33), Source::Capture, packet(H264, 10, 4000, KEY)).unwrap().header;
        assert_eq!((first.sequence, first.timestamp, first.ssrc), (10, 4000, 5));
        splicer.select(Source::Tablet);
        assert!(splicer.packet(at(66), Source::Capture, packet(H264, 11, 7000, KEY)).is_none());
        assert!(splicer.packet(at(70), Source::Tablet, packet(H264, 60_000, 1, DELTA)).is_none());
        let next = splicer.packet(at(133), Source::Tablet, packet(H264, 60_001, 9, KEY)).unwrap().header;
        assert_eq!((next.sequence, next.timestamp), (11, 4000 + 9000));
        assert!(splicer.packet(at(133), Source::Tablet, packet(H264, 60_001, 9, KEY)).is_none(), "a repetition");
        let again = splicer.again(at(200), 11, Duration::from_millis(50)).unwrap();
        assert_eq!((again.header, &again.payload[..]), (next, KEY));
        assert!(splicer.again(at(210), 11, Duration::from_millis(50)).is_none(), "just sent again");
        assert!(splicer.again(at(210), 10, Duration::from_millis(50)).is_none(), "before the switch");
    }

    proptest! {
        #[test]
        fn no_number_is_sent_twice(script in prop::collection::vec((any::<bool>(), 0u16..40, any::<bool>()), 1..300)) {
            let mut splicer = Splicer::new(MediaKind::Audio, 5);
            let now = clock::now_instant();
            let (mut base, mut sent) = ([65_500u16, 7u16], std::collections::HashSet::new());
            splicer.select(Source::Capture);
            for (tablet, ahead, switch) in script {
                let source = if tablet { Source::Tablet } else { Source::Capture };
                if switch { splicer.select(source); }
                let base = &mut base[usize::from(tablet)];
                let sequence = base.wrapping_add(ahead);
                if ahead > 20 { *base = base.wrapping_add(3); }
                if let Some(out) = splicer.packet(now, source, packet(payload_type::OPUS, sequence, 0, DELTA)) {
                    prop_assert!(sent.insert(out.header.sequence), "{} twice", out.header.sequence);
                }
            }
        }
    }
}
