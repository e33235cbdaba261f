//! When packets arrived, as it is told back to who sent them: by the relay to a box, by a box to the relay. Nothing is allocated per packet, a report
//! is bounded whatever comes.
//!
//! On a narrow way back reports are rarer ([`Arrivals::way_back`]): so rare that they take a twentieth of it, as RFC 3550 (section 6.2) has it of all RTCP, or as rare as the far end bears.

use std::time::Duration;

use yunzhen_protocol::{
    ccfb::{Metric, OFFSET_LATER, OFFSET_OLD, StreamReport},
    rtcp::RtcpPacket,
    rtp::RtpHeader,
};

use super::{BOX_REPORT_MOST, PARITIES, REPORT_INTERVAL};
use crate::{codec::MediaKind, sequence::Unwrapper};

/// Arrivals that are kept of each source; a power of two.
const KEPT: u64 = 256;
/// Most packets of a source that one report tells of.
const TOLD: u64 = 160;
/// Bytes of all sources in one report, so that it fits a datagram; sources that find no room come first in the next.
const REPORT_BYTES: usize = 900;
/// Beside them: QUIC, UDP and IP, the flow, what a report begins and ends with.
const REPORT_HEADERS: usize = 58 + 1 + 12;
/// Reports take no more of the way back.
const SHARE: f64 = 0.05;
/// Sources at once: sound and picture of every slot.
const LANES: usize = 64;
/// Lanes of what a box sends.
const LANE_VIDEO: u8 = 0;
const LANE_AUDIO: u8 = 1;
const LANE_PARITIES: u8 = 2;
const LANE_LOW: u8 = 3;
/// Each report repeats those before it, so that one that is lost costs nothing.
const REPEATS: usize = 3;
/// So many packets in a row that are too old are no stragglers: the source counts anew.
const STRAYS: u8 = 8;

#[derive(Debug)]
struct Stream {
    ssrc: Option<u32>,
    numbers: Unwrapper,
    ring: Box<[Option<Duration>]>,
    /// Where the last reports ended, newest first.
    told: [u64; REPEATS],
    /// Packets in a row that are older than the ring.
    strays: u8,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            ssrc: None,
            numbers: Unwrapper::new(),
            ring: vec![None; KEPT as usize].into(),
            told: [0; REPEATS],
            strays: 0,
        }
    }
}

/// All sources that come over one connection, each on a lane of its own: another source on a lane replaces the former.
#[derive(Debug)]
pub struct Arrivals {
    /// Made with the first packet of each.
    lanes: Vec<(u8, Stream)>,
    /// The lane that is told of first.
    first: usize,
    least: Duration,
    /// By what the last one took.
    every: Duration,
    way_back: Option<u32>,
    last: Option<Duration>,
    due: Option<Duration>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self::every(REPORT_INTERVAL)
    }
}

impl Arrivals {
    /// Reports that often, as long as the way back is not said to be narrow.
    pub const fn every(every: Duration) -> Self {
        Self { lanes: Vec::new(), first: 0, least: every, every, way_back: None, last: None, due: None }
    }

    /// What the way back takes in all, bits per second, from the next report on; `None`: it has room.
    pub const fn way_back(&mut self, bps: Option<u32>) {
        self.way_back = bps;
    }

    /// From a report of so many bytes to the next.
    fn interval(&self, bytes: usize) -> Duration {
        let Some(bps) = self.way_back else { return self.least };
        let takes = (REPORT_HEADERS + bytes) as f64 * 8.0 / (SHARE * f64::from(bps.max(1)));
        Duration::from_secs_f64(takes.min(BOX_REPORT_MOST.as_secs_f64())).max(self.least)
    }

    /// A packet of a box arrived. `at` is a clock that goes on when the box connects anew.
    pub fn arrived(&mut self, at: Duration, kind: MediaKind, header: RtpHeader) {
        let lane = match kind {
            MediaKind::Video => LANE_VIDEO,
            MediaKind::Audio => LANE_AUDIO,
        };
        self.note(at, lane, header.ssrc, header.sequence);
    }

    /// A packet of a box's low picture arrived.
    pub fn low_arrived(&mut self, at: Duration, header: RtpHeader) {
        self.note(at, LANE_LOW, header.ssrc, header.sequence);
    }

    /// A parity arrived; it is told of under source 0.
    pub fn parity_arrived(&mut self, at: Duration, number: u16) {
        self.note(at, LANE_PARITIES, PARITIES, number);
    }

    /// A packet on a slot arrived at a box.
    pub fn slot_arrived(&mut self, at: Duration, slot: u8, kind: MediaKind, header: RtpHeader) {
        self.note(at, 2 * (slot & 0x1f) + u8::from(kind == MediaKind::Audio), header.ssrc, header.sequence);
    }

    fn note(&mut self, at: Duration, lane: u8, ssrc: u32, sequence: u16) {
        let known = self.lanes.iter().position(|(number, _)| *number == lane);
        let place = known.unwrap_or_else(|| {
            self.lanes.push((lane, Stream::default()));
            self.lanes.len() - 1
        });
        debug_assert!(self.lanes.len() <= LANES);
        self.lanes[place].1.arrived(at, ssrc, sequence);
        self.is_due_from(at);
    }

