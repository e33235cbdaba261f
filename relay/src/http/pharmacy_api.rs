//! The API of pharmacies' own systems, `/api/pharmacy/v1`: the use cases of the counter's page, each answered for by a named pharmacist; events; the webhook.
//! Written for integrators in docs/pharmacy-api.md. The names and meanings here are a promise to other parties: they are added to and not changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::pharmacy_api::answered_for;
use crate::app::views::Page;
use crate::app::views::codes::{DeliveryId, PrescriptionId, RecallId, StockId};
use crate::app::views::deliveries::{Delivery, DeliveryQuery};
use crate::app::views::formulary::{Drug, SearchQuery};
use crate::app::views::pharmacy_api::{
    AcceptedOrder, AskAboutOrder, CounterBody, DecideParcel, DeclineOrder, DispenseOrder, EventsQuery, Myself, Order,
    PackOrder, PackedOrder, PharmacyEvents,
};
use crate::app::views::pharmacy_systems::{ReplayFrom, Replayed, Revoked, WebhookAddress, WebhookSecret};
use crate::app::views::prescriptions::{PrescriptionQuery, PrescriptionSummary};
use crate::app::views::recalls::{Recall, RecallQuery, RecallSummary};
use crate::app::views::stock::{GoodsReceipt, Stock, StockCount, StockQuery, StockStep};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Id, Search, System, SystemCommand, SystemDeed};
use crate::http::problem::{Problem, status};

/// Who the caller is, and where its events are at.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/self",
    operation_id = "getPharmacySystem",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    responses((status = 200, description = "As it is now.", body = Myself), ReadProblems),
)]
pub async fn me(State(state): State<ApiState>, system: System) -> Result<Json<Myself>, Problem> {
    Ok(Json(app::pharmacy_api::me(&state.app, &system.context).await?))
}

/// What changed since an event.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/events",
    operation_id = "listPharmacyEvents",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(EventsQuery),
    responses((status = 200, description = "As it is now.", body = PharmacyEvents), ReadProblems),
)]
pub async fn events(
    State(state): State<ApiState>,
    Search(query): Search<EventsQuery>,
    system: System,
) -> Result<Json<PharmacyEvents>, Problem> {
    Ok(Json(app::pharmacy_api::events(&state.app, &system.context, query).await?))
}

/// Orders that are open to the pharmacy or its own.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/orders",
    operation_id = "listOrders",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(PrescriptionQuery),
    responses((status = 200, description = "As it is now.", body = Page<PrescriptionSummary>), ReadProblems),
)]
pub async fn orders(
    State(state): State<ApiState>,
    Search(query): Search<PrescriptionQuery>,
    system: System,
) -> Result<Json<Page<PrescriptionSummary>>, Problem> {
    Ok(Json(app::prescriptions::list(&state.app, &system.context, query).await?))
}

/// One order.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/orders/{id}",
    operation_id = "getOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path)),
    responses((status = 200, description = "As it is now.", body = Order), ReadProblems),
)]
pub async fn order(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    system: System,
) -> Result<Json<Order>, Problem> {
    Ok(Json(app::prescriptions::get(&state.app, &system.context, id).await?.into()))
}

/// Takes an order for this pharmacy alone; again, it gets the same secret.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/orders/{id}/accept",
    operation_id = "acceptOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = CounterBody,
    responses((status = 200, description = "Done.", body = AcceptedOrder), CommandProblems),
)]
pub async fn accept(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: SystemCommand<CounterBody>,
) -> Result<Json<AcceptedOrder>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::prescriptions::accept(&state.app, &context, id, body).await?.into()))
}

/// Gives an order back for another pharmacy.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/orders/{id}/decline",
    operation_id = "declineOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = DeclineOrder,
    responses((status = 200, description = "Done.", body = Order), CommandProblems),
)]
pub async fn decline(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: SystemCommand<DeclineOrder>,
) -> Result<Json<Order>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::prescriptions::decline(&state.app, &context, id, body).await?.into()))
}

/// Records what was taken from the shelf.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/orders/{id}/dispense",
    operation_id = "dispenseOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = DispenseOrder,
    responses((status = 200, description = "Done.", body = Order), CommandProblems),
)]
pub async fn dispense(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: SystemCommand<DispenseOrder>,
) -> Result<Json<Order>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::prescriptions::dispense(&state.app, &context, id, body).await?.into()))
}

/// Closes the parcel for a courier; link, PIN and code are shown once.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/orders/{id}/pack",
    operation_id = "packOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = PackOrder,
    responses((status = 200, description = "Done.", body = PackedOrder), CommandProblems),
)]
pub async fn pack(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: SystemCommand<PackOrder>,
) -> Result<Json<PackedOrder>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::prescriptions::pack(&state.app, &context, id, body).await?.into()))
}

