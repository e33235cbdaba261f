//! Between the sans-IO room and its legs: inputs in, outputs carried out, the snapshot published.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;
use yunzhen_media::layers::Layer;
use yunzhen_media::protocol::room::{EndReason, RoomPhase};
use yunzhen_media::protocol::rtcp::{self, RtcpPacket, SenderInfo};
use yunzhen_media::protocol::rtp::RtpPacket;
use yunzhen_media::room::{Forward, LeaveReason as RoomLeave};
use yunzhen_media::{Input, LegId as RoomLeg, MediaKind, Output, Room};

use super::Shard;
use super::leg::Transport;
use super::timers::Timer;
use crate::external::MediaFlow;
use crate::mux::Mux;
use crate::room::{LeaveReason, LegId, RoomEvent, RoomSnapshot};

pub(super) struct RoomEntry {
    pub id: Uuid,
    pub room: Room,
    pub legs: Vec<(LegId, u64)>,
    pub state: watch::Sender<Arc<RoomSnapshot>>,
    pub events: mpsc::Sender<RoomEvent>,
    pub scheduled: Option<Instant>,
    pub is_touched: bool,
    /// The reason that goes with the next leg the room closes.
    pub leaving: Option<LeaveReason>,
    pub version: u64,
}

impl RoomEntry {
    fn publish(&mut self) {
        let view = |(id, key): &(LegId, u64)| Some((*id, self.room.state(RoomLeg(*key))?));
        let ended = self.room.ended();
        let snapshot = RoomSnapshot {
            phase: if ended.is_some() { RoomPhase::Ended } else { RoomPhase::Open },
            ended,
            version: self.version,
            participants: self.room.participants(),
            views: self.legs.iter().filter_map(view).collect(),
        };
        self.state.send_replace(Arc::new(snapshot));
    }
}

impl Shard {
    /// Tells a room something and carries out what follows. `false` when the room refused it.
    pub(super) fn feed(&mut self, now: Instant, room: u64, input: Input) -> bool {
        let Some(entry) = self.rooms.get_mut(room) else { return false };
        if let Err(error) = entry.room.handle(now, input) {
            tracing::trace!(%error, "the room refused an input");
            return false;
        }
        if !std::mem::replace(&mut entry.is_touched, true) {
            self.touched.push(room);
        }
        // Packets are the rule and need nothing but the leg; everything else is rare.
        loop {
            let Some(entry) = self.rooms.get_mut(room) else { return true };
            match entry.room.poll_output() {
                Some(Output::Rtp(forward)) => self.forward(now, forward),
                Some(output) => self.carry_out(now, room, output),
                None => return true,
            }
        }
    }

    fn forward(&mut self, now: Instant, forward: Forward) {
        let Forward { leg: RoomLeg(key), slot, kind, header, payload, resent } = forward;
        let Some(leg) = self.legs.get_mut(key) else { return };
        match &mut leg.transport {
            Transport::Browser(browser) => {
                if !browser.peer.is_connected() {
                    return;
                }
                let Some(slot) = browser.line_slot(slot) else { return };
                let packet = RtpPacket { header, payload };
                if kind == MediaKind::Video {
                    if !resent {
                        return self.picture(now, key, slot, packet);
                    }
                    if !browser.pacer.repair(now, slot, packet.header.sequence, packet.payload.len()) {
                        self.counters.not_repaired += 1;
                        return;
                    }
                }
                if browser.peer.send(now, slot, kind, &packet, resent) {
                    Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
                } else {
                    self.counters.undeliverable += 1;
                }
            }
            Transport::External(external) => {
                let flow = match kind {
                    MediaKind::Audio => MediaFlow::Audio,
                    MediaKind::Video => MediaFlow::Video,
                };
                external.sink.packet(Some(slot), flow, RtpPacket { header, payload }.to_bytes());
                Self::mark_dirty(&mut self.dirty, key, &mut external.is_dirty);
            }
        }
    }

