//! Signing in by the identity provider of a hospital.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::codes::StaffId;
use crate::app::views::openid::{
    Identities, Identity, IdentityEnd, IdentityProviders, NewIdentity, OpenIdAsk, OpenIdRequest, OpenIdSignIn,
};
use crate::app::views::sessions::{CurrentSession, Session, SessionsEnded};
use crate::http::ApiState;
use crate::http::document::{OwnAccessProblems, ReadProblems, SignInProblems};
use crate::http::extract::{Caller, Id, Input, Knock};
use crate::http::problem::{Problem, status};

/// Providers by which staff sign in.
#[utoipa::path(
    get,
    path = "/identity-providers",
    operation_id = "listIdentityProviders",
    tag = "sessions",
    security(()),
    responses((status = 200, description = "In the settings' order.", body = IdentityProviders), ReadProblems),
)]
pub async fn providers(State(state): State<ApiState>) -> Json<IdentityProviders> {
    Json(app::openid::list(&state.app))
}

/// Where the browser of whoever wants to sign in goes.
#[utoipa::path(
    post,
    path = "/openid-sessions/begin",
    operation_id = "beginOpenidSession",
    tag = "sessions",
    security(()),
    request_body = OpenIdAsk,
    responses((status = 200, description = "For the browser.", body = OpenIdRequest), SignInProblems),
)]
pub async fn begin(State(state): State<ApiState>, knock: Knock<OpenIdAsk>) -> Result<Json<OpenIdRequest>, Problem> {
    Ok(Json(app::openid::begin(&state.app, &knock.context, knock.body).await?))
}

/// Signs in whoever a provider vouches for.
#[utoipa::path(
    post,
    path = "/openid-sessions",
    operation_id = "createOpenidSession",
    tag = "sessions",
    security(()),
    request_body = OpenIdSignIn,
    responses((status = 201, description = "Signed in.", body = Session), SignInProblems),
)]
pub async fn sign_in(
    State(state): State<ApiState>,
    knock: Knock<OpenIdSignIn>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    Ok((status::CREATED, Json(app::openid::sign_in(&state.app, &knock.context, knock.body).await?)))
}

/// Where the browser of the caller goes to prove again who is there.
#[utoipa::path(
    post,
    path = "/sessions/current/openid-authentication/begin",
    operation_id = "beginOpenidAuthentication",
    tag = "sessions",
    request_body = OpenIdAsk,
    responses((status = 200, description = "For the browser.", body = OpenIdRequest), OwnAccessProblems),
)]
pub async fn begin_proof(
    State(state): State<ApiState>,
    input: Input<OpenIdAsk>,
) -> Result<Json<OpenIdRequest>, Problem> {
    Ok(Json(app::openid::begin_proof(&state.app, &input.context, input.body).await?))
}

/// The caller has proved it again, to the provider.
#[utoipa::path(
    post,
    path = "/sessions/current/openid-authentication",
    operation_id = "reauthenticateByOpenid",
    tag = "sessions",
    request_body = OpenIdSignIn,
    responses((status = 200, description = "Proved.", body = CurrentSession), OwnAccessProblems),
)]
pub async fn prove(State(state): State<ApiState>, input: Input<OpenIdSignIn>) -> Result<Json<CurrentSession>, Problem> {
    Ok(Json(app::openid::prove(&state.app, &input.context, input.body).await?))
}

/// By what providers know the caller.
#[utoipa::path(
    get,
    path = "/sessions/identities",
    operation_id = "listOwnIdentities",
    tag = "sessions",
    responses((status = 200, description = "The caller's.", body = Identities), ReadProblems),
)]
pub async fn own(State(state): State<ApiState>, caller: Caller) -> Result<Json<Identities>, Problem> {
    Ok(Json(app::openid::own(&state.app, &caller.context).await?))
}

/// By what providers know a member of staff.
#[utoipa::path(
    get,
    path = "/staff/{id}/identities",
    operation_id = "listStaffIdentities",
    tag = "admin",
    params(("id" = StaffId, Path)),
    responses((status = 200, description = "The person's.", body = Identities), ReadProblems),
)]
pub async fn of_staff(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    caller: Caller,
) -> Result<Json<Identities>, Problem> {
    Ok(Json(app::openid::of_staff(&state.app, &caller.context, id).await?))
}

/// Ties a member of staff to what a provider calls the person.
#[utoipa::path(
    post,
    path = "/staff/{id}/identities",
    operation_id = "bindIdentity",
    tag = "admin",
    params(("id" = StaffId, Path)),
    request_body = NewIdentity,
    responses((status = 201, description = "Bound.", body = Identity), OwnAccessProblems),
)]
pub async fn bind(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    input: Input<NewIdentity>,
) -> Result<(StatusCode, Json<Identity>), Problem> {
    Ok((status::CREATED, Json(app::openid::bind(&state.app, &input.context, id, input.body).await?)))
}

/// Unties the two and signs the person out everywhere.
#[utoipa::path(
    post,
    path = "/staff/{id}/identities/remove",
    operation_id = "unbindIdentity",
    tag = "admin",
    params(("id" = StaffId, Path)),
    request_body = IdentityEnd,
    responses((status = 200, description = "Done.", body = SessionsEnded), OwnAccessProblems),
)]
pub async fn unbind(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    input: Input<IdentityEnd>,
) -> Result<Json<SessionsEnded>, Problem> {
    Ok(Json(app::openid::unbind(&state.app, &input.context, id, input.body).await?))
}
