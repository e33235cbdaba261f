//! Residents whose proof is missing, and the rounds that can see them.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::visit::State;
use yunzhen_domain::records::Resident;
use yunzhen_store::{Db, homes, residents, visits};

use super::{MOST, views};
use crate::app::eligibility::{clinician, of_person, standings};
use crate::app::homes::day_at;
use crate::app::names::Names;
use crate::app::views::common::Page;
use crate::app::views::eligibility::Standing;
use crate::app::work::{Work, may_list};
use crate::app::{App, AppError, Context};

/// Everyone whose proof is missing for the caller's hospital, by home and bed, with the round that will see them.
pub async fn candidates(
    app: &App,
    ctx: &Context,
    query: views::CandidateQuery,
) -> Result<Page<views::VisitCandidate>, AppError> {
    may_list(ctx, Action::PlanVisit)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    let hospital = clinician(&mut work.tx, ctx).await?.hospital.unwrap_or_default();
    let mut names = Names::default();
    let mut items = Vec::new();
    for resident in residents::list(&mut work.tx, query.home_id, None).await? {
        let missing = missing(app, &mut work.tx, ctx, &resident, &hospital).await?;
        if missing.is_empty() {
            continue;
        }
        let planned = to_come(&mut work.tx, ctx, resident.id, std::slice::from_ref(&hospital)).await?;
        let name = names.home(&mut work.tx, resident.home_id).await?.name.clone();
        items.push(views::VisitCandidate {
            resident_id: resident.id,
            home: views::VisitHome { id: resident.home_id, name },
            name: resident.name.into_exposed(),
            bed: resident.bed,
            missing: missing.into_iter().filter_map(diagnosis).collect(),
            planned: planned.into_iter().find(|visit| visit.includes_resident),
        });
    }
    for item in &items {
        work.record(EventKind::ResidentViewed, item.resident_id.uuid(), Some(item.home.id), None);
    }
    let page = Page::whole(items);
    // Nothing was read of anybody: nothing to audit, nothing to keep.
    if page.items.is_empty() { Ok(page) } else { work.finish(page).await }
}

fn diagnosis(standing: Standing) -> Option<views::CandidateDiagnosis> {
    let Standing { diagnosis_code, display_zh, display_en, missing, .. } = standing;
    missing.map(|missing| views::CandidateDiagnosis { code: diagnosis_code, display_zh, display_en, missing })
}

/// Diagnoses of a resident without proof for a hospital, today.
pub(super) async fn missing(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    resident: &Resident,
    hospital: &str,
) -> Result<Vec<Standing>, AppError> {
    let facts = of_person(db, resident.id).await?;
    let today = day_at(db, resident.home_id, ctx.now).await?;
    let all = standings(app, resident, &facts, None, &[hospital.to_owned()], today);
    let listed = |s: &Standing| resident.conditions.iter().any(|c| c.code == s.diagnosis_code);
    Ok(all.into_iter().filter(|s| !s.eligible && listed(s)).collect())
}

/// Planned rounds of these hospitals from today on, as it is where the resident lives.
pub(in crate::app) async fn to_come(
    db: &mut Db,
    ctx: &Context,
    resident: ResidentId,
    hospitals: &[String],
) -> Result<Vec<views::PlannedVisit>, AppError> {
    let home = residents::get(db, resident).await?.ok_or(AppError::NotFound)?.home_id;
    let since = Some(homes::zone(db, home).await?.ok_or(AppError::NotFound)?.date(ctx.now));
    let filter = visits::Filter { states: vec![State::Planned], since, ..Default::default() };
    let planned = visits::list(db, &filter, MOST).await?;
    let of = planned.into_iter().filter(|visit| hospitals.contains(&visit.hospital));
    let view = of.map(|visit| views::PlannedVisit {
        id: visit.id,
        planned_on: visit.planned_on,
        includes_resident: visit.stops.iter().any(|stop| stop.resident_id == resident),
        hospital: visit.hospital,
    });
    Ok(view.collect())
}
