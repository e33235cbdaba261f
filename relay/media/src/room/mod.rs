//! A room: the legs of one consultation, and what passes between them.
//!
//! Each participant publishes one sound and one picture. Each leg receives the others on its slots, which never need negotiation again:
//! a slot is an outgoing source with a fixed number, fed by whoever is shown there.
//!
//! * A receiver starts on a keyframe and, after any change of what feeds its slot, starts on a keyframe again.
//! * Keyframe requests of all receivers become one.
//! * A box whose link takes no pictures gets none; whoever films is told what the boxes' links take.
//! * Where a publisher can send a low picture beside its own, a weak viewer among strong ones is given that one.
//! * What a participant turned off is not forwarded, whatever their client sends.
//! * Per packet nothing is allocated but the place in the output queue; payloads are shared.
//!
//! The output queue is bounded by one input: a driver drains it after each. Not here: sockets, encryption, who may join.

mod forward;
mod io;
mod layered;
mod leg;
mod membership;
mod presence;
mod slots;
mod source;
mod takes;
mod thinning;
mod tick;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use yunzhen_protocol::room::{Departure, EndReason, Participant, ParticipantId, RoomPhase, RoomState, SlotAssignment};

pub use io::{
    Counters, Forward, Given, Input, Join, LeaveReason, LegId, Origin, Output, RoomConfig, RoomError, SlotConfig,
};
use leg::{Leg, SlotTrack};

use crate::{codec::MediaKind, pictures::Pictures};

/// Slots of one leg.
pub const MAX_SLOTS: usize = 8;
/// Departures that are remembered for the screens.
const MAX_DEPARTED: usize = 4;
const TICK: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub struct Room {
    config: RoomConfig,
    origin: Origin,
    legs: Vec<Leg>,
    joined: u64,
    ended: Option<EndReason>,
    departed: VecDeque<Departure>,
    version: u64,
    changed: bool,
    next_tick: Instant,
    outputs: VecDeque<Output>,
    counters: Counters,
}

impl Room {
    /// An open room with nobody in it.
    pub fn new(config: RoomConfig, origin: Origin) -> Self {
        Self {
            config,
            origin,
            legs: Vec::new(),
            joined: 0,
            ended: None,
            departed: VecDeque::new(),
            version: 1,
            changed: false,
            next_tick: origin.instant + TICK,
            outputs: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    /// Tells the room what happened. Drain [`Self::poll_output`] afterwards.
    pub fn handle(&mut self, now: Instant, input: Input) -> Result<(), RoomError> {
        if self.ended.is_some() {
            return Err(RoomError::Ended);
        }
        match input {
            Input::Rtp { leg, packet } => self.forward(now, leg, packet)?,
            Input::LowRtp { leg, packet } => self.forward_low(now, leg, packet)?,
            Input::OffersLow { leg } => self.offers_low(now, leg)?,
            Input::LowSenderReport { leg, ntp, rtp_timestamp } => {
                self.low_sender_report(now, leg, ntp, rtp_timestamp)?;
            }
            Input::Join(join) => self.join(now, *join)?,
            Input::Receives { leg } => {
                self.leg_mut(leg)?.receives = true;
                self.rearrange(now);
            }
            Input::Leave { leg, reason } => {
                let index = self.index(leg)?;
                self.remove(index, reason);
                self.rearrange(now);
            }
            Input::Gone { participant, reason } => self.gone(participant, reason),
            Input::End { reason } => self.end(reason),
            Input::SenderReport { leg, kind, ntp, rtp_timestamp } => {
                self.sender_report(now, leg, kind, ntp, rtp_timestamp)?;
            }
            Input::KeyframeRequest { leg, slot } => self.keyframe_wanted(now, leg, slot)?,
            Input::Dropped { leg, slot } => self.dropped(now, leg, slot)?,
            Input::Nack { leg, slot, kind, sequences } => self.resend(now, leg, slot, kind, &sequences)?,
            Input::Reception { leg, slot, loss, estimate_bps } => {
                self.alive(now, leg)?;
                let leg = self.leg_mut(leg)?;
                leg.link.measured(crate::link::level(loss, None));
                if let Some(slot) = leg.slots.get_mut(usize::from(slot)) {
                    slot.cap.report(now, loss, estimate_bps);
                    self.choose_layers(now);
                }
            }
            Input::Path { leg, round_trip, loss } => {
                let leg = self.leg_mut(leg)?;
                leg.round_trip = Some(round_trip);
                leg.link.measured(crate::link::level(loss, Some(round_trip)));
            }
            Input::Takes { leg, takes } => self.takes(now, leg, takes)?,
            Input::Quality { leg, level } => self.leg_mut(leg)?.link.reported(now, level),
            Input::MediaState { leg, audio, video } => self.media_state(now, leg, audio, video)?,
            Input::Camera { leg, camera } => {
                let leg = self.leg_mut(leg)?;
                let changed = leg.participant.camera != camera;
                leg.participant.camera = camera;
                self.changed |= changed;
            }
            Input::Tablet { leg, tablet } => {
                let leg = self.leg_mut(leg)?;
                let before = std::mem::replace(&mut leg.participant.tablet, tablet);
                self.changed |= before != tablet;
            }
            Input::Rung { leg, rung } => {
                let leg = self.leg_mut(leg)?;
                let before = std::mem::replace(&mut leg.participant.rung, rung);
                self.changed |= before != rung;
            }
            Input::Signals { leg, signals } => {
                let leg = self.leg_mut(leg)?;
                let changed = leg.participant.signals != signals;
                leg.participant.signals = signals;
                self.changed |= changed;
            }
            Input::StreamOpened { leg } => self.leg_mut(leg)?.presence.stream_opened(),
            Input::StreamEnded { leg } => self.leg_mut(leg)?.presence.stream_ended(now),
            Input::Alive { leg } => self.alive(now, leg)?,
            Input::LinkDown { leg } => {
                let leg = self.leg_mut(leg)?;
                leg.down = true;
                leg.link.set_down(true);
                let shown = leg.link.shown();
                let before = std::mem::replace(&mut leg.participant.link, shown);
                self.changed |= before != shown;
            }
            Input::LinkUp { leg } => self.link_up(now, leg)?,
            Input::Timeout => {}
        }
        self.timers(now);
        if std::mem::take(&mut self.changed) {
            self.version += 1;
            self.outputs.push_back(Output::State { version: self.version });
        }
        Ok(())
    }

    /// The next thing to do, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Timeout`] is due, unless something else happens first. `None` when nobody is here.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.ended.is_some() || self.legs.is_empty() {
            return None;
        }
        let sources = self.legs.iter().filter(|leg| !leg.down).flat_map(Leg::sources);
        let due = sources.flat_map(|source| [source.missing.poll_timeout(), source.gate.poll_timeout()]).flatten();
        let after = self.config.deserted_after;
        let shown = self.legs.iter().filter(|leg| !leg.link.is_down());
        let deserted = shown.filter_map(|leg| leg.presence.deserted_at(after));
        Some(due.chain(deserted).fold(self.next_tick, Instant::min))
    }

