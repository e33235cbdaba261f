//! Prescriptions: draft, signature, review, dispensing.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ConsultationId, PrescriptionId};
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::dispenses::DeclineBody;
use crate::app::views::prescriptions::{
    Accepted, DispenseBody, Findings, PackBody, Packed, Prescription, PrescriptionDraft, PrescriptionDraftUpdate,
    PrescriptionQuery, PrescriptionSummary, RejectBody, SignBody, SigningDocument,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Prescriptions the caller may see, those that wait longest first.
#[utoipa::path(
    get,
    path = "/prescriptions",
    operation_id = "listPrescriptions",
    tag = "prescriptions",
    params(PrescriptionQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<PrescriptionSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<PrescriptionQuery>,
    caller: Caller,
) -> Result<Json<Page<PrescriptionSummary>>, Problem> {
    Ok(Json(app::prescriptions::list(&state.app, &caller.context, query).await?))
}

/// A prescription in full, as far as the caller may see it.
#[utoipa::path(
    get,
    path = "/prescriptions/{id}",
    operation_id = "getPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Prescription), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    caller: Caller,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::get(&state.app, &caller.context, id).await?))
}

/// Writes a draft.
#[utoipa::path(
    post,
    path = "/consultations/{id}/prescriptions",
    operation_id = "createPrescription",
    tag = "prescriptions",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = PrescriptionDraft,
    responses((status = 201, description = "Created.", body = Prescription), CommandProblems),
)]
pub async fn create(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<PrescriptionDraft>,
) -> Result<(StatusCode, Json<Prescription>), Problem> {
    Ok((status::CREATED, Json(app::prescriptions::create(&state.app, &command.context, id, command.body).await?)))
}

/// Changes a draft.
#[utoipa::path(
    put,
    path = "/prescriptions/{id}",
    operation_id = "updatePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), OptionalIdempotencyHeader),
    request_body = PrescriptionDraftUpdate,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn update(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Input<PrescriptionDraftUpdate>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::update(&state.app, &command.context, id, command.body).await?))
}

/// Answers of the safety checks for a draft; nothing is stored.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/findings-preview",
    operation_id = "previewFindings",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    request_body = PrescriptionDraft,
    responses((status = 200, description = "Done.", body = Findings), CommandProblems),
)]
pub async fn preview_findings(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Input<PrescriptionDraft>,
) -> Result<Json<Findings>, Problem> {
    Ok(Json(app::prescriptions::preview_findings(&state.app, &command.context, id, command.body).await?))
}

/// The exact text that the specialist signs.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/signing-document",
    operation_id = "prepareSigningDocument",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = SigningDocument), CommandProblems),
)]
pub async fn signing_document(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<VersionBody>,
) -> Result<Json<SigningDocument>, Problem> {
    Ok(Json(app::prescriptions::signing_document(&state.app, &command.context, id, command.body).await?))
}

/// Signs: the payload must equal the document, eligibility and findings are checked again.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/sign",
    operation_id = "signPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = SignBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn sign(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<SignBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::sign(&state.app, &command.context, id, command.body).await?))
}

/// The prescriber cancels.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/cancel",
    operation_id = "cancelPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn cancel(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<ReasonBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::cancel(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacist takes it into review.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/claim",
    operation_id = "claimPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn claim(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<VersionBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::claim(&state.app, &command.context, id, command.body).await?))
}

/// The exact text that the pharmacist signs.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/approval-document",
    operation_id = "prepareApprovalDocument",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = SigningDocument), CommandProblems),
)]
pub async fn approval_document(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<VersionBody>,
) -> Result<Json<SigningDocument>, Problem> {
    Ok(Json(app::prescriptions::approval_document(&state.app, &command.context, id, command.body).await?))
}

/// Approves: from now on it is valid.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/approve",
    operation_id = "approvePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = SignBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn approve(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<SignBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::approve(&state.app, &command.context, id, command.body).await?))
}

/// Rejects with a coded reason.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/reject",
    operation_id = "rejectPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = RejectBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn reject(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<RejectBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::reject(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy takes it for itself alone; the same pharmacy gets the same secret again.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/accept",
    operation_id = "acceptPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Accepted), CommandProblems),
)]
pub async fn accept(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<VersionBody>,
) -> Result<Json<Accepted>, Problem> {
    Ok(Json(app::prescriptions::accept(&state.app, &command.context, id, command.body).await?))
}

/// Records what was taken from the shelf.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/dispense",
    operation_id = "dispensePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = DispenseBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn dispense(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<DispenseBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::dispense(&state.app, &command.context, id, command.body).await?))
}

/// Hands the parcel to a courier; link, PIN and code are shown once.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/pack",
    operation_id = "packPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = PackBody,
    responses((status = 200, description = "Done.", body = Packed), CommandProblems),
)]
pub async fn pack(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<PackBody>,
) -> Result<Json<Packed>, Problem> {
    Ok(Json(app::prescriptions::pack(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy gives it back for another one.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/decline",
    operation_id = "declinePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = DeclineBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn decline(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: Command<DeclineBody>,
) -> Result<Json<Prescription>, Problem> {
    Ok(Json(app::prescriptions::decline(&state.app, &command.context, id, command.body).await?))
}
