//! Consultations: waiting room, one consultation, its commands.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ConsultationId, InvitationId};
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::consultations::{
    Consultation, ConsultationNote, ConsultationQuery, ConsultationSummary, Guest, Invitation, NewConsultation,
    NewInvitation, NoteUpdate,
};
use crate::app::views::referrals::StoppedConsultation;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Consultations the caller may see, urgent first, then by time.
#[utoipa::path(
    get,
    path = "/consultations",
    operation_id = "listConsultations",
    tag = "consultations",
    params(ConsultationQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<ConsultationSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<ConsultationQuery>,
    caller: Caller,
) -> Result<Json<Page<ConsultationSummary>>, Problem> {
    Ok(Json(app::consultations::list(&state.app, &caller.context, query).await?))
}

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
pub async fn request(
    State(state): State<ApiState>,
    command: Command<NewConsultation>,
) -> Result<(StatusCode, Json<ConsultationSummary>), Problem> {
    Ok((status::CREATED, Json(app::consultations::request(&state.app, &command.context, command.body).await?)))
}

/// A consultation in full.
#[utoipa::path(
    get,
    path = "/consultations/{id}",
    operation_id = "getConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Consultation), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<Consultation>, Problem> {
    Ok(Json(app::consultations::get(&state.app, &caller.context, id).await?))
}

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
pub async fn begin(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<VersionBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::begin(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn complete(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<VersionBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::complete(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn cancel(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<ReasonBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::cancel(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn fail(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<ReasonBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::fail(&state.app, &command.context, id, command.body).await?))
}

/// The condition changed: ends remote care and opens the draft of a referral, in one step.
#[utoipa::path(
    post,
    path = "/consultations/{id}/stop",
    operation_id = "stopConsultation",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = StoppedConsultation), CommandProblems),
)]
pub async fn stop(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<ReasonBody>,
) -> Result<Json<StoppedConsultation>, Problem> {
    Ok(Json(app::consultations::stop(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn no_show(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<VersionBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::no_show(&state.app, &command.context, id, command.body).await?))
}

/// Saves the specialist's note as typed.
#[utoipa::path(
    put,
    path = "/consultations/{id}/note",
    operation_id = "saveConsultationNote",
    tag = "consultations",
    params(("id" = ConsultationId, Path), OptionalIdempotencyHeader),
    request_body = NoteUpdate,
    responses((status = 200, description = "Done.", body = ConsultationNote), CommandProblems),
)]
pub async fn save_note(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Input<NoteUpdate>,
) -> Result<Json<ConsultationNote>, Problem> {
    Ok(Json(app::consultations::save_note(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn invite(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<NewInvitation>,
) -> Result<(StatusCode, Json<Invitation>), Problem> {
    Ok((status::CREATED, Json(app::consultations::invite(&state.app, &command.context, id, command.body).await?)))
}

/// The guests whose link still stands, the newest first.
#[utoipa::path(
    get,
    path = "/consultations/{id}/invitations",
    operation_id = "listGuests",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "The guests.", body = Page<Guest>), ReadProblems),
)]
pub async fn guests(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<Page<Guest>>, Problem> {
    Ok(Json(app::consultations::guests(&state.app, &caller.context, id).await?))
}

/// Lets a guest in who waits.
#[utoipa::path(
    post,
    path = "/consultations/{id}/invitations/{guest}/admit",
    operation_id = "admitGuest",
    tag = "consultations",
    params(("id" = ConsultationId, Path), ("guest" = InvitationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Let in.", body = Guest), CommandProblems),
)]
pub async fn admit_guest(
    State(state): State<ApiState>,
    Id((id, guest)): Id<(ConsultationId, InvitationId)>,
    command: Command<VersionBody>,
) -> Result<Json<Guest>, Problem> {
    Ok(Json(app::consultations::admit(&state.app, &command.context, id, guest, command.body).await?))
}

/// Does not let a guest in, sends one out of the call, or takes a link back.
#[utoipa::path(
    post,
    path = "/consultations/{id}/invitations/{guest}/revoke",
    operation_id = "revokeGuest",
    tag = "consultations",
    params(("id" = ConsultationId, Path), ("guest" = InvitationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "The link opens nothing any more.", body = Guest), CommandProblems),
)]
pub async fn revoke_guest(
    State(state): State<ApiState>,
    Id((id, guest)): Id<(ConsultationId, InvitationId)>,
    command: Command<VersionBody>,
) -> Result<Json<Guest>, Problem> {
    Ok(Json(app::consultations::revoke(&state.app, &command.context, id, guest, command.body).await?))
}
