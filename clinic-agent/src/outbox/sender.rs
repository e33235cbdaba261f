//! From packets to datagrams: what waits, what leaves when, and what the rate allows. Holds no socket of its own; the driver gives it the connection.

use super::queue::{Dropped, Next, PATIENT_SPAN, Queue, VIDEO_SPAN, Waiting};
use super::rate::{Lost, Rate, Sent};
use crate::link::Open;
use crate::link::bulk::Allowed;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::sound::SoundTarget;
use yunzhen_media::ladder::{Motion, Rung, VideoTarget};
use yunzhen_media::paths::Health;
use yunzhen_media::repair::outgoing::Made;
use yunzhen_media::repair::{Outgoing, deadline};
use yunzhen_protocol::control::{self, AudioPlan, ToRelay, VideoPlan};
use yunzhen_protocol::fragment::Fragmenter;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::RtcpPacket;
use yunzhen_protocol::rtp::{RtpPacket, RtpView};

/// Pictures and repairs that take so long to leave hold the encoder; it goes on when they take less than [`GO_ON`].
const HOLD: Duration = Duration::from_millis(60);
const GO_ON: Duration = Duration::from_millis(25);

/// What the driver has to wait for before it calls [`Sender::flush`] again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Something new.
    News,
    /// Room in quinn's buffer, for [`Sender::next_datagram`].
    Room,
    /// This moment.
    Until(Instant),
}

/// What the encoder is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Make this.
    Target(VideoTarget),
    /// Make sound like this.
    Sound(SoundTarget),
    /// Make this low picture beside the main one, or none.
    Low(Option<VideoTarget>),
    /// Make no frame for now (or go on): what was made has not left.
    Hold(bool),
}

fn count_repairs(why: &'static str, dropped: Dropped) {
    if dropped.repairs > 0 {
        metrics::counter!("yunzhen_uplink_dropped_total", "why" => why).increment(dropped.repairs as u64);
    }
}

/// See the module.
#[derive(Debug)]
pub struct Sender {
    begun: Instant,
    queue: Queue,
    /// Of the call that runs.
    rate: Option<Rate>,
    /// What re-creates what the link loses.
    outgoing: Outgoing,
    /// A sender report that leaves before what waits: it is small, and late it tells the wrong moment. The newest replaces.
    report: Option<Bytes>,
    /// The rest of a packet that was cut into several datagrams.
    cut: VecDeque<Bytes>,
    fragmenter: Fragmenter,
    held: bool,
    health: Health,
}

impl Sender {
    /// Nothing waits. `begun` is the origin of its clock.
    pub fn new(begun: Instant) -> Self {
        let (queue, cut, fragmenter) = (Queue::default(), VecDeque::new(), Fragmenter::new());
        let (outgoing, health) = (Outgoing::default(), Health::default());
        Self { begun, queue, rate: None, outgoing, report: None, cut, fragmenter, held: false, health }
    }

    fn at(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }

    /// A call begins.
    pub fn begin(&mut self, now: Instant, video: VideoPlan, audio: AudioPlan) {
        self.clear();
        self.rate = Some(Rate::new(self.at(now), video, audio));
    }

    /// The relay's upper bound for pictures.
    pub fn cap(&mut self, video_bps: u32) {
        if let Some(rate) = &mut self.rate {
            rate.cap(video_bps);
        }
    }

    /// What the low picture is, and whether it is asked for.
    pub fn low(&mut self, plan: Option<VideoPlan>, wanted: bool) {
        if let Some(rate) = &mut self.rate {
            rate.set_low(plan, wanted);
        }
    }

    /// Bulk that somebody waits for is there, or not; what it may take, while a call runs.
    pub fn bulk(&mut self, presses: bool) -> Option<Allowed> {
        let rate = self.rate.as_mut()?;
        rate.set_bulk(presses);
        Some(rate.bulk_bps())
    }

    /// The devices were opened anew and know nothing. What they should make to begin with.
    pub fn devices_began(&mut self, now: Instant) -> Option<VideoTarget> {
        self.held = false;
        let at = self.at(now);
        let target = self.rate.as_mut().and_then(|rate| rate.tell_again(at));
        self.queue.let_stills_wait(target.is_some_and(|target| target.motion == Motion::Stills));
        target
    }

    /// The link is gone: what waited is of no use to the next one.
    pub fn link_lost(&mut self) {
        self.clear();
        self.health = Health::default();
        if let Some(rate) = &mut self.rate {
            rate.new_path();
        }
    }

    fn clear(&mut self) {
        self.cut.clear();
        self.queue.clear();
        self.outgoing.clear();
        self.report = None;
    }

    /// A packet is to leave; says what had to go for it.
    pub fn push(&mut self, waiting: Waiting) -> Dropped {
        self.queue.push(waiting)
    }

