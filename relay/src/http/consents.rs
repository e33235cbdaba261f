//! Consents: texts, what is in force, signatures, revocations.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ConsentId, ConsultationId, ResidentId};
use crate::app::views::common::ReasonBody;
use crate::app::views::consents::{Consent, ConsentText, Consents, NewConsent, NewRecordingAnswer, RecordingQuestion};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id};
use crate::http::problem::{Problem, status};

/// What residents consent to: every version of every text.
#[utoipa::path(
    get,
    path = "/consent-texts",
    operation_id = "listConsentTexts",
    tag = "consents",
    responses((status = 200, description = "What the caller may see.", body = Page<ConsentText>), ReadProblems),
)]
pub async fn texts(caller: Caller) -> Result<Json<Page<ConsentText>>, Problem> {
    Ok(Json(app::consents::texts(&caller.context)?))
}

/// What a resident has consented to, and every signature and revocation.
#[utoipa::path(
    get,
    path = "/residents/{id}/consents",
    operation_id = "listConsents",
    tag = "consents",
    params(("id" = ResidentId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Consents), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    caller: Caller,
) -> Result<Json<Consents>, Problem> {
    Ok(Json(app::consents::list(&state.app, &caller.context, id).await?))
}

/// Keeps a consent as it was signed on the tablet.
#[utoipa::path(
    post,
    path = "/residents/{id}/consents",
    operation_id = "giveConsent",
    tag = "consents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewConsent,
    responses((status = 201, description = "Created.", body = Consent), CommandProblems),
)]
pub async fn give(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<NewConsent>,
) -> Result<(StatusCode, Json<Consent>), Problem> {
    Ok((status::CREATED, Json(app::consents::give(&state.app, &command.context, id, command.body).await?)))
}

/// Takes a consent back.
#[utoipa::path(
    post,
    path = "/consents/{id}/revoke",
    operation_id = "revokeConsent",
    tag = "consents",
    params(("id" = ConsentId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Consent), CommandProblems),
)]
pub async fn revoke(
    State(state): State<ApiState>,
    Id(id): Id<ConsentId>,
    command: Command<ReasonBody>,
) -> Result<Json<Consent>, Problem> {
    Ok(Json(app::consents::revoke(&state.app, &command.context, id, command.body).await?))
}

/// What the resident says when asked whether this consultation may be recorded. The last answer stands; a no stops a recording that is under way.
#[utoipa::path(
    post,
    path = "/consultations/{id}/recording-answer",
    operation_id = "answerRecordingQuestion",
    tag = "consents",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = NewRecordingAnswer,
    responses((status = 200, description = "Done.", body = RecordingQuestion), CommandProblems),
)]
pub async fn answer_recording(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<NewRecordingAnswer>,
) -> Result<Json<RecordingQuestion>, Problem> {
    Ok(Json(app::recording_question::answer(&state.app, &command.context, id, command.body).await?))
}