    fn is_due_from(&mut self, at: Duration) {
        self.due.get_or_insert_with(|| self.last.map_or(at, |last| at.max(last + self.every)));
    }

    /// When there is something to report.
    pub const fn due(&self) -> Option<Duration> {
        self.due
    }

    /// What arrived, if a report is due. ECN is not told: quinn does not give the marks of datagrams.
    pub fn report(&mut self, now: Duration) -> Option<RtcpPacket> {
        if self.due.is_none_or(|due| due > now) {
            return None;
        }
        (self.due, self.last) = (None, Some(now));
        let (mut streams, mut room) = (Vec::with_capacity(self.lanes.len()), REPORT_BYTES);
        let count = self.lanes.len();
        let first = std::mem::take(&mut self.first);
        for place in (first..count).chain(0..first.min(count)) {
            let stream = &mut self.lanes[place].1;
            let bytes = stream.report_bytes();
            if bytes > room {
                self.first = place;
                // What finds no room is not forgotten.
                self.due = Some(now + self.every);
                break;
            }
            if let Some(report) = stream.report(now) {
                room -= bytes;
                streams.push(report);
            }
        }
        self.every = self.interval(REPORT_BYTES - room);
        let timestamp = (now.as_micros() * 65_536 / 1_000_000) as u32;
        (!streams.is_empty()).then_some(RtcpPacket::Arrivals { sender: 0, streams, timestamp })
    }
}

impl Stream {
    fn arrived(&mut self, at: Duration, ssrc: u32, sequence: u16) {
        let mut number = self.numbers.peek(sequence);
        let other = self.ssrc != Some(ssrc);
        let behind = !other && self.numbers.highest().is_some_and(|highest| number + KEPT <= highest);
        self.strays = if behind { self.strays + 1 } else { 0 };
        if behind && self.strays < STRAYS {
            return;
        }
        let ahead = self.numbers.highest().is_some_and(|highest| number >= highest + KEPT);
        if other || behind || ahead {
            // Another source, or this one after a gap too wide to tell of.
            self.strays = 0;
            self.ssrc = Some(ssrc);
            self.numbers = Unwrapper::new();
            self.ring.fill(None);
            number = self.numbers.peek(sequence);
            self.told = [number; REPEATS];
        }
        if let Some(highest) = self.numbers.highest() {
            for skipped in highest + 1..number {
                self.ring[(skipped % KEPT) as usize] = None;
            }
            if number > highest {
                self.ring[(number % KEPT) as usize] = None;
            }
        }
        self.numbers.advance(number);
        // One that comes twice arrived the first time.
        self.ring[(number % KEPT) as usize].get_or_insert(at);
    }

    /// From where to where the next report tells.
    fn untold(&self) -> Option<(u64, u64)> {
        let end = self.numbers.highest()? + 1;
        Some((self.told[REPEATS - 1].max(end.saturating_sub(TOLD)), end))
    }

    /// What the next report takes: source, begin and count, two bytes a packet, filled to words.
    fn report_bytes(&self) -> usize {
        self.untold().map_or(0, |(begin, end)| 8 + 2 * ((end - begin) as usize).next_multiple_of(2))
    }

    fn report(&mut self, now: Duration) -> Option<StreamReport> {
        let (begin, end) = self.untold()?;
        self.told.rotate_right(1);
        self.told[0] = end;
        let metric = |number: u64| match self.ring[(number % KEPT) as usize] {
            Some(at) => Metric::arrived(0, offset(now, at)),
            None => Metric::MISSING,
        };
        let metrics: Vec<Metric> = (begin..end).map(metric).collect();
        (!metrics.is_empty()).then_some(StreamReport { ssrc: self.ssrc?, begin: begin as u16, metrics })
    }
}

