//! For the administrator.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::admin::{AuditEvent, AuditQuery, BoxStatus};
use crate::app::views::sessions::Staff;
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::{Caller, Search};
use crate::http::problem::Problem;

/// Accounts.
#[utoipa::path(
    get,
    path = "/staff",
    operation_id = "listStaff",
    tag = "admin",
    responses((status = 200, description = "What the caller may see.", body = Page<Staff>), ReadProblems),
)]
pub async fn staff(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Staff>>, Problem> {
    Ok(Json(app::admin::staff(&state.app, &caller.context).await?))
}

/// Clinic boxes and their links.
#[utoipa::path(
    get,
    path = "/boxes",
    operation_id = "listBoxes",
    tag = "admin",
    responses((status = 200, description = "What the caller may see.", body = Page<BoxStatus>), ReadProblems),
)]
pub async fn boxes(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<BoxStatus>>, Problem> {
    Ok(Json(app::admin::boxes(&state.app, &caller.context).await?))
}

/// Audit events, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "listAudit",
    tag = "admin",
    params(AuditQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<AuditEvent>), ReadProblems),
)]
pub async fn audit(
    State(state): State<ApiState>,
    Search(query): Search<AuditQuery>,
    caller: Caller,
) -> Result<Json<Page<AuditEvent>>, Problem> {
    Ok(Json(app::admin::audit(&state.app, &caller.context, query).await?))
}
