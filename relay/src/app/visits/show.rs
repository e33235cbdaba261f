//! How a round is shown. A nurse reads the part of the route that goes through her home.

use yunzhen_domain::access::{Action, Decision, Facts, decide};
use yunzhen_domain::machines::visit::Event;
use yunzhen_domain::machines::visit_stop::State as StopState;
use yunzhen_domain::records::{Visit, VisitStop};
use yunzhen_store::{Db, residents, staff};

use crate::app::names::Names;
use crate::app::residents::allergens;
use crate::app::views::visits as views;
use crate::app::{App, AppError, Context};

/// The stops that the caller may read.
pub(super) fn within_reach<'a>(ctx: &'a Context, visit: &'a Visit) -> impl Iterator<Item = &'a VisitStop> {
    let home = ctx.actor.home_id();
    visit.stops.iter().filter(move |stop| home.is_none_or(|home| stop.home_id == home))
}

/// A line of a list.
pub(super) async fn summary(
    db: &mut Db,
    names: &mut Names,
    ctx: &Context,
    visit: &Visit,
) -> Result<views::VisitSummary, AppError> {
    let mut doctors = Vec::with_capacity(visit.doctors.len());
    for id in &visit.doctors {
        doctors.push(names.staff_ref(db, *id).await?);
    }
    let mut homes: Vec<views::VisitHome> = Vec::new();
    for stop in within_reach(ctx, visit) {
        if homes.iter().all(|home| home.id != stop.home_id) {
            let name = names.home(db, stop.home_id).await?.name.clone();
            homes.push(views::VisitHome { id: stop.home_id, name });
        }
    }
    let count =
        |state| u32::try_from(within_reach(ctx, visit).filter(|stop| stop.state == state).count()).unwrap_or(u32::MAX);
    Ok(views::VisitSummary {
        id: visit.id,
        version: visit.version,
        state: visit.state,
        hospital: visit.hospital.clone(),
        planned_on: visit.planned_on,
        doctors,
        homes,
        expected: count(StopState::Expected),
        seen: count(StopState::Seen),
        not_seen: count(StopState::NotSeen),
    })
}

/// Everything of one round that the caller may see.
pub(super) async fn full(app: &App, db: &mut Db, ctx: &Context, visit: &Visit) -> Result<views::Visit, AppError> {
    let mut names = Names::default();
    let summary = summary(db, &mut names, ctx, visit).await?;
    let mut route: Vec<views::RouteHome> = Vec::new();
    for stop in within_reach(ctx, visit) {
        if route.iter().all(|home| home.home_id != stop.home_id) {
            let home = names.home(db, stop.home_id).await?;
            route.push(views::RouteHome {
                home_id: home.id,
                name: home.name.clone(),
                address: home.address.clone(),
                phone: home.phone.clone(),
                stops: Vec::new(),
            });
        }
        let shown = route_stop(app, db, &mut names, ctx, stop).await?;
        if let Some(home) = route.iter_mut().find(|home| home.home_id == stop.home_id) {
            home.stops.push(shown);
        }
    }
    let own_hospital = match ctx.actor.staff_id() {
        Some(id) => staff::get(db, id).await?.and_then(|m| m.hospital).as_ref() == Some(&visit.hospital),
        None => false,
    };
    Ok(views::Visit {
        summary,
        remark: visit.remark.clone(),
        route,
        started_at: visit.started_at.map(Into::into),
        ended_at: visit.ended_at.map(Into::into),
        end_reason: visit.end_reason.as_ref().map(|reason| reason.expose().clone()),
        allowed: allowed(ctx, visit, own_hospital),
    })
}

async fn route_stop(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    ctx: &Context,
    stop: &VisitStop,
) -> Result<views::RouteStop, AppError> {
    let resident = residents::get(db, stop.resident_id).await?.ok_or(AppError::NotFound)?;
    let diagnosis = |code: &String| {
        let words = app.formulary.diagnosis(code);
        views::StopDiagnosis {
            display_zh: words.map_or_else(|| code.clone(), |d| d.display_zh.clone()),
            display_en: words.map_or_else(|| code.clone(), |d| d.display_en.clone()),
            confirmed: stop.confirmed_codes.contains(code),
            code: code.clone(),
        }
    };
    // What was confirmed beside what was asked for is shown as well.
    let beside = stop.confirmed_codes.iter().filter(|code| !stop.diagnosis_codes.contains(code));
    let (allergies, allergies_en) = allergens(app, &resident.allergies);
    Ok(views::RouteStop {
        resident_id: resident.id,
        age: resident.age(names.home(db, stop.home_id).await?.zone.date(ctx.now)).into(),
        name: resident.name.into_exposed(),
        sex: resident.sex,
        bed: resident.bed,
        allergies,
        allergies_en,
        diagnoses: stop.diagnosis_codes.iter().chain(beside).map(diagnosis).collect(),
        state: stop.state,
        reason: stop.reason.as_ref().map(|reason| reason.expose().clone()),
        decided_on: stop.decided_on,
        decided_by: names.staff_ref_opt(db, stop.decided_by).await?,
    })
}

/// Commands that the caller may give now, by their last path segment.
fn allowed(ctx: &Context, visit: &Visit, own_hospital: bool) -> Vec<String> {
    use yunzhen_domain::machines::visit::State;
    let may = |action| {
        let facts = Facts { related: own_hospital, ..visit.facts(&ctx.actor) };
        own_hospital && decide(&ctx.actor, action, &facts) == Decision::Allow
    };
    let open = matches!(visit.state, State::Planned | State::UnderWay) && visit.is_open();
    let can = |event: &Event| visit.state.apply(event, ctx.now).is_ok();
    let rows = [
        ("edit", visit.state == State::Planned && may(Action::PlanVisit)),
        ("start", can(&Event::Start) && may(Action::ConductVisit)),
        ("results", open && may(Action::ConductVisit)),
        ("cancel", can(&Event::Cancel { reason: String::new() }) && may(Action::PlanVisit)),
    ];
    rows.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()).collect()
}
