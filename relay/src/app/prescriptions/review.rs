//! The pharmacist's review. Before the approval a prescription is not valid, and no medicine leaves.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::documents;
use yunzhen_domain::ids::{PrescriptionId, uuid_v7};
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::records::{Prescription, Rejection};
use yunzhen_store::jobs::{self, Job};
use yunzhen_store::prescriptions;

use super::{caller, change, keep, load, still_valid, viewed, views, who};
use crate::app::views::common::VersionBody;
use crate::app::work::{Start, Work, required};
use crate::app::{App, AppError, Context, signing};

/// Kind of the job that gives a review back of which nothing becomes.
pub(crate) const GIVE_BACK: &str = "give_review_back";

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
    watch(&mut work, ctx, &p).await?;
    work.finish(view).await
}

/// A review, and since when it goes on: whatever moved meanwhile, the job of before does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    prescription_id: PrescriptionId,
    since_ms: i64,
}

/// A pharmacist has it from now on: a job gives it back if nothing becomes of it.
pub(super) async fn watch(work: &mut Work, ctx: &Context, p: &Prescription) -> Result<(), AppError> {
    let about = serde_json::to_string(&Taken { prescription_id: p.id, since_ms: p.state_since.as_millisecond() })?;
    let id = uuid_v7(ctx.now, yunzhen_runtime::clock::random_bytes());
    let after = SignedDuration::from_mins(i64::from(work.policy.review_claim_minutes));
    jobs::enqueue(&mut work.tx, id, GIVE_BACK, &about, ctx.now + after).await?;
    Ok(())
}

/// The job: whoever took it did nothing with it, so that another pharmacist may.
pub(crate) async fn give_back(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    let about: Taken = serde_json::from_str(&job.payload)?;
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    jobs::finish(&mut work.tx, job).await?;
    let p = prescriptions::get(&mut work.tx, about.prescription_id).await?;
    let lies = |p: &Prescription| p.state == State::InReview && p.state_since.as_millisecond() == about.since_ms;
    let Some(p) = p.filter(lies) else {
        return Ok(work.tx.commit_bookkeeping("a review of which something became").await?);
    };
    let p = p.apply(Event::Release, now, ("", None))?;
    change(&mut work, &ctx, EventKind::PrescriptionReleased, &p).await?;
    work.finish(()).await
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
