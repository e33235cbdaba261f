//! Passkeys.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::codes::PasskeyId;
use crate::app::views::passkeys::{
    NewPasskey, Passkey, PasskeyAsk, PasskeyCreation, PasskeyMade, PasskeyName, PasskeyRequest, PasskeySignIn,
    Passkeys, RemovePasskey,
};
use crate::app::views::second_factors::{Proof, Renewed};
use crate::app::views::sessions::Session;
use crate::http::ApiState;
use crate::http::document::{OwnAccessProblems, ReadProblems, SignInProblems};
use crate::http::extract::{Caller, Id, Input, Knock};
use crate::http::problem::{Problem, status};

/// The caller's passkeys.
#[utoipa::path(
    get,
    path = "/passkeys",
    operation_id = "listPasskeys",
    tag = "sessions",
    responses((status = 200, description = "The caller's.", body = Passkeys), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Passkeys>, Problem> {
    Ok(Json(app::passkeys::list(&state.app, &caller.context).await?))
}

/// What the browser is to make a passkey for.
#[utoipa::path(
    post,
    path = "/passkeys/begin",
    operation_id = "beginPasskey",
    tag = "sessions",
    request_body = Proof,
    responses((status = 200, description = "For the browser.", body = PasskeyCreation), OwnAccessProblems),
)]
pub async fn begin(State(state): State<ApiState>, input: Input<Proof>) -> Result<Json<PasskeyCreation>, Problem> {
    Ok(Json(app::passkeys::begin(&state.app, &input.context, input.body).await?))
}

/// Registers a passkey. All other sessions end.
#[utoipa::path(
    post,
    path = "/passkeys",
    operation_id = "registerPasskey",
    tag = "sessions",
    request_body = NewPasskey,
    responses((status = 201, description = "Registered.", body = PasskeyMade), OwnAccessProblems),
)]
pub async fn register(
    State(state): State<ApiState>,
    input: Input<NewPasskey>,
) -> Result<(StatusCode, Json<PasskeyMade>), Problem> {
    Ok((status::CREATED, Json(app::passkeys::register(&state.app, &input.context, input.body).await?)))
}

/// Calls one of the caller's passkeys otherwise.
#[utoipa::path(
    put,
    path = "/passkeys/{id}",
    operation_id = "renamePasskey",
    tag = "sessions",
    params(("id" = PasskeyId, Path)),
    request_body = PasskeyName,
    responses((status = 200, description = "Done.", body = Passkey), OwnAccessProblems),
)]
pub async fn rename(
    State(state): State<ApiState>,
    Id(id): Id<PasskeyId>,
    input: Input<PasskeyName>,
) -> Result<Json<Passkey>, Problem> {
    Ok(Json(app::passkeys::rename(&state.app, &input.context, id, input.body).await?))
}

/// Removes one of the caller's passkeys. All other sessions end.
#[utoipa::path(
    post,
    path = "/passkeys/remove",
    operation_id = "removePasskey",
    tag = "sessions",
    request_body = RemovePasskey,
    responses((status = 200, description = "It opens nothing any more.", body = Renewed), OwnAccessProblems),
)]
pub async fn remove(State(state): State<ApiState>, input: Input<RemovePasskey>) -> Result<Json<Renewed>, Problem> {
    Ok(Json(app::passkeys::remove(&state.app, &input.context, input.body).await?))
}

/// What a passkey is to sign, of whoever wants to sign in.
#[utoipa::path(
    post,
    path = "/passkey-sessions/begin",
    operation_id = "beginPasskeySession",
    tag = "sessions",
    security(()),
    request_body = PasskeyAsk,
    responses((status = 200, description = "For the browser.", body = PasskeyRequest), SignInProblems),
)]
pub async fn ask(State(state): State<ApiState>, knock: Knock<PasskeyAsk>) -> Result<Json<PasskeyRequest>, Problem> {
    Ok(Json(app::passkeys::ask(&state.app, &knock.context)?))
}

/// Signs in whoever shows a passkey.
#[utoipa::path(
    post,
    path = "/passkey-sessions",
    operation_id = "createPasskeySession",
    tag = "sessions",
    security(()),
    request_body = PasskeySignIn,
    responses((status = 201, description = "Signed in.", body = Session), SignInProblems),
)]
pub async fn sign_in(
    State(state): State<ApiState>,
    knock: Knock<PasskeySignIn>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    Ok((status::CREATED, Json(app::passkeys::sign_in(&state.app, &knock.context, knock.body).await?)))
}
