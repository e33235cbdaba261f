//! Appointments: book, move, wait for a time, list. An appointment is the scheduling part of a consultation, so it is cancelled, checked in and ended as one
//! (`app::consultations`).

mod follow_up;
mod take;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::fhir;
use yunzhen_domain::ids::{ConsultationId, StaffId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::consultation::{Event, State};
use yunzhen_domain::records::{Appointment, Consultation, Resident, Urgency};
use yunzhen_domain::schedule::{Sitting, Wish, Zone, expected};
use yunzhen_store::{Db, appointments, availability, consultations, rebookings, residents, waitlist};

pub(super) use follow_up::{after_end, rebook};
pub(crate) use take::REMIND;
use take::hold;
pub(super) use take::{Reminder, hold_first, not_elsewhere, open_block, remind};

use super::consultations::{summaries, summary};
use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::appointments as views;
use super::views::common::{Page, StaffRef};
use super::views::consultations::ConsultationSummary;
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, fresh, schedule};

/// Late running of one day is not carried into the next.
pub(super) const DAY_OF_WORK: SignedDuration = SignedDuration::from_hours(12);

/// A request as the home makes it, before anything happened to it.
pub(super) fn requested(
    ctx: &Context,
    resident: &Resident,
    reason: &str,
    urgency: Urgency,
) -> Result<Consultation, AppError> {
    Ok(Consultation {
        id: fresh(ConsultationId::new, ctx.now),
        version: 1,
        state: State::Requested,
        resident_id: resident.id,
        home_id: resident.home_id,
        reason: required("reason", reason, 500)?.into(),
        urgency,
        requested_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        specialist_id: None,
        requested_at: ctx.now,
        scheduled_at: None,
        waiting_since: None,
        began_at: None,
        ended_at: None,
        end_reason: None,
    })
}

/// Books a free slot: exactly one of those who want it gets it.
pub async fn book(app: &App, ctx: &Context, input: views::NewAppointment) -> Result<views::Appointment, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::BookAppointment, &resident).await?;
    let asked = requested(ctx, &resident, &input.reason, Urgency::Routine)?;
    let (slot, zone) = take::free_slot(app, &mut work, ctx, input.specialist_id, input.starts_at.0).await?;
    not_elsewhere(&mut work, &asked, slot, "starts_at").await?;
    work.record(EventKind::ConsultationRequested, asked.id.uuid(), Some(asked.home_id), None);
    let booked = asked.apply(Event::Book { specialist: input.specialist_id, scheduled_at: slot.starts_at }, ctx.now)?;
    consultations::insert(&mut work.tx, &booked).await?;
    let held = hold_first(app, &mut work, ctx, &booked, slot, None).await?;
    work.record(EventKind::ConsultationBooked, booked.id.uuid(), Some(booked.home_id), None);
    let known = Known { zone, makes_up_for: None };
    let view = with_known(app, &mut work.tx, &mut Names::default(), ctx, &held, &booked, known).await?;
    work.finish(view).await
}

/// Moves an appointment to another free slot of the same specialist; the time it had goes to who waits for it.
pub async fn change_time(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: views::MoveBody,
) -> Result<views::Appointment, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    // Whoever may not know of the appointment may not move it either: it costs the resident a time.
    let ties = Ties::to(&mut work.tx, ctx, before.resident_id).await?;
    work.authorize(Action::BookAppointment, &ties.of_consultation(ctx, &before))?;
    same_version(input.version, before.version)?;
    let after = before.clone().apply(Event::Move { scheduled_at: input.starts_at.0 }, ctx.now)?;
    let held = appointments::get(&mut work.tx, id).await?.filter(|a| a.held).ok_or(AppError::NotFound)?;
    if held.round_id.is_some() {
        return Err(Refused { state: "in_round", event: "move" }.into());
    }
    let (slot, zone) = take::free_slot(app, &mut work, ctx, held.specialist_id, input.starts_at.0).await?;
    not_elsewhere(&mut work, &after, slot, "starts_at").await?;
    let moved = held.moved(slot, ctx.now);
    appointments::update(&mut work.tx, &moved).await?;
    consultations::update(&mut work.tx, &after).await?;
    remind(app, &mut work, ctx, id, slot.starts_at).await?;
    work.record(EventKind::ConsultationMoved, id.uuid(), Some(after.home_id), None);
    follow_up::fill(app, &mut work, ctx, held.specialist_id, held.slot).await?;
    let known = Known { zone, makes_up_for: rebookings::origin(&mut work.tx, id).await? };
    let view = with_known(app, &mut work.tx, &mut Names::default(), ctx, &moved, &after, known).await?;
    work.finish(view).await
}