fn offset(now: Duration, at: Duration) -> u16 {
    match now.checked_sub(at) {
        Some(since) => (since.as_micros() * 1024 / 1_000_000).min(u128::from(OFFSET_OLD)) as u16,
        None => OFFSET_LATER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn header(ssrc: u32, sequence: u16) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 102, sequence, timestamp: 0, ssrc }
    }
    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
    fn streams(report: Option<RtcpPacket>) -> Vec<(u32, u16, Vec<Option<u16>>)> {
        let Some(RtcpPacket::Arrivals { streams, .. }) = report else { return Vec::new() };
        let told = |metric: &Metric| metric.is_arrived().then(|| metric.offset());
        streams.into_iter().map(|s| (s.ssrc, s.begin, s.metrics.iter().map(told).collect())).collect()
    }

    #[test]
    fn tells_arrivals_and_gaps_and_repeats_them() {
        let mut arrivals = Arrivals::default();
        assert_eq!((arrivals.due(), arrivals.report(ms(0))), (None, None));
        for (at, sequence) in [(1000, 65_534), (1000, 65_534), (1010, 0)] {
            arrivals.arrived(ms(at), MediaKind::Video, header(7, sequence));
        }
        assert_eq!(arrivals.due(), Some(ms(1000)));
        let first = streams(arrivals.report(ms(1125)));
        assert_eq!(first, [(7, 65_534, vec![Some(128), None, Some(117)])]);
        assert_eq!(arrivals.report(ms(2000)), None, "nothing came since");
        arrivals.arrived(ms(1140), MediaKind::Video, header(7, 65_535));
        arrivals.arrived(ms(1140), MediaKind::Audio, header(8, 5));
        assert_eq!(arrivals.due(), Some(ms(1155)), "an interval after the last");
        let second = streams(arrivals.report(ms(1155)));
        assert_eq!(second[0], (7, 65_534, vec![Some(158), Some(15), Some(148)]));
        assert_eq!(second[1], (8, 5, vec![Some(15)]));
        for at in [1200, 1240, 1280] {
            arrivals.arrived(ms(at), MediaKind::Audio, header(8, 6));
            arrivals.report(ms(at));
        }
        arrivals.arrived(ms(1320), MediaKind::Video, header(7, 1));
        assert_eq!(streams(arrivals.report(ms(1320)))[0], (7, 1, vec![Some(0)]), "told three times is enough");
        arrivals.parity_arrived(ms(1360), 9);
        assert_eq!(streams(arrivals.report(ms(1360))).last(), Some(&(PARITIES, 9, vec![Some(0)])));
        arrivals.low_arrived(ms(1400), header(6, 300));
        let told = streams(arrivals.report(ms(1400)));
        assert_eq!(told.last(), Some(&(6, 300, vec![Some(0)])), "the low picture has a sequence of its own");
        assert_eq!(told[0].0, 7, "and the main one goes on in its");
    }

    #[test]
    fn on_a_narrow_way_back_reports_take_a_twentieth_of_it_as_far_as_they_may_be_rarer() {
        let takes_bps = |way_back| {
            let (mut arrivals, mut bytes) = (Arrivals::every(ms(60)), 0);
            arrivals.way_back(way_back);
            for now in 0..10_000u16 {
                let at = ms(now.into());
                if now.is_multiple_of(20) {
                    arrivals.slot_arrived(at, 0, MediaKind::Audio, header(1, now / 20));
                }
                if now.is_multiple_of(40) {
                    arrivals.slot_arrived(at, 0, MediaKind::Video, header(2, now / 40));
                }
                if let Some(report) = arrivals.report(at) {
                    bytes += 59 + yunzhen_protocol::rtcp::encode(&[report]).len();
                }
            }
            bytes * 8 / 10
        };
        let usual = takes_bps(None);
        assert!((14_000..18_000).contains(&usual), "{usual}");
        assert_eq!(takes_bps(Some(1_000_000)), usual, "there is room");
        let (quarter, narrow) = (takes_bps(Some(250_000)), takes_bps(Some(150_000)));
        assert!((11_000..13_500).contains(&quarter), "{quarter} of 250 kbit/s");
        assert!(narrow < 10_000, "{narrow} of 150 kbit/s");
        let least = takes_bps(Some(30_000));
        assert!((9_000..10_000).contains(&least), "{least}: never rarer than the far end bears");
    }

    #[test]
    fn what_finds_no_room_in_a_report_comes_first_in_the_next() {
        let mut arrivals = Arrivals::every(ms(60));
        for slot in 0..4 {
            for sequence in 0..160 {
                arrivals.slot_arrived(ms(10), slot, MediaKind::Video, header(u32::from(slot) + 1, sequence));
            }
        }
        let told = |report| streams(report).into_iter().map(|(ssrc, ..)| ssrc).collect::<Vec<_>>();
        assert_eq!(told(arrivals.report(ms(10))), [1, 2]);
        assert_eq!(arrivals.due(), Some(ms(70)));
        assert_eq!(told(arrivals.report(ms(70))), [3, 4]);
    }

    proptest! {
        /// Whatever numbers come, a report fits a datagram and tells only of what came.
        #[test]
        fn is_bounded_and_true(script in prop::collection::vec((any::<bool>(), 0u32..2, 0u16..700, 0u64..40), 1..400)) {
            let mut arrivals = Arrivals::default();
            let mut came = std::collections::HashSet::new();
            let (mut now, mut base) = (ms(5), 65_000u16);
            for (video, ssrc, ahead, step) in script {
                now += ms(step);
                base = base.wrapping_add(1);
                let (kind, sequence) = (if video { MediaKind::Video } else { MediaKind::Audio }, base.wrapping_add(ahead));
                came.insert((ssrc, sequence));
                arrivals.arrived(now, kind, header(ssrc, sequence));
                if let Some(report) = arrivals.report(now) {
                    prop_assert!(yunzhen_protocol::rtcp::encode(std::slice::from_ref(&report)).len() < 1000);
                    for (ssrc, begin, told) in streams(Some(report)) {
                        for (at, arrived) in told.iter().enumerate() {
                            let sequence = begin.wrapping_add(at as u16);
                            prop_assert!(arrived.is_none() || came.contains(&(ssrc, sequence)));
                        }
                    }
                }
            }
        }
    }
}