    /// The same where another path may take over: what waits is kept until it is known whether this one lives.
    pub fn push_patiently(&mut self, waiting: Waiting) -> Dropped {
        let doubtful = self.health.is_doubtful(self.at(waiting.since));
        self.queue.push_within(waiting, if doubtful { PATIENT_SPAN } else { VIDEO_SPAN })
    }

    /// A packet of the low picture is to leave; says what had to go for it.
    pub fn push_low(&mut self, waiting: Waiting) -> Dropped {
        self.queue.push_low(waiting)
    }

    /// One of them once more.
    pub fn push_low_again(&mut self, waiting: Waiting) {
        self.queue.push_low_again(waiting);
    }

    /// Whether one of them that left by this path is worth sending again. What was dropped before it left is not missed.
    pub fn is_low_worth_sending_again(&self, now: Instant, sequence: u16, round_trip: Duration) -> bool {
        let latest = self.rate.as_ref().and_then(|rate| rate.low_latest(sequence, round_trip));
        latest.is_some_and(|latest| self.at(now) <= latest)
    }

    /// A sender report is to leave.
    pub fn push_report(&mut self, report: Bytes) {
        self.report = Some(report);
    }

    /// The relay says when packets arrived. What did not.
    pub fn arrivals(&mut self, now: Instant, packet: &RtcpPacket) -> Vec<Lost> {
        let at = self.at(now);
        let (Some(rate), RtcpPacket::Arrivals { streams, timestamp, .. }) = (&mut self.rate, packet) else {
            return Vec::new();
        };
        match rate.arrived(at, streams, *timestamp) {
            Ok(lost) => {
                self.health.heard(at);
                lost
            }
            Err(why) => {
                tracing::debug!(%why, "report of arrivals refused");
                metrics::counter!("yunzhen_uplink_reports_refused_total", "why" => why.name()).increment(1);
                Vec::new()
            }
        }
    }

    /// Whether a packet is worth sending again: it arrives in time, and is not repaired by later sound anyway.
    pub fn is_worth_sending_again(&self, now: Instant, kind: MediaKind, sequence: u16, round_trip: Duration) -> bool {
        let travels_anyway = kind == MediaKind::Audio && self.outgoing.plan().copies.is_some();
        let at = self.at(now);
        !travels_anyway && self.rate.as_ref().is_some_and(|rate| at <= rate.latest(at, kind, sequence, round_trip))
    }

    /// Whether this path knows when a packet left.
    pub fn knows(&self, kind: MediaKind, sequence: u16) -> bool {
        self.rate.as_ref().is_some_and(|rate| rate.knows(kind, sequence))
    }

    /// Looks whether the path is alive: since when.
    pub fn alive_since(&mut self, now: Instant) -> Option<Duration> {
        let at = self.at(now);
        if self.health.look(at) {
            metrics::counter!("yunzhen_uplink_path_deaths_total").increment(1);
        }
        self.health.alive_since()
    }

    /// When [`Self::alive_since`] may have changed.
    pub fn alive_due(&self) -> Option<Instant> {
        self.health.due().map(|due| self.begun + due)
    }

    /// What the path carries, bits per second, and the share that it loses.
    pub fn carries(&self) -> (Option<u32>, f64) {
        self.rate.as_ref().map_or((None, 0.0), |rate| (rate.carries_bps(), rate.losses().share()))
    }

    /// Another path carries the pictures from now on: those that wait here.
    pub fn take_pictures(&mut self) -> VecDeque<Waiting> {
        // The low picture begins anew there.
        self.queue.clear_low();
        // The rest of a packet that was cut stays: what is half sent is of no use elsewhere.
        self.queue.take_pictures()
    }

    /// Nobody is told any more to wait for this path.
    pub const fn rest(&mut self) {
        self.held = false;
    }

    /// What another path did not send.
    pub fn put_pictures(&mut self, pictures: VecDeque<Waiting>) {
        self.queue.put_pictures(pictures);
    }

    /// Pictures' packets of which no arrival was told and that are worth sending by another path of this round trip.
    pub fn unheard(&self, now: Instant, round_trip: Duration) -> Vec<u16> {
        self.rate.as_ref().map_or_else(Vec::new, |rate| rate.unheard(self.at(now), round_trip))
    }

    /// Looks at the time for a path that carries no pictures: nobody is told.
    pub fn tick(&mut self, now: Instant) {
        let at = self.at(now);
        if let Some(rate) = self.rate.as_mut().filter(|rate| rate.due() <= at) {
            // Nor does what this path's ladder would give count as sent on it.
            rate.poll(at);
            rate.untell();
        }
    }