/// Appointments by home, specialist and time, earliest first; those that were called off too.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::AppointmentQuery,
) -> Result<Page<views::Appointment>, AppError> {
    may_list(ctx, Action::ListAppointments)?;
    let (from, until) = schedule::window(query.from.0, query.until.0)?;
    let home = ctx.actor.home_id().or(query.home_id);
    let filter = appointments::Filter { specialist: query.specialist_id, home, ..appointments::Filter::default() };
    let mut db = app.store.read().await?;
    let found = appointments::list(&mut db, &filter, from, until).await?;
    let mut of = consultations::get_all(&mut db, found.iter().map(|a| a.consultation_id)).await?;
    let ties = Ties::to_those(&mut db, ctx, of.values().map(|c| c.resident_id)).await?;
    let (mut wanted, mut seen) = (Vec::with_capacity(found.len()), Seen::default());
    for appointment in found {
        let c = of.remove(&appointment.consultation_id).ok_or(AppError::NotFound)?;
        if authorize(ctx, Action::ListAppointments, &ties.of_consultation(ctx, &c)).is_ok() {
            seen.add(EventKind::ResidentListed, c.resident_id, c.home_id, ties.purpose(c.resident_id));
            wanted.push((appointment, c));
        }
    }
    let items = all_shown(app, &mut db, ctx, &wanted).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page::whole(items))
}

/// Puts a resident on the waitlist of a specialist.
pub async fn wait(app: &App, ctx: &Context, input: views::NewWish) -> Result<views::WaitlistEntry, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::BookAppointment, &resident).await?;
    let asked = requested(ctx, &resident, &input.reason, input.urgency)?;
    take::lock(&mut work, input.specialist_id).await?;
    let (not_before, not_after) = (input.not_before.0, input.not_after.0);
    if not_after < not_before || not_after <= ctx.now || not_after > take::horizon(app, ctx) {
        let (zh, en) = (
            "最晚时间须在最早时间之后、尚未过去且在可预约范围内",
            "The latest time is after the earliest, not in the past, and within reach",
        );
        return Err(AppError::invalid("not_after", zh, en));
    }
    let wish = Wish {
        consultation_id: asked.id,
        specialist_id: input.specialist_id,
        urgency: input.urgency,
        not_before,
        not_after,
        since: ctx.now,
    };
    consultations::insert(&mut work.tx, &asked).await?;
    waitlist::insert(&mut work.tx, &wish).await?;
    work.record(EventKind::ConsultationRequested, asked.id.uuid(), Some(asked.home_id), None);
    work.record(EventKind::ConsultationWaitlisted, asked.id.uuid(), Some(asked.home_id), None);
    let mut names = Names::default();
    let consultation = summary(app, &mut work.tx, &mut names, &asked, ctx.now).await?;
    let view = entry(&mut work.tx, &mut names, &wish, consultation).await?;
    work.finish(view).await
}

/// Who waits for a time, longest first.
pub async fn waitlist_of(app: &App, ctx: &Context) -> Result<Page<views::WaitlistEntry>, AppError> {
    may_list(ctx, Action::ListAppointments)?;
    let mut db = app.store.read().await?;
    let wishes = waitlist::list(&mut db, None).await?;
    let of = consultations::get_all(&mut db, wishes.iter().map(|wish| wish.consultation_id)).await?;
    let ties = Ties::to_those(&mut db, ctx, of.values().map(|c| c.resident_id)).await?;
    let (mut wanted, mut seen) = (Vec::with_capacity(wishes.len()), Seen::default());
    for wish in &wishes {
        let c = of.get(&wish.consultation_id).ok_or(AppError::NotFound)?;
        if authorize(ctx, Action::ListAppointments, &ties.of_consultation(ctx, c)).is_ok() {
            seen.add(EventKind::ResidentListed, c.resident_id, c.home_id, ties.purpose(c.resident_id));
            wanted.push((wish, c));
        }
    }
    let mut names = Names::default();
    let shown: Vec<&Consultation> = wanted.iter().map(|(_, c)| *c).collect();
    let lines = summaries(app, &mut db, &mut names, &shown, ctx.now).await?;
    let mut items = Vec::with_capacity(wanted.len());
    for ((wish, _), consultation) in wanted.iter().zip(lines) {
        items.push(entry(&mut db, &mut names, wish, consultation).await?);
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page::whole(items))
}

/// The time that an offer is accepted for: it need not be published, only free.
pub(super) async fn accepted(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    c: &Consultation,
    minutes: u32,
) -> Result<(), AppError> {
    let (Some(specialist), Some(starts_at)) = (c.specialist_id, c.scheduled_at) else { return Err(AppError::NotFound) };
    if !(5..=120).contains(&minutes) {
        return Err(AppError::invalid("minutes", "时长为 5 至 120 分钟", "5 to 120 minutes"));
    }
    if starts_at <= ctx.now || starts_at > take::horizon(app, ctx) {
        return Err(take::out_of_reach());
    }
    let ends_at =
        starts_at.checked_add(SignedDuration::from_mins(i64::from(minutes))).map_err(|_| take::out_of_reach())?;
    let slot = yunzhen_domain::schedule::Slot { starts_at, ends_at };
    // Who has published nothing has no bookings that the row could lock; the index still lets one only hold a time.
    availability::lock(&mut work.tx, specialist).await?;
    if !appointments::taken(&mut work.tx, specialist, starts_at, ends_at).await?.is_empty() {
        return Err(AppError::SlotTaken);
    }
    not_elsewhere(work, c, slot, "starts_at").await?;
    waitlist::remove(&mut work.tx, c.id).await?;
    hold(app, work, ctx, c, slot, None).await
}

