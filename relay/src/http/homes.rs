//! Nursing homes.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::HomeId;
use crate::app::views::homes::{Home, HomePlaceUpdate, HomeZoneUpdate};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Id, Input};
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

/// Sets the clock of a home: its days and its calendar go by it.
#[utoipa::path(
    put,
    path = "/homes/{id}/zone",
    operation_id = "setHomeZone",
    tag = "homes",
    params(("id" = HomeId, Path), OptionalIdempotencyHeader),
    request_body = HomeZoneUpdate,
    responses((status = 200, description = "Done.", body = Home), CommandProblems),
)]
pub async fn set_zone(
    State(state): State<ApiState>,
    Id(id): Id<HomeId>,
    command: Input<HomeZoneUpdate>,
) -> Result<Json<Home>, Problem> {
    Ok(Json(app::homes::set_zone(&state.app, &command.context, id, command.body).await?))
}

/// Sets where a home is and which pharmacy it prefers: prescriptions are offered by it.
#[utoipa::path(
    put,
    path = "/homes/{id}/place",
    operation_id = "setHomePlace",
    tag = "homes",
    params(("id" = HomeId, Path), OptionalIdempotencyHeader),
    request_body = HomePlaceUpdate,
    responses((status = 200, description = "Done.", body = Home), CommandProblems),
)]
pub async fn set_place(
    State(state): State<ApiState>,
    Id(id): Id<HomeId>,
    command: Input<HomePlaceUpdate>,
) -> Result<Json<Home>, Problem> {
    Ok(Json(app::homes::set_place(&state.app, &command.context, id, command.body).await?))
}
