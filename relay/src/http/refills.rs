//! Requests for a refill.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::RefillId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::doses::{Refill, RefillQuery};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::Problem;

/// Requests of the home, or to the specialist, newest first.
#[utoipa::path(
    get,
    path = "/refills",
    operation_id = "listRefills",
    tag = "refills",
    params(RefillQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Refill>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<RefillQuery>,
    caller: Caller,
) -> Result<Json<Page<Refill>>, Problem> {
    Ok(Json(app::refills::list(&state.app, &caller.context, query).await?))
}

/// The prescriber has seen it.
#[utoipa::path(
    post,
    path = "/refills/{id}/see",
    operation_id = "seeRefill",
    tag = "refills",
    params(("id" = RefillId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Refill), CommandProblems),
)]
pub async fn see(
    State(state): State<ApiState>,
    Id(id): Id<RefillId>,
    command: Command<VersionBody>,
) -> Result<Json<Refill>, Problem> {
    Ok(Json(app::refills::see(&state.app, &command.context, id, command.body).await?))
}

/// The medicine ends here, with the reason.
#[utoipa::path(
    post,
    path = "/refills/{id}/decline",
    operation_id = "declineRefill",
    tag = "refills",
    params(("id" = RefillId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Refill), CommandProblems),
)]
pub async fn decline(
    State(state): State<ApiState>,
    Id(id): Id<RefillId>,
    command: Command<ReasonBody>,
) -> Result<Json<Refill>, Problem> {
    Ok(Json(app::refills::decline(&state.app, &command.context, id, command.body).await?))
}
