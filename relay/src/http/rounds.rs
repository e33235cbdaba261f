//! Rounds.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::RoundId;
use crate::app::views::rounds::{NewRound, Round, RoundOrder, RoundQuery};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// Rounds by home and time, earliest first.
#[utoipa::path(
    get,
    path = "/rounds",
    operation_id = "listRounds",
    tag = "rounds",
    params(RoundQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Round>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<RoundQuery>,
    caller: Caller,
) -> Result<Json<Page<Round>>, Problem> {
    Ok(Json(app::rounds::list(&state.app, &caller.context, query).await?))
}

/// Plans a round.
#[utoipa::path(
    post,
    path = "/rounds",
    operation_id = "planRound",
    tag = "rounds",
    params(IdempotencyHeader),
    request_body = NewRound,
    responses((status = 201, description = "Created.", body = Round), CommandProblems),
)]
pub async fn plan(
    State(state): State<ApiState>,
    command: Command<NewRound>,
) -> Result<(StatusCode, Json<Round>), Problem> {
    Ok((status::CREATED, Json(app::rounds::plan(&state.app, &command.context, command.body).await?)))
}

/// One round as it runs: who is present, who is next, and when everybody's turn comes.
#[utoipa::path(
    get,
    path = "/rounds/{id}",
    operation_id = "getRound",
    tag = "rounds",
    params(("id" = RoundId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Round), ReadProblems),
)]
pub async fn get(State(state): State<ApiState>, Id(id): Id<RoundId>, caller: Caller) -> Result<Json<Round>, Problem> {
    Ok(Json(app::rounds::get(&state.app, &caller.context, id).await?))
}

/// Changes the running order of those who are still to come.
#[utoipa::path(
    put,
    path = "/rounds/{id}/order",
    operation_id = "reorderRound",
    tag = "rounds",
    params(("id" = RoundId, Path), OptionalIdempotencyHeader),
    request_body = RoundOrder,
    responses((status = 200, description = "Done.", body = Round), CommandProblems),
)]
pub async fn reorder(
    State(state): State<ApiState>,
    Id(id): Id<RoundId>,
    command: Input<RoundOrder>,
) -> Result<Json<Round>, Problem> {
    Ok(Json(app::rounds::reorder(&state.app, &command.context, id, command.body).await?))
}
