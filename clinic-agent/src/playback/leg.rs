//! One tablet's peer connection: slots out as tracks, its own camera and microphone in.

use super::offer::{self, Offer};
use super::outgoing::{Delivery, Downstream, Lane, Tracks, codec_of};
use super::tap::{self, KeyframeTap};
use super::{LegError, LegId};
use crate::outbox::TabletPacket;
use rtc::interceptor::{ReceiverReportBuilder, Slot};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate;
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceCandidateInit,
    RTCIceGatheringState, RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder,
    configure_nack, configure_twcc_receiver_only,
};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_media::{Codec, MediaKind, PayloadTypes};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_protocol::sdpfrag::SdpFragment;
use yunzhen_runtime::Lifecycle;

/// Downlink packets that may wait for one tablet; newest are dropped when it is full, and counted.
const PACKET_QUEUE: usize = 512;
/// Host candidates are there at once; a machine without any address is told so instead of hanging.
const GATHERING: Duration = Duration::from_secs(3);
/// Silent for this long: shown as lost ...
const DISCONNECTED: Duration = Duration::from_secs(10);
/// ... and gone after this much more.
const FAILED: Duration = Duration::from_secs(20);
/// The home network's router keeps its table entry, and a dead tablet is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(2);

/// What happens to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegEvent {
    /// Media can flow.
    Connected(LegId),
    /// The tablet is gone without a word.
    Lost(LegId),
    /// Its page listens to the room.
    StreamOpened(LegId),
    /// One of its page's streams ended.
    StreamEnded(LegId),
}

/// Where a leg reports to.
#[derive(Clone)]
pub struct Hooks {
    /// The tablet's own media.
    pub media: mpsc::Sender<TabletPacket>,
    /// Lanes whose picture a tablet cannot decode.
    pub keyframes: mpsc::Sender<Lane>,
    /// Its life.
    pub events: mpsc::Sender<LegEvent>,
}

/// One tablet.
pub struct Leg {
    /// Its name.
    pub id: LegId,
    /// What it takes part in.
    pub consultation_id: ConsultationId,
    /// What it asked for.
    pub offer: Offer,
    peer: Arc<dyn PeerConnection>,
    offered: Mutex<String>,
    packets: mpsc::Sender<Downstream>,
    shared: Arc<Shared>,
}

/// A page's event stream.
pub struct Listening {
    id: LegId,
    events: mpsc::Sender<LegEvent>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Where the queue is full, the peer connection tells that the tablet is gone, half a minute later.
        if self.events.try_send(LegEvent::StreamEnded(self.id)).is_err() {
            tracing::debug!(leg = %self.id, "the end of a stream was told to nobody");
        }
    }
}

struct Shared {
    id: LegId,
    hooks: Hooks,
    life: Lifecycle,
    closed: CancellationToken,
    connected: AtomicBool,
    /// Whether anything came since the last look.
    heard: Arc<AtomicBool>,
    gathered: Notify,
    /// The tablet's camera, once its first packet came, with its SSRC.
    camera: Mutex<Option<(Arc<dyn TrackRemote>, u32)>>,
}

