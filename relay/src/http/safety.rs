//! Safety rules and how often they are overridden.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::safety::{SafetyOverrideQuery, SafetyOverrides};
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::{Caller, Search};
use crate::http::problem::Problem;

/// How often each safety rule spoke on signed prescriptions and was overridden.
#[utoipa::path(
    get,
    path = "/safety/overrides",
    operation_id = "listSafetyOverrides",
    tag = "prescriptions",
    params(SafetyOverrideQuery),
    responses((status = 200, description = "Counts per rule.", body = SafetyOverrides), ReadProblems),
)]
pub async fn overrides(
    State(state): State<ApiState>,
    Search(query): Search<SafetyOverrideQuery>,
    caller: Caller,
) -> Result<Json<SafetyOverrides>, Problem> {
    Ok(Json(app::safety::overrides(&state.app, &caller.context, query).await?))
}
