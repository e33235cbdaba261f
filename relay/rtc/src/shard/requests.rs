//! What the asynchronous side asks for.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{mpsc, watch};
use uuid::Uuid;
use yunzhen_media::pacing::LegPacer;
use yunzhen_media::protocol::room::{AudioState, ConsultationId, EndReason, LinkLevel, RoomPhase, VideoState};
use yunzhen_media::protocol::sdpfrag::SdpFragment;
use yunzhen_media::room::{LegId as RoomLeg, MAX_SLOTS, Origin, SlotConfig};
use yunzhen_media::{Input, Join, MediaKind, PayloadTypes, Room, RoomConfig};

use super::Shard;
use super::leg::{Browser, External, Leg, Transport};
use super::rooms::{RoomEntry, told_as};
use crate::clock;
use crate::error::{ConnectError, PatchError};
use crate::external::{ExternalConfig, ExternalSink};
use crate::mux;
use crate::peer::{Peer, PeerError, PeerSetup};
use crate::queue::{Command, OpenedRoom};
use crate::room::{
    Answer, ConnectLeg, LeaveReason, LegDirection, LegId, NewParticipant, Patched, RoomCommand, RoomSnapshot,
};
use crate::sdp::Offer;

/// Events that may wait for the asynchronous side.
const EVENTS: usize = 256;

