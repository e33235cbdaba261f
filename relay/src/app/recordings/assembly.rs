//! What came of a recording becomes one file: by one relay at a time, tried again with growing waits, given up in words, and what is of no more use removed.
//!
//! A try is a lease in the recording's row, taken with its version: of two relays over one database one gets it, and one that dies leaves it to the other when it ends. Its
//! end is written only where the row is as the lease left it. Not here: the file itself (`crate::recordings`), when there is a turn (`jobs::recordings`).

use std::cell::Cell;
use std::io;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::RecordingId;
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{GapReason, Movie, Recording, RecordingFailure};
use yunzhen_runtime::backoff::Backoff;
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{StoreError, consultations, recordings};

use super::segments::opened;
use super::settling::under_way;
use super::{place, sealing, view};
use crate::app::names::Names;
use crate::app::views::recordings as views;
use crate::app::work::{Start, Work};
use crate::app::{App, AppError, Context};
use crate::disk::blocking;
use crate::recordings::mux::{self, Assembled, MuxError};
use crate::recordings::timeline::Timeline;

/// A try that has not ended after this is taken for dead: an hour of recording takes seconds.
const LEASE: SignedDuration = SignedDuration::from_mins(30);
/// Waits between tries, up to a night.
const RETRY: Backoff = Backoff::new(Duration::from_secs(120), Duration::from_secs(6 * 3600));
/// About half a day of tries; then its specialist has to ask for more.
pub const TRIES: u32 = 10;
/// A box with a link hears that it is to record no more within this. What it records later, it records because it does not hear.
const HEARD: SignedDuration = SignedDuration::from_secs(5);

/// Recordings that have come and are to be made a file now.
pub async fn due(app: &App, now: Timestamp) -> Result<Vec<RecordingId>, AppError> {
    let due = |one: &Recording| one.state == State::Assembling && one.assembly.due_at.is_none_or(|due| due <= now);
    Ok(under_way(app).await?.into_iter().filter(due).map(|one| one.id).collect())
}

/// Makes one file of what came, once. Fails when it could not be made this time: when it is tried again, or that it is not, is in the record.
pub async fn assemble(app: &App, id: RecordingId, now: Timestamp) -> Result<(), AppError> {
    let Some(leased) = lease(app, id, now).await? else { return Ok(()) };
    let done = match make(app, &leased).await {
        Ok(made) => write_down(app, &leased, made, now).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(kept) => {
            tracing::info!(recording = %id, kept, "recording assembled");
        }
        // Whoever took it over has its own file: only the one that the record names stays.
        Err(AppError::Store(StoreError::Stale { .. })) => {}
        Err(error) => {
            fail(app, leased, now).await?;
            return Err(error);
        }
    }
    // What is left of it goes with the next sweep.
    if let Err(error) = swept(app, id).await {
        tracing::warn!(recording = %id, %error, "what a recording was made of could not be removed; it is tried again");
    }
    Ok(())
}

/// Has one that was given up tried again. Any other stays as it is.
pub async fn retry(app: &App, ctx: &Context, id: RecordingId) -> Result<views::Recording, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = recordings::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let consultation = consultations::get(&mut work.tx, before.consultation_id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::RecordConsultation, &consultation.facts())?;
    if before.state != State::Stuck {
        let view = view(app, &mut work.tx, &mut Names::default(), before, true).await?;
        return work.finish_unchanged(view, "a recording that was not given up").await;
    }
    let after = before.retry_assembly()?;
    recordings::update(&mut work.tx, &after).await?;
    work.record(EventKind::ConsultationRecordingRetried, after.consultation_id.uuid(), Some(after.home_id), None);
    let view = view(app, &mut work.tx, &mut Names::default(), after, true).await?;
    work.finish(view).await
}

/// Takes the next try. `None`: it is not due, or another relay has it.
async fn lease(app: &App, id: RecordingId, now: Timestamp) -> Result<Option<Recording>, AppError> {
    let until = now.checked_add(LEASE).unwrap_or(now);
    let mut tx = app.store.write().await?;
    let before = recordings::get(&mut tx, id).await?;
    let Some(leased) = before.and_then(|one| one.begin_assembly(now, until)) else { return Ok(None) };
    match recordings::update(&mut tx, &leased).await {
        Err(StoreError::Stale { .. }) => Ok(None),
        Err(error) => Err(error.into()),
        Ok(()) => {
            tx.commit_bookkeeping("the lease of a recording's file").await?;
            Ok(Some(leased))
        }
    }
}

