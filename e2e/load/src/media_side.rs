//! The media side of the relay in a process of its own: quinn as in the relay's uplink, the shards, and a line-by-line control socket in place
//! of HTTP, so that what is measured is media and nothing else.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use futures_util::FutureExt as _;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Endpoint, EndpointConfig, TransportConfig};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use uuid::Uuid;
use yunzhen_protocol::room::{AudioState, Camera, ParticipantId, ParticipantKind, VideoState};
use yunzhen_protocol::{roq, rtcp};
use yunzhen_rtc::{
    ConnectLeg, ExternalConfig, ExternalSink, Intake, LegDirection, MAX_BURST, MediaFlow, NewParticipant, QuicRuntime,
    RoomHandle, Shards, ShardsConfig,
};

use yunzhen_runtime::clock;

use crate::source::{AUDIO_SSRC, VIDEO_SSRC};

/// Where it listens.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ready {
    pub control: std::net::SocketAddr,
    pub quic: std::net::SocketAddr,
}

/// A request on the control socket.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    Room,
    Offer { room: Uuid, sdp: String },
}

/// Its answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reply {
    pub room: Option<Uuid>,
    pub sdp: Option<String>,
    pub error: Option<String>,
}

type Rooms = Arc<Mutex<HashMap<Uuid, RoomHandle>>>;

struct Nowhere;

impl ExternalSink for Nowhere {
    fn packet(&mut self, _: Option<u8>, _: MediaFlow, _: Bytes) {}
}

pub fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(serve())
}

async fn serve() -> anyhow::Result<()> {
    let shards = Arc::new(Shards::start(ShardsConfig::new("127.0.0.1:0".parse()?)?)?);
    let rooms = Rooms::default();
    let certified = rcgen::generate_simple_self_signed(vec!["relay".to_owned()])?;
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
        .map_err(anyhow::Error::msg)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)?;
    tls.alpn_protocols = vec![yunzhen_protocol::ALPN.to_vec()];
    let mut transport = TransportConfig::default();
    transport
        .congestion_controller_factory(Arc::new(quinn::congestion::BbrConfig::default()))
        .initial_mtu(1200)
        .datagram_send_buffer_size(16 * 1024)
        .datagram_receive_buffer_size(Some(512 * 1024))
        .keep_alive_interval(Some(Duration::from_secs(1)));
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    config.transport_config(Arc::new(transport));
    let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    socket2::SockRef::from(&socket).set_recv_buffer_size(8 << 20)?;
    let endpoint = Endpoint::new(EndpointConfig::default(), Some(config), socket, Arc::new(QuicRuntime))?;
    let control = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let ready = Ready { control: control.local_addr()?, quic: endpoint.local_addr()? };
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "READY {}", serde_json::to_string(&ready)?)?;
        out.flush()?;
    }
    let boxes = rooms.clone();
    tokio::spawn(async move {
        while let Some(incoming) = endpoint.accept().await {
            tokio::spawn(a_box(incoming, boxes.clone()));
        }
    });
    let (stream, _) = control.accept().await?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        let reply = match answer(serde_json::from_str(&line)?, &shards, &rooms).await {
            Ok(reply) => reply,
            Err(error) => Reply { room: None, sdp: None, error: Some(error.to_string()) },
        };
        write.write_all(format!("{}\n", serde_json::to_string(&reply)?).as_bytes()).await?;
    }
    Ok(())
}

async fn answer(request: Request, shards: &Shards, rooms: &Rooms) -> anyhow::Result<Reply> {
    let mut reply = Reply { room: None, sdp: None, error: None };
    match request {
        Request::Room => {
            let id = Uuid::from_u128(rooms.lock().map_or(0, |rooms| rooms.len() as u128) + 1);
            let (room, mut events) = shards.open_room(id).await?;
            tokio::spawn(async move { while events.recv().await.is_some() {} });
            rooms.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.insert(id, room);
            reply.room = Some(id);
        }
        Request::Offer { room, sdp } => {
            let handle =
                rooms.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.get(&room).cloned().context("no such room")?;
            let viewers = handle.state().borrow().participants().len() as u128;
            let id = ParticipantId(Uuid::from_u128(viewers + 1));
            let participant = NewParticipant { id, kind: ParticipantKind::Observer, display_name: "viewer".to_owned() };
            let leg =
                ConnectLeg { participant, offer: sdp, replaces: None, direction: LegDirection::Watch, watch: None };
            reply.sdp = Some(handle.connect(leg).await?.sdp);
        }
    }
    Ok(reply)
}

/// One box: names its room, then sends datagrams. As in the relay's uplink.
async fn a_box(incoming: quinn::Incoming, rooms: Rooms) -> anyhow::Result<()> {
    let connection = incoming.await?;
    let (mut send, mut receive) = connection.accept_bi().await?;
    let name = receive.read_to_end(64).await?;
    let id: Uuid = std::str::from_utf8(&name)?.parse()?;
    let room = rooms.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.get(&id).cloned().context("no such room")?;
    let config = ExternalConfig {
        audio: AudioState::On,
        video: VideoState::On,
        camera: Some(Camera::Room),
        video_ssrc: VIDEO_SSRC,
        audio_ssrc: AUDIO_SSRC,
        low_ssrc: None,
    };
    let participant =
        NewParticipant { id: ParticipantId(Uuid::max()), kind: ParticipantKind::Home, display_name: "home".to_owned() };
    let handle = room.join_external(participant, config, Box::new(Nowhere)).await?;
    send.write_all(b"in").await?;
    send.finish()?;
    let mut intake = Intake::default();
    let begun = clock::now_instant();
    loop {
        let first = connection.read_datagram().await?;
        let more = std::iter::from_fn(|| connection.read_datagram().now_or_never()?.ok());
        let at = clock::now_instant().saturating_duration_since(begun);
        let burst = handle.burst();
        for datagram in std::iter::once(first).chain(more).take(MAX_BURST) {
            intake.take(&burst, at, datagram)?;
        }
        drop(burst);
        if let Some(report) = intake.arrivals().report(at) {
            let mut datagram = Vec::with_capacity(256);
            roq::write_flow_id(roq::Flow::Feedback, &mut datagram);
            rtcp::write(&report, &mut datagram);
            connection.send_datagram(datagram.into())?;
        }
    }
}
