//! What the caller is told of changes to the ways into the own account.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::access_notices::{AccessNotice, NoticesSeen};
use crate::http::ApiState;
use crate::http::document::{OwnAccessProblems, ReadProblems};
use crate::http::extract::{Caller, Input};
use crate::http::problem::{Problem, status};

/// What changed since the caller read last, the oldest first.
#[utoipa::path(
    get,
    path = "/access-notices",
    operation_id = "listAccessNotices",
    tag = "sessions",
    responses((status = 200, description = "What changed.", body = Page<AccessNotice>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<AccessNotice>>, Problem> {
    Ok(Json(app::access_notices::list(&state.app, &caller.context).await?))
}

/// The caller has read them. What was done after this session was opened is told once more at the next sign-in.
#[utoipa::path(
    post,
    path = "/access-notices/seen",
    operation_id = "seeAccessNotices",
    tag = "sessions",
    request_body = NoticesSeen,
    responses((status = 204, description = "Noted."), OwnAccessProblems),
)]
pub async fn see(State(state): State<ApiState>, input: Input<NoticesSeen>) -> Result<StatusCode, Problem> {
    app::access_notices::see(&state.app, &input.context, input.body).await?;
    Ok(status::DONE)
}
