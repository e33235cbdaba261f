//! How long what is kept, and legal holds; for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::LegalHoldId;
use crate::app::views::common::VersionBody;
use crate::app::views::retention::{LegalHold, LegalHoldQuery, NewLegalHold, Retention};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// The table of clocks in force.
#[utoipa::path(
    get,
    path = "/retention",
    operation_id = "getRetention",
    tag = "admin",
    responses((status = 200, description = "The clocks.", body = Retention), ReadProblems),
)]
pub async fn get(State(state): State<ApiState>, caller: Caller) -> Result<Json<Retention>, Problem> {
    Ok(Json(app::retention::overview(&state.app, &caller.context)?))
}

/// Legal holds, newest first.
#[utoipa::path(
    get,
    path = "/legal-holds",
    operation_id = "listLegalHolds",
    tag = "admin",
    params(LegalHoldQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<LegalHold>), ReadProblems),
)]
pub async fn holds(
    State(state): State<ApiState>,
    Search(query): Search<LegalHoldQuery>,
    caller: Caller,
) -> Result<Json<Page<LegalHold>>, Problem> {
    Ok(Json(app::retention::holds(&state.app, &caller.context, query).await?))
}

/// Places a legal hold on a resident's record.
#[utoipa::path(
    post,
    path = "/legal-holds",
    operation_id = "placeLegalHold",
    tag = "admin",
    params(IdempotencyHeader),
    request_body = NewLegalHold,
    responses((status = 201, description = "Placed.", body = LegalHold), CommandProblems),
)]
pub async fn hold(
    State(state): State<ApiState>,
    command: Command<NewLegalHold>,
) -> Result<(StatusCode, Json<LegalHold>), Problem> {
    Ok((status::CREATED, Json(app::retention::hold(&state.app, &command.context, command.body).await?)))
}

/// Lifts a legal hold.
#[utoipa::path(
    post,
    path = "/legal-holds/{id}/release",
    operation_id = "releaseLegalHold",
    tag = "admin",
    params(("id" = LegalHoldId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Lifted.", body = LegalHold), CommandProblems),
)]
pub async fn release(
    State(state): State<ApiState>,
    Id(id): Id<LegalHoldId>,
    command: Command<VersionBody>,
) -> Result<Json<LegalHold>, Problem> {
    Ok(Json(app::retention::release(&state.app, &command.context, id, command.body).await?))
}
