//! Diagnostic stills: asked for in a consultation, brought by the home's box, kept as documents.
//!
//! The bytes come by `quic::bulk`, which calls here when they are whole; how far they have come is in memory only ([`Arriving`]).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::document_files;
use yunzhen_domain::ids::{ConsultationId, DocumentId, HomeId, StillId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_domain::machines::still::State;
use yunzhen_domain::records::{
    Document, DocumentKind, STILL_AWAITED, STILLS_AT_ONCE, STILLS_OF_CONSULTATION, Still, StillCamera, StillFailure,
};
use yunzhen_store::{Db, consultations, documents, stills};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::common::Page;
use super::views::stills as views;
use super::work::{Start, Work, authorize};
use super::{App, AppError, Context, documents as pictures, fresh};
use crate::rooms::CameraError;

/// What a box is asked for at once when it comes back: as many as it keeps, and fewer than `quic::bulk` has room for answers.
pub const OWED: u32 = 20;

/// What is given up in one turn of the job; the rest has its turn an hour later.
const BATCH: u32 = 500;

/// How far a still, or a recording, has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) percent: u8,
    pub(super) halted: bool,
}

/// How far each still and each recording has come, by its id. Clones share the same view.
#[derive(Debug, Clone, Default)]
pub struct Arriving(Arc<Mutex<HashMap<Uuid, Arrived>>>);

impl Arriving {
    /// So much is here.
    pub fn set(&self, id: Uuid, percent: u8) {
        self.all().insert(id, Arrived { percent, halted: false });
    }

    /// What comes cannot be stored at present.
    pub fn halt(&self, id: Uuid) {
        self.all().entry(id).or_default().halted = true;
    }

    /// It has ended.
    pub fn forget(&self, id: Uuid) {
        self.all().remove(&id);
    }

    pub(super) fn get(&self, id: Uuid) -> Option<Arrived> {
        self.all().get(&id).copied()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Uuid, Arrived>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a box brings.
pub struct Brought {
    /// The bytes; their digest was right.
    pub bytes: Vec<u8>,
    /// As the box says; what the bytes say decides.
    pub media_type: String,
    /// Pixels.
    pub size: (u32, u32),
    /// By the clock of the box.
    pub taken_at: Timestamp,
}

/// Asks for stills. `camera`: the one that the home's box is to use, when it can be reached. What was made is told to the box by the caller.
pub async fn ask(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    count: u8,
    camera: Result<StillCamera, CameraError>,
) -> Result<Page<views::Still>, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::TakeStill, &consultation.facts())?;
    if consultation.state != Care::InProgress {
        return Err(AppError::NotInProgress);
    }
    if !(1..=STILLS_AT_ONCE).contains(&count) {
        return Err(AppError::invalid("count", "一次 1 至 5 张", "1 to 5 at once"));
    }
    let camera = camera?;
    let before = stills::of_consultation(&mut work.tx, id).await?;
    if before.len() + usize::from(count) > STILLS_OF_CONSULTATION {
        return Err(AppError::TooManyStills { most: STILLS_OF_CONSULTATION });
    }
    let asked_by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for number in 0..count {
        // Ids and times of a burst are in its order.
        let asked_at = ctx.now + SignedDuration::from_millis(i64::from(number));
        let still = Still {
            id: fresh(StillId::new, asked_at),
            consultation_id: id,
            resident_id: consultation.resident_id,
            home_id: consultation.home_id,
            camera,
            state: State::Asked,
            asked_at,
            asked_by,
            ended_at: None,
            failure: None,
            size: None,
            document_id: None,
        };
        stills::insert(&mut work.tx, &still).await?;
        work.record(EventKind::ConsultationStillAsked, id.uuid(), Some(consultation.home_id), None);
        items.push(view(app, &mut work.tx, &mut names, still).await?);
    }
    work.finish(Page::whole(items)).await
}

/// The home of a consultation in which the actor may take stills.
pub async fn home_of(app: &App, ctx: &Context, id: ConsultationId) -> Result<HomeId, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::TakeStill, &consultation.facts())?;
    Ok(consultation.home_id)
}

/// The stills of a consultation, oldest first.
pub async fn list(app: &App, ctx: &Context, id: ConsultationId) -> Result<Page<views::Still>, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    // Those who see what it is a list of.
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::ViewDocuments, &ties.of_consultation(ctx, &consultation))?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for still in stills::of_consultation(&mut db, id).await? {
        items.push(view(app, &mut db, &mut names, still.seen_at(ctx.now)).await?);
    }
    drop(db);
    if items.iter().any(|still| still.document.is_some()) {
        let (resident, purpose) = (consultation.resident_id, ties.purpose(consultation.resident_id));
        Seen::one(EventKind::DocumentsViewed, resident, consultation.home_id, purpose).tell(app, ctx).await?;
    }
    Ok(Page::whole(items))
}