/// What stands beside an appointment; a command that has just read or made it does not ask again.
struct Known {
    zone: Zone,
    makes_up_for: Option<ConsultationId>,
}

/// Appointments of a list: what stands beside each is looked up for all of them, or for each specialist, at once.
async fn all_shown(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    all: &[(Appointment, Consultation)],
) -> Result<Vec<views::Appointment>, AppError> {
    let mut names = Names::default();
    let of: Vec<&Consultation> = all.iter().map(|(_, c)| c).collect();
    let lines = summaries(app, db, &mut names, &of, ctx.now).await?;
    let mut origins = rebookings::origins(db, of.iter().map(|c| c.id)).await?;
    let mut zones: HashMap<StaffId, Zone> = HashMap::new();
    let mut sittings: HashMap<StaffId, Vec<Sitting>> = HashMap::new();
    let mut views = Vec::with_capacity(all.len());
    for ((a, c), consultation) in all.iter().zip(lines) {
        let by = a.specialist_id;
        if let Entry::Vacant(place) = zones.entry(by) {
            let published = availability::get(db, by).await?;
            place.insert(published.map_or_else(Zone::shanghai, |published| published.zone));
        }
        if has_turn(a, c, ctx.now)
            && let Entry::Vacant(place) = sittings.entry(by)
        {
            place.insert(sittings_around(db, by, ctx.now).await?);
        }
        let expected_at = turn(a, c, sittings.get(&by).map_or(&[], Vec::as_slice), ctx.now);
        let known =
            Known { zone: zones.get(&by).cloned().unwrap_or_else(Zone::shanghai), makes_up_for: origins.remove(&c.id) };
        let specialist = names.staff_ref(db, by).await?;
        views.push(view(a, c, consultation, specialist, expected_at, known));
    }
    Ok(views)
}

async fn with_known(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    ctx: &Context,
    a: &Appointment,
    c: &Consultation,
    known: Known,
) -> Result<views::Appointment, AppError> {
    let sittings = match has_turn(a, c, ctx.now) {
        true => sittings_around(db, a.specialist_id, ctx.now).await?,
        false => Vec::new(),
    };
    let expected_at = turn(a, c, &sittings, ctx.now);
    let consultation = summary(app, db, names, c, ctx.now).await?;
    let specialist = names.staff_ref(db, a.specialist_id).await?;
    Ok(view(a, c, consultation, specialist, expected_at, known))
}

fn view(
    a: &Appointment,
    c: &Consultation,
    consultation: ConsultationSummary,
    specialist: StaffRef,
    expected_at: Timestamp,
    known: Known,
) -> views::Appointment {
    views::Appointment {
        consultation,
        specialist,
        starts_at: a.slot.starts_at.into(),
        ends_at: a.slot.ends_at.into(),
        expected_at: expected_at.into(),
        late_minutes: expected_at.duration_since(a.slot.starts_at).as_mins(),
        zone: known.zone.name().to_owned(),
        status: fhir::appointment(c.state, false).to_owned(),
        sequence: a.sequence,
        round_id: a.round_id,
        makes_up_for: known.makes_up_for,
    }
}

/// Only near its time is there anything to know of the turn of an appointment.
fn has_turn(a: &Appointment, c: &Consultation, now: Timestamp) -> bool {
    a.held && !c.state.is_terminal() && now.duration_since(a.slot.starts_at).abs() <= DAY_OF_WORK
}

/// When the turn of an appointment comes, or came.
fn turn(a: &Appointment, c: &Consultation, sittings: &[Sitting], now: Timestamp) -> Timestamp {
    match has_turn(a, c, now) {
        true => expected(sittings, c.id, now).unwrap_or(a.slot.starts_at),
        false => c.began_at.unwrap_or(a.slot.starts_at),
    }
}

/// What a specialist has to do on the day around `now`.
pub(super) async fn sittings_around(
    db: &mut Db,
    specialist: StaffId,
    now: Timestamp,
) -> Result<Vec<Sitting>, AppError> {
    let (from, until) = (now.checked_sub(DAY_OF_WORK).unwrap_or(now), now.checked_add(DAY_OF_WORK).unwrap_or(now));
    Ok(appointments::sittings(db, specialist, from, until).await?)
}

async fn entry(
    db: &mut Db,
    names: &mut Names,
    wish: &Wish,
    consultation: ConsultationSummary,
) -> Result<views::WaitlistEntry, AppError> {
    Ok(views::WaitlistEntry {
        consultation,
        specialist: names.staff_ref(db, wish.specialist_id).await?,
        not_before: wish.not_before.into(),
        not_after: wish.not_after.into(),
        since: wish.since.into(),
    })
}
