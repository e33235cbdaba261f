//! Planning a round: day, doctors, residents in the order of homes and beds.

use jiff::ToSpan;
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::VisitId;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::visit::State;
use yunzhen_domain::records::{Resident, Visit, VisitStop};
use yunzhen_store::{homes, residents, staff, visits};

use super::candidates::missing;
use super::{load, reach, record, show, views};
use crate::app::eligibility::clinician;
use crate::app::work::{Start, Work, bounded, may_list, same_version};
use crate::app::{App, AppError, Context, fresh};

/// Nobody plans further ahead; a day beyond is a slip of the hand.
const MOST_DAYS_AHEAD: i64 = 366;
/// Residents of one round.
const MOST_RESIDENTS: usize = 200;

/// Plans a round of the caller's hospital.
pub async fn plan(app: &App, ctx: &Context, input: views::VisitPlan) -> Result<views::Visit, AppError> {
    may_list(ctx, Action::PlanVisit)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let planner = clinician(&mut work.tx, ctx).await?;
    let visit = Visit {
        id: fresh(VisitId::new, ctx.now),
        version: 1,
        state: State::Planned,
        hospital: planner.hospital.unwrap_or_default(),
        planned_on: input.planned_on,
        doctors: Vec::new(),
        remark: String::new(),
        stops: Vec::new(),
        planned_by: planner.id,
        planned_at: ctx.now,
        started_at: None,
        ended_at: None,
        end_reason: None,
    };
    let visit = written(app, ctx, &mut work, visit, input).await?;
    visits::insert(&mut work.tx, &visit).await?;
    record(&mut work, EventKind::VisitPlanned, &visit);
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    work.finish(view).await
}

/// Another plan for a round that has not begun. Guarded by its version, so it demands no idempotency key.
pub async fn change(
    app: &App,
    ctx: &Context,
    id: VisitId,
    input: views::VisitPlanUpdate,
) -> Result<views::Visit, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (mut visit, _) = load(&mut work, ctx, id, Action::PlanVisit).await?;
    same_version(input.version, visit.version)?;
    still_planned(&visit)?;
    // Homes that leave the route hear of it as well.
    let left = Visit { stops: std::mem::take(&mut visit.stops), ..visit.clone() };
    visit.version += 1;
    let visit = written(app, ctx, &mut work, visit, input.plan).await?;
    visits::update(&mut work.tx, &visit).await?;
    record(&mut work, EventKind::VisitChanged, &visit);
    for home in left.homes().into_iter().filter(|home| !visit.homes().contains(home)) {
        work.record(EventKind::VisitChanged, id.uuid(), Some(home), None);
    }
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    work.finish(view).await
}

/// Puts one resident on the route of a planned round: from the booking screen, by the nurse or the specialist.
pub async fn join(app: &App, ctx: &Context, id: VisitId, input: views::PlannedStop) -> Result<views::Visit, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, input.resident_id).await?.ok_or(AppError::NotFound)?;
    let mut visit = visits::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    // A home puts its own residents on a route that may not lead to it yet; a hospital whom it likes on its own route.
    let on_route = reach(&mut work, ctx, &visit).await?;
    work.authorize(Action::JoinVisit, &Facts { related: on_route.related, ..resident.facts() })?;
    still_planned(&visit)?;
    let codes = codes(app, ctx, &mut work, &visit, &resident, "", input.diagnosis_codes).await?;
    add(&mut visit, &resident, codes);
    in_route_order(&mut work, &mut visit).await?;
    visit.version += 1;
    visits::update(&mut work.tx, &visit).await?;
    record(&mut work, EventKind::VisitChanged, &visit);
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    work.finish(view).await
}

fn still_planned(visit: &Visit) -> Result<(), Refused> {
    match visit.state {
        State::Planned => Ok(()),
        other => Err(Refused { state: other.as_str(), event: "edit" }),
    }
}

