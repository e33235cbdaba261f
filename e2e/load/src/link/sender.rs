//! A box: sound first, a picture that follows the controller, a queue of at most 150 ms, a pacer, parts sent again when they are missed.
//!
//! Over two links sound goes on both and the picture on the better.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use yunzhen_media::congestion::{Controller, pacer::Pacer};

use super::encoder::{Encoder, Rates};
use super::packet::{Feedback, HEADERS, Media, Missing, PAYLOAD, SOUND, SOUND_BPS, SOUND_EVERY, What};

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

pub struct Way {
    pub controller: Box<dyn Controller>,
    pacer: Pacer,
    next: u64,
    heard: Duration,
}

/// A packet to send over a link.
pub struct Departure {
    pub link: usize,
    pub number: u64,
    pub media: Media,
}

pub struct Sender {
    ways: Vec<Way>,
    encoder: Encoder,
    held: bool,
    queue: VecDeque<Media>,
    again: VecDeque<Media>,
    kept: BTreeMap<(u32, u16), Media>,
    sound_due: Duration,
    sounds: u32,
    /// When the controllers are polled next, and what is too old is forgotten.
    polled: Duration,
}

impl Sender {
    pub fn new(controllers: Vec<Box<dyn Controller>>, seed: u64, start: Duration) -> Self {
        let way = |controller| Way { controller, pacer: Pacer::default(), next: 0, heard: start };
        Self {
            ways: controllers.into_iter().map(way).collect(),
            encoder: Encoder::new(seed, start),
            held: false,
            queue: VecDeque::new(),
            again: VecDeque::new(),
            kept: BTreeMap::new(),
            sound_due: start,
            sounds: 0,
            polled: start,
        }
    }

    pub fn target_bps(&self, now: Duration) -> u32 {
        self.ways[self.better(now)].controller.target_bps()
    }

    /// Another address, another path.
    pub fn new_path(&mut self, link: usize) {
        self.ways[link].controller.new_path();
    }

    pub fn frames_per_second(&self) -> u32 {
        self.encoder.frames_per_second()
    }

    /// Nothing is captured while it pauses.
    pub fn pause(&mut self, now: Duration) {
        self.queue.clear();
        self.again.clear();
        self.sound_due = now;
        self.encoder.want_keyframe();
    }

    pub fn feedback(&mut self, now: Duration, link: usize, feedback: &Feedback) {
        let way = &mut self.ways[link];
        way.heard = now;
        way.controller.feedback(now, &feedback.reports);
        if feedback.keyframe {
            self.encoder.want_keyframe();
        }
        for Missing { frame, part } in &feedback.missing {
            let parts = part.map_or(0..=u16::MAX, |part| part..=part);
            let range = (*frame, *parts.start())..=(*frame, *parts.end());
            self.again.extend(self.kept.range(range).map(|(_, media)| *media));
        }
    }

    /// What leaves now.
    pub fn poll(&mut self, now: Duration) -> Vec<Departure> {
        let mut departures = Vec::new();
        if now >= self.polled {
            self.ways.iter_mut().for_each(|way| way.controller.poll(now));
            self.kept.retain(|_, media| now.saturating_sub(media.captured) < KEPT);
            self.again.retain(|media| now.saturating_sub(media.captured) < KEPT);
            self.polled = now + Duration::from_millis(20);
        }
        while self.sound_due <= now {
            let what = What::Sound { index: self.sounds };
            let media = Media { captured: self.sound_due, what, size: SOUND + HEADERS };
            for link in 0..self.ways.len() {
                departures.push(self.depart(now, link, media));
            }
            self.sounds += 1;
            self.sound_due += SOUND_EVERY;
        }
        let link = self.better(now);
        self.film(now, link);
        while let Some(media) = self.again.front().or_else(|| self.queue.front()).copied() {
            let way = &self.ways[link];
            if way.pacer.ready_at() > now || way.controller.room_bytes() < media.size {
                break;
            }
            if self.again.pop_front().is_none() {
                self.queue.pop_front();
            }
            departures.push(self.depart(now, link, media));
        }
        departures
    }

    /// The link for the picture: the one that is heard of, and of these the faster.
    fn better(&self, now: Duration) -> usize {
        let worth = |way: &Way| (now.saturating_sub(way.heard) < SILENT, way.controller.target_bps());
        (0..self.ways.len()).max_by_key(|link| (worth(&self.ways[*link]), usize::MAX - link)).unwrap_or_default()
    }

    /// Drops whole frames from the front until the rest is no older, or one is left.
    fn drop_older(&mut self, now: Duration, age: Duration) {
        while let Some(first) = self.queue.front().copied().filter(|first| now.saturating_sub(first.captured) > age) {
            self.queue.retain(|media| media.captured != first.captured);
            self.encoder.want_keyframe();
        }
    }

    fn film(&mut self, now: Duration, link: usize) {
        self.drop_older(now, AGE);
        if !self.encoder.is_due(now) {
            return;
        }
        let controller = &self.ways[link].controller;
        let pacing = controller.pacing_bps();
        let waiting: usize = self.queue.iter().chain(&self.again).map(|media| media.size).sum();
        let takes = waiting as f64 * 8.0 / f64::from(pacing.max(1));
        self.held = takes > if self.held { GO_ON } else { HOLD };
        let picture =
            |bps: u32| (f64::from(bps.saturating_sub(SOUND_BPS)) * PAYLOAD as f64 / (PAYLOAD + HEADERS) as f64) as u32;
        let (bps, sustained_bps) = (picture(controller.target_bps()), picture(controller.sustained_bps()));
        let rates = Rates { bps, sustained_bps, pacing_bps: pacing };
        let Some(frame) = self.encoder.film(now, rates, !self.held) else { return };
        let parts = frame.bytes.div_ceil(PAYLOAD) as u16;
        self.queue.extend((0..parts).map(|part| Media {
            captured: now,
            what: What::Picture { frame: frame.number, part, parts, key: frame.key },
            size: frame.bytes / usize::from(parts) + HEADERS,
        }));
        self.drop_older(now, SPAN);
    }

    fn depart(&mut self, now: Duration, link: usize, media: Media) -> Departure {
        let way = &mut self.ways[link];
        let number = way.next;
        way.next += 1;
        way.controller.sent(now, number, media.size);
        way.pacer.sent(now, media.size, way.controller.pacing_bps());
        if let What::Picture { frame, part, .. } = media.what {
            self.kept.insert((frame, part), media);
        }
        Departure { link, number, media }
    }
}