    fn carry_out(&mut self, now: Instant, room: u64, output: Output) {
        match output {
            Output::Rtp(forward) => self.forward(now, forward),
            Output::SenderReport { leg: RoomLeg(key), slot, kind, ssrc, ntp, rtp_timestamp, packets, octets } => {
                self.send_report(now, key, slot, kind, ssrc, SenderInfo { ntp, rtp_timestamp, packets, octets });
            }
            Output::RequestKeyframe { leg: RoomLeg(key), layer, .. } => self.request_keyframe(now, room, key, layer),
            Output::Nack { leg: RoomLeg(key), ssrc, sequences, .. } => self.ask_again(now, key, ssrc, sequences),
            Output::SetBitrate { leg: RoomLeg(key), video_bps } => {
                if let Some(leg) = self.legs.get(key) {
                    let participant = leg.participant;
                    self.event(room, RoomEvent::BitrateWanted { participant, video_bps });
                }
            }
            Output::Limit { leg: RoomLeg(key), video_bps } => self.limit(now, key, video_bps),
            Output::State { version } => self.publish(room, version),
            Output::Left { reason, .. } => {
                if let Some(entry) = self.rooms.get_mut(room) {
                    // A reason of ours, given before the room was told, says more.
                    entry.leaving.get_or_insert(match reason {
                        RoomLeave::HangUp => LeaveReason::HangUp,
                        RoomLeave::Crash => LeaveReason::Crash,
                        RoomLeave::Revoked => LeaveReason::Revoked,
                        RoomLeave::Elsewhere => LeaveReason::Elsewhere,
                    });
                }
            }
            Output::CloseLeg { leg: RoomLeg(key) } => {
                let reason = self.rooms.get_mut(room).and_then(|entry| entry.leaving.take());
                self.close_leg(key, reason.unwrap_or(LeaveReason::Replaced));
            }
            Output::Ended { reason } => self.close_room(room, reason),
        }
    }

