//! The tracks towards one tablet: which of them a packet is for, under which numbers it goes out, and its sender reports.

use super::offer::Offer;
use super::{LegError, LegId};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8};
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use std::sync::Arc;
use std::time::Instant;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::PeerConnection;
use webrtc::rtp_transceiver::RtpSender;
use yunzhen_media::rewrite::Rewriter;
use yunzhen_media::sequence::Unwrapper;
use yunzhen_media::{Codec, MediaKind, PayloadTypes};
use yunzhen_protocol::rtp::{RtpHeader, RtpPacket};
use yunzhen_runtime::clock;

/// Whose media a pair of tracks carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// A participant on one of the relay's slots.
    Slot(u8),
    /// The box's own camera, for the nurse's self view.
    Preview,
}

/// What goes to a tablet.
#[derive(Clone, Debug)]
pub enum Downstream {
    /// One packet of sound or picture.
    Media {
        /// For which pair.
        lane: Lane,
        /// For which track of it.
        kind: MediaKind,
        /// As it came from the relay, or from the camera.
        packet: RtpPacket,
    },
    /// Which moment a media timestamp of a source stands for.
    Clock {
        /// The source, as in its packets.
        ssrc: u32,
        /// 32.32 fixed point seconds since 1900.
        ntp: u64,
        /// The source's media clock at that moment.
        rtp_timestamp: u32,
    },
}

/// All tracks of one leg, in the order of the offer's lines.
pub struct Tracks {
    offer: Offer,
    tracks: Vec<Outgoing>,
}

/// A track that was added and waits for its codecs.
pub struct Added {
    track: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    kind: MediaKind,
    sender: Arc<dyn RtpSender>,
}

/// What became of a packet.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It went out, or there is nothing to do about it.
    Done,
    /// Its lane's picture cannot be decoded without a key frame.
    NeedsKeyframe(Lane),
    /// The leg is gone.
    Gone,
}

impl Tracks {
    /// Adds a pair of tracks for each pair of the offer.
    pub async fn add(peer: &dyn PeerConnection, leg: LegId, pairs: usize) -> Result<Vec<Added>, LegError> {
        let mut added = Vec::with_capacity(2 * pairs);
        for pair in 0..pairs {
            for kind in [MediaKind::Audio, MediaKind::Video] {
                let (track, ssrc) = local_track(leg, pair, kind);
                let sender = peer.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?;
                added.push(Added { track, ssrc, kind, sender });
            }
        }
        Ok(added)
    }

    /// The tracks with what was negotiated for them.
    pub async fn negotiated(offer: Offer, added: Vec<Added>) -> Result<Self, LegError> {
        let mut tracks = Vec::with_capacity(added.len());
        for Added { track, ssrc, kind, sender } in added {
            let codecs = sender.get_parameters().await?.rtp_parameters.codecs;
            tracks.push(Outgoing {
                track,
                kind,
                types: payload_types(&codecs),
                rewriter: Rewriter::new(ssrc, kind.clock_rate()),
                incoming: None,
                unwrapper: Unwrapper::new(),
                packets: 0,
                octets: 0,
            });
        }
        Ok(Self { offer, tracks })
    }

    /// The lane of each track's own SSRC.
    pub fn lanes(&self) -> Vec<(u32, Lane)> {
        let lane = |(place, track): (usize, &Outgoing)| (track.rewriter.ssrc(), self.offer.lane(place / 2));
        self.tracks.iter().enumerate().map(lane).collect()
    }

    /// Sends what is for one of the tracks.
    pub async fn deliver(&mut self, downstream: Downstream) -> Delivery {
        match downstream {
            Downstream::Media { lane, kind, packet } => {
                let Some(pair) = self.offer.pair(lane) else { return Delivery::Done };
                let place = 2 * pair + usize::from(kind == MediaKind::Video);
                let Some(track) = self.tracks.get_mut(place) else { return Delivery::Done };
                match track.judge(clock::now_instant(), &packet) {
                    Fate::Send(header) => track.send(header, packet).await,
                    Fate::Drop => Delivery::Done,
                    Fate::NeedsKeyframe => Delivery::NeedsKeyframe(lane),
                }
            }
            Downstream::Clock { ssrc, ntp, rtp_timestamp } => {
                match self.tracks.iter_mut().find(|track| track.incoming == Some(ssrc)) {
                    Some(track) => track.report(ntp, rtp_timestamp).await,
                    None => Delivery::Done,
                }
            }
        }
    }
}