    /// The room as a leg sees it.
    pub fn state(&self, leg: LegId) -> Option<RoomState> {
        let leg = self.legs.iter().find(|candidate| candidate.id == leg)?;
        let slots = leg.slots.iter().zip(0u8..);
        Some(RoomState {
            consultation_id: self.config.consultation_id,
            state: if self.ended.is_some() { RoomPhase::Ended } else { RoomPhase::Open },
            ended_reason: self.ended,
            participants: self.participants(),
            departed: self.departed.iter().cloned().collect(),
            slots: slots
                .filter_map(|(slot, number)| Some(SlotAssignment { slot: number, participant_id: slot.source? }))
                .collect(),
            you: leg.participant.id,
            send: (leg.sends != Pictures::Full).then_some(leg.sends),
            send_low: leg.low.as_ref().is_some_and(|low| low.is_wanted()),
            version: self.version,
        })
    }

    /// Everyone present: home, specialists, observers, each in the order they came.
    pub fn participants(&self) -> Vec<Participant> {
        let mut legs: Vec<&Leg> = self.legs.iter().collect();
        legs.sort_by_key(|leg| (leg.participant.kind, leg.order));
        legs.into_iter().map(|leg| leg.participant.clone()).collect()
    }

    /// The legs, in no order.
    pub fn legs(&self) -> impl Iterator<Item = LegId> {
        self.legs.iter().map(|leg| leg.id)
    }

    /// The leg on which a participant is.
    pub fn leg_of(&self, participant: ParticipantId) -> Option<LegId> {
        self.legs.iter().find(|leg| leg.participant.id == participant).map(|leg| leg.id)
    }

    /// What was sent to one participant of another; `None` while they are not here, or nothing arrives at them.
    pub fn given(&self, from: ParticipantId, to: ParticipantId) -> Option<Given> {
        let leg = self.legs.iter().find(|leg| leg.participant.id == to)?;
        if !leg.receives || leg.down || leg.link.is_down() {
            return None;
        }
        let slot = leg.slots.iter().find(|slot| slot.source == Some(from));
        let sent = |track: &Option<SlotTrack>| track.as_ref().map_or(0, |track| track.packets);
        Some(slot.map_or_else(Given::default, |slot| Given { sounds: sent(&slot.audio), pictures: sent(&slot.video) }))
    }

    /// Which slot and kind an outgoing source of a leg is; for feedback that names sources.
    pub fn track_of(&self, leg: LegId, ssrc: u32) -> Option<(u8, MediaKind)> {
        let leg = self.legs.iter().find(|candidate| candidate.id == leg)?;
        leg.slots.iter().zip(0u8..).find_map(|(slot, number)| {
            let found = [&slot.audio, &slot.video].into_iter().flatten().find(|track| track.rewriter.ssrc() == ssrc)?;
            Some((number, found.kind))
        })
    }

    /// What a leg is believed to take of the pictures that it is shown (or of that on one slot only), from its reports of loss; `None`: it is shown none.
    pub fn pictures_bps(&self, leg: LegId, only: Option<u8>) -> Option<u32> {
        let leg = self.legs.iter().find(|candidate| candidate.id == leg)?;
        let slots = leg.slots.iter().zip(0u8..).filter(|(_, number)| only.is_none_or(|only| only == *number));
        let shown = slots.filter(|(slot, _)| slot.source.is_some() && slot.video.is_some());
        shown.map(|(slot, _)| slot.cap.bps()).reduce(u32::saturating_add)
    }

    /// Why the room is over, once it is.
    pub const fn ended(&self) -> Option<EndReason> {
        self.ended
    }

    /// What was counted since the room was made.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    fn index(&self, leg: LegId) -> Result<usize, RoomError> {
        self.legs.iter().position(|candidate| candidate.id == leg).ok_or(RoomError::UnknownLeg)
    }

    fn leg_mut(&mut self, leg: LegId) -> Result<&mut Leg, RoomError> {
        self.legs.iter_mut().find(|candidate| candidate.id == leg).ok_or(RoomError::UnknownLeg)
    }

    fn wall(&self, now: Instant) -> jiff::Timestamp {
        let since = now.saturating_duration_since(self.origin.instant);
        self.origin.wall.checked_add(since).unwrap_or(self.origin.wall)
    }
}
