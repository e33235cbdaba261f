//! The other side of a leg, sans-IO: a client that offers, connects and sends and receives RTP. For tests and load only; a
//! browser does the same with more care.
//!
//! Its payload types are not the relay's on purpose, so that nothing works by accident without mapping.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::interceptor::{
    NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder, Registry, SenderReportBuilder, Slot,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use yunzhen_media::MediaKind;

use crate::config::DtlsCertificate;
use crate::peer::FeedbackTap;
use crate::sdp::Direction;

/// The client's payload type for H.264.
pub const H264: u8 = 125;
/// The client's payload type for Opus.
pub const OPUS: u8 = 109;
/// The client's payload type for redundant audio, where it takes it.
pub const RED: u8 = 106;
const H264_RTX: u8 = 107;

/// Something of the client's library failed.
#[derive(Debug, thiserror::Error)]
#[error("client: {0}")]
pub struct ClientError(#[from] rtc::shared::error::Error);

/// What a client got.
#[derive(Debug, Clone)]
pub enum Got {
    /// ICE and DTLS are up.
    Connected,
    /// The relay said goodbye.
    Closed,
    /// A packet on an m-line.
    Rtp {
        /// Place of the m-line in the offer.
        line: usize,
        /// Sequence number.
        sequence: u16,
        /// The client's payload type.
        payload_type: u8,
        /// Media clock.
        timestamp: u32,
        /// Last of a frame.
        marker: bool,
        /// Payload.
        payload: Bytes,
    },
    /// The relay asks for a keyframe.
    KeyframeWanted,
}

/// See the module.
pub struct Client {
    core: RTCPeerConnection,
    local: SocketAddr,
    ssrcs: Vec<Option<u32>>,
    remote_ssrcs: Vec<Option<u32>>,
    connected: bool,
    closed: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("local", &self.local).finish()
    }
}

fn codec(kind: MediaKind) -> RTCRtpCodecParameters {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
    match kind {
        MediaKind::Audio => RTCRtpCodecParameters {
            rtp_codec: RTCRtpCodec {
                mime_type: "audio/opus".to_owned(),
                clock_rate: 48_000,
                channels: 2,
                sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
                rtcp_feedback: vec![],
            },
            payload_type: OPUS,
        },
        MediaKind::Video => RTCRtpCodecParameters {
            rtp_codec: RTCRtpCodec {
                mime_type: "video/H264".to_owned(),
                clock_rate: 90_000,
                channels: 0,
                sdp_fmtp_line: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f".to_owned(),
                rtcp_feedback: vec![feedback("nack", ""), feedback("nack", "pli"), feedback("ccm", "fir")],
            },
            payload_type: H264,
        },
    }
}

const fn library_kind(kind: MediaKind) -> RtpCodecKind {
    match kind {
        MediaKind::Audio => RtpCodecKind::Audio,
        MediaKind::Video => RtpCodecKind::Video,
    }
}

fn core(
    now: Instant,
    local: SocketAddr,
    certificate: &DtlsCertificate,
    nacks: bool,
    red: bool,
) -> Result<RTCPeerConnection, ClientError> {
    let mut engine = MediaEngine::default();
    engine.register_codec(codec(MediaKind::Audio), RtpCodecKind::Audio)?;
    engine.register_codec(codec(MediaKind::Video), RtpCodecKind::Video)?;
    if red {
        let rtp_codec = RTCRtpCodec {
            mime_type: "audio/red".to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: format!("{OPUS}/{OPUS}"),
            rtcp_feedback: vec![],
        };
        engine.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type: RED }, RtpCodecKind::Audio)?;
    }
    if nacks {
        let rtp_codec = RTCRtpCodec {
            mime_type: "video/rtx".to_owned(),
            clock_rate: 90_000,
            sdp_fmtp_line: format!("apt={H264}"),
            ..Default::default()
        };
        engine.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type: H264_RTX }, RtpCodecKind::Video)?;
    }
    let mut registry = Registry::new()
        .with(Slot::from(FeedbackTap::SLOT), FeedbackTap::all())
        .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
        .with(Slot::SenderReport, SenderReportBuilder::new().build());
    if nacks {
        let generator = NackGeneratorBuilder::new().with_interval(Duration::from_millis(20)).with_size(1024);
        registry = registry
            .with(Slot::NackGenerator, generator.build())
            .with(Slot::NackResponder, NackResponderBuilder::new().with_size(1024).build());
    }
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_srtp_replay_protection_window(1024)
        .build();
    let mut core = RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().with_certificates(vec![certificate.0.clone()]).build())
        .with_media_engine(engine)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .build(now)?;
    core.add_local_candidate(RTCIceCandidateInit {
        candidate: format!("candidate:1 1 udp 2130706431 {} {} typ host", local.ip(), local.port()),
        ..Default::default()
    })?;
    Ok(core)
}

