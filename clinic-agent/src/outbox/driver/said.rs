//! The driver's part of what the relay says: media begin and end, rooms change, stills and recordings are ordered.

use super::super::session::{HOLD, Input};
use super::Driver;
use crate::bulk::{BulkEvent, Item};
use crate::link::LinkEvent;
use crate::recordings::RecordOrder;
use std::sync::Arc;
use std::time::Duration;
use yunzhen_protocol::control::{SegmentRefusal, ToBox};
use yunzhen_protocol::room::RoomState;

impl Driver {
    pub(super) fn link_event(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::Up => {
                // Another relay, or this one restarted, counts the states of its room anew.
                (self.low_asked, self.room_said) = (None, false);
                self.input(Input::LinkUp);
            }
            LinkEvent::Down => self.input(Input::LinkDown),
            LinkEvent::Moved => self.input(Input::ControlMoved),
            LinkEvent::Control(message) => match *message {
                ToBox::StartMedia { consultation_id, video, audio, hold_s, low } => {
                    tracing::info!(consultation = %consultation_id, "media start");
                    let hold = hold_s.map_or(HOLD, |seconds| Duration::from_secs(seconds.into()));
                    self.input(Input::Start { consultation_id, video, audio, hold });
                    // One that was refused leaves the streams of another call, or none.
                    let begun = self.session.consultation() == Some(consultation_id);
                    if let Some(streams) = self.streams.as_mut().filter(|_| begun) {
                        streams.set_low(low);
                    }
                }
                ToBox::StopMedia { consultation_id, reason } => {
                    tracing::info!(consultation = %consultation_id, ?reason, "media stop");
                    self.input(Input::Stop { consultation_id, reason });
                }
                ToBox::KeyframeRequest { low: false } => self.input(Input::KeyframeWanted),
                ToBox::KeyframeRequest { low: true } => self.devices.low_keyframe(),
                ToBox::SetBitrate { video_bps } => self.input(Input::SetBitrate(video_bps)),
                ToBox::SelectCamera { camera } => self.input(Input::Choose(camera)),
                ToBox::RoomState(state) => {
                    self.low_asked = state.send_low.then_some(state.consultation_id);
                    self.room_state(state);
                }
                ToBox::TakeStill { still_id, consultation_id, camera } => {
                    self.take_still(still_id, consultation_id, camera);
                }
                ToBox::StillAt { still_id, offset } => {
                    self.tell_bulk(BulkEvent::At { item: Item::Still(still_id), offset });
                }
                ToBox::StillDone { still_id } => self.tell_bulk(BulkEvent::Done { item: Item::Still(still_id) }),
                ToBox::StillRefused { still_id, reason } => {
                    tracing::warn!(still = %still_id, ?reason, "still refused by the relay");
                    self.tell_bulk(BulkEvent::Refused { item: Item::Still(still_id), out_of_order: false });
                }
                ToBox::Record { recording_id, consultation_id, key, next } => {
                    self.record(RecordOrder { recording_id, key, next }, consultation_id);
                }
                ToBox::StopRecording { recording_id } => {
                    if self.recording.is_some_and(|(id, _)| id == recording_id) {
                        self.stop_recording();
                    }
                    self.tell_bulk(BulkEvent::Stopped { recording_id });
                }
                ToBox::SegmentAt { segment_id, offset } => {
                    self.tell_bulk(BulkEvent::At { item: Item::Segment(segment_id), offset });
                }
                ToBox::SegmentDone { segment_id } => {
                    self.tell_bulk(BulkEvent::Done { item: Item::Segment(segment_id) });
                }
                ToBox::SegmentRefused { segment_id, reason } => {
                    tracing::warn!(segment = %segment_id, ?reason, "segment of a recording refused by the relay");
                    let out_of_order = reason == SegmentRefusal::OutOfOrder;
                    self.tell_bulk(BulkEvent::Refused { item: Item::Segment(segment_id), out_of_order });
                }
                ToBox::RecordingNext { recording_id, next } => self.tell_bulk(BulkEvent::Next { recording_id, next }),
                // The link's own business.
                ToBox::Welcome { .. } | ToBox::Joined {} | ToBox::Refused { .. } | ToBox::Drain { .. } => {}
            },
        }
    }

    fn room_state(&mut self, state: RoomState) {
        let counts_on = std::mem::replace(&mut self.room_said, true);
        self.outbox.room.send_if_modified(|room| {
            let older = counts_on && room.as_ref().is_some_and(|known| is_older(&state, known));
            if !older {
                *room = Some(Arc::new(state));
            }
            !older
        });
    }
}

/// In one count of one room.
fn is_older(state: &RoomState, known: &RoomState) -> bool {
    known.consultation_id == state.consultation_id && known.version > state.version
}
