//! A box: sound first, a picture that follows the controller, a queue of at most 150 ms, a pacer, parts sent again when they are missed. What repairs loss is the box's own
//! (`yunzhen_media::repair`).
//!
//! Over two links sound goes on both and the picture on the better.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::{Controller, pacer::Pacer, takes::Takes};
use yunzhen_media::ladder::sound::{SoundLadder, SoundTarget};
use yunzhen_media::ladder::{Motion, Rung, STILL_LONGEST};
use yunzhen_media::repair::{Losses, Outgoing, deadline, policy::Budget};
use yunzhen_protocol::control::AudioPlan;
use yunzhen_protocol::roq::Flow;

use super::encoder::{Encoder, Rates};
use super::packet::{Feedback, HEADERS, Media, PAYLOAD, SOUND_EVERY, What, datagram, wire};
use super::programs::Program;

/// From the oldest picture that waits to the newest; what is older is dropped, and the picture begins anew.
const SPAN: Duration = Duration::from_millis(150);
/// A picture that could not leave for so long is of no use.
const AGE: Duration = Duration::from_millis(600);
/// Pictures that take so long to leave hold the encoder; it goes on when they take less than `GO_ON`.
const HOLD: f64 = 0.060;
const GO_ON: f64 = 0.025;
/// Parts of older pictures are not sent again.
const KEPT: Duration = Duration::from_millis(800);
/// A link that has said nothing for so long carries no picture while another does.
const SILENT: Duration = Duration::from_millis(300);
/// Until something is heard.
const USUAL_TRIP: Duration = Duration::from_millis(100);
/// Packets overtake each other by so many.
const REORDER: u64 = 3;
/// What the relay asks a box for.
const AUDIO: AudioPlan = AudioPlan { ssrc: 2, payload_type: 111, bitrate_bps: 32_000 };
/// A still that waits for a queue to empty goes on at this.
const STILLS_LEAST: f64 = 6000.0;
/// Of a datagram.
const ROOM: usize = 1162;

struct Way {
    controller: Box<dyn Controller>,
    pacer: Pacer,
    next: u64,
    heard: Duration,
    losses: Losses,
    /// When what is not yet told of left.
    left: VecDeque<(u64, Duration)>,
    /// Packets of pictures that left for the first time and are not yet told of, by number.
    pictures: BTreeMap<u64, u16>,
    round_trip: Duration,
}

/// A packet to send over a link.
pub struct Departure {
    pub link: usize,
    pub number: u64,
    pub datagram: Bytes,
}

/// A part of a picture, as it waits.
#[derive(Clone)]
struct Part {
    media: Media,
    sequence: u16,
    packet: Bytes,
}

/// A part that left, and when it was last sent again.
struct Kept {
    part: Part,
    left: Duration,
    again: Option<Duration>,
}

/// What leaves next of what asks for the pace.
enum Next {
    Again(Part),
    Parity(Bytes),
    Picture(Part),
}

pub struct Sender {
    ways: Vec<Way>,
    repairs: bool,
    adapts: bool,
    outgoing: Outgoing,
    /// What copies of sound, parities and what is sent again take.
    takes: Takes,
    encoder: Encoder,
    /// A still leaves no faster than pictures may in the long run.
    still_pacer: Pacer,
    /// What pictures may take, headers included.
    picture_bps: f64,
    sound_ladder: SoundLadder,
    sound_target: SoundTarget,
    held: bool,
    queue: VecDeque<Part>,
    /// The picture of which a part left last.
    leaving: Option<u32>,
    again: VecDeque<Part>,
    parities: VecDeque<Bytes>,
    kept: BTreeMap<u16, Kept>,
    sequence: u16,
    sound_due: Duration,
    sounds: u32,
    sound_sequence: u16,
    /// When the controllers are polled next, and what is too old is forgotten.
    polled: Duration,
}

impl Sender {
    pub fn new(program: Program, links: usize, seed: u64, start: Duration) -> Self {
        let way = |_| Way {
            controller: program.controller(),
            pacer: Pacer::default(),
            next: 0,
            heard: start,
            losses: Losses::default(),
            left: VecDeque::new(),
            pictures: BTreeMap::new(),
            round_trip: USUAL_TRIP,
        };
        Self {
            ways: (0..links).map(way).collect(),
            repairs: program.repairs(),
            adapts: program != Program::Off,
            outgoing: Outgoing::default(),
            takes: Takes::new(start, 0.0),
            encoder: Encoder::new(seed, start),
            still_pacer: Pacer::default(),
            picture_bps: 0.0,
            sound_ladder: SoundLadder::default(),
            sound_target: SoundTarget::of(&AUDIO),
            held: false,
            queue: VecDeque::new(),
            leaving: None,
            again: VecDeque::new(),
            parities: VecDeque::new(),
            kept: BTreeMap::new(),
            sequence: 0,
            sound_due: start,
            sounds: 0,
            sound_sequence: 0,
            polled: start,
        }
    }

    pub fn target_bps(&self, now: Duration) -> u32 {
        self.ways[self.better(now)].controller.target_bps()
    }

