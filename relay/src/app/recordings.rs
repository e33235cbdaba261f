//! Recordings of the home's side of a consultation: started with the resident's consent, made by the home's box, brought over as the link allows, assembled here.
//!
//! | module | what |
//! |---|---|
//! | here | a specialist starts and stops one, who may lists and watches them, a box is told what is owed |
//! | `segments` | what a box says and brings of one; called by `quic::bulk` when a segment is whole |
//! | `settling` | they follow the care record |
//! | [`assembly`] | what came becomes one file |
//!
//! The bytes lie in [`crate::recordings`]. How far they have come is in memory only.

pub mod assembly;
mod segments;
mod settling;

pub use segments::{Expected, expect, lose, over, take, trouble};
pub use settling::settle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::ids::{ConsultationId, HomeId, RecordingId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{Assembly, Movie, Recording, StopCause};
use yunzhen_protocol::control::{RecordingKey, ToBox};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_runtime::sealed::SealingKey;
use yunzhen_store::{Db, consultations, recordings};

use super::names::Names;
use super::reads::Seen;
use super::recording_question::may_record;
use super::relations::Ties;
use super::views::common::Page;
use super::views::recordings as views;
use super::work::{Start, Work, authorize};
use super::{App, AppError, Context, fresh};
use crate::disk::blocking;
use crate::recordings::files::Received;
use crate::rooms::CameraError;

/// Recordings of one consultation; a specialist who starts and stops more often means something else.
const MOST_OF_CONSULTATION: usize = 20;
/// What one box is told at once.
const BATCH: u32 = 500;

/// A recording that may be watched: where its bytes are.
pub struct Media {
    app: App,
    id: RecordingId,
    key: String,
    /// What its file is.
    pub movie: Movie,
}

/// Starts one. `recorder`: whether the home's box records. What the box is to do is told to it by the caller.
pub async fn start(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    recorder: Result<(), CameraError>,
) -> Result<views::Recording, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::RecordConsultation, &consultation.facts())?;
    if consultation.state != Care::InProgress {
        return Err(AppError::NotInProgress);
    }
    if !may_record(app, &mut work.tx, &consultation, ctx.now).await? {
        return Err(AppError::NoRecordingConsent);
    }
    let before = recordings::of_consultation(&mut work.tx, id).await?;
    if before.iter().any(|one| one.state.is_running()) {
        return Err(AppError::AlreadyRecording);
    }
    if before.len() >= MOST_OF_CONSULTATION {
        return Err(AppError::TooManyRecordings { most: MOST_OF_CONSULTATION });
    }
    recorder?;
    let recording_id = fresh(RecordingId::new, ctx.now);
    let key = app.vault.seal(&place(recording_id), &STANDARD.encode(random_bytes::<32>()))?;
    let recording = Recording {
        id: recording_id,
        version: 1,
        consultation_id: id,
        resident_id: consultation.resident_id,
        home_id: consultation.home_id,
        state: State::Asked,
        key,
        asked_at: ctx.now,
        asked_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        began_at: None,
        stopped_at: None,
        stop_cause: None,
        trouble: None,
        troubles: Vec::new(),
        is_cut: false,
        assembly: Assembly::default(),
        ended_at: None,
        failure: None,
        movie: None,
    };
    recordings::insert(&mut work.tx, &recording).await?;
    work.record(EventKind::ConsultationRecordingAsked, id.uuid(), Some(consultation.home_id), None);
    let view = view(app, &mut work.tx, &mut Names::default(), recording, true).await?;
    work.finish(view).await
}

/// Stops one; one that was stopped stays as it is. Tells whose home's box has to hear of it.
pub async fn stop(app: &App, ctx: &Context, id: RecordingId) -> Result<(HomeId, views::Recording), AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = recordings::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let consultation = consultations::get(&mut work.tx, before.consultation_id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::RecordConsultation, &consultation.facts())?;
    let home = before.home_id;
    if !before.state.is_running() {
        let view = view(app, &mut work.tx, &mut Names::default(), before, true).await?;
        return work.finish_unchanged((home, view), "a recording that was stopped").await;
    }
    let after = stopped(&mut work, before, StopCause::Asked, ctx.now).await?;
    let view = view(app, &mut work.tx, &mut Names::default(), after, true).await?;
    work.finish((home, view)).await
}

async fn stopped(work: &mut Work, before: Recording, cause: StopCause, now: Timestamp) -> Result<Recording, AppError> {
    let after = before.stop(cause, now)?;
    recordings::update(&mut work.tx, &after).await?;
    work.record(EventKind::ConsultationRecordingStopped, after.consultation_id.uuid(), Some(after.home_id), None);
    Ok(after)
}

/// The home of a consultation that the actor may record.
pub async fn home_of(app: &App, ctx: &Context, id: ConsultationId) -> Result<HomeId, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::RecordConsultation, &consultation.facts())?;
    Ok(consultation.home_id)
}

