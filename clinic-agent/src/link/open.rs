//! One connection, from the first byte of its control stream to its end.

use super::route::{Binding, Source};
use super::silence::Silence;
use super::state::Refusal;
use super::transport::{self, CLOSE_PROTOCOL};
use super::{Downlink, Link, LinkEvent, PathId};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::BOX_REPORT_INTERVAL;
use yunzhen_media::congestion::arrivals::Arrivals;
use yunzhen_protocol::control::{self, ControlError, Decoded, FrameReader, RefusedCode, ToBox, ToRelay};
use yunzhen_protocol::fragment::Reassembler;
use yunzhen_protocol::roq::{self, Datagram, Flow};
use yunzhen_protocol::rtcp;
use yunzhen_protocol::rtp::RtpView;
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::clock;

/// How a connection (or the attempt at one) ended.
#[derive(Debug)]
pub enum End {
    /// Gone; dial again.
    Lost(String),
    /// The relay does not want this box, in its words.
    Refused(Refusal, String),
    /// This program is being stopped; `bye` was said.
    Stopped,
}

impl From<quinn::ConnectionError> for End {
    fn from(error: quinn::ConnectionError) -> Self {
        match transport::refusal(&error) {
            Some(refusal) => Self::Refused(refusal, error.to_string()),
            None => Self::Lost(error.to_string()),
        }
    }
}

impl From<quinn::WriteError> for End {
    fn from(error: quinn::WriteError) -> Self {
        match error {
            quinn::WriteError::ConnectionLost(error) => error.into(),
            other => Self::Lost(other.to_string()),
        }
    }
}

impl From<quinn::ReadError> for End {
    fn from(error: quinn::ReadError) -> Self {
        match error {
            quinn::ReadError::ConnectionLost(error) => error.into(),
            other => Self::Lost(other.to_string()),
        }
    }
}

/// The control stream.
pub struct Control {
    connection: quinn::Connection,
    send: quinn::SendStream,
    recv: quinn::RecvStream,
    frames: FrameReader,
}

impl Control {
    /// Opens the stream and says `hello` or `join`.
    pub async fn open(connection: &quinn::Connection, first: &ToRelay) -> Result<Self, End> {
        let (mut send, recv) = connection.open_bi().await?;
        send.write_all(&StreamType::Control.encode()).await?;
        let mut control = Self { connection: connection.clone(), send, recv, frames: FrameReader::new() };
        control.write(first).await?;
        Ok(control)
    }

    async fn write(&mut self, message: &ToRelay) -> Result<(), End> {
        write(&mut self.send, message).await
    }

    /// Waits for the relay's verdict.
    pub async fn answered(&mut self) -> Result<ToBox, End> {
        loop {
            match next(&self.connection, &mut self.recv, &mut self.frames).await? {
                answer @ (ToBox::Welcome { .. } | ToBox::Joined {}) => return Ok(answer),
                ToBox::Refused { code, reason } => return Err(refused(code, reason)),
                // What it says stays out of the log: a room's state names people.
                _ => tracing::debug!("control message before the welcome"),
            }
        }
    }
}

fn refused(code: RefusedCode, reason: String) -> End {
    if code == RefusedCode::UnknownSession {
        // The session ended, or its relay is another one: what has control finds out, and says hello.
        return End::Lost(reason);
    }
    End::Refused(transport::refused(code), reason)
}

async fn write(send: &mut quinn::SendStream, message: &ToRelay) -> Result<(), End> {
    match control::encode(message) {
        Ok(bytes) => Ok(send.write_all(&bytes).await?),
        Err(error) => {
            // Only a device's error sentence is of variable length; losing it is better than losing the link.
            tracing::error!(%error, "control message cannot be encoded");
            Ok(())
        }
    }
}

/// The next known message; unknown types are counted and skipped.
async fn next(
    connection: &quinn::Connection,
    recv: &mut quinn::RecvStream,
    frames: &mut FrameReader,
) -> Result<ToBox, End> {
    let broken = |error: ControlError| {
        tracing::warn!(%error, "the relay's control message cannot be read");
        metrics::counter!("yunzhen_link_control_malformed_total").increment(1);
        connection.close(quinn::VarInt::from_u32(CLOSE_PROTOCOL), b"control message cannot be read");
        End::Lost(error.to_string())
    };
    loop {
        match frames.next_message::<ToBox>().map_err(broken)? {
            Some(Decoded::Message(message)) => return Ok(message),
            Some(Decoded::Unknown { kind }) => {
                tracing::debug!(kind, "control message of a newer relay skipped");
                metrics::counter!("yunzhen_link_control_unknown_total").increment(1);
            }
            None => match recv.read_chunk(16 * 1024, true).await? {
                Some(chunk) => frames.push(&chunk.bytes),
                None => {
                    // A relay that refuses closes the connection right after the stream: prefer its reason.
                    return Err(connection.closed().await.into());
                }
            },
        }
    }
}