    /// Until when a packet that is sent again may leave, as far as this path knows it.
    pub fn latest(&self, now: Instant, kind: MediaKind, sequence: u16, round_trip: Duration) -> Option<Instant> {
        let rate = self.rate.as_ref()?;
        Some(self.begun + rate.latest(self.at(now), kind, sequence, round_trip))
    }

    /// A packet leaves once more, unless it waits for so long that it would come too late.
    pub fn push_again(&mut self, waiting: Waiting, until: Instant) {
        self.push_repair(Next::Again(waiting), until);
    }

    fn push_repair(&mut self, repair: Next, until: Instant) {
        count_repairs("repair_queue", self.queue.push_repair(repair, until));
    }

    /// What the encoder should hear now.
    pub fn advice(&mut self, now: Instant) -> Vec<Advice> {
        let at = self.at(now);
        let Some(rate) = &mut self.rate else { return Vec::new() };
        let mut advice = Vec::new();
        if rate.due() <= at
            && let Some(target) = rate.poll(at)
        {
            metrics::gauge!("yunzhen_uplink_video_target_bits_per_second").set(target.bitrate_bps);
            metrics::gauge!("yunzhen_uplink_video_height_pixels").set(target.height);
            metrics::gauge!("yunzhen_uplink_video_frames_per_second").set(target.fps);
            self.queue.let_stills_wait(target.motion == Motion::Stills);
            advice.push(Advice::Target(target));
        }
        if let Some(sound) = rate.poll_sound(at) {
            tracing::info!(bits_per_second = sound.bitrate_bps, packet = ?sound.packet, "sound changed");
            advice.push(Advice::Sound(sound));
        }
        if let Some(low) = rate.poll_low() {
            tracing::debug!(made = low.is_some(), "low picture");
            advice.push(Advice::Low(low));
        }
        let takes = rate.time_of(self.queue.paced_bytes());
        let held = takes > if self.held { GO_ON } else { HOLD };
        if held != self.held {
            self.held = held;
            advice.push(Advice::Hold(held));
        }
        advice
    }

    /// What quinn must let be under way ([`yunzhen_runtime::floor`]).
    pub fn floor_bytes(&self) -> u64 {
        self.rate.as_ref().map_or(0, Rate::floor_bytes)
    }

    /// The step of the ladder, while a call runs.
    pub fn rung(&self) -> Option<Rung> {
        self.rate.as_ref().map(Rate::rung)
    }

    /// Whether sound gets through, as far as is known.
    pub fn is_heard(&self, now: Instant) -> bool {
        let at = self.at(now);
        self.rate.as_ref().is_none_or(|rate| rate.is_heard(at))
    }

    /// The call is over.
    pub fn end(&mut self) {
        self.clear();
        self.rate = None;
    }

    /// When [`Self::advice`] may have something new.
    pub fn advice_due(&self) -> Option<Instant> {
        self.rate.as_ref().map(|rate| self.begun + rate.due())
    }

    /// All that the path takes, sound and headers included, as far as is known.
    pub fn total_bps(&self) -> Option<u32> {
        self.rate.as_ref().and_then(Rate::total_bps)
    }

    /// For those who watch the box.
    pub fn measure(&self, now: Instant) {
        metrics::gauge!("yunzhen_uplink_video_queue_seconds").set(self.queue.video_age(now).as_secs_f64());
        if let Some(total) = self.total_bps() {
            metrics::gauge!("yunzhen_uplink_target_bits_per_second").set(total);
        }
    }

    /// What the relay's timeline gets: the step of the ladder, with what is known of the link.
    pub fn told(&self, rung: control::Rung) -> Option<ToRelay> {
        let rate = self.rate.as_ref()?;
        let queue_ms = rate.queued().map(|queued| u32::try_from(queued.as_millis()).unwrap_or(u32::MAX));
        Some(ToRelay::MediaRung { rung: Some(rung), target_bps: rate.total_bps(), queue_ms })
    }

    /// Drops what nobody needs any more. Says what went.
    pub fn expire(&mut self, now: Instant) -> Dropped {
        let dropped = self.queue.expire(now);
        count_repairs("repair_late", dropped);
        dropped
    }

    /// Hands quinn what may leave and fits into its buffer.
    pub fn flush(&mut self, now: Instant, open: Option<&Open>) -> Wait {
        let Some(Open { connection, repair, .. }) = open else { return Wait::News };
        if *repair {
            self.look(now, connection);
        }
        loop {
            if self.cut.is_empty()
                && let Some(wait) = self.cut_next(now, connection)
            {
                return wait;
            }
            let Some(needed) = self.cut.front().map(Bytes::len) else { continue };
            if connection.datagram_send_buffer_space() < needed {
                return Wait::Room;
            }
            if let Some(datagram) = self.cut.front().cloned() {
                let sent = connection.send_datagram(datagram);
                self.sent(sent);
            }
        }
    }

