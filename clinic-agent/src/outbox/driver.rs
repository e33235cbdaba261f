//! Does what the session says, and moves packets from the devices and the tablet into the link.
//!
//! | module | what |
//! |---|---|
//! | [`said`] | what the relay says |
//! | [`kept`] | stills and recordings |
//! | [`again`] | reports of what is missed, and what leaves again |
//! | [`low`] | the low picture |

mod again;
mod kept;
mod low;
mod said;

use super::devices::{Captured, DeviceEvent, DeviceSink, Devices, PACKET_QUEUE};
use super::lanes::Lanes;
use super::queue::Waiting;
use super::reports::Reports;
use super::sender::{Advice, Wait};
use super::session::{Effect, Input, Session, Shown};
use super::splice::{Source, Splicer};
use super::{Ended, Outbox, TabletCommand, TabletPacket};
use crate::link::{EVENT_QUEUE, Link, LinkEvent, PathId};
use crate::recordings::TapeTarget;
use bytes::Bytes;
use futures_util::future::select_all;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, watch};
use yunzhen_domain::ids::{ConsultationId, RecordingId};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::Motion;
use yunzhen_media::ladder::forward::Forward;
use yunzhen_media::layers::Layer;
use yunzhen_protocol::control::{AudioPlan, Rung, ToRelay, VideoPlan};
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::{Lifecycle, clock};

/// Least time between two key frames that this box asks for by itself.
const OWN_KEYFRAMES: Duration = Duration::from_secs(1);
/// Preview packets that may wait for the legs, a key frame and more; the oldest go first, the next key frame heals.
const PREVIEW_QUEUE: usize = 256;
/// Tablet packets that may wait; newest are dropped when it is full.
const TABLET_QUEUE: usize = 512;

/// The media task of a box.
pub struct Driver {
    life: Lifecycle,
    link: Link,
    devices: Box<dyn Devices>,
    outbox: Outbox,
    session: Session,
    begun: Instant,
    inputs: mpsc::Receiver<Input>,
    tablet: mpsc::Receiver<TabletPacket>,
    feedback: mpsc::Receiver<(PathId, Bytes)>,
    captured: (mpsc::Sender<Captured>, mpsc::Receiver<Captured>),
    device_events: (mpsc::Sender<DeviceEvent>, mpsc::Receiver<DeviceEvent>),
    streams: Option<Streams>,
    lanes: Lanes,
    forward: Forward,
    /// The link bears no picture.
    dark: bool,
    /// The tablet's last target.
    tablet_bps: u32,
    asked_for_keyframe: Option<Instant>,
    asked_for_low_keyframe: Option<Instant>,
    /// The consultation whose room asks for the low picture, as this session's relay said last.
    low_asked: Option<ConsultationId>,
    /// This session's relay said its room. Before that the room that tablets see is of an earlier count.
    room_said: bool,
    /// What the page was told of the ladder.
    rung: Option<Rung>,
    bulk: Option<TapeTarget>,
    /// What is recorded, and of which consultation.
    recording: Option<(RecordingId, ConsultationId)>,
    /// The tablet's own camera is shown instead of what is recorded.
    tablet_shown: bool,
}

/// The outgoing streams of a consultation.
struct Streams {
    video: Splicer,
    audio: Splicer,
    video_ssrc: u32,
    audio_ssrc: u32,
    reports: Reports,
    /// Of a relay that said what it is.
    low: Option<low::LowStream>,
}

impl Streams {
    fn new(video: VideoPlan, audio: AudioPlan) -> Self {
        Self {
            video: Splicer::new(MediaKind::Video, video.ssrc),
            audio: Splicer::new(MediaKind::Audio, audio.ssrc),
            video_ssrc: video.ssrc,
            audio_ssrc: audio.ssrc,
            reports: Reports::new(video.ssrc, audio.ssrc),
            low: None,
        }
    }
}

