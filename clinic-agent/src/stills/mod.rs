//! Diagnostic stills: from the camera's full picture to the relay's record.
//!
//! A still is on disk before it is offered, and is removed when the relay has it, so an outage or a power cut costs nothing but time. It travels on a bulk
//! stream of its own, at what the call leaves of the link ([`crate::link::bulk`]); one at a time, oldest first. One that cannot be read does not hold up those after
//! it. Why there is none is remembered: the relay asks again for what it has not heard of, and is told the same.
//!
//! | module | what |
//! |---|---|
//! | [`disk`] | what waits, with its bounds |
//! | [`sending`] | how much may leave now; pure |
//!
//! Not here: taking the picture (`capture::still`), whether this box is in the consultation (the media task).

pub mod disk;
pub mod sending;

use crate::link::{Link, Open};
use crate::outbox::devices::{NoPicture, Picture};
use bytes::Bytes;
use disk::{Disk, Facts, KeepError};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use sending::Sending;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use yunzhen_domain::ids::StillId;
use yunzhen_domain::records::STILL_MOST_BYTES;
use yunzhen_protocol::bulk::{BulkHead, BulkKind};
use yunzhen_protocol::control::{StillRefusal, StillTrouble, ToRelay};
use yunzhen_protocol::stream::StreamType;
use yunzhen_runtime::{Lifecycle, clock};

/// Messages about stills that may wait for this task. More than two bursts' worth is dropped; the relay asks again.
pub const EVENT_QUEUE: usize = 64;
/// A camera that gives no picture within this gives none.
const CAMERA: Duration = Duration::from_secs(15);
/// An offer that the relay says nothing about is made again.
const AGAIN: Duration = Duration::from_secs(10);
/// Failures that are remembered; those of the oldest stills are forgotten first.
const FAILURES: usize = 64;
/// Bulk goes after requests and control messages.
const PRIORITY: i32 = -1;

/// What this task hears.
#[derive(Debug)]
pub enum StillEvent {
    /// The relay wants one; the devices were asked, and answer here.
    Ordered {
        /// Which.
        still_id: StillId,
        /// What the camera gave.
        picture: oneshot::Receiver<Result<Picture, NoPicture>>,
    },
    /// `still_at`.
    At {
        /// Which.
        still_id: StillId,
        /// So much is there.
        offset: u64,
    },
    /// `still_done`.
    Done {
        /// Which.
        still_id: StillId,
    },
    /// `still_refused`.
    Refused {
        /// Which.
        still_id: StillId,
        /// Why.
        reason: StillRefusal,
    },
}

type Taken = (StillId, Result<Picture, NoPicture>);

/// The task.
pub struct Stills {
    link: Link,
    disk: Disk,
    events: mpsc::Receiver<StillEvent>,
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
}

/// The still that the relay was offered last.
struct Current {
    id: StillId,
    bytes: Bytes,
    /// Once the relay said from where.
    under_way: Option<(quinn::SendStream, Sending)>,
    /// Its stream came to an end before it: what the relay says of earlier is stale, and it is offered again after a while.
    broken: bool,
    heard_at: Instant,
}

impl Stills {
    /// A task that keeps stills in this folder.
    pub fn new(link: Link, disk: Disk) -> (Self, mpsc::Sender<StillEvent>) {
        let (sender, events) = mpsc::channel(EVENT_QUEUE);
        let begun = clock::now_instant();
        let (ordered, taking) = (HashSet::new(), FuturesUnordered::new());
        let (failed, unreadable) = (BTreeMap::new(), HashSet::new());
        (Self { link, disk, events, begun, ordered, taking, failed, unreadable, current: None, on: None }, sender)
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
            }
            if self.current.is_none() && connection.is_some() {
                self.offer_next().await;
            }
            let bps = self.link.bulk().bps();
            let sending = self.current.as_ref().and_then(|current| current.under_way.as_ref());
            let due = sending.and_then(|(_, sending)| sending.due(bps)).map(|at| self.begun + at);
            let again = self.current.as_ref().map(|current| current.heard_at + AGAIN);
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

