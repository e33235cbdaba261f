//! Fillings of a prescription.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::PrescriptionId;
use crate::app::views::dispenses::Dispense;
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::{Caller, Id};
use crate::http::problem::Problem;

/// The fillings of a prescription, the first one first.
#[utoipa::path(
    get,
    path = "/prescriptions/{id}/dispenses",
    operation_id = "listDispenses",
    tag = "prescriptions",
    params(("id" = PrescriptionId, Path)),
    responses((status = 200, description = "Its fillings.", body = Page<Dispense>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<PrescriptionId>,
    caller: Caller,
) -> Result<Json<Page<Dispense>>, Problem> {
    Ok(Json(app::dispenses::list(&state.app, &caller.context, id).await?))
}
