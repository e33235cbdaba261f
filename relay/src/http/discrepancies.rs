//! What was short, damaged, too warm or called back and is in the home.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::DiscrepancyId;
use crate::app::views::discrepancies::{Discrepancy, DiscrepancyQuery, ResolveBody};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::Problem;

/// Discrepancies the caller may see, newest first.
#[utoipa::path(
    get,
    path = "/discrepancies",
    operation_id = "listDiscrepancies",
    tag = "discrepancies",
    params(DiscrepancyQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Discrepancy>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<DiscrepancyQuery>,
    caller: Caller,
) -> Result<Json<Page<Discrepancy>>, Problem> {
    Ok(Json(app::discrepancies::list(&state.app, &caller.context, query).await?))
}

/// One discrepancy.
#[utoipa::path(
    get,
    path = "/discrepancies/{id}",
    operation_id = "getDiscrepancy",
    tag = "discrepancies",
    params(("id" = DiscrepancyId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Discrepancy), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<DiscrepancyId>,
    caller: Caller,
) -> Result<Json<Discrepancy>, Problem> {
    Ok(Json(app::discrepancies::get(&state.app, &caller.context, id).await?))
}

/// The pharmacy settles it.
#[utoipa::path(
    post,
    path = "/discrepancies/{id}/resolve",
    operation_id = "resolveDiscrepancy",
    tag = "discrepancies",
    params(("id" = DiscrepancyId, Path), IdempotencyHeader),
    request_body = ResolveBody,
    responses((status = 200, description = "Done.", body = Discrepancy), CommandProblems),
)]
pub async fn resolve(
    State(state): State<ApiState>,
    Id(id): Id<DiscrepancyId>,
    command: Command<ResolveBody>,
) -> Result<Json<Discrepancy>, Problem> {
    Ok(Json(app::discrepancies::resolve(&state.app, &command.context, id, command.body).await?))
}