/// The recordings of a consultation, oldest first.
pub async fn list(app: &App, ctx: &Context, id: ConsultationId) -> Result<Page<views::Recording>, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::ViewRecordings, &ties.of_consultation(ctx, &consultation))?;
    let mine = authorize(ctx, Action::RecordConsultation, &consultation.facts()).is_ok();
    let mut names = Names::default();
    let mut items = Vec::new();
    for recording in recordings::of_consultation(&mut db, id).await? {
        items.push(view(app, &mut db, &mut names, recording, mine).await?);
    }
    Ok(Page::whole(items))
}

/// Opens one to be watched; that it was is in the audit log before the first byte is given.
pub async fn media(app: &App, ctx: &Context, id: RecordingId) -> Result<Media, AppError> {
    let mut db = app.store.read().await?;
    let recording = recordings::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let consultation = consultations::get(&mut db, recording.consultation_id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, recording.resident_id).await?;
    authorize(ctx, Action::ViewRecordings, &ties.of_consultation(ctx, &consultation))?;
    drop(db);
    let movie = recording.movie.ok_or(AppError::NotFound)?;
    let purpose = ties.purpose(recording.resident_id);
    let seen =
        Seen::of(EventKind::ConsultationRecordingViewed, recording.consultation_id.uuid(), recording.home_id, purpose);
    seen.tell(app, ctx).await?;
    let key = app.vault.open(&place(id), &recording.key)?;
    Ok(Media { app: app.clone(), id, key, movie })
}

impl Media {
    /// `len` bytes from `from`, or up to the end.
    pub async fn read(&self, from: u64, len: usize) -> Result<Vec<u8>, AppError> {
        let (files, id, movie, key) = (self.app.recordings.clone(), self.id, self.movie.clone(), sealing(&self.key)?);
        let read = blocking(move || files.read(id, &key, &movie, from, len)).await;
        read.map_err(|error| {
            tracing::error!(recording = %id, %error, "a recording cannot be read");
            AppError::DamagedRecording
        })
    }
}

/// What a home's box is to be told when it comes: of each recording that goes on, and of each whose rest it may have.
pub async fn orders(app: &App, home: HomeId) -> Result<Vec<(ConsultationId, ToBox)>, AppError> {
    let open = {
        let mut db = app.store.read().await?;
        recordings::open_of(&mut db, home, BATCH).await?
    };
    let mut orders = Vec::with_capacity(open.len());
    for one in open {
        let order = if one.state.is_running() {
            let key = RecordingKey(app.vault.open(&place(one.id), &one.key)?);
            let next = received(app, one.id).await?.next;
            ToBox::Record { recording_id: one.id, consultation_id: one.consultation_id, key, next }
        } else {
            ToBox::StopRecording { recording_id: one.id }
        };
        orders.push((one.consultation_id, order));
    }
    Ok(orders)
}

async fn of_home(app: &App, home: HomeId, id: RecordingId) -> Result<Option<Recording>, AppError> {
    let mut db = app.store.read().await?;
    Ok(recordings::get(&mut db, id).await?.filter(|recording| recording.home_id == home))
}

/// Whether the record has keys of recordings, which only the relay's own key opens.
pub async fn holds_sealed(store: &yunzhen_store::Store) -> Result<bool, AppError> {
    let mut db = store.read().await?;
    Ok(recordings::any(&mut db).await?)
}

async fn received(app: &App, id: RecordingId) -> Result<Received, AppError> {
    let files = app.recordings.clone();
    blocking(move || files.received(id)).await.map_err(AppError::RecordingDisk)
}

/// Where a recording's key belongs.
pub(super) fn place(id: impl std::fmt::Display) -> String {
    format!("recording:{id}")
}

fn sealing(key: &str) -> Result<SealingKey, AppError> {
    let bytes = STANDARD.decode(key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = bytes.and_then(|bytes| SealingKey::new(bytes).ok());
    key.ok_or(AppError::DamagedRecording)
}

/// `mine`: whether who asks may record here, and so have one tried again.
async fn view(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    one: Recording,
    mine: bool,
) -> Result<views::Recording, AppError> {
    let failed_before = one.state == State::Assembling && one.assembly.tries > 1;
    let arrived = app.arriving.get(one.id.uuid()).filter(|_| one.state.takes_segments());
    Ok(views::Recording {
        id: one.id,
        consultation_id: one.consultation_id,
        state: one.state,
        asked_at: one.asked_at.into(),
        asked_by_name: names.staff(db, one.asked_by).await?.name.clone(),
        began_at: one.began_at.map(Into::into),
        stopped_at: one.stopped_at.map(Into::into),
        stop_cause: one.stop_cause,
        trouble: one.trouble,
        troubles: one.troubles,
        arrived_percent: arrived.map(|arrived| arrived.percent),
        halted: failed_before || arrived.is_some_and(|arrived| arrived.halted),
        can_retry: mine && one.state == State::Stuck,
        ended_at: one.ended_at.map(Into::into),
        failure: one.failure,
        movie: one.movie.map(|movie| views::Movie {
            duration_ms: movie.duration_ms,
            bytes: movie.bytes,
            sha256: hex(&movie.sha256),
            gaps: movie.gaps,
        }),
    })
}
