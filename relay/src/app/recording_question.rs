//! May this consultation be recorded? What the resident says at its beginning, where the hospital always asks (`recording_question` of the policy).
//!
//! A yes rests on the signed consent, which is asked for first. A no is written down and holds nothing up; in its consultation it counts for more than a consent that was
//! signed before.

use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::records::{ConsentKind, Consultation, RecordingAnswer, RecordingAnswered};
use yunzhen_store::{Db, consultations, recording_answers};

use super::consents::in_force;
use super::names::Names;
use super::views::consents as views;
use super::work::{Start, Work};
use super::{App, AppError, Context};

/// Keeps the answer; the last one stands.
pub async fn answer(
    app: &App,
    ctx: &Context,
    id: ConsultationId,
    input: views::NewRecordingAnswer,
) -> Result<views::RecordingQuestion, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let consultation = consultations::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::GiveConsent, &consultation.facts())?;
    if consultation.state.is_terminal() {
        return Err(AppError::NotInProgress);
    }
    let event = match input.answer {
        RecordingAnswer::Refused => EventKind::ConsultationRecordingRefused,
        RecordingAnswer::Agreed => {
            if !in_force(&mut work.tx, consultation.resident_id, ConsentKind::Recording, ctx.now).await? {
                return Err(AppError::NoRecordingConsent);
            }
            EventKind::ConsultationRecordingAgreed
        }
    };
    let answered = RecordingAnswered {
        consultation_id: id,
        answer: input.answer,
        answered_at: ctx.now,
        answered_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
    };
    recording_answers::put(&mut work.tx, &answered).await?;
    work.record(event, id.uuid(), Some(consultation.home_id), None);
    let view = view(&mut work.tx, &mut Names::default(), Some(answered)).await?;
    work.finish(view).await
}

/// What is to be asked or was answered; `None`: this hospital does not ask, and nobody answered.
pub(super) async fn of_consultation(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    id: ConsultationId,
) -> Result<Option<views::RecordingQuestion>, AppError> {
    let answered = recording_answers::of_consultation(db, id).await?;
    if answered.is_none() && !app.policy.asks_for_recording() {
        return Ok(None);
    }
    Ok(Some(view(db, names, answered).await?))
}

/// Whether a consultation may be recorded now: the consent is in force, and the resident did not say no to this one; where the hospital always asks, they said yes.
pub(super) async fn may_record(
    app: &App,
    db: &mut Db,
    consultation: &Consultation,
    now: Timestamp,
) -> Result<bool, AppError> {
    let answer = recording_answers::of_consultation(db, consultation.id).await?.map(|answered| answered.answer);
    let by_answer = match answer {
        Some(answer) => answer == RecordingAnswer::Agreed,
        None => !app.policy.asks_for_recording(),
    };
    Ok(by_answer && in_force(db, consultation.resident_id, ConsentKind::Recording, now).await?)
}

async fn view(
    db: &mut Db,
    names: &mut Names,
    answered: Option<RecordingAnswered>,
) -> Result<views::RecordingQuestion, AppError> {
    let Some(answered) = answered else { return Ok(views::RecordingQuestion::default()) };
    Ok(views::RecordingQuestion {
        answer: Some(answered.answer),
        answered_at: Some(answered.answered_at.into()),
        answered_by_name: Some(names.staff(db, answered.answered_by).await?.name.clone()),
    })
}
