//! All tablets of the home, and the downlink's way to each of them.

use super::attendance::{Attendance, Change, Event};
use super::leg::{Hooks, Leg, LegEvent};
use super::outgoing::{Downstream, Lane};
use super::slots::Slots;
use super::{LegError, LegId};
use crate::link::{Downlink, Link, Open};
use crate::outbox::session::Input;
use crate::outbox::{Ended, Outbox, TabletCommand};
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_media::keyframe::KeyframeGate;
use yunzhen_media::{MediaKind, PayloadTypes};
use yunzhen_protocol::control::{StopReason, ToRelay};
use yunzhen_protocol::fragment::Fragmenter;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::{Lifecycle, clock};

/// Tablets (or tabs) in one call.
const MAX_LEGS: usize = 4;

/// Where legs are reached.
#[derive(Clone, Debug)]
pub struct LegsSettings {
    /// Local addresses for media; the wildcard stands for all but loopback.
    pub addresses: Vec<IpAddr>,
}

/// The legs; clones are the same.
#[derive(Clone)]
pub struct Legs(Arc<Inner>);

struct Inner {
    life: Lifecycle,
    settings: LegsSettings,
    link: Link,
    outbox: Outbox,
    hooks: Hooks,
    legs: Mutex<HashMap<LegId, Arc<Leg>>>,
    ended: broadcast::Sender<(LegId, StopReason)>,
}

/// What [`Legs::run`] reads.
pub struct LegsInbox {
    downlink: mpsc::Receiver<Downlink>,
    keyframes: mpsc::Receiver<Lane>,
    preview: broadcast::Receiver<RtpPacket>,
    events: mpsc::Receiver<LegEvent>,
    commands: broadcast::Receiver<TabletCommand>,
    ended: broadcast::Receiver<Ended>,
}

impl Legs {
    /// No legs yet.
    pub fn new(
        life: Lifecycle,
        settings: LegsSettings,
        link: Link,
        outbox: Outbox,
        downlink: mpsc::Receiver<Downlink>,
    ) -> (Self, LegsInbox) {
        let (keyframes_tx, keyframes) = mpsc::channel(32);
        let (events_tx, events) = mpsc::channel(32);
        let (commands, preview, ended) = (outbox.commands(), outbox.preview(), outbox.ended());
        let hooks = Hooks { media: outbox.tablet_media(), keyframes: keyframes_tx, events: events_tx };
        let legs = Self(Arc::new(Inner {
            life,
            settings,
            link,
            outbox,
            hooks,
            legs: Mutex::new(HashMap::new()),
            ended: broadcast::channel(16).0,
        }));
        (legs, LegsInbox { downlink, keyframes, preview, events, commands, ended })
    }

    /// Answers an offer; with `preview` its last pair shows the box's own camera. `replaces` is an earlier leg of the same tablet
    /// (a reload): it goes without a hang-up.
    pub async fn join(
        &self,
        consultation_id: ConsultationId,
        sdp: String,
        preview: bool,
        replaces: Option<LegId>,
    ) -> Result<(LegId, String), LegError> {
        let inner = &self.0;
        if let Some(old) = replaces.and_then(|old| self.take(old)) {
            old.close().await;
        }
        let others = self.all();
        if others.iter().any(|leg| leg.consultation_id != consultation_id)
            || inner.outbox.shown().consultation_id.is_some_and(|live| live != consultation_id)
        {
            return Err(LegError::Busy);
        }
        if others.len() >= MAX_LEGS {
            return Err(LegError::TooMany);
        }
        let id = uuid::Builder::from_random_bytes(clock::random_bytes()).into_uuid();
        let (addresses, hooks) = (&inner.settings.addresses, inner.hooks.clone());
        let (leg, answer) = Leg::answer(&inner.life, addresses, id, consultation_id, sdp, preview, hooks).await?;
        let (audio, video) = (leg.offer.sends_audio, leg.offer.sends_video);
        self.lock().insert(id, Arc::new(leg));
        metrics::gauge!("yunzhen_playback_legs").increment(1.0);
        inner.outbox.input(Input::TabletJoined { consultation_id, audio, video }).await;
        Ok((id, answer))
    }

