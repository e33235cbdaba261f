//! Deliveries: courier and receiving nurse.

use crate::app::views::Page;
use crate::app::views::codes::DeliveryId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::deliveries::{Delivery, DeliveryQuery, ReceiveBody};
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};

/// Deliveries the caller may see.
#[utoipa::path(
    get,
    path = "/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    params(DeliveryQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Delivery>), ReadProblems),
)]
pub async fn list() {}

/// One delivery.
#[utoipa::path(
    get,
    path = "/deliveries/{id}",
    operation_id = "getDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Delivery), ReadProblems),
)]
pub async fn get() {}

/// The courier takes it.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/accept",
    operation_id = "acceptDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn accept() {}

/// The courier has the parcel.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/pick-up",
    operation_id = "pickUpDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn pick_up() {}

/// The courier is at the door.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/arrive",
    operation_id = "arriveDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn arrive() {}

/// Nobody could take it.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/fail-attempt",
    operation_id = "failDeliveryAttempt",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn fail_attempt() {}

/// The courier tries again.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/resume",
    operation_id = "resumeDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn resume() {}

/// The courier brings it back.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/give-back",
    operation_id = "giveBackDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn give_back() {}

/// The nurse counts and accepts.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/receive",
    operation_id = "receiveDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = ReceiveBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn receive() {}

/// The nurse refuses the parcel.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/refuse",
    operation_id = "refuseDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = ReasonBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn refuse() {}
