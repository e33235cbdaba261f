//! Pharmacies' own systems, for the administrator: credentials, webhooks, what was sent and how it fared.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use yunzhen_domain::ids::{PharmacySystemId, WebhookDeliveryId};

use crate::app;
use crate::app::views::Page;
use crate::app::views::common::CursorQuery;
use crate::app::views::pharmacy_systems::{
    Credential, Delivery, NewPharmacySystem, PharmacySystems, ReplayFrom, Replayed, Revoked, WebhookAddress,
    WebhookSecret,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id, Search};
use crate::http::problem::{Problem, status};

/// All systems, and the pharmacies that may get one.
#[utoipa::path(
    get,
    path = "/pharmacy-systems",
    operation_id = "listPharmacySystems",
    tag = "pharmacy-systems",
    responses((status = 200, description = "The newest first.", body = PharmacySystems), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<PharmacySystems>, Problem> {
    Ok(Json(app::pharmacy_systems::list(&state.app, &caller.context).await?))
}

/// Makes credentials; the secret is shown once.
#[utoipa::path(
    post,
    path = "/pharmacy-systems",
    operation_id = "makePharmacySystem",
    tag = "pharmacy-systems",
    params(IdempotencyHeader),
    request_body = NewPharmacySystem,
    responses((status = 201, description = "Made.", body = Credential), CommandProblems),
)]
pub async fn make(
    State(state): State<ApiState>,
    command: Command<NewPharmacySystem>,
) -> Result<(StatusCode, Json<Credential>), Problem> {
    Ok((status::CREATED, Json(app::pharmacy_systems::make(&state.app, &command.context, command.body).await?)))
}

/// Another secret, shown once; the one before works for a while.
#[utoipa::path(
    post,
    path = "/pharmacy-systems/{id}/rotate",
    operation_id = "rotatePharmacySystem",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    responses((status = 200, description = "Done.", body = Credential), CommandProblems),
)]
pub async fn rotate(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Deed,
) -> Result<Json<Credential>, Problem> {
    Ok(Json(app::pharmacy_systems::rotate(&state.app, &command.context, id).await?))
}

/// From now on the credential opens nothing.
#[utoipa::path(
    post,
    path = "/pharmacy-systems/{id}/revoke",
    operation_id = "revokePharmacySystem",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    responses((status = 200, description = "Done.", body = Revoked), CommandProblems),
)]
pub async fn revoke(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Deed,
) -> Result<Json<Revoked>, Problem> {
    Ok(Json(app::pharmacy_systems::revoke(&state.app, &command.context, id).await?))
}

/// Sets where its events are sent, or switches it on again.
#[utoipa::path(
    put,
    path = "/pharmacy-systems/{id}/webhook",
    operation_id = "setPharmacyWebhook",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    request_body = WebhookAddress,
    responses((status = 200, description = "Done.", body = WebhookSecret), CommandProblems),
)]
pub async fn set_webhook(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Command<WebhookAddress>,
) -> Result<Json<WebhookSecret>, Problem> {
    Ok(Json(app::pharmacy_systems::set_webhook(&state.app, &command.context, id, command.body).await?))
}

/// Nothing is sent any more.
#[utoipa::path(
    delete,
    path = "/pharmacy-systems/{id}/webhook",
    operation_id = "removePharmacyWebhook",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    responses((status = 200, description = "Done.", body = Revoked), CommandProblems),
)]
pub async fn remove_webhook(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Deed,
) -> Result<Json<Revoked>, Problem> {
    Ok(Json(app::pharmacy_systems::remove_webhook(&state.app, &command.context, id).await?))
}

/// Another signing secret, shown once; the one before signs beside it for a while.
#[utoipa::path(
    post,
    path = "/pharmacy-systems/{id}/rotate-webhook",
    operation_id = "rotatePharmacyWebhook",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    responses((status = 200, description = "Done.", body = WebhookSecret), CommandProblems),
)]
pub async fn rotate_webhook(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Deed,
) -> Result<Json<WebhookSecret>, Problem> {
    Ok(Json(app::pharmacy_systems::rotate_webhook(&state.app, &command.context, id).await?))
}

/// Sends everything from one event on once more.
#[utoipa::path(
    post,
    path = "/pharmacy-systems/{id}/replay",
    operation_id = "replayPharmacyEvents",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), IdempotencyHeader),
    request_body = ReplayFrom,
    responses((status = 200, description = "Done.", body = Replayed), CommandProblems),
)]
pub async fn replay(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    command: Command<ReplayFrom>,
) -> Result<Json<Replayed>, Problem> {
    Ok(Json(app::pharmacy_systems::replay(&state.app, &command.context, id, command.body).await?))
}

/// Events on their way and how each fared.
#[utoipa::path(
    get,
    path = "/pharmacy-systems/{id}/deliveries",
    operation_id = "listWebhookDeliveries",
    tag = "pharmacy-systems",
    params(("id" = PharmacySystemId, Path), CursorQuery),
    responses((status = 200, description = "The newest first.", body = Page<Delivery>), ReadProblems),
)]
pub async fn deliveries(
    State(state): State<ApiState>,
    Id(id): Id<PharmacySystemId>,
    Search(query): Search<CursorQuery>,
    caller: Caller,
) -> Result<Json<Page<Delivery>>, Problem> {
    Ok(Json(app::pharmacy_systems::deliveries(&state.app, &caller.context, id, query).await?))
}

/// Sends one event once more.
#[utoipa::path(
    post,
    path = "/webhook-deliveries/{id}/replay",
    operation_id = "replayWebhookDelivery",
    tag = "pharmacy-systems",
    params(("id" = WebhookDeliveryId, Path), IdempotencyHeader),
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn replay_one(
    State(state): State<ApiState>,
    Id(id): Id<WebhookDeliveryId>,
    command: Deed,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::pharmacy_systems::replay_one(&state.app, &command.context, id).await?))
}
