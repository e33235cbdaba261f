//! What goes to the relay beside the call: diagnostic stills, and segments of recordings.
//!
//! Each is on disk before it is offered, and is removed when the relay has it, so an outage or a power cut costs nothing but time. It travels on a bulk
//! stream of its own, at what the call leaves of the link ([`crate::link::bulk`]); one at a time, stills before segments, oldest first. A still that
//! cannot be read does not hold up those after it, nor does a segment. Why there is no still is remembered: the relay asks again for what it has not heard of, and is
//! told the same.
//!
//! | module | what |
//! |---|---|
//! | [`sending`] | how much may leave now; pure |
//! | [`segments`] | which segment goes next, which are given up, what the relay hears of recordings |
//!
//! Not here: what waits on disk (`stills::disk`, `recordings::disk`), taking pictures and recording (`capture`), whether this box is in the consultation (the
//! media task).

pub mod segments;
pub mod sending;

use crate::link::{Link, Open};
use crate::outbox::devices::{NoPicture, Picture};
use crate::recordings::TapeEvent;
use crate::recordings::disk::{Disk as Segments, Waiting};
use crate::stills::disk::{Disk as Stills, Facts, KeepError};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use segments::{Next, Recordings};
use sending::Sending;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use yunzhen_domain::ids::{RecordingId, SegmentId, StillId};
use yunzhen_domain::records::STILL_MOST_BYTES;
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{SegmentLoss, StillTrouble, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::{Lifecycle, clock};

/// Messages that may wait for this task. More than two bursts' worth is dropped; the relay asks again.
pub const EVENT_QUEUE: usize = 64;
/// A camera that gives no picture within this gives none.
const CAMERA: Duration = Duration::from_secs(15);
/// An offer that the relay says nothing about is made again.
const AGAIN: Duration = Duration::from_secs(10);
/// A segment that could not be read is tried again after this.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// Failures that are remembered; those of the oldest stills are forgotten first.
const FAILURES: usize = 64;
/// Bulk goes after requests and control messages.
const PRIORITY: i32 = -1;

/// An object on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A still.
    Still(StillId),
    /// A segment of a recording.
    Segment(SegmentId),
}

impl Item {
    const fn uuid(self) -> Uuid {
        match self {
            Self::Still(id) => id.uuid(),
            Self::Segment(id) => id.uuid(),
        }
    }

    const fn kind(self) -> BulkKind {
        match self {
            Self::Still(_) => BulkKind::Still,
            Self::Segment(_) => BulkKind::Segment,
        }
    }
}

/// What this task hears.
#[derive(Debug)]
pub enum BulkEvent {
    /// The relay wants a still; the devices were asked, and answer here.
    Ordered {
        /// Which.
        still_id: StillId,
        /// What the camera gave.
        picture: oneshot::Receiver<Result<Picture, NoPicture>>,
    },
    /// `still_at`, `segment_at`.
    At {
        /// Of what.
        item: Item,
        /// So much is there.
        offset: u64,
    },
    /// `still_done`, `segment_done`.
    Done {
        /// What.
        item: Item,
    },
    /// `still_refused`, `segment_refused`.
    Refused {
        /// What.
        item: Item,
        /// The relay waits for segments before it.
        out_of_order: bool,
    },
    /// `recording_next`: the relay waits for nothing before it.
    Next {
        /// Of which recording.
        recording_id: RecordingId,
        /// The index of what is to come next.
        next: u32,
    },
    /// What becomes of a recording on this box.
    Tape(RecordingId, TapeEvent),
    /// `stop_recording`: the relay waits for the rest.
    Stopped {
        /// Which.
        recording_id: RecordingId,
    },
}

type Taken = (StillId, Result<Picture, NoPicture>);