/// Asks the prescriber; the order waits for the answer.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/orders/{id}/ask",
    operation_id = "askAboutOrder",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = PrescriptionId, Path), IdempotencyHeader),
    request_body = AskAboutOrder,
    responses((status = 200, description = "Done.", body = Order), CommandProblems),
)]
pub async fn ask(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    command: SystemCommand<AskAboutOrder>,
) -> Result<Json<Order>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::prescriptions::ask(&state.app, &context, id, body).await?.into()))
}

/// The pharmacy's parcels, the newest first.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/parcels",
    operation_id = "listParcels",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(DeliveryQuery),
    responses((status = 200, description = "As it is now.", body = Page<Delivery>), ReadProblems),
)]
pub async fn parcels(
    State(state): State<ApiState>,
    Search(query): Search<DeliveryQuery>,
    system: System,
) -> Result<Json<Page<Delivery>>, Problem> {
    Ok(Json(app::deliveries::list(&state.app, &system.context, query).await?))
}

/// One parcel.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/parcels/{id}",
    operation_id = "getParcel",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = DeliveryId, Path)),
    responses((status = 200, description = "As it is now.", body = Delivery), ReadProblems),
)]
pub async fn parcel(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    system: System,
) -> Result<Json<Delivery>, Problem> {
    Ok(Json(app::deliveries::get(&state.app, &system.context, id).await?))
}

/// Batches that were called back, the newest first.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/recalls",
    operation_id = "listPharmacyRecalls",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(RecallQuery),
    responses((status = 200, description = "As it is now.", body = Page<RecallSummary>), ReadProblems),
)]
pub async fn recalls(
    State(state): State<ApiState>,
    Search(query): Search<RecallQuery>,
    system: System,
) -> Result<Json<Page<RecallSummary>>, Problem> {
    Ok(Json(app::recalls::list(&state.app, &system.context, query).await?))
}

/// One recall, with what the pharmacy had of the batch: shelf, orders, parcels, and the homes that got it from there.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/recalls/{id}",
    operation_id = "getPharmacyRecall",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = RecallId, Path)),
    responses((status = 200, description = "As it is now.", body = Recall), ReadProblems),
)]
pub async fn recall(
    State(state): State<ApiState>,
    Id(id): Id<RecallId>,
    system: System,
) -> Result<Json<Recall>, Problem> {
    Ok(Json(app::recalls::get(&state.app, &system.context, id).await?))
}

/// The pharmacy has the parcel again.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/parcels/{id}/take-back",
    operation_id = "takeBackParcel",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = CounterBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn take_back(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: SystemCommand<CounterBody>,
) -> Result<Json<Delivery>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::deliveries::take_back(&state.app, &context, id, body.into()).await?))
}

/// Lets a parcel go on that was stopped.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/parcels/{id}/release",
    operation_id = "releaseParcel",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = DecideParcel,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn release(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: SystemCommand<DecideParcel>,
) -> Result<Json<Delivery>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::deliveries::release(&state.app, &context, id, body).await?))
}

/// Has the courier bring a parcel back.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/parcels/{id}/turn-back",
    operation_id = "turnBackParcel",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = DecideParcel,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn turn_back(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: SystemCommand<DecideParcel>,
) -> Result<Json<Delivery>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::deliveries::turn_back(&state.app, &context, id, body).await?))
}

/// Gives a parcel up for lost.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/parcels/{id}/lose",
    operation_id = "loseParcel",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = DeliveryId, Path), IdempotencyHeader),
    request_body = CounterBody,
    responses((status = 200, description = "Done.", body = Delivery), CommandProblems),
)]
pub async fn lose(
    State(state): State<ApiState>,
    Id(id): Id<DeliveryId>,
    command: SystemCommand<CounterBody>,
) -> Result<Json<Delivery>, Problem> {
    let (body, pharmacist) = command.body.split();
    let context = answered_for(command.context, pharmacist)?;
    Ok(Json(app::deliveries::lose(&state.app, &context, id, body).await?))
}

/// What the pharmacy has, by drug.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/stock",
    operation_id = "listPharmacyStock",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(StockQuery),
    responses((status = 200, description = "As it is now.", body = Page<Stock>), ReadProblems),
)]
pub async fn stock(
    State(state): State<ApiState>,
    Search(query): Search<StockQuery>,
    system: System,
) -> Result<Json<Page<Stock>>, Problem> {
    Ok(Json(app::stock::list(&state.app, &system.context, query).await?))
}

