//! Stills of one box: what it offers, the bulk streams that bring them, and what it is told.
//!
//! One task per connection takes offers and streams in their order, so a box has one still under way and only itself to wait for. Live media are datagrams
//! and never come by here. What a still is in the record is `app::stills`; what the bytes on the wire are, PROTOCOL.md sections 2 and 3.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use quinn::{RecvStream, VarInt};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::{HomeId, StillId};
use yunzhen_domain::machines::still::State;
use yunzhen_domain::records::{STILL_MOST_BYTES, StillFailure};
use yunzhen_protocol::bulk::{BulkHead, MAX_HEAD_BYTES, REFUSED_BULK};
use yunzhen_protocol::control::{StillRefusal, StillTrouble, ToBox, ToRelay};
use yunzhen_runtime::clock;

use super::part::Part;
use crate::app::stills::Brought;
use crate::app::{self, App, AppError};

/// Offers and streams of one box that may wait. More is refused: a box sends one still at a time.
pub const QUEUE: usize = 32;
/// The box hears of progress after so many bytes; it never has more than it may under way unheard.
const REPORT: u64 = 8 * 1024;
/// A record that takes nothing is tried again after this.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);
/// Pixels to a side.
const LONGEST_SIDE: u32 = 8192;

/// What comes from a box.
pub enum FromBox {
    /// `still_offer` or `still_failed`.
    Said(ToRelay),
    /// A bulk stream, past its type.
    Stream(RecvStream),
}

/// What every box's stills need. Cheap to clone.
#[derive(Clone)]
pub struct Stills {
    app: App,
    folder: Arc<Path>,
}

/// An offer that is on its way.
struct Incoming {
    id: StillId,
    offer: Offer,
    part: Part,
}

/// What a box says it has.
struct Offer {
    taken_at: Timestamp,
    media_type: String,
    size: (u32, u32),
    bytes: u64,
    sha256: String,
}