    /// Of the link that carries the picture.
    pub fn round_trip(&self, now: Duration) -> Duration {
        self.ways[self.better(now)].round_trip
    }

    /// Another address, another path.
    pub fn new_path(&mut self, link: usize) {
        let way = &mut self.ways[link];
        way.controller.new_path();
        way.losses.new_path();
    }

    pub fn frames_per_second(&self) -> u32 {
        self.encoder.frames_per_second()
    }

    /// Nothing is captured while it pauses.
    pub fn pause(&mut self, now: Duration) {
        self.queue.clear();
        self.again.clear();
        self.parities.clear();
        self.outgoing.clear();
        self.sound_due = now;
        self.encoder.want_keyframe();
    }

    pub fn feedback(&mut self, now: Duration, link: usize, feedback: &Feedback) {
        let way = &mut self.ways[link];
        way.heard = now;
        let lost = way.told(now, feedback);
        let round_trip = way.round_trip;
        if feedback.keyframe {
            self.encoder.want_keyframe();
        }
        for sequence in feedback.missing.iter().copied().chain(lost) {
            let Some(kept) = self.kept.get_mut(&sequence) else { continue };
            let is_due = kept.again.is_none_or(|again| now >= again + round_trip);
            if is_due && deadline::is_in_time(MediaKind::Video, kept.left, now, round_trip) {
                kept.again = Some(now);
                self.again.push_back(kept.part.clone());
            }
        }
    }

    /// What leaves now.
    pub fn poll(&mut self, now: Duration) -> Vec<Departure> {
        let mut departures = Vec::new();
        let link = self.better(now);
        if now >= self.polled {
            self.ways.iter_mut().for_each(|way| way.controller.poll(now));
            self.kept.retain(|_, kept| now.saturating_sub(kept.left) < KEPT);
            self.again.retain(|part| now.saturating_sub(part.media.captured) < KEPT);
            self.takes.look(now);
            self.polled = now + Duration::from_millis(20);
        }
        if self.repairs && self.outgoing.is_due(now) {
            let Way { controller, losses, round_trip, .. } = &self.ways[link];
            let budget = Budget {
                total: controller.target_bps().into(),
                sound: self.sound_target.wire_bps(),
                sound_packet: self.sound_target.packet,
                picture_least: self.encoder.least_bps().into(),
                alone: self.encoder.rung() == Rung::Sound,
            };
            self.outgoing.look(now, losses, *round_trip, budget);
        }
        while self.sound_due <= now {
            self.sound(now, &mut departures);
        }
        self.film(now, link);
        while let Some(size) = self.next_size() {
            let way = &self.ways[link];
            if way.pacer.ready_at().max(self.still_pacer.ready_at()) > now || way.controller.room_bytes() < size {
                break;
            }
            let datagram = match self.next() {
                Some(Next::Again(part)) => {
                    self.takes.sent(now, part.media.size);
                    datagram(Flow::Video, &part.packet)
                }
                Some(Next::Parity(content)) => {
                    let datagram = datagram(Flow::Repair, &content);
                    self.takes.sent(now, wire(&datagram));
                    datagram
                }
                Some(Next::Picture(part)) => {
                    let What::Picture { frame, part: place, parts, .. } = part.media.what else { continue };
                    self.leaving = Some(frame);
                    let parities = self.outgoing.picture(now, part.sequence, place + 1 == parts, &part.packet);
                    self.parities.extend(parities.into_iter().map(|made| made.content));
                    let datagram = datagram(Flow::Video, &part.packet);
                    let way = &mut self.ways[link];
                    way.pictures.insert(way.next, part.sequence);
                    self.kept.insert(part.sequence, Kept { part, left: now, again: None });
                    if self.encoder.shape(PAYLOAD).0 == Motion::Stills {
                        self.still_pacer.sent(now, wire(&datagram), self.picture_bps as u32);
                    }
                    datagram
                }
                None => break,
            };
            departures.push(self.depart(now, link, datagram));
        }
        departures
    }

    fn sound(&mut self, now: Duration, departures: &mut Vec<Departure>) {
        let SoundTarget { bitrate_bps, packet: packet_time } = self.sound_target;
        let pieces = (packet_time.as_millis() / SOUND_EVERY.as_millis()) as u8;
        let what = What::Sound { index: self.sounds, pieces };
        let bytes = f64::from(bitrate_bps) * packet_time.as_secs_f64() / 8.0;
        let media = Media { captured: self.sound_due, what, size: bytes as usize + HEADERS };
        let packet = media.packet(self.sound_sequence);
        let datagram = match self.outgoing.sound(&packet, ROOM) {
            Some(content) => datagram(Flow::Repair, &content),
            None => datagram(Flow::Audio, &packet.to_bytes()),
        };
        self.takes.sent(now, wire(&datagram) - media.size);
        for link in 0..self.ways.len() {
            departures.push(self.depart(now, link, datagram.clone()));
        }
        self.sound_sequence = self.sound_sequence.wrapping_add(1);
        self.sounds += u32::from(pieces);
        self.sound_due += packet_time;
    }

