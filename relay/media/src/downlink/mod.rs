//! What the relay sends to one box, at the rate that the box's link takes. Sans-IO: time is a [`Duration`] since it was made.
//!
//! The box reports when packets arrived (RFC 8888, as the relay does of what the box sends); [`Clocked`] makes a rate of it. Pictures are paced, sound never
//! waits. What the link leaves for pictures is told ([`Takes`]), so that those who film send no more; until they do, [`queue`] drops what is late. A browser follows slowly, so it is told the least of
//! the last [`MEMORY`]: one that follows the controller up to where the link is full is late each time.
//!
//! Not here: sockets, how packets become datagrams, what a browser is told (the room decides: [`crate::pictures`]).

pub mod queue;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use yunzhen_protocol::ccfb::StreamReport;
use yunzhen_protocol::rtp::RtpView;

use crate::codec::{MediaKind, PayloadTypes};
use crate::congestion::pacer::Pacer;
use crate::congestion::sent::{Impossible, SentLog};
use crate::congestion::takes::Takes as Measured;
use crate::congestion::{BOX_REPORT_INTERVAL, BOX_REPORT_MOST, Clocked, Controller, Limits};
use crate::repair::deadline;
use queue::{Queue, Waiting};

/// Headers of QUIC, UDP and IP on each datagram.
const HEADERS: usize = 58;
/// Of what a picture's packet takes on the wire, so much is picture.
const PICTURE_SHARE: f64 = 0.93;
/// Kept for a voice that is silent at the moment.
const SOUND_LEAST_BPS: f64 = 50_000.0;
/// A rate of which less than this share is sent is not used.
const USED: f64 = 0.7;
/// Where a call begins, sound and headers included.
const START_BPS: u32 = 600_000;
/// Pictures that wait are to have left within this.
const BACKLOG: f64 = 1.0;
/// What is said is the least of so many parts.
const PART: Duration = Duration::from_millis(250);
const PARTS: usize = 12;
/// All parts together.
pub const MEMORY: Duration = Duration::from_secs(3);
/// How often it is said what the link takes when nothing changed: the room may be another one.
const SAY: Duration = Duration::from_secs(1);
/// Small changes are not said more often.
const SAY_LEAST: Duration = Duration::from_millis(100);
/// While the window is full.
const RETRY: Duration = Duration::from_millis(5);
/// The box's QUIC acknowledges within this.
const ACK_DELAY: f64 = 0.1;
/// Sound of a long round trip.
const FLOOR_LEAST: usize = 6000;
/// A box that reports has reported within this.
const UNREPORTED: Duration = Duration::from_secs(3);
/// Nothing was sent for this long: no floor is needed.
const IDLE: Duration = Duration::from_secs(2);

/// What a box's link leaves for pictures, all together, bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// At this moment: less while something waits to leave.
    pub now_bps: u32,
    /// In the long run.
    pub sustained_bps: u32,
    /// Clearly less is sent than the link takes, as far as is known: the link is not what limits the pictures.
    pub is_unused: bool,
}

/// A packet of a slot that did not arrive and can still be of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// Its source, as sent to the box.
    pub ssrc: u32,
    /// Its number.
    pub sequence: u16,
}

/// A packet that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// On which slot.
    pub slot: u8,
    /// Sound or picture.
    pub kind: MediaKind,
    /// RTP.
    pub packet: Bytes,
    ssrc: u32,
    sequence: u16,
}

/// The least of the last [`MEMORY`].
#[derive(Debug, Default)]
struct Least(VecDeque<(Duration, u32)>);