/// The SSRC that each section names first.
fn remote_ssrcs(sdp: &str) -> Vec<Option<u32>> {
    let mut ssrcs: Vec<Option<u32>> = Vec::new();
    for line in sdp.lines() {
        if line.starts_with("m=") {
            ssrcs.push(None);
        }
        if let (Some(rest), Some(last @ None)) = (line.strip_prefix("a=ssrc:"), ssrcs.last_mut()) {
            *last = rest.split_ascii_whitespace().next().and_then(|ssrc| ssrc.parse().ok());
        }
    }
    ssrcs
}

impl Client {
    /// A client at a local address, with m-lines in this order, and its offer. `nacks` asks for and answers lost packets.
    pub fn offer(
        now: Instant,
        local: SocketAddr,
        certificate: &DtlsCertificate,
        lines: &[(MediaKind, Direction)],
        nacks: bool,
    ) -> Result<(Self, String), ClientError> {
        Self::offer_of(now, local, certificate, lines, nacks, false)
    }

    /// As [`Self::offer`] with `nacks`, of a client that takes redundant audio (RFC 2198), as Chromium does.
    pub fn offer_with_red(
        now: Instant,
        local: SocketAddr,
        certificate: &DtlsCertificate,
        lines: &[(MediaKind, Direction)],
    ) -> Result<(Self, String), ClientError> {
        Self::offer_of(now, local, certificate, lines, true, true)
    }

