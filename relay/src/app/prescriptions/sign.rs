//! The specialist's signature. The relay builds the document and verifies the signature; it has no key to sign with.

use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::documents::{self, Basis};
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::Event;
use yunzhen_domain::practice;
use yunzhen_domain::records::Prescription;
use yunzhen_domain::safety::{Draft, Finding, Outcome, Severity, spoken};
use yunzhen_store::{consultations, residents, safety_overrides};

use super::write::{findings, first_visit, under_way};
use super::{caller, keep, load, viewed, views, who};
use crate::app::views::common::VersionBody;
use crate::app::work::{Start, Work};
use crate::app::{App, AppError, Context, media_timeline, signing};

/// The text to sign. What could not be signed is refused here already, with the same reasons.
pub async fn signing_document(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: VersionBody,
) -> Result<views::SigningDocument, AppError> {
    // Nothing is written but the row of this read: the transaction is dropped.
    let mut work = Work::unkeyed(app, ctx).await?;
    let p = load(&mut work, id, Action::SignPrescription, input.version).await?;
    let specialist = caller(&mut work.tx, ctx).await?;
    practice::enough(&specialist, &app.policy, ctx.now)?;
    signing::licensed(&mut work.tx, ctx, Role::Specialist, specialist.id).await?;
    p.state.apply(&Event::Sign { specialist: specialist.id }, ctx.now)?;
    let consultation = consultations::get(&mut work.tx, p.consultation_id).await?.ok_or(AppError::NotFound)?;
    under_way(app, ctx, &consultation)?;
    media_timeline::enough_to_sign(app, &mut work.tx, consultation.id).await?;
    let found = findings(app, &mut work.tx, ctx, &consultation, &Draft::from(&p), Some(id)).await?;
    may_be_signed(&p, &found)?;
    let resident = residents::get(&mut work.tx, p.resident_id).await?.ok_or(AppError::NotFound)?;
    let visit = first_visit(&mut work.tx, ctx, &consultation, &p.diagnosis_code).await?;
    let rules = app.formulary.knowledge().version();
    let basis = Basis { first_visit: visit.as_ref(), findings: &found, rules: &rules };
    let document = documents::prescription(&p, &resident, &specialist, &app.formulary, &basis, ctx.now)?;
    drop(work);
    viewed(app, ctx, &p).await?;
    Ok(views::SigningDocument { document })
}

/// Takes the specialist's signature: facts and rules are checked again, now.
pub async fn sign(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::SignBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::SignPrescription, input.version).await?;
    let specialist = caller(&mut work.tx, ctx).await?;
    practice::enough(&specialist, &app.policy, ctx.now)?;
    let consultation = consultations::get(&mut work.tx, before.consultation_id).await?.ok_or(AppError::NotFound)?;
    under_way(app, ctx, &consultation)?;
    media_timeline::enough_to_sign(app, &mut work.tx, consultation.id).await?;
    let found = findings(app, &mut work.tx, ctx, &consultation, &Draft::from(&before), Some(id)).await?;
    may_be_signed(&before, &found)?;
    let resident = residents::get(&mut work.tx, before.resident_id).await?.ok_or(AppError::NotFound)?;
    let (payload, signature) =
        signing::accept(app, ctx, &mut work.tx, input.jws, Role::Specialist, specialist.id).await?;
    let visit = first_visit(&mut work.tx, ctx, &consultation, &before.diagnosis_code).await?;
    let rules = app.formulary.knowledge().version();
    let basis = Basis { first_visit: visit.as_ref(), findings: &found, rules: &rules };
    documents::check(&payload, &app.policy, ctx.now, |at| {
        documents::prescription(&before, &resident, &specialist, &app.formulary, &basis, at)
    })?;
    let valid_until = documents::validity(ctx.now, before.valid_days).1;
    let mut p = before.apply(Event::Sign { specialist: specialist.id }, ctx.now, who(&specialist))?;
    // Which rules were signed past, for the report; in the same transaction as the signature.
    safety_overrides::signed(&mut work.tx, id, &spoken(&found), ctx.now).await?;
    p.findings = found;
    p.signature = Some(signature);
    p.valid_until = Some(valid_until);
    crate::app::refills::renewed(&mut work, ctx, &p).await?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionSigned, &p).await?;
    work.finish(view).await
}

/// A blocking finding is never signed; a hard stop only with the prescriber's reason.
fn may_be_signed(p: &Prescription, found: &[Finding]) -> Result<(), AppError> {
    let of = |severity| {
        let hits = found.iter().filter(|f| f.outcome != Outcome::Clear && f.severity == severity);
        hits.cloned().collect::<Vec<_>>()
    };
    let blocks = of(Severity::Block);
    if !blocks.is_empty() {
        return Err(AppError::Blocked(blocks));
    }
    let stops = of(Severity::HardStop);
    if !stops.is_empty() && p.hard_stop_reason.is_none() {
        return Err(AppError::ReasonNeeded(stops));
    }
    Ok(())
}
