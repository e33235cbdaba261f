//! Couriers' ways of one day.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::codes::CourierRunId;
use crate::app::views::common::VersionBody;
use crate::app::views::courier_runs::{CourierLink, CourierRun, RunOrder};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input};
use crate::http::problem::Problem;

/// One run with its parcels, in order.
#[utoipa::path(
    get,
    path = "/courier-runs/{id}",
    operation_id = "getCourierRun",
    tag = "courier-runs",
    params(("id" = CourierRunId, Path)),
    responses((status = 200, description = "What the caller may see.", body = CourierRun), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<CourierRunId>,
    caller: Caller,
) -> Result<Json<CourierRun>, Problem> {
    Ok(Json(app::courier_runs::get(&state.app, &caller.context, id).await?))
}

/// Changes the order in which the parcels are brought.
#[utoipa::path(
    put,
    path = "/courier-runs/{id}/order",
    operation_id = "reorderCourierRun",
    tag = "courier-runs",
    params(("id" = CourierRunId, Path), OptionalIdempotencyHeader),
    request_body = RunOrder,
    responses((status = 200, description = "Done.", body = CourierRun), CommandProblems),
)]
pub async fn reorder(
    State(state): State<ApiState>,
    Id(id): Id<CourierRunId>,
    command: Input<RunOrder>,
) -> Result<Json<CourierRun>, Problem> {
    Ok(Json(app::courier_runs::reorder(&state.app, &command.context, id, command.body).await?))
}

/// Makes a new link and PIN; the former ones open nothing any more.
#[utoipa::path(
    post,
    path = "/courier-runs/{id}/link",
    operation_id = "renewCourierLink",
    tag = "courier-runs",
    params(("id" = CourierRunId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done; shown once.", body = CourierLink), CommandProblems),
)]
pub async fn renew_link(
    State(state): State<ApiState>,
    Id(id): Id<CourierRunId>,
    command: Command<VersionBody>,
) -> Result<Json<CourierLink>, Problem> {
    Ok(Json(app::courier_runs::renew_link(&state.app, &command.context, id, command.body).await?))
}