/// The task.
pub struct Bulk {
    link: Link,
    stills: Stills,
    segments: Segments,
    events: mpsc::Receiver<BulkEvent>,
    begun: Instant,
    /// Orders whose picture the camera has yet to give.
    ordered: HashSet<StillId>,
    taking: FuturesUnordered<BoxFuture<'static, Taken>>,
    /// Why there is no picture of these.
    failed: BTreeMap<StillId, StillTrouble>,
    /// On the disk, which neither gives them nor lets them go.
    unreadable: HashSet<StillId>,
    current: Option<Current>,
    /// The connection that it was offered on.
    on: Option<usize>,
    recordings: Recordings,
}

/// What the relay was offered last.
struct Current {
    item: Item,
    bytes: Bytes,
    /// Once the relay said from where.
    under_way: Option<(quinn::SendStream, Sending)>,
    /// Its stream came to an end before it, or it is given up and was told so: what the relay says of earlier is stale, and it is offered again after a while.
    broken: bool,
    /// Then it is offered again, or tried to be read.
    again_at: Instant,
}

impl Bulk {
    /// A task that brings what these folders hold.
    pub fn new(link: Link, stills: Stills, segments: Segments) -> (Self, mpsc::Sender<BulkEvent>) {
        let (sender, events) = mpsc::channel(EVENT_QUEUE);
        let begun = clock::now_instant();
        let bulk = Self {
            link,
            stills,
            segments,
            events,
            begun,
            ordered: HashSet::new(),
            taking: FuturesUnordered::new(),
            failed: BTreeMap::new(),
            unreadable: HashSet::new(),
            current: None,
            on: None,
            recordings: Recordings::default(),
        };
        (bulk, sender)
    }

    /// Runs until the program drains.
    pub async fn run(mut self, life: Lifecycle) {
        let soft = life.soft().clone();
        let mut open = self.link.open();
        loop {
            let connection = open.borrow_and_update().clone();
            // Whatever stream was on another connection is gone with it.
            let on = connection.as_ref().map(|open| open.connection.stable_id());
            if on != self.on {
                (self.on, self.current) = (on, None);
                if on.is_some() {
                    self.say_what_hinders();
                }
            }
            if self.current.is_none() && connection.is_some() {
                self.offer_next().await;
            }
            let bps = match self.current.as_ref().map(|current| current.item) {
                Some(Item::Segment(_)) => self.link.bulk().spare_bps(),
                Some(Item::Still(_)) | None => self.link.bulk().bps(),
            };
            let sending = self.current.as_ref().and_then(|current| current.under_way.as_ref());
            let due = sending.and_then(|(_, sending)| sending.due(bps)).map(|at| self.begun + at);
            let again = self.current.as_ref().map(|current| current.again_at);
            tokio::select! {
                biased;
                () = soft.cancelled() => return,
                changed = open.changed() => if changed.is_err() { return },
                event = self.events.recv() => match event {
                    Some(event) => self.event(event, connection.as_ref()).await,
                    None => return,
                },
                Some((id, picture)) = self.taking.next(), if !self.taking.is_empty() => self.taken(id, picture).await,
                () = clock::until(due), if due.is_some() => self.send_piece(bps).await,
                () = clock::until(again), if again.is_some() => self.current = None,
            }
        }
    }

    async fn event(&mut self, event: BulkEvent, open: Option<&Open>) {
        match event {
            BulkEvent::Ordered { still_id, picture } => {
                let held = on_disk(&self.stills, move |disk| Ok(disk.has(still_id))).await;
                // The relay asks again after each of its own restarts and ours: what was taken is not taken again.
                let held = held == Some(true) && !self.unreadable.contains(&still_id);
                if held || !self.ordered.insert(still_id) {
                    return;
                }
                self.taking.push(Box::pin(async move {
                    match tokio::time::timeout(CAMERA, picture).await {
                        Ok(Ok(picture)) => (still_id, picture),
                        Ok(Err(_)) | Err(_) => (still_id, Err(NoPicture::Failed)),
                    }
                }));
            }
            BulkEvent::At { item, offset } => self.at(item, offset, open).await,
            BulkEvent::Done { item } => {
                tracing::debug!(?item, "received by the relay");
                self.forget(item).await;
            }
            BulkEvent::Refused { item, out_of_order } => {
                metrics::counter!("yunzhen_bulk_refused_total").increment(1);
                match item {
                    Item::Segment(id) if out_of_order => self.out_of_order(id).await,
                    Item::Segment(_) | Item::Still(_) => self.forget(item).await,
                }
            }
            BulkEvent::Next { recording_id, next } => self.settle(recording_id, next).await,
            BulkEvent::Tape(id, event) => self.tape(id, event).await,
            BulkEvent::Stopped { recording_id } => {
                self.recordings.stop(recording_id);
                self.say_what_is_over().await;
            }
        }
    }