impl Shard {
    pub(super) fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::OpenRoom { id, reply } => answer(reply, self.open_room(now, id)),
            Command::Room { id, command } => match self.room_ids.get(&id) {
                Some(room) => self.room_command(now, *room, command),
                None => refuse(command),
            },
            Command::Sizes { reply } => answer(reply, self.sizes()),
            Command::Drain { reply } => {
                for key in self.rooms.keys() {
                    self.feed(now, key, Input::End { reason: EndReason::Drain });
                }
                self.flush();
                answer(reply, ());
            }
        }
    }

    fn sizes(&self) -> crate::Sizes {
        let (names, addresses) = self.mux.sizes();
        crate::Sizes { rooms: self.rooms.len(), legs: self.legs.len(), names, addresses, timers: self.timers.len() }
    }

    fn open_room(&mut self, now: Instant, id: Uuid) -> Option<OpenedRoom> {
        if self.rooms.len() >= self.config.limits.rooms_per_shard || self.room_ids.contains_key(&id) {
            return None;
        }
        let timing = self.config.timing;
        let config = RoomConfig {
            lost_after: timing.lost_after,
            deserted_after: timing.deserted_after,
            gone_after: timing.left_after,
            max_legs: self.config.limits.legs_per_room,
            ..RoomConfig::new(ConsultationId::from_uuid(id))
        };
        let origin = Origin { instant: now, wall: clock::wall() };
        let snapshot = RoomSnapshot {
            phase: RoomPhase::Open,
            ended: None,
            version: 1,
            participants: Vec::new(),
            views: Vec::new(),
        };
        let (state, watch) = watch::channel(Arc::new(snapshot));
        let (events, receiver) = mpsc::channel(EVENTS);
        let key = self.rooms.insert_with(|_| RoomEntry {
            id,
            room: Room::new(config, origin),
            legs: Vec::new(),
            state,
            events,
            scheduled: None,
            is_touched: false,
            leaving: None,
            version: 1,
        });
        self.room_ids.insert(id, key);
        Some(OpenedRoom { state: watch, events: receiver })
    }

    fn key_of(&self, room: u64, leg: LegId) -> Option<u64> {
        self.rooms.get(room)?.legs.iter().find(|(id, _)| *id == leg).map(|(_, key)| *key)
    }

    fn external_of(&self, room: u64) -> Option<u64> {
        let is_external =
            |key: &u64| matches!(self.legs.get(*key), Some(Leg { transport: Transport::External(_), .. }));
        self.rooms.get(room)?.legs.iter().map(|(_, key)| *key).find(is_external)
    }

    fn room_command(&mut self, now: Instant, room: u64, command: RoomCommand) {
        match command {
            RoomCommand::Connect { leg, reply } => answer(reply, self.connect(now, room, *leg)),
            RoomCommand::Patch { leg, fragment, reply } => {
                let key = self.key_of(room, leg).ok_or(PatchError::UnknownLeg);
                answer(reply, key.and_then(|key| self.patch(now, key, &fragment)));
            }
            RoomCommand::Disconnect { leg, reason, reply } => {
                let key = self.key_of(room, leg);
                key.into_iter().for_each(|key| self.leave(now, key, reason));
                answer(reply, key.is_some());
            }
            RoomCommand::MediaState { leg, audio, video, reply } => {
                let key = self.key_of(room, leg);
                let done =
                    key.is_some_and(|key| self.feed(now, room, Input::MediaState { leg: RoomLeg(key), audio, video }));
                answer(reply, done);
            }
            RoomCommand::Quality { leg, level, reply } => {
                let key = self.key_of(room, leg);
                let done = key.is_some_and(|key| self.feed(now, room, Input::Quality { leg: RoomLeg(key), level }));
                answer(reply, done);
            }
            RoomCommand::StreamOpened { leg, reply } => {
                let key = self.key_of(room, leg);
                let done = key.is_some_and(|key| self.feed(now, room, Input::StreamOpened { leg: RoomLeg(key) }));
                answer(reply, done);
            }
            RoomCommand::StreamEnded { leg } => {
                if let Some(key) = self.key_of(room, leg) {
                    self.feed(now, room, Input::StreamEnded { leg: RoomLeg(key) });
                }
            }
            RoomCommand::JoinExternal { participant, config, sink, reply } => {
                answer(reply, self.join_external(now, room, participant, config, sink));
            }
            RoomCommand::ExternalState { audio, video, camera, link, reply } => {
                let key = self.external_of(room);
                if let Some(key) = key {
                    let leg = RoomLeg(key);
                    self.feed(now, room, Input::MediaState { leg, audio, video });
                    self.feed(now, room, Input::Camera { leg, camera });
                    self.external_link(now, room, key, link);
                }
                answer(reply, key.is_some());
            }
            RoomCommand::ExternalTablet { tablet, reply } => {
                let key = self.external_of(room);
                let done = key.is_some_and(|key| self.feed(now, room, Input::Tablet { leg: RoomLeg(key), tablet }));
                answer(reply, done);
            }
            RoomCommand::ExternalRung { rung, reply } => {
                let key = self.external_of(room);
                let done = key.is_some_and(|key| self.feed(now, room, Input::Rung { leg: RoomLeg(key), rung }));
                answer(reply, done);
            }
            RoomCommand::ExternalSignals { signals, reply } => {
                let key = self.external_of(room);
                let done = key.is_some_and(|key| self.feed(now, room, Input::Signals { leg: RoomLeg(key), signals }));
                answer(reply, done);
            }
            RoomCommand::Given { from, to, reply } => {
                answer(reply, self.rooms.get(room).and_then(|entry| entry.room.given(from, to)));
            }
            RoomCommand::LeaveExternal { reason, reply } => {
                let key = self.external_of(room);
                key.into_iter().for_each(|key| self.leave(now, key, reason));
                answer(reply, key.is_some());
            }
            RoomCommand::ExternalGone { participant, reason, reply } => {
                if let Some(key) = self.external_of(room) {
                    self.leave(now, key, reason);
                } else {
                    self.feed(now, room, Input::Gone { participant, reason: told_as(reason) });
                }
                answer(reply, ());
            }
            RoomCommand::ExternalKeyframe { slot } => {
                if let Some(key) = self.external_of(room) {
                    self.feed(now, room, Input::KeyframeRequest { leg: RoomLeg(key), slot });
                }
            }
            RoomCommand::End { reason, reply } => {
                self.feed(now, room, Input::End { reason });
                answer(reply, ());
            }
        }
    }

    fn external_link(&mut self, now: Instant, room: u64, key: u64, link: LinkLevel) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let Transport::External(external) = &mut leg.transport else { return };
        let is_down = link == LinkLevel::Lost;
        let was_down = std::mem::replace(&mut external.is_down, is_down);
        let leg = RoomLeg(key);
        match (was_down, is_down) {
            (false, true) => drop(self.feed(now, room, Input::LinkDown { leg })),
            (true, false) => drop(self.feed(now, room, Input::LinkUp { leg })),
            _ => {}
        }
        if !is_down {
            // Its session hears from it, also while it sends neither sound nor picture.
            self.feed(now, room, Input::Alive { leg });
            self.feed(now, room, Input::Quality { leg, level: link });
        }
    }

    fn connect(&mut self, now: Instant, room: u64, connect: ConnectLeg) -> Result<Answer, ConnectError> {
        let ConnectLeg { participant, offer, replaces, direction, watch } = connect;
        let offer = Offer::parse(&offer, &self.config.limits.offer)?;
        check_direction(&offer, direction)?;
        self.make_room(now, room, &participant, replaces)?;
        let ufrag = mux::ufrag(self.id, clock::random());
        let pwd: String = clock::random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut random = || u32::from_be_bytes(clock::random()) | 1;
        let mut setup = PeerSetup {
            certificate: &self.config.certificate.0,
            ufrag: &ufrag,
            pwd: &pwd,
            candidates: &self.candidates,
            random: &mut random,
        };
        let (peer, sdp) = Peer::answer(now, &mut setup, offer).map_err(|error| match error {
            PeerError::Offer(error) => error.into(),
            PeerError::Core(error) => ConnectError::Offer { reason: format!("the offer cannot be answered: {error}") },
        })?;
        let (audio, video) = (peer.publishes_kind(MediaKind::Audio), peer.publishes_kind(MediaKind::Video));
        // Of those who take part: a client that only publishes is told nothing, so it could not stop.
        let offers_low = peer.offers_low() && direction == LegDirection::Both;
        let (receive, slots) = (peer.receives(), room_slots(&peer, watch.is_some(), &mut random));
        let id = LegId(uuid::Builder::from_random_bytes(clock::random()).into_uuid());
        let browser = Browser {
            peer,
            ufrag: ufrag.clone(),
            pwd,
            path: None,
            path_heard: now,
            addresses: Vec::new(),
            scheduled: None,
            setup_until: now + self.config.timing.setup,
            is_dirty: false,
            pacer: LegPacer::default(),
            paced: None,
            sent_reports: Vec::new(),
            watch: watch.map(|participant| (participant, None)),
        };
        let transport = Transport::Browser(Box::new(browser));
        let key = self.legs.insert_with(|_| Leg { id, participant: participant.id, room, transport });
        self.mux.name(ufrag, key);
        let join = Join {
            leg: RoomLeg(key),
            participant: participant.id,
            kind: participant.kind,
            display_name: participant.display_name,
            audio: if audio { AudioState::On } else { AudioState::None },
            video: if video { VideoState::On } else { VideoState::None },
            camera: None,
            publish: PayloadTypes::BOX,
            ask_missing: true,
            receive,
            receives: false,
            slots,
        };
        self.join(now, room, id, key, join)?;
        if offers_low {
            self.feed(now, room, Input::OffersLow { leg: RoomLeg(key) });
        }
        self.schedule_leg(now, key);
        Ok(Answer { leg: id, sdp })
    }

    fn make_room(
        &mut self,
        now: Instant,
        room: u64,
        participant: &NewParticipant,
        replaces: Option<LegId>,
    ) -> Result<(), ConnectError> {
        if let Some(old) = replaces.and_then(|old| self.key_of(room, old))
            && self.legs.get(old).is_some_and(|leg| leg.participant != participant.id)
        {
            self.leave(now, old, LeaveReason::Replaced);
        }
        let entry = self.rooms.get(room).ok_or(ConnectError::Ended)?;
        let rejoins = entry.room.leg_of(participant.id).is_some();
        if !rejoins && entry.legs.len() >= self.config.limits.legs_per_room {
            metrics::counter!("yunzhen_legs_refused_total").increment(1);
            return Err(ConnectError::RoomFull);
        }
        Ok(())
    }

    /// Enters the leg's names, then tells the room; what the room refuses is taken back.
    fn join(&mut self, now: Instant, room: u64, id: LegId, key: u64, join: Join) -> Result<(), ConnectError> {
        let Some(entry) = self.rooms.get_mut(room) else { return Err(ConnectError::Ended) };
        entry.legs.push((id, key));
        if self.feed(now, room, Input::Join(Box::new(join))) {
            return Ok(());
        }
        if let Some(entry) = self.rooms.get_mut(room) {
            entry.legs.retain(|(other, _)| *other != id);
        }
        if let Some(Leg { transport: Transport::Browser(browser), .. }) = self.legs.remove(key) {
            self.mux.forget_name(&browser.ufrag);
        }
        Err(ConnectError::RoomFull)
    }

    fn join_external(
        &mut self,
        now: Instant,
        room: u64,
        participant: NewParticipant,
        config: ExternalConfig,
        sink: Box<dyn ExternalSink>,
    ) -> Result<(LegId, u64), ConnectError> {
        self.make_room(now, room, &participant, None)?;
        let id = LegId(uuid::Builder::from_random_bytes(clock::random()).into_uuid());
        let external = External { sink, config, is_down: false, is_dirty: false };
        let transport = Transport::External(external);
        let key = self.legs.insert_with(|_| Leg { id, participant: participant.id, room, transport });
        let ssrc = || Some(u32::from_be_bytes(clock::random()) | 1);
        let slots = (0..MAX_SLOTS).map(|_| SlotConfig { audio_ssrc: ssrc(), video_ssrc: ssrc() }).collect();
        let join = Join {
            leg: RoomLeg(key),
            participant: participant.id,
            kind: participant.kind,
            display_name: participant.display_name,
            audio: config.audio,
            video: config.video,
            camera: config.camera,
            publish: PayloadTypes::BOX,
            ask_missing: true,
            receive: PayloadTypes::BOX,
            receives: true,
            slots,
        };
        self.join(now, room, id, key, join)?;
        if config.low_ssrc.is_some() {
            self.feed(now, room, Input::OffersLow { leg: RoomLeg(key) });
        }
        Ok((id, key))
    }

    fn patch(&mut self, now: Instant, key: u64, fragment: &str) -> Result<Patched, PatchError> {
        let malformed = |reason: String| PatchError::Fragment { reason };
        let fragment = SdpFragment::parse(fragment).map_err(|error| malformed(error.to_string()))?;
        let Some(leg) = self.legs.get_mut(key) else { return Err(PatchError::UnknownLeg) };
        let Transport::Browser(browser) = &mut leg.transport else { return Err(PatchError::UnknownLeg) };
        let offer = browser.peer.offer();
        let (ufrag, pwd) = match (fragment.ufrag, fragment.pwd) {
            (Some(ufrag), Some(pwd)) if (&ufrag, &pwd) != (&offer.ufrag, &offer.pwd) => (ufrag, pwd),
            (Some(_), None) | (None, Some(_)) => return Err(malformed("ICE credentials come in pairs".to_owned())),
            _ => return Ok(Patched::Trickled),
        };
        let answer = browser.peer.restart(now, &ufrag, &pwd).map_err(|error| malformed(error.to_string()))?;
        let sdpfrag = crate::sdp::restart_fragment(&answer, &browser.ufrag, &browser.pwd);
        Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
        self.schedule_leg(now, key);
        Ok(Patched::Restarted { sdpfrag })
    }
}

