//! Referrals: drafted in the home or at the end of remote care, decided by the hospital, closed by its report.

mod commands;
mod draft;
mod hand_over;
mod show;

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::ids::ReferralId;
use yunzhen_domain::machines::referral::{Event, State};
use yunzhen_domain::records::{Referral, Staff};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, Paging, referrals, staff};

pub(super) use commands::set_out;
pub use commands::{
    accept, answer_information, ask_information, miss_appointment, refuse, report, see, send, start, withdraw,
};
pub(super) use draft::{Opening, open};
pub use draft::{change, draft};
pub use hand_over::{HandOverFile, hand_over};
pub(super) use show::{summaries, summary};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::common::Page;
use super::views::referrals as views;
use super::work::{Work, authorize, may_list, same_version};
use super::{App, AppError, Context};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Referrals in the caller's reach, newest first.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::ReferralQuery,
) -> Result<Page<views::ReferralSummary>, AppError> {
    may_list(ctx, Action::ListReferrals)?;
    let filter = referrals::Filter {
        states: super::parse_states::<State>(query.state.as_deref())?,
        home: ctx.actor.home_id().or(query.home_id),
        resident: query.resident_id,
        ..Default::default()
    };
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = referrals::list(&mut db, &filter, paging).await?;
    let ties = Ties::to_those(&mut db, ctx, slice.items.iter().map(|r| r.resident_id)).await?;
    let mut seen = Seen::default();
    let facts = |r: &Referral| ties.of_record(ctx, r.resident_id, r.facts());
    let may = |r: &&Referral| authorize(ctx, Action::ListReferrals, &facts(r)).is_ok();
    let shown: Vec<&Referral> = slice.items.iter().filter(may).collect();
    for r in &shown {
        seen.add(EventKind::ResidentListed, r.resident_id, r.home_id, ties.purpose(r.resident_id));
    }
    let items = summaries(app, &mut db, &mut Names::default(), &shown, ctx.now).await?;
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One referral in full. It is part of the resident's record, so reading it is an audit event.
pub async fn get(app: &App, ctx: &Context, id: ReferralId) -> Result<views::Referral, AppError> {
    let mut db = app.store.read().await?;
    let referral = referrals::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let purpose = may_read(&mut db, ctx, &referral).await?;
    let view = show::full(app, &mut db, ctx, &referral).await?;
    drop(db);
    Seen::of(EventKind::ReferralViewed, referral.id.uuid(), referral.home_id, purpose).tell(app, ctx).await?;
    Ok(view)
}

/// Decides on a read of a referral; the purpose that it is audited with.
async fn may_read(db: &mut Db, ctx: &Context, referral: &Referral) -> Result<Option<Purpose>, AppError> {
    let ties = Ties::to(db, ctx, referral.resident_id).await?;
    authorize(ctx, Action::ViewReferral, &ties.of_record(ctx, referral.resident_id, referral.facts()))?;
    Ok(ties.purpose(referral.resident_id))
}

/// Decides with what ties the caller to the resident.
async fn reach(work: &mut Work, ctx: &Context, action: Action, referral: &Referral) -> Result<(), AppError> {
    let ties = Ties::to(&mut work.tx, ctx, referral.resident_id).await?;
    work.authorize(action, &ties.of_record(ctx, referral.resident_id, referral.facts()))
}

/// Loads what a command works on: in reach, as the person saw it, and with the person.
async fn load(
    work: &mut Work,
    ctx: &Context,
    id: ReferralId,
    action: Action,
    seen: i64,
) -> Result<(Referral, Staff), AppError> {
    let referral = referrals::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    reach(work, ctx, action, &referral).await?;
    let caller = caller(&mut work.tx, ctx).await?;
    if action == Action::DecideReferral && !decides(&mut work.tx, &ctx.actor, &referral).await? {
        return Err(AppError::Forbidden);
    }
    same_version(seen, referral.version)?;
    Ok((referral, caller))
}

/// The hospital that was asked decides. Where none of its people has an account, the referring specialist writes down what it said.
async fn decides(db: &mut Db, actor: &Actor, referral: &Referral) -> Result<bool, AppError> {
    let members = staff::list(db).await?;
    let specialists = members.iter().filter(|m| m.role == Role::Specialist && m.active);
    let there = specialists.filter(|m| m.hospital.as_ref() == Some(&referral.hospital));
    let there: Vec<_> = there.map(|m| m.id).collect();
    let caller = actor.staff_id();
    Ok(if there.is_empty() {
        caller.is_some() && caller == referral.specialist_id
    } else {
        caller.is_some_and(|id| there.contains(&id))
    })
}

/// The signed-in member of staff: name for timelines.
async fn caller(db: &mut Db, ctx: &Context) -> Result<Staff, AppError> {
    let id = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    staff::get(db, id).await?.ok_or(AppError::Unauthenticated)
}

/// As a timeline names somebody.
fn who(member: &Staff) -> (&str, Option<uuid::Uuid>) {
    (member.name.as_str(), Some(member.id.uuid()))
}

const fn kind_of(event: &Event) -> EventKind {
    match event {
        Event::Send => EventKind::ReferralSent,
        Event::See => EventKind::ReferralSeen,
        Event::AskInformation => EventKind::ReferralInformationAsked,
        Event::AnswerInformation => EventKind::ReferralInformationAnswered,
        Event::Accept => EventKind::ReferralAccepted,
        Event::Start => EventKind::ReferralStarted,
        Event::Report => EventKind::ReferralReported,
        Event::Refuse { .. } => EventKind::ReferralRefused,
        Event::MissAppointment { .. } => EventKind::ReferralMissed,
        Event::Withdraw { .. } => EventKind::ReferralWithdrawn,
    }
}

fn record(work: &mut Work, kind: EventKind, referral: &Referral) {
    work.record(kind, referral.id.uuid(), Some(referral.home_id), None);
}
