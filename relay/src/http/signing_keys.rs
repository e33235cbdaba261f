//! Keys that people sign with.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::SigningKeyId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::signing_keys::{CertificateBody, NewSigningKey, RevokedKeys, SigningKey};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id};
use crate::http::problem::{Problem, status};

/// An administrator sees all keys, who signs sees the own ones; newest first.
#[utoipa::path(
    get,
    path = "/signing-keys",
    operation_id = "listSigningKeys",
    tag = "signing keys",
    responses((status = 200, description = "What the caller may see.", body = Page<SigningKey>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<SigningKey>>, Problem> {
    Ok(Json(app::signing_keys::list(&state.app, &caller.context).await?))
}

/// Asks for a key that was made in the caller's browser; an administrator lets it sign.
#[utoipa::path(
    post,
    path = "/signing-keys",
    operation_id = "requestSigningKey",
    tag = "signing keys",
    params(IdempotencyHeader),
    request_body = NewSigningKey,
    responses((status = 201, description = "Created.", body = SigningKey), CommandProblems),
)]
pub async fn request(
    State(state): State<ApiState>,
    command: Command<NewSigningKey>,
) -> Result<(StatusCode, Json<SigningKey>), Problem> {
    Ok((status::CREATED, Json(app::signing_keys::request(&state.app, &command.context, command.body).await?)))
}

/// The fingerprint was compared with the person: the key signs.
#[utoipa::path(
    post,
    path = "/signing-keys/{id}/approve",
    operation_id = "approveSigningKey",
    tag = "signing keys",
    params(("id" = SigningKeyId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = SigningKey), CommandProblems),
)]
pub async fn approve(
    State(state): State<ApiState>,
    Id(id): Id<SigningKeyId>,
    command: Command<VersionBody>,
) -> Result<Json<SigningKey>, Problem> {
    Ok(Json(app::signing_keys::approve(&state.app, &command.context, id, command.body).await?))
}

/// The administrator does not recognise it.
#[utoipa::path(
    post,
    path = "/signing-keys/{id}/refuse",
    operation_id = "refuseSigningKey",
    tag = "signing keys",
    params(("id" = SigningKeyId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = SigningKey), CommandProblems),
)]
pub async fn refuse(
    State(state): State<ApiState>,
    Id(id): Id<SigningKeyId>,
    command: Command<ReasonBody>,
) -> Result<Json<SigningKey>, Problem> {
    Ok(Json(app::signing_keys::refuse(&state.app, &command.context, id, command.body).await?))
}

/// Brings the certificate that `certs sign-request` made, where the console has no authority.
#[utoipa::path(
    post,
    path = "/signing-keys/{id}/certificate",
    operation_id = "certifySigningKey",
    tag = "signing keys",
    params(("id" = SigningKeyId, Path), IdempotencyHeader),
    request_body = CertificateBody,
    responses((status = 200, description = "Done.", body = SigningKey), CommandProblems),
)]
pub async fn certify(
    State(state): State<ApiState>,
    Id(id): Id<SigningKeyId>,
    command: Command<CertificateBody>,
) -> Result<Json<SigningKey>, Problem> {
    Ok(Json(app::signing_keys::certify(&state.app, &command.context, id, command.body).await?))
}

/// From now on nothing is signed with it; what was signed before stays what it is.
#[utoipa::path(
    post,
    path = "/signing-keys/{id}/revoke",
    operation_id = "revokeSigningKey",
    tag = "signing keys",
    params(("id" = SigningKeyId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = SigningKey), CommandProblems),
)]
pub async fn revoke(
    State(state): State<ApiState>,
    Id(id): Id<SigningKeyId>,
    command: Command<ReasonBody>,
) -> Result<Json<SigningKey>, Problem> {
    Ok(Json(app::signing_keys::revoke(&state.app, &command.context, id, command.body).await?))
}

/// Keys of people and certificates of boxes that sign nothing more, from when on: kept beside signed documents, `certs verify --revoked` reads it.
#[utoipa::path(
    get,
    path = "/revoked-signing-keys",
    operation_id = "listRevokedSigningKeys",
    tag = "signing keys",
    responses((status = 200, description = "What the caller may see.", body = RevokedKeys), ReadProblems),
)]
pub async fn revoked(State(state): State<ApiState>, caller: Caller) -> Result<Json<RevokedKeys>, Problem> {
    Ok(Json(app::signing_keys::revoked(&state.app, &caller.context).await?))
}
