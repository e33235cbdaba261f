//! Boxes as machines: codes for enrolment, revocation, renewal over the live connection. Enrolment itself is at the door ([`super::enrolment`]).

use axum::Json;
use axum::extract::State;

use crate::app;
use crate::app::views::admin::BoxStatus;
use crate::app::views::boxes::{EnrolmentCode, IssuedCertificate, RenewalRequest};
use crate::app::views::codes::HomeId;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, OptionalIdempotencyHeader};
use crate::http::extract::{BoxCommand, Deed, Id};
use crate::http::problem::Problem;

/// Makes a code by which the box of a home is enrolled: ten minutes, one use. One that was open opens nothing any more.
#[utoipa::path(
    post,
    path = "/boxes/{id}/enrol",
    operation_id = "askBoxEnrolment",
    tag = "admin",
    params(("id" = HomeId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "The code, shown once.", body = EnrolmentCode), CommandProblems),
)]
pub async fn ask_enrolment(
    State(state): State<ApiState>,
    Id(id): Id<HomeId>,
    deed: Deed,
) -> Result<Json<EnrolmentCode>, Problem> {
    Ok(Json(app::boxes::ask_enrolment(&state.app, &deed.context, id).await?))
}

/// The box of a home may not come any more; its connection is closed within seconds.
#[utoipa::path(
    post,
    path = "/boxes/{id}/revoke",
    operation_id = "revokeBox",
    tag = "admin",
    params(("id" = HomeId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Done.", body = BoxStatus), CommandProblems),
)]
pub async fn revoke(State(state): State<ApiState>, Id(id): Id<HomeId>, deed: Deed) -> Result<Json<BoxStatus>, Problem> {
    Ok(Json(app::boxes::revoke(&state.app, &deed.context, id).await?))
}

/// Renews the certificate of the box that asks, by a request with a new key. The connection goes on; the next one shows the new certificate.
#[utoipa::path(
    post,
    path = "/box-certificates",
    operation_id = "renewBoxCertificate",
    tag = "admin",
    request_body = RenewalRequest,
    responses((status = 200, description = "The certificate.", body = IssuedCertificate), CommandProblems),
)]
pub async fn renew(
    State(state): State<ApiState>,
    command: BoxCommand<RenewalRequest>,
) -> Result<Json<IssuedCertificate>, Problem> {
    let Some(shown) = command.certificate else { return Err(Problem::from(app::AppError::NotFound)) };
    Ok(Json(app::boxes::renew(&state.app, &command.context, &shown, command.body).await?))
}