/// What a connection is served with.
pub struct Served<'a> {
    /// The link that it is of.
    pub link: &'a Link,
    /// Its path.
    pub path: PathId,
    /// Its sockets.
    pub endpoint: &'a quinn::Endpoint,
    /// Where further sockets are bound.
    pub binding: &'a Binding,
    /// To the media task.
    pub events: &'a mpsc::Sender<LinkEvent>,
    /// The relay is told when datagrams arrive.
    pub reports: bool,
    /// To the tablet's legs.
    pub downlink: &'a mpsc::Sender<Downlink>,
}

/// Serves the connection until it ends: control both ways, datagrams down (when it takes that, the relay is told when they arrive), silence watched. When `soft` is
/// cancelled it says `bye`.
pub async fn serve(
    served: &Served<'_>,
    control: Control,
    mut outgoing: mpsc::Receiver<ToRelay>,
    soft: &CancellationToken,
) -> End {
    let Served { link, path, events, .. } = *served;
    let Control { connection, mut send, mut recv, mut frames } = control;
    let reader = async {
        loop {
            match next(&connection, &mut recv, &mut frames).await {
                Err(end) => return end,
                Ok(ToBox::Refused { code, reason }) => return refused(code, reason),
                Ok(ToBox::Drain { reason }) => tracing::info!(reason, "the relay drains"),
                // Said before another path took over: late, it would undo what was said since.
                Ok(_) if !link.has_control(path) => metrics::counter!("yunzhen_link_control_stale_total").increment(1),
                Ok(message) => {
                    if events.send(LinkEvent::Control(Box::new(message))).await.is_err() {
                        return End::Lost("the program ends".into());
                    }
                }
            }
        }
    };
    let writer = async {
        while let Some(message) = outgoing.recv().await {
            if let Err(end) = write(&mut send, &message).await {
                return end;
            }
        }
        End::Lost("the program ends".into())
    };
    let end = tokio::select! {
        end = reader => Some(end),
        end = writer => Some(end),
        end = datagrams(&connection, served) => Some(end),
        end = watch(served, &connection) => Some(end),
        error = connection.closed() => Some(error.into()),
        () = soft.cancelled() => None,
    };
    if let Some(end) = end {
        return end;
    }
    let bye = async {
        while let Ok(message) = outgoing.try_recv() {
            write(&mut send, &message).await?;
        }
        write(&mut send, &ToRelay::Bye { reason: "the box is being stopped".into() }).await?;
        // Wait until the relay has it: a close overtakes what is still in flight.
        if send.finish().is_ok() {
            let _ = send.stopped().await;
        }
        Ok::<(), End>(())
    };
    if !matches!(tokio::time::timeout(BYE, bye).await, Ok(Ok(()))) {
        tracing::debug!("bye did not reach the relay; the close says the same");
    }
    End::Stopped
}

/// How long a goodbye may take.
const BYE: Duration = Duration::from_millis(500);

async fn datagrams(connection: &quinn::Connection, served: &Served<'_>) -> End {
    let Served { link, path, downlink, reports, .. } = *served;
    let begun = clock::now_instant();
    let mut reassembler = Reassembler::new();
    let mut arrivals = reports.then(|| Arrivals::every(BOX_REPORT_INTERVAL));
    loop {
        let due = arrivals.as_ref().and_then(Arrivals::due).map(|at| begun + at);
        let datagram: Bytes = tokio::select! {
            biased;
            datagram = connection.read_datagram() => match datagram {
                Ok(datagram) => datagram,
                Err(error) => return error.into(),
            },
            () = clock::until(due) => {
                report(connection, begun, arrivals.as_mut(), link.uplink_bps(path));
                continue;
            }
        };
        if let Some(packet) = whole(&mut reassembler, path, datagram) {
            if let Some(arrivals) = &mut arrivals {
                note(arrivals, clock::now_instant().saturating_duration_since(begun), &packet);
            }
            if downlink.try_send(packet).is_err() {
                metrics::counter!("yunzhen_link_downlink_dropped_total").increment(1);
            }
        }
        report(connection, begun, arrivals.as_mut(), link.uplink_bps(path));
    }
}

