//! The second factor of the caller's account.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::codes::StaffId;
use crate::app::views::second_factors::{
    ConfirmSecondFactor, Proof, RecoveryCodes, Renewed, SecondFactor, SecondFactorMade, SecondFactorSetup,
};
use crate::app::views::sessions::SessionsEnded;
use crate::http::ApiState;
use crate::http::document::{OwnAccessProblems, ReadProblems};
use crate::http::extract::{Caller, Deed, Id, Input};
use crate::http::problem::Problem;

/// How the caller's account stands.
#[utoipa::path(
    get,
    path = "/second-factor",
    operation_id = "getSecondFactor",
    tag = "sessions",
    responses((status = 200, description = "How it stands.", body = SecondFactor), ReadProblems),
)]
pub async fn status(State(state): State<ApiState>, caller: Caller) -> Result<Json<SecondFactor>, Problem> {
    Ok(Json(app::second_factors::status(&state.app, &caller.context).await?))
}

/// A secret for an authenticator app. It is in force when a code of it was sent back.
#[utoipa::path(
    post,
    path = "/second-factor/begin",
    operation_id = "beginSecondFactor",
    tag = "sessions",
    request_body = Proof,
    responses((status = 200, description = "To be shown once.", body = SecondFactorSetup), OwnAccessProblems),
)]
pub async fn begin(State(state): State<ApiState>, input: Input<Proof>) -> Result<Json<SecondFactorSetup>, Problem> {
    Ok(Json(app::second_factors::begin(&state.app, &input.context, input.body).await?))
}

/// The app shows the right code: from now on it is asked for. All other sessions end.
#[utoipa::path(
    post,
    path = "/second-factor/confirm",
    operation_id = "confirmSecondFactor",
    tag = "sessions",
    request_body = ConfirmSecondFactor,
    responses((status = 200, description = "In force.", body = SecondFactorMade), OwnAccessProblems),
)]
pub async fn confirm(
    State(state): State<ApiState>,
    input: Input<ConfirmSecondFactor>,
) -> Result<Json<SecondFactorMade>, Problem> {
    Ok(Json(app::second_factors::confirm(&state.app, &input.context, input.body).await?))
}

/// Ten new recovery codes.
#[utoipa::path(
    post,
    path = "/second-factor/recovery-codes",
    operation_id = "makeRecoveryCodes",
    tag = "sessions",
    request_body = Proof,
    responses((status = 200, description = "To be shown once.", body = RecoveryCodes), OwnAccessProblems),
)]
pub async fn make_codes(State(state): State<ApiState>, input: Input<Proof>) -> Result<Json<RecoveryCodes>, Problem> {
    Ok(Json(app::second_factors::make_codes(&state.app, &input.context, input.body).await?))
}

/// Back to the password alone, where the hospital allows that. All other sessions end.
#[utoipa::path(
    post,
    path = "/second-factor/remove",
    operation_id = "removeSecondFactor",
    tag = "sessions",
    request_body = Proof,
    responses((status = 200, description = "Removed.", body = Renewed), OwnAccessProblems),
)]
pub async fn remove(State(state): State<ApiState>, input: Input<Proof>) -> Result<Json<Renewed>, Problem> {
    Ok(Json(app::second_factors::remove(&state.app, &input.context, input.body).await?))
}

/// Takes authenticator app, recovery codes and passkeys of somebody away and signs that person out everywhere.
#[utoipa::path(
    post,
    path = "/staff/{id}/reset-second-factor",
    operation_id = "resetSecondFactor",
    tag = "admin",
    params(("id" = StaffId, Path)),
    responses((status = 200, description = "Done.", body = SessionsEnded), OwnAccessProblems),
)]
pub async fn reset(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    deed: Deed,
) -> Result<Json<SessionsEnded>, Problem> {
    Ok(Json(app::second_factors::reset(&state.app, &deed.context, id).await?))
}
