//! The queue of urgent consultations: where one stands, to whom it goes, and telling everybody when that changed. Duty begins and ends by the clock, so each turn
//! has a job that follows it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, ShiftId};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Consultation, Urgency};
use yunzhen_domain::schedule::{Load, Queued, Shift, place};
use yunzhen_store::jobs::Job;
use yunzhen_store::{Db, Paging, consultations, duty, jobs};

use super::views::consultations::QueuePlace;
use super::work::Work;
use super::{App, AppError, Context, schedule};

/// Kind of the job that follows a turn of duty.
pub(crate) const DUTY_TURNS: &str = "duty_turns";
/// Rows looked at; more urgent requests at once is a disaster that another plan handles.
const ROWS: u32 = 200;
/// A typical length is made from so many.
const RECENT: u32 = 20;

/// Which turn of duty begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    shift_id: ShiftId,
}

/// The places of those that are urgent and wait.
pub(super) async fn places_of(
    db: &mut Db,
    all: &[&Consultation],
    now: Timestamp,
) -> Result<HashMap<ConsultationId, QueuePlace>, AppError> {
    if !all.iter().any(|c| is_queued(c)) {
        return Ok(HashMap::new());
    }
    let waiting = in_state(db, State::Waiting).await?;
    let queue: Vec<Queued> = waiting
        .iter()
        .filter(|other| is_queued(other))
        .map(|other| Queued { id: other.id, since: other.waiting_since.unwrap_or(other.requested_at) })
        .collect();
    let on_duty = schedule::on_duty(db, now).await?;
    let seen = in_state(db, State::InProgress).await?;
    let busy = seen.iter().filter(|other| other.specialist_id.is_some_and(|id| on_duty.contains(&id)));
    let load = Load {
        on_duty: on_duty.len(),
        busy_since: busy.filter_map(|other| other.began_at).collect(),
        recent: consultations::recent_lengths(db, RECENT).await?,
    };
    let view = |place: yunzhen_domain::schedule::Place| QueuePlace {
        position: u32::try_from(place.position).unwrap_or(u32::MAX),
        // Rounded up: nobody is promised less than it takes.
        expected_wait_minutes: place.wait.map(|wait| (wait.as_secs() + 59) / 60),
    };
    let queued = all.iter().filter(|c| is_queued(c));
    Ok(queued.filter_map(|c| Some((c.id, view(place(&queue, c.id, &load, now)?)))).collect())
}

/// Sends an urgent request that has just begun to wait to the first on duty, if anybody is.
pub(super) async fn direct(work: &mut Work, ctx: &Context, c: Consultation) -> Result<Consultation, AppError> {
    if !is_queued(&c) || c.specialist_id.is_some() {
        return Ok(c);
    }
    let Some(specialist) = schedule::on_duty(&mut work.tx, ctx.now).await?.first().copied() else { return Ok(c) };
    let c = c.apply(Event::Direct { specialist }, ctx.now)?;
    work.record_by_system(EventKind::ConsultationDirected, c.id.uuid(), Some(c.home_id));
    Ok(c)
}

/// Tells all homes when the order or the wait of urgent requests may be another after a transition.
pub(super) async fn tell(work: &mut Work, before: Option<State>, after: &Consultation) -> Result<(), AppError> {
    let was = before == Some(State::Waiting) && after.urgency == Urgency::Urgent;
    let moved = was != is_queued(after);
    let freed = (before == Some(State::InProgress)) != (after.state == State::InProgress);
    if moved || (freed && somebody_waits(&mut work.tx).await?) {
        work.record_by_system(EventKind::QueueMoved, Uuid::nil(), None);
    }
    Ok(())
}

/// A turn of duty was planned or taken back: where it holds now, who waits goes to whoever is on duty.
pub(super) async fn follow_shift(work: &mut Work, ctx: &Context, shift: &Shift) -> Result<(), AppError> {
    if shift.starts_at <= ctx.now && ctx.now < shift.ends_at {
        follow(work, ctx).await?;
    }
    Ok(())
}

/// Queues the job for the next time at which the turn changes who is on duty.
pub(super) async fn watch_shift(work: &mut Work, shift: &Shift, now: Timestamp) -> Result<(), AppError> {
    let run_at = if shift.starts_at > now { shift.starts_at } else { shift.ends_at };
    let about = serde_json::to_string(&Turn { shift_id: shift.id })?;
    let job = yunzhen_domain::ids::uuid_v7(now, yunzhen_runtime::clock::random_bytes());
    Ok(jobs::enqueue(&mut work.tx, job, DUTY_TURNS, &about, run_at).await?)
}

/// The job: a turn of duty began or ended. Repeated or late it finds who waits and who is on duty then, and does no harm.
pub(crate) async fn duty_turns(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Turn = serde_json::from_str(&job.payload)?;
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    jobs::finish(&mut work.tx, job).await?;
    let Some(shift) = duty::get(&mut work.tx, about.shift_id).await? else {
        return Ok(work.tx.commit_bookkeeping("a turn of duty that was taken back").await?);
    };
    if now < shift.ends_at {
        watch_shift(&mut work, &shift, now).await?;
    }
    if follow(&mut work, &ctx).await? {
        work.finish(()).await
    } else {
        Ok(work.tx.commit_bookkeeping("a turn of duty while nobody waits").await?)
    }
}

/// Sends who waits with nobody, or with somebody who is not on duty any more, to the first on duty now, and tells all homes. `false` when nobody waits. Who has
/// an appointment keeps the specialist of it.
async fn follow(work: &mut Work, ctx: &Context) -> Result<bool, AppError> {
    let waiting: Vec<_> = in_state(&mut work.tx, State::Waiting).await?.into_iter().filter(is_queued).collect();
    if waiting.is_empty() {
        return Ok(false);
    }
    let on_duty = schedule::on_duty(&mut work.tx, ctx.now).await?;
    let alone = |c: &Consultation| {
        c.scheduled_at.is_none() && c.specialist_id.is_none_or(|specialist| !on_duty.contains(&specialist))
    };
    if let Some(first) = on_duty.first().copied() {
        for c in waiting.into_iter().filter(alone) {
            let directed = c.apply(Event::Direct { specialist: first }, ctx.now)?;
            consultations::update(&mut work.tx, &directed).await?;
            work.record_by_system(EventKind::ConsultationDirected, directed.id.uuid(), Some(directed.home_id));
        }
    }
    work.record_by_system(EventKind::QueueMoved, Uuid::nil(), None);
    Ok(true)
}

async fn somebody_waits(db: &mut Db) -> Result<bool, AppError> {
    Ok(in_state(db, State::Waiting).await?.iter().any(is_queued))
}

fn is_queued(c: &Consultation) -> bool {
    c.state == State::Waiting && c.urgency == Urgency::Urgent
}

async fn in_state(db: &mut Db, state: State) -> Result<Vec<Consultation>, AppError> {
    let filter = consultations::Filter { states: vec![state], ..Default::default() };
    Ok(consultations::list(db, &filter, Paging::oldest(ROWS)).await?.items)
}