    /// Repairs go before pictures.
    fn next(&mut self) -> Option<Next> {
        let again = self.again.pop_front().map(Next::Again);
        let parity = again.or_else(|| self.parities.pop_front().map(Next::Parity));
        parity.or_else(|| self.queue.pop_front().map(Next::Picture))
    }

    fn next_size(&self) -> Option<usize> {
        let size = |part: &Part| part.media.size;
        let again = self.again.front().map(size);
        let parity = again.or_else(|| self.parities.front().map(|content| content.len() + HEADERS));
        parity.or_else(|| self.queue.front().map(size))
    }

    /// The link for the picture: the one that is heard of, and of these the faster.
    fn better(&self, now: Duration) -> usize {
        let worth = |way: &Way| (now.saturating_sub(way.heard) < SILENT, way.controller.target_bps());
        (0..self.ways.len()).max_by_key(|link| (worth(&self.ways[*link]), usize::MAX - link)).unwrap_or_default()
    }

    /// Drops whole frames until the rest is no older. `keeps`: not one that has begun to leave, whose beginning would be of no use.
    fn drop_older(&mut self, now: Duration, age: Duration, keeps: Option<u32>) {
        let is_kept = |part: &&Part| matches!(part.media.what, What::Picture { frame, .. } if Some(frame) == keeps);
        let captured = |part: &Part| part.media.captured;
        let oldest = |queue: &VecDeque<Part>| queue.iter().find(|part| !is_kept(part)).map(captured);
        while let Some(first) = oldest(&self.queue).filter(|first| now.saturating_sub(*first) > age) {
            self.queue.retain(|part| captured(part) != first);
            self.encoder.want_keyframe();
        }
    }

    fn film(&mut self, now: Duration, link: usize) {
        let (motion, _) = self.encoder.shape(PAYLOAD);
        self.drop_older(now, if motion == Motion::Stills { STILL_LONGEST } else { AGE }, None);
        if !self.encoder.is_due(now) {
            return;
        }
        let controller = &self.ways[link].controller;
        let pacing = controller.pacing_bps();
        if self.adapts {
            self.sound_target = self.sound_ladder.step(now, controller.sustained_bps(), &AUDIO);
        }
        let waiting: usize = self.queue.iter().chain(&self.again).map(|part| part.media.size).sum();
        let takes = waiting as f64 * 8.0 / f64::from(pacing.max(1));
        self.held = takes > if self.held { GO_ON } else { HOLD };
        let sound = self.sound_target.wire_bps();
        let payload = self.encoder.shape(PAYLOAD).1;
        let share = payload as f64 / (payload + HEADERS) as f64;
        self.picture_bps = (f64::from(controller.target_bps()) - sound - self.takes.bps()).max(STILLS_LEAST);
        let bps = (self.picture_bps * share) as u32;
        // Repairs make a picture coarser, not smaller.
        let sustained_bps = ((f64::from(controller.sustained_bps()) - sound).max(0.0) * share) as u32;
        let rates = Rates { bps, sustained_bps, pacing_bps: pacing };
        let Some(frame) = self.encoder.film(now, rates, !self.held) else { return };
        let (motion, payload) = self.encoder.shape(PAYLOAD);
        let parts = frame.bytes.div_ceil(payload) as u16;
        for part in 0..parts {
            let what = What::Picture { frame: frame.number, part, parts, key: frame.key };
            let media = Media { captured: now + frame.ahead, what, size: frame.bytes / usize::from(parts) + HEADERS };
            let packet = media.packet(self.sequence).to_bytes();
            self.queue.push_back(Part { media, sequence: self.sequence, packet });
            self.sequence = self.sequence.wrapping_add(1);
        }
        // A still that waits is dropped by nothing but its age: the next is made when it has left.
        if motion != Motion::Stills {
            self.drop_older(now, SPAN, self.leaving);
        }
    }

    fn depart(&mut self, now: Duration, link: usize, datagram: Bytes) -> Departure {
        let way = &mut self.ways[link];
        let (number, size) = (way.next, wire(&datagram));
        way.next += 1;
        way.controller.sent(now, number, size);
        way.pacer.sent(now, size, way.controller.pacing_bps());
        way.left.push_back((number, now));
        Departure { link, number, datagram }
    }
}

impl Way {
    /// Packets of pictures that are lost, told for the first time.
    fn told(&mut self, now: Duration, feedback: &Feedback) -> Vec<u16> {
        self.controller.feedback(now, &feedback.reports);
        self.losses.told(now, &feedback.reports);
        let arrived = feedback.reports.iter().filter(|report| report.arrived.is_some());
        let Some(highest) = arrived.map(|report| report.number).max() else { return Vec::new() };
        while let Some((number, left)) = self.left.pop_front_if(|(number, _)| *number <= highest) {
            if number == highest {
                self.round_trip = (self.round_trip * 7 + now.saturating_sub(left)) / 8;
            }
        }
        let mut lost = Vec::new();
        for report in &feedback.reports {
            match report.arrived {
                Some(_) => drop(self.pictures.remove(&report.number)),
                None if report.number + REORDER <= highest => lost.extend(self.pictures.remove(&report.number)),
                None => {}
            }
        }
        lost
    }
}
