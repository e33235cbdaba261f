//! One browser's connection without IO: offer in, answer out, datagrams in and out, media and feedback between.
//!
//! [`Peer`] wraps the WebRTC core. It knows payload types and SSRCs of *this* leg and nothing of rooms; it knows no socket and
//! no clock. Where datagrams really go is the mux's decision: the core never leaves the address it first selected, so what
//! comes out of here says only whether it answers a check at a certain address or belongs to the session.

mod build;
mod egress;
mod rtcp;
mod taps;

use std::net::SocketAddr;
use std::time::Instant;

use crate::protocol::rtcp::{ReportBlock, SenderInfo};
use crate::protocol::rtp::{RtpHeader, RtpPacket};
use bytes::BytesMut;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::rtp_transceiver::{RTCRtpReceiverId, RTCRtpSenderId};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use crate::sdp::{CodecFormat, Offer, OfferError};
pub(crate) use build::PeerSetup;
#[cfg(test)]
pub(crate) use build::{finish_answer, in_order};
use egress::{CoreEgress, Egress};
use rtcp::Said;
pub(crate) use taps::Feedback as FeedbackTap;
use yunzhen_media::layers::Layer;
use yunzhen_media::{Codec, MediaKind, PayloadTypes, red};

/// What a browser's sound takes with its headers, of the rate that it is told.
const SOUND_BPS: u32 = 50_000;
/// More than any browser sends.
const UNLIMITED_BPS: u32 = 10_000_000;

/// Why a peer could not be made or restarted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeerError {
    /// The offer cannot be answered.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The WebRTC core refused it.
    #[error("the WebRTC core refuses the offer: {0}")]
    Core(#[from] rtc::shared::error::Error),
}

/// What came from the browser.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Inbound {
    /// A media packet; payload type as inside the relay.
    Media { kind: MediaKind, layer: Layer, packet: RtpPacket },
    /// The browser's clocks for its publication.
    SenderInfo { kind: MediaKind, layer: Layer, info: SenderInfo },
    /// Packets it misses.
    Nack { slot: u8, kind: MediaKind, sequences: Vec<u16> },
    /// It needs a keyframe.
    KeyframeWanted { slot: u8 },
    /// How a slot arrives.
    Report { slot: u8, kind: MediaKind, block: ReportBlock },
    /// ICE and DTLS are up.
    Connected,
    /// The browser closed the connection by its own word.
    Closed,
}

/// A datagram to be sent.
#[derive(Debug)]
pub(crate) struct Outbound {
    /// Where a connectivity check is answered; `None` for everything else, which goes to the leg's current address.
    pub to: Option<SocketAddr>,
    /// Exactly what is sent.
    pub bytes: BytesMut,
}

/// A stream we send.
struct SlotStream {
    slot: u8,
    kind: MediaKind,
    ssrc: u32,
    rtx_ssrc: u32,
    rtx_sequence: u16,
    formats: Vec<CodecFormat>,
    red: red::Outgoing,
}

/// A stream we receive.
struct Publication {
    kind: MediaKind,
    /// Of pictures: its own one, or the low one beside it.
    layer: Layer,
    ssrc: u32,
    formats: Vec<CodecFormat>,
    red: red::Incoming,
}

/// Redundant audio since it was last asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RedCounts {
    /// Sounds that left with earlier ones.
    pub sent: u64,
    /// Sounds of the browser that were lost and came with later ones.
    pub restored: u64,
}

/// One browser.
pub(crate) struct Peer {
    core: RTCPeerConnection,
    egress: Box<dyn Egress + Send>,
    locals: Vec<SocketAddr>,
    offer: Offer,
    offer_version: u64,
    slots: Vec<SlotStream>,
    publications: Vec<Publication>,
    connected: bool,
    closed: bool,
    malformed: u64,
    red: red::Policy,
    red_counts: RedCounts,
}

impl Peer {
    /// Answers an offer.
    pub(crate) fn answer(now: Instant, setup: &mut PeerSetup<'_>, offer: Offer) -> Result<(Self, String), PeerError> {
        let (core, slots, publications) = build::core(now, setup, &offer)?;
        let locals = setup.candidates.to_vec();
        let egress = Box::new(CoreEgress);
        let (connected, closed) = (false, false);
        let mut peer = Self {
            core,
            egress,
            locals,
            offer,
            offer_version: 1,
            slots,
            publications,
            connected,
            closed,
            malformed: 0,
            red: red::Policy::default(),
            red_counts: RedCounts::default(),
        };
        let answer = peer.negotiate(now)?;
        Ok((peer, answer))
    }

