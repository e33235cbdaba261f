//! Making the core for one offer: codecs and extensions as this browser numbers them, one sender per slot line in order.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rtc::interceptor::{ReceiverReportBuilder, Registry, Slot, TwccReceiverBuilder};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::certificate::RTCCertificate;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::{RTCDtlsRole, RTCIceCandidateInit};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};

use super::taps::Feedback;
use super::{PeerError, Publication, SlotStream};
use crate::sdp::codec::{codec_name, kind_name};
use crate::sdp::{CodecFormat, Direction, MID, Offer, TRANSPORT_CC};
use yunzhen_media::layers::Layer;
use yunzhen_media::{Codec, MediaKind, red};

/// The core would end a session by its own clock and forget its candidates; silence is the shard's business.
const NEVER: Duration = Duration::from_secs(30 * 24 * 3600);
/// Retransmissions without RFC 4588 come late by the number of packets since.
const REPLAY_WINDOW: usize = 1024;

/// What every leg of a shard shares, and the names of this one.
pub(crate) struct PeerSetup<'a> {
    /// The relay's certificate for DTLS.
    pub certificate: &'a RTCCertificate,
    /// Our part of the ICE user name.
    pub ufrag: &'a str,
    /// The password of our checks.
    pub pwd: &'a str,
    /// Addresses under which browsers reach the one port.
    pub candidates: &'a [SocketAddr],
    /// Fresh random numbers for SSRCs.
    pub random: &'a mut dyn FnMut() -> u32,
}

type Built = (RTCPeerConnection, Vec<SlotStream>, Vec<Publication>);

pub(super) fn core(now: Instant, setup: &mut PeerSetup<'_>, offer: &Offer) -> Result<Built, PeerError> {
    let publications: Vec<Publication> = offer
        .lines
        .iter()
        .filter(|line| line.publishes || line.low)
        .filter_map(|line| {
            let layer = if line.low { Layer::Low } else { Layer::Main };
            let (kind, formats, red) = (line.kind, line.formats.clone(), red::Incoming::default());
            Some(Publication { kind, layer, ssrc: line.ssrc?, formats, red })
        })
        .collect();
    let slots: Vec<SlotStream> = offer
        .lines
        .iter()
        .filter_map(|line| {
            Some(SlotStream {
                slot: line.slot?,
                kind: line.kind,
                ssrc: (setup.random)(),
                rtx_ssrc: (setup.random)(),
                rtx_sequence: (setup.random)() as u16,
                formats: line.formats.clone(),
                red: red::Outgoing::default(),
            })
        })
        .collect();
    let settings = SettingEngineBuilder::new()
        .with_lite(true)
        .with_ice_credentials(setup.ufrag.to_owned(), setup.pwd.to_owned())
        .with_answering_dtls_role(RTCDtlsRole::Server)
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_ice_timeouts(Some(NEVER), Some(NEVER), None)
        .with_srtp_replay_protection_window(REPLAY_WINDOW)
        .build();
    let mut core = RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().with_certificates(vec![setup.certificate.clone()]).build())
        .with_media_engine(media_engine(offer)?)
        .with_setting_engine(settings)
        .with_interceptor_registry(interceptors(offer, &slots))
        .build(now)?;
    for candidate in setup.candidates {
        core.add_local_candidate(RTCIceCandidateInit {
            candidate: format!("candidate:1 1 udp 2130706431 {} {} typ host", candidate.ip(), candidate.port()),
            ..Default::default()
        })?;
    }
    for (line, stream) in offer.lines.iter().filter(|line| line.slot.is_some()).zip(&slots) {
        let direction = match line.direction {
            Direction::SendRecv => RTCRtpTransceiverDirection::Sendrecv,
            Direction::RecvOnly | Direction::SendOnly => RTCRtpTransceiverDirection::Sendonly,
        };
        let init = RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] };
        core.add_transceiver_from_track(track(stream), Some(init))?;
    }
    Ok((core, slots, publications))
}

