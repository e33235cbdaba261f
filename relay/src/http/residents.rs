//! Residents: list, chart, readings, notes.

use crate::app::views::Page;
use crate::app::views::codes::ResidentId;
use crate::app::views::residents::{
    NewNote, NewObservations, Note, Observation, ObservationQuery, RecordedObservations, Resident, ResidentQuery,
    ResidentSummary,
};
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};

/// Residents the caller may see, by home and bed.
#[utoipa::path(
    get,
    path = "/residents",
    operation_id = "listResidents",
    tag = "residents",
    params(ResidentQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<ResidentSummary>), ReadProblems),
)]
pub async fn list() {}

/// A resident's chart.
#[utoipa::path(
    get,
    path = "/residents/{id}",
    operation_id = "getResident",
    tag = "residents",
    params(("id" = ResidentId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Resident), ReadProblems),
)]
pub async fn get() {}

/// Readings, oldest first.
#[utoipa::path(
    get,
    path = "/residents/{id}/observations",
    operation_id = "listObservations",
    tag = "residents",
    params(("id" = ResidentId, Path), ObservationQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Observation>), ReadProblems),
)]
pub async fn observations() {}

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
pub async fn record_observations() {}

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
pub async fn write_note() {}