    /// What is done about loss follows the link. A relay that does not take repairs gets none: nobody looks.
    fn look(&mut self, now: Instant, connection: &quinn::Connection) {
        let at = self.at(now);
        let Some(rate) = self.rate.as_ref().filter(|_| self.outgoing.is_due(at)) else { return };
        self.outgoing.look(at, rate.losses(), connection.rtt(), rate.budget());
    }

    /// What waits for room in quinn's buffer.
    pub fn next_datagram(&self) -> Option<Bytes> {
        self.cut.front().cloned()
    }

    /// Cuts the next packet for the path as it is now; or says what to wait for.
    fn cut_next(&mut self, now: Instant, connection: &quinn::Connection) -> Option<Wait> {
        let Some(max) = connection.max_datagram_size() else { return Some(Wait::News) };
        let at = self.at(now);
        if let Some(report) = self.report.take() {
            self.cut(Flow::Feedback, &report, max);
            return None;
        }
        let Some((length, is_paced)) = self.queue.peek(now) else { return Some(Wait::News) };
        if let Some(rate) = self.rate.as_ref().filter(|_| is_paced) {
            let ready = rate.ready_at(at, length + 1);
            if ready > at {
                return Some(Wait::Until(self.begun + ready));
            }
        }
        let next = self.queue.pop(now)?;
        let (what, sequence) = match &next {
            Next::Media(waiting) | Next::Again(waiting) => (Sent::Media(waiting.kind), waiting.sequence),
            Next::Parity(number, _) => (Sent::Parity, *number),
            Next::Low(waiting) => (Sent::Low, waiting.sequence),
        };
        match &next {
            Next::Media(Waiting { kind: MediaKind::Audio, packet, .. }) => {
                self.cut_sound(packet, max);
                if let Some(rate) = &mut self.rate {
                    rate.bare_sound(at, packet.len());
                }
            }
            Next::Media(Waiting { packet, .. }) => {
                self.cut(Flow::Video, packet, max);
                self.protect(at, sequence, packet, connection.rtt());
            }
            Next::Again(Waiting { kind: MediaKind::Audio, packet, .. }) => self.cut(Flow::Audio, packet, max),
            Next::Again(Waiting { packet, .. }) => self.cut(Flow::Video, packet, max),
            Next::Parity(_, content) => self.cut(Flow::Repair, content, max),
            Next::Low(Waiting { packet, .. }) => self.cut(Flow::LowVideo, packet, max),
        }
        let bytes = self.cut.iter().map(Bytes::len).sum();
        if let Some(rate) = self.rate.as_mut().filter(|_| bytes > 0) {
            rate.sent(at, what, sequence, bytes);
            self.health.sent(at, connection.rtt());
        }
        None
    }

    /// Sound, with earlier sound where the link loses some.
    fn cut_sound(&mut self, packet: &Bytes, max: usize) {
        let with_earlier = RtpPacket::parse(packet.clone())
            .ok()
            .and_then(|packet| self.outgoing.sound(&packet, max.saturating_sub(1)));
        match with_earlier {
            Some(content) => self.cut(Flow::Repair, &content, max),
            None => self.cut(Flow::Audio, packet, max),
        }
    }

    /// The parities that follow a packet of a picture.
    fn protect(&mut self, at: Duration, sequence: u16, packet: &Bytes, round_trip: Duration) {
        let ends_picture = RtpView::parse(packet).is_ok_and(|view| view.header().marker);
        for Made { number, content, since } in self.outgoing.picture(at, sequence, ends_picture, packet) {
            let until = self.begun + deadline::latest(MediaKind::Video, since, round_trip);
            self.push_repair(Next::Parity(number, content), until);
        }
    }

    fn cut(&mut self, flow: Flow, packet: &[u8], max: usize) {
        match self.fragmenter.datagrams(flow, &[], packet, max) {
            Ok(datagrams) => self.cut.extend(datagrams),
            Err(error) => {
                tracing::trace!(%error, "packet not sent");
                metrics::counter!("yunzhen_uplink_dropped_total", "why" => "too_large").increment(1);
            }
        }
    }

    /// What became of the datagram in front.
    pub fn sent(&mut self, result: Result<(), quinn::SendDatagramError>) {
        match result {
            Ok(()) => drop(self.cut.pop_front()),
            Err(error) => {
                // The path shrank since the packet was cut (its other pieces are of no use), or the link just went.
                tracing::trace!(%error, "datagram not sent");
                metrics::counter!("yunzhen_uplink_dropped_total", "why" => "refused").increment(1);
                self.cut.clear();
            }
        }
    }
}
