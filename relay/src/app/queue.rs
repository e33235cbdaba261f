//! The queue of urgent consultations: where one stands, and telling everybody when that changed.

use jiff::Timestamp;
use uuid::Uuid;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Consultation, Urgency};
use yunzhen_domain::schedule::{Load, Queued, Shift, place};
use yunzhen_store::{Db, Paging, consultations};

use super::views::consultations::QueuePlace;
use super::work::Work;
use super::{AppError, Context, schedule};

/// Rows looked at; more urgent requests at once is a disaster that another plan handles.
const ROWS: u32 = 200;
/// A typical length is made from so many.
const RECENT: u32 = 20;

/// The place of a consultation; `None` unless it is urgent and waits.
pub(super) async fn place_of(db: &mut Db, c: &Consultation, now: Timestamp) -> Result<Option<QueuePlace>, AppError> {
    if !is_queued(c) {
        return Ok(None);
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
    Ok(place(&queue, c.id, &load, now).map(view))
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

/// Tells all homes when a turn of duty was planned or taken back whose specialist is on duty now. One that begins later moves nothing yet.
pub(super) async fn tell_of_duty(work: &mut Work, shift: &Shift, now: Timestamp) -> Result<(), AppError> {
    if shift.starts_at <= now && now < shift.ends_at && somebody_waits(&mut work.tx).await? {
        work.record_by_system(EventKind::QueueMoved, Uuid::nil(), None);
    }
    Ok(())
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
