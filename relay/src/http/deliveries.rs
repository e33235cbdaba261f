//! Deliveries: courier and receiving nurse.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::DeliveryId;
use crate::app::views::common::{ReasonBody, VersionBody};
use crate::app::views::deliveries::{
    DecisionBody, Delivery, DeliveryQuery, ExpectedParcel, FailAttemptBody, NewTemperature, PickUpBody, ReceiptBody,
    ReceiveBody, RefusedCode, RefusedCodeCounted, TakeBackBody,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{BoxOrCaller, BoxOrPerson, Caller, Command, Id, Search};
use crate::http::problem::Problem;

/// Deliveries the caller may see.
#[utoipa::path(
    get,
    path = "/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    params(DeliveryQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Delivery>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<DeliveryQuery>,
    caller: Caller,
) -> Result<Json<Page<Delivery>>, Problem> {
    Ok(Json(app::deliveries::list(&state.app, &caller.context, query).await?))
}

/// One delivery.
#[utoipa::path(
    get,
    path = "/deliveries/{id}",
    operation_id = "getDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Delivery), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    caller: Caller,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::get(&state.app, &caller.context, id).await?))
}

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
pub async fn accept(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<VersionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::accept(&state.app, &command.context, id, command.body).await?))
}

/// The courier has the parcel.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/pick-up",
    operation_id = "pickUpDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = PickUpBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn pick_up(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<PickUpBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::pick_up(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn arrive(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<VersionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::arrive(&state.app, &command.context, id, command.body).await?))
}

/// Nobody could take it.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/fail-attempt",
    operation_id = "failDeliveryAttempt",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = FailAttemptBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn fail_attempt(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<FailAttemptBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::fail_attempt(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn resume(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<VersionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::resume(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn give_back(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<VersionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::give_back(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn receive(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<ReceiveBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::receive(&state.app, &command.context, id, command.body).await?))
}

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
pub async fn refuse(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<ReasonBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::refuse(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy has the parcel again.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/take-back",
    operation_id = "takeBackDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = TakeBackBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn take_back(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<TakeBackBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::take_back(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy lets a quarantined parcel go on.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/release",
    operation_id = "releaseDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = DecisionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn release(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<DecisionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::release(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy has the courier bring the parcel back.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/turn-back",
    operation_id = "turnBackDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = DecisionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn turn_back(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<DecisionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::turn_back(&state.app, &command.context, id, command.body).await?))
}

/// The pharmacy gives the parcel up for lost.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/lose",
    operation_id = "loseDelivery",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn lose(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<VersionBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::lose(&state.app, &command.context, id, command.body).await?))
}

/// A temperature of a cold parcel, also one that was measured where there was no link. Out of range it stops the hand-over.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/temperatures",
    operation_id = "recordDeliveryTemperature",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = NewTemperature,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn record_temperature(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<NewTemperature>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::record_temperature(&state.app, &command.context, id, command.body).await?))
}

/// The nurse's count as the box of the home signed it, at once or after a time without a link. Only through that box.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/receipts",
    operation_id = "handInDeliveryReceipt",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = ReceiptBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn hand_in_receipt(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: Command<ReceiptBody>,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::receive_signed(&state.app, &command.context, id, command.body).await?))
}

/// A wrong code that the box of the home refused while it had no link. It counts here as one that was typed with a link; told by the box itself.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/refused-codes",
    operation_id = "reportRefusedParcelCode",
    tag = "deliveries",
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = RefusedCode,
    responses((status = 200, description = "Counted.", body = RefusedCodeCounted), CommandProblems),
)]
pub async fn report_refused_code(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: BoxOrPerson<RefusedCode>,
) -> Result<Json<RefusedCodeCounted>, Problem> {
    Ok(Json(app::deliveries::report_refused_code(&state.app, &command.context, id, command.body).await?))
}

/// What the box of a home needs to check a count without a link. Asked for by the box itself.
#[utoipa::path(
    get,
    path = "/expected-parcels",
    operation_id = "listExpectedParcels",
    tag = "deliveries",
    responses((status = 200, description = "The parcels on their way to the home.", body = Page<ExpectedParcel>), ReadProblems),
)]
pub async fn expected(
    State(state): State<ApiState>,
    caller: BoxOrCaller,
) -> Result<Json<Page<ExpectedParcel>>, Problem> {
    Ok(Json(app::deliveries::expected(&state.app, &caller.context).await?))
}