    /// See [`Leg::patch`].
    pub async fn patch(
        &self,
        consultation: ConsultationId,
        id: LegId,
        fragment: &str,
    ) -> Result<Option<String>, LegError> {
        self.get(consultation, id)?.patch(fragment).await
    }

    /// The tablet leaves; the last one that leaves hangs up.
    pub async fn leave(&self, consultation: ConsultationId, id: LegId) -> Result<(), LegError> {
        self.get(consultation, id)?;
        let Some(leg) = self.take(id) else { return Err(LegError::Unknown) };
        if self.all().is_empty() {
            self.0.outbox.input(Input::HangUp).await;
        }
        let _ = self.0.ended.send((id, StopReason::HangUp));
        leg.close().await;
        Ok(())
    }

    /// The leg, if it belongs to this consultation.
    pub fn get(&self, consultation: ConsultationId, id: LegId) -> Result<Arc<Leg>, LegError> {
        self.lock().get(&id).filter(|leg| leg.consultation_id == consultation).cloned().ok_or(LegError::Unknown)
    }

    /// Yields legs that ended, with why.
    pub fn ended(&self) -> broadcast::Receiver<(LegId, StopReason)> {
        self.0.ended.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<LegId, Arc<Leg>>> {
        self.0.legs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> Vec<Arc<Leg>> {
        self.lock().values().cloned().collect()
    }

    fn take(&self, id: LegId) -> Option<Arc<Leg>> {
        let leg = self.lock().remove(&id);
        if leg.is_some() {
            metrics::gauge!("yunzhen_playback_legs").decrement(1.0);
        }
        leg
    }

    /// Ends legs: tells their event streams and closes their connections.
    async fn end(&self, which: impl Fn(&Leg) -> bool, reason: StopReason) {
        for leg in self.all().into_iter().filter(|leg| which(leg)) {
            if self.take(leg.id).is_some() {
                let _ = self.0.ended.send((leg.id, reason));
                leg.close().await;
            }
        }
    }

    /// Runs until the program drains.
    pub async fn run(self, mut inbox: LegsInbox) {
        let mut downlinks = Downlinks::default();
        let soft = self.0.life.soft().clone();
        loop {
            let timers = [downlinks.poll_timeout(), downlinks.look_at()];
            let timer = timers.into_iter().flatten().min().map(tokio::time::Instant::from_std);
            tokio::select! {
                packet = inbox.downlink.recv() => match packet {
                    Some(packet) => self.deliver(&mut downlinks, packet),
                    None => break,
                },
                Some(lane) = inbox.keyframes.recv() => downlinks.keyframe(lane).request(clock::now_instant()),
                previewed = inbox.preview.recv() => match previewed {
                    Ok(packet) => self.show(&mut downlinks, Lane::Preview, MediaKind::Video, packet),
                    // What was skipped leaves a hole in the picture.
                    Err(broadcast::error::RecvError::Lagged(skipped)) => {
                        metrics::counter!("yunzhen_playback_dropped_total").increment(skipped);
                        downlinks.keyframe(Lane::Preview).request(clock::now_instant());
                    }
                    Err(broadcast::error::RecvError::Closed) => break,
                },
                Some(event) = inbox.events.recv() => self.heard(&mut downlinks, event).await,
                Ok(command) = inbox.commands.recv() => self.command(command).await,
                Ok(Ended { consultation_id, reason }) = inbox.ended.recv() => {
                    self.end(|leg| leg.consultation_id == consultation_id, reason).await;
                }
                () = async {
                    match timer {
                        Some(at) => tokio::time::sleep_until(at).await,
                        None => std::future::pending().await,
                    }
                } => {}
                () = soft.cancelled() => break,
            }
            self.look(&mut downlinks).await;
            self.ask(&mut downlinks).await;
        }
        self.end(|_| true, StopReason::Drain).await;
    }

    fn deliver(&self, downlinks: &mut Downlinks, Downlink { path, flow, packet }: Downlink) {
        let (slot, kind) = match flow {
            Flow::SlotVideo(slot) => (slot, MediaKind::Video),
            Flow::SlotAudio(slot) => (slot, MediaKind::Audio),
            Flow::Feedback => return self.0.outbox.feedback(path, packet),
            Flow::SlotFeedback(_) => return self.clocks(&packet),
            Flow::Video | Flow::Audio | Flow::Repair | Flow::LowVideo => return refused(&"a flow of the box's own"),
        };
        let packet = match RtpPacket::parse(packet) {
            Ok(packet) => packet,
            Err(error) => return refused(&error),
        };
        if !downlinks.slots.arrived(clock::now_instant(), slot, kind, &packet) {
            return;
        }
        if is_keyframe(kind, &packet) {
            downlinks.slots.keyframe_began(slot, &packet);
        }
        self.show(downlinks, Lane::Slot(slot), kind, packet);
    }

    fn show(&self, downlinks: &mut Downlinks, lane: Lane, kind: MediaKind, packet: RtpPacket) {
        if is_keyframe(kind, &packet) {
            downlinks.keyframe(lane).answered();
        }
        for leg in self.lock().values() {
            leg.send(Downstream::Media { lane, kind, packet: packet.clone() });
        }
    }

    /// Sender reports of the participants' sources.
    fn clocks(&self, packet: &[u8]) {
        let packets = match rtcp::parse(packet) {
            Ok(packets) => packets,
            Err(error) => return refused(&error),
        };
        for packet in packets {
            let RtcpPacket::SenderReport { ssrc, info, .. } = packet else { continue };
            for leg in self.lock().values() {
                leg.send(Downstream::Clock { ssrc, ntp: info.ntp, rtp_timestamp: info.rtp_timestamp });
            }
        }
    }

    async fn heard(&self, downlinks: &mut Downlinks, event: LegEvent) {
        match event {
            LegEvent::Connected(id) => {
                tracing::info!(leg = %id, "tablet connected");
                // What ran before it came cannot be decoded by it.
                let now = clock::now_instant();
                let slots = downlinks.slots.video().into_iter().map(Lane::Slot);
                slots.chain([Lane::Preview]).for_each(|lane| downlinks.keyframe(lane).request(now));
            }
            LegEvent::Lost(id) => {
                let Some(leg) = self.take(id) else { return };
                tracing::info!(leg = %id, "tablet lost");
                let _ = self.0.ended.send((id, StopReason::Crash));
                downlinks.attendances.remove(&id);
                if downlinks.nobody_attends(&self.all()) {
                    self.0.outbox.input(Input::TabletLost).await;
                }
                leg.close().await;
            }
            LegEvent::StreamOpened(id) => self.attendance(downlinks, id, Event::StreamOpened).await,
            LegEvent::StreamEnded(id) => {
                // Only what comes from now on says that somebody is still there.
                if let Some(leg) = self.lock().get(&id) {
                    leg.was_heard();
                }
                self.attendance(downlinks, id, Event::StreamEnded).await;
            }
        }
    }

    /// Looks after the tablets whose page listens no more.
    async fn look(&self, downlinks: &mut Downlinks) {
        let now = clock::now_instant();
        let due = |one: &Attendance| one.poll_timeout().is_some_and(|until| until <= now);
        let doubted: Vec<LegId> =
            downlinks.attendances.iter().filter_map(|(id, one)| due(one).then_some(*id)).collect();
        for id in doubted {
            let heard = self.lock().get(&id).map(|leg| leg.was_heard());
            match heard {
                Some(heard) => self.attendance(downlinks, id, Event::Timeout { heard }).await,
                // It left in the proper way.
                None => drop(downlinks.attendances.remove(&id)),
            }
        }
    }

    async fn attendance(&self, downlinks: &mut Downlinks, id: LegId, event: Event) {
        let Some(leg) = self.lock().get(&id).cloned() else { return };
        let change = downlinks.attendances.entry(id).or_default().apply(event, clock::now_instant());
        match change {
            Some(Change::Left) if downlinks.nobody_attends(&self.all()) => {
                tracing::info!(leg = %id, "nobody is at the tablet any more");
                self.0.outbox.input(Input::TabletLost).await;
            }
            Some(Change::Returned) => {
                tracing::info!(leg = %id, "the tablet is back");
                let (audio, video) = (leg.offer.sends_audio, leg.offer.sends_video);
                let consultation_id = leg.consultation_id;
                self.0.outbox.input(Input::TabletJoined { consultation_id, audio, video }).await;
            }
            Some(Change::Left) | None => {}
        }
    }

    async fn command(&self, command: TabletCommand) {
        for leg in self.all() {
            match command {
                TabletCommand::Keyframe => leg.request_keyframe().await,
                TabletCommand::Bitrate(bps) => leg.limit(bps).await,
            }
        }
    }

    /// Sends what is due: keyframe requests on the control stream, requests for lost packets as datagrams.
    async fn ask(&self, downlinks: &mut Downlinks) {
        let now = clock::now_instant();
        if self.lock().is_empty() {
            return downlinks.forget_requests();
        }
        let slots = downlinks.slots.keyframes_wanted();
        slots.into_iter().for_each(|slot| downlinks.keyframe(Lane::Slot(slot)).request(now));
        for lane in downlinks.gates.iter_mut().filter_map(|(lane, gate)| gate.take(now).then_some(*lane)) {
            match lane {
                Lane::Preview => self.0.outbox.input(Input::KeyframeWanted).await,
                Lane::Slot(slot) if !self.0.link.tell(ToRelay::KeyframeRequest { slot }) => {
                    tracing::trace!(slot, "keyframe request not sent: no link");
                }
                Lane::Slot(_) => {}
            }
        }
        let Some(open) = self.0.link.open().borrow().clone() else { return downlinks.forget_requests() };
        let round_trip = open.connection.rtt().max(Duration::from_millis(10));
        for (slot, request) in downlinks.slots.requests(now, round_trip) {
            // By every path: which of them is dying is not known here, and a request that comes twice is answered once.
            for Open { connection, .. } in self.0.link.paths().borrow().iter() {
                let Some(max) = connection.max_datagram_size() else { continue };
                let datagrams = downlinks.fragmenter.datagrams(Flow::SlotFeedback(slot), &[], &request, max);
                for datagram in datagrams.into_iter().flatten() {
                    send(connection, datagram);
                }
            }
        }
    }
}

/// Whether a decoder can start at this packet.
fn is_keyframe(kind: MediaKind, packet: &RtpPacket) -> bool {
    let codec = PayloadTypes::BOX.codec(packet.header.payload_type);
    kind == MediaKind::Video && codec.is_some_and(|codec| codec.starts_keyframe(&packet.payload))
}

fn refused(why: &dyn std::fmt::Display) {
    tracing::trace!(%why, "downlink packet refused");
    metrics::counter!("yunzhen_link_datagrams_refused_total").increment(1);
}

fn send(connection: &quinn::Connection, datagram: Bytes) {
    if let Err(error) = connection.send_datagram(datagram) {
        tracing::trace!(%error, "feedback not sent");
    }
}

/// What is remembered of the downlink.
#[derive(Default)]
struct Downlinks {
    slots: Slots,
    gates: BTreeMap<Lane, KeyframeGate>,
    fragmenter: Fragmenter,
    attendances: HashMap<LegId, Attendance>,
}

impl Downlinks {
    fn keyframe(&mut self, lane: Lane) -> &mut KeyframeGate {
        self.gates.entry(lane).or_default()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.gates.values().filter_map(KeyframeGate::poll_timeout).chain(self.slots.poll_timeout()).min()
    }

    /// When a doubted tablet is looked at again.
    fn look_at(&self) -> Option<Instant> {
        self.attendances.values().filter_map(|one| one.poll_timeout()).min()
    }

    /// Whether none of these tablets has somebody at it.
    fn nobody_attends(&self, legs: &[Arc<Leg>]) -> bool {
        legs.iter().all(|leg| self.attendances.get(&leg.id).is_some_and(|one| one.is_away()))
    }

    /// Nobody watches, or nobody can be asked.
    fn forget_requests(&mut self) {
        self.gates.clear();
        self.slots.forget_requests();
    }
}
