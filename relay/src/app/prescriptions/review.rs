//! The pharmacist's review. Before the approval a prescription is not valid, and no medicine leaves.

use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::documents;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::Event;
use yunzhen_domain::records::Rejection;

use super::{caller, keep, load, still_valid, viewed, views, who};
use crate::app::views::common::VersionBody;
use crate::app::work::{Start, Work, required};
use crate::app::{App, AppError, Context, signing};

/// One pharmacist takes it for review.
pub async fn claim(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: VersionBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::ClaimPrescription, input.version).await?;
    still_valid(&before, ctx)?;
    let pharmacist = caller(&mut work.tx, ctx).await?;
    let p = before.apply(Event::Claim { pharmacist: pharmacist.id }, ctx.now, who(&pharmacist))?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionClaimed, &p).await?;
    work.finish(view).await
}

/// The approval to sign.
pub async fn approval_document(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: VersionBody,
) -> Result<views::SigningDocument, AppError> {
    // Nothing is written but the row of this read: the transaction is dropped.
    let mut work = Work::unkeyed(app, ctx).await?;
    let p = load(&mut work, id, Action::ReviewPrescription, input.version).await?;
    still_valid(&p, ctx)?;
    let pharmacist = caller(&mut work.tx, ctx).await?;
    signing::licensed(&mut work.tx, ctx, Role::Pharmacist, pharmacist.id).await?;
    p.state.apply(&Event::Approve { pharmacist: pharmacist.id }, ctx.now)?;
    let document = documents::approval(&p, &pharmacist, ctx.now)?;
    drop(work);
    viewed(app, ctx, &p).await?;
    Ok(views::SigningDocument { document })
}

/// Takes the pharmacist's signed approval: from now on the prescription is valid.
pub async fn approve(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::SignBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::ReviewPrescription, input.version).await?;
    still_valid(&before, ctx)?;
    let pharmacist = caller(&mut work.tx, ctx).await?;
    let (payload, approval) =
        signing::accept(app, ctx, &mut work.tx, input.jws, Role::Pharmacist, pharmacist.id).await?;
    documents::check(&payload, &app.policy, ctx.now, |at| documents::approval(&before, &pharmacist, at))?;
    let mut p = before.apply(Event::Approve { pharmacist: pharmacist.id }, ctx.now, who(&pharmacist))?;
    p.approval = Some(approval);
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionApproved, &p).await?;
    work.finish(view).await
}

/// The pharmacist refuses it, by code and in words.
pub async fn reject(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: views::RejectBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::ReviewPrescription, input.version).await?;
    let comment = required("comment", &input.comment, 500)?;
    let pharmacist = caller(&mut work.tx, ctx).await?;
    let mut p = before.apply(Event::Reject { pharmacist: pharmacist.id }, ctx.now, who(&pharmacist))?;
    p.rejection = Some(Rejection { code: input.code, comment });
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionRejected, &p).await?;
    work.finish(view).await
}
