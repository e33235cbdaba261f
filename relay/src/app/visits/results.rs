//! Results of a round: who was seen and what was confirmed, and the eligibility facts that follow, in one transaction. The same command takes what was
//! typed on the way and what comes later from an offline form.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::VisitId;
use yunzhen_domain::machines::visit::{Event, State};
use yunzhen_domain::machines::{Refused, visit_stop};
use yunzhen_domain::records::{Eligibility, Staff, Visit};
use yunzhen_store::{eligibility, residents, staff, visits};

use super::{load, record, show, views};
use crate::app::eligibility::{fact, in_the_past};
use crate::app::homes::day_at;
use crate::app::work::{Start, Work, required};
use crate::app::{App, AppError, Context};

/// Records results for residents of the round: all of them or, when one cannot be taken, none. The first result starts the round, the last one ends it.
pub async fn record_results(
    app: &App,
    ctx: &Context,
    id: VisitId,
    input: views::VisitResults,
) -> Result<views::Visit, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let (before, caller) = load(&mut work, ctx, id, Action::ConductVisit).await?;
    let version = before.version + 1;
    if input.results.is_empty() || input.results.len() > before.stops.len() {
        return Err(AppError::invalid("results", "每位住民一条结果", "Send one result for each resident"));
    }
    let mut visit = match before.state {
        State::Planned => {
            record(&mut work, EventKind::VisitStarted, &before);
            before.apply(Event::Start, ctx.now)?
        }
        State::UnderWay => before,
        over => return Err(Refused { state: over.as_str(), event: "record_results" }.into()),
    };
    for (i, result) in input.results.into_iter().enumerate() {
        one(app, ctx, &mut work, &mut visit, &caller, &format!("results[{i}]"), result).await?;
    }
    record(&mut work, EventKind::VisitResultsRecorded, &visit);
    if !visit.is_open() {
        visit = visit.apply(Event::Finish, ctx.now)?;
        record(&mut work, EventKind::VisitDone, &visit);
    }
    // Starting, recording and finishing are one change of the row.
    visit.version = version;
    visits::update(&mut work.tx, &visit).await?;
    let view = show::full(app, &mut work.tx, ctx, &visit).await?;
    work.finish(view).await
}

async fn one(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    visit: &mut Visit,
    caller: &Staff,
    path: &str,
    result: views::StopResult,
) -> Result<(), AppError> {
    let unknown = || AppError::invalid(format!("{path}.resident_id"), "不在本次名单中", "Not a resident of this round");
    let at = visit.stops.iter().position(|stop| stop.resident_id == result.resident_id).ok_or_else(unknown)?;
    let resident = residents::get(&mut work.tx, result.resident_id).await?.ok_or_else(unknown)?;
    in_the_past(&mut work.tx, &format!("{path}.on"), result.on, &resident, ctx).await?;
    if result.on < day_at(&mut work.tx, resident.home_id, visit.planned_at).await? {
        let (zh, en) = ("日期早于本次上门的安排", "The day is before the round was planned");
        return Err(AppError::invalid(format!("{path}.on"), zh, en));
    }
    let doctor = doctor(work, visit, caller, path, result.doctor).await?;
    let event = match &result.not_seen_reason {
        Some(reason) => {
            let reason = required(&format!("{path}.not_seen_reason"), reason, 500)?;
            if !result.confirmed.is_empty() {
                let (zh, en) = ("未见到住民，不能确认诊断", "Nothing can be confirmed of who was not seen");
                return Err(AppError::invalid(format!("{path}.confirmed"), zh, en));
            }
            visit_stop::Event::Miss { reason }
        }
        None => {
            let facts = facts(app, ctx, &resident, &doctor, path, &result)?;
            for fact in &facts {
                eligibility::insert(&mut work.tx, &Eligibility { visit_id: Some(visit.id), ..fact.clone() }).await?;
            }
            if !facts.is_empty() {
                work.record(EventKind::EligibilityRecorded, resident.id.uuid(), Some(resident.home_id), None);
            }
            visit_stop::Event::See { confirmed: facts.into_iter().map(|fact| fact.diagnosis_code).collect() }
        }
    };
    visit.stops[at] = visit.stops[at].clone().apply(event, result.on, ctx.now, caller.id)?;
    Ok(())
}

/// The facts that one examination proves.
fn facts(
    app: &App,
    ctx: &Context,
    resident: &yunzhen_domain::records::Resident,
    doctor: &Staff,
    path: &str,
    result: &views::StopResult,
) -> Result<Vec<Eligibility>, AppError> {
    let mut facts: Vec<Eligibility> = Vec::with_capacity(result.confirmed.len());
    for (n, confirmed) in result.confirmed.iter().enumerate() {
        let path = format!("{path}.confirmed[{n}]");
        let evidence = required(&format!("{path}.evidence"), &confirmed.evidence, 2000)?;
        let code_path = format!("{path}.diagnosis_code");
        let fact = fact(
            app,
            ctx,
            resident,
            doctor,
            (code_path.as_str(), confirmed.diagnosis_code.as_str()),
            result.on,
            evidence,
        )?;
        if facts.iter().any(|known| known.diagnosis_code == fact.diagnosis_code) {
            return Err(AppError::invalid(code_path, "同一诊断填写了两次", "The same diagnosis twice"));
        }
        facts.push(fact);
    }
    Ok(facts)
}

/// Who examined: one of the doctors of the round, or the caller.
async fn doctor(
    work: &mut Work,
    visit: &Visit,
    caller: &Staff,
    path: &str,
    named: Option<yunzhen_domain::ids::StaffId>,
) -> Result<Staff, AppError> {
    let id = named.unwrap_or(caller.id);
    let wrong = || {
        let (zh, en) = ("不是本次上门的医师", "Not a doctor of this round");
        AppError::invalid(format!("{path}.doctor"), zh, en)
    };
    if !visit.doctors.contains(&id) {
        return Err(wrong());
    }
    staff::get(&mut work.tx, id).await?.ok_or_else(wrong)
}
