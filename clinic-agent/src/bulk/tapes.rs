//! The task's part of recordings: what tapes tell, which segments wait, what is given up and what the relay hears of it. What is decided of it is [`super::segments`]; pure.

use super::{AGAIN, Bulk, Current, Item, READ_AGAIN, on_disk};
use crate::recordings::TapeEvent;
use crate::recordings::disk::{Disk as Segments, Waiting};
use bytes::Bytes;
use std::time::Duration;
use yunzhen_domain::ids::{RecordingId, SegmentId};
use yunzhen_protocol::control::{SegmentLoss, ToRelay};
use yunzhen_runtime::clock;

impl Bulk {
    pub(super) async fn tape(&mut self, id: RecordingId, event: TapeEvent) {
        if !self.recordings.tape(id, event) {
            // The next turn of the loop offers it, when nothing else is under way.
            return self.say_what_waits().await;
        }
        match event {
            TapeEvent::Closed => self.say_what_is_over().await,
            _ => self.say_what_hinders(),
        }
    }

    /// Of each recording that runs. The relay keeps what it hears once; without a link it hears it on the next one.
    pub(super) fn say_what_hinders(&self) {
        for message in self.recordings.troubles() {
            if !self.link.tell(message) {
                tracing::debug!("no link to say what hinders a recording");
            }
        }
    }

    /// Recordings that were stopped and of which the relay has all. Without a link the relay asks again on the next one.
    pub(super) async fn say_what_is_over(&mut self) {
        if !self.recordings.any_stopped() {
            return;
        }
        let Some(waiting) = self.segments_waiting().await else { return };
        for recording_id in self.recordings.over(&waiting) {
            self.link.tell(ToRelay::RecordingOver { recording_id });
        }
    }

    /// Segments that the relay wants, in the order in which they go.
    pub(super) async fn segments_waiting(&mut self) -> Option<Vec<Waiting>> {
        let mut waiting = on_disk(&self.segments, Segments::waiting).await?;
        waiting.retain(|one| self.recordings.is_wanted(one));
        Some(waiting)
    }

    /// The relay waits for segments before this one. Those that wait go first; where there are none, there never will be.
    pub(super) async fn out_of_order(&mut self, id: SegmentId) {
        let waiting = self.segments_waiting().await.unwrap_or_default();
        self.current = None;
        let Some(one) = waiting.iter().find(|one| one.segment == id).copied() else { return };
        let is_first = waiting.iter().all(|other| other.recording != one.recording || other.index >= one.index);
        if let Some(before) = one.index.checked_sub(1).filter(|_| is_first) {
            self.give_segments_up(Waiting { index: before, ..one }, SegmentLoss::Missing);
        }
    }

    /// Up to this one, for what the relay has not. What it answers goes on behind it; it is told again until it does.
    pub(super) fn give_segments_up(&mut self, last: Waiting, reason: SegmentLoss) {
        let Waiting { recording, index, segment } = last;
        if !self.recordings.tell_lost(recording, self.now()) {
            tracing::warn!(%recording, index, "the relay does not answer that a stretch is lost; the recording is set aside");
            metrics::counter!("yunzhen_recordings_set_aside_total").increment(1);
            return self.wait_for(segment, READ_AGAIN);
        }
        tracing::error!(%recording, index, ?reason, "a stretch of a recording is given up");
        metrics::counter!("yunzhen_segments_given_up_total").increment(1);
        self.link.tell(ToRelay::SegmentLost { segment_id: segment, recording_id: recording, index, reason });
        self.wait_for(segment, AGAIN);
    }

    /// Nothing else of recordings goes for so long.
    pub(super) fn wait_for(&mut self, segment: SegmentId, wait: Duration) {
        let (item, again_at) = (Item::Segment(segment), clock::now_instant() + wait);
        self.current = Some(Current { item, bytes: Bytes::new(), under_way: None, broken: true, again_at });
    }

    /// The relay has, or waits for no more, what was before it.
    pub(super) async fn settle(&mut self, id: RecordingId, next: u32) {
        self.current.take_if(|current| matches!(current.item, Item::Segment(_)));
        self.recordings.lost_answered(id);
        if on_disk(&self.segments, move |disk| disk.remove_before(id, next)).await.is_none() {
            self.recordings.settle(id, next);
        }
        self.say_what_is_over().await;
        self.say_what_waits().await;
    }
}