/// One try. `None`: there is nothing that can be shown.
async fn make(app: &App, recording: &Recording) -> Result<Option<Movie>, AppError> {
    let (id, files) = (recording.id, app.recordings.clone());
    let key = app.vault.open(&place(id), &recording.key)?;
    let (opening, sealing) = (sealing(&key)?, sealing(&key)?);
    let line = Timeline::until(recorded_us(recording), recording.is_cut);
    let is_last = recording.assembly.tries >= TRIES;
    let made = blocking(move || {
        files.remove_attempts(id)?;
        let received = files.received(id)?;
        if received.here == 0 {
            // Another relay's folder has them, or none.
            return Err(io::Error::new(io::ErrorKind::NotFound, "no segment of it is in this relay's folder"));
        }
        let (plain, unread) = (files.plain(id), Cell::new(None));
        let segment = |index| match files.segment(id, index) {
            Ok(sealed) => opened(&opening, id, index, sealed).ok_or(GapReason::Damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(received.why_not(index)),
            Err(error) => {
                tracing::error!(recording = %id, index, %error, "a segment of a recording cannot be read");
                unread.set(Some(error));
                Err(GapReason::Damaged)
            }
        };
        let made = mux::mux(received.next, segment, line, &plain);
        let made = match (made, unread.take()) {
            // A disk that does not give what it holds may do so the next time.
            (_, Some(error)) if !is_last => Err(error),
            (Ok(Assembled { duration_ms, gaps }), _) => {
                let sealed = files.seal(id, &plain, &sealing);
                sealed.map(|(bytes, sha256)| Some(Movie { duration_ms, bytes, sha256, gaps }))
            }
            (Err(MuxError::Nothing), None) => Ok(None),
            (Err(MuxError::Nothing), Some(error)) => Err(error),
            (Err(error @ MuxError::Ffmpeg(_)), _) => Err(io::Error::other(error)),
        };
        // Whatever came of it, nothing stays in clear.
        files.remove_plain(&plain).and(made)
    });
    made.await.map_err(AppError::RecordingDisk)
}

/// How long it was recorded, from when the box began. The box's clock is not asked when that was. Its word of it comes late when the link went meanwhile: as much of the delay is
/// believed as [`HEARD`] gives back at the end, so that nothing is left out that was made before the end.
fn recorded_us(recording: &Recording) -> u64 {
    let asked_at = recording.asked_at;
    let at_latest = asked_at.checked_add(HEARD).unwrap_or(asked_at);
    let began_at = recording.began_at.map_or(asked_at, |at| at.min(at_latest).max(asked_at));
    let stopped_at = recording.stopped_at.unwrap_or(asked_at);
    u64::try_from((stopped_at.duration_since(began_at) + HEARD).as_micros()).unwrap_or(0)
}

/// What a try came to. Stale where the row is not as its lease left it. Tells whether there is a file.
async fn write_down(app: &App, leased: &Recording, made: Option<Movie>, now: Timestamp) -> Result<bool, AppError> {
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    let (consultation, home) = (leased.consultation_id.uuid(), Some(leased.home_id));
    let (kept, after) = match made {
        Some(movie) => {
            work.record_file(EventKind::ConsultationRecordingKept, consultation, home, &movie.sha256);
            (true, leased.clone().keep(movie, now)?)
        }
        None => {
            work.record(EventKind::ConsultationRecordingFailed, consultation, home, None);
            (false, leased.clone().fail(RecordingFailure::Damaged, now)?)
        }
    };
    recordings::update(&mut work.tx, &after).await?;
    work.finish(()).await?;
    Ok(kept)
}

/// It could not be made: when it is tried again, or that somebody has to ask for it. Nothing where another relay took it over.
async fn fail(app: &App, leased: Recording, now: Timestamp) -> Result<(), AppError> {
    let [random] = random_bytes::<1>();
    let wait = RETRY.delay(leased.assembly.tries.saturating_sub(1), f64::from(random) / 256.0);
    let due_at = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
    let after = leased.clone().fail_assembly(due_at.filter(|_| leased.assembly.tries < TRIES))?;
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    match recordings::update(&mut work.tx, &after).await {
        Err(StoreError::Stale { .. }) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) if after.state == State::Stuck => {
            tracing::error!(recording = %after.id, "a recording is given up until its specialist has it tried again");
            let (consultation, home) = (after.consultation_id.uuid(), Some(after.home_id));
            work.record(EventKind::ConsultationRecordingStuck, consultation, home, None);
            work.finish(()).await
        }
        Ok(()) => work.finish_unchanged((), "a try at a recording's file that failed").await,
    }
}

/// Removes files: of recordings that the record does not have any more; of one that was kept all but the one that is watched; of one that failed all, since nothing of
/// it can be shown. What could still become a file stays as long as its record, however long nobody asks. Returns of how many something went.
pub async fn sweep(app: &App) -> Result<usize, AppError> {
    let files = app.recordings.clone();
    let listed = blocking(move || files.all()).await.map_err(AppError::RecordingDisk)?;
    let mut gone = 0;
    for id in listed {
        gone += usize::from(swept(app, id).await?);
    }
    Ok(gone)
}

async fn swept(app: &App, id: RecordingId) -> Result<bool, AppError> {
    let known = {
        let mut db = app.store.read().await?;
        recordings::get(&mut db, id).await?
    };
    let files = app.recordings.clone();
    let swept = match known {
        Some(Recording { movie: Some(movie), .. }) => {
            blocking(move || Ok(files.keep_only(id, &movie.sha256)? > 0)).await
        }
        Some(one) if one.state != State::Failed => return Ok(false),
        Some(_) | None => blocking(move || files.remove(id).map(|()| true)).await,
    };
    swept.map_err(AppError::RecordingDisk)
}
