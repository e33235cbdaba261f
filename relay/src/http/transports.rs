//! Rides to a hospital.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::TransportId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::transports::{ConfirmTransportBody, NewTransport, Transport, TransportQuery, TransportSummary};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// Rides the caller may see, newest first.
#[utoipa::path(
    get,
    path = "/transports",
    operation_id = "listTransports",
    tag = "transports",
    params(TransportQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<TransportSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<TransportQuery>,
    caller: Caller,
) -> Result<Json<Page<TransportSummary>>, Problem> {
    Ok(Json(app::transports::list(&state.app, &caller.context, query).await?))
}

/// The home asks for a ride.
#[utoipa::path(
    post,
    path = "/transports",
    operation_id = "requestTransport",
    tag = "transports",
    params(IdempotencyHeader),
    request_body = NewTransport,
    responses((status = 201, description = "Created.", body = Transport), CommandProblems),
)]
pub async fn request(
    State(state): State<ApiState>,
    command: Command<NewTransport>,
) -> Result<(StatusCode, Json<Transport>), Problem> {
    Ok((status::CREATED, Json(app::transports::request(&state.app, &command.context, command.body).await?)))
}

/// One ride.
#[utoipa::path(
    get,
    path = "/transports/{id}",
    operation_id = "getTransport",
    tag = "transports",
    params(("id" = TransportId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Transport), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<TransportId>,
    caller: Caller,
) -> Result<Json<Transport>, Problem> {
    Ok(Json(app::transports::get(&state.app, &caller.context, id).await?))
}

/// A carrier takes it, or another one does.
#[utoipa::path(
    post,
    path = "/transports/{id}/confirm",
    operation_id = "confirmTransport",
    tag = "transports",
    params(("id" = TransportId, Path), IdempotencyHeader),
    request_body = ConfirmTransportBody,
    responses((status = 200, description = "Done.", body = Transport), CommandProblems),
)]
pub async fn confirm(
    State(state): State<ApiState>,
    Id(id): Id<TransportId>,
    command: Command<ConfirmTransportBody>,
) -> Result<Json<Transport>, Problem> {
    Ok(Json(app::transports::confirm(&state.app, &command.context, id, command.body).await?))
}

/// The vehicle leaves with the resident; an accepted referral is under way with it.
#[utoipa::path(
    post,
    path = "/transports/{id}/depart",
    operation_id = "departTransport",
    tag = "transports",
    params(("id" = TransportId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Transport), CommandProblems),
)]
pub async fn depart(
    State(state): State<ApiState>,
    Id(id): Id<TransportId>,
    command: Command<VersionBody>,
) -> Result<Json<Transport>, Problem> {
    Ok(Json(app::transports::depart(&state.app, &command.context, id, command.body).await?))
}

/// At the hospital.
#[utoipa::path(
    post,
    path = "/transports/{id}/arrive",
    operation_id = "arriveTransport",
    tag = "transports",
    params(("id" = TransportId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Transport), CommandProblems),
)]
pub async fn arrive(
    State(state): State<ApiState>,
    Id(id): Id<TransportId>,
    command: Command<VersionBody>,
) -> Result<Json<Transport>, Problem> {
    Ok(Json(app::transports::arrive(&state.app, &command.context, id, command.body).await?))
}

/// Calls a ride off.
#[utoipa::path(
    post,
    path = "/transports/{id}/cancel",
    operation_id = "cancelTransport",
    tag = "transports",
    params(("id" = TransportId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Transport), CommandProblems),
)]
pub async fn cancel(
    State(state): State<ApiState>,
    Id(id): Id<TransportId>,
    command: Command<ReasonBody>,
) -> Result<Json<Transport>, Problem> {
    Ok(Json(app::transports::cancel(&state.app, &command.context, id, command.body).await?))
}