/// The round with what was typed, checked.
async fn written(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    mut visit: Visit,
    input: views::VisitPlan,
) -> Result<Visit, AppError> {
    visit.planned_on = input.planned_on;
    visit.remark = bounded("remark", input.remark.trim(), 500)?;
    visit.doctors = Vec::new();
    for (i, id) in input.doctors.into_iter().enumerate() {
        let member = staff::get(&mut work.tx, id).await?;
        let goes = |m: &yunzhen_domain::records::Staff| {
            m.role == Role::Specialist && m.active && m.hospital.as_ref() == Some(&visit.hospital)
        };
        if !member.as_ref().is_some_and(goes) {
            let (zh, en) = ("不是本院在岗的医师", "Not an active specialist of this hospital");
            return Err(AppError::invalid(format!("doctors[{i}]"), zh, en));
        }
        if !visit.doctors.contains(&id) {
            visit.doctors.push(id);
        }
    }
    if visit.doctors.is_empty() || visit.doctors.len() > 10 {
        return Err(AppError::invalid("doctors", "须有 1 至 10 位医师", "Choose 1 to 10 doctors"));
    }
    for (i, stop) in input.residents.into_iter().enumerate() {
        let path = format!("residents[{i}].");
        let unknown = || AppError::invalid(format!("{path}resident_id"), "没有这位住民", "No such resident");
        let resident = residents::get_standing(&mut work.tx, stop.resident_id).await?.ok_or_else(unknown)?;
        let codes = codes(app, ctx, work, &visit, &resident, &path, stop.diagnosis_codes).await?;
        add(&mut visit, &resident, codes);
    }
    for home in input.gather_from {
        for resident in residents::list(&mut work.tx, Some(home), None).await? {
            let found = missing(app, &mut work.tx, ctx, &resident, &visit.hospital).await?;
            if !found.is_empty() {
                add(&mut visit, &resident, found.into_iter().map(|s| s.diagnosis_code).collect());
            }
        }
    }
    if visit.stops.is_empty() || visit.stops.len() > MOST_RESIDENTS {
        let (zh, en) =
            (format!("须有 1 至 {MOST_RESIDENTS} 位住民"), format!("Choose 1 to {MOST_RESIDENTS} residents"));
        return Err(AppError::invalid("residents", zh, en));
    }
    // The day is one of each home's own calendar: where it is over already, nobody can come on it.
    for home in visit.homes() {
        let today = homes::zone(&mut work.tx, home).await?.ok_or(AppError::NotFound)?.date(ctx.now);
        if visit.planned_on < today || visit.planned_on > today.saturating_add(MOST_DAYS_AHEAD.days()) {
            let (zh, en) =
                ("日期须在各护理院当地今天起一年之内", "Choose a day within a year from today in every home");
            return Err(AppError::invalid("planned_on", zh, en));
        }
    }
    in_route_order(work, &mut visit).await?;
    Ok(visit)
}

/// What to examine: as typed, or everything whose proof is missing.
async fn codes(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    visit: &Visit,
    resident: &Resident,
    path: &str,
    typed: Vec<String>,
) -> Result<Vec<String>, AppError> {
    let path = format!("{path}diagnosis_codes");
    if typed.len() > 20 {
        return Err(AppError::invalid(path, "最多 20 个诊断", "At most 20 diagnoses"));
    }
    if typed.is_empty() {
        let found = missing(app, &mut work.tx, ctx, resident, &visit.hospital).await?;
        if found.is_empty() {
            let (zh, en) = ("没有缺少初诊的诊断，请选择诊断", "No proof is missing; choose what to examine");
            return Err(AppError::invalid(path, zh, en));
        }
        return Ok(found.into_iter().map(|s| s.diagnosis_code).collect());
    }
    for (i, code) in typed.iter().enumerate() {
        if app.formulary.diagnosis(code).is_none() {
            let (zh, en) = ("诊断目录中没有这个编码", "There is no such diagnosis");
            return Err(AppError::invalid(format!("{path}[{i}]"), zh, en));
        }
    }
    Ok(typed)
}

/// A resident is on the route once, with all that is to be examined.
fn add(visit: &mut Visit, resident: &Resident, codes: Vec<String>) {
    let known = visit.stops.iter().position(|stop| stop.resident_id == resident.id);
    let at = known.unwrap_or_else(|| {
        visit.stops.push(VisitStop::expected(resident.id, resident.home_id, Vec::new()));
        visit.stops.len() - 1
    });
    let stop = &mut visit.stops[at];
    for code in codes {
        if !stop.diagnosis_codes.contains(&code) {
            stop.diagnosis_codes.push(code);
        }
    }
}

/// Homes in the order in which they were named, residents by bed.
async fn in_route_order(work: &mut Work, visit: &mut Visit) -> Result<(), AppError> {
    let homes = visit.homes();
    let mut keyed = Vec::with_capacity(visit.stops.len());
    for stop in std::mem::take(&mut visit.stops) {
        let resident = residents::get(&mut work.tx, stop.resident_id).await?.ok_or(AppError::NotFound)?;
        keyed.push((homes.iter().position(|home| *home == stop.home_id), resident.bed, stop));
    }
    keyed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    visit.stops = keyed.into_iter().map(|(.., stop)| stop).collect();
    Ok(())
}