/// One track towards the tablet.
struct Outgoing {
    track: Arc<TrackLocalStaticRTP>,
    kind: MediaKind,
    types: PayloadTypes,
    rewriter: Rewriter,
    /// The source that feeds it now.
    incoming: Option<u32>,
    unwrapper: Unwrapper,
    packets: u32,
    octets: u32,
}

/// What is to become of a packet on a track.
enum Fate {
    Send(RtpHeader),
    Drop,
    /// It cannot be decoded without a key frame before it.
    NeedsKeyframe,
}

impl Outgoing {
    fn judge(&mut self, now: Instant, packet: &RtpPacket) -> Fate {
        let codec = PayloadTypes::BOX.codec(packet.header.payload_type).filter(|codec| codec.kind() == self.kind);
        let Some(codec) = codec else { return Fate::Drop };
        let Some(payload_type) = self.types.number(codec) else { return Fate::Drop };
        if self.incoming != Some(packet.header.ssrc) {
            self.incoming = Some(packet.header.ssrc);
            self.unwrapper = Unwrapper::new();
            self.rewriter.stop();
        }
        let extended = self.unwrapper.peek(packet.header.sequence);
        self.unwrapper.advance(extended);
        if !self.rewriter.is_running() {
            if !codec.starts_keyframe(&packet.payload) {
                return Fate::NeedsKeyframe;
            }
            self.rewriter.start(now, extended, packet.header);
        }
        self.rewriter.rewrite(now, extended, packet.header, payload_type).map_or(Fate::Drop, Fate::Send)
    }

    async fn send(&mut self, header: RtpHeader, packet: RtpPacket) -> Delivery {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(packet.payload.len() as u32);
        let packet = rtc::rtp::Packet {
            header: rtc::rtp::header::Header {
                version: 2,
                marker: header.marker,
                payload_type: header.payload_type,
                sequence_number: header.sequence,
                timestamp: header.timestamp,
                ssrc: header.ssrc,
                ..Default::default()
            },
            payload: packet.payload,
        };
        gone(self.track.write_rtp(packet).await)
    }

    /// The source's own report under this track's numbers: one made here would tell when packets came through the link instead.
    async fn report(&mut self, ntp: u64, incoming: u32) -> Delivery {
        let Some(rtp_time) = self.rewriter.timestamp(incoming) else { return Delivery::Done };
        let report = SenderReport {
            ssrc: self.rewriter.ssrc(),
            ntp_time: ntp,
            rtp_time,
            packet_count: self.packets,
            octet_count: self.octets,
            ..SenderReport::default()
        };
        gone(self.track.write_rtcp(vec![Box::new(report)]).await)
    }
}

fn gone<T>(written: Result<T, webrtc::error::Error>) -> Delivery {
    match written {
        Ok(_) => Delivery::Done,
        Err(error) => {
            tracing::debug!(%error, "the tablet's track is gone");
            Delivery::Gone
        }
    }
}

fn local_track(leg: LegId, pair: usize, kind: MediaKind) -> (Arc<TrackLocalStaticRTP>, u32) {
    // Zero is the one number that means "none" in feedback.
    let ssrc = u32::from_be_bytes(clock::random_bytes::<4>()).max(1);
    let (word, kind) = match kind {
        MediaKind::Audio => ("audio", RtpCodecKind::Audio),
        MediaKind::Video => ("video", RtpCodecKind::Video),
    };
    // No codec: a slot carries whatever its participant sends, of what was negotiated.
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        ..Default::default()
    };
    let track = MediaStreamTrack::new(
        format!("slot-{pair}"),
        format!("{leg}-{pair}-{word}"),
        format!("slot-{pair}-{word}"),
        kind,
        vec![encoding],
    );
    (Arc::new(TrackLocalStaticRTP::new(track)), ssrc)
}

/// The codec of a MIME type, if it is one of those between box and relay.
pub fn codec_of(mime: &str) -> Option<Codec> {
    [(MIME_TYPE_H264, Codec::H264), (MIME_TYPE_VP8, Codec::Vp8), (MIME_TYPE_OPUS, Codec::Opus)]
        .into_iter()
        .find_map(|(name, codec)| name.eq_ignore_ascii_case(mime).then_some(codec))
}

fn payload_types(codecs: &[RTCRtpCodecParameters]) -> PayloadTypes {
    let number = |wanted| {
        codecs.iter().find(|codec| codec_of(&codec.rtp_codec.mime_type) == Some(wanted)).map(|codec| codec.payload_type)
    };
    PayloadTypes { h264: number(Codec::H264), vp8: number(Codec::Vp8), opus: number(Codec::Opus) }
}
