//! Diagnostic stills: take, list.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::ConsultationId;
use crate::app::views::stills::{NewStills, Still};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id};
use crate::http::problem::{Problem, status};

/// The stills of a consultation, oldest first, with how far each has come.
#[utoipa::path(
    get,
    path = "/consultations/{id}/stills",
    operation_id = "listStills",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "All of the consultation.", body = Page<Still>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<Page<Still>>, Problem> {
    Ok(Json(app::stills::list(&state.app, &caller.context, id).await?))
}

/// Takes the camera's full picture, once or several times a moment apart. It comes beside the call, goes on after an outage, and is kept in the record.
#[utoipa::path(
    post,
    path = "/consultations/{id}/stills",
    operation_id = "takeStills",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = NewStills,
    responses((status = 201, description = "Asked for.", body = Page<Still>), CommandProblems),
)]
pub async fn take(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<NewStills>,
) -> Result<(StatusCode, Json<Page<Still>>), Problem> {
    let home = app::stills::home_of(&state.app, &command.context, id).await?;
    let camera = state.rooms.still_camera(id, home, command.body.camera).await;
    let asked = app::stills::ask(&state.app, &command.context, id, command.body.count, camera).await?;
    // Also when it is asked once more under the same key: a box that has heard of a still takes it once.
    let stills = asked.items.iter().map(|still| (still.id, still.camera)).collect();
    state.rooms.take_stills(id, home, stills).await;
    Ok((status::CREATED, Json(asked)))
}