impl Driver {
    /// A media task and the handle to it.
    pub fn new(life: Lifecycle, link: Link, devices: Box<dyn Devices>) -> (Self, Outbox) {
        let session = Session::new(devices.cameras(), devices.microphone());
        let (inputs_tx, inputs) = mpsc::channel(EVENT_QUEUE);
        let (tablet_tx, tablet) = mpsc::channel(TABLET_QUEUE);
        let (feedback_tx, feedback) = mpsc::channel(EVENT_QUEUE);
        let outbox = Outbox {
            inputs: inputs_tx,
            tablet: tablet_tx,
            feedback: feedback_tx,
            shown: watch::Sender::new(session.shown()),
            room: watch::Sender::new(None),
            commands: broadcast::channel(16).0,
            preview: broadcast::channel(PREVIEW_QUEUE).0,
            ended: broadcast::channel(16).0,
        };
        let begun = clock::now_instant();
        let driver = Self {
            life,
            link,
            devices,
            outbox: outbox.clone(),
            session,
            begun,
            inputs,
            tablet,
            feedback,
            captured: mpsc::channel(PACKET_QUEUE),
            device_events: mpsc::channel(16),
            streams: None,
            lanes: Lanes::new(begun),
            forward: Forward::default(),
            dark: false,
            tablet_bps: 0,
            asked_for_keyframe: None,
            asked_for_low_keyframe: None,
            low_asked: None,
            room_said: false,
            rung: None,
            bulk: None,
            recording: None,
            tablet_shown: false,
        };
        (driver, outbox)
    }

    /// Where stills and recordings go.
    #[must_use]
    pub fn with_bulk(self, bulk: TapeTarget) -> Self {
        Self { bulk: Some(bulk), ..self }
    }

