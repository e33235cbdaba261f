//! Doses, the medication sheet and its labels.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::app;
use crate::app::medication_sheet::{Paper, SheetFile};
use crate::app::views::codes::ResidentId;
use crate::app::views::common::LanguageQuery;
use crate::app::views::doses::{Dose, DoseQuery, DosesOfDay, NewDoseEntry};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Search};
use crate::http::problem::{Problem, status};

/// The doses of one day in the caller's home, what is given when needed, what was stopped and why, and how long each medicine lasts.
#[utoipa::path(
    get,
    path = "/doses",
    operation_id = "listDoses",
    tag = "doses",
    params(DoseQuery),
    responses((status = 200, description = "By time and bed.", body = DosesOfDay), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Search(query): Search<DoseQuery>,
    caller: Caller,
) -> Result<Json<DosesOfDay>, Problem> {
    Ok(Json(app::doses::list(&state.app, &caller.context, query).await?))
}

/// What became of a dose. A correction is another entry; one that was made without a link comes late with its own time. 409 `dose_recorded`: somebody else
/// wrote about it meanwhile; 409 `dose_stopped`: the prescriber ended the course.
#[utoipa::path(
    post,
    path = "/residents/{id}/doses",
    operation_id = "recordDose",
    tag = "doses",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewDoseEntry,
    responses((status = 201, description = "Written.", body = Dose), CommandProblems),
)]
pub async fn record(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<NewDoseEntry>,
) -> Result<(StatusCode, Json<Dose>), Problem> {
    Ok((status::CREATED, Json(app::doses::record(&state.app, &command.context, id, command.body).await?)))
}

/// The medication sheet in large type as PDF. `Missing-Glyphs` names characters that no font of the relay has; the pages show their codes.
#[utoipa::path(
    get,
    path = "/residents/{id}/medication-sheet",
    operation_id = "printMedicationSheet",
    tag = "doses",
    params(("id" = ResidentId, Path), LanguageQuery),
    responses((status = 200, description = "PDF.", body = String, content_type = "application/pdf"), ReadProblems),
)]
pub async fn sheet(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    Search(query): Search<LanguageQuery>,
    caller: Caller,
) -> Result<Response, Problem> {
    Ok(file(app::medication_sheet::make(&state.app, &caller.context, id, query, Paper::Sheet).await?))
}

/// Labels of the medicines and of the bed, each with its code to scan, as PDF.
#[utoipa::path(
    get,
    path = "/residents/{id}/medication-labels",
    operation_id = "printMedicationLabels",
    tag = "doses",
    params(("id" = ResidentId, Path), LanguageQuery),
    responses((status = 200, description = "PDF.", body = String, content_type = "application/pdf"), ReadProblems),
)]
pub async fn labels(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    Search(query): Search<LanguageQuery>,
    caller: Caller,
) -> Result<Response, Problem> {
    Ok(file(app::medication_sheet::make(&state.app, &caller.context, id, query, Paper::Labels).await?))
}

fn file(file: SheetFile) -> Response {
    let mut response = status::file("application/pdf", &file.file_name, file.printed.pdf.into());
    let missing: Vec<String> = file.printed.missing.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    if let (false, Ok(value)) = (missing.is_empty(), HeaderValue::from_str(&missing.join(" "))) {
        response.headers_mut().insert("missing-glyphs", value);
    }
    response
}