    async fn event(&mut self, event: StillEvent, open: Option<&Open>) {
        match event {
            StillEvent::Ordered { still_id, picture } => {
                let held = on_disk(&self.disk, move |disk| Ok(disk.has(still_id))).await;
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
            StillEvent::At { still_id, offset } => self.at(still_id, offset, open).await,
            StillEvent::Done { still_id } => {
                tracing::info!(still = %still_id, "still received by the relay");
                self.forget(still_id).await;
            }
            StillEvent::Refused { still_id, reason } => {
                tracing::warn!(still = %still_id, ?reason, "still refused by the relay");
                metrics::counter!("yunzhen_stills_refused_total").increment(1);
                self.forget(still_id).await;
            }
        }
    }

    async fn taken(&mut self, id: StillId, picture: Result<Picture, NoPicture>) {
        self.ordered.remove(&id);
        let trouble = match picture {
            Ok(picture) if picture.bytes.len() as u64 > STILL_MOST_BYTES => StillTrouble::TooLarge,
            Ok(Picture { bytes, media_type, width, height, taken_at }) => {
                let kept = tokio::task::spawn_blocking({
                    let disk = self.disk.clone();
                    move || {
                        let sha256 = yunzhen_domain::audit::hex(&Sha256::digest(&bytes));
                        let facts = Facts { taken_at, media_type: media_type.to_owned(), width, height, sha256 };
                        disk.keep(id, &facts, &bytes)
                    }
                });
                match kept.await {
                    // The next turn of the loop offers it.
                    Ok(Ok(())) => {
                        self.failed.remove(&id);
                        self.unreadable.remove(&id);
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

    /// Offers the oldest that waits and can be read.
    async fn offer_next(&mut self) {
        let (still_id, (facts, bytes)) = loop {
            let Some(id) = waiting(&self.disk, &self.unreadable).await.first().copied() else {
                return self.say_what_waits().await;
            };
            match on_disk(&self.disk, move |disk| disk.read(id)).await {
                Some(file) => break (id, file),
                None => self.give_up(id).await,
            }
        };
        let Facts { taken_at, media_type, width, height, sha256 } = facts;
        let len = bytes.len() as u64;
        // A link that is full or gone: the offer is made again.
        self.link.tell(ToRelay::StillOffer { still_id, taken_at, media_type, width, height, bytes: len, sha256 });
        let heard_at = clock::now_instant();
        self.current = Some(Current { id: still_id, bytes: bytes.into(), under_way: None, broken: false, heard_at });
        self.link.bulk().set_waits(true);
    }

    /// One that the disk does not give. Whoever asked can press again, once told.
    async fn give_up(&mut self, id: StillId) {
        metrics::counter!("yunzhen_stills_unreadable_total").increment(1);
        if on_disk(&self.disk, move |disk| disk.remove(id)).await.is_none() {
            self.unreadable.insert(id);
        }
        self.fail(id, StillTrouble::BoxDisk);
    }

    async fn at(&mut self, id: StillId, offset: u64, open: Option<&Open>) {
        let now = self.now();
        let Some(current) = self.current.as_mut().filter(|current| current.id == id) else { return };
        current.heard_at = clock::now_instant();
        if let Some((_, sending)) = &mut current.under_way {
            sending.heard(offset);
            return;
        }
        let Some(open) = open.filter(|_| !current.broken) else { return };
        let begun = async {
            let mut stream = open.connection.open_uni().await?;
            stream.set_priority(PRIORITY)?;
            let mut head = StreamType::Bulk.encode();
            head.extend(BulkHead { kind: BulkKind::Still, id: id.uuid(), offset }.encode());
            stream.write_all(&head).await?;
            Ok::<_, io::Error>(stream)
        };
        match begun.await {
            Ok(stream) => {
                let sending = Sending::new(current.bytes.len() as u64, offset, now);
                current.under_way = Some((stream, sending));
            }
            Err(error) => {
                tracing::debug!(%error, "no stream for a still");
                current.broken = true;
            }
        }
    }

    async fn send_piece(&mut self, bps: u32) {
        let now = self.now();
        let Some(current) = &mut self.current else { return };
        let Current { bytes, under_way: Some((stream, sending)), .. } = current else { return };
        let piece = bytes.slice(sending.take(now, bps));
        metrics::counter!("yunzhen_stills_sent_bytes_total").increment(piece.len() as u64);
        let mut sent = stream.write_chunk(piece).await.map_err(io::Error::from);
        if sent.is_ok() && sending.is_sent() {
            sent = stream.finish().map_err(io::Error::from);
        }
        if let Err(error) = sent {
            // The relay stopped the stream, or the link is gone: what it has it says after the next offer.
            tracing::debug!(%error, "a still stopped on its way");
            (current.under_way, current.broken) = (None, true);
        }
    }

    async fn forget(&mut self, id: StillId) {
        self.current.take_if(|current| current.id == id);
        on_disk(&self.disk, move |disk| disk.remove(id)).await;
        self.say_what_waits().await;
    }

    /// Pictures make room for what waits, and only then.
    async fn say_what_waits(&mut self) {
        let waiting = waiting(&self.disk, &self.unreadable).await.len();
        metrics::gauge!("yunzhen_stills_waiting").set(waiting as f64);
        self.link.bulk().set_waits(waiting > 0);
    }

    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }
}

/// What can be offered, oldest first.
async fn waiting(disk: &Disk, unreadable: &HashSet<StillId>) -> Vec<StillId> {
    let waiting = on_disk(disk, Disk::waiting).await.unwrap_or_default();
    waiting.into_iter().filter(|id| !unreadable.contains(id)).collect()
}

/// Works on the disk beside the other tasks; `None` when it failed, which is logged.
async fn on_disk<T: Send + 'static>(
    disk: &Disk,
    work: impl FnOnce(&Disk) -> io::Result<T> + Send + 'static,
) -> Option<T> {
    let disk = disk.clone();
    let done = tokio::task::spawn_blocking(move || work(&disk)).await.map_err(io::Error::from).flatten();
    done.inspect_err(|error| tracing::error!(%error, "stills on disk")).ok()
}