impl Leg {
    /// Answers an offer. The answer holds all candidates.
    pub async fn answer(
        life: &Lifecycle,
        addresses: &[IpAddr],
        id: LegId,
        consultation_id: ConsultationId,
        sdp: String,
        preview: bool,
        hooks: Hooks,
    ) -> Result<(Self, String), LegError> {
        let shape = offer::read(&sdp, preview)?;
        let (wanted_tx, wanted) = mpsc::channel(32);
        let shared = Arc::new(Shared {
            id,
            hooks,
            life: life.clone(),
            closed: CancellationToken::new(),
            connected: AtomicBool::new(false),
            heard: Arc::default(),
            gathered: Notify::new(),
            camera: Mutex::new(None),
        });
        let peer = build(addresses, Arc::clone(&shared), wanted_tx).await?;
        let description = RTCSessionDescription::offer(sdp.clone())?;
        peer.set_remote_description(description).await.map_err(|error| LegError::Offer(error.to_string()))?;
        let added = Tracks::add(peer.as_ref(), id, shape.pairs).await?;
        let answer = peer.create_answer(None).await?;
        peer.set_local_description(answer).await?;
        tokio::time::timeout(GATHERING, shared.gathered.notified())
            .await
            .map_err(|_| LegError::Offer("no address of this box is reachable; check [page] media_addresses".into()))?;
        let answer = local_sdp(peer.as_ref()).await?;
        let tracks = Tracks::negotiated(shape, added).await?;
        let (packets, queue) = mpsc::channel(PACKET_QUEUE);
        let lanes = tracks.lanes();
        life.spawn_contained("tablet downlink", write(Arc::clone(&shared), tracks, queue));
        life.spawn_contained("tablet keyframe requests", requests(Arc::clone(&shared), lanes, wanted));
        Ok((Self { id, consultation_id, offer: shape, peer, offered: Mutex::new(sdp), packets, shared }, answer))
    }

    /// Hands one packet to the leg; dropped when the tablet does not keep up.
    pub fn send(&self, packet: Downstream) {
        if self.shared.connected.load(Ordering::Relaxed) && self.packets.try_send(packet).is_err() {
            metrics::counter!("yunzhen_playback_dropped_total").increment(1);
        }
    }

    /// Whether media can flow.
    pub fn is_connected(&self) -> bool {
        self.shared.connected.load(Ordering::Relaxed)
    }

    /// Whether media or reports came since the last call.
    pub fn was_heard(&self) -> bool {
        self.shared.heard.swap(false, Ordering::Relaxed)
    }

    /// The page listens to the room from now on, until the listening is dropped.
    pub async fn listen(&self) -> Listening {
        let (id, events) = (self.id, self.shared.hooks.events.clone());
        if events.send(LegEvent::StreamOpened(id)).await.is_err() {
            tracing::debug!(leg = %id, "nobody listens to legs any more");
        }
        Listening { id, events }
    }

    /// Takes a trickle fragment; `Some` is the answer to an ICE restart.
    pub async fn patch(&self, fragment: &str) -> Result<Option<String>, LegError> {
        let unusable = |error: &dyn std::fmt::Display| LegError::Fragment(error.to_string());
        let fragment = SdpFragment::parse(fragment).map_err(|error| unusable(&error))?;
        let offered = self.offered.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let current = offer::credentials(&offered);
        let restart = match (&fragment.ufrag, &fragment.pwd) {
            (Some(ufrag), Some(password)) if current.is_some_and(|(known, _)| known != ufrag) => {
                Some((ufrag, password))
            }
            _ => None,
        };
        let answer = match restart {
            None => None,
            Some((ufrag, password)) => {
                let sdp = offer::with_credentials(&offered, ufrag, password);
                self.peer.set_remote_description(RTCSessionDescription::offer(sdp.clone())?).await?;
                let answer = self.peer.create_answer(None).await?;
                self.peer.set_local_description(answer).await?;
                *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = sdp;
                Some(fragment_of(&local_sdp(self.peer.as_ref()).await?))
            }
        };
        for candidate in fragment.candidates {
            // This box does not resolve mDNS names; the tablet's checks tell its address (peer-reflexive).
            if candidate.candidate.contains(".local ") {
                continue;
            }
            let init =
                RTCIceCandidateInit { candidate: candidate.candidate, sdp_mid: candidate.mid, ..Default::default() };
            if let Err(error) = self.peer.add_ice_candidate(init).await {
                tracing::debug!(leg = %self.id, %error, "candidate not used");
            }
        }
        Ok(answer)
    }

    /// Asks the tablet's camera for a key frame.
    pub async fn request_keyframe(&self) {
        self.feedback(|media_ssrc| Box::new(PictureLossIndication { sender_ssrc: 0, media_ssrc })).await;
    }

