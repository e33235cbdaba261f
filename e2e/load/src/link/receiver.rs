//! The far end: when packets came, which pictures are whole and can be decoded, what is missing, what is heard.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use yunzhen_media::congestion::{REPORT_INTERVAL, Report};
use yunzhen_media::nack::NackQueue;
use yunzhen_media::repair::{Incoming, deadline};
use yunzhen_media::sequence::Unwrapper;
use yunzhen_netem::{Arrival, Ecn};
use yunzhen_protocol::roq::{Datagram, Flow};
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::clock;

use super::listening::Listening;
use super::packet::{Feedback, Media, SOUND_EVERY, What};
use super::playout::Playout;

/// The far clock shows something else; only differences count.
const CLOCK: Duration = Duration::from_secs(7200);
/// Pictures this far behind the newest.
const GIVEN_UP: u32 = 45;
/// Nothing could be decoded for so long, and for longer than a repair takes: a new beginning is asked for, and asked for again.
const STUCK: Duration = Duration::from_millis(250);
const STUCK_AGAIN: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
struct Way {
    arrived: BTreeMap<u64, (Duration, bool)>,
    /// Highest number at each of the last reports, newest first: each repeats what the two before said.
    told: [u64; 3],
    anything: bool,
}

#[derive(Debug)]
struct Picture {
    captured: Duration,
    key: bool,
    parts: u16,
    came: BTreeSet<u16>,
}

/// What was shown or heard: when it was captured and when it played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    pub captured: Duration,
    pub at: Duration,
}

pub struct Receiver {
    ways: Vec<Way>,
    incoming: Incoming,
    report_due: Duration,
    pictures: BTreeMap<u32, Picture>,
    /// The next that can be decoded without a keyframe.
    next: u32,
    /// What the next is predicted from is gone.
    broken: bool,
    newest: u32,
    /// What the relay asks for, and its origin of time.
    numbers: Unwrapper,
    asks: NackQueue,
    begun: Instant,
    /// A hole that is not asked for.
    too_wide: bool,
    /// Since when a picture waits for one before it.
    stuck: Option<Duration>,
    picture_playout: Playout,
    sound_playout: Playout,
    listening: Listening,
    /// As they were shown.
    pub shown: Vec<Played>,
    /// By number; what is missing was not heard.
    pub heard: BTreeMap<u32, Played>,
    seen: BTreeSet<u32>,
}

impl Receiver {
    pub fn new(links: usize) -> Self {
        Self {
            ways: (0..links).map(|_| Way::default()).collect(),
            incoming: Incoming::default(),
            report_due: Duration::ZERO,
            pictures: BTreeMap::new(),
            next: 0,
            broken: false,
            newest: 0,
            numbers: Unwrapper::new(),
            asks: NackQueue::new(),
            too_wide: false,
            begun: clock::now_instant(),
            stuck: None,
            picture_playout: Playout::new(60, 0.9),
            sound_playout: Playout::new(100, 0.97),
            listening: Listening::default(),
            shown: Vec::new(),
            heard: BTreeMap::new(),
            seen: BTreeSet::new(),
        }
    }

    /// A datagram came: what it is and what can be re-created with it is played.
    pub fn datagram(&mut self, link: usize, number: u64, arrival: &Arrival<()>, datagram: Bytes) {
        let way = &mut self.ways[link];
        way.arrived.insert(number, (arrival.at, arrival.ecn == Ecn::Ce));
        way.anything = true;
        let at = arrival.at;
        let Ok(Datagram { flow, packet, .. }) = Datagram::decode(datagram) else { return };
        let mut packets = Vec::new();
        match flow {
            Flow::Video => {
                if let Ok(parsed) = RtpPacket::parse(packet.clone()) {
                    packets = self.incoming.picture(at, parsed.header.sequence, &packet).unwrap_or_default();
                }
                packets.insert(0, packet);
            }
            Flow::Audio => packets.push(packet),
            Flow::Repair => {
                let Ok(taken) = self.incoming.repair(at, packet) else { return };
                packets.extend(taken.sounds.into_iter().chain(taken.sound).chain(taken.pictures));
            }
            Flow::Feedback | Flow::LowVideo | Flow::SlotVideo(_) | Flow::SlotAudio(_) | Flow::SlotFeedback(_) => {}
        }
        for packet in packets {
            let Ok(packet) = RtpPacket::parse(packet) else { continue };
            let Some(media) = Media::read(&packet) else { continue };
            if let What::Picture { part, key, .. } = media.what {
                self.came(at, packet.header.sequence, key.then_some(part));
            }
            self.media(at, media);
        }
    }

