//! Questions to the prescriber: asked by the pharmacist who reviews or by the pharmacy that fills, answered by the prescriber. Nothing moves meanwhile.

use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::records::{Asker, AtCounter, Prescription};
use yunzhen_store::Db;

use super::{answerable, caller, keep, load, review, still_valid, views, who};
use crate::app::names::Names;
use crate::app::views::common::VersionBody;
use crate::app::views::prescribing::{AnswerBody, AskBody};
use crate::app::work::{Start, Work, required};
use crate::app::{App, AppError, Context};

/// Each asks while it is theirs: the pharmacist before the approval, the pharmacy while it fills.
pub(super) const fn is_turn(role: Role, state: State) -> bool {
    matches!(state, State::InReview) && matches!(role, Role::Pharmacist)
        || matches!(state, State::Dispensing) && role.is_of_pharmacy()
}

/// Asks the prescriber.
pub async fn ask(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: AskBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::AskPrescriber, input.version).await?;
    if !is_turn(ctx.actor.role(), before.state) {
        return Err(Refused { state: before.state.as_str(), event: Event::Ask.name() }.into());
    }
    if before.state == State::InReview {
        still_valid(&before, ctx)?;
    }
    let question = required("question", &input.question, 500)?;
    let by = answerable(&mut work.tx, ctx).await?;
    let asker = match (by.id, ctx.actor.pharmacy_id()) {
        (Some(id), _) => Asker::Staff(id),
        (None, Some(pharmacy_id)) => Asker::AtCounter(AtCounter { name: by.name.clone(), pharmacy_id }),
        (None, None) => return Err(AppError::Forbidden),
    };
    let p = before.ask(question, ctx.now, &by.name, asker)?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionAsked, &p).await?;
    work.finish(view).await
}

/// The prescriber answers; whoever asked goes on where they stopped.
pub async fn answer(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: AnswerBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::AnswerQuestion, input.version).await?;
    let text = required("answer", &input.answer, 500)?;
    let specialist = caller(&mut work.tx, ctx).await?;
    let p = before.answer(text, ctx.now, who(&specialist))?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionAnswered, &p).await?;
    if p.state == State::InReview {
        review::watch(&mut work, ctx, &p).await?;
    }
    work.finish(view).await
}

/// The pharmacist gives the review back to the queue; another one may take it.
pub async fn release(
    app: &App,
    ctx: &Context,
    id: PrescriptionId,
    input: VersionBody,
) -> Result<views::Prescription, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, Action::ReviewPrescription, input.version).await?;
    let pharmacist = caller(&mut work.tx, ctx).await?;
    let p = before.apply(Event::Release, ctx.now, who(&pharmacist))?;
    let view = keep(app, ctx, &mut work, EventKind::PrescriptionReleased, &p).await?;
    work.finish(view).await
}

/// The questions that are the reader's: all for the prescriber's side and the pharmacist, a pharmacy's own for it, none for the home.
pub(super) async fn questions(
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    p: &Prescription,
) -> Result<Vec<views::PrescriptionQuestion>, AppError> {
    let mut shown = Vec::new();
    for q in &p.questions {
        let (asker, pharmacy) = match (q.asked_by, &q.at_counter) {
            (Some(id), _) => {
                let staff = names.staff(db, id).await?;
                (staff.name.clone(), staff.pharmacy_id)
            }
            (None, Some(who)) => (who.name.clone(), Some(who.pharmacy_id)),
            (None, None) => (String::new(), None),
        };
        let is_theirs = match ctx.actor.role() {
            Role::Specialist | Role::Pharmacist => true,
            Role::Pharmacy | Role::PharmacySystem => pharmacy.is_some() && pharmacy == ctx.actor.pharmacy_id(),
            _ => false,
        };
        if is_theirs {
            shown.push(views::PrescriptionQuestion {
                asked_at: q.asked_at.into(),
                asked_by: asker,
                from_pharmacy: pharmacy.is_some(),
                question: q.question.clone(),
                answer: q.answer.clone(),
                answered_at: q.answered_at.map(Into::into),
            });
        }
    }
    Ok(shown)
}