    fn send_report(&mut self, now: Instant, key: u64, slot: u8, kind: MediaKind, ssrc: u32, info: SenderInfo) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        match &mut leg.transport {
            Transport::Browser(browser) => {
                if let (true, Some(slot)) = (browser.peer.is_connected(), browser.line_slot(slot)) {
                    browser.send_report(now, slot, kind, &info);
                    Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
                }
            }
            Transport::External(external) => {
                let report = RtcpPacket::SenderReport { ssrc, info, reports: Vec::new() };
                external.sink.packet(Some(slot), MediaFlow::Rtcp, Bytes::from(rtcp::encode(&[report])));
                Self::mark_dirty(&mut self.dirty, key, &mut external.is_dirty);
            }
        }
    }

    fn request_keyframe(&mut self, now: Instant, room: u64, key: u64, layer: Layer) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        let participant = leg.participant;
        match &mut leg.transport {
            Transport::Browser(browser) => {
                if browser.peer.is_connected() {
                    browser.peer.request_keyframe(now, layer);
                    Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
                }
            }
            Transport::External(_) => {
                let low = layer == Layer::Low;
                self.event(room, RoomEvent::KeyframeWanted { participant, low });
            }
        }
    }

    fn limit(&mut self, now: Instant, key: u64, video_bps: Option<u32>) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        if let Transport::Browser(browser) = &mut leg.transport
            && browser.peer.is_connected()
        {
            browser.peer.limit(now, video_bps);
            Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
        }
    }

    fn ask_again(&mut self, now: Instant, key: u64, ssrc: u32, sequences: Vec<u16>) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        match &mut leg.transport {
            Transport::Browser(browser) => {
                if browser.peer.is_connected() {
                    browser.peer.ask_again(now, ssrc, &sequences);
                    Self::mark_dirty(&mut self.dirty, key, &mut browser.is_dirty);
                }
            }
            Transport::External(external) => {
                let nack = RtcpPacket::Nack { sender: 0, media: ssrc, sequences };
                external.sink.packet(None, MediaFlow::Rtcp, Bytes::from(rtcp::encode(&[nack])));
                Self::mark_dirty(&mut self.dirty, key, &mut external.is_dirty);
            }
        }
    }

    fn publish(&mut self, room: u64, version: u64) {
        let Some(entry) = self.rooms.get_mut(room) else { return };
        entry.version = version;
        for (_, key) in &entry.legs {
            let Some(leg) = self.legs.get_mut(*key) else { continue };
            if let Transport::Browser(browser) = &mut leg.transport
                && let Some((watched, at)) = &mut browser.watch
                && let Some(view) = entry.room.state(RoomLeg(*key))
            {
                *at = view.slots.iter().find(|slot| slot.participant_id == *watched).map(|slot| slot.slot);
            }
        }
        entry.publish();
    }

    pub(super) fn event(&mut self, room: u64, event: RoomEvent) {
        if let Some(entry) = self.rooms.get(room)
            && entry.events.try_send(event).is_err()
        {
            self.counters.events_dropped += 1;
        }
    }

    /// Takes a leg out for a reason that the room has no word for, or that is known better here.
    pub(super) fn leave(&mut self, now: Instant, key: u64, reason: LeaveReason) {
        let Some(leg) = self.legs.get(key) else { return };
        let room = leg.room;
        if let Some(entry) = self.rooms.get_mut(room) {
            entry.leaving = Some(reason);
        }
        if !self.feed(now, room, Input::Leave { leg: RoomLeg(key), reason: told_as(reason) }) {
            if let Some(entry) = self.rooms.get_mut(room) {
                entry.leaving = None;
            }
            self.close_leg(key, reason);
        }
    }

    /// The room has let go of a leg: say goodbye on its transport and forget it.
    fn close_leg(&mut self, key: u64, reason: LeaveReason) {
        let Some(leg) = self.legs.get_mut(key) else { return };
        if let Transport::Browser(browser) = &mut leg.transport {
            browser.peer.close();
        }
        self.flush_leg(key);
        let Some(leg) = self.legs.remove(key) else { return };
        if let Transport::Browser(browser) = &leg.transport {
            forget(&mut self.mux, key, browser);
        }
        tracing::debug!(leg = %leg.id, ?reason, "a leg is gone");
        if let Some(entry) = self.rooms.get_mut(leg.room) {
            entry.legs.retain(|(id, _)| *id != leg.id);
        }
        self.event(leg.room, RoomEvent::Left { leg: leg.id, participant: leg.participant, reason });
    }

    fn close_room(&mut self, room: u64, reason: EndReason) {
        tracing::debug!(?reason, "a room has ended");
        let legs = self.rooms.get(room).map(|entry| entry.legs.clone()).unwrap_or_default();
        for (_, key) in legs {
            self.close_leg(key, LeaveReason::Ended);
        }
        if let Some(entry) = self.rooms.remove(room) {
            self.room_ids.remove(&entry.id);
        }
    }

    pub(super) fn room_due(&mut self, now: Instant, due: Instant, key: u64) {
        let Some(entry) = self.rooms.get_mut(key) else { return };
        if entry.scheduled != Some(due) {
            return;
        }
        entry.scheduled = None;
        self.feed(now, key, Input::Timeout);
    }

    pub(super) fn schedule_room(&mut self, now: Instant, key: u64) {
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.is_touched = false;
        let due = entry.room.poll_timeout().map(|due| due.max(now + std::time::Duration::from_millis(1)));
        self.timers.schedule(Timer::Room(key), &mut entry.scheduled, due);
    }

    /// Rooms whose owner dropped their events.
    pub(super) fn end_forgotten_rooms(&mut self, now: Instant) {
        for key in self.rooms.keys() {
            if self.rooms.get(key).is_some_and(|entry| entry.events.is_closed()) {
                self.feed(now, key, Input::End { reason: EndReason::Crash });
            }
        }
    }
}

fn forget(mux: &mut Mux, key: u64, browser: &super::leg::Browser) {
    mux.forget_name(&browser.ufrag);
    browser.addresses.iter().for_each(|address| mux.unbind(*address, key));
}

/// How a leaving is told to those who stay.
pub(super) const fn told_as(reason: LeaveReason) -> RoomLeave {
    match reason {
        LeaveReason::Crash => RoomLeave::Crash,
        LeaveReason::Revoked => RoomLeave::Revoked,
        LeaveReason::Elsewhere => RoomLeave::Elsewhere,
        LeaveReason::HangUp | LeaveReason::Replaced | LeaveReason::Ended => RoomLeave::HangUp,
    }
}
