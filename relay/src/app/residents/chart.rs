//! A resident's chart: everything of the record that stands and of those merged into it, as far as the caller may see it.

use std::collections::HashMap;

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::early_warning::{self, OxygenScale, Score};
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::records::{Observation, Resident};
use yunzhen_store::{
    Db, Paging, break_glass, consultations, eligibility, notes, observations, prescriptions, referrals, residents,
};

use super::{allergens, note, observation, out_of_range, views};
use crate::app::consents::states as consent_states;
use crate::app::names::Names;
use crate::app::reads::Seen;
use crate::app::relations::Ties;
use crate::app::work::authorize;
use crate::app::{App, AppError, Context};

/// Rows of each kind in a chart.
const HISTORY: u32 = 50;
/// How far back the trend of the early-warning score goes.
const TREND: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A resident's chart. Opening it is an audit event.
pub async fn get(app: &App, ctx: &Context, id: ResidentId) -> Result<views::Resident, AppError> {
    let mut db = app.store.read().await?;
    let r = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, r.id).await?;
    authorize(ctx, Action::ViewResident, &ties.facts(&r))?;
    let purpose = ties.purpose(r.id);
    let (id, home_id) = (r.id, r.home_id);
    let mut view = chart(app, &mut db, ctx, r).await?;
    if let (Some(_), Some(staff_id)) = (purpose, ctx.actor.staff_id()) {
        let open = break_glass::open_of(&mut db, staff_id, id, ctx.now).await?;
        view.break_glass = open.map(|glass| views::OwnBreakGlass {
            id: glass.id,
            version: glass.version,
            until: glass.ends_at.into(),
        });
    }
    drop(db);
    Seen::one(EventKind::ResidentViewed, id, home_id, purpose).tell(app, ctx).await?;
    Ok(view)
}

async fn chart(app: &App, db: &mut Db, ctx: &Context, r: Resident) -> Result<views::Resident, AppError> {
    let group = residents::group(db, r.id).await?;
    let mut names = Names::default();
    let latest = latest(db, &group).await?;
    let mut written = Vec::new();
    let (mut visits, mut prescribed) = (Vec::new(), Vec::new());
    let (mut seen_in_person, mut referred) = (Vec::new(), Vec::new());
    for id in &group {
        written.extend(notes::for_resident(db, *id, HISTORY).await?);
        visits.extend(consultations::for_resident(db, *id, HISTORY).await?);
        prescribed.extend(prescriptions::for_resident(db, *id, HISTORY).await?);
        seen_in_person.extend(eligibility::for_resident(db, *id).await?);
        let filter = referrals::Filter { resident: Some(*id), ..Default::default() };
        referred.extend(referrals::list(db, &filter, Paging::newest(HISTORY)).await?.items);
    }
    written.sort_by_key(|n| std::cmp::Reverse(n.written_at));
    visits.sort_by_key(|c| std::cmp::Reverse(c.requested_at));
    prescribed.sort_by_key(|p| std::cmp::Reverse(p.created_at));
    let mut note_views = Vec::new();
    for n in written.into_iter().take(HISTORY as usize) {
        note_views.push(note(db, &mut names, n).await?);
    }
    let newest: Vec<_> = visits.iter().take(HISTORY as usize).collect();
    let visit_views = crate::app::consultations::summaries(app, db, &mut names, &newest, ctx.now).await?;
    let in_sight = prescribed.iter().filter(|p| crate::app::prescriptions::in_sight(ctx, p));
    let newest: Vec<_> = in_sight.take(HISTORY as usize).collect();
    let prescription_views = crate::app::prescriptions::summaries(app, db, &mut names, &newest, ctx.now).await?;
    let all: Vec<_> = referred.iter().collect();
    let referral_views = crate::app::referrals::summaries(app, db, &mut names, &all, ctx.now).await?;
    let first_visits = seen_in_person.into_iter().filter(|e| e.revocation.is_none()).map(|e| views::Eligibility {
        display_en: app.formulary.diagnosis(&e.diagnosis_code).map(|d| d.display_en.clone()),
        diagnosis_code: e.diagnosis_code,
        display: e.display,
        hospital: e.hospital,
        date: e.date,
        clinician: e.clinician,
    });
    let (allergies, allergies_en) = allergens(app, &r.allergies);
    Ok(views::Resident {
        id: r.id,
        version: r.version,
        merged_ids: group.iter().copied().filter(|id| *id != r.id).collect(),
        age: r.age(names.home(db, r.home_id).await?.zone.date(ctx.now)).into(),
        early_warning: early_warning(app, db, ctx, &r, &group).await?,
        consents: consent_states(db, &group, ctx.now).await?,
        break_glass: None,
        name: r.name.into_exposed(),
        sex: r.sex,
        birth_date: r.birth_date,
        bed: r.bed,
        home_id: r.home_id,
        home_name: names.home(db, r.home_id).await?.name.clone(),
        allergies,
        allergies_en,
        out_of_range: out_of_range(&latest),
        last_observations: latest.into_iter().map(observation).collect(),
        photo_url: r.photo_url,
        id_number_masked: r.id_number.masked(),
        contacts: r.contacts,
        surrogate: r.surrogate,
        allergies_asked: r.allergies_asked,
        oxygen_scale: r.oxygen_scale,
        allergy_records: r.allergies.into_iter().map(|a| views::AllergyRecord::of(&app.formulary, a)).collect(),
        conditions: r.conditions,
        medicines: r.medicines.into_iter().map(|m| views::Medicine::of(&app.formulary, m)).collect(),
        eligibility: first_visits.collect(),
        referrals: referral_views,
        notes: note_views,
        consultations: visit_views,
        prescriptions: prescription_views,
    })
}