    /// Tells the tablet's encoder how fast it may send.
    pub async fn limit(&self, video_bps: u32) {
        self.feedback(|ssrc| {
            Box::new(ReceiverEstimatedMaximumBitrate { sender_ssrc: 0, bitrate: video_bps as f32, ssrcs: vec![ssrc] })
        })
        .await;
    }

    async fn feedback(&self, packet: impl FnOnce(u32) -> Box<dyn rtc::rtcp::Packet>) {
        let camera = self.shared.camera.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((track, ssrc)) = camera
            && let Err(error) = track.write_rtcp(vec![packet(ssrc)]).await
        {
            tracing::debug!(leg = %self.id, %error, "feedback to the tablet failed");
        }
    }

    /// Ends the leg; nothing more is reported of it.
    pub async fn close(&self) {
        self.shared.closed.cancel();
        if let Err(error) = self.peer.close().await {
            tracing::debug!(leg = %self.id, %error, "closing the peer connection");
        }
    }
}

async fn build(
    addresses: &[IpAddr],
    shared: Arc<Shared>,
    wanted: mpsc::Sender<u32>,
) -> Result<Arc<dyn PeerConnection>, LegError> {
    let mut media = media_engine()?;
    let registry = configure_nack(Registry::new(), &mut media);
    let registry = configure_twcc_receiver_only(registry, &mut media)?;
    // Sender reports are the sources' own, see `outgoing`.
    let registry = registry
        .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
        .with(Slot::from(tap::SLOT), KeyframeTap::new(wanted, shared.heard.clone()));
    let loopback = addresses.iter().any(IpAddr::is_loopback);
    let settings = SettingEngineBuilder::new()
        // The tablet is on the same network: it checks, this box answers.
        .with_lite(true)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(loopback)
        .with_ice_timeouts(Some(DISCONNECTED), Some(FAILED), Some(KEEP_ALIVE))
        .build();
    let addresses: Vec<SocketAddr> = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
    let peer = PeerConnectionBuilder::new()
        .with_media_engine(media)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .with_handler(Arc::new(Handler(shared)))
        .with_udp_addrs(addresses)
        .build()
        .await?;
    Ok(Arc::new(peer))
}

/// H.264 first: that is what the box's own cameras send, and what the tablet then sends too.
fn media_engine() -> Result<MediaEngine, LegError> {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
    let video = |mime: &str, fmtp: &str, payload_type| RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback: vec![feedback("goog-remb", ""), feedback("ccm", "fir")],
        },
        payload_type,
    };
    let h264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    let opus = RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
            rtcp_feedback: vec![],
        },
        payload_type: payload_type::OPUS,
    };
    let mut media = MediaEngine::default();
    media.register_codec(opus, RtpCodecKind::Audio)?;
    media.register_codec(video(MIME_TYPE_H264, h264, payload_type::H264), RtpCodecKind::Video)?;
    media.register_codec(video(MIME_TYPE_VP8, "", payload_type::VP8), RtpCodecKind::Video)?;
    Ok(media)
}

async fn local_sdp(peer: &dyn PeerConnection) -> Result<String, LegError> {
    match peer.local_description().await {
        Some(description) => Ok(description.sdp),
        None => Err(LegError::Offer("no answer could be made".into())),
    }
}

/// The part of an answer that changes with an ICE restart, as a fragment (RFC 8840).
fn fragment_of(sdp: &str) -> String {
    let mut fragment = String::new();
    for line in sdp.lines().take_while({
        let mut media_lines = 0;
        move |line| {
            media_lines += usize::from(line.starts_with("m="));
            media_lines <= 1
        }
    }) {
        let wanted = ["a=ice-", "m=", "a=mid:", "a=candidate:", "a=end-of-candidates"];
        if wanted.iter().any(|prefix| line.starts_with(prefix)) {
            fragment.push_str(line);
            fragment.push_str("\r\n");
        }
    }
    fragment
}