fn check_direction(offer: &Offer, direction: LegDirection) -> Result<(), ConnectError> {
    let refuse = |reason: &str| Err(ConnectError::Offer { reason: reason.to_owned() });
    match direction {
        LegDirection::Publish if offer.lines.iter().any(|line| line.direction.client_receives()) => {
            refuse("this token only publishes: offer sendonly media")
        }
        LegDirection::Watch if offer.lines.iter().any(|line| line.direction.client_sends()) => {
            refuse("this token only watches: offer recvonly media")
        }
        _ => Ok(()),
    }
}

fn room_slots(peer: &Peer, watches_one: bool, random: &mut dyn FnMut() -> u32) -> Vec<SlotConfig> {
    let mut slots = vec![SlotConfig::default(); if watches_one { MAX_SLOTS } else { 0 }];
    for (slot, kind, ssrc) in peer.slot_streams() {
        let slot = usize::from(slot);
        if slots.len() <= slot {
            slots.resize(slot + 1, SlotConfig::default());
        }
        // One who watches a single participant has them wherever the room puts them.
        for (number, config) in slots.iter_mut().enumerate().filter(|(number, _)| *number == slot || watches_one) {
            let ssrc = if number == slot { ssrc } else { random() };
            match kind {
                MediaKind::Audio => config.audio_ssrc = Some(ssrc),
                MediaKind::Video => config.video_ssrc = Some(ssrc),
            }
        }
    }
    slots
}

