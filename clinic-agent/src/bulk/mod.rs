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
//! | [`segments`] | which segment goes next, which are given up, what the relay hears of recordings; pure |
//! | `pictures` | the task's part of stills |
//! | `tapes` | the task's part of recordings |
//!
//! Not here: what waits on disk (`stills::disk`, `recordings::disk`), taking pictures and recording (`capture`), whether this box is in the consultation (the
//! media task).

mod pictures;
pub mod segments;
pub mod sending;
mod tapes;

use crate::link::{Link, Open};
use crate::outbox::devices::{NoPicture, Picture};
use crate::recordings::TapeEvent;
use crate::recordings::disk::Disk as Segments;
use crate::stills::disk::{Disk as Stills, Facts};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use pictures::stills_waiting;
use segments::{Next, Recordings};
use sending::Sending;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;
use yunzhen_domain::ids::{RecordingId, SegmentId, StillId};
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{StillTrouble, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::{Lifecycle, clock};

/// Messages that may wait for this task. More than two bursts' worth is dropped; the relay asks again.
pub const EVENT_QUEUE: usize = 64;
/// A camera that gives no picture within this gives none.
const CAMERA: Duration = Duration::from_secs(15);
/// An offer that the relay says nothing about is made again.
const AGAIN: Duration = Duration::from_secs(10);
/// A segment that could not be read is tried again after this, and what comes behind a recording that is set aside goes.
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
                    self.recordings.connected();
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
            let resumes = self.recordings.resumes(self.now()).map(|at| self.begun + at);
            let again = self.current.as_ref().map_or(resumes, |current| Some(current.again_at));
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

    /// Offers the oldest still that waits, else the next segment.
    async fn offer_next(&mut self) {
        let (item, offer, bytes) = if let Some((still_id, facts, bytes)) = self.next_still().await {
            let Facts { taken_at, media_type, width, height, sha256 } = facts;
            let len = bytes.len() as u64;
            let offer = ToRelay::StillOffer { still_id, taken_at, media_type, width, height, bytes: len, sha256 };
            (Item::Still(still_id), offer, bytes)
        } else {
            let mut waiting = self.segments_waiting().await.unwrap_or_default();
            let now = self.now();
            waiting.retain(|one| !self.recordings.is_set_aside(one.recording, now));
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

/// Works on a disk beside the other tasks; `None` when it failed, which is logged.
async fn on_disk<D: Clone + Send + 'static, T: Send + 'static>(
    disk: &D,
    work: impl FnOnce(&D) -> io::Result<T> + Send + 'static,
) -> Option<T> {
    let disk = disk.clone();
    let done = tokio::task::spawn_blocking(move || work(&disk)).await.map_err(io::Error::from).flatten();
    done.inspect_err(|error| tracing::error!(%error, "bulk on disk")).ok()
}
