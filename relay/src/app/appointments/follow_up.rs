//! What follows in the same transaction when a consultation ends before its time: the time is free again, who waits for it gets it, and what technology broke off
//! is booked again. In one transaction, because a crash in between would lose a time or a request.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, StaffId};
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Consultation, Urgency};
use yunzhen_domain::schedule::{Failed, Rebooking, Slot, Wish, after_failure, first_fit, slots};
use yunzhen_store::{appointments, availability, consultations, rebookings, waitlist};

use super::take::{hold, hold_first, is_elsewhere};
use crate::app::work::Work;
use crate::app::{App, AppError, Context, fresh, queue};

/// After a consultation was called off, missed or broken off.
pub(in crate::app) async fn after_end(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    c: &Consultation,
) -> Result<(), AppError> {
    waitlist::remove(&mut work.tx, c.id).await?;
    let Some(held) = appointments::get(&mut work.tx, c.id).await?.filter(|a| a.held) else { return Ok(()) };
    availability::lock(&mut work.tx, held.specialist_id).await?;
    appointments::update(&mut work.tx, &held.released(ctx.now)).await?;
    // The place in a round is the home's: the others move up.
    if held.round_id.is_none() {
        fill(app, work, ctx, held.specialist_id, held.slot).await?;
    }
    Ok(())
}

/// Gives a time that became free to who waits for it. The specialist's row is locked.
pub(super) async fn fill(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    specialist: StaffId,
    slot: Slot,
) -> Result<(), AppError> {
    if slot.starts_at <= ctx.now {
        return Ok(());
    }
    // A time that is no longer published is nobody's.
    let Some(published) = availability::get(&mut work.tx, specialist).await? else { return Ok(()) };
    if !slots(&published, slot.starts_at, slot.ends_at).contains(&slot) {
        return Ok(());
    }
    let mut wishes = Vec::new();
    for wish in waitlist::list(&mut work.tx, Some(specialist)).await?.into_iter().filter(|wish| wish.fits(&slot)) {
        let Some(c) = consultations::get(&mut work.tx, wish.consultation_id).await? else { continue };
        // Who has an offer that is not answered yet keeps waiting for the answer; who is with somebody else at that time, for another one.
        if c.state == State::Requested && !is_elsewhere(work, &c, slot).await? {
            wishes.push(wish);
        }
    }
    let Some(wish) = first_fit(&wishes, &slot) else { return Ok(()) };
    let c = consultations::get(&mut work.tx, wish.consultation_id).await?.ok_or(AppError::NotFound)?;
    let booked = c.apply(Event::Book { specialist, scheduled_at: slot.starts_at }, ctx.now)?;
    consultations::update(&mut work.tx, &booked).await?;
    waitlist::remove(&mut work.tx, booked.id).await?;
    hold(app, work, ctx, &booked, slot, None).await?;
    work.record_by_system(EventKind::ConsultationBooked, booked.id.uuid(), Some(booked.home_id));
    Ok(())
}

/// The request of a consultation that technology broke off goes on: with the same specialist, at the next free time. The home does nothing.
pub(in crate::app) async fn rebook(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    failed: &Consultation,
) -> Result<ConsultationId, AppError> {
    let horizon = SignedDuration::from_hours(24 * i64::from(app.policy.rebooking_horizon_days));
    let until = ctx.now.checked_add(horizon).unwrap_or(Timestamp::MAX);
    let (published, taken) = match failed.specialist_id {
        Some(id) => {
            let published = availability::lock(&mut work.tx, id).await?;
            let mut taken = appointments::taken(&mut work.tx, id, ctx.now, until).await?;
            // Nor is the resident to be in two consultations at once.
            taken.extend(appointments::elsewhere(&mut work.tx, failed.resident_id, failed.id, ctx.now, until).await?);
            (published, taken)
        }
        None => (None, Vec::new()),
    };
    let next = after_failure(
        Failed { urgency: failed.urgency, specialist: failed.specialist_id },
        published.as_ref(),
        &taken,
        ctx.now,
        horizon,
    );
    let asked = Consultation {
        id: fresh(ConsultationId::new, ctx.now),
        version: 1,
        state: State::Requested,
        specialist_id: None,
        requested_at: ctx.now,
        scheduled_at: None,
        waiting_since: None,
        began_at: None,
        ended_at: None,
        end_reason: None,
        ..failed.clone()
    };
    let fact = |work: &mut Work, kind| work.record_by_system(kind, asked.id.uuid(), Some(asked.home_id));
    fact(work, EventKind::ConsultationRequested);
    let (id, failed_id) = (asked.id, failed.id);
    match (next, failed.specialist_id) {
        (Rebooking::At(slot), Some(specialist)) => {
            let booked = asked.clone().apply(Event::Book { specialist, scheduled_at: slot.starts_at }, ctx.now)?;
            consultations::insert(&mut work.tx, &booked).await?;
            hold_first(app, work, ctx, &booked, slot, None).await?;
            fact(work, EventKind::ConsultationBooked);
        }
        (Rebooking::Waitlist, Some(specialist_id)) => {
            consultations::insert(&mut work.tx, &asked).await?;
            let wish = Wish {
                consultation_id: id,
                specialist_id,
                urgency: Urgency::Routine,
                not_before: ctx.now,
                not_after: until,
                since: ctx.now,
            };
            waitlist::insert(&mut work.tx, &wish).await?;
            fact(work, EventKind::ConsultationWaitlisted);
        }
        (Rebooking::AtOnce, _) => {
            let waiting = asked.clone().apply(Event::CheckIn, ctx.now)?;
            fact(work, EventKind::ConsultationCheckedIn);
            let waiting = queue::direct(work, ctx, waiting).await?;
            consultations::insert(&mut work.tx, &waiting).await?;
            queue::tell(work, None, &waiting).await?;
        }
        _ => consultations::insert(&mut work.tx, &asked).await?,
    }
    rebookings::insert(&mut work.tx, failed_id, id).await?;
    Ok(id)
}