/// A caller that stopped waiting does not want the answer.
fn answer<T>(reply: tokio::sync::oneshot::Sender<T>, value: T) {
    let _ = reply.send(value);
}

/// The room is not there (any more).
fn refuse(command: RoomCommand) {
    match command {
        RoomCommand::Connect { reply, .. } => answer(reply, Err(ConnectError::Ended)),
        RoomCommand::Patch { reply, .. } => answer(reply, Err(PatchError::UnknownLeg)),
        RoomCommand::JoinExternal { reply, .. } => answer(reply, Err(ConnectError::Ended)),
        RoomCommand::Disconnect { reply, .. }
        | RoomCommand::MediaState { reply, .. }
        | RoomCommand::Quality { reply, .. }
        | RoomCommand::ExternalState { reply, .. }
        | RoomCommand::ExternalTablet { reply, .. }
        | RoomCommand::ExternalRung { reply, .. }
        | RoomCommand::ExternalSignals { reply, .. }
        | RoomCommand::StreamOpened { reply, .. }
        | RoomCommand::LeaveExternal { reply, .. } => answer(reply, false),
        RoomCommand::ExternalGone { reply, .. } | RoomCommand::End { reply, .. } => answer(reply, ()),
        RoomCommand::Given { reply, .. } => answer(reply, None),
        RoomCommand::ExternalKeyframe { .. } | RoomCommand::StreamEnded { .. } => {}
    }
}
