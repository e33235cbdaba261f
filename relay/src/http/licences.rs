//! Licences of staff.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::StaffId;
use crate::app::views::licences::{Licence, LicenceUpdate};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Id, Input};
use crate::http::problem::Problem;

/// Enters a licence as it is now: nobody whose licence is over or not on record signs.
#[utoipa::path(
    put,
    path = "/staff/{id}/licence",
    operation_id = "recordLicence",
    tag = "admin",
    params(("id" = StaffId, Path), OptionalIdempotencyHeader),
    request_body = LicenceUpdate,
    responses((status = 200, description = "Done.", body = Licence), CommandProblems),
)]
pub async fn record(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    command: Input<LicenceUpdate>,
) -> Result<Json<Licence>, Problem> {
    Ok(Json(app::licences::record(&state.app, &command.context, id, command.body).await?))
}

/// What is and was on record of a licence, newest first.
#[utoipa::path(
    get,
    path = "/staff/{id}/licences",
    operation_id = "listLicences",
    tag = "admin",
    params(("id" = StaffId, Path)),
    responses((status = 200, description = "What the caller may see.", body = Page<Licence>), ReadProblems),
)]
pub async fn history(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    caller: Caller,
) -> Result<Json<Page<Licence>>, Problem> {
    Ok(Json(app::licences::history(&state.app, &caller.context, id).await?))
}
