//! Stills and segments of recordings of one box: what it offers, the bulk streams that bring them, and what it is told.
//!
//! One task per connection takes offers and streams in their order, so a box has one object under way and only itself to wait for. What it says beside them, of what
//! hinders it and of what ended, is heard at once, however long an object takes. Words have a queue of `QUEUE`; what finds it full, or cannot be written (`words`), is
//! dropped, counted (`yunzhen_bulk_words_dropped_total`) and said in the log, since nothing is lost that is not said again: the end of a recording is asked for each minute, what hinders it
//! is said with the next change and with each connection, a still is asked for anew. Live media are datagrams and never come by here. What the objects are in the record is `app::stills` and
//! `app::recordings`; what the bytes on the wire are, PROTOCOL.md sections 2 and 3.

mod object;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use quinn::{RecvStream, VarInt};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{HomeId, SegmentId, StillId};
use yunzhen_domain::machines::still::State;
use yunzhen_domain::records::{GapReason, SEGMENT_MOST_BYTES, STILL_MOST_BYTES, StillFailure};
use yunzhen_protocol::bulk::REFUSED_BULK;
use yunzhen_protocol::control::{SegmentLoss, SegmentRefusal, StillRefusal, ToBox, ToRelay};
use yunzhen_runtime::clock;
use yunzhen_runtime::crowd::Place;

use self::object::{Incoming, Object, Picture, is_digest, read_head};
use super::part::Part;
use crate::app::recordings::Expected;
use crate::app::stills::Brought;
use crate::app::{self, App, AppError};

/// Offers and streams of one box that may wait, and words. More is refused: a box sends one object at a time.
const QUEUE: usize = 32;
/// The box hears of progress after so many bytes; it never has more than it may under way unheard.
const REPORT: u64 = 8 * 1024;

/// What comes from a box in its order.
enum FromBox {
    /// What it offers.
    Said(ToRelay),
    /// A bulk stream, past its type, and its place among those of its connection.
    Stream(RecvStream, Option<Place<()>>),
}

/// Where goes what a box says and brings of stills and recordings. Cheap to clone.
#[derive(Clone)]
pub struct ToBulk {
    objects: mpsc::Sender<FromBox>,
    words: mpsc::Sender<ToRelay>,
}

/// What waits of it.
pub struct Inbox {
    objects: mpsc::Receiver<FromBox>,
    words: mpsc::Receiver<ToRelay>,
}

/// The two ends.
pub fn queue() -> (ToBulk, Inbox) {
    let ((objects_tx, objects), (words_tx, words)) = (mpsc::channel(QUEUE), mpsc::channel(QUEUE));
    (ToBulk { objects: objects_tx, words: words_tx }, Inbox { objects, words })
}

impl ToBulk {
    /// What a box says of stills and recordings. Whether there was room.
    pub fn say(&self, message: ToRelay) -> bool {
        match message {
            ToRelay::StillFailed { .. } | ToRelay::RecordingTrouble { .. } | ToRelay::RecordingOver { .. } => {
                let is_taken = self.words.try_send(message).is_ok();
                if !is_taken {
                    tracing::warn!("a box says more of stills and recordings than can be written; a word is dropped");
                    metrics::counter!("yunzhen_bulk_words_dropped_total", "why" => "full").increment(1);
                }
                is_taken
            }
            message => self.objects.try_send(FromBox::Said(message)).is_ok(),
        }
    }

    /// A bulk stream, past its type. Gives back one for which there is no room. Its place is free when it has been read.
    pub fn bring(&self, stream: RecvStream, place: Option<Place<()>>) -> Option<RecvStream> {
        match self.objects.try_send(FromBox::Stream(stream, place)) {
            Err(mpsc::error::TrySendError::Full(FromBox::Stream(stream, _))) => Some(stream),
            Ok(()) | Err(_) => None,
        }
    }
}

