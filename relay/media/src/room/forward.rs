//! The packet path, and what receivers ask for along it.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use yunzhen_protocol::{room::ParticipantKind, rtp::RtpPacket};

use super::{
    Room,
    io::{Counters, Forward, LegId, Output, RoomError},
    leg::SlotTrack,
    source::Received,
};
use crate::{codec::MediaKind, layers::Layer};

/// How often somebody is heard who wants a keyframe of a low picture: on a link that hardly carries it, more of them would be all that it carries.
const LOW_HEARD: Duration = Duration::from_secs(1);

/// What is to be forwarded: its number, whether runs end before it, whether a keyframe begins. The rest is counted.
pub(super) fn fresh(counters: &mut Counters, received: Received) -> Option<(u64, bool, bool)> {
    match received {
        Received::Fresh { extended, restarted, starts_keyframe } => Some((extended, restarted, starts_keyframe)),
        Received::Duplicate => {
            counters.duplicates += 1;
            None
        }
        Received::Stale => {
            counters.out_of_window += 1;
            None
        }
    }
}

/// A packet that is passed to each who is shown its source: the main picture, the low one, or sound.
pub(super) struct Passing<'a> {
    pub(super) now: Instant,
    pub(super) extended: u64,
    pub(super) starts_keyframe: bool,
    pub(super) packet: &'a RtpPacket,
}

impl Passing<'_> {
    /// To one of them, in the run of numbers of their track, which begins with a keyframe. `false`: the track waits for one.
    pub(super) fn to(
        &self,
        (leg, slot): (LegId, u8),
        track: &mut SlotTrack,
        payload_type: u8,
        counters: &mut Counters,
        outputs: &mut VecDeque<Output>,
    ) -> bool {
        if !track.rewriter.is_running() {
            if !self.starts_keyframe {
                counters.before_keyframe += 1;
                return false;
            }
            track.rewriter.start(self.now, self.extended, self.packet.header);
        }
        let Some(header) = track.number(self.now, self.extended, self.packet, payload_type) else {
            counters.before_keyframe += 1;
            return true;
        };
        counters.forwarded += 1;
        let (kind, payload) = (track.kind, self.packet.payload.clone());
        outputs.push_back(Output::Rtp(Forward { leg, slot, kind, header, payload, resent: false }));
        true
    }
}

impl Room {
    pub(super) fn forward(&mut self, now: Instant, leg: LegId, packet: RtpPacket) -> Result<(), RoomError> {
        let index = self.index(leg)?;
        self.counters.received += 1;
        let publisher = &mut self.legs[index];
        self.changed |= publisher.heard(now);
        publisher.presence.sent(now);
        let Some(codec) = publisher.publish.codec(packet.header.payload_type) else {
            self.counters.unknown_payload_type += 1;
            return Ok(());
        };
        let kind = codec.kind();
        if !publisher.is_on(kind) {
            self.counters.while_off += 1;
            return Ok(());
        }
        let ask_missing = publisher.ask_missing;
        if kind == MediaKind::Video {
            publisher.rate.add(now, packet.payload.len());
        }
        let received = publisher.source_mut(kind).receive(now, codec, &packet, ask_missing);
        let Some((extended, restarted, starts_keyframe)) = fresh(&mut self.counters, received) else {
            return Ok(());
        };
        if restarted {
            self.stop_runs_of(index, Some(kind));
        }
        let watchers = std::mem::take(&mut self.legs[index].watchers);
        let mut waiting = false;
        let shared = watchers.len() > 1;
        let passing = Passing { now, extended, starts_keyframe, packet: &packet };
        for (place, number) in &watchers {
            let receiver = &mut self.legs[*place];
            if !receiver.receives || (kind == MediaKind::Video && receiver.is_paused()) {
                continue;
            }
            let (leg, receive) = (receiver.id, receiver.receive);
            let is_observer = receiver.participant.kind == ParticipantKind::Observer;
            let slot = &mut receiver.slots[usize::from(*number)];
            if kind == MediaKind::Video && slot.fed == Layer::Low {
                if slot.choice.layer() == Layer::Low || !starts_keyframe {
                    continue;
                }
                slot.feed_by(Layer::Main);
                self.counters.switched += 1;
            }
            if is_observer && kind == MediaKind::Video {
                let cap = slot.cap.limit_bps();
                if !slot.thinning.allows(now, cap, packet.payload.len(), starts_keyframe) {
                    self.counters.thinned += 1;
                    if let Some(track) = &mut slot.video {
                        track.rewriter.stop();
                    }
                    // Now and then a keyframe is asked for, with which the picture goes on.
                    waiting |= slot.thinning.hears(now);
                    continue;
                }
            }
            let track = match kind {
                MediaKind::Audio => slot.audio.as_mut(),
                MediaKind::Video => slot.video.as_mut(),
            };
            let Some(track) = track else { continue };
            let Some(payload_type) = receive.number(codec) else {
                self.counters.codec_not_taken += 1;
                continue;
            };
            if !passing.to((leg, *number), track, payload_type, &mut self.counters, &mut self.outputs) {
                waiting |= !(is_observer && shared) || slot.thinning.hears(now);
            }
        }
        let publisher = &mut self.legs[index];
        publisher.watchers = watchers;
        if waiting && publisher.video.gate.poll_timeout().is_none() {
            publisher.video.gate.request(now);
        }
        Ok(())
    }

