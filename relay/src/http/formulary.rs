//! Drugs and diagnoses to choose from.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::formulary::{Diagnosis, Drug, SearchQuery};
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::{Caller, Search};
use crate::http::problem::Problem;

/// Drugs by Chinese or English name, pinyin initials or ATC code.
#[utoipa::path(
    get,
    path = "/drugs",
    operation_id = "listDrugs",
    tag = "formulary",
    params(SearchQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Drug>), ReadProblems),
)]
pub async fn drugs(
    State(state): State<ApiState>,
    Search(query): Search<SearchQuery>,
    caller: Caller,
) -> Result<Json<Page<Drug>>, Problem> {
    Ok(Json(app::formulary::drugs(&state.app, &caller.context, query).await?))
}

/// Diagnoses by name, pinyin initials or ICD-10 code.
#[utoipa::path(
    get,
    path = "/diagnoses",
    operation_id = "listDiagnoses",
    tag = "formulary",
    params(SearchQuery),
    responses((status = 200, description = "What the caller may see.", body = Page<Diagnosis>), ReadProblems),
)]
pub async fn diagnoses(
    State(state): State<ApiState>,
    Search(query): Search<SearchQuery>,
    caller: Caller,
) -> Result<Json<Page<Diagnosis>>, Problem> {
    Ok(Json(app::formulary::diagnoses(&state.app, &caller.context, query).await?))
}
