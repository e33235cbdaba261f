//! Rounds in person: planned from the residents whose proof is missing, carried out, recorded.

mod candidates;
mod form;
mod plan;
mod results;
mod show;

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::VisitId;
use yunzhen_domain::machines::visit::{Event, State};
use yunzhen_domain::records::{Staff, Visit};
use yunzhen_store::visits;

pub use candidates::candidates;
pub(super) use candidates::to_come;
pub use form::{Form, form};
pub use plan::{change, join, plan};
pub use results::record_results;

use super::names::Names;
use super::relations::Ties;
use super::views::common::{Page, ReasonBody, VersionBody};
use super::views::visits as views;
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, eligibility};

/// Rows of the list.
const MOST: u32 = 200;

/// Rounds in the caller's reach, the earliest day first.
pub async fn list(app: &App, ctx: &Context, query: views::VisitQuery) -> Result<Page<views::VisitSummary>, AppError> {
    may_list(ctx, Action::ListVisits)?;
    let filter = visits::Filter {
        states: super::parse_states::<State>(query.state.as_deref())?,
        home: ctx.actor.home_id().or(query.home_id),
        resident: query.resident_id,
        ..Default::default()
    };
    let mut db = app.store.read().await?;
    let ties = Ties::to_those(&mut db, ctx, []).await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for visit in visits::list(&mut db, &filter, MOST).await? {
        let facts = ties.of_hospital(&visit.hospital, visit.facts(&ctx.actor));
        if authorize(ctx, Action::ListVisits, &facts).is_ok() {
            items.push(show::summary(&mut db, &mut names, ctx, &visit).await?);
        }
    }
    Ok(Page::whole(items))
}

/// One round with its route. It names residents with their diagnoses, so reading it is an audit event.
pub async fn get(app: &App, ctx: &Context, id: VisitId) -> Result<views::Visit, AppError> {
    let mut work = Work::unkeyed(app, ctx).await?;
    let visit = opened(&mut work, ctx, id).await?;
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    work.finish(view).await
}

/// What access decides on: a round is its hospital's, and of the homes that it goes through.
async fn reach(work: &mut Work, ctx: &Context, visit: &Visit) -> Result<Facts, AppError> {
    let ties = Ties::to_those(&mut work.tx, ctx, []).await?;
    Ok(ties.of_hospital(&visit.hospital, visit.facts(&ctx.actor)))
}

/// A round that the caller may read, with the audit fact of reading.
async fn opened(work: &mut Work, ctx: &Context, id: VisitId) -> Result<Visit, AppError> {
    let visit = visits::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let facts = reach(work, ctx, &visit).await?;
    work.authorize(Action::ViewVisit, &facts)?;
    work.record(EventKind::VisitViewed, id.uuid(), facts.home_id, None);
    Ok(visit)
}

/// The doctors set out.
pub async fn start(app: &App, ctx: &Context, id: VisitId, input: VersionBody) -> Result<views::Visit, AppError> {
    transition(app, ctx, id, input.version, Action::ConductVisit, Event::Start).await
}

/// Called off.
pub async fn cancel(app: &App, ctx: &Context, id: VisitId, input: ReasonBody) -> Result<views::Visit, AppError> {
    let reason = required("reason", &input.reason, 500)?;
    transition(app, ctx, id, input.version, Action::PlanVisit, Event::Cancel { reason }).await
}

async fn transition(
    app: &App,
    ctx: &Context,
    id: VisitId,
    seen: i64,
    action: Action,
    event: Event,
) -> Result<views::Visit, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (before, _) = load(&mut work, ctx, id, action).await?;
    same_version(seen, before.version)?;
    let kind = kind_of(&event);
    let after = before.apply(event, ctx.now)?;
    visits::update(&mut work.tx, &after).await?;
    record(&mut work, kind, &after);
    let view = show::full(app, &mut work.tx, ctx, &after).await?;
    work.finish(view).await
}

/// A round and the caller, who belongs to its hospital.
async fn load(work: &mut Work, ctx: &Context, id: VisitId, action: Action) -> Result<(Visit, Staff), AppError> {
    let visit = visits::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let facts = reach(work, ctx, &visit).await?;
    work.authorize(action, &facts)?;
    let caller = eligibility::clinician(&mut work.tx, ctx).await?;
    Ok((visit, caller))
}

const fn kind_of(event: &Event) -> EventKind {
    match event {
        Event::Start => EventKind::VisitStarted,
        Event::Finish => EventKind::VisitDone,
        Event::Cancel { .. } => EventKind::VisitCancelled,
    }
}

/// One fact for each home of the route, so that each hears of its own.
fn record(work: &mut Work, kind: EventKind, visit: &Visit) {
    for home in visit.homes() {
        work.record(kind, visit.id.uuid(), Some(home), None);
    }
}
