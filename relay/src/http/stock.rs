//! Stock of a pharmacy.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::StockId;
use crate::app::views::common::CursorQuery;
use crate::app::views::stock::{GoodsReceipt, Stock, StockCount, StockHistoryLine, StockQuery, StockStep};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// What the pharmacy has, by drug, what expires first before the rest.
#[utoipa::path(
    get,
    path = "/stock",
    operation_id = "listStock",
    tag = "stock",
    params(StockQuery),
    responses((status = 200, description = "Its batches.", body = Page<Stock>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<StockQuery>,
    caller: Caller,
) -> Result<Json<Page<Stock>>, Problem> {
    Ok(Json(app::stock::list(&state.app, &caller.context, query).await?))
}

/// Goods came in.
#[utoipa::path(
    post,
    path = "/stock",
    operation_id = "receiveGoods",
    tag = "stock",
    params(IdempotencyHeader),
    request_body = GoodsReceipt,
    responses((status = 201, description = "Taken in.", body = Stock), CommandProblems),
)]
pub async fn receive(
    State(state): State<ApiState>,
    command: Command<GoodsReceipt>,
) -> Result<(StatusCode, Json<Stock>), Problem> {
    Ok((status::CREATED, Json(app::stock::receive(&state.app, &command.context, command.body).await?)))
}

/// The history of a batch, newest first.
#[utoipa::path(
    get,
    path = "/stock/{id}/moves",
    operation_id = "listStockMoves",
    tag = "stock",
    params(("id" = StockId, Path), CursorQuery),
    responses((status = 200, description = "Its lines.", body = Page<StockHistoryLine>), ReadProblems),
)]
pub async fn moves(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    Search(query): Search<CursorQuery>,
    caller: Caller,
) -> Result<Json<Page<StockHistoryLine>>, Problem> {
    Ok(Json(app::stock::moves(&state.app, &caller.context, id, query).await?))
}

/// The shelf was counted.
#[utoipa::path(
    post,
    path = "/stock/{id}/correct",
    operation_id = "correctStock",
    tag = "stock",
    params(("id" = StockId, Path), IdempotencyHeader),
    request_body = StockCount,
    responses((status = 200, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn correct(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    command: Command<StockCount>,
) -> Result<Json<Stock>, Problem> {
    Ok(Json(app::stock::correct(&state.app, &command.context, id, command.body).await?))
}

/// Units are destroyed.
#[utoipa::path(
    post,
    path = "/stock/{id}/write-off",
    operation_id = "writeOffStock",
    tag = "stock",
    params(("id" = StockId, Path), IdempotencyHeader),
    request_body = StockStep,
    responses((status = 200, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn write_off(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    command: Command<StockStep>,
) -> Result<Json<Stock>, Problem> {
    Ok(Json(app::stock::write_off(&state.app, &command.context, id, command.body).await?))
}

/// Units go from quarantine back to the shelf.
#[utoipa::path(
    post,
    path = "/stock/{id}/release",
    operation_id = "releaseStock",
    tag = "stock",
    params(("id" = StockId, Path), IdempotencyHeader),
    request_body = StockStep,
    responses((status = 200, description = "Done.", body = Stock), CommandProblems),
)]
pub async fn release(
    State(state): State<ApiState>,
    Id(id): Id<StockId>,
    command: Command<StockStep>,
) -> Result<Json<Stock>, Problem> {
    Ok(Json(app::stock::release(&state.app, &command.context, id, command.body).await?))
}
