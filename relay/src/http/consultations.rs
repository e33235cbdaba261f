//! Consultations: waiting room, one consultation, its commands.

use crate::app::views::Page;
use crate::app::views::codes::ConsultationId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::consultations::{
    Consultation, ConsultationNote, ConsultationQuery, ConsultationSummary, Invitation, NewConsultation, NewInvitation,
    NoteUpdate,
};
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};

/// Consultations the caller may see, urgent first, then by time.
#[utoipa::path(
    get,
    path = "/consultations",
    operation_id = "listConsultations",
    tag = "consultations",
    params(ConsultationQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<ConsultationSummary>), ReadProblems),
)]
pub async fn list() {}

/// Asks for a consultation and checks the resident in.
#[utoipa::path(
    post,
    path = "/consultations",
    operation_id = "requestConsultation",
    tag = "consultations",
    params(IdempotencyHeader),
    request_body = NewConsultation,
    responses((status = 201, description = "Created.", body = ConsultationSummary), CommandProblems),
)]
pub async fn request() {}

/// A consultation in full.
#[utoipa::path(
    get,
    path = "/consultations/{id}",
    operation_id = "getConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Consultation), ReadProblems),
)]
pub async fn get() {}

/// The specialist begins.
#[utoipa::path(
    post,
    path = "/consultations/{id}/begin",
    operation_id = "beginConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn begin() {}

/// Ends the visit as completed.
#[utoipa::path(
    post,
    path = "/consultations/{id}/complete",
    operation_id = "completeConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn complete() {}

/// Cancels before it began.
#[utoipa::path(
    post,
    path = "/consultations/{id}/cancel",
    operation_id = "cancelConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn cancel() {}

/// Ends it for technical reasons.
#[utoipa::path(
    post,
    path = "/consultations/{id}/fail",
    operation_id = "failConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn fail() {}

/// Ends remote care: the resident must be seen in person.
#[utoipa::path(
    post,
    path = "/consultations/{id}/stop",
    operation_id = "stopConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn stop() {}

/// The resident did not come.
#[utoipa::path(
    post,
    path = "/consultations/{id}/no-show",
    operation_id = "markNoShow",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn no_show() {}

/// Saves the specialist's note as typed.
#[utoipa::path(
    put,
    path = "/consultations/{id}/note",
    operation_id = "saveConsultationNote",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    request_body = NoteUpdate,
    responses((status = 200, description = "Done.", body = ConsultationNote), CommandProblems),
)]
pub async fn save_note() {}

/// Invites an observer; the link is shown once.
#[utoipa::path(
    post,
    path = "/consultations/{id}/invitations",
    operation_id = "inviteObserver",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = NewInvitation,
    responses((status = 201, description = "Created.", body = Invitation), CommandProblems),
)]
pub async fn invite() {}