    pub(super) fn sender_report(
        &mut self,
        now: Instant,
        leg: LegId,
        kind: MediaKind,
        ntp: u64,
        rtp_timestamp: u32,
    ) -> Result<(), RoomError> {
        self.report_to_viewers(now, leg, (kind, Layer::Main), ntp, rtp_timestamp)
    }

    /// Passes a publisher's clocks on to those who are sent what the report is about.
    pub(super) fn report_to_viewers(
        &mut self,
        now: Instant,
        leg: LegId,
        (kind, layer): (MediaKind, Layer),
        ntp: u64,
        rtp_timestamp: u32,
    ) -> Result<(), RoomError> {
        self.alive(now, leg)?;
        let index = self.index(leg)?;
        let watchers = std::mem::take(&mut self.legs[index].watchers);
        for (place, number) in &watchers {
            let receiver = &mut self.legs[*place];
            let leg = receiver.id;
            let slot = &mut receiver.slots[usize::from(*number)];
            if kind == MediaKind::Video && slot.fed != layer {
                continue;
            }
            let Some(track) = slot.track_mut(kind) else { continue };
            if let Some(rtp_timestamp) = track.rewriter.timestamp(rtp_timestamp) {
                self.outputs.push_back(Output::SenderReport {
                    leg,
                    slot: *number,
                    kind,
                    ssrc: track.rewriter.ssrc(),
                    ntp,
                    rtp_timestamp,
                    packets: track.packets,
                    octets: track.octets,
                });
            }
        }
        self.legs[index].watchers = watchers;
        Ok(())
    }

    pub(super) fn keyframe_wanted(&mut self, now: Instant, leg: LegId, slot: u8) -> Result<(), RoomError> {
        let receiver = self.index(leg)?;
        let Some(publisher) = self.shown_on(now, leg, slot)? else { return Ok(()) };
        if self.ends_trial(now, receiver, slot) {
            return Ok(());
        }
        if self.legs[publisher].is_on(MediaKind::Video)
            && !self.legs[receiver].is_paused()
            && self.hears_keyframe_wish(now, receiver, publisher, slot)
        {
            let (noticed, fed) = (self.legs[receiver].noticed(now, slot), self.legs[receiver].fed(slot));
            let publisher = &mut self.legs[publisher];
            let round_trip = publisher.round_trip();
            publisher.picture_mut(fed).keyframe_wanted(now, round_trip, noticed);
        }
        Ok(())
    }

