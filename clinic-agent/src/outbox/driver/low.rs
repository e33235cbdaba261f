//! The driver's part of the low picture: what the relay asks for, and its packets on their way.

use super::super::queue::{Dropped, Waiting};
use super::super::splice::{Source, Splicer};
use super::{Driver, OWN_KEYFRAMES, Streams};
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_protocol::control::VideoPlan;
use yunzhen_protocol::rtp::RtpPacket;
use yunzhen_runtime::clock;

/// The outgoing stream of the low picture.
pub(super) struct LowStream {
    pub(super) plan: VideoPlan,
    pub(super) splicer: Splicer,
}

impl LowStream {
    fn new(plan: VideoPlan) -> Self {
        let mut splicer = Splicer::new(MediaKind::Video, plan.ssrc);
        splicer.select(Source::Capture);
        Self { plan, splicer }
    }
}

impl Streams {
    /// What the relay says the low picture is. The same again changes nothing: its numbers go on.
    pub(super) fn set_low(&mut self, plan: Option<VideoPlan>) {
        if self.low.as_ref().map(|low| low.plan) != plan {
            self.low = plan.map(LowStream::new);
        }
    }

    /// Its source, once the relay said it.
    pub(super) fn low_ssrc(&self) -> Option<u32> {
        self.low.as_ref().map(|low| low.plan.ssrc)
    }
}

impl Driver {
    /// Whether the low picture is asked for, of a camera of the box's own.
    pub(super) fn look_at_low(&mut self) {
        let Some(streams) = &self.streams else { return };
        let plan = streams.low.as_ref().map(|low| low.plan);
        let is_asked = self.low_asked.is_some() && self.low_asked == self.session.consultation();
        let wanted = plan.is_some() && is_asked && streams.video.source() == Source::Capture;
        self.lanes.low(plan, wanted);
    }

    /// A packet of the low picture was made.
    pub(super) fn low_captured(&mut self, packet: RtpPacket, taken_at: Instant) {
        let Some(streams) = &mut self.streams else { return };
        let Some(low) = &mut streams.low else { return };
        let now = clock::now_instant();
        let Some(packet) = low.splicer.packet(now, Source::Capture, packet) else { return };
        streams.reports.low_sent(&packet, taken_at);
        if !self.link.is_open() {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "no_link").increment(1);
            return;
        }
        let dropped = self.lanes.push_low(waiting(now, &packet));
        self.low_dropped(now, dropped);
    }

    /// What was dropped of the low picture leaves its far decoder without a reference.
    pub(super) fn low_dropped(&mut self, now: Instant, dropped: Dropped) {
        if dropped.low > 0 {
            metrics::counter!("yunzhen_uplink_dropped_total", "why" => "low_picture").increment(dropped.low as u64);
            self.own_low_keyframe(now);
        }
    }

    /// The same for the low picture as `own_keyframe` for the main one.
    pub(super) fn own_low_keyframe(&mut self, now: Instant) {
        if self.asked_for_low_keyframe.is_none_or(|last| now.saturating_duration_since(last) >= OWN_KEYFRAMES) {
            self.asked_for_low_keyframe = Some(now);
            self.devices.low_keyframe();
        }
    }

    /// Packets of the low picture that the relay misses leave once more, those that are worth it. Says how many.
    pub(super) fn low_again(&mut self, now: Instant, missed: &[u16], round_trip: Duration) -> u64 {
        let Some(low) = self.streams.as_mut().and_then(|streams| streams.low.as_mut()) else { return 0 };
        let mut resent = 0;
        for sequence in missed {
            if self.lanes.is_low_worth_sending_again(now, *sequence, round_trip)
                && let Some(packet) = low.splicer.again(now, *sequence, round_trip)
            {
                resent += 1;
                self.lanes.push_low_again(waiting(now, &packet));
            }
        }
        resent
    }
}

fn waiting(since: Instant, packet: &RtpPacket) -> Waiting {
    let (timestamp, sequence) = (packet.header.timestamp, packet.header.sequence);
    Waiting { kind: MediaKind::Video, since, timestamp, sequence, packet: packet.to_bytes() }
}
