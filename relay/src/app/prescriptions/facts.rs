//! What a prescription is judged by: the legal room and the medicines beside a composer, the safety facts before a pharmacist. Each as little as the work needs,
//! each an audited read.

use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, PrescriptionId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::Resident;
use yunzhen_domain::safety::{Hand, Reading, Running};
use yunzhen_store::{consultations, homes, prescriptions, residents};

use super::write::measured_and_running;
use crate::app::reads::Seen;
use crate::app::relations::Ties;
use crate::app::residents::allergens;
use crate::app::views::prescribing as views;
use crate::app::work::authorize;
use crate::app::{App, AppError, Context};

/// The numbers in force and what the resident of the consultation has, for who prescribes in it.
pub async fn prescribing_facts(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
) -> Result<views::PrescribingFacts, AppError> {
    let mut db = app.store.read().await?;
    let consultation = consultations::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, consultation.resident_id).await?;
    authorize(ctx, Action::DraftPrescription, &ties.of_consultation(ctx, &consultation))?;
    let resident = residents::get_standing(&mut db, consultation.resident_id).await?.ok_or(AppError::NotFound)?;
    let (_, running) = measured_and_running(app, &mut db, ctx, resident.id, None).await?;
    drop(db);
    let kind = EventKind::ResidentSafetyFactsViewed;
    let purpose = ties.purpose(consultation.resident_id);
    Seen::one(kind, consultation.resident_id, consultation.home_id, purpose).tell(app, ctx).await?;
    Ok(views::PrescribingFacts { limits: limits(&app.policy), medicines: medicines(app, &resident, &running) })
}

/// What the pharmacist who reviews needs of the resident, while the review goes on.
pub async fn review_facts(app: &App, ctx: &Context, id: PrescriptionId) -> Result<views::ReviewFacts, AppError> {
    let mut db = app.store.read().await?;
    let p = prescriptions::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, p.resident_id).await?;
    authorize(ctx, Action::ViewReviewFacts, &ties.of_prescription(ctx, &p))?;
    if !matches!(p.state, State::InReview | State::InQuestion) {
        return Err(Refused { state: p.state.as_str(), event: "view_review_facts" }.into());
    }
    let resident = residents::get_standing(&mut db, p.resident_id).await?.ok_or(AppError::NotFound)?;
    let (readings, running) = measured_and_running(app, &mut db, ctx, resident.id, Some(id)).await?;
    let today = homes::zone(&mut db, p.home_id).await?.ok_or(AppError::NotFound)?.date(ctx.now);
    drop(db);
    Seen::one(EventKind::ResidentSafetyFactsViewed, p.resident_id, p.home_id, None).tell(app, ctx).await?;
    let measured = |reading: Option<Reading>, days| reading.map(|reading| measured(reading, days, ctx.now));
    let (allergies, allergies_en) = allergens(app, &resident.allergies);
    Ok(views::ReviewFacts {
        age: resident.age(today).into(),
        sex: resident.sex,
        weight: measured(readings.weight, app.policy.weight_days),
        creatinine: measured(readings.creatinine, app.policy.creatinine_days),
        potassium: measured(readings.potassium, app.policy.potassium_days),
        allergies_asked: resident.allergies_asked,
        medicines: medicines(app, &resident, &running),
        allergies,
        allergies_en,
        conditions: resident.conditions,
    })
}

fn measured(reading: Reading, counts_for_days: u32, now: Timestamp) -> views::Measured {
    let age_days = reading.age_days(now);
    let (value, measured_at) = (reading.value, reading.measured_at.into());
    views::Measured { value, measured_at, age_days, stale: age_days > counts_for_days }
}

const fn limits(policy: &Policy) -> views::PrescribingLimits {
    views::PrescribingLimits {
        items: policy.items,
        validity_days: policy.validity_days,
        supply_ordinary_days: policy.supply_ordinary_days,
        supply_emergency_days: policy.supply_emergency_days,
        supply_chronic_days: policy.supply_chronic_days,
        supply_chronic_assessed_days: policy.supply_chronic_assessed_days,
    }
}

/// What runs by prescription first, with what the home has of it; then what the record says is taken.
fn medicines(app: &App, resident: &Resident, running: &[Running]) -> Vec<views::MedicineInHand> {
    let recorded = resident.medicines.iter().map(|m| views::MedicineInHand {
        name: m.name.clone(),
        drug: m.drug_id.as_ref().and_then(|id| app.formulary.drug(id)).cloned(),
        dose_text: Some(m.dose_text.clone()),
        ..views::MedicineInHand::default()
    });
    running.iter().map(|running| prescribed(app, running)).chain(recorded).collect()
}

fn prescribed(app: &App, running: &Running) -> views::MedicineInHand {
    let drug = app.formulary.drug(&running.item.drug_id);
    let taken = running.taken;
    let (left, lasts, nothing_left) = match running.hand {
        Hand::ToCome => (None, running.rest, None),
        Hand::Left { milli, lasts } => (Some(milli), lasts, None),
        Hand::Nothing(why) => (None, None, Some(why)),
    };
    let to_come = running.hand == Hand::ToCome;
    #[allow(clippy::cast_precision_loss, reason = "thousandths of a few hundred units")]
    let left = left.map(|milli| milli as f64 / 1000.0);
    views::MedicineInHand {
        name: drug.map_or_else(|| running.item.drug_id.to_string(), |d| d.name_zh.clone()),
        drug: drug.cloned(),
        dose_text: None,
        dose: Some(taken.now.dose.as_f64()),
        frequency: Some(taken.now.frequency),
        next_step: taken.then.map(|(step, from)| views::NextStep {
            dose: step.dose.as_f64(),
            frequency: step.frequency,
            from,
        }),
        most_per_day: running.item.most_per_day,
        hours_apart: running.hours_apart,
        until: lasts.map(|lasts| lasts.last_day),
        to_come,
        days_left: lasts.map(|lasts| lasts.days),
        left,
        nothing_left,
        rest_to_come: !to_come && running.rest.is_some(),
    }
}