/// Goods came in.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/stock",
    operation_id = "receivePharmacyGoods",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(IdempotencyHeader),
    request_body = GoodsReceipt,
    responses((status = 201, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn receive_goods(
    State(state): State<ApiState>,
    command: SystemCommand<GoodsReceipt>,
) -> Result<(StatusCode, Json<Stock>), Problem> {
    Ok((status::CREATED, Json(app::stock::receive(&state.app, &command.context, command.body).await?)))
}

/// The shelf was counted.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/stock/{id}/correct",
    operation_id = "correctPharmacyStock",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = StockId, Path), IdempotencyHeader),
    request_body = StockCount,
    responses((status = 200, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn correct_stock(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    command: SystemCommand<StockCount>,
) -> Result<Json<Stock>, Problem> {
    Ok(Json(app::stock::correct(&state.app, &command.context, id, command.body).await?))
}

/// Units are destroyed.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/stock/{id}/write-off",
    operation_id = "writeOffPharmacyStock",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(("id" = StockId, Path), IdempotencyHeader),
    request_body = StockStep,
    responses((status = 200, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn write_off_stock(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    command: SystemCommand<StockStep>,
) -> Result<Json<Stock>, Problem> {
    Ok(Json(app::stock::write_off(&state.app, &command.context, id, command.body).await?))
}

/// Drugs by name, pinyin initials or ATC code.
#[utoipa::path(
    get,
    path = "/pharmacy/v1/drugs",
    operation_id = "listPharmacyDrugs",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(SearchQuery),
    responses((status = 200, description = "As it is now.", body = Page<Drug>), ReadProblems),
)]
pub async fn drugs(
    State(state): State<ApiState>,
    Search(query): Search<SearchQuery>,
    system: System,
) -> Result<Json<Page<Drug>>, Problem> {
    Ok(Json(app::formulary::drugs(&state.app, &system.context, query).await?))
}

/// Sets where the system's events are sent, or switches it on again.
#[utoipa::path(
    put,
    path = "/pharmacy/v1/webhook",
    operation_id = "setOwnWebhook",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(IdempotencyHeader),
    request_body = WebhookAddress,
    responses((status = 200, description = "Done.", body = WebhookSecret), CommandProblems),
)]
pub async fn set_webhook(
    State(state): State<ApiState>,
    command: SystemCommand<WebhookAddress>,
) -> Result<Json<WebhookSecret>, Problem> {
    let id = app::pharmacy_systems::own(&command.context)?;
    Ok(Json(app::pharmacy_systems::set_webhook(&state.app, &command.context, id, command.body).await?))
}

/// Nothing is sent any more.
#[utoipa::path(
    delete,
    path = "/pharmacy/v1/webhook",
    operation_id = "removeOwnWebhook",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(IdempotencyHeader),
    responses((status = 200, description = "Done.", body = Revoked), CommandProblems),
)]
pub async fn remove_webhook(State(state): State<ApiState>, command: SystemDeed) -> Result<Json<Revoked>, Problem> {
    let id = app::pharmacy_systems::own(&command.context)?;
    Ok(Json(app::pharmacy_systems::remove_webhook(&state.app, &command.context, id).await?))
}

/// Another signing secret, shown once; the one before signs beside it for a while.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/webhook/rotate",
    operation_id = "rotateOwnWebhook",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(IdempotencyHeader),
    responses((status = 200, description = "Done.", body = WebhookSecret), CommandProblems),
)]
pub async fn rotate_webhook(
    State(state): State<ApiState>,
    command: SystemDeed,
) -> Result<Json<WebhookSecret>, Problem> {
    let id = app::pharmacy_systems::own(&command.context)?;
    Ok(Json(app::pharmacy_systems::rotate_webhook(&state.app, &command.context, id).await?))
}

/// Sends everything from one event on once more.
#[utoipa::path(
    post,
    path = "/pharmacy/v1/webhook/replay",
    operation_id = "replayOwnEvents",
    tag = "pharmacy-api",
    security(("pharmacySystem" = [])),
    params(IdempotencyHeader),
    request_body = ReplayFrom,
    responses((status = 200, description = "Done.", body = Replayed), CommandProblems),
)]
pub async fn replay(
    State(state): State<ApiState>,
    command: SystemCommand<ReplayFrom>,
) -> Result<Json<Replayed>, Problem> {
    let id = app::pharmacy_systems::own(&command.context)?;
    Ok(Json(app::pharmacy_systems::replay(&state.app, &command.context, id, command.body).await?))
}
