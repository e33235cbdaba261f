//! Drafts: created, rewritten, previewed, withdrawn.

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::eligibility::{self, Standing};
use yunzhen_domain::ids::{ConsultationId, PrescriptionId, ResidentId};
use yunzhen_domain::machines::consultation::State as ConsultationState;
use yunzhen_domain::machines::{delivery, prescription};
use yunzhen_domain::offers::Offered;
use yunzhen_domain::records::{Consultation, Content, Eligibility, Prescription, Staff, TimelineStep};
use yunzhen_domain::safety::{self, Draft, Finding, Readings, ResidentFacts, Running};
use yunzhen_domain::vitals::{CREATININE, POTASSIUM, WEIGHT};
use yunzhen_store::{
    Db, consultations, deliveries, homes, observations, prescriptions, residents, safety_overrides, staff,
};

use super::content::{content, draft_of};
use super::{caller, keep, load, record, show, viewed, views, who};
use crate::app::eligibility::of_person;
use crate::app::joint_consultations;
use crate::app::views::common::ReasonBody;
use crate::app::work::{Start, Work, authorize, required};
use crate::app::{App, AppError, Context, doses, fresh, stock};

/// More prescriptions than anybody is signed in the four months that a course with its way may take.
const MOST_RUNNING: u32 = 200;

/// Writes the first draft in a consultation under way.
pub async fn create(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: views::PrescriptionDraft,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::DraftPrescription, &consultation.facts())?;
    under_way(app, ctx, &consultation)?;
    let specialist = caller(&mut work.tx, ctx).await?;
    let content = content(app, input)?;
    let findings = findings(app, &mut work.tx, ctx, &consultation, &draft_of(&content), None).await?;
    let p = new_draft(ctx, &consultation, &specialist, content, findings);
    prescriptions::insert(&mut work.tx, &p).await?;
    record(&mut work, EventKind::PrescriptionDrafted, &p);
    let view = show::full(app, &mut work.tx, ctx, &p).await?;
    work.finish(view).await
}

/// A draft at its beginning.
pub(super) fn new_draft(
    ctx: &Context,
    consultation: &Consultation,
    specialist: &Staff,
    content: Content,
    findings: Vec<Finding>,
) -> Prescription {
    let (name, who_id) = who(specialist);
    Prescription {
        id: fresh(PrescriptionId::new, ctx.now),
        version: 1,
        state: prescription::State::Draft,
        consultation_id: consultation.id,
        resident_id: consultation.resident_id,
        home_id: consultation.home_id,
        specialist_id: specialist.id,
        diagnosis_code: content.diagnosis_code,
        supply: content.supply,
        urgency: consultation.urgency,
        valid_days: content.valid_days,
        valid_until: None,
        items: content.items,
        findings,
        hard_stop_reason: content.hard_stop_reason,
        assessment: content.assessment,
        created_at: ctx.now,
        state_since: ctx.now,
        signed_at: None,
        signature: None,
        pharmacist_id: None,
        approved_at: None,
        approval: None,
        rejection: None,
        pharmacy_id: None,
        accept_secret: None,
        packs: Vec::new(),
        delivery_id: None,
        offered: Offered::Everybody,
        supplied: Vec::new(),
        questions: Vec::new(),
        replaces: None,
        end_reason: None,
        timeline: vec![TimelineStep { step: "draft".into(), at: ctx.now, who: name.to_owned(), who_id, why: None }],
    }
}

/// Rewrites a draft. Guarded by its version, so it demands no idempotency key.
pub async fn update(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::PrescriptionDraftUpdate,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::UpdatePrescription, input.version).await?;
    let consultation = consultations::get(&mut work.tx, before.consultation_id).await?.ok_or(AppError::NotFound)?;
    under_way(app, ctx, &consultation)?;
    let views::PrescriptionDraftUpdate {
        diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment, ..
    } = input;
    let draft = views::PrescriptionDraft { diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment };
    let content = content(app, draft)?;
    let findings = findings(app, &mut work.tx, ctx, &consultation, &draft_of(&content), Some(id)).await?;
    safety_overrides::heeded(&mut work.tx, id, &safety::heeded(&before.findings, &findings)).await?;
    let p = before.revise(content, findings)?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionUpdated, &p).await?;
    work.finish(view).await
}

/// What the checks would say of a draft; nothing is stored.
pub async fn preview_findings(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::PrescriptionDraft,
) -> Result<views::Findings, AppError> {
    let mut db = app.store.read().await?;
    let p = prescriptions::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::UpdatePrescription, &p.facts(&ctx.actor))?;
    let content = content(app, input)?;
    let consultation = consultations::get(&mut db, p.consultation_id).await?.ok_or(AppError::NotFound)?;
    let findings = findings(app, &mut db, ctx, &consultation, &draft_of(&content), Some(id)).await?;
    drop(db);
    viewed(app, ctx, &p).await?;
    Ok(views::Findings { findings, quantities: content.items.iter().map(|item| item.quantity).collect() })
}

/// The prescriber withdraws it, in whatever state it is: a parcel at the counter stays there, one on the road is called back, and what the home has is not given any more.
pub async fn cancel(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: ReasonBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::CancelPrescription, input.version).await?;
    let reason = required("reason", &input.reason, 500)?;
    let specialist = caller(&mut work.tx, ctx).await?;
    let (p, kind) = withdraw(&mut work, ctx, before, reason, &specialist).await?;
    let view = keep(app, ctx, &mut work, kind, &p).await?;
    work.finish(view).await
}

