//! Nursing homes.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::homes::Home;
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::Caller;
use crate::http::problem::Problem;

/// Homes the caller may see.
#[utoipa::path(
    get,
    path = "/homes",
    operation_id = "listHomes",
    tag = "homes",
    responses((status = 200, description = "What the caller may see.", body = Page<Home>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Home>>, Problem> {
    Ok(Json(app::homes::list(&state.app, &caller.context).await?))
}
