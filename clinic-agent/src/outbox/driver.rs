//! Does what the session says, and moves packets from the devices and the tablet into the link.

use super::devices::{Captured, DeviceEvent, DeviceSink, Devices, NoPicture, PACKET_QUEUE, StillOrder};
use super::lanes::{Lanes, Switched};
use super::queue::Waiting;
use super::rate::Lost;
use super::reports::Reports;
use super::sender::{Advice, Wait};
use super::session::{Effect, HOLD, Input, Session, Shown};
use super::splice::{Source, Splicer};
use super::{Ended, Outbox, TabletCommand, TabletPacket};
use crate::bulk::{BulkEvent, Item};
use crate::link::{EVENT_QUEUE, Link, LinkEvent, PathId};
use crate::recordings::{RecordOrder, TapeEvent, TapeTarget};
use bytes::Bytes;
use futures_util::future::select_all;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use yunzhen_domain::ids::{ConsultationId, RecordingId, StillId};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::Motion;
use yunzhen_media::ladder::forward::Forward;
use yunzhen_protocol::control::{ActiveCamera, AudioPlan, BoxCamera, Rung, SegmentRefusal, ToBox, ToRelay, VideoPlan};
use yunzhen_protocol::rtcp::{self, RtcpPacket};
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
    /// What the page was told of the ladder.
    rung: Option<Rung>,
    bulk: Option<TapeTarget>,
    /// What is recorded, and of which consultation.
    recording: Option<(RecordingId, ConsultationId)>,
    /// The tablet's own camera is shown instead of what is recorded.
    tablet_shown: bool,
}

/// The two outgoing streams of a consultation.
struct Streams {
    video: Splicer,
    audio: Splicer,
    video_ssrc: u32,
    audio_ssrc: u32,
    reports: Reports,
}