/// The packet that a datagram holds, or makes whole.
fn whole(reassembler: &mut Reassembler, path: PathId, datagram: Bytes) -> Option<Downlink> {
    let refused = |error: &dyn std::fmt::Display| {
        tracing::trace!(%error, "datagram refused");
        metrics::counter!("yunzhen_link_datagrams_refused_total").increment(1);
    };
    match Datagram::decode(datagram) {
        Ok(Datagram { flow, is_fragment: false, packet }) => Some(Downlink { path, flow, packet }),
        Ok(Datagram { flow, is_fragment: true, packet }) => match reassembler.push(flow, packet) {
            Ok(whole) => whole.map(|packet| Downlink { path, flow, packet }),
            Err(error) => {
                refused(&error);
                None
            }
        },
        Err(error) => {
            refused(&error);
            None
        }
    }
}

/// Notes when a participant's packet arrived.
fn note(arrivals: &mut Arrivals, at: Duration, Downlink { flow, packet, .. }: &Downlink) {
    let (slot, kind) = match flow {
        Flow::SlotVideo(slot) => (*slot, MediaKind::Video),
        Flow::SlotAudio(slot) => (*slot, MediaKind::Audio),
        Flow::Video | Flow::Audio | Flow::Feedback | Flow::Repair | Flow::LowVideo | Flow::SlotFeedback(_) => return,
    };
    if let Ok(view) = RtpView::parse(packet) {
        arrivals.slot_arrived(at, slot, kind, view.header());
    }
}

/// Tells the relay what arrived, if that is due, as often as the way up has room for. A report that is lost is repeated by the next.
fn report(connection: &quinn::Connection, begun: Instant, arrivals: Option<&mut Arrivals>, up_bps: Option<u32>) {
    let now = clock::now_instant().saturating_duration_since(begun);
    let Some(arrivals) = arrivals else { return };
    arrivals.way_back(up_bps);
    let Some(report) = arrivals.report(now) else { return };
    let mut datagram = Vec::with_capacity(256);
    roq::write_flow_id(Flow::Feedback, &mut datagram);
    rtcp::write(&report, &mut datagram);
    if let Err(error) = connection.send_datagram(datagram.into()) {
        tracing::trace!(%error, "report of arrivals not sent");
    }
}

async fn watch(served: &Served<'_>, connection: &quinn::Connection) -> End {
    let Served { link, path, endpoint, binding, events, .. } = *served;
    let begun = clock::now_instant();
    let at = |now: Instant| now.saturating_duration_since(begun);
    let mut silence = Silence::new(connection.stats().udp_rx.datagrams, Duration::ZERO);
    let (mut silent, mut source, mut turn) = (false, Source::default(), 0u32);
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let fell_silent = silence.observe(connection.stats().udp_rx.datagrams, at(clock::now_instant()));
        let moved = turn.is_multiple_of(SOURCE_EVERY) && source.observe(binding.source(connection.remote_address()));
        turn = turn.wrapping_add(1);
        if fell_silent || moved {
            match rebind(endpoint, binding) {
                Ok(()) => {
                    tracing::info!(
                        path = path.0,
                        moved,
                        "the path is silent or its address is another: trying another local port"
                    );
                    metrics::counter!("yunzhen_link_rebinds_total", "why" => if moved { "address" } else { "silence" })
                        .increment(1);
                }
                // The old socket stays; the idle timeout decides.
                Err(error) => tracing::warn!(%error, "no other local port could be had"),
            }
        }
        if silent != silence.is_silent() {
            silent = silence.is_silent();
            for event in link.heard(path, !silent) {
                if events.send(event).await.is_err() {
                    return End::Lost("the program ends".into());
                }
            }
        }
    }
}

/// How often a connection is looked at, and after how many looks its local address is.
const TICK: Duration = Duration::from_millis(100);
const SOURCE_EVERY: u32 = 10;

/// Gives the endpoint a fresh socket of the same address family and binding.
pub fn rebind(endpoint: &quinn::Endpoint, binding: &Binding) -> std::io::Result<()> {
    // A named address stays; where the kernel chooses, the endpoint is bound to none.
    let local = endpoint.local_addr()?;
    endpoint.rebind(binding.bound(local.ip())?)
}
