//! Taking a time: the specialist's row is locked first, so that of all who want a slot exactly one sees it free; the store's unique index says so once more.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::ids::{ConsultationId, RoundId, StaffId};
use yunzhen_domain::records::{Appointment, Consultation};
use yunzhen_domain::schedule::{Availability, Slot, Zone, blocks, slots};
use yunzhen_store::{StoreError, appointments, availability, jobs};

use crate::app::work::Work;
use crate::app::{App, AppError, Context};

/// Kind of the job that reminds.
pub(crate) const REMIND: &str = "remind_appointment";

/// What a reminder is about; an appointment that was moved has another start, and the old reminder then finds nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct Reminder {
    pub(in crate::app) consultation_id: ConsultationId,
    pub(in crate::app) starts_at_ms: i64,
    pub(in crate::app) minutes_before: u32,
}

/// How far ahead anything is booked.
pub(super) fn horizon(app: &App, ctx: &Context) -> Timestamp {
    let days = SignedDuration::from_hours(24 * i64::from(app.policy.booking_horizon_days));
    ctx.now.checked_add(days).unwrap_or(Timestamp::MAX)
}

pub(super) fn out_of_reach() -> AppError {
    AppError::invalid(
        "starts_at",
        "时间已过，或超出可预约范围",
        "The time is past, or further ahead than can be booked",
    )
}

/// What the specialist published; nobody else changes the bookings until the transaction ends.
pub(super) async fn lock(work: &mut Work, specialist: StaffId) -> Result<Availability, AppError> {
    let published = availability::lock(&mut work.tx, specialist).await?;
    published.ok_or_else(|| {
        let (zh, en) = ("这位医生还没有公布可预约的时间", "This specialist has published no times");
        AppError::invalid("specialist_id", zh, en)
    })
}

/// The free slot that starts at `starts_at`, and the zone in which the specialist thinks of it.
pub(super) async fn free_slot(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    specialist: StaffId,
    starts_at: Timestamp,
) -> Result<(Slot, Zone), AppError> {
    let published = lock(work, specialist).await?;
    if starts_at <= ctx.now || starts_at > horizon(app, ctx) {
        return Err(out_of_reach());
    }
    let after = starts_at.checked_add(SignedDuration::from_millis(1)).map_err(|_| out_of_reach())?;
    let Some(slot) = slots(&published, starts_at, after).into_iter().next() else {
        let (zh, en) = ("这不是公布的预约时间", "This is not a published time");
        return Err(AppError::invalid("starts_at", zh, en));
    };
    if appointments::taken(&mut work.tx, specialist, slot.starts_at, slot.ends_at).await?.is_empty() {
        Ok((slot, published.zone))
    } else {
        Err(AppError::SlotTaken)
    }
}

/// A block of a round: inside what is published, and nothing of it taken.
pub(in crate::app) async fn open_block(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    specialist: StaffId,
    block: Slot,
) -> Result<(), AppError> {
    let published = lock(work, specialist).await?;
    if block.starts_at <= ctx.now || block.starts_at > horizon(app, ctx) {
        return Err(out_of_reach());
    }
    if !blocks(&published, block.starts_at, block.ends_at).iter().any(|(open, _)| block.within(open)) {
        let (zh, en) = ("这段时间不全在公布的时间之内", "The block is not wholly within the published times");
        return Err(AppError::invalid("starts_at", zh, en));
    }
    if appointments::taken(&mut work.tx, specialist, block.starts_at, block.ends_at).await?.is_empty() {
        Ok(())
    } else {
        Err(AppError::SlotTaken)
    }
}

/// Is the resident with somebody else at that time.
pub(super) async fn is_elsewhere(work: &mut Work, c: &Consultation, slot: Slot) -> Result<bool, AppError> {
    Ok(!appointments::elsewhere(&mut work.tx, c.resident_id, c.id, slot.starts_at, slot.ends_at).await?.is_empty())
}

/// Nobody is in two consultations at once; `path` is the field that wants it.
pub(in crate::app) async fn not_elsewhere(
    work: &mut Work,
    c: &Consultation,
    slot: Slot,
    path: impl Into<String>,
) -> Result<(), AppError> {
    if is_elsewhere(work, c, slot).await? {
        let (zh, en) = ("这位住民在同一时间已有预约", "The resident has another appointment at this time");
        return Err(AppError::invalid(path, zh, en));
    }
    Ok(())
}

/// Holds a time for a consultation, which may have held one before, and queues its reminders.
pub(in crate::app) async fn hold(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    c: &Consultation,
    slot: Slot,
    round_id: Option<RoundId>,
) -> Result<(), AppError> {
    let Some(before) = appointments::get(&mut work.tx, c.id).await? else {
        return hold_first(app, work, ctx, c, slot, round_id).await.map(drop);
    };
    // Declined after it was accepted once, or booked again: the calendar entry goes on, with the next number.
    let specialist_id = c.specialist_id.ok_or(AppError::NotFound)?;
    let moved = Appointment { specialist_id, ..before.moved(slot, ctx.now) };
    appointments::update(&mut work.tx, &moved).await.map_err(taken)?;
    remind(app, work, ctx, c.id, slot.starts_at).await
}

/// The same for a consultation that is new in this transaction.
pub(in crate::app) async fn hold_first(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    c: &Consultation,
    slot: Slot,
    round_id: Option<RoundId>,
) -> Result<Appointment, AppError> {
    let new = Appointment {
        consultation_id: c.id,
        specialist_id: c.specialist_id.ok_or(AppError::NotFound)?,
        home_id: c.home_id,
        slot,
        held: true,
        sequence: 0,
        changed_at: ctx.now,
        round_id,
    };
    appointments::insert(&mut work.tx, &new).await.map_err(taken)?;
    remind(app, work, ctx, c.id, slot.starts_at).await?;
    Ok(new)
}

fn taken(error: StoreError) -> AppError {
    match error {
        StoreError::Duplicate { .. } => AppError::SlotTaken,
        other => other.into(),
    }
}

/// Queues the reminders of an appointment that still lie ahead.
pub(in crate::app) async fn remind(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    id: ConsultationId,
    starts_at: Timestamp,
) -> Result<(), AppError> {
    let mut ahead = Vec::new();
    for minutes_before in [app.policy.reminder_early_minutes, app.policy.reminder_late_minutes] {
        let Ok(run_at) = starts_at.checked_sub(SignedDuration::from_mins(i64::from(minutes_before))) else { continue };
        if run_at > ctx.now {
            let about = Reminder { consultation_id: id, starts_at_ms: starts_at.as_millisecond(), minutes_before };
            let job = yunzhen_domain::ids::uuid_v7(ctx.now, yunzhen_runtime::clock::random_bytes());
            ahead.push((job, serde_json::to_string(&about)?, run_at));
        }
    }
    Ok(jobs::enqueue_all(&mut work.tx, REMIND, &ahead).await?)
}
