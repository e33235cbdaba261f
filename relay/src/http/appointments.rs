//! Appointments and the waitlist. Cancelling, checking in and the rest are commands of the consultation that the appointment is part of.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::appointments::{
    AcceptBody, Appointment, AppointmentQuery, MoveBody, NewAppointment, NewWish, OfferBody, WaitlistEntry,
};
use crate::app::views::codes::ConsultationId;
use crate::app::views::common::VersionBody;
use crate::app::views::consultations::ConsultationSummary;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// Appointments by home, specialist and time, earliest first; those that were called off too.
#[utoipa::path(
    get,
    path = "/appointments",
    operation_id = "listAppointments",
    tag = "appointments",
    params(AppointmentQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Appointment>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<AppointmentQuery>,
    caller: Caller,
) -> Result<Json<Page<Appointment>>, Problem> {
    Ok(Json(app::appointments::list(&state.app, &caller.context, query).await?))
}

/// Books a free slot. 409 `slot_taken` when somebody else was faster.
#[utoipa::path(
    post,
    path = "/appointments",
    operation_id = "bookAppointment",
    tag = "appointments",
    params(IdempotencyHeader),
    request_body = NewAppointment,
    responses((status = 201, description = "Created.", body = Appointment), CommandProblems),
)]
pub async fn book(
    State(state): State<ApiState>,
    command: Command<NewAppointment>,
) -> Result<(StatusCode, Json<Appointment>), Problem> {
    Ok((status::CREATED, Json(app::appointments::book(&state.app, &command.context, command.body).await?)))
}

/// Moves an appointment to another free slot of the same specialist.
#[utoipa::path(
    post,
    path = "/consultations/{id}/move",
    operation_id = "moveAppointment",
    tag = "appointments",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = MoveBody,
    responses((status = 200, description = "Done.", body = Appointment), CommandProblems),
)]
pub async fn change_time(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<MoveBody>,
) -> Result<Json<Appointment>, Problem> {
    Ok(Json(app::appointments::change_time(&state.app, &command.context, id, command.body).await?))
}

/// Who waits for a time, longest first.
#[utoipa::path(
    get,
    path = "/waitlist",
    operation_id = "listWaitlist",
    tag = "appointments",
    responses((status = 200, description = "What the caller may see.", body = Page<WaitlistEntry>), ReadProblems),
)]
pub async fn waitlist(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<WaitlistEntry>>, Problem> {
    Ok(Json(app::appointments::waitlist_of(&state.app, &caller.context).await?))
}

/// Puts a resident on the waitlist; a time that becomes free is booked at once.
#[utoipa::path(
    post,
    path = "/waitlist",
    operation_id = "joinWaitlist",
    tag = "appointments",
    params(IdempotencyHeader),
    request_body = NewWish,
    responses((status = 201, description = "Created.", body = WaitlistEntry), CommandProblems),
)]
pub async fn wait(
    State(state): State<ApiState>,
    command: Command<NewWish>,
) -> Result<(StatusCode, Json<WaitlistEntry>), Problem> {
    Ok((status::CREATED, Json(app::appointments::wait(&state.app, &command.context, command.body).await?)))
}

/// The home is ready. Once: repeated in the same consultation it changes nothing.
#[utoipa::path(
    post,
    path = "/consultations/{id}/check-in",
    operation_id = "checkInConsultation",
    tag = "appointments",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn check_in(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<VersionBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::check_in(&state.app, &command.context, id, command.body).await?))
}

/// Offers a request to a specialist.
#[utoipa::path(
    post,
    path = "/consultations/{id}/offer",
    operation_id = "offerConsultation",
    tag = "appointments",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = OfferBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn offer(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<OfferBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::offer(&state.app, &command.context, id, command.body).await?))
}

/// Takes an offer for a time.
#[utoipa::path(
    post,
    path = "/consultations/{id}/accept",
    operation_id = "acceptConsultation",
    tag = "appointments",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = AcceptBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn accept(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<AcceptBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::accept(&state.app, &command.context, id, command.body).await?))
}

/// Gives an offer back.
#[utoipa::path(
    post,
    path = "/consultations/{id}/decline",
    operation_id = "declineConsultation",
    tag = "appointments",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = ConsultationSummary), CommandProblems),
)]
pub async fn decline(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<VersionBody>,
) -> Result<Json<ConsultationSummary>, Problem> {
    Ok(Json(app::consultations::decline(&state.app, &command.context, id, command.body).await?))
}