/// What every box's bulk needs. Cheap to clone.
#[derive(Clone)]
pub struct Bulk {
    app: App,
    folder: Arc<Path>,
}

/// Why an object stops here for now; it is offered again.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the record: {0}")]
    App(#[from] AppError),
    #[error("the file of a part: {0}")]
    Disk(#[from] std::io::Error),
}

impl Bulk {
    /// Parts are kept in `folder`.
    pub fn new(app: App, folder: PathBuf) -> Self {
        Self { app, folder: folder.into() }
    }

    /// Serves one box until its connection ends.
    pub async fn serve(self, home: HomeId, records: bool, inbox: Inbox, commands: mpsc::Sender<ToBox>) {
        let Inbox { objects, words } = inbox;
        tokio::join!(self.clone().receive_from(home, records, objects, commands), self.hear(home, words));
    }

    /// Objects, in their order.
    async fn receive_from(
        self,
        home: HomeId,
        records: bool,
        mut from: mpsc::Receiver<FromBox>,
        commands: mpsc::Sender<ToBox>,
    ) {
        let mut session = Session { bulk: self, home, commands, current: None };
        if records {
            session.ask_for_the_rest().await;
        }
        while let Some(from) = from.recv().await {
            let shown = match &from {
                FromBox::Said(ToRelay::StillOffer { still_id, .. }) => Some(still_id.uuid()),
                FromBox::Said(ToRelay::SegmentOffer { recording_id, .. }) => Some(recording_id.uuid()),
                FromBox::Said(_) | FromBox::Stream(..) => session.current.as_ref().map(|one| one.object.shown_as()),
            };
            let done = match from {
                FromBox::Said(message) => session.said(message).await,
                FromBox::Stream(stream, _place) => session.receive(stream).await,
            };
            if let Err(error) = done {
                tracing::error!(home = %home, %error, "bulk could not be taken; the box offers it again");
                metrics::counter!("yunzhen_bulk_halted_total").increment(1);
                if let (Some(id), Trouble::Disk(_) | Trouble::App(AppError::RecordingDisk(_))) = (shown, &error) {
                    session.bulk.app.arriving.halt(id);
                }
                session.current = None;
            }
        }
    }
}

struct Session {
    bulk: Bulk,
    home: HomeId,
    commands: mpsc::Sender<ToBox>,
    current: Option<Incoming>,
}

impl Session {
    /// The box hears it, or is gone.
    async fn tell(&self, message: ToBox) {
        if self.commands.send(message).await.is_err() {
            tracing::debug!("a box went before it heard of its bulk");
        }
    }

    /// A box that comes back hears which recordings were stopped meanwhile. Those that go on it hears of when it joins their call.
    async fn ask_for_the_rest(&self) {
        match app::recordings::orders(&self.bulk.app, self.home).await {
            Ok(orders) => {
                for (_, order) in orders {
                    if matches!(order, ToBox::StopRecording { .. }) {
                        self.tell(order).await;
                    }
                }
            }
            Err(error) => tracing::error!(home = %self.home, %error, "a box could not be asked for recordings"),
        }
    }

    async fn said(&mut self, message: ToRelay) -> Result<(), Trouble> {
        match message {
            ToRelay::StillOffer { still_id, taken_at, media_type, width, height, bytes, sha256 } => {
                let picture = Picture { taken_at, media_type, size: (width, height) };
                self.still_offered(still_id, picture, bytes, sha256).await
            }
            ToRelay::SegmentOffer { segment_id, recording_id, index, waiting, bytes, sha256 } => {
                let expected = match is_digest(&sha256) && (1..=SEGMENT_MOST_BYTES).contains(&bytes) {
                    true => app::recordings::expect(&self.bulk.app, self.home, recording_id, index, waiting).await?,
                    false => Expected::Refused(SegmentRefusal::TooLarge),
                };
                self.current = None;
                match expected {
                    Expected::Next => {
                        let object = Object::Segment(segment_id, recording_id, index);
                        self.begin(object, bytes, sha256).await?;
                    }
                    Expected::Known => self.tell(ToBox::SegmentDone { segment_id }).await,
                    Expected::Refused(reason) => self.refuse_segment(segment_id, reason).await,
                }
                Ok(())
            }
            ToRelay::SegmentLost { segment_id, recording_id, index, reason } => {
                self.current = None;
                tracing::warn!(home = %self.home, recording = %recording_id, index, ?reason, "the box gives up on segments of a recording");
                let reason = match reason {
                    SegmentLoss::Unreadable => GapReason::Unreadable,
                    SegmentLoss::Missing | SegmentLoss::Other => GapReason::Lost,
                };
                match app::recordings::lose(&self.bulk.app, self.home, recording_id, index, reason).await? {
                    Ok(next) => {
                        metrics::counter!("yunzhen_segments_given_up_total").increment(1);
                        self.tell(ToBox::RecordingNext { recording_id, next }).await;
                    }
                    Err(reason) => self.refuse_segment(segment_id, reason).await,
                }
                Ok(())
            }
            // The session gives nothing else.
            _ => Ok(()),
        }
    }

    async fn refuse_still(&mut self, still_id: StillId, reason: StillRefusal) {
        metrics::counter!("yunzhen_stills_refused_total").increment(1);
        self.drop_current(still_id.uuid()).await;
        self.tell(ToBox::StillRefused { still_id, reason }).await;
    }

    async fn refuse_segment(&mut self, segment_id: SegmentId, reason: SegmentRefusal) {
        tracing::warn!(home = %self.home, segment = %segment_id, ?reason, "segment of a recording refused");
        metrics::counter!("yunzhen_segments_refused_total").increment(1);
        self.drop_current(segment_id.uuid()).await;
        self.tell(ToBox::SegmentRefused { segment_id, reason }).await;
    }

    async fn drop_current(&mut self, id: Uuid) {
        if let Some(current) = self.current.take_if(|current| current.object.uuid() == id) {
            current.part.remove().await;
        }
    }

    async fn fail(&mut self, id: StillId, failure: StillFailure, reason: StillRefusal) -> Result<(), Trouble> {
        app::stills::fail(&self.bulk.app, self.home, id, failure, clock::now_timestamp()).await?;
        self.refuse_still(id, reason).await;
        Ok(())
    }

    async fn still_offered(
        &mut self,
        id: StillId,
        picture: Picture,
        bytes: u64,
        sha256: String,
    ) -> Result<(), Trouble> {
        self.current = None;
        match app::stills::of_home(&self.bulk.app, self.home, id, clock::now_timestamp()).await? {
            None => self.refuse_still(id, StillRefusal::NotAsked).await,
            Some(still) => match still.state {
                State::Kept => self.tell(ToBox::StillDone { still_id: id }).await,
                State::Failed => self.refuse_still(id, StillRefusal::NotTaken).await,
                State::Asked if bytes > STILL_MOST_BYTES => {
                    self.fail(id, StillFailure::TooLarge, StillRefusal::TooLarge).await?;
                }
                State::Asked if bytes == 0 || !picture.is_sensible() || !is_digest(&sha256) => {
                    self.fail(id, StillFailure::NotAPicture, StillRefusal::NotTaken).await?;
                }
                State::Asked => self.begin(Object::Still(id, picture), bytes, sha256).await?,
            },
        }
        Ok(())
    }

    /// Takes an offer: says where its bytes are to go on.
    async fn begin(&mut self, object: Object, bytes: u64, sha256: String) -> Result<(), Trouble> {
        let part = Part::open(&self.bulk.folder, object.uuid(), &sha256).await?;
        let incoming = self.current.insert(Incoming { object, bytes, sha256, part });
        incoming.show(&self.bulk.app);
        if incoming.is_whole() {
            return self.finish().await;
        }
        let at = incoming.object.at(incoming.part.arrived());
        self.tell(at).await;
        Ok(())
    }

    /// Takes what a stream brings, to the end of the object or of the stream.
    async fn receive(&mut self, mut stream: RecvStream) -> Result<(), Trouble> {
        let head = read_head(&mut stream).await;
        let fits = |current: &&mut Incoming| {
            let (object, at) = (&current.object, current.part.arrived());
            head.is_some_and(|head| (head.kind, head.id, head.offset) == (object.kind(), object.uuid(), at))
        };
        let Some(current) = self.current.as_mut().filter(fits) else {
            metrics::counter!("yunzhen_bulk_refused_total").increment(1);
            // Already finished by the box: nothing left to refuse.
            let _ = stream.stop(VarInt::from_u32(REFUSED_BULK));
            return Ok(());
        };
        let mut told = current.part.arrived();
        // A stream that breaks leaves what came; the box goes on from there.
        while let Ok(Some(chunk)) = stream.read_chunk(REPORT as usize, true).await {
            if current.part.arrived() + chunk.bytes.len() as u64 > current.bytes {
                let _ = stream.stop(VarInt::from_u32(REFUSED_BULK));
                return self.wrong_digest().await;
            }
            current.part.push(chunk.bytes).await?;
            current.show(&self.bulk.app);
            if current.is_whole() {
                return self.finish().await;
            }
            if current.part.arrived() - told >= REPORT {
                told = current.part.arrived();
                if self.commands.send(current.object.at(told)).await.is_err() {
                    return Ok(());
                }
            }
        }
        let at = current.object.at(current.part.arrived());
        self.tell(at).await;
        Ok(())
    }

    /// What came is not what was offered.
    async fn wrong_digest(&mut self) -> Result<(), Trouble> {
        match self.current.as_ref().map(|current| &current.object) {
            Some(Object::Still(id, _)) => {
                let id = *id;
                self.fail(id, StillFailure::WrongDigest, StillRefusal::WrongDigest).await
            }
            Some(Object::Segment(id, ..)) => {
                let id = *id;
                self.refuse_segment(id, SegmentRefusal::WrongDigest).await;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// All bytes are here: are they what was offered?
    async fn finish(&mut self) -> Result<(), Trouble> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let bytes = current.part.read().await?;
        if hex(&Sha256::digest(&bytes)) != current.sha256 {
            if current.part.goes_on() {
                // A power cut may have left other bytes than had come: the next offer begins anew.
                tracing::warn!(home = %self.home, object = %current.object.uuid(), "what had come is not what was sent; it comes once more");
                let id = current.object.uuid();
                self.drop_current(id).await;
                return Ok(());
            }
            return self.wrong_digest().await;
        }
        let now = clock::now_timestamp();
        let uuid = current.object.uuid();
        match &current.object {
            Object::Still(id, Picture { taken_at, media_type, size }) => {
                let id = *id;
                let brought = Brought { bytes, media_type: media_type.clone(), size: *size, taken_at: *taken_at };
                match app::stills::keep(&self.bulk.app, self.home, id, brought, now).await? {
                    Ok(()) => {
                        tracing::info!(home = %self.home, still = %id, "still kept");
                        self.drop_current(uuid).await;
                        self.tell(ToBox::StillDone { still_id: id }).await;
                    }
                    Err(_) => self.refuse_still(id, StillRefusal::NotTaken).await,
                }
            }
            Object::Segment(id, recording_id, index) => {
                let (segment_id, recording_id, index) = (*id, *recording_id, *index);
                match app::recordings::take(&self.bulk.app, self.home, recording_id, index, bytes, now).await? {
                    Ok(()) => {
                        self.drop_current(uuid).await;
                        self.tell(ToBox::SegmentDone { segment_id }).await;
                    }
                    Err(reason) => self.refuse_segment(segment_id, reason).await,
                }
            }
        }
        Ok(())
    }
}
