//! Break-glass: opening a record without a relation, the home that is told, and the review by a second person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::break_glass::{BreakGlass, BreakGlassQuery, NewBreakGlass, ReviewBody};
use crate::app::views::codes::BreakGlassId;
use crate::app::views::common::VersionBody;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id, Search};
use crate::http::problem::{Problem, status};

/// The review queue, newest first; for the nurses of a home, what they have to take note of.
#[utoipa::path(
    get,
    path = "/break-glass",
    operation_id = "listBreakGlass",
    tag = "break-glass",
    params(BreakGlassQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<BreakGlass>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<BreakGlassQuery>,
    caller: Caller,
) -> Result<Json<Page<BreakGlass>>, Problem> {
    Ok(Json(app::break_glass::list(&state.app, &caller.context, query).await?))
}

/// Opens one record for a reason and a time; a second person is told.
#[utoipa::path(
    post,
    path = "/break-glass",
    operation_id = "breakGlass",
    tag = "break-glass",
    params(IdempotencyHeader),
    request_body = NewBreakGlass,
    responses((status = 201, description = "Created.", body = BreakGlass), CommandProblems),
)]
pub async fn open(
    State(state): State<ApiState>,
    command: Command<NewBreakGlass>,
) -> Result<(StatusCode, Json<BreakGlass>), Problem> {
    Ok((status::CREATED, Json(app::break_glass::open(&state.app, &command.context, command.body).await?)))
}

/// Gives it back before its time.
#[utoipa::path(
    post,
    path = "/break-glass/{id}/close",
    operation_id = "closeBreakGlass",
    tag = "break-glass",
    params(("id" = BreakGlassId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = BreakGlass), CommandProblems),
)]
pub async fn close(
    State(state): State<ApiState>,
    Id(id): Id<BreakGlassId>,
    command: Command<VersionBody>,
) -> Result<Json<BreakGlass>, Problem> {
    Ok(Json(app::break_glass::close(&state.app, &command.context, id, command.body).await?))
}

/// A second person judges it.
#[utoipa::path(
    post,
    path = "/break-glass/{id}/review",
    operation_id = "reviewBreakGlass",
    tag = "break-glass",
    params(("id" = BreakGlassId, Path), IdempotencyHeader),
    request_body = ReviewBody,
    responses((status = 200, description = "Done.", body = BreakGlass), CommandProblems),
)]
pub async fn review(
    State(state): State<ApiState>,
    Id(id): Id<BreakGlassId>,
    command: Command<ReviewBody>,
) -> Result<Json<BreakGlass>, Problem> {
    Ok(Json(app::break_glass::review(&state.app, &command.context, id, command.body).await?))
}

/// The home takes note: its nurses are not told of it any more.
#[utoipa::path(
    post,
    path = "/break-glass/{id}/acknowledge",
    operation_id = "acknowledgeBreakGlass",
    tag = "break-glass",
    params(("id" = BreakGlassId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = BreakGlass), CommandProblems),
)]
pub async fn acknowledge(
    State(state): State<ApiState>,
    Id(id): Id<BreakGlassId>,
    deed: Deed,
) -> Result<Json<BreakGlass>, Problem> {
    Ok(Json(app::break_glass::acknowledge(&state.app, &deed.context, id).await?))
}