    /// Restarts ICE with the browser's new credentials. Ours stay: they name this leg to the mux.
    pub(crate) fn restart(&mut self, now: Instant, ufrag: &str, pwd: &str) -> Result<String, PeerError> {
        self.offer = self.offer.clone().with_credentials(ufrag, pwd)?;
        self.offer_version += 1;
        self.negotiate(now)
    }

    /// The offer as read.
    pub(crate) const fn offer(&self) -> &Offer {
        &self.offer
    }

    fn negotiate(&mut self, now: Instant) -> Result<String, PeerError> {
        let offer = RTCSessionDescription::offer(self.offer.reduced(self.offer_version))?;
        self.core.set_remote_description(now, offer)?;
        let answer = self.core.create_answer(None)?;
        let text = answer.sdp.clone();
        self.core.set_local_description(now, answer)?;
        Ok(build::finish_answer(&build::in_order(&text, &self.offer)))
    }

    /// Takes a datagram.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        from: SocketAddr,
        bytes: BytesMut,
        mut got: impl FnMut(Inbound),
    ) {
        let is_dtls = bytes.first().is_some_and(|first| (20..64).contains(first));
        // The core pairs by the address a check arrived at; any candidate of the family stands for the one port.
        let local = self.locals.iter().find(|local| local.is_ipv4() == from.is_ipv4()).or(self.locals.first());
        let Some(local) = local.copied() else { return };
        let transport = TransportContext {
            local_addr: local,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let (core, message) = (&mut self.core, TaggedBytesMut { now, transport, message: bytes });
        // The library parses what a stranger wrote. Should it ever panic, this leg ends and the shard's others do not.
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| core.handle_read(message))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.malformed += 1;
                tracing::trace!(%error, "the core refused a datagram");
            }
            Err(_) => {
                self.malformed += 1;
                self.closed = true;
                tracing::error!("the WebRTC core panicked over a datagram; its leg ends");
                got(Inbound::Closed);
                return;
            }
        }
        self.drain_media(&mut got);
        if is_dtls || !self.connected {
            self.drain_events(&mut got);
        }
    }

    fn drain_media(&mut self, got: &mut impl FnMut(Inbound)) {
        while let Some(message) = self.core.poll_read() {
            match message.message {
                RTCMessage::RtpPacket(_, packet) => self.media(packet, got),
                RTCMessage::RtcpPacket(_, packets) => {
                    packets.iter().for_each(|packet| rtcp::read(packet.as_ref(), |said| self.said(said, got)));
                }
                _ => {}
            }
        }
    }

    fn media(&mut self, packet: rtc::rtp::Packet, got: &mut impl FnMut(Inbound)) {
        let header = packet.header;
        let Some(publication) = self.publications.iter_mut().find(|publication| publication.ssrc == header.ssrc) else {
            return;
        };
        let number = header.payload_type;
        let is_red = |format: &CodecFormat| format.red.is_some_and(|red| red.payload_type == number);
        let Some(format) = publication.formats.iter().find(|format| format.payload_type == number || is_red(format))
        else {
            return;
        };
        // Padding only, sent to probe the path.
        if packet.payload.is_empty() {
            return;
        }
        let header = RtpHeader {
            marker: header.marker,
            payload_type: PayloadTypes::BOX.number(format.codec).unwrap_or_default(),
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            ssrc: header.ssrc,
        };
        let (kind, layer) = (publication.kind, publication.layer);
        if format.payload_type == number {
            if format.red.is_some() {
                publication.red.arrived(header);
            }
            got(Inbound::Media { kind, layer, packet: RtpPacket { header, payload: packet.payload } });
            return;
        }
        match publication.red.take(header, format.payload_type, packet.payload) {
            Ok(red::Taken { restored, own }) => {
                self.red_counts.restored += restored.len() as u64;
                restored.into_iter().chain(own).for_each(|packet| got(Inbound::Media { kind, layer, packet }));
            }
            Err(error) => {
                self.malformed += 1;
                tracing::trace!(%error, "redundant audio was refused");
            }
        }
    }

    fn said(&self, said: Said, got: &mut impl FnMut(Inbound)) {
        let ours = |ssrc: u32| self.slots.iter().find(|stream| stream.ssrc == ssrc);
        match said {
            Said::Sent { ssrc, info } => {
                if let Some(publication) = self.publications.iter().find(|publication| publication.ssrc == ssrc) {
                    got(Inbound::SenderInfo { kind: publication.kind, layer: publication.layer, info });
                }
            }
            Said::Received(block) => {
                if let Some(stream) = ours(block.ssrc) {
                    got(Inbound::Report { slot: stream.slot, kind: stream.kind, block });
                }
            }
            Said::Lost { ssrc, sequences } => {
                if let Some(stream) = ours(ssrc) {
                    got(Inbound::Nack { slot: stream.slot, kind: stream.kind, sequences });
                }
            }
            Said::Keyframe { ssrc } => {
                if let Some(stream) = ours(ssrc) {
                    got(Inbound::KeyframeWanted { slot: stream.slot });
                }
            }
        }
    }

    fn drain_events(&mut self, got: &mut impl FnMut(Inbound)) {
        while let Some(event) = self.core.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) = event
                && !self.connected
            {
                self.connected = true;
                got(Inbound::Connected);
            }
        }
        if !self.closed && dtls_is_closed(&mut self.core) {
            self.closed = true;
            got(Inbound::Closed);
        }
    }

    /// Runs what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, mut got: impl FnMut(Inbound)) {
        if let Err(error) = self.core.handle_timeout(now) {
            tracing::trace!(%error, "a timeout of the core failed");
        }
        self.drain_events(&mut got);
    }

    /// When [`Self::handle_timeout`] is due next.
    pub(crate) fn poll_timeout(&mut self) -> Option<Instant> {
        self.core.poll_timeout()
    }

    /// The next datagram to send. Call until `None` after every input.
    pub(crate) fn poll_outbound(&mut self) -> Option<Outbound> {
        if let Some(bytes) = self.egress.poll() {
            return Some(Outbound { to: None, bytes });
        }
        let message = self.core.poll_write()?;
        let is_stun = message.message.first().is_some_and(|first| *first < 4);
        Some(Outbound { to: is_stun.then_some(message.transport.peer_addr), bytes: message.message })
    }

    /// Whether media can be sent.
    pub(crate) const fn is_connected(&self) -> bool {
        self.connected && !self.closed
    }

    /// Queues a media packet for a slot; a codec that this browser did not offer is dropped (`false`).
    pub(crate) fn send(&mut self, now: Instant, slot: u8, kind: MediaKind, packet: &RtpPacket, repeated: bool) -> bool {
        let Some(stream) = self.slots.iter_mut().find(|stream| stream.slot == slot && stream.kind == kind) else {
            return false;
        };
        let codec = PayloadTypes::BOX.codec(packet.header.payload_type);
        let Some(format) = stream.formats.iter().find(|format| Some(format.codec) == codec) else { return false };
        let mut header = rtc::rtp::Header {
            version: 2,
            marker: packet.header.marker,
            payload_type: format.payload_type,
            sequence_number: packet.header.sequence,
            timestamp: packet.header.timestamp,
            ssrc: stream.ssrc,
            ..Default::default()
        };
        let mut payload = packet.payload.clone();
        if let Some(red) = format.red {
            // It may have left together with others: the same number must not seal two payloads.
            if repeated {
                return false;
            }
            let copies = self.red.copies();
            if let Some(with_earlier) = stream.red.wrap(copies, format.payload_type, packet.header, &payload) {
                header.payload_type = red.payload_type;
                payload = with_earlier;
                self.red_counts.sent += 1;
            }
        }
        if repeated && let Some(rtx) = format.rtx {
            header.payload_type = rtx;
            header.ssrc = stream.rtx_ssrc;
            header.sequence_number = stream.rtx_sequence;
            stream.rtx_sequence = stream.rtx_sequence.wrapping_add(1);
            let mut wrapped = BytesMut::with_capacity(payload.len() + 2);
            wrapped.extend_from_slice(&packet.header.sequence.to_be_bytes());
            wrapped.extend_from_slice(&payload);
            payload = wrapped.freeze();
        }
        self.egress.rtp(&mut self.core, now, rtc::rtp::Packet { header, payload });
        true
    }

    /// The browser reports a share lost of something that we send: whether sound leaves with earlier sound.
    pub(crate) fn reported(&mut self, now: Instant, loss: f32) {
        self.red.reported(now, loss);
    }

    /// What was counted since the last call.
    pub(crate) fn take_red(&mut self) -> RedCounts {
        std::mem::take(&mut self.red_counts)
    }

    /// Queues a sender report for a slot.
    pub(crate) fn send_report(&mut self, now: Instant, slot: u8, kind: MediaKind, info: &SenderInfo) {
        if let Some(stream) = self.slots.iter().find(|stream| stream.slot == slot && stream.kind == kind) {
            self.egress.rtcp(&mut self.core, now, rtcp::sender_report(stream.ssrc, info));
        }
    }

    /// Asks the browser for a keyframe of its picture, or of the low one beside it.
    pub(crate) fn request_keyframe(&mut self, now: Instant, layer: Layer) {
        let wanted = |publication: &&Publication| (publication.kind, publication.layer) == (MediaKind::Video, layer);
        if let Some(publication) = self.publications.iter().find(wanted) {
            self.egress.rtcp(&mut self.core, now, rtcp::keyframe_request(publication.ssrc));
        }
    }

    /// Tells the browser how fast its picture may be; `None`: as fast as it likes.
    pub(crate) fn limit(&mut self, now: Instant, video_bps: Option<u32>) {
        if !self.publishes_kind(MediaKind::Video) {
            return;
        }
        let bps = video_bps.map_or(UNLIMITED_BPS, |bps| bps.saturating_add(SOUND_BPS));
        let ssrcs = self.publications.iter().map(|publication| publication.ssrc).collect();
        self.egress.rtcp(&mut self.core, now, rtcp::limit(bps, ssrcs));
    }

    /// Asks the browser for packets that did not arrive.
    pub(crate) fn ask_again(&mut self, now: Instant, ssrc: u32, sequences: &[u16]) {
        self.egress.rtcp(&mut self.core, now, rtcp::nack(ssrc, sequences));
    }

    /// Whether the browser sends anything.
    pub(crate) fn publishes(&self) -> bool {
        !self.publications.is_empty()
    }

    /// Whether it sends sound, or picture.
    pub(crate) fn publishes_kind(&self, kind: MediaKind) -> bool {
        self.publications.iter().any(|publication| publication.kind == kind)
    }

    /// Whether it can send a low picture beside its own.
    pub(crate) fn offers_low(&self) -> bool {
        self.publications.iter().any(|publication| publication.layer == Layer::Low)
    }

    /// The codecs it takes, under their numbers inside the relay.
    pub(crate) fn receives(&self) -> PayloadTypes {
        let takes = |codec: Codec| {
            let taken = self.slots.iter().flat_map(|stream| &stream.formats).any(|format| format.codec == codec);
            PayloadTypes::BOX.number(codec).filter(|_| taken)
        };
        PayloadTypes { h264: takes(Codec::H264), vp8: takes(Codec::Vp8), opus: takes(Codec::Opus) }
    }

    /// Slot, kind and SSRC of everything we send.
    pub(crate) fn slot_streams(&self) -> impl Iterator<Item = (u8, MediaKind, u32)> {
        self.slots.iter().map(|stream| (stream.slot, stream.kind, stream.ssrc))
    }

    /// Ends the session; what is to be sent for that comes out of [`Self::poll_outbound`].
    pub(crate) fn close(&mut self) {
        self.closed = true;
        if let Err(error) = self.core.close() {
            tracing::debug!(%error, "closing a leg's core");
        }
    }

    /// Datagrams that the core refused, and payloads that are not what they say.
    pub(crate) const fn malformed(&self) -> u64 {
        self.malformed
    }
}

/// The library tells a peer's `close_notify` by no event of its own; only the transport's state shows it.
pub(crate) fn dtls_is_closed(core: &mut RTCPeerConnection) -> bool {
    let state = match core.rtp_receiver(RTCRtpReceiverId::from(0)) {
        Some(receiver) => receiver.transport().map(|transport| transport.state()),
        None => None,
    };
    let state = match state {
        Some(state) => Some(state),
        None => core.rtp_sender(RTCRtpSenderId::from(0)).and_then(|sender| Some(sender.transport()?.state())),
    };
    matches!(state, Some(RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed))
}