/// The newest reading of each measure of one person, whose record may be named by any of those that were merged.
pub(in crate::app) async fn latest_of_person(db: &mut Db, id: ResidentId) -> Result<Vec<Observation>, AppError> {
    Ok(newest(observations::latest_per_record(db, id).await?))
}

/// The same of many people.
pub(in crate::app) async fn latest_of_people(
    db: &mut Db,
    ids: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, Vec<Observation>>, AppError> {
    let found = observations::latest_of_all(db, ids).await?;
    Ok(found.into_iter().map(|(id, readings)| (id, newest(readings))).collect())
}

/// The newest reading of each measure of the records of one person.
async fn latest(db: &mut Db, group: &[ResidentId]) -> Result<Vec<Observation>, AppError> {
    let mut all = Vec::new();
    for id in group {
        all.extend(observations::latest_per_code(db, *id).await?);
    }
    Ok(newest(all))
}

/// The newest of each measure, by code.
fn newest(all: Vec<Observation>) -> Vec<Observation> {
    let mut latest: Vec<Observation> = Vec::new();
    for reading in all {
        match latest.iter_mut().find(|known| known.code == reading.code) {
            Some(known) if known.measured_at < reading.measured_at => *known = reading,
            Some(_) => {}
            None => latest.push(reading),
        }
    }
    latest.sort_by(|a, b| a.code.cmp(&b.code));
    latest
}

async fn early_warning(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    r: &Resident,
    group: &[ResidentId],
) -> Result<views::EarlyWarning, AppError> {
    let good_for = SignedDuration::from_hours(i64::from(app.policy.early_warning_hours));
    // What was good at the beginning of the trend was measured before it.
    let since = ctx.now.checked_sub(TREND + good_for).unwrap_or(ctx.now);
    let mut readings = Vec::new();
    for id in group {
        readings.extend(observations::list(db, *id, Some(since), None).await?);
    }
    // Of a measure that is older than the trend, the newest reading tells "old" from "never".
    readings.extend(latest(db, group).await?);
    let now = early_warning::score(&readings, r.oxygen_scale, ctx.now, good_for);
    let begin = ctx.now.checked_sub(TREND).unwrap_or(ctx.now);
    let points = early_warning::trend(&readings, r.oxygen_scale, good_for).into_iter();
    let points = points.filter(|s| begin <= s.at && s.at <= ctx.now).map(point);
    Ok(views::EarlyWarning { now: score(now), trend: points.collect() })
}

/// The score of what was measured last.
pub(super) fn score_now(
    app: &App,
    ctx: &Context,
    latest: &[Observation],
    scale: OxygenScale,
) -> views::EarlyWarningScore {
    let good_for = SignedDuration::from_hours(i64::from(app.policy.early_warning_hours));
    score(early_warning::score(latest, scale, ctx.now, good_for))
}

fn score(s: Score) -> views::EarlyWarningScore {
    let part = |p: &early_warning::Part| views::EarlyWarningPart {
        parameter: p.parameter,
        value: p.value,
        points: p.points,
        measured_at: p.measured_at.into(),
    };
    views::EarlyWarningScore {
        total: s.total,
        band: s.band,
        at_least: s.at_least,
        parts: s.parts.iter().map(part).collect(),
        missing: s.missing,
        old: s.old,
    }
}

fn point(s: Score) -> views::EarlyWarningPoint {
    views::EarlyWarningPoint { at: s.at.into(), total: s.total, band: s.band, at_least: s.at_least }
}
