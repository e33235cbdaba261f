//! Residents: list, chart, readings, notes; registering, changing, moving, importing.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::ResidentId;
use crate::app::views::duplicates::ResidentIdentity;
use crate::app::views::resident_imports::{ImportReport, ResidentImport};
use crate::app::views::residents::{
    NewNote, NewObservations, Note, Observation, ObservationQuery, RecordedObservations, Registered, Resident,
    ResidentChange, ResidentInput, ResidentQuery, ResidentSummary, TransferBody,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, FileCommand, FileInput, Id, Search};
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

/// Registers a resident in the caller's home. Every wrong field is named; an identity number that is on record is answered with 409.
#[utoipa::path(
    post,
    path = "/residents",
    operation_id = "registerResident",
    tag = "residents",
    params(IdempotencyHeader),
    request_body = ResidentInput,
    responses((status = 201, description = "Created.", body = Registered), CommandProblems),
)]
pub async fn register(
    State(state): State<ApiState>,
    command: Command<ResidentInput>,
) -> Result<(StatusCode, Json<Registered>), Problem> {
    Ok((status::CREATED, Json(app::residents::register(&state.app, &command.context, command.body).await?)))
}

/// Changes a record. On an older version nothing is kept: 409 `resident_changed` with both values in `conflict`.
#[utoipa::path(
    put,
    path = "/residents/{id}",
    operation_id = "changeResident",
    tag = "residents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = ResidentChange,
    responses((status = 200, description = "Done.", body = Registered), CommandProblems),
)]
pub async fn change(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<ResidentChange>,
) -> Result<Json<Registered>, Problem> {
    Ok(Json(app::residents::change(&state.app, &command.context, id, command.body).await?))
}

/// Who the residents are, without anything clinical, for whoever moves them between homes.
#[utoipa::path(
    get,
    path = "/resident-identities",
    operation_id = "listResidentIdentities",
    tag = "residents",
    params(ResidentQuery),
    responses((status = 200, description = "By home and bed.", body = Page<ResidentIdentity>), ReadProblems),
)]
pub async fn identities(
    State(state): State<ApiState>,
    Search(query): Search<ResidentQuery>,
    caller: Caller,
) -> Result<Json<Page<ResidentIdentity>>, Problem> {
    Ok(Json(app::residents::identities(&state.app, &caller.context, query).await?))
}

/// Moves a resident to another home.
#[utoipa::path(
    post,
    path = "/residents/{id}/transfer",
    operation_id = "transferResident",
    tag = "residents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = TransferBody,
    responses((status = 200, description = "Done.", body = Registered), CommandProblems),
)]
pub async fn transfer(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<TransferBody>,
) -> Result<Json<Registered>, Problem> {
    Ok(Json(app::residents::transfer(&state.app, &command.context, id, command.body).await?))
}

/// Takes a file of residents over in one transaction; people who are known are listed and not created.
#[utoipa::path(
    post,
    path = "/resident-imports",
    operation_id = "importResidents",
    tag = "residents",
    params(IdempotencyHeader),
    request_body = ResidentImport,
    responses((status = 201, description = "Created.", body = ImportReport), CommandProblems),
)]
pub async fn import(
    State(state): State<ApiState>,
    command: FileCommand<ResidentImport>,
) -> Result<(StatusCode, Json<ImportReport>), Problem> {
    Ok((status::CREATED, Json(app::residents::import(&state.app, &command.context, command.body).await?)))
}

/// What a file of residents would do: every bad entry with every reason. Nothing is kept.
#[utoipa::path(
    post,
    path = "/resident-imports/dry-run",
    operation_id = "dryRunResidentImport",
    tag = "residents",
    request_body = ResidentImport,
    responses((status = 200, description = "What would happen.", body = ImportReport), CommandProblems),
)]
pub async fn dry_run_import(
    State(state): State<ApiState>,
    input: FileInput<ResidentImport>,
) -> Result<Json<ImportReport>, Problem> {
    Ok(Json(app::residents::dry_run_import(&state.app, &input.context, input.body).await?))
}