/// What a home's box still owes, at most [`OWED`]; it may not have heard of it, have it on its disk, or have failed without the relay hearing of it.
pub async fn owed(app: &App, home: HomeId, now: Timestamp) -> Result<Vec<Still>, AppError> {
    let mut db = app.store.read().await?;
    Ok(stills::asked_of(&mut db, home, now - STILL_AWAITED, OWED).await?)
}

/// A still of a home's box, as it stands now.
pub async fn of_home(app: &App, home: HomeId, id: StillId, now: Timestamp) -> Result<Option<Still>, AppError> {
    let mut db = app.store.read().await?;
    Ok(stills::get(&mut db, id).await?.filter(|still| still.home_id == home).map(|still| still.seen_at(now)))
}

/// Keeps what a box brought, once: document, still and audit rows in one transaction. What is no picture fails the still.
pub async fn keep(
    app: &App,
    home: HomeId,
    id: StillId,
    brought: Brought,
    now: Timestamp,
) -> Result<Result<(), StillFailure>, AppError> {
    let media_type = document_files::media_type(&brought.bytes);
    let Some(media_type) = media_type.filter(|known| *known == brought.media_type && known.starts_with("image/"))
    else {
        fail(app, home, id, StillFailure::NotAPicture, now).await?;
        return Ok(Err(StillFailure::NotAPicture));
    };
    let ctx = Context::of(Actor::Box { home_id: home }, now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    let still = stills::get(&mut work.tx, id).await?.filter(|s| s.home_id == home).ok_or(AppError::NotFound)?;
    if still.state == State::Kept {
        return Ok(Ok(()));
    }
    let (width, height) = brought.size;
    let document = Document {
        id: fresh(DocumentId::new, now),
        resident_id: still.resident_id,
        home_id: still.home_id,
        kind: DocumentKind::Still,
        title: format!("{width} × {height}").into(),
        body_site: None,
        consultation_id: Some(still.consultation_id),
        media_type: media_type.to_owned(),
        bytes: brought.bytes.len() as u64,
        sha256: Sha256::digest(&brought.bytes).into(),
        // A box whose clock runs ahead took it now at the latest.
        taken_at: brought.taken_at.min(now),
        received_at: now,
        author: still.asked_by,
    };
    documents::insert(&mut work.tx, &document, &STANDARD.encode(&brought.bytes)).await?;
    let after = still.keep(document.id, brought.size, now)?;
    stills::end(&mut work.tx, &after).await?;
    work.record(EventKind::DocumentAdded, after.resident_id.uuid(), Some(home), None);
    work.record(EventKind::ConsultationStillKept, after.consultation_id.uuid(), Some(home), None);
    work.finish(()).await?;
    app.arriving.forget(id.uuid());
    Ok(Ok(()))
}

/// A still will not come. One that has ended already stays as it is.
pub async fn fail(app: &App, home: HomeId, id: StillId, failure: StillFailure, now: Timestamp) -> Result<(), AppError> {
    end(app, &Context::of(Actor::Box { home_id: home }, now), home, id, failure).await
}

/// Writes down of stills that were awaited for too long that they will not come. Returns how many.
pub async fn give_up(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let ctx = Context::system(now);
    let late = {
        let mut db = app.store.read().await?;
        stills::asked_before(&mut db, now - STILL_AWAITED, BATCH).await?
    };
    for still in &late {
        end(app, &ctx, still.home_id, still.id, StillFailure::Lost).await?;
    }
    Ok(late.len())
}

async fn end(app: &App, ctx: &Context, home: HomeId, id: StillId, failure: StillFailure) -> Result<(), AppError> {
    let mut work = Work::unkeyed(app, ctx).await?;
    let still = stills::get(&mut work.tx, id).await?.filter(|s| s.home_id == home).ok_or(AppError::NotFound)?;
    app.arriving.forget(id.uuid());
    if still.state != State::Asked {
        return Ok(());
    }
    let after = still.fail(failure, ctx.now)?;
    stills::end(&mut work.tx, &after).await?;
    work.record(EventKind::ConsultationStillFailed, after.consultation_id.uuid(), Some(home), None);
    work.finish(()).await
}

async fn view(app: &App, db: &mut Db, names: &mut Names, still: Still) -> Result<views::Still, AppError> {
    let document = match still.document_id {
        Some(id) => match documents::get(db, id).await? {
            Some(document) => Some(pictures::view(db, names, document).await?),
            None => None,
        },
        None => None,
    };
    let arrived = app.arriving.get(still.id.uuid()).filter(|_| still.state == State::Asked);
    Ok(views::Still {
        id: still.id,
        consultation_id: still.consultation_id,
        camera: still.camera,
        state: still.state,
        asked_at: still.asked_at.into(),
        asked_by_name: names.staff(db, still.asked_by).await?.name.clone(),
        arrived_percent: arrived.map(|arrived| arrived.percent),
        halted: arrived.is_some_and(|arrived| arrived.halted),
        ended_at: still.ended_at.map(Into::into),
        failure: still.failure,
        width: still.size.map(|(width, _)| width),
        height: still.size.map(|(_, height)| height),
        document,
    })
}
