//! ECGs of residents: keep, list, fetch.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{ObservationId, ResidentId};
use crate::app::views::ecgs::{Ecg, EcgSummary, NewEcg};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, FileCommand, Id};
use crate::http::problem::{Problem, status};

/// The newest recordings of a resident, newest first, without their curves.
#[utoipa::path(
    get,
    path = "/residents/{id}/ecgs",
    operation_id = "listEcgs",
    tag = "residents",
    params(("id" = ResidentId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Page<EcgSummary>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    caller: Caller,
) -> Result<Json<Page<EcgSummary>>, Problem> {
    Ok(Json(app::ecgs::list(&state.app, &caller.context, id).await?))
}

/// Keeps a recording as the recorder sent it.
#[utoipa::path(
    post,
    path = "/residents/{id}/ecgs",
    operation_id = "recordEcg",
    tag = "residents",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewEcg,
    responses((status = 201, description = "Created.", body = Ecg), CommandProblems),
)]
pub async fn record(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: FileCommand<NewEcg>,
) -> Result<(StatusCode, Json<Ecg>), Problem> {
    Ok((status::CREATED, Json(app::ecgs::record(&state.app, &command.context, id, command.body).await?)))
}

/// One recording with its curve.
#[utoipa::path(
    get,
    path = "/ecgs/{id}",
    operation_id = "getEcg",
    tag = "residents",
    params(("id" = ObservationId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Ecg), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ObservationId>,
    caller: Caller,
) -> Result<Json<Ecg>, Problem> {
    Ok(Json(app::ecgs::get(&state.app, &caller.context, id).await?))
}