/// The withdrawn record, with its parcel called back, and how that is audited; the caller stores it.
pub(super) async fn withdraw(
    work: &mut Work,
    ctx: &Context,
    before: Prescription,
    reason: String,
    specialist: &Staff,
) -> Result<(Prescription, EventKind), AppError> {
    let event = before.withdrawal(reason);
    let at_counter = matches!(before.state, prescription::State::Dispensing | prescription::State::OnHold);
    let p = before.apply(event, ctx.now, who(specialist))?;
    if let (true, Some(pharmacy)) = (at_counter, p.pharmacy_id) {
        stock::put_back(work, ctx, stock::Of { pharmacy, order: p.id }, &p.packs).await?;
    }
    recall(work, ctx, &p, specialist).await?;
    crate::app::refills::lapse(work, ctx, p.id).await?;
    let stopped = p.state == prescription::State::Stopped;
    Ok((p, if stopped { EventKind::PrescriptionStopped } else { EventKind::PrescriptionCancelled }))
}

/// The parcel of a withdrawn prescription does not reach the home; one that has ended stays as it ended.
async fn recall(work: &mut Work, ctx: &Context, p: &Prescription, specialist: &Staff) -> Result<(), AppError> {
    let Some(delivery_id) = p.delivery_id else { return Ok(()) };
    let parcel = deliveries::get(&mut work.tx, delivery_id).await?.ok_or(AppError::NotFound)?;
    if parcel.state.is_terminal() || parcel.state == delivery::State::Recalled {
        return Ok(());
    }
    let before = parcel.state;
    let parcel = parcel.apply(delivery::Event::Cancel, ctx.now, who(specialist))?;
    deliveries::update(&mut work.tx, &parcel).await?;
    stock::settle(work, ctx, &parcel, before, &delivery::Event::Cancel).await?;
    let recalled = parcel.state == delivery::State::Recalled;
    let kind = if recalled { EventKind::DeliveryRecalled } else { EventKind::DeliveryCancelled };
    work.record(kind, parcel.id.uuid(), Some(parcel.home_id), Some(parcel.pharmacy_id));
    Ok(())
}

/// A prescription belongs to a consultation that is held, or was completed not longer ago than the policy says.
pub(in crate::app) fn under_way(app: &App, ctx: &Context, c: &Consultation) -> Result<(), AppError> {
    match c.state {
        ConsultationState::InProgress => Ok(()),
        ConsultationState::Completed => {
            let hours = app.policy.writing_after_end_hours;
            let last = c.ended_at.map(|at| at + SignedDuration::from_hours(i64::from(hours)));
            if last.is_some_and(|last| ctx.now <= last) { Ok(()) } else { Err(AppError::WritingTimeOver { hours }) }
        }
        _ => Err(AppError::NotInProgress),
    }
}

/// All answers of the checks for the resident of a consultation, now. `own`: the prescription that is written, which is no other one beside itself.
pub(super) async fn findings(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    consultation: &Consultation,
    draft: &Draft,
    own: Option<PrescriptionId>,
) -> Result<Vec<Finding>, AppError> {
    // Allergies and first visits of a record that was merged meanwhile are those of the person.
    let resident = residents::get_standing(db, consultation.resident_id).await?.ok_or(AppError::NotFound)?;
    let eligibility = of_person(db, resident.id).await?;
    let hospital = match consultation.specialist_id {
        Some(id) => staff::get(db, id).await?.and_then(|member| member.hospital),
        None => None,
    };
    let doctor = joint_consultations::in_force(db, consultation.home_id, consultation.id).await?;
    let (readings, running) = measured_and_running(app, db, ctx, resident.id, own).await?;
    let (hospital, doctor) = (hospital.as_deref(), doctor.as_deref());
    let today = homes::zone(db, consultation.home_id).await?.ok_or(AppError::NotFound)?.date(ctx.now);
    let facts = ResidentFacts::of(&resident, readings, &running, &eligibility, hospital, doctor, today);
    Ok(safety::check(draft, &facts, &app.formulary, &app.policy, ctx.now))
}

/// The first visit that the eligibility for this diagnosis rests on, by the same facts and the same day as the check.
pub(super) async fn first_visit(
    db: &mut Db,
    ctx: &Context,
    consultation: &Consultation,
    diagnosis: &str,
) -> Result<Option<Eligibility>, AppError> {
    let resident = residents::get_standing(db, consultation.resident_id).await?.ok_or(AppError::NotFound)?;
    let facts = of_person(db, resident.id).await?;
    let hospital = match consultation.specialist_id {
        Some(id) => staff::get(db, id).await?.and_then(|member| member.hospital),
        None => None,
    };
    let today = homes::zone(db, consultation.home_id).await?.ok_or(AppError::NotFound)?.date(ctx.now);
    Ok(match eligibility::standing(&facts, diagnosis, hospital.as_deref(), today) {
        Standing::Eligible(fact) => Some(fact.clone()),
        Standing::Missing(_) => None,
    })
}

/// The latest readings that count for a dose, and the lines of other prescriptions that are not over with what the home has of each, of the person behind all
/// merged records.
pub(super) async fn measured_and_running(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    resident: ResidentId,
    own: Option<PrescriptionId>,
) -> Result<(Readings, Vec<Running>), AppError> {
    let since = doses::longest_ago(&app.policy, ctx.now);
    let (mut measured, mut signed) = (Vec::new(), Vec::new());
    for id in residents::group(db, resident).await? {
        measured.extend(observations::latest_of(db, id, &[CREATININE, POTASSIUM, WEIGHT]).await?);
        signed.extend(prescriptions::signed_since(db, id, since, MOST_RUNNING).await?);
    }
    signed.retain(|p| Some(p.id) != own);
    Ok((Readings::of(&measured), doses::running(app, db, signed, ctx.now).await?))
}
