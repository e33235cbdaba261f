//! Batches that were called back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::RecallId;
use crate::app::views::recalls::{AnswerRecallBody, CloseRecallBody, NewRecall, Recall, RecallQuery, RecallSummary};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// Recalls, newest first; a home sees those that it was given of.
#[utoipa::path(
    get,
    path = "/recalls",
    operation_id = "listRecalls",
    tag = "recalls",
    params(RecallQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<RecallSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<RecallQuery>,
    caller: Caller,
) -> Result<Json<Page<RecallSummary>>, Problem> {
    Ok(Json(app::recalls::list(&state.app, &caller.context, query).await?))
}

/// A batch is called back: shelves go into quarantine, parcels on the road stop, and homes are asked, at once.
#[utoipa::path(
    post,
    path = "/recalls",
    operation_id = "declareRecall",
    tag = "recalls",
    params(IdempotencyHeader),
    request_body = NewRecall,
    responses((status = 201, description = "Declared.", body = Recall), CommandProblems),
)]
pub async fn declare(
    State(state): State<ApiState>,
    command: Command<NewRecall>,
) -> Result<(StatusCode, Json<Recall>), Problem> {
    Ok((status::CREATED, Json(app::recalls::declare(&state.app, &command.context, command.body).await?)))
}

/// One recall.
#[utoipa::path(
    get,
    path = "/recalls/{id}",
    operation_id = "getRecall",
    tag = "recalls",
    params(("id" = RecallId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Recall), ReadProblems),
)]
pub async fn get(State(state): State<ApiState>, Id(id): Id<RecallId>, caller: Caller) -> Result<Json<Recall>, Problem> {
    Ok(Json(app::recalls::get(&state.app, &caller.context, id).await?))
}

/// It is settled; before every home has answered only for a stated reason. The batch stays barred.
#[utoipa::path(
    post,
    path = "/recalls/{id}/close",
    operation_id = "closeRecall",
    tag = "recalls",
    params(("id" = RecallId, Path), IdempotencyHeader),
    request_body = CloseRecallBody,
    responses((status = 200, description = "Done.", body = Recall), CommandProblems),
)]
pub async fn close(
    State(state): State<ApiState>,
    Id(id): Id<RecallId>,
    command: Command<CloseRecallBody>,
) -> Result<Json<Recall>, Problem> {
    Ok(Json(app::recalls::close(&state.app, &command.context, id, command.body).await?))
}

/// It is taken back: the batch is barred no more.
#[utoipa::path(
    post,
    path = "/recalls/{id}/withdraw",
    operation_id = "withdrawRecall",
    tag = "recalls",
    params(("id" = RecallId, Path), IdempotencyHeader),
    request_body = CloseRecallBody,
    responses((status = 200, description = "Done.", body = Recall), CommandProblems),
)]
pub async fn withdraw(
    State(state): State<ApiState>,
    Id(id): Id<RecallId>,
    command: Command<CloseRecallBody>,
) -> Result<Json<Recall>, Problem> {
    Ok(Json(app::recalls::withdraw(&state.app, &command.context, id, command.body).await?))
}

/// The nurse's home has looked for the batch.
#[utoipa::path(
    post,
    path = "/recalls/{id}/answer",
    operation_id = "answerRecall",
    tag = "recalls",
    params(("id" = RecallId, Path), IdempotencyHeader),
    request_body = AnswerRecallBody,
    responses((status = 200, description = "Done.", body = Recall), CommandProblems),
)]
pub async fn answer(
    State(state): State<ApiState>,
    Id(id): Id<RecallId>,
    command: Command<AnswerRecallBody>,
) -> Result<Json<Recall>, Problem> {
    Ok(Json(app::recalls::answer(&state.app, &command.context, id, command.body).await?))
}
