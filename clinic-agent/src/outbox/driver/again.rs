//! The driver's part of what is missed: what the far end reports, what leaves again by the same path or by another, and keyframes where nothing else helps.

use super::super::lanes::Switched;
use super::super::queue::Waiting;
use super::super::rate::Lost;
use super::super::session::Input;
use super::{Driver, OWN_KEYFRAMES};
use crate::link::PathId;
use std::time::Instant;
use yunzhen_media::MediaKind;
use yunzhen_media::layers::Layer;
use yunzhen_protocol::rtcp::{self, RtcpPacket};
use yunzhen_runtime::clock;

impl Driver {
    /// Pictures go by another path. What was under way on one that died leaves again, before what waited for it.
    pub(super) fn switched(&mut self, now: Instant, switched: Switched) {
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
        // The low picture begins anew there.
        self.own_low_keyframe(now);
    }

    /// What was dropped leaves the far decoder without a reference: it needs a key frame, but not more than one a second.
    pub(super) fn own_keyframe(&mut self) {
        let now = clock::now_instant();
        if self.asked_for_keyframe.is_none_or(|last| now.saturating_duration_since(last) >= OWN_KEYFRAMES) {
            self.asked_for_keyframe = Some(now);
            self.input(Input::KeyframeWanted);
        }
    }

    /// RTCP about this box's streams: what the relay misses is sent again, what arrived sets the rate.
    pub(super) fn reports(&mut self, path: PathId, packet: &[u8]) {
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
        let (mut keyframe, mut low_keyframe) = (false, false);
        for packet in packets {
            match packet {
                RtcpPacket::Nack { media, sequences, .. } => {
                    let (kind, layer) = match media {
                        ssrc if ssrc == streams.video_ssrc => (MediaKind::Video, Layer::Main),
                        ssrc if ssrc == streams.audio_ssrc => (MediaKind::Audio, Layer::Main),
                        ssrc if Some(ssrc) == streams.low_ssrc() => (MediaKind::Video, Layer::Low),
                        _ => continue,
                    };
                    missed.extend(sequences.into_iter().map(|sequence| Lost { kind, layer, sequence }));
                }
                RtcpPacket::Pli { media, .. } | RtcpPacket::Fir { media, .. } => {
                    let is_low = Some(media) == streams.low_ssrc();
                    (keyframe, low_keyframe) = (keyframe || !is_low, low_keyframe || is_low);
                }
                RtcpPacket::Arrivals { .. } => missed.extend(self.lanes.arrivals(now, path, &packet)),
                RtcpPacket::SenderReport { .. } | RtcpPacket::ReceiverReport { .. } => {}
            }
        }
        let (missed_low, mut missed): (Vec<Lost>, Vec<Lost>) =
            missed.into_iter().partition(|lost| lost.layer == Layer::Low);
        missed
            .retain(|Lost { kind, sequence, .. }| self.lanes.is_worth_sending_again(now, *kind, *sequence, round_trip));
        let mut resent = 0;
        for Lost { kind, sequence, .. } in missed {
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
        let missed_low: Vec<u16> = missed_low.into_iter().map(|lost| lost.sequence).collect();
        resent += self.low_again(now, &missed_low, round_trip);
        metrics::counter!("yunzhen_uplink_resent_total").increment(resent);
        if keyframe {
            self.own_keyframe();
        }
        if low_keyframe {
            self.own_low_keyframe(now);
        }
    }
}
