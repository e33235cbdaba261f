//! Residents: list, chart, readings, notes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::ResidentId;
use crate::app::views::residents::{
    NewNote, NewObservations, Note, Observation, ObservationQuery, RecordedObservations, Resident, ResidentQuery,
    ResidentSummary,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// Residents the caller may see, by home and bed.
#[utoipa::path(
    get,
    path = "/residents",
    operation_id = "listResidents",
    tag = "residents",
    params(ResidentQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<ResidentSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<ResidentQuery>,
    caller: Caller,
) -> Result<Json<Page<ResidentSummary>>, Problem> {
    Ok(Json(app::residents::list(&state.app, &caller.context, query).await?))
}

/// A resident's chart.
#[utoipa::path(
    get,
    path = "/residents/{id}",
    operation_id = "getResident",
    tag = "residents",
    params(("id" = ResidentId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Resident), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    caller: Caller,
) -> Result<Json<Resident>, Problem> {
    Ok(Json(app::residents::get(&state.app, &caller.context, id).await?))
}

/// Readings, oldest first.
#[utoipa::path(
    get,
    path = "/residents/{id}/observations",
    operation_id = "listObservations",
    tag = "residents",
    params(("id" = ResidentId, Path), ObservationQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Observation>), ReadProblems),
)]
pub async fn observations(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    Search(query): Search<ObservationQuery>,
    caller: Caller,
) -> Result<Json<Page<Observation>>, Problem> {
    Ok(Json(app::residents::observations(&state.app, &caller.context, id, query).await?))
}

/// Records readings; implausible ones are refused with their fields.
#[utoipa::path(
    post,
    path = "/residents/{id}/observations",
    operation_id = "recordObservations",
    tag = "residents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewObservations,
    responses((status = 201, description = "Created.", body = RecordedObservations), CommandProblems),
)]
pub async fn record_observations(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<NewObservations>,
) -> Result<(StatusCode, Json<RecordedObservations>), Problem> {
    Ok((
        status::CREATED,
        Json(app::residents::record_observations(&state.app, &command.context, id, command.body).await?),
    ))
}

/// Writes a note.
#[utoipa::path(
    post,
    path = "/residents/{id}/notes",
    operation_id = "writeNote",
    tag = "residents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewNote,
    responses((status = 201, description = "Created.", body = Note), CommandProblems),
)]
pub async fn write_note(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<NewNote>,
) -> Result<(StatusCode, Json<Note>), Problem> {
    Ok((status::CREATED, Json(app::residents::write_note(&state.app, &command.context, id, command.body).await?)))
}
