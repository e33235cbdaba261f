//! A room's media towards a box: RTP packets in, datagrams out, sized to the path.
//!
//! Each path of a box has its own [`Downlink`]; [`sink`] gives sound and feedback to all of them, pictures to the one that [`Connections`] chose. What the room is told of
//! the link (its rate, keyframes that are needed) is that of the path with the pictures.
//!
//! A box that reports arrivals is sent to at the rate that its link takes ([`yunzhen_media::downlink`]). The state is behind a lock that two hold in turn, each for the time of
//! some packets: the shard that brings packets and sends at once what may leave, and [`Downlink::run`], which sends what had to wait and tells the room what the link
//! takes. A queue between the two would cost a wake-up for each packet of every box, also of those whose link is wide.
//!
//! A box that does not report (an older one) is sent to without a rate. quinn drops the oldest datagram without a word when its buffer is full; so
//! video is dropped here, newest first and counted, while there is still room for sound.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use quinn::Connection;
use tokio::sync::{Notify, watch};
use yunzhen_media::MediaKind;
use yunzhen_media::downlink::{Downlink as Sending, Missed};
use yunzhen_protocol::fragment::Fragmenter;
use yunzhen_protocol::roq::Flow;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_rtc::{ExternalHandle, ExternalSink, MediaFlow};
use yunzhen_runtime::clock;
use yunzhen_runtime::floor::Floor;

use super::paths::{Connections, Path};
use super::uplink::Target;

/// Room that is kept free for sound and feedback, bytes.
const KEPT_FOR_SOUND: usize = 2 * 1024;
/// How often the rate looks at the time while nothing is reported: an outage shows by silence.
const LOOK: Duration = Duration::from_millis(200);
/// Losses that wait to be told to the room. More are left to what the box asks for.
const MISSED: usize = 256;

/// One path to a box; clones are the same.
#[derive(Debug, Clone)]
pub struct Downlink(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    connection: Connection,
    begun: Instant,
    /// What quinn lets be under way at least; `None`: the box does not report.
    floor: Option<Floor>,
    /// Something waits that did not, or was reported.
    news: Notify,
    state: Mutex<State>,
    /// quinn's buffer for datagrams.
    buffer: usize,
}

#[derive(Debug)]
struct State {
    fragmenter: Fragmenter,
    /// Of a box that reports.
    sending: Option<Sending>,
    missed: Vec<Missed>,
    /// [`Downlink::run`] knows that something waits.
    is_armed: bool,
}

impl Downlink {
    /// By one connection; with `floor` to a box that reports arrivals.
    pub fn new(connection: Connection, floor: Option<Floor>) -> Self {
        let sending = floor.as_ref().map(|_| Sending::new(Duration::ZERO));
        let state = State { fragmenter: Fragmenter::new(), sending, missed: Vec::new(), is_armed: false };
        let (begun, buffer) = (clock::now_instant(), connection.datagram_send_buffer_space());
        Self(Arc::new(Shared { connection, begun, floor, news: Notify::new(), state: Mutex::new(state), buffer }))
    }

    /// The box is in another room.
    fn begin(&self) {
        if let Some(sending) = &mut self.0.lock().sending {
            sending.begin();
        }
    }

    /// Pictures go by another path, or by this one: [`Self::run`] looks at it.
    pub fn moved(&self) {
        self.0.news.notify_one();
    }

    /// The box says when packets arrived. `alone`: it has no other path, which brings the same sound anyway.
    pub fn arrived(&self, report: &[u8], alone: bool) {
        let shared = &*self.0;
        let Ok(packets) = rtcp::parse(report) else {
            metrics::counter!("yunzhen_downlink_reports_refused_total", "why" => "malformed").increment(1);
            return;
        };
        let round_trip = shared.connection.rtt();
        let now = shared.now();
        let mut state = shared.lock();
        let State { sending: Some(sending), missed, .. } = &mut *state else { return };
        for packet in packets {
            let RtcpPacket::Arrivals { streams, timestamp, .. } = packet else { continue };
            match sending.arrived(now, &streams, timestamp, round_trip) {
                Ok(lost) => {
                    let lost = lost.into_iter().filter(|lost| alone || !sending.is_sound(lost.ssrc));
                    missed.extend(lost.take(MISSED - missed.len().min(MISSED)));
                }
                Err(why) => {
                    tracing::debug!(%why, "report of arrivals refused");
                    metrics::counter!("yunzhen_downlink_reports_refused_total", "why" => why.name()).increment(1);
                }
            }
        }
        shared.leave(&mut state, now);
        drop(state);
        shared.news.notify_one();
    }