/// Why a still stops here for now; it is offered again.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the record: {0}")]
    App(#[from] AppError),
    #[error("the file of a part: {0}")]
    Disk(#[from] std::io::Error),
}

impl Stills {
    /// Parts are kept in `folder`.
    pub fn new(app: App, folder: PathBuf) -> Self {
        Self { app, folder: folder.into() }
    }

    /// Serves one box until its connection ends.
    pub async fn serve(self, home: HomeId, mut from: mpsc::Receiver<FromBox>, commands: mpsc::Sender<ToBox>) {
        let mut session = Session { stills: self, home, commands, current: None };
        while let Some(from) = from.recv().await {
            let id = match &from {
                FromBox::Said(ToRelay::StillOffer { still_id, .. }) => Some(*still_id),
                FromBox::Said(_) | FromBox::Stream(_) => session.current.as_ref().map(|current| current.id),
            };
            let done = match from {
                FromBox::Said(ToRelay::StillOffer { still_id, taken_at, media_type, width, height, bytes, sha256 }) => {
                    let offer = Offer { taken_at, media_type, size: (width, height), bytes, sha256 };
                    session.offered(still_id, offer).await
                }
                FromBox::Said(ToRelay::StillFailed { still_id, reason }) => {
                    session.failed(still_id, reason).await;
                    Ok(())
                }
                FromBox::Said(_) => Ok(()),
                FromBox::Stream(stream) => session.receive(stream).await,
            };
            if let Err(error) = done {
                tracing::error!(home = %home, %error, "a still could not be taken; the box offers it again");
                metrics::counter!("yunzhen_stills_halted_total").increment(1);
                if let (Some(id), Trouble::Disk(_)) = (id, &error) {
                    session.stills.app.arriving.halt(id);
                }
                session.current = None;
            }
        }
    }
}

struct Session {
    stills: Stills,
    home: HomeId,
    commands: mpsc::Sender<ToBox>,
    current: Option<Incoming>,
}

impl Session {
    /// The box hears it, or is gone.
    async fn tell(&self, message: ToBox) {
        if self.commands.send(message).await.is_err() {
            tracing::debug!("a box went before it heard of its still");
        }
    }

    async fn refuse(&mut self, still_id: StillId, reason: StillRefusal) {
        metrics::counter!("yunzhen_stills_refused_total").increment(1);
        if let Some(current) = self.current.take_if(|current| current.id == still_id) {
            current.part.remove().await;
        }
        self.tell(ToBox::StillRefused { still_id, reason }).await;
    }

    async fn fail(&mut self, id: StillId, failure: StillFailure, reason: StillRefusal) -> Result<(), Trouble> {
        app::stills::fail(&self.stills.app, self.home, id, failure, clock::now_timestamp()).await?;
        self.refuse(id, reason).await;
        Ok(())
    }

    async fn offered(&mut self, id: StillId, offer: Offer) -> Result<(), Trouble> {
        self.current = None;
        match app::stills::of_home(&self.stills.app, self.home, id, clock::now_timestamp()).await? {
            None => self.refuse(id, StillRefusal::NotAsked).await,
            Some(still) => match still.state {
                State::Kept => self.tell(ToBox::StillDone { still_id: id }).await,
                State::Failed => self.refuse(id, StillRefusal::NotTaken).await,
                State::Asked if offer.bytes > STILL_MOST_BYTES => {
                    self.fail(id, StillFailure::TooLarge, StillRefusal::TooLarge).await?;
                }
                State::Asked if !offer.is_sensible() => {
                    self.fail(id, StillFailure::NotAPicture, StillRefusal::NotTaken).await?;
                }
                State::Asked => {
                    let part = Part::open(&self.stills.folder, id, &offer.sha256).await?;
                    let incoming = self.current.insert(Incoming { id, offer, part });
                    self.stills.app.arriving.set(id, incoming.percent());
                    let offset = incoming.part.arrived();
                    if incoming.is_whole() {
                        return self.finish().await;
                    }
                    self.tell(ToBox::StillAt { still_id: id, offset }).await;
                }
            },
        }
        Ok(())
    }

    /// Written down once, however long the record takes nothing; the task ends with the connection, and the box is asked anew after that.
    async fn failed(&mut self, id: StillId, reason: StillTrouble) {
        let failure = match reason {
            StillTrouble::CameraOff => StillFailure::CameraOff,
            StillTrouble::CameraFailed | StillTrouble::Other => StillFailure::CameraFailed,
            StillTrouble::CallOver => StillFailure::CallOver,
            StillTrouble::TooLarge => StillFailure::TooLarge,
            StillTrouble::BoxFull => StillFailure::BoxFull,
            StillTrouble::BoxDisk => StillFailure::BoxDisk,
        };
        loop {
            match app::stills::fail(&self.stills.app, self.home, id, failure, clock::now_timestamp()).await {
                // Of another home, or of nobody: there is nothing to fail.
                Ok(()) | Err(AppError::NotFound) => return,
                // What is offered is offered again; what failed is said once.
                Err(error) => {
                    tracing::error!(home = %self.home, %error, "the end of a still could not be written; trying again");
                    metrics::counter!("yunzhen_stills_halted_total").increment(1);
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// Takes what a stream brings, to the end of the still or of the stream.
    async fn receive(&mut self, mut stream: RecvStream) -> Result<(), Trouble> {
        let wanted = self.current.as_ref().map(|current| (current.id, current.part.arrived()));
        let head = read_head(&mut stream).await;
        let fits = head.zip(wanted).is_some_and(|(head, (id, at))| head.id == id.uuid() && head.offset == at);
        let Some(current) = self.current.as_mut().filter(|_| fits) else {
            metrics::counter!("yunzhen_bulk_refused_total").increment(1);
            // Already finished by the box: nothing left to refuse.
            let _ = stream.stop(VarInt::from_u32(REFUSED_BULK));
            return Ok(());
        };
        let mut told = current.part.arrived();
        // A stream that breaks leaves what came; the box goes on from there.
        while let Ok(Some(chunk)) = stream.read_chunk(REPORT as usize, true).await {
            if current.part.arrived() + chunk.bytes.len() as u64 > current.offer.bytes {
                let id = current.id;
                let _ = stream.stop(VarInt::from_u32(REFUSED_BULK));
                return self.fail(id, StillFailure::WrongDigest, StillRefusal::WrongDigest).await;
            }
            current.part.push(chunk.bytes).await?;
            self.stills.app.arriving.set(current.id, current.percent());
            if current.is_whole() {
                return self.finish().await;
            }
            if current.part.arrived() - told >= REPORT {
                told = current.part.arrived();
                let at = ToBox::StillAt { still_id: current.id, offset: told };
                if self.commands.send(at).await.is_err() {
                    return Ok(());
                }
            }
        }
        let at = ToBox::StillAt { still_id: current.id, offset: current.part.arrived() };
        self.tell(at).await;
        Ok(())
    }

    /// All bytes are here: are they what was offered?
    async fn finish(&mut self) -> Result<(), Trouble> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let id = current.id;
        let bytes = current.part.read().await?;
        if hex(&Sha256::digest(&bytes)) != current.offer.sha256 {
            if current.part.goes_on() {
                // A power cut may have left other bytes than had come: the next offer begins anew.
                tracing::warn!(home = %self.home, still = %id, "what had come of a still is not what was sent; it comes once more");
                if let Some(current) = self.current.take() {
                    current.part.remove().await;
                }
                return Ok(());
            }
            return self.fail(id, StillFailure::WrongDigest, StillRefusal::WrongDigest).await;
        }
        let Offer { taken_at, media_type, size, .. } = &current.offer;
        let brought = Brought { bytes, media_type: media_type.clone(), size: *size, taken_at: *taken_at };
        let now = clock::now_timestamp();
        match app::stills::keep(&self.stills.app, self.home, id, brought, now).await? {
            Ok(()) => {
                tracing::info!(home = %self.home, still = %id, "still kept");
                if let Some(current) = self.current.take() {
                    current.part.remove().await;
                }
                self.tell(ToBox::StillDone { still_id: id }).await;
            }
            Err(_) => self.refuse(id, StillRefusal::NotTaken).await,
        }
        Ok(())
    }
}

impl Incoming {
    const fn is_whole(&self) -> bool {
        self.part.arrived() >= self.offer.bytes
    }

    fn percent(&self) -> u8 {
        u8::try_from(self.part.arrived() * 100 / self.offer.bytes.max(1)).unwrap_or(100)
    }
}

impl Offer {
    fn is_sensible(&self) -> bool {
        let side = |pixels| (1..=LONGEST_SIDE).contains(&pixels);
        self.bytes > 0
            && side(self.size.0)
            && side(self.size.1)
            && ["image/png", "image/jpeg"].contains(&self.media_type.as_str())
            && self.sha256.len() == 64
            // It becomes part of a file's name.
            && self.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

/// Reads the head of a bulk stream; `None` when it ends before, or carries something unknown.
async fn read_head(stream: &mut RecvStream) -> Option<BulkHead> {
    let mut bytes = [0; MAX_HEAD_BYTES];
    for len in 1..=bytes.len() {
        stream.read_exact(&mut bytes[len - 1..len]).await.ok()?;
        if let Some((head, _)) = BulkHead::decode(&bytes[..len]).ok()? {
            return Some(head);
        }
    }
    None
}