    /// A packet of pictures, of a keyframe this part.
    fn came(&mut self, at: Duration, sequence: u16, key: Option<u16>) {
        let extended = self.numbers.peek(sequence);
        match self.numbers.highest() {
            Some(highest) if extended > highest => {
                // What is too wide to be asked for takes a new beginning.
                self.too_wide |= self.asks.skipped(self.begun + at, extended, extended - highest - 1);
            }
            Some(_) => self.asks.arrived(extended),
            None => {}
        }
        self.numbers.advance(extended);
        if let Some(part) = key {
            self.asks.forget_before(extended - u64::from(part));
        }
    }

    fn media(&mut self, at: Duration, media: Media) {
        match media.what {
            What::Sound { index, pieces } => {
                if self.seen.insert(index)
                    && let Some(at) = self.sound_playout.came(media.captured, at)
                {
                    let lasts = SOUND_EVERY * u32::from(pieces);
                    let depth = self.listening.plays(at, lasts);
                    self.sound_playout.deepen(depth, lasts);
                    self.picture_playout.wait_for(&self.sound_playout, lasts);
                    for piece in 0..u32::from(pieces) {
                        let after = SOUND_EVERY * piece;
                        let played = Played { captured: media.captured + after, at: at + after };
                        self.heard.insert(index + piece, played);
                    }
                }
            }
            What::Picture { frame, part, parts, key } => {
                if frame < self.next {
                    return;
                }
                self.newest = self.newest.max(frame);
                let picture = self.pictures.entry(frame).or_insert_with(|| Picture {
                    captured: media.captured,
                    key,
                    parts,
                    came: BTreeSet::new(),
                });
                picture.came.insert(part);
                // What is too old to be of use is given up: only a keyframe helps then.
                let oldest = self.newest.saturating_sub(GIVEN_UP);
                if self.next < oldest {
                    self.next = oldest;
                    self.broken = true;
                    self.pictures = self.pictures.split_off(&oldest);
                }
                self.decode(at);
            }
        }
    }

    /// Reports, one for each link, when they are due.
    pub fn poll(&mut self, now: Duration, round_trip: Duration) -> Vec<(usize, Feedback)> {
        if now < self.report_due || self.ways.iter().all(|way| !way.anything) {
            return Vec::new();
        }
        self.report_due = now + REPORT_INTERVAL;
        let missing = self.asks.due(self.begun + now, round_trip);
        let keyframe = self.wants_keyframe(now, STUCK.max(deadline::patience(round_trip)));
        let reporting = self.ways.iter_mut().enumerate().filter(|(_, way)| way.anything);
        let mut feedbacks: Vec<_> = reporting
            .map(|(link, way)| (link, Feedback { reports: way.report(), missing: missing.clone(), keyframe }))
            .collect();
        // What is wanted again is asked for once; the better link's report carries it too, whichever that is.
        for (_, feedback) in feedbacks.iter_mut().skip(1) {
            feedback.missing.clear();
        }
        feedbacks
    }

    fn decode(&mut self, now: Duration) {
        loop {
            let whole = |picture: &Picture| picture.came.len() == usize::from(picture.parts);
            let next = match self.pictures.get(&self.next) {
                Some(picture) if whole(picture) && (picture.key || !self.broken) => Some(self.next),
                _ => self.pictures.iter().find(|(_, picture)| picture.key && whole(picture)).map(|(frame, _)| *frame),
            };
            let Some(frame) = next else { break };
            if let Some(picture) = self.pictures.remove(&frame) {
                let plays = self.picture_playout.came(picture.captured, now).unwrap_or(now);
                let at = self.shown.last().map_or(plays, |last| plays.max(last.at));
                self.shown.push(Played { captured: picture.captured, at });
            }
            self.next = frame + 1;
            self.pictures = self.pictures.split_off(&self.next);
            (self.stuck, self.broken) = (None, false);
        }
        if !self.pictures.is_empty() {
            self.stuck.get_or_insert(now);
        }
    }

    fn wants_keyframe(&mut self, now: Duration, patience: Duration) -> bool {
        if std::mem::take(&mut self.too_wide) {
            return true;
        }
        let Some(stuck) = self.stuck.filter(|stuck| now.saturating_sub(*stuck) > patience) else { return false };
        // Asked again that much later.
        self.stuck = Some(stuck + STUCK_AGAIN);
        true
    }
}

impl Way {
    fn report(&mut self) -> Vec<Report> {
        let highest = self.arrived.keys().next_back().copied().unwrap_or_default();
        let from = self.told[2];
        self.told = [highest, self.told[0], self.told[1]];
        self.anything = false;
        self.arrived = self.arrived.split_off(&from);
        let report = |number| {
            let arrival = self.arrived.get(&number);
            Report { number, arrived: arrival.map(|(at, _)| *at + CLOCK), ce: arrival.is_some_and(|(_, ce)| *ce) }
        };
        (from..=highest).map(report).collect()
    }
}
