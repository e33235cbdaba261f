//! Recordings follow the care record: what is over is stopped, what is here is all, and what will not come is given up. When there is a turn is `jobs::recordings`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{HomeId, RecordingId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_domain::machines::recording::State;
use yunzhen_domain::records::{RECORDING_AWAITED, Recording, RecordingFailure, StopCause};
use yunzhen_store::{consultations, recordings};

use super::{received, stopped};
use crate::app::recording_question::may_record;
use crate::app::work::Work;
use crate::app::{App, AppError, Context};

/// What is looked at in one turn of the job: all that homes of one relay can have under way.
const MOST_UNDER_WAY: u32 = 20_000;

/// Brings what is under way to what the care record says: a recording whose consultation is over, or whose consent was taken back, is stopped; what will not
/// come is given up. Returns the homes whose boxes have to hear of it: with `again` also those that were told to stop, since nothing acknowledges that.
pub async fn settle(app: &App, now: Timestamp, again: bool) -> Result<BTreeSet<HomeId>, AppError> {
    let mut homes = BTreeSet::new();
    for one in under_way(app).await? {
        let (id, home, waits) = (one.id, one.home_id, one.state == State::Backfilling);
        // One that cannot be settled keeps no box from hearing that it is to stop.
        match settle_one(app, one, now).await {
            Ok(stopped) if stopped || (again && waits) => drop(homes.insert(home)),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(recording = %id, %error, "a recording could not follow the care record; it is tried again");
                metrics::counter!("yunzhen_job_failures_total", "job" => "recordings").increment(1);
            }
        }
    }
    Ok(homes)
}

/// Whether it was stopped.
async fn settle_one(app: &App, one: Recording, now: Timestamp) -> Result<bool, AppError> {
    if one.state.is_running() {
        return stop_what_is_over(app, one, now).await;
    }
    let since = one.stopped_at.unwrap_or(one.asked_at);
    if one.state == State::Backfilling && now.duration_since(since) > RECORDING_AWAITED {
        complete(app, &Context::system(now), one.id, RecordingFailure::Lost).await?;
    }
    Ok(false)
}

pub(super) async fn under_way(app: &App) -> Result<Vec<Recording>, AppError> {
    let mut db = app.store.read().await?;
    Ok(recordings::under_way(&mut db, MOST_UNDER_WAY).await?)
}

async fn stop_what_is_over(app: &App, one: Recording, now: Timestamp) -> Result<bool, AppError> {
    let cause = {
        let mut db = app.store.read().await?;
        let consultation = consultations::get(&mut db, one.consultation_id).await?.ok_or(AppError::NotFound)?;
        if consultation.state != Care::InProgress {
            Some(StopCause::CallOver)
        } else if may_record(app, &mut db, &consultation, now).await? {
            None
        } else {
            Some(StopCause::ConsentRevoked)
        }
    };
    let Some(cause) = cause else { return Ok(false) };
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    let before = recordings::get(&mut work.tx, one.id).await?.ok_or(AppError::NotFound)?;
    if !before.state.is_running() {
        return Ok(false);
    }
    stopped(&mut work, before, cause, now).await?;
    work.finish(()).await?;
    Ok(true)
}

/// What is here is all. `none`: what it means that nothing is.
pub(super) async fn complete(
    app: &App,
    ctx: &Context,
    id: RecordingId,
    none: RecordingFailure,
) -> Result<(), AppError> {
    let here = received(app, id).await?.here;
    let mut work = Work::unkeyed(app, ctx).await?;
    let before = recordings::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    if before.state != State::Backfilling {
        return Ok(());
    }
    let (after, kind) = match here {
        0 => (before.fail(none, ctx.now)?, EventKind::ConsultationRecordingFailed),
        _ => (before.complete(none == RecordingFailure::Lost)?, EventKind::ConsultationRecordingComplete),
    };
    recordings::update(&mut work.tx, &after).await?;
    work.record(kind, after.consultation_id.uuid(), Some(after.home_id), None);
    work.finish(()).await?;
    app.arriving.forget(id.uuid());
    Ok(())
}