    fn offer_of(
        now: Instant,
        local: SocketAddr,
        certificate: &DtlsCertificate,
        lines: &[(MediaKind, Direction)],
        nacks: bool,
        red: bool,
    ) -> Result<(Self, String), ClientError> {
        let mut core = core(now, local, certificate, nacks, red)?;
        let mut ssrcs = Vec::with_capacity(lines.len());
        for (place, (kind, direction)) in lines.iter().enumerate() {
            let ssrc = direction.client_sends().then(|| u32::from_be_bytes(crate::clock::random()) | 1);
            let init = |direction| RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
            match (ssrc, direction) {
                (Some(ssrc), direction) => {
                    let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() };
                    let encoding = RTCRtpEncodingParameters {
                        rtp_coding_parameters: coding,
                        codec: codec(*kind).rtp_codec,
                        ..Default::default()
                    };
                    let name = format!("line-{place}");
                    let track =
                        MediaStreamTrack::new(name.clone(), name.clone(), name, library_kind(*kind), vec![encoding]);
                    let direction = match direction {
                        Direction::SendOnly => RTCRtpTransceiverDirection::Sendonly,
                        _ => RTCRtpTransceiverDirection::Sendrecv,
                    };
                    core.add_transceiver_from_track(track, Some(init(direction)))?;
                }
                (None, _) => {
                    let init = init(RTCRtpTransceiverDirection::Recvonly);
                    core.add_transceiver_from_kind(library_kind(*kind), Some(init))?;
                }
            }
            ssrcs.push(ssrc);
        }
        let offer = core.create_offer(None)?;
        let text = offer.sdp.clone();
        core.set_local_description(now, offer)?;
        let remote_ssrcs = Vec::new();
        Ok((Self { core, local, ssrcs, remote_ssrcs, connected: false, closed: false }, text))
    }

    /// A client that only receives what another server offers, and its answer.
    pub fn accept(
        now: Instant,
        local: SocketAddr,
        certificate: &DtlsCertificate,
        offer: &str,
    ) -> Result<(Self, String), ClientError> {
        let core = core(now, local, certificate, false, false)?;
        let (ssrcs, remote_ssrcs) = (Vec::new(), remote_ssrcs(offer));
        let mut client = Self { core, local, ssrcs, remote_ssrcs, connected: false, closed: false };
        client.core.set_remote_description(now, RTCSessionDescription::offer(offer.to_owned())?)?;
        let answer = client.core.create_answer(None)?;
        let text = answer.sdp.clone();
        client.core.set_local_description(now, answer)?;
        Ok((client, text))
    }

    /// A new offer that restarts ICE; only its credentials are of interest.
    pub fn restart(&mut self, now: Instant) -> Result<String, ClientError> {
        self.core.restart_ice();
        let offer = self.core.create_offer(None)?;
        let text = offer.sdp.clone();
        self.core.set_local_description(now, offer)?;
        Ok(text)
    }

    /// Takes the relay's answer.
    pub fn answer(&mut self, now: Instant, answer: &str) -> Result<(), ClientError> {
        self.remote_ssrcs = remote_ssrcs(answer);
        self.core.set_remote_description(now, RTCSessionDescription::answer(answer.to_owned())?)?;
        Ok(())
    }

    /// Takes a datagram.
    pub fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8], mut got: impl FnMut(Got)) {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = BytesMut::from(datagram);
        // What is no packet of this session is dropped, as a browser does.
        let _ = self.core.handle_read(TaggedBytesMut { now, transport, message });
        while let Some(message) = self.core.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => {
                    let line = self.remote_ssrcs.iter().position(|ssrc| *ssrc == Some(packet.header.ssrc));
                    if let Some(line) = line {
                        got(Got::Rtp {
                            line,
                            sequence: packet.header.sequence_number,
                            payload_type: packet.header.payload_type,
                            timestamp: packet.header.timestamp,
                            marker: packet.header.marker,
                            payload: packet.payload,
                        });
                    }
                }
                RTCMessage::RtcpPacket(_, packets) => {
                    let wanted = packets.iter().any(|packet| packet.as_any().is::<PictureLossIndication>());
                    if wanted {
                        got(Got::KeyframeWanted);
                    }
                }
                _ => {}
            }
        }
        self.events(&mut got);
    }

    fn events(&mut self, got: &mut impl FnMut(Got)) {
        while let Some(event) = self.core.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) = event
                && !std::mem::replace(&mut self.connected, true)
            {
                got(Got::Connected);
            }
        }
        if !self.closed && crate::peer::dtls_is_closed(&mut self.core) {
            self.closed = true;
            got(Got::Closed);
        }
    }

    /// Runs what is due.
    pub fn handle_timeout(&mut self, now: Instant, mut got: impl FnMut(Got)) -> Result<(), ClientError> {
        self.core.handle_timeout(now)?;
        self.events(&mut got);
        Ok(())
    }

    /// When the next is due.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.core.poll_timeout()
    }

    /// The next datagram and where it goes.
    pub fn poll_transmit(&mut self) -> Option<(SocketAddr, BytesMut)> {
        self.core.poll_write().map(|message| (message.transport.peer_addr, message.message))
    }

    /// Whether media can flow.
    pub const fn is_connected(&self) -> bool {
        self.connected && !self.closed
    }

    /// Sends a packet on an m-line that sends.
    pub fn send(
        &mut self,
        now: Instant,
        line: usize,
        place: (u16, u32, bool),
        payload: Bytes,
    ) -> Result<(), ClientError> {
        // Lines come in pairs, sound first.
        self.send_as(now, line, if line.is_multiple_of(2) { OPUS } else { H264 }, place, payload)
    }

    /// As [`Self::send`], with a payload type.
    pub fn send_as(
        &mut self,
        now: Instant,
        line: usize,
        payload_type: u8,
        (sequence_number, timestamp, marker): (u16, u32, bool),
        payload: Bytes,
    ) -> Result<(), ClientError> {
        let Some(ssrc) = self.ssrcs.get(line).copied().flatten() else { return Ok(()) };
        let header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type,
            sequence_number,
            timestamp,
            ssrc,
            ..Default::default()
        };
        let message = RTCMessage::RtpPacket(String::new(), rtc::rtp::Packet { header, payload });
        Ok(self.core.handle_write(TaggedRTCMessage { now, message })?)
    }

    /// Asks for a keyframe on an m-line.
    pub fn request_keyframe(&mut self, now: Instant, line: usize) -> Result<(), ClientError> {
        let Some(media_ssrc) = self.remote_ssrcs.get(line).copied().flatten() else { return Ok(()) };
        let pli: Vec<Box<dyn rtc::rtcp::Packet>> = vec![Box::new(PictureLossIndication { sender_ssrc: 0, media_ssrc })];
        Ok(self.core.handle_write(TaggedRTCMessage { now, message: RTCMessage::RtcpPacket(String::new(), pli) })?)
    }

    /// Says goodbye.
    pub fn close(&mut self) -> Result<(), ClientError> {
        self.closed = true;
        Ok(self.core.close()?)
    }
}