impl Least {
    fn look(&mut self, now: Duration, bps: u32) -> u32 {
        match self.0.back_mut() {
            Some((since, least)) if now.saturating_sub(*since) < PART => *least = bps.min(*least),
            _ => {
                if self.0.len() == PARTS {
                    self.0.pop_front();
                }
                self.0.push_back((now, bps));
            }
        }
        while self.0.front().is_some_and(|(since, _)| now.saturating_sub(*since) > MEMORY) {
            self.0.pop_front();
        }
        self.0.iter().map(|(_, least)| *least).fold(bps, u32::min)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Downlink {
    controller: Clocked,
    pacer: Pacer,
    log: SentLog,
    queue: Queue,
    /// Which sources are sound.
    sounds: Vec<u32>,
    sound: Measured,
    pictures: Measured,
    repairs: Measured,
    least: Least,
    said: Option<(Duration, Takes)>,
    left: Duration,
    /// Since when a first report is awaited.
    awaited: Option<Duration>,
    reported: Option<Duration>,
    /// From one report to the next, smoothed: a box whose way up is narrow reports less often.
    every: Duration,
}

impl Downlink {
    /// Nothing is known of the link.
    pub fn new(now: Duration) -> Self {
        let limits = Limits { start_bps: START_BPS, reports: BOX_REPORT_INTERVAL, ..Limits::default() };
        Self {
            // Stalls of a box that films, decodes and draws look like falls of its link; with room left for the next, less and less was measured until the picture paused.
            controller: Clocked::new(limits).without_room(),
            pacer: Pacer::default(),
            log: SentLog::default(),
            queue: Queue::default(),
            sounds: Vec::new(),
            sound: Measured::new(now, SOUND_LEAST_BPS),
            pictures: Measured::new(now, f64::from(START_BPS)),
            repairs: Measured::new(now, 0.0),
            least: Least::default(),
            said: None,
            left: Duration::ZERO,
            awaited: None,
            reported: None,
            every: BOX_REPORT_INTERVAL,
        }
    }

    /// The box is in another room: other sources; the link is the same.
    pub fn begin(&mut self) {
        self.log.forget_sources();
        self.queue = Queue::default();
        self.sounds.clear();
        self.said = None;
    }

    /// Pictures go by another path: those that wait here do not leave any more, and what the link takes is said anew when they come back.
    pub fn rest(&mut self) {
        self.queue.forget_pictures();
        self.said = None;
    }

    /// Whether a source is sound.
    pub fn is_sound(&self, ssrc: u32) -> bool {
        self.sounds.contains(&ssrc)
    }

    /// A packet for the box. What is no RTP is refused: `false`.
    pub fn push(&mut self, now: Duration, slot: u8, kind: MediaKind, packet: Bytes) -> bool {
        let Ok(view) = RtpView::parse(&packet) else { return false };
        let header = view.header();
        let codec = PayloadTypes::BOX.codec(header.payload_type);
        let starts_keyframe =
            kind == MediaKind::Video && codec.is_some_and(|codec| codec.starts_keyframe(view.payload()));
        let (ssrc, sequence, timestamp) = (header.ssrc, header.sequence, header.timestamp);
        if kind == MediaKind::Audio && !self.sounds.contains(&ssrc) {
            self.sounds.push(ssrc);
        }
        let waiting = Waiting { slot, kind, since: now, ssrc, sequence, timestamp, starts_keyframe, packet };
        if self.log.left_at(ssrc, sequence).is_some() {
            self.queue.push_again(waiting);
        } else {
            self.queue.push(now, waiting);
        }
        true
    }

    /// What may leave now. `queued` are the bytes that the transport itself holds back: pictures do not queue there in front of sound.
    pub fn pop(&mut self, now: Duration, queued: usize) -> Option<Leaving> {
        self.queue.expire(now);
        loop {
            let (bytes, is_paced) = self.queue.peek()?;
            if is_paced && (self.pacer.ready_at() > now || queued > bytes || self.room() < bytes + HEADERS) {
                return None;
            }
            let (waiting, again) = self.queue.pop(now)?;
            let Waiting { slot, kind, ssrc, sequence, packet, .. } = waiting;
            if again && !self.is_in_time(now, kind, ssrc, sequence, Duration::ZERO) {
                continue;
            }
            return Some(Leaving { slot, kind, packet, ssrc, sequence });
        }
    }

    fn room(&self) -> usize {
        self.controller.room_bytes()
    }

    /// It left, in datagrams of so many bytes.
    pub fn sent(&mut self, now: Duration, leaving: &Leaving, datagrams: usize) {
        let bytes = datagrams + HEADERS;
        match self.log.sent(now, leaving.ssrc, leaving.sequence) {
            Some(number) => {
                self.controller.sent(now, number, bytes);
                match leaving.kind {
                    MediaKind::Audio => self.sound.sent(now, bytes),
                    MediaKind::Video => self.pictures.sent(now, bytes),
                }
            }
            None => self.repairs.sent(now, bytes),
        }
        self.pacer.sent(now, bytes, self.controller.pacing_bps());
        self.left = now;
        self.awaited.get_or_insert(now);
    }

    /// When [`Self::pop`] is worth calling again; `None` when nothing waits.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        let (bytes, is_paced) = self.queue.peek()?;
        let blocked = !is_paced || self.room() < bytes + HEADERS || self.pacer.ready_at() <= now;
        Some(if blocked { now + RETRY } else { self.pacer.ready_at() })
    }

    /// The box says when packets arrived; what did not and can still be of use. A report that cannot be true changes nothing.
    pub fn arrived(
        &mut self,
        now: Duration,
        streams: &[StreamReport],
        timestamp: u32,
        round_trip: Duration,
    ) -> Result<Vec<Missed>, Impossible> {
        let told = self.log.take(now, streams, timestamp)?;
        if let Some(before) = self.reported.replace(now) {
            let gap = now.saturating_sub(before).clamp(BOX_REPORT_INTERVAL, BOX_REPORT_MOST);
            self.every = (self.every * 7 + gap) / 8;
            self.controller.reports_every(self.every);
        }
        self.controller.feedback(now, &told.reports);
        let missed = told.lost.into_iter().filter(|lost| {
            let kind = if self.is_sound(lost.ssrc) { MediaKind::Audio } else { MediaKind::Video };
            self.is_in_time(now, kind, lost.ssrc, lost.sequence, round_trip)
        });
        Ok(missed.map(|lost| Missed { ssrc: lost.ssrc, sequence: lost.sequence }).collect())
    }

    fn is_in_time(&self, now: Duration, kind: MediaKind, ssrc: u32, sequence: u16, round_trip: Duration) -> bool {
        self.log.left_at(ssrc, sequence).is_none_or(|left| deadline::is_in_time(kind, left, now, round_trip))
    }

    /// Time passed. What the link leaves for pictures, when it is worth saying.
    pub fn poll(&mut self, now: Duration) -> Option<Takes> {
        self.controller.poll(now);
        self.sound.look(now);
        self.pictures.look(now);
        self.repairs.look(now);
        let least_bps = self.least.look(now, self.controller.sustained_bps());
        let takes = self.takes(least_bps);
        let worth = match self.said {
            None => true,
            Some((at, said)) => {
                let moved = said.now_bps.abs_diff(takes.now_bps) * 20 >= said.now_bps
                    || said.is_unused != takes.is_unused
                    || said.sustained_bps.abs_diff(takes.sustained_bps) * 20 >= said.sustained_bps;
                let since = now.saturating_sub(at);
                since >= SAY || (moved && since >= SAY_LEAST)
            }
        };
        worth.then(|| self.said.insert((now, takes)).1)
    }

    fn takes(&self, least_bps: u32) -> Takes {
        let sound = self.sound.bps().max(SOUND_LEAST_BPS);
        let picture = |beside: f64| ((f64::from(least_bps) - beside).max(0.0) * PICTURE_SHARE) as u32;
        let backlog = self.queue.video_bytes() as f64 * 8.0 / BACKLOG;
        Takes {
            now_bps: picture(sound + self.repairs.bps() + backlog),
            sustained_bps: picture(sound),
            is_unused: self.sound.bps() + self.pictures.bps() + self.repairs.bps()
                < USED * f64::from(self.controller.sustained_bps()),
        }
    }

    /// The box said that it would report, and does not.
    pub fn is_unreported(&self, now: Duration) -> bool {
        self.reported.is_none() && self.awaited.is_some_and(|since| now.saturating_sub(since) > UNREPORTED)
    }

    /// All that may be sent, sound and headers included, bits per second.
    pub fn total_bps(&self) -> u32 {
        self.controller.target_bps()
    }

    /// What the transport must let be under way; nothing while nothing is sent.
    pub fn floor_bytes(&self, now: Duration) -> u64 {
        if now.saturating_sub(self.left) > IDLE {
            return 0;
        }
        let held_back = f64::from(self.controller.pacing_bps()) / 8.0 * ACK_DELAY;
        (self.controller.window_bytes() + FLOOR_LEAST) as u64 + held_back as u64
    }

    /// Slots whose picture was dropped and needs a keyframe, one bit each.
    pub fn take_keyframes(&mut self) -> u32 {
        self.queue.take_keyframes()
    }

    /// Packets that were dropped since the last call.
    pub fn take_dropped(&mut self) -> u64 {
        self.queue.take_dropped()
    }
}
