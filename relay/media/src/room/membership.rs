//! Coming, going, muting: what changes who is there and what may be forwarded.

use std::time::Instant;

use yunzhen_protocol::room::{
    AudioState, Departure, DepartureReason, EndReason, LinkLevel, Participant, ParticipantId, VideoState,
};

use super::{
    MAX_DEPARTED, MAX_SLOTS, Room,
    io::{Join, LeaveReason, LegId, Output, RoomError},
    leg::{Leg, Slot},
    presence::Presence,
    slots::{Candidate, assign},
    source::Source,
    takes::Limited,
};
use crate::{
    bitrate::Target,
    codec::MediaKind,
    layers::{Choice, Layer, Rate},
    link::LinkMonitor,
    pictures::Pictures,
};

impl Room {
    pub(super) fn join(&mut self, now: Instant, join: Join) -> Result<(), RoomError> {
        if join.slots.len() > MAX_SLOTS {
            return Err(RoomError::TooManySlots);
        }
        if self.legs.iter().any(|leg| leg.id == join.leg) {
            return Err(RoomError::LegInUse);
        }
        let place = self.legs.iter().position(|leg| leg.participant.id == join.participant);
        if place.is_none() && self.legs.len() >= self.config.max_legs {
            return Err(RoomError::Full);
        }
        let old = place.map(|place| &self.legs[place]);
        let limits = self.config.video;
        let mut slots: Vec<Slot> = join.slots.iter().map(|slot| Slot::new(*slot, limits)).collect();
        // A client that rejoins finds everyone where they were.
        for (slot, before) in slots.iter_mut().zip(old.into_iter().flat_map(|old| &old.slots)) {
            slot.source = before.source;
        }
        let leg = Leg {
            id: join.leg,
            participant: Participant {
                id: join.participant,
                kind: join.kind,
                display_name: join.display_name,
                audio: join.audio,
                video: join.video,
                camera: join.camera,
                tablet: None,
                rung: None,
                signals: Vec::new(),
                link: LinkLevel::Good,
                pictures: None,
                since: old.map_or_else(|| self.wall(now), |old| old.participant.since),
            },
            order: old.map_or(self.joined, |old| old.order),
            publish: join.publish,
            ask_missing: join.ask_missing,
            receive: join.receive,
            receives: join.receives,
            audio: Source::new(MediaKind::Audio),
            video: Source::new(MediaKind::Video),
            rate: Rate::default(),
            low: None,
            slots,
            watchers: Vec::new(),
            presence: Presence::new(now),
            down: false,
            link: LinkMonitor::default(),
            round_trip: None,
            target: Target::default(),
            receiving: None,
            sends: Pictures::Full,
            limited: Limited::default(),
        };
        self.joined += 1;
        match place {
            Some(place) => {
                let old = std::mem::replace(&mut self.legs[place], leg);
                self.stop_runs_of(place, None);
                self.outputs.push_back(Output::CloseLeg { leg: old.id });
            }
            None => self.legs.push(leg),
        }
        self.departed.retain(|departure| departure.participant_id != join.participant);
        self.rearrange(now);
        Ok(())
    }

    /// Takes a leg and its participant out. The caller rearranges afterwards.
    pub(super) fn remove(&mut self, index: usize, reason: LeaveReason) {
        let leg = self.legs.remove(index);
        let Participant { id, kind, display_name, .. } = leg.participant;
        if self.departed.len() == MAX_DEPARTED {
            self.departed.pop_front();
        }
        self.departed.push_back(Departure { participant_id: id, kind, display_name, reason: departed_for(reason) });
        self.outputs.push_back(Output::Left { participant: id, kind, reason });
        self.outputs.push_back(Output::CloseLeg { leg: leg.id });
    }

    pub(super) fn gone(&mut self, participant: ParticipantId, reason: LeaveReason) {
        let reason = departed_for(reason);
        for departure in self.departed.iter_mut().filter(|departure| departure.participant_id == participant) {
            let before = std::mem::replace(&mut departure.reason, reason);
            self.changed |= before != reason;
        }
    }

    pub(super) fn end(&mut self, reason: EndReason) {
        self.ended = Some(reason);
        self.version += 1;
        self.outputs.push_back(Output::State { version: self.version });
        self.outputs.push_back(Output::Ended { reason });
    }

