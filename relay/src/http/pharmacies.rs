//! Pharmacies.

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::PharmacyId;
use crate::app::views::common::CursorQuery;
use crate::app::views::offers::OfferedPrescription;
use crate::app::views::pharmacies::{Pharmacy, PharmacyFactsUpdate};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Id, Input, Search};
use crate::http::problem::Problem;

/// All pharmacies.
#[utoipa::path(
    get,
    path = "/pharmacies",
    operation_id = "listPharmacies",
    tag = "pharmacies",
    responses((status = 200, description = "All of them, by name.", body = Page<Pharmacy>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<Pharmacy>>, Problem> {
    Ok(Json(app::pharmacies::list(&state.app, &caller.context).await?))
}

/// Sets where a pharmacy is, when it is open and how far it delivers: prescriptions are offered by it.
#[utoipa::path(
    put,
    path = "/pharmacies/{id}/facts",
    operation_id = "setPharmacyFacts",
    tag = "pharmacies",
    params(("id" = PharmacyId, Path), OptionalIdempotencyHeader),
    request_body = PharmacyFactsUpdate,
    responses((status = 200, description = "Done.", body = Pharmacy), CommandProblems),
)]
pub async fn set_facts(
    State(state): State<ApiState>,
    Id(id): Id<PharmacyId>,
    command: Input<PharmacyFactsUpdate>,
) -> Result<Json<Pharmacy>, Problem> {
    Ok(Json(app::pharmacies::set_facts(&state.app, &command.context, id, command.body).await?))
}

/// To which pharmacies prescriptions were offered and what they answered, the newest first. Neither the resident nor the medicine is told.
#[utoipa::path(
    get,
    path = "/offers",
    operation_id = "listOffers",
    tag = "pharmacies",
    params(CursorQuery),
    responses((status = 200, description = "A page of them.", body = Page<OfferedPrescription>), ReadProblems),
)]
pub async fn offers(
    State(state): State<ApiState>,
    Search(query): Search<CursorQuery>,
    caller: Caller,
) -> Result<Json<Page<OfferedPrescription>>, Problem> {
    Ok(Json(app::offers::list(&state.app, &caller.context, query).await?))
}