fn track(stream: &SlotStream) -> MediaStreamTrack {
    let has_rtx = stream.formats.iter().any(|format| format.rtx.is_some());
    let coding = RTCRtpCodingParameters {
        ssrc: Some(stream.ssrc),
        rtx: has_rtx.then_some(RTCRtpRtxParameters { ssrc: stream.rtx_ssrc }),
        ..Default::default()
    };
    let codec = stream.formats.first().map(codec).unwrap_or_default();
    MediaStreamTrack::new(
        format!("slot-{}", stream.slot),
        format!("slot-{}-{}", stream.slot, kind_name(stream.kind)),
        kind_name(stream.kind).to_owned(),
        codec_kind(stream.kind),
        vec![RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec, ..Default::default() }],
    )
}

const fn codec_kind(kind: MediaKind) -> RtpCodecKind {
    match kind {
        MediaKind::Audio => RtpCodecKind::Audio,
        MediaKind::Video => RtpCodecKind::Video,
    }
}

fn codec(format: &CodecFormat) -> RTCRtpCodec {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
    let mut rtcp_feedback = vec![feedback("transport-cc", "")];
    if format.codec.kind() == MediaKind::Video {
        rtcp_feedback.extend([feedback("ccm", "fir"), feedback("nack", ""), feedback("nack", "pli")]);
    }
    RTCRtpCodec {
        mime_type: format!("{}/{}", kind_name(format.codec.kind()), codec_name(format.codec)),
        clock_rate: format.codec.kind().clock_rate(),
        channels: if format.codec == Codec::Opus { 2 } else { 0 },
        sdp_fmtp_line: format.fmtp.clone(),
        rtcp_feedback,
    }
}

fn media_engine(offer: &Offer) -> Result<MediaEngine, PeerError> {
    let mut engine = MediaEngine::default();
    for line in &offer.lines {
        let kind = codec_kind(line.kind);
        for format in &line.formats {
            let parameters = RTCRtpCodecParameters { rtp_codec: codec(format), payload_type: format.payload_type };
            engine.register_codec(parameters, kind)?;
            if let Some(red) = format.red {
                let rtp_codec = RTCRtpCodec {
                    mime_type: "audio/red".to_owned(),
                    clock_rate: format.codec.kind().clock_rate(),
                    channels: 2,
                    sdp_fmtp_line: format!("{0}/{0}", format.payload_type),
                    ..Default::default()
                };
                let parameters = RTCRtpCodecParameters { rtp_codec, payload_type: red.payload_type };
                engine.register_codec(parameters, kind)?;
            }
            if let Some(rtx) = format.rtx {
                let rtp_codec = RTCRtpCodec {
                    mime_type: "video/rtx".to_owned(),
                    clock_rate: format.codec.kind().clock_rate(),
                    sdp_fmtp_line: format!("apt={}", format.payload_type),
                    ..Default::default()
                };
                engine.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type: rtx }, kind)?;
            }
        }
        for uri in [MID, TRANSPORT_CC] {
            engine.register_header_extension(RTCRtpHeaderExtensionCapability { uri: uri.to_owned() }, kind, None)?;
        }
    }
    Ok(engine)
}

fn interceptors(offer: &Offer, slots: &[SlotStream]) -> Registry {
    let feedback = Feedback::new(slots.iter().map(|stream| stream.ssrc).collect());
    let registry = Registry::new().with(Slot::from(Feedback::SLOT), feedback);
    if !offer.lines.iter().any(|line| line.publishes) {
        return registry;
    }
    registry
        .with(Slot::TwccReceiver, TwccReceiverBuilder::new().build())
        .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
}

/// Puts the formats of each line into our order, whatever order the core wrote them in: a browser sends with what the answer names first. Redundant audio
/// before Opus would double what every browser sends, and boxes decode no VP8.
pub(crate) fn in_order(answer: &str, offer: &Offer) -> String {
    let mut lines = offer.lines.iter();
    let mut out = String::with_capacity(answer.len());
    for text in answer.lines() {
        let line = if text.starts_with("m=") { lines.next() } else { None };
        let words: Vec<&str> = text.split(' ').collect();
        match (line, words.split_at_checked(3)) {
            (Some(line), Some((head, formats))) => {
                let ours: Vec<String> =
                    line.formats.iter().flat_map(CodecFormat::numbers).map(|number| number.to_string()).collect();
                let mut formats = formats.to_vec();
                formats.sort_by_key(|format| ours.iter().position(|number| number == format).unwrap_or(ours.len()));
                let words: Vec<&str> = head.iter().chain(&formats).copied().collect();
                out.push_str(&words.join(" "));
            }
            _ => out.push_str(text),
        }
        out.push_str("\r\n");
    }
    out
}