    pub(super) fn media_state(
        &mut self,
        now: Instant,
        leg: LegId,
        audio: AudioState,
        video: VideoState,
    ) -> Result<(), RoomError> {
        let index = self.index(leg)?;
        let participant = &mut self.legs[index].participant;
        if (participant.audio, participant.video) == (audio, video) {
            return Ok(());
        }
        participant.audio = audio;
        participant.video = video;
        for kind in [MediaKind::Audio, MediaKind::Video] {
            if !self.legs[index].is_on(kind) {
                // What comes back on starts a new run: for receivers no gap, and a picture starts on a keyframe.
                self.stop_runs_of(index, Some(kind));
                self.legs[index].source_mut(kind).gate.reset();
                self.legs[index].source_mut(kind).missing.clear();
                if let (MediaKind::Video, Some(low)) = (kind, &mut self.legs[index].low) {
                    low.off();
                }
            }
        }
        self.rearrange(now);
        Ok(())
    }

    pub(super) fn link_up(&mut self, now: Instant, leg: LegId) -> Result<(), RoomError> {
        let index = self.index(leg)?;
        let leg = &mut self.legs[index];
        leg.down = false;
        leg.target.forget();
        self.changed |= leg.heard(now);
        if leg.is_on(MediaKind::Video) && !leg.watchers.is_empty() {
            leg.video.gate.request(now);
        }
        Ok(())
    }

    pub(super) fn alive(&mut self, now: Instant, leg: LegId) -> Result<(), RoomError> {
        let changed = self.leg_mut(leg)?.heard(now);
        self.changed |= changed;
        Ok(())
    }

    /// Gives slots anew, finds who watches whom, and asks for the keyframes that are needed.
    pub(super) fn rearrange(&mut self, now: Instant) {
        self.changed = true;
        let mut order: Vec<usize> = (0..self.legs.len()).filter(|index| self.legs[*index].wants_slot()).collect();
        order.sort_by_key(|index| (self.legs[*index].participant.kind, self.legs[*index].order));
        let everyone: Vec<Candidate> = order
            .into_iter()
            .map(|index| &self.legs[index].participant)
            .map(|participant| Candidate { id: participant.id, kind: participant.kind })
            .collect();
        for leg in &mut self.legs {
            let others: Vec<Candidate> =
                everyone.iter().copied().filter(|candidate| candidate.id != leg.participant.id).collect();
            let current: Vec<_> = leg.slots.iter().map(|slot| slot.source).collect();
            for (slot, source) in leg.slots.iter_mut().zip(assign(&current, &others)) {
                if slot.source != source {
                    slot.show(source, self.config.video);
                }
            }
        }
        for index in 0..self.legs.len() {
            let id = self.legs[index].participant.id;
            let mut watchers = std::mem::take(&mut self.legs[index].watchers);
            watchers.clear();
            let mut keyframe_needed = false;
            for (place, leg) in self.legs.iter().enumerate() {
                for (slot, number) in leg.slots.iter().zip(0u8..).filter(|(slot, _)| slot.source == Some(id)) {
                    watchers.push((place, number));
                    let stopped = slot.video.as_ref().is_some_and(|track| !track.rewriter.is_running());
                    // One that is fed by the low picture waits for that.
                    let waits = stopped && slot.fed == Layer::Main;
                    keyframe_needed |= waits && leg.receives && !leg.is_paused();
                }
            }
            let leg = &mut self.legs[index];
            leg.watchers = watchers;
            if keyframe_needed && leg.is_on(MediaKind::Video) {
                leg.video.gate.request(now);
            }
        }
        self.choose_layers(now);
        self.limit(now);
    }

    /// Ends the runs of everyone who receives a leg: of one kind, or of both.
    pub(super) fn stop_runs_of(&mut self, index: usize, kind: Option<MediaKind>) {
        let id = self.legs[index].participant.id;
        for slot in self.legs.iter_mut().flat_map(|leg| &mut leg.slots).filter(|slot| slot.source == Some(id)) {
            if kind.is_none() {
                // Another leg: it has not said yet that it can send two pictures.
                (slot.choice, slot.fed) = (Choice::default(), Layer::Main);
            }
            for track in [&mut slot.audio, &mut slot.video].into_iter().flatten() {
                if kind.is_none_or(|kind| kind == track.kind) {
                    track.rewriter.stop();
                }
            }
        }
    }
}

const fn departed_for(reason: LeaveReason) -> DepartureReason {
    match reason {
        LeaveReason::HangUp => DepartureReason::HangUp,
        LeaveReason::Crash => DepartureReason::Crash,
        LeaveReason::Revoked => DepartureReason::Revoked,
        LeaveReason::Elsewhere => DepartureReason::Elsewhere,
    }
}
