//! Accounts of staff, for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::codes::StaffId;
use crate::app::views::passwords::{InitialPassword, NewAccount};
use crate::app::views::sessions::Staff;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader};
use crate::http::extract::{Command, Deed, Id};
use crate::http::problem::{Problem, status};

/// Makes an account; its first password is shown once.
#[utoipa::path(
    post,
    path = "/staff",
    operation_id = "createStaff",
    tag = "admin",
    params(IdempotencyHeader),
    request_body = NewAccount,
    responses((status = 201, description = "Made.", body = InitialPassword), CommandProblems),
)]
pub async fn create(
    State(state): State<ApiState>,
    command: Command<NewAccount>,
) -> Result<(StatusCode, Json<InitialPassword>), Problem> {
    let made = app::staff_accounts::create(&state.app, &command.context, command.body).await?;
    Ok((status::CREATED, Json(made)))
}

/// Closes an account: its person is out at once.
#[utoipa::path(
    post,
    path = "/staff/{id}/close",
    operation_id = "closeStaff",
    tag = "admin",
    params(("id" = StaffId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Closed.", body = Staff), CommandProblems),
)]
pub async fn close(State(state): State<ApiState>, Id(id): Id<StaffId>, deed: Deed) -> Result<Json<Staff>, Problem> {
    Ok(Json(app::staff_accounts::close(&state.app, &deed.context, id).await?))
}

/// Opens a closed account again; its first password is shown once.
#[utoipa::path(
    post,
    path = "/staff/{id}/reopen",
    operation_id = "reopenStaff",
    tag = "admin",
    params(("id" = StaffId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Open again.", body = InitialPassword), CommandProblems),
)]
pub async fn reopen(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    deed: Deed,
) -> Result<Json<InitialPassword>, Problem> {
    Ok(Json(app::staff_accounts::reopen(&state.app, &deed.context, id).await?))
}

/// Another first password for who forgot the own one, shown once; all sessions of the person end.
#[utoipa::path(
    post,
    path = "/staff/{id}/reset-password",
    operation_id = "resetStaffPassword",
    tag = "admin",
    params(("id" = StaffId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = InitialPassword), CommandProblems),
)]
pub async fn reset_password(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    deed: Deed,
) -> Result<Json<InitialPassword>, Problem> {
    Ok(Json(app::staff_accounts::reset_password(&state.app, &deed.context, id).await?))
}
