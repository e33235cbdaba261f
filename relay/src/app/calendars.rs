//! Calendars of specialists and homes for programs outside (RFC 5545), by a link that nobody can guess and that can be withdrawn.
//!
//! What leaves is a time, the home and a bed: no name, no initials, no reason. A bed means nothing to who does not know the home; initials beside it would tell a
//! calendar service who is ill.

mod feed;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::CalendarId;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::{Calendar, CalendarOf};
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{appointments, availability, calendars, consultations, homes, residents};

use super::names::Names;
use super::views::calendars as views;
use super::views::common::Page;
use super::views::schedule::Removed;
use super::work::{Start, Work, may_list};
use super::{App, AppError, Context, fresh, tokens};

/// What is over stays for so long, so that programs see that it was called off.
const PAST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Shares the caller's own calendar, or the calendar of the caller's home.
pub async fn share(app: &App, ctx: &Context, _input: views::ShareCalendar) -> Result<views::SharedCalendar, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (token, token_sha256) = tokens::new();
    let calendar = Calendar {
        id: fresh(CalendarId::new, ctx.now),
        of: own(ctx)?,
        token_sha256,
        shared_by: ctx.actor.staff_id().ok_or(AppError::NotFound)?,
        created_at: ctx.now,
        revoked_at: None,
    };
    work.authorize(Action::ShareCalendar, &calendar.facts())?;
    calendars::insert(&mut work.tx, &calendar).await?;
    work.record(EventKind::CalendarShared, calendar.id.uuid(), None, None);
    // A calendar program stands outside the pages: it wants the whole address where the relay knows it.
    let path = format!("/api/calendar-feeds/{token}");
    let link = app.public_url.as_ref().map_or_else(|| path.clone(), |url| url.address_of(&path));
    work.answers_with_a_secret();
    work.finish(views::SharedCalendar { id: calendar.id, link }).await
}

/// Links of the caller's own calendar, or of the home's, that work.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<views::Calendar>, AppError> {
    may_list(ctx, Action::ShareCalendar)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for calendar in calendars::list(&mut db, own(ctx)?).await? {
        items.push(views::Calendar {
            id: calendar.id,
            shared_by: names.staff_ref(&mut db, calendar.shared_by).await?,
            created_at: calendar.created_at.into(),
        });
    }
    Ok(Page::whole(items))
}

/// Withdraws a link: from now on it leads nowhere.
pub async fn revoke(app: &App, ctx: &Context, id: CalendarId) -> Result<Removed, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let calendar = calendars::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ShareCalendar, &calendar.facts())?;
    if calendar.revoked_at.is_none() {
        calendars::revoke(&mut work.tx, id, ctx.now).await?;
    }
    work.record(EventKind::CalendarRevoked, id.uuid(), None, None);
    work.finish(Removed { removed: true }).await
}

/// The iCalendar text behind a link.
pub async fn feed(app: &App, token: &str, now: Timestamp) -> Result<String, AppError> {
    let mut db = app.store.read().await?;
    let calendar = calendars::by_token_sha256(&mut db, &tokens::digest(token)).await?;
    let calendar = calendar.filter(|c| c.revoked_at.is_none()).ok_or(AppError::NotFound)?;
    let filter = match calendar.of {
        CalendarOf::Specialist(id) => appointments::Filter { specialist: Some(id), ..Default::default() },
        CalendarOf::Home(id) => appointments::Filter { home: Some(id), ..Default::default() },
    };
    let horizon = SignedDuration::from_hours(24 * i64::from(app.policy.booking_horizon_days));
    let (from, until) = (now.checked_sub(PAST).unwrap_or(now), now.checked_add(horizon).unwrap_or(now));
    let zone = match calendar.of {
        CalendarOf::Specialist(id) => availability::get(&mut db, id).await?.map(|published| published.zone),
        CalendarOf::Home(id) => homes::zone(&mut db, id).await?,
    };
    let mut names = Names::default();
    let mut entries = Vec::new();
    for appointment in appointments::list(&mut db, &filter, from, until).await? {
        let c = consultations::get(&mut db, appointment.consultation_id).await?.ok_or(AppError::NotFound)?;
        let bed = residents::get(&mut db, c.resident_id).await?.ok_or(AppError::NotFound)?.bed;
        let place = match calendar.of {
            CalendarOf::Specialist(_) => format!("{} {bed}", names.home(&mut db, c.home_id).await?.name),
            CalendarOf::Home(_) => bed,
        };
        entries.push(feed::Entry {
            id: c.id,
            slot: appointment.slot,
            sequence: appointment.sequence,
            changed_at: appointment.changed_at,
            called_off: !appointment.held || matches!(c.state, State::Cancelled | State::FailedTechnical),
            place,
        });
    }
    Ok(feed::render(&zone.unwrap_or_else(Zone::shanghai), &entries))
}

fn own(ctx: &Context) -> Result<CalendarOf, AppError> {
    match (ctx.actor.role(), ctx.actor.staff_id(), ctx.actor.home_id()) {
        (Role::Specialist, Some(id), _) => Ok(CalendarOf::Specialist(id)),
        (Role::Nurse, _, Some(home)) => Ok(CalendarOf::Home(home)),
        _ => Err(AppError::NotFound),
    }
}
