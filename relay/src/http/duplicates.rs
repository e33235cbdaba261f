//! Records that may be one person: judged by an administrator.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::DuplicateId;
use crate::app::views::common::{CursorQuery, ReasonBody};
use crate::app::views::duplicates::{Duplicate, MergeBody};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::Problem;

/// Pairs of records that may be one person, those found last first.
#[utoipa::path(
    get,
    path = "/duplicates",
    operation_id = "listDuplicates",
    tag = "duplicates",
    params(CursorQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Duplicate>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<CursorQuery>,
    caller: Caller,
) -> Result<Json<Page<Duplicate>>, Problem> {
    Ok(Json(app::duplicates::list(&state.app, &caller.context, query.cursor).await?))
}

/// One person: one record stands for both, and its chart shows both.
#[utoipa::path(
    post,
    path = "/duplicates/{id}/merge",
    operation_id = "mergeDuplicate",
    tag = "duplicates",
    params(("id" = DuplicateId, Path), IdempotencyHeader),
    request_body = MergeBody,
    responses((status = 200, description = "Done.", body = Duplicate), CommandProblems),
)]
pub async fn merge(
    State(state): State<ApiState>,
    Id(id): Id<DuplicateId>,
    command: Command<MergeBody>,
) -> Result<Json<Duplicate>, Problem> {
    Ok(Json(app::duplicates::merge(&state.app, &command.context, id, command.body).await?))
}

/// Two persons after all: both records stand again.
#[utoipa::path(
    post,
    path = "/duplicates/{id}/unmerge",
    operation_id = "unmergeDuplicate",
    tag = "duplicates",
    params(("id" = DuplicateId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Duplicate), CommandProblems),
)]
pub async fn unmerge(
    State(state): State<ApiState>,
    Id(id): Id<DuplicateId>,
    command: Command<ReasonBody>,
) -> Result<Json<Duplicate>, Problem> {
    Ok(Json(app::duplicates::unmerge(&state.app, &command.context, id, command.body).await?))
}

/// Two persons.
#[utoipa::path(
    post,
    path = "/duplicates/{id}/dismiss",
    operation_id = "dismissDuplicate",
    tag = "duplicates",
    params(("id" = DuplicateId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Duplicate), CommandProblems),
)]
pub async fn dismiss(
    State(state): State<ApiState>,
    Id(id): Id<DuplicateId>,
    command: Command<ReasonBody>,
) -> Result<Json<Duplicate>, Problem> {
    Ok(Json(app::duplicates::dismiss(&state.app, &command.context, id, command.body).await?))
}
