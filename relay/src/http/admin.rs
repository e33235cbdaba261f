//! For the administrator.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::admin::{AuditEvent, AuditQuery, BoxStatus};
use crate::app::views::codes::StaffId;
use crate::app::views::sessions::{PracticeUpdate, Staff};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Id, Input, Search};
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

/// Since when a specialist has practised: nobody sees people remotely without some years of it on record.
#[utoipa::path(
    put,
    path = "/staff/{id}/practice",
    operation_id = "recordPractice",
    tag = "admin",
    params(("id" = StaffId, Path), OptionalIdempotencyHeader),
    request_body = PracticeUpdate,
    responses((status = 200, description = "Done.", body = Staff), CommandProblems),
)]
pub async fn record_practice(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    command: Input<PracticeUpdate>,
) -> Result<Json<Staff>, Problem> {
    Ok(Json(app::admin::record_practice(&state.app, &command.context, id, command.body).await?))
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