    /// The leg's own pacer dropped a picture ([`crate::pacing`]): it goes on with a keyframe, and nothing of before is sent again.
    pub(super) fn dropped(&mut self, now: Instant, leg: LegId, slot: u8) -> Result<(), RoomError> {
        let receiver = self.index(leg)?;
        let Some(place) = self.legs[receiver].slots.get_mut(usize::from(slot)) else { return Ok(()) };
        if let Some(track) = &mut place.video {
            track.rewriter.stop();
        }
        let source = place.source;
        let publisher = source.and_then(|id| self.legs.iter().position(|leg| leg.participant.id == id));
        if let Some(publisher) = publisher
            && self.legs[publisher].is_on(MediaKind::Video)
            && !self.legs[receiver].is_paused()
            && self.hears_keyframe_wish(now, receiver, publisher, slot)
        {
            let fed = self.legs[receiver].fed(slot);
            self.legs[publisher].picture_mut(fed).gate.request(now);
        }
        Ok(())
    }

    /// An observer is heard now and then while others watch the same; who has the low picture, each [`LOW_HEARD`].
    fn hears_keyframe_wish(&mut self, now: Instant, receiver: usize, publisher: usize, slot: u8) -> bool {
        let shared = self.legs[publisher].watchers.len() > 1;
        let receiver = &mut self.legs[receiver];
        let is_observer = receiver.participant.kind == ParticipantKind::Observer;
        let Some(slot) = receiver.slots.get_mut(usize::from(slot)) else { return false };
        match slot.fed {
            Layer::Low => slot.thinning.hears_each(now, LOW_HEARD),
            Layer::Main => !shared || !is_observer || slot.thinning.hears(now),
        }
    }

    pub(super) fn resend(
        &mut self,
        now: Instant,
        leg: LegId,
        slot: u8,
        kind: MediaKind,
        sequences: &[u16],
    ) -> Result<(), RoomError> {
        let receiver = self.index(leg)?;
        let Some(publisher) = self.shown_on(now, leg, slot)? else { return Ok(()) };
        // Two different legs, or nothing to do: nobody is shown to themselves.
        let Ok([receiver, publisher]) = self.legs.get_disjoint_mut([receiver, publisher]) else { return Ok(()) };
        let round_trip = receiver.round_trip();
        let source = publisher.feed(kind, receiver.fed(slot));
        let Some(codec) = source.codec else { return Ok(()) };
        let Some(payload_type) = receiver.receive.number(codec) else { return Ok(()) };
        let Some(track) = receiver.slots.get_mut(usize::from(slot)).and_then(|slot| slot.track_mut(kind)) else {
            return Ok(());
        };
        for sequence in sequences {
            let found = track.rewriter.source_of(*sequence).and_then(|number| source.buffer.get(number));
            // What came late to everybody may have been asked for before it did.
            if found.is_some_and(|stored| !stored.late) {
                track.lost_at = Some(now);
            }
            let header = found.and_then(|stored| {
                let allowed = track.resends().allow(now, stored.extended, round_trip);
                allowed.then(|| track.rewriter.again(stored.extended, stored.header, payload_type))?
            });
            let (Some(stored), Some(header)) = (found, header) else {
                self.counters.not_resent += 1;
                continue;
            };
            self.counters.resent += 1;
            let payload = stored.payload.clone();
            self.outputs.push_back(Output::Rtp(Forward {
                leg: receiver.id,
                slot,
                kind,
                header,
                payload,
                resent: true,
            }));
        }
        Ok(())
    }

    /// The place of the leg whose participant is shown on a slot.
    fn shown_on(&mut self, now: Instant, leg: LegId, slot: u8) -> Result<Option<usize>, RoomError> {
        self.alive(now, leg)?;
        let index = self.index(leg)?;
        let source = self.legs[index].slots.get(usize::from(slot)).and_then(|slot| slot.source);
        Ok(source.and_then(|id| self.legs.iter().position(|leg| leg.participant.id == id)))
    }
}
