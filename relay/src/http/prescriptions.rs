//! Prescriptions: draft, signature, review, dispensing.

use crate::app::views::Page;
use crate::app::views::codes::{ConsultationId, PrescriptionId};
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::prescriptions::{
    Accepted, DispenseBody, Findings, PackBody, Packed, Prescription, PrescriptionDraft, PrescriptionDraftUpdate,
    PrescriptionQuery, PrescriptionSummary, RejectBody, SignBody, SigningDocument,
};
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};

/// Prescriptions the caller may see, those that wait longest first.
#[utoipa::path(
    get,
    path = "/prescriptions",
    operation_id = "listPrescriptions",
    tag = "prescriptions",
    params(PrescriptionQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<PrescriptionSummary>), ReadProblems),
)]
pub async fn list() {}

/// A prescription in full, as far as the caller may see it.
#[utoipa::path(
    get,
    path = "/prescriptions/{id}",
    operation_id = "getPrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Prescription), ReadProblems),
)]
pub async fn get() {}

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
pub async fn create() {}

/// Changes a draft.
#[utoipa::path(
    put,
    path = "/prescriptions/{id}",
    operation_id = "updatePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    request_body = PrescriptionDraftUpdate,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn update() {}

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
pub async fn preview_findings() {}

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
pub async fn signing_document() {}

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
pub async fn sign() {}

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
pub async fn cancel() {}

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
pub async fn claim() {}

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
pub async fn approval_document() {}

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
pub async fn approve() {}

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
pub async fn reject() {}

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
pub async fn accept() {}

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
pub async fn dispense() {}

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
pub async fn pack() {}

/// The pharmacy gives it back for another one.
#[utoipa::path(
    post,
    path = "/prescriptions/{id}/decline",
    operation_id = "declinePrescription",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Prescription), CommandProblems),
)]
pub async fn decline() {}