async fn write(shared: Arc<Shared>, mut tracks: Tracks, mut queue: mpsc::Receiver<Downstream>) {
    loop {
        let downstream = tokio::select! {
            downstream = queue.recv() => match downstream {
                Some(downstream) => downstream,
                None => return,
            },
            () = shared.closed.cancelled() => return,
            () = shared.life.hard().cancelled() => return,
        };
        match tracks.deliver(downstream).await {
            Delivery::Done => {}
            // A full queue holds requests enough.
            Delivery::NeedsKeyframe(lane) => drop(shared.hooks.keyframes.try_send(lane)),
            Delivery::Gone => return,
        }
    }
}

/// Turns the SSRC of a picture that could not be decoded into its lane.
async fn requests(shared: Arc<Shared>, lanes: Vec<(u32, Lane)>, mut wanted: mpsc::Receiver<u32>) {
    loop {
        let ssrc = tokio::select! {
            ssrc = wanted.recv() => match ssrc {
                Some(ssrc) => ssrc,
                None => return,
            },
            () = shared.closed.cancelled() => return,
            () = shared.life.hard().cancelled() => return,
        };
        if let Some((_, lane)) = lanes.iter().find(|(known, _)| *known == ssrc) {
            let _ = shared.hooks.keyframes.try_send(*lane);
        }
    }
}

struct Handler(Arc<Shared>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.0.gathered.notify_one();
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let shared = &self.0;
        tracing::debug!(leg = %shared.id, %state, "tablet");
        let event = match state {
            RTCPeerConnectionState::Connected if !shared.connected.swap(true, Ordering::Relaxed) => {
                LegEvent::Connected(shared.id)
            }
            RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed if !shared.closed.is_cancelled() => {
                LegEvent::Lost(shared.id)
            }
            _ => return,
        };
        // The queue is read by one task that never waits for a leg.
        if shared.hooks.events.send(event).await.is_err() {
            tracing::debug!(leg = %shared.id, "nobody listens to legs any more");
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let shared = Arc::clone(&self.0);
        self.0.life.spawn_contained("tablet uplink", read(shared, track));
    }
}

/// The tablet's own media, with the payload types fixed between box and relay.
async fn read(shared: Arc<Shared>, track: Arc<dyn TrackRemote>) {
    let kind = match track.kind().await {
        RtpCodecKind::Audio => MediaKind::Audio,
        RtpCodecKind::Video => MediaKind::Video,
        _ => return,
    };
    let mut source: Option<(u32, Option<Codec>)> = None;
    loop {
        let event = tokio::select! {
            event = track.poll() => event,
            () = shared.closed.cancelled() => return,
            () = shared.life.hard().cancelled() => return,
        };
        let packet = match event {
            Some(TrackRemoteEvent::OnRtpPacket(packet)) => packet,
            Some(TrackRemoteEvent::OnEnded) | None => return,
            Some(_) => continue,
        };
        let ssrc = packet.header.ssrc;
        let codec = match source {
            Some((known, codec)) if known == ssrc => codec,
            _ => {
                let codec = track.codec(ssrc).await.and_then(|codec| codec_of(&codec.mime_type));
                source = Some((ssrc, codec));
                if kind == MediaKind::Video {
                    *shared.camera.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&track), ssrc));
                }
                codec
            }
        };
        // A padding packet carries no media; the relay has no use for it.
        let Some(payload_type) = codec.and_then(|codec| PayloadTypes::BOX.number(codec)) else { continue };
        let packet = RtpPacket {
            header: RtpHeader {
                marker: packet.header.marker,
                payload_type,
                sequence: packet.header.sequence_number,
                timestamp: packet.header.timestamp,
                ssrc,
            },
            payload: packet.payload,
        };
        if shared.hooks.media.try_send(TabletPacket { kind, packet }).is_err() {
            metrics::counter!("yunzhen_tablet_packets_dropped_total").increment(1);
        }
    }
}
