//! First visits: the ledger, the joint-consultation exception.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::codes::{ConsultationId, EligibilityId, HomeId, ResidentId};
use crate::app::views::eligibility::{
    EligibilityFact, EligibilityLedger, EligibilityQuery, JointConsultation, JointConsultationUpdate,
    NewEligibilityFact, NewPresentDoctor, PresentDoctor, RevokeBody,
};
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Id, Input, Search};
use crate::http::problem::{Problem, status};

/// For what a resident may be treated remotely, which proof is missing, and the ledger behind it.
#[utoipa::path(
    get,
    path = "/residents/{id}/eligibility",
    operation_id = "getEligibility",
    tag = "eligibility",
    params(("id" = ResidentId, Path), EligibilityQuery),
    responses((status = 200, description = "What the caller may see.", body = EligibilityLedger), ReadProblems),
)]
pub async fn get(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    Search(query): Search<EligibilityQuery>,
    caller: Caller,
) -> Result<Json<EligibilityLedger>, Problem> {
    Ok(Json(app::eligibility::get(&state.app, &caller.context, id, query).await?))
}

/// Records that the caller saw the resident in person for a diagnosis.
#[utoipa::path(
    post,
    path = "/residents/{id}/eligibility",
    operation_id = "recordEligibility",
    tag = "eligibility",
    params(("id" = ResidentId, Path), IdempotencyHeader),
    request_body = NewEligibilityFact,
    responses((status = 201, description = "Created.", body = EligibilityFact), CommandProblems),
)]
pub async fn record(
    State(state): State<ApiState>,
    Id(id): Id<ResidentId>,
    command: Command<NewEligibilityFact>,
) -> Result<(StatusCode, Json<EligibilityFact>), Problem> {
    Ok((status::CREATED, Json(app::eligibility::record(&state.app, &command.context, id, command.body).await?)))
}

/// Takes a fact of the ledger back; it stays readable.
#[utoipa::path(
    post,
    path = "/eligibility/{id}/revoke",
    operation_id = "revokeEligibility",
    tag = "eligibility",
    params(("id" = EligibilityId, Path), IdempotencyHeader),
    request_body = RevokeBody,
    responses((status = 200, description = "Done.", body = EligibilityFact), CommandProblems),
)]
pub async fn revoke(
    State(state): State<ApiState>,
    Id(id): Id<EligibilityId>,
    command: Command<RevokeBody>,
) -> Result<Json<EligibilityFact>, Problem> {
    Ok(Json(app::eligibility::revoke(&state.app, &command.context, id, command.body).await?))
}

/// A home's switch for joint consultations.
#[utoipa::path(
    get,
    path = "/homes/{id}/joint-consultation",
    operation_id = "getJointConsultation",
    tag = "eligibility",
    params(("id" = HomeId, Path)),
    responses((status = 200, description = "What the caller may see.", body = JointConsultation), ReadProblems),
)]
pub async fn joint_consultation(
    State(state): State<ApiState>,
    Id(id): Id<HomeId>,
    caller: Caller,
) -> Result<Json<JointConsultation>, Problem> {
    Ok(Json(app::joint_consultations::get(&state.app, &caller.context, id).await?))
}

/// Turns a home's switch for joint consultations.
#[utoipa::path(
    put,
    path = "/homes/{id}/joint-consultation",
    operation_id = "setJointConsultation",
    tag = "eligibility",
    params(("id" = HomeId, Path), OptionalIdempotencyHeader),
    request_body = JointConsultationUpdate,
    responses((status = 200, description = "Done.", body = JointConsultation), CommandProblems),
)]
pub async fn set_joint_consultation(
    State(state): State<ApiState>,
    Id(id): Id<HomeId>,
    command: Input<JointConsultationUpdate>,
) -> Result<Json<JointConsultation>, Problem> {
    Ok(Json(app::joint_consultations::set(&state.app, &command.context, id, command.body).await?))
}

/// Names the home's own licensed doctor as present in the consultation.
#[utoipa::path(
    post,
    path = "/consultations/{id}/present-doctors",
    operation_id = "namePresentDoctor",
    tag = "eligibility",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = NewPresentDoctor,
    responses((status = 201, description = "Created.", body = PresentDoctor), CommandProblems),
)]
pub async fn name_present_doctor(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<NewPresentDoctor>,
) -> Result<(StatusCode, Json<PresentDoctor>), Problem> {
    Ok((
        status::CREATED,
        Json(app::joint_consultations::name_doctor(&state.app, &command.context, id, command.body).await?),
    ))
}
