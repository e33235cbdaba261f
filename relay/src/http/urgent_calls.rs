//! One-key calls. A button has no account: the box of its home speaks for it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::UrgentCallId;
use crate::app::views::common::VersionBody;
use crate::app::views::urgent_calls::{EndUrgentCall, NewUrgentCall, UrgentCall, UrgentCallQuery, UrgentCallRaised};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{BoxOrCaller, BoxOrPerson, Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// A resident calls. Without a bearer token it is the box that speaks, for a bed or resident of its home. Pressing again is heard as the same call.
#[utoipa::path(
    post,
    path = "/urgent-calls",
    operation_id = "raiseUrgentCall",
    tag = "urgent-calls",
    params(IdempotencyHeader),
    request_body = NewUrgentCall,
    responses((status = 201, description = "Heard.", body = UrgentCallRaised), CommandProblems),
)]
pub async fn raise(
    State(state): State<ApiState>,
    command: BoxOrPerson<NewUrgentCall>,
) -> Result<(StatusCode, Json<UrgentCallRaised>), Problem> {
    Ok((status::CREATED, Json(app::urgent_calls::raise(&state.app, &command.context, command.body).await?)))
}

/// Calls, newest first.
#[utoipa::path(
    get,
    path = "/urgent-calls",
    operation_id = "listUrgentCalls",
    tag = "urgent-calls",
    params(UrgentCallQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<UrgentCall>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<UrgentCallQuery>,
    caller: Caller,
) -> Result<Json<Page<UrgentCall>>, Problem> {
    Ok(Json(app::urgent_calls::list(&state.app, &caller.context, query).await?))
}

/// One call.
#[utoipa::path(
    get,
    path = "/urgent-calls/{id}",
    operation_id = "getUrgentCall",
    tag = "urgent-calls",
    params(("id" = UrgentCallId, Path)),
    responses((status = 200, description = "What the caller may see.", body = UrgentCall), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<UrgentCallId>,
    caller: Caller,
) -> Result<Json<UrgentCall>, Problem> {
    Ok(Json(app::urgent_calls::get(&state.app, &caller.context, id).await?))
}

/// How far a call is. Without a bearer token it is the box of the home that asks, for whoever pressed the button.
#[utoipa::path(
    get,
    path = "/urgent-calls/{id}/progress",
    operation_id = "getUrgentCallProgress",
    tag = "urgent-calls",
    params(("id" = UrgentCallId, Path)),
    responses((status = 200, description = "How far it is.", body = UrgentCallRaised), ReadProblems),
)]
pub async fn progress(
    State(state): State<ApiState>,
    Id(id): Id<UrgentCallId>,
    caller: BoxOrCaller,
) -> Result<Json<UrgentCallRaised>, Problem> {
    Ok(Json(app::urgent_calls::progress(&state.app, &caller.context, id).await?))
}

/// Takes care of a call.
#[utoipa::path(
    post,
    path = "/urgent-calls/{id}/answer",
    operation_id = "answerUrgentCall",
    tag = "urgent-calls",
    params(("id" = UrgentCallId, Path), IdempotencyHeader),
    request_body = VersionBody,
    responses((status = 200, description = "Done.", body = UrgentCall), CommandProblems),
)]
pub async fn answer(
    State(state): State<ApiState>,
    Id(id): Id<UrgentCallId>,
    command: Command<VersionBody>,
) -> Result<Json<UrgentCall>, Problem> {
    Ok(Json(app::urgent_calls::answer(&state.app, &command.context, id, command.body).await?))
}

/// Says what became of a call: a consultation is opened at once.
#[utoipa::path(
    post,
    path = "/urgent-calls/{id}/end",
    operation_id = "endUrgentCall",
    tag = "urgent-calls",
    params(("id" = UrgentCallId, Path), IdempotencyHeader),
    request_body = EndUrgentCall,
    responses((status = 200, description = "Done.", body = UrgentCall), CommandProblems),
)]
pub async fn end(
    State(state): State<ApiState>,
    Id(id): Id<UrgentCallId>,
    command: Command<EndUrgentCall>,
) -> Result<Json<UrgentCall>, Problem> {
    Ok(Json(app::urgent_calls::end(&state.app, &command.context, id, command.body).await?))
}
