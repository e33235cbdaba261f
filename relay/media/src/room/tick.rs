//! What happens by time: missing packets asked for, keyframe requests sent, silent legs noticed, the home's bitrate set.

use std::time::Instant;

use yunzhen_protocol::room::ParticipantKind;

use super::{
    Room, TICK,
    io::{LeaveReason, Output},
};
use crate::{codec::MediaKind, layers::Layer};

impl Room {
    pub(super) fn timers(&mut self, now: Instant) {
        let deserted_after = self.config.deserted_after;
        for leg in &mut self.legs {
            if leg.down {
                continue;
            }
            if !leg.link.is_down() && leg.presence.deserted_at(deserted_after).is_some_and(|at| at <= now) {
                leg.link.set_down(true);
                leg.participant.link = leg.link.shown();
                self.changed = true;
            }
            let (id, round_trip) = (leg.id, leg.round_trip());
            let own =
                [(MediaKind::Audio, Layer::Main, &mut leg.audio), (MediaKind::Video, Layer::Main, &mut leg.video)];
            let low = leg.low.as_mut().map(|low| (MediaKind::Video, Layer::Low, &mut low.source));
            for (kind, layer, source) in own.into_iter().chain(low) {
                if source.missing.poll_timeout().is_some_and(|due| due <= now) {
                    let sequences = source.missing.due(now, round_trip);
                    if let Some(ssrc) = source.ssrc.filter(|_| !sequences.is_empty()) {
                        self.counters.asked_again += sequences.len() as u64;
                        self.outputs.push_back(Output::Nack { leg: id, kind, ssrc, sequences });
                    }
                }
                if source.gate.take(now) {
                    self.counters.keyframe_requests += 1;
                    self.outputs.push_back(Output::RequestKeyframe { leg: id, ssrc: source.ssrc, layer });
                }
            }
        }
        if now >= self.next_tick {
            // A driver that slept long gets one tick, not a burst.
            self.next_tick = if self.next_tick + TICK > now { self.next_tick + TICK } else { now + TICK };
            self.tick(now);
        }
    }

    fn tick(&mut self, now: Instant) {
        let deserted_after = self.config.deserted_after;
        let silence = |since: Instant| now.saturating_duration_since(since);
        let gone = |leg: &super::Leg| silence(leg.presence.alive_at()) >= self.config.gone_after;
        let gone: Vec<usize> = (0..self.legs.len()).rev().filter(|index| gone(&self.legs[*index])).collect();
        for index in &gone {
            self.remove(*index, LeaveReason::Crash);
        }
        if !gone.is_empty() {
            self.rearrange(now);
        }
        for leg in &mut self.legs {
            let silent = silence(leg.presence.alive_at()) >= self.config.lost_after;
            let deserted = leg.presence.deserted_at(deserted_after).is_some_and(|at| at <= now);
            leg.link.set_down(leg.down || silent || deserted);
            for kind in [MediaKind::Audio, MediaKind::Video] {
                if let Some(loss) = leg.source_mut(kind).take_loss() {
                    leg.link.measured(crate::link::level(loss, None));
                }
            }
            leg.link.tick(now);
            let shown = leg.link.shown();
            self.changed |= leg.participant.link != shown;
            leg.participant.link = shown;
        }
        self.choose_layers(now);
        self.set_bitrates(now);
        self.limit(now);
    }

    fn set_bitrates(&mut self, now: Instant) {
        for index in 0..self.legs.len() {
            let legs = &self.legs;
            let leg = &legs[index];
            if leg.participant.kind != ParticipantKind::Home || leg.down || !leg.is_on(MediaKind::Video) {
                continue;
            }
            let caps = |kind: ParticipantKind| {
                leg.watchers.iter().filter_map(move |(place, slot)| {
                    let (receiver, slot) = (&legs[*place], usize::from(*slot));
                    // Who is sent the low picture does not hold the main one down.
                    let has_say = receiver.participant.kind == kind && !leg.spares(now, receiver, slot);
                    has_say.then(|| receiver.slots[slot].cap.bps())
                })
            };
            // A weak link of the family must not blur the specialist's picture, nor one observer's that of another: they are sent less
            // ([`super::thinning`]).
            let receivers = caps(ParticipantKind::Specialist).min().or_else(|| caps(ParticipantKind::Observer).max());
            // What its own link takes the home finds out by itself.
            let bps = receivers.unwrap_or(self.config.video.start_bps);
            let leg = &mut self.legs[index];
            if let Some(video_bps) = leg.target.update(bps) {
                self.outputs.push_back(Output::SetBitrate { leg: leg.id, video_bps });
            }
        }
    }
}
