//! The password of the caller's account.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::passwords::{PasswordChange, PasswordDraft, PasswordJudgement};
use crate::app::views::second_factors::Renewed;
use crate::http::ApiState;
use crate::http::document::OwnAccessProblems;
use crate::http::extract::Input;
use crate::http::problem::Problem;

/// Sets another password. All other sessions end.
#[utoipa::path(
    post,
    path = "/password",
    operation_id = "changePassword",
    tag = "sessions",
    request_body = PasswordChange,
    responses((status = 200, description = "In force.", body = Renewed), OwnAccessProblems),
)]
pub async fn change(State(state): State<ApiState>, input: Input<PasswordChange>) -> Result<Json<Renewed>, Problem> {
    Ok(Json(app::own_password::change(&state.app, &input.context, input.body).await?))
}

/// What a password would be worth that the caller thinks of. Nothing is kept.
#[utoipa::path(
    post,
    path = "/password/judgement",
    operation_id = "judgePassword",
    tag = "sessions",
    request_body = PasswordDraft,
    responses((status = 200, description = "The judgement.", body = PasswordJudgement), OwnAccessProblems),
)]
pub async fn judge(
    State(state): State<ApiState>,
    input: Input<PasswordDraft>,
) -> Result<Json<PasswordJudgement>, Problem> {
    Ok(Json(app::own_password::judge(&state.app, &input.context, input.body).await?))
}