    /// Sends what had to wait, and tells the room what the link takes as long as this path, `number` of `connections`, carries the pictures; until the connection ends.
    pub async fn run(self, number: u64, connections: Connections, mut target: watch::Receiver<Target>) {
        let shared = &*self.0;
        let Some(floor) = &shared.floor else { return };
        let mut room: Target = target.borrow_and_update().clone();
        loop {
            let wake = shared.turn(floor, room.as_deref(), connections.carries(number));
            tokio::select! {
                changed = target.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    room = target.borrow_and_update().clone();
                }
                () = shared.news.notified() => {}
                () = clock::until(wake) => {}
                _ = shared.connection.closed() => return,
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }

    /// One turn of [`Downlink::run`]; when the next is due.
    fn turn(&self, floor: &Floor, room: Option<&ExternalHandle>, carries: bool) -> Option<Instant> {
        let now = self.now();
        let mut state = self.lock();
        if state.sending.as_ref().is_some_and(|sending| sending.is_unreported(now)) {
            tracing::debug!("the box does not report arrivals");
            state.sending = None;
            floor.set(0);
        }
        self.leave(&mut state, now);
        let State { sending: Some(sending), missed, is_armed, .. } = &mut *state else { return None };
        let takes = sending.poll(now);
        let (keyframes, missed) = (sending.take_keyframes(), std::mem::take(missed));
        if !carries {
            // Pictures that waited here go by no path: the box asks for them by the other one.
            sending.rest();
        }
        let dropped = sending.take_dropped();
        floor.set(room.map_or(0, |_| sending.floor_bytes(now)));
        let due = sending.due(now);
        *is_armed = due.is_some();
        let total_bps = sending.total_bps();
        drop(state);
        if dropped > 0 {
            metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "late").increment(dropped);
        }
        let room = room?;
        if let Some(takes) = takes.filter(|_| carries) {
            metrics::histogram!("yunzhen_downlink_target_bits_per_second").record(total_bps);
            room.takes(takes);
        }
        let burst = room.burst();
        for slot in (0..32u8).filter(|slot| keyframes & (1u32 << slot) != 0) {
            burst.keyframe_wanted(slot);
        }
        for lost in missed {
            burst.missed(lost.ssrc, lost.sequence);
        }
        drop(burst);
        Some(self.begun + due.map_or(now + LOOK, |due| due.min(now + LOOK)))
    }

    /// Hands quinn what may leave.
    fn leave(&self, state: &mut State, now: Duration) {
        let State { sending: Some(sending), fragmenter, .. } = state else { return };
        let Some(max) = self.connection.max_datagram_size() else { return };
        while let Some(leaving) = sending.pop(now, self.queued()) {
            let flow = match leaving.kind {
                MediaKind::Video => Flow::SlotVideo(leaving.slot),
                MediaKind::Audio => Flow::SlotAudio(leaving.slot),
            };
            let bytes = self.datagrams(fragmenter, flow, &leaving.packet, max);
            sending.sent(now, &leaving, bytes);
        }
    }

    /// Bytes that quinn holds back.
    fn queued(&self) -> usize {
        self.buffer.saturating_sub(self.connection.datagram_send_buffer_space())
    }

    /// Cuts and sends a packet; how many bytes that made.
    fn datagrams(&self, fragmenter: &mut Fragmenter, flow: Flow, packet: &[u8], max: usize) -> usize {
        let datagrams = match fragmenter.datagrams(flow, &[], packet, max) {
            Ok(datagrams) => datagrams,
            Err(error) => {
                tracing::debug!(%error, "packet does not fit the path");
                metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "oversize").increment(1);
                return 0;
            }
        };
        let mut bytes = 0;
        for datagram in datagrams {
            bytes += datagram.len();
            // The path may have shrunk this instant, or the box may be gone: the next packet, or the next connection, will do.
            if self.connection.send_datagram(datagram).is_err() {
                metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "path").increment(1);
            }
        }
        bytes
    }
}

/// What a shard writes to when the box is in a room; never blocks. Sound and feedback go by every path, pictures by the chosen one.
pub fn sink(connections: &Connections) -> Box<dyn ExternalSink> {
    let mut list = connections.watch();
    let paths = list.borrow_and_update().clone();
    paths.iter().for_each(|path| path.downlink.begin());
    Box::new(Sink { connections: connections.clone(), list, paths })
}

#[derive(Debug)]
struct Sink {
    connections: Connections,
    list: watch::Receiver<Vec<Path>>,
    paths: Vec<Path>,
}

impl ExternalSink for Sink {
    fn packet(&mut self, slot: Option<u8>, flow: MediaFlow, packet: Bytes) {
        // Paths come and go rarely: this is a look at a number as long as none did.
        if self.list.has_changed().unwrap_or(false) {
            self.paths.clone_from(&self.list.borrow_and_update());
        }
        if flow != MediaFlow::Video {
            return self.paths.iter().for_each(|path| path.downlink.packet(slot, flow, &packet));
        }
        let chosen = self.connections.picture();
        if let Some(path) = self.paths.iter().find(|path| path.number == chosen).or_else(|| self.paths.first()) {
            path.downlink.packet(slot, flow, &packet);
        }
    }
}

impl Downlink {
    fn packet(&self, slot: Option<u8>, flow: MediaFlow, packet: &Bytes) {
        let shared = &*self.0;
        let (kind, flow) = match (slot, flow) {
            (Some(slot), MediaFlow::Video) => (Some((slot, MediaKind::Video)), Flow::SlotVideo(slot)),
            (Some(slot), MediaFlow::Audio) => (Some((slot, MediaKind::Audio)), Flow::SlotAudio(slot)),
            (Some(slot), MediaFlow::Rtcp) => (None, Flow::SlotFeedback(slot)),
            (None, _) => (None, Flow::Feedback),
        };
        let mut state = shared.lock();
        if let (Some(sending), Some((slot, kind))) = (&mut state.sending, kind) {
            let now = shared.now();
            sending.push(now, slot, kind, packet.clone());
            shared.leave(&mut state, now);
            let waits = state.sending.as_ref().is_some_and(|sending| sending.due(now).is_some());
            if waits && !std::mem::replace(&mut state.is_armed, true) {
                shared.news.notify_one();
            }
            return;
        }
        let Some(max) = shared.connection.max_datagram_size() else { return };
        if matches!(flow, Flow::SlotVideo(_))
            && shared.connection.datagram_send_buffer_space() < packet.len() + KEPT_FOR_SOUND
        {
            metrics::counter!("yunzhen_downlink_dropped_total", "kind" => "video").increment(1);
            return;
        }
        shared.datagrams(&mut state.fragmenter, flow, packet, max);
    }
}