/// The core writes every candidate for RTCP's own component too, which the one multiplexed port has none of; and it leaves
/// open whether more will come, which none will.
pub(crate) fn finish_answer(answer: &str) -> String {
    let mut out = String::with_capacity(answer.len() + 32);
    let mut in_candidates = false;
    for line in answer.lines().filter(|line| *line != "a=end-of-candidates") {
        let component = line.strip_prefix("a=candidate:").and_then(|rest| rest.split_ascii_whitespace().nth(1));
        if in_candidates && component.is_none() {
            out.push_str("a=end-of-candidates\r\n");
        }
        in_candidates = component.is_some();
        if component != Some("2") {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    if in_candidates {
        out.push_str("a=end-of-candidates\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DtlsCertificate;
    use crate::peer::Peer;
    use crate::sdp::OfferLimits;

    const CHROMIUM: &str = include_str!("../../tests/chromium-offer.sdp");

    /// The m-lines of sound and pictures in what this offer is really answered with.
    fn media_lines(offer: &str) -> Vec<String> {
        let offer = Offer::parse(offer, &OfferLimits::default()).expect("an offer");
        let certificate = DtlsCertificate::generate().expect("a certificate");
        let mut last = 0u32;
        let mut random = || {
            last += 1;
            last
        };
        let mut setup = PeerSetup {
            certificate: &certificate.0,
            ufrag: "relay",
            pwd: "a-password-of-a-relays-leg",
            candidates: &[SocketAddr::from(([127, 0, 0, 1], 7445))],
            random: &mut random,
        };
        let (_, answer) = Peer::answer(crate::clock::now(), &mut setup, offer).expect("an answer");
        answer.lines().filter(|line| line.starts_with("m=")).map(str::to_owned).collect()
    }

    #[test]
    fn an_answer_names_h264_before_vp8_though_the_browser_offers_vp8_first() {
        assert!(CHROMIUM.contains("m=video 9 UDP/TLS/RTP/SAVPF 96 97 102"), "Chromium prefers VP8 (96)");
        let lines = media_lines(CHROMIUM);
        let formats = |kind: &str| -> Vec<Vec<u8>> {
            let of_kind = lines.iter().filter(|line| line.starts_with(&format!("m={kind} ")));
            of_kind
                .map(|line| line.split(' ').skip(3).map(|number| number.parse().expect("a number")).collect())
                .collect()
        };
        let offer = Offer::parse(CHROMIUM, &OfferLimits::default()).expect("Chromium's offer");
        let ours =
            |line: &crate::sdp::MediaLine| -> Vec<u8> { line.formats.iter().flat_map(CodecFormat::numbers).collect() };
        let (audio, video): (Vec<_>, Vec<_>) = offer.lines.iter().partition(|line| line.kind == MediaKind::Audio);
        assert_eq!(formats("video"), video.into_iter().map(ours).collect::<Vec<_>>());
        assert_eq!(formats("audio"), audio.into_iter().map(ours).collect::<Vec<_>>());
        for line in formats("video") {
            let [h264, rtx, vp8, _] = line[..] else { panic!("two codecs and their repairs: {line:?}") };
            assert!(CHROMIUM.contains(&format!("a=rtpmap:{h264} H264/90000")), "{line:?}");
            assert!(CHROMIUM.contains(&format!("a=fmtp:{rtx} apt={h264}")), "{line:?}");
            assert!(CHROMIUM.contains(&format!("a=rtpmap:{vp8} VP8/90000")), "{line:?}");
        }
    }
}