    /// The first message to the relay says what this box has. Made once in a start of the program: it names the start, so that a copy of this box is told from a reconnect.
    pub fn hello(&self) -> ToRelay {
        ToRelay::Hello {
            protocol: yunzhen_protocol::VERSION,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            cameras: self.devices.cameras(),
            microphone: self.devices.microphone(),
            arrivals: true,
            records: self.devices.records() && self.bulk.as_ref().is_some_and(|bulk| bulk.settings.enabled),
            low_picture: self.devices.makes_low(),
            instance: Some(clock::random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }

    /// Runs until the program drains.
    pub async fn run(mut self, mut events: mpsc::Receiver<LinkEvent>) {
        let soft = self.life.soft().clone();
        let mut paths = self.link.paths();
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let now = clock::now_instant();
            if let Some(switched) = self.lanes.follow(now, &paths.borrow_and_update()) {
                self.switched(now, switched);
            }
            self.expire(now);
            let wait = self.lanes.flush(now);
            self.advise(now);
            let wake = match wait {
                Wait::Until(at) => Some(self.lanes.due().map_or(at, |due| due.min(at))),
                Wait::News | Wait::Room => self.lanes.due(),
            };
            let full = self.lanes.full();
            let deadline = self.session.deadline().map(|at| self.begun + at);
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.link_event(event),
                    None => break,
                },
                Some(input) = self.inputs.recv() => self.input(input),
                Some(captured) = self.captured.1.recv() => self.captured(captured),
                // What the tablet sent is as old as a trip over the home's network, sound and picture alike.
                Some(TabletPacket { kind, packet }) = self.tablet.recv() => {
                    self.media(Source::Tablet, kind, packet, clock::now_instant());
                }
                Some(event) = self.device_events.1.recv() => self.input(match event {
                    DeviceEvent::Running => Input::DeviceRuns,
                    DeviceEvent::Failed(sentence) => {
                        tracing::warn!("{sentence}");
                        Input::DeviceFailed(sentence)
                    }
                }),
                Some((path, packet)) = self.feedback.recv() => self.reports(path, &packet),
                (path, sent) = send_when_room(full) => self.lanes.sent(path, sent),
                () = clock::until(wake) => {}
                Ok(()) = paths.changed() => {}
                _ = seconds.tick() => self.stats(),
                () = clock::until(deadline) => self.input(Input::Timeout),
                () = soft.cancelled() => break,
            }
        }
        // What is recorded is on disk before the program ends, and a slow disk holds up nothing else of the drain.
        let mut devices = self.devices;
        let closed = tokio::task::spawn_blocking(move || {
            devices.stop();
            drop(devices);
        });
        if closed.await.is_err() {
            tracing::error!("the devices could not be closed in order");
        }
    }

    fn input(&mut self, input: Input) {
        let at = clock::now_instant().saturating_duration_since(self.begun);
        let effects = self.session.handle(input, at);
        for effect in effects {
            self.effect(effect);
        }
        let consultation = self.session.consultation();
        self.link.set_call(consultation);
        if consultation.is_none() {
            self.lanes.end();
        }
        self.look_at_recording();
        let shown = Shown { rung: self.rung, ..self.session.shown() };
        self.outbox.shown.send_if_modified(|known| {
            let changed = *known != shown;
            *known = shown;
            changed
        });
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::StartCapture(mut plan) => {
                // What an earlier start left in the queue belongs to other streams.
                while self.captured.1.try_recv().is_ok() {}
                let sink = DeviceSink { packets: self.captured.0.clone(), events: self.device_events.0.clone() };
                // The first key frame is as large as the rate allows, so it must be known before.
                let target = self.lanes.devices_began(clock::now_instant());
                plan.video.bitrate_bps = target.map_or(plan.video.bitrate_bps, |target| target.bitrate_bps);
                self.devices.start(plan, sink);
                if let Some(target) = target {
                    self.devices.target(target);
                    self.dark = target.motion == Motion::None;
                }
            }
            Effect::StopCapture => self.devices.stop(),
            Effect::AdjustCapture(plan) => self.devices.adjust(plan),
            Effect::Begin { video, audio } => {
                self.lanes.begin(clock::now_instant(), video, audio);
                self.streams = Some(Streams::new(video, audio));
                (self.tablet_bps, self.dark) = (0, false);
            }
            Effect::Feed { video, audio } => {
                if let Some(streams) = &mut self.streams {
                    streams.video.select(video);
                    streams.audio.select(audio);
                }
            }
            Effect::Keyframe(Source::Capture) => self.devices.keyframe(),
            Effect::Keyframe(Source::Tablet) => self.tablet_command(TabletCommand::Keyframe),
            Effect::Keyframe(Source::None) => {}
            Effect::Bitrate(bps) => self.lanes.cap(bps),
            Effect::Tell(message) => {
                if !self.link.tell(message) {
                    tracing::debug!("control message not sent: no link");
                }
            }
            Effect::Ended { consultation_id, reason } => {
                // Nobody watching is fine: the page reads the state when it opens.
                let _ = self.outbox.ended.send(Ended { consultation_id, reason });
            }
        }
    }

    /// The encoders follow the link.
    fn advise(&mut self, now: Instant) {
        self.show_rung(now);
        let bulk = self.link.bulk();
        let path = self.link.open().borrow().as_ref().map(|open| open.path);
        bulk.allow(self.lanes.bulk(bulk.presses(), path));
        self.link.set_uplink(self.lanes.uplink());
        self.look_at_low();
        for advice in self.lanes.advice(now) {
            self.advised(advice);
        }
    }

    fn advised(&mut self, advice: Advice) {
        match advice {
            Advice::Target(target) => {
                self.devices.target(target);
                let dark = target.motion == Motion::None;
                if std::mem::replace(&mut self.dark, dark) && !dark {
                    self.tablet_command(TabletCommand::Keyframe);
                }
                // A browser takes a while to follow; each small step would only fill its queue of commands.
                let bps = target.bitrate_bps;
                if self.tablet_bps.abs_diff(bps) * 10 >= self.tablet_bps {
                    self.tablet_bps = bps;
                    self.tablet_command(TabletCommand::Bitrate(bps));
                }
            }
            Advice::Sound(target) => self.devices.sound(target),
            Advice::Low(target) => self.devices.low(target),
            Advice::Hold(held) => self.devices.hold(held),
        }
    }

    /// What the page says of the picture, and whether it offers messages in place of a call.
    fn show_rung(&mut self, now: Instant) {
        let at = now.saturating_duration_since(self.begun);
        let rung = match self.lanes.rung() {
            Some(rung) => {
                let heard = self.link.is_open() && self.lanes.is_heard(now);
                Some(if self.forward.step(at, heard) { Rung::Forward } else { rung.named() })
            }
            None => {
                self.forward = Forward::default();
                None
            }
        };
        self.rung = rung;
        self.outbox.shown.send_if_modified(|known| {
            let changed = known.rung != rung;
            known.rung = rung;
            changed
        });
    }

    fn tablet_command(&self, command: TabletCommand) {
        // No tablet is in the call: nothing to tell.
        let _ = self.outbox.commands.send(command);
    }

    fn captured(&mut self, Captured { kind, layer, packet, taken_at }: Captured) {
        if layer == Layer::Low {
            return self.low_captured(packet, taken_at);
        }
        if kind == MediaKind::Video {
            // No tablet is in the call: nobody to show it to.
            let _ = self.outbox.preview.send(packet.clone());
        }
        self.media(Source::Capture, kind, packet, taken_at);
    }

    fn media(&mut self, source: Source, kind: MediaKind, packet: RtpPacket, taken_at: Instant) {
        let Some(streams) = &mut self.streams else { return };
        // The tablet's encoder cannot be told to make nothing.
        if self.dark && kind == MediaKind::Video {
            return;
        }
        let splicer = match kind {
            MediaKind::Video => &mut streams.video,
            MediaKind::Audio => &mut streams.audio,
        };
        let now = clock::now_instant();
        if let Some(packet) = splicer.packet(now, source, packet) {
            streams.reports.sent(kind, &packet, taken_at);
            let report = streams.reports.poll(now, clock::now_timestamp());
            if let Some(report) = report.filter(|_| self.link.is_open()) {
                self.lanes.push_report(report);
            }
            self.enqueue(now, kind, &packet);
        }
    }

    fn enqueue(&mut self, since: Instant, kind: MediaKind, packet: &RtpPacket) {
        if !self.link.is_open() {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "no_link").increment(1);
            return;
        }
        let (timestamp, sequence) = (packet.header.timestamp, packet.header.sequence);
        let dropped = self.lanes.push(Waiting { kind, since, timestamp, sequence, packet: packet.to_bytes() });
        if dropped.video > 0 {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "video_queue").increment(dropped.video as u64);
            self.own_keyframe();
        }
        if dropped.audio > 0 {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "audio_queue").increment(dropped.audio as u64);
        }
    }

    fn expire(&mut self, now: Instant) {
        let dropped = self.lanes.expire(now);
        if dropped.video > 0 {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "video_late").increment(dropped.video as u64);
            self.own_keyframe();
        }
        self.low_dropped(now, dropped);
    }

    fn stats(&self) {
        if self.session.consultation().is_none() {
            return;
        }
        self.lanes.measure(clock::now_instant());
        let status = self.link.status().borrow().clone();
        if let Some(rtt_ms) = status.rtt_ms {
            self.link.tell(ToRelay::MediaStats {
                rtt_ms,
                loss_ratio: status.loss_ratio as f32,
                sent_bps: status.sent_bps,
            });
        }
        let keeps_timeline = self.link.open().borrow().as_ref().is_some_and(|open| open.timeline);
        if let Some(told) = self.rung.and_then(|rung| self.lanes.told(rung)).filter(|_| keeps_timeline) {
            self.link.tell(told);
        }
    }
}

/// Sends one datagram as soon as quinn has room for it, on whichever path that is first. Cancelling it sends nothing.
async fn send_when_room(
    full: Vec<(PathId, quinn::Connection, Bytes)>,
) -> (PathId, Result<(), quinn::SendDatagramError>) {
    if full.is_empty() {
        return std::future::pending().await;
    }
    let sending = full.into_iter().map(|(path, connection, datagram)| {
        Box::pin(async move { (path, connection.send_datagram_wait(datagram).await) })
    });
    select_all(sending).await.0
}