    async fn tape(&mut self, id: RecordingId, event: TapeEvent) {
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
    fn say_what_hinders(&self) {
        for message in self.recordings.troubles() {
            if !self.link.tell(message) {
                tracing::debug!("no link to say what hinders a recording");
            }
        }
    }

    /// Recordings that were stopped and of which the relay has all. Without a link the relay asks again on the next one.
    async fn say_what_is_over(&mut self) {
        if !self.recordings.any_stopped() {
            return;
        }
        let Some(waiting) = self.segments_waiting().await else { return };
        for recording_id in self.recordings.over(&waiting) {
            self.link.tell(ToRelay::RecordingOver { recording_id });
        }
    }

    /// Segments that the relay wants, in the order in which they go.
    async fn segments_waiting(&mut self) -> Option<Vec<Waiting>> {
        let mut waiting = on_disk(&self.segments, Segments::waiting).await?;
        waiting.retain(|one| self.recordings.is_wanted(one));
        Some(waiting)
    }

    /// The relay waits for segments before this one. Those that wait go first; where there are none, there never will be.
    async fn out_of_order(&mut self, id: SegmentId) {
        let waiting = self.segments_waiting().await.unwrap_or_default();
        self.current = None;
        let Some(one) = waiting.iter().find(|one| one.segment == id).copied() else { return };
        let is_first = waiting.iter().all(|other| other.recording != one.recording || other.index >= one.index);
        if let Some(before) = one.index.checked_sub(1).filter(|_| is_first) {
            self.give_segments_up(Waiting { index: before, ..one }, SegmentLoss::Missing);
        }
    }

    /// Up to this one, for what the relay has not. What it answers goes on behind it; it is told again until it does.
    fn give_segments_up(&mut self, last: Waiting, reason: SegmentLoss) {
        let Waiting { recording, index, segment } = last;
        tracing::error!(%recording, index, ?reason, "a stretch of a recording is given up");
        metrics::counter!("yunzhen_segments_given_up_total").increment(1);
        self.link.tell(ToRelay::SegmentLost { segment_id: segment, recording_id: recording, index, reason });
        self.wait_for(segment, AGAIN);
    }

    /// Nothing else of recordings goes for so long.
    fn wait_for(&mut self, segment: SegmentId, wait: Duration) {
        let (item, again_at) = (Item::Segment(segment), clock::now_instant() + wait);
        self.current = Some(Current { item, bytes: Bytes::new(), under_way: None, broken: true, again_at });
    }

    /// The relay has, or waits for no more, what was before it.
    async fn settle(&mut self, id: RecordingId, next: u32) {
        self.current.take_if(|current| matches!(current.item, Item::Segment(_)));
        if on_disk(&self.segments, move |disk| disk.remove_before(id, next)).await.is_none() {
            self.recordings.settle(id, next);
        }
        self.say_what_is_over().await;
        self.say_what_waits().await;
    }

    async fn taken(&mut self, id: StillId, picture: Result<Picture, NoPicture>) {
        self.ordered.remove(&id);
        let trouble = match picture {
            Ok(picture) if picture.bytes.len() as u64 > STILL_MOST_BYTES => StillTrouble::TooLarge,
            Ok(Picture { bytes, media_type, width, height, taken_at }) => {
                let kept = tokio::task::spawn_blocking({
                    let disk = self.stills.clone();
                    move || {
                        let sha256 = yunzhen_domain::audit::hex(&Sha256::digest(&bytes));
                        let facts = Facts { taken_at, media_type: media_type.to_owned(), width, height, sha256 };
                        disk.keep(id, &facts, &bytes)
                    }
                });
                match kept.await {
                    // The next turn of the loop offers it. What nobody waits for goes on after it, from where the relay says.
                    Ok(Ok(())) => {
                        self.failed.remove(&id);
                        self.unreadable.remove(&id);
                        self.current.take_if(|current| matches!(current.item, Item::Segment(_)));
                        return self.say_what_waits().await;
                    }
                    Ok(Err(KeepError::Full)) => StillTrouble::BoxFull,
                    Ok(Err(error @ KeepError::Disk(_))) => {
                        tracing::error!(%error, "no room for a still");
                        StillTrouble::BoxDisk
                    }
                    Err(_) => StillTrouble::Other,
                }
            }
            Err(NoPicture::Off) => StillTrouble::CameraOff,
            Err(NoPicture::Failed) => StillTrouble::CameraFailed,
            // The relay asks after the call why it has none.
            Err(NoPicture::NoCall) => self.failed.get(&id).copied().unwrap_or(StillTrouble::CallOver),
        };
        self.fail(id, trouble);
    }

    /// There is no picture, and why. Nothing acknowledges it, so it is remembered: the relay asks again when the link went before it heard.
    fn fail(&mut self, id: StillId, reason: StillTrouble) {
        self.failed.insert(id, reason);
        if self.failed.len() > FAILURES {
            self.failed.pop_first();
        }
        if !self.link.tell(ToRelay::StillFailed { still_id: id, reason }) {
            tracing::debug!("no link to say that there is no still; the relay asks again");
        }
    }

    /// The oldest still that waits and can be read.
    async fn next_still(&mut self) -> Option<(StillId, Facts, Vec<u8>)> {
        loop {
            let id = stills_waiting(&self.stills, &self.unreadable).await.first().copied()?;
            match on_disk(&self.stills, move |disk| disk.read(id)).await {
                Some((facts, bytes)) => return Some((id, facts, bytes)),
                None => self.give_up(id).await,
            }
        }
    }

    /// One that the disk does not give. Whoever asked can press again, once told.
    async fn give_up(&mut self, id: StillId) {
        metrics::counter!("yunzhen_stills_unreadable_total").increment(1);
        if on_disk(&self.stills, move |disk| disk.remove(id)).await.is_none() {
            self.unreadable.insert(id);
        }
        self.fail(id, StillTrouble::BoxDisk);
    }

    /// Offers the oldest still that waits, else the next segment.
    async fn offer_next(&mut self) {
        let (item, offer, bytes) = if let Some((still_id, facts, bytes)) = self.next_still().await {
            let Facts { taken_at, media_type, width, height, sha256 } = facts;
            let len = bytes.len() as u64;
            let offer = ToRelay::StillOffer { still_id, taken_at, media_type, width, height, bytes: len, sha256 };
            (Item::Still(still_id), offer, bytes)
        } else {
            let waiting = self.segments_waiting().await.unwrap_or_default();
            match on_disk(&self.segments, move |disk| Ok(segments::next(disk, &waiting))).await.flatten() {
                Some(Next::Offer(offer, segment_id, bytes)) => (Item::Segment(segment_id), offer, bytes),
                // It is tried again after a while.
                Some(Next::Unreadable(one, _)) if self.recordings.try_again(one.segment) => {
                    return self.wait_for(one.segment, READ_AGAIN);
                }
                Some(Next::Unreadable(one, reason)) => return self.give_segments_up(one, reason),
                None => return self.say_what_waits().await,
            }
        };
        // A link that is full or gone: the offer is made again.
        self.link.tell(offer);
        let again_at = clock::now_instant() + AGAIN;
        self.current = Some(Current { item, bytes: bytes.into(), under_way: None, broken: false, again_at });
        self.link.bulk().set_presses(matches!(item, Item::Still(_)));
    }

    async fn at(&mut self, item: Item, offset: u64, open: Option<&Open>) {
        let now = self.now();
        let Some(current) = self.current.as_mut().filter(|current| current.item == item) else { return };
        current.again_at = clock::now_instant() + AGAIN;
        if let Some((_, sending)) = &mut current.under_way {
            sending.heard(offset);
            return;
        }
        let Some(open) = open.filter(|_| !current.broken) else { return };
        let begun = async {
            let mut stream = open.connection.open_uni().await?;
            stream.set_priority(PRIORITY)?;
            let mut head = StreamType::Bulk.encode();
            head.extend(BulkHead { kind: item.kind(), id: item.uuid(), offset }.encode());
            stream.write_all(&head).await?;
            Ok::<_, io::Error>(stream)
        };
        match begun.await {
            Ok(stream) => {
                let sending = Sending::new(current.bytes.len() as u64, offset, now);
                current.under_way = Some((stream, sending));
            }
            Err(error) => {
                tracing::debug!(%error, "no stream for bulk");
                current.broken = true;
            }
        }
    }

    async fn send_piece(&mut self, bps: u32) {
        let now = self.now();
        let Some(current) = &mut self.current else { return };
        let Current { bytes, under_way: Some((stream, sending)), .. } = current else { return };
        let piece = bytes.slice(sending.take(now, bps));
        metrics::counter!("yunzhen_bulk_sent_bytes_total").increment(piece.len() as u64);
        let mut sent = stream.write_chunk(piece).await.map_err(io::Error::from);
        if sent.is_ok() && sending.is_sent() {
            sent = stream.finish().map_err(io::Error::from);
        }
        if let Err(error) = sent {
            // The relay stopped the stream, or the link is gone: what it has it says after the next offer.
            tracing::debug!(%error, "bulk stopped on its way");
            (current.under_way, current.broken) = (None, true);
        }
    }

    async fn forget(&mut self, item: Item) {
        self.current.take_if(|current| current.item == item);
        match item {
            Item::Still(id) => {
                on_disk(&self.stills, move |disk| disk.remove(id)).await;
            }
            Item::Segment(id) => {
                if on_disk(&self.segments, move |disk| disk.remove(id)).await.is_none() {
                    let waiting = self.segments_waiting().await.unwrap_or_default();
                    if let Some(one) = waiting.iter().find(|one| one.segment == id) {
                        self.recordings.settle(one.recording, one.index + 1);
                    }
                }
                self.say_what_is_over().await;
            }
        }
        self.say_what_waits().await;
    }

    /// Pictures make room for a still that waits, and only then.
    async fn say_what_waits(&mut self) {
        let waiting = stills_waiting(&self.stills, &self.unreadable).await.len();
        metrics::gauge!("yunzhen_stills_waiting").set(waiting as f64);
        self.link.bulk().set_presses(waiting > 0);
        let segments = self.segments_waiting().await.unwrap_or_default().len();
        metrics::gauge!("yunzhen_segments_waiting").set(segments as f64);
    }

    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }
}

/// Stills that can be offered, oldest first.
async fn stills_waiting(disk: &Stills, unreadable: &HashSet<StillId>) -> Vec<StillId> {
    let waiting = on_disk(disk, Stills::waiting).await.unwrap_or_default();
    waiting.into_iter().filter(|id| !unreadable.contains(id)).collect()
}

/// Works on a disk beside the other tasks; `None` when it failed, which is logged.
async fn on_disk<D: Clone + Send + 'static, T: Send + 'static>(
    disk: &D,
    work: impl FnOnce(&D) -> io::Result<T> + Send + 'static,
) -> Option<T> {
    let disk = disk.clone();
    let done = tokio::task::spawn_blocking(move || work(&disk)).await.map_err(io::Error::from).flatten();
    done.inspect_err(|error| tracing::error!(%error, "bulk on disk")).ok()
}