impl Streams {
    fn new(video: VideoPlan, audio: AudioPlan) -> Self {
        Self {
            video: Splicer::new(MediaKind::Video, video.ssrc),
            audio: Splicer::new(MediaKind::Audio, audio.ssrc),
            video_ssrc: video.ssrc,
            audio_ssrc: audio.ssrc,
            reports: Reports::new(video.ssrc, audio.ssrc),
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

    /// The first message to the relay says what this box has.
    pub fn hello(&self) -> ToRelay {
        ToRelay::Hello {
            protocol: yunzhen_protocol::VERSION,
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
            cameras: self.devices.cameras(),
            microphone: self.devices.microphone(),
            arrivals: true,
            records: self.devices.records() && self.bulk.as_ref().is_some_and(|bulk| bulk.settings.enabled),
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

    fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Up => self.input(Input::LinkUp),
            LinkEvent::Down => self.input(Input::LinkDown),
            LinkEvent::Moved => self.input(Input::ControlMoved),
            LinkEvent::Control(message) => match *message {
                ToBox::StartMedia { consultation_id, video, audio, hold_s } => {
                    tracing::info!(consultation = %consultation_id, "media start");
                    let hold = hold_s.map_or(HOLD, |seconds| Duration::from_secs(seconds.into()));
                    self.input(Input::Start { consultation_id, video, audio, hold });
                }
                ToBox::StopMedia { consultation_id, reason } => {
                    tracing::info!(consultation = %consultation_id, ?reason, "media stop");
                    self.input(Input::Stop { consultation_id, reason });
                }
                ToBox::KeyframeRequest {} => self.input(Input::KeyframeWanted),
                ToBox::SetBitrate { video_bps } => self.input(Input::SetBitrate(video_bps)),
                ToBox::SelectCamera { camera } => self.input(Input::Choose(camera)),
                ToBox::RoomState(state) => self.room_state(state),
                ToBox::TakeStill { still_id, consultation_id, camera } => {
                    self.take_still(still_id, consultation_id, camera);
                }
                ToBox::StillAt { still_id, offset } => {
                    self.tell_bulk(BulkEvent::At { item: Item::Still(still_id), offset });
                }
                ToBox::StillDone { still_id } => self.tell_bulk(BulkEvent::Done { item: Item::Still(still_id) }),
                ToBox::StillRefused { still_id, reason } => {
                    tracing::warn!(still = %still_id, ?reason, "still refused by the relay");
                    self.tell_bulk(BulkEvent::Refused { item: Item::Still(still_id), out_of_order: false });
                }
                ToBox::Record { recording_id, consultation_id, key, next } => {
                    self.record(RecordOrder { recording_id, key, next }, consultation_id);
                }
                ToBox::StopRecording { recording_id } => {
                    if self.recording.is_some_and(|(id, _)| id == recording_id) {
                        self.stop_recording();
                    }
                    self.tell_bulk(BulkEvent::Stopped { recording_id });
                }
                ToBox::SegmentAt { segment_id, offset } => {
                    self.tell_bulk(BulkEvent::At { item: Item::Segment(segment_id), offset });
                }
                ToBox::SegmentDone { segment_id } => {
                    self.tell_bulk(BulkEvent::Done { item: Item::Segment(segment_id) });
                }
                ToBox::SegmentRefused { segment_id, reason } => {
                    tracing::warn!(segment = %segment_id, ?reason, "segment of a recording refused by the relay");
                    let out_of_order = reason == SegmentRefusal::OutOfOrder;
                    self.tell_bulk(BulkEvent::Refused { item: Item::Segment(segment_id), out_of_order });
                }
                ToBox::RecordingNext { recording_id, next } => self.tell_bulk(BulkEvent::Next { recording_id, next }),
                // The link's own business.
                ToBox::Welcome { .. } | ToBox::Joined {} | ToBox::Refused { .. } | ToBox::Drain { .. } => {}
            },
        }
    }

    /// The picture comes from the devices, and only in the consultation that this box is in.
    fn take_still(&mut self, still_id: StillId, consultation_id: ConsultationId, camera: BoxCamera) {
        let (reply, picture) = oneshot::channel();
        if self.session.consultation() == Some(consultation_id) {
            self.devices.still(StillOrder { camera, reply });
        } else {
            StillOrder { camera, reply }.refuse(NoPicture::NoCall);
        }
        self.tell_bulk(BulkEvent::Ordered { still_id, picture });
    }

    fn tell_bulk(&self, event: BulkEvent) {
        let told = self.bulk.as_ref().is_some_and(|bulk| bulk.events.try_send(event).is_ok());
        if !told {
            // What the relay does not hear of it asks again when this box joins anew.
            tracing::warn!("a message about bulk was dropped");
        }
    }

    /// Only the consultation that this box is in is recorded.
    fn record(&mut self, order: RecordOrder, consultation: ConsultationId) {
        let Some(bulk) = self.bulk.as_ref().filter(|bulk| bulk.settings.enabled) else { return };
        if self.session.consultation() != Some(consultation) {
            return;
        }
        self.recording = Some((order.recording_id, consultation));
        self.devices.record(order, bulk);
        self.tablet_shown = false;
        self.look_at_recording();
    }

    fn stop_recording(&mut self) {
        self.recording = None;
        self.devices.stop_recording();
    }

    /// A recording ends with its call, and its hospital hears when the tablet's own camera is shown instead.
    fn look_at_recording(&mut self) {
        let Some((recording_id, consultation)) = self.recording else { return };
        if self.session.consultation() != Some(consultation) {
            return self.stop_recording();
        }
        let tablet = self.session.shown().camera == ActiveCamera::Tablet;
        if std::mem::replace(&mut self.tablet_shown, tablet) != tablet {
            self.tell_bulk(BulkEvent::Tape(recording_id, TapeEvent::Tablet(tablet)));
        }
    }

    fn room_state(&self, state: yunzhen_protocol::room::RoomState) {
        self.outbox.room.send_if_modified(|room| {
            let older = room
                .as_ref()
                .is_some_and(|known| known.consultation_id == state.consultation_id && known.version > state.version);
            if !older {
                *room = Some(Arc::new(state));
            }
            !older
        });
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
            Advice::Hold(held) => self.devices.hold(held),
        }
    }

    /// Pictures go by another path. What was under way on one that died leaves again, before what waited for it.
    fn switched(&mut self, now: Instant, switched: Switched) {
        let Switched { path, unheard, waiting, advice, round_trip } = switched;
        self.link.set_picture(path);
        let mut pictures = Vec::with_capacity(unheard.len() + waiting.len());
        if let Some(streams) = &mut self.streams {
            let again = unheard.into_iter().filter_map(|sequence| streams.video.again(now, sequence, round_trip));
            pictures.extend(again.map(|packet| Waiting {
                kind: MediaKind::Video,
                since: now,
                timestamp: packet.header.timestamp,
                sequence: packet.header.sequence,
                packet: packet.to_bytes(),
            }));
        }
        metrics::counter!("yunzhen_uplink_resent_total").increment(pictures.len() as u64);
        pictures.extend(waiting);
        self.lanes.put_pictures(pictures);
        for advice in advice {
            self.advised(advice);
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

    fn captured(&mut self, Captured { kind, packet, taken_at }: Captured) {
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
        if dropped > 0 {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "video_late").increment(dropped as u64);
            self.own_keyframe();
        }
    }

    /// What was dropped leaves the far decoder without a reference: it needs a key frame, but not more than one a second.
    fn own_keyframe(&mut self) {
        let now = clock::now_instant();
        if self.asked_for_keyframe.is_none_or(|last| now.saturating_duration_since(last) >= OWN_KEYFRAMES) {
            self.asked_for_keyframe = Some(now);
            self.input(Input::KeyframeWanted);
        }
    }

    /// RTCP about this box's streams: what the relay misses is sent again, what arrived sets the rate.
    fn reports(&mut self, path: PathId, packet: &[u8]) {
        let packets = match rtcp::parse(packet) {
            Ok(packets) => packets,
            Err(error) => {
                tracing::trace!(%error, "feedback refused");
                metrics::counter!("yunzhen_link_datagrams_refused_total").increment(1);
                return;
            }
        };
        let Some(round_trip) = self.lanes.round_trip() else { return };
        let Some(streams) = &mut self.streams else { return };
        let now = clock::now_instant();
        let mut missed = Vec::new();
        let mut keyframe = false;
        for packet in packets {
            match packet {
                RtcpPacket::Nack { media, sequences, .. } => {
                    let kind = match media {
                        ssrc if ssrc == streams.video_ssrc => MediaKind::Video,
                        ssrc if ssrc == streams.audio_ssrc => MediaKind::Audio,
                        _ => continue,
                    };
                    missed.extend(sequences.into_iter().map(|sequence| Lost { kind, sequence }));
                }
                RtcpPacket::Pli { .. } | RtcpPacket::Fir { .. } => keyframe = true,
                RtcpPacket::Arrivals { .. } => missed.extend(self.lanes.arrivals(now, path, &packet)),
                RtcpPacket::SenderReport { .. } | RtcpPacket::ReceiverReport { .. } => {}
            }
        }
        missed.retain(|Lost { kind, sequence }| self.lanes.is_worth_sending_again(now, *kind, *sequence, round_trip));
        let mut resent = 0;
        for Lost { kind, sequence } in missed {
            let splicer = match kind {
                MediaKind::Video => &mut streams.video,
                MediaKind::Audio => &mut streams.audio,
            };
            if let Some(packet) = splicer.again(now, sequence, round_trip) {
                resent += 1;
                let timestamp = packet.header.timestamp;
                let waiting = Waiting { kind, since: now, timestamp, sequence, packet: packet.to_bytes() };
                self.lanes.push_again(waiting, round_trip);
            }
        }
        metrics::counter!("yunzhen_uplink_resent_total").increment(resent);
        if keyframe {
            self.own_keyframe();
        }
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
