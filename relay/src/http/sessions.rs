//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::Page;
use crate::app::views::codes::{SessionId, StaffId};
use crate::app::views::second_factors::Proof;
use crate::app::views::sessions::{
    CourierSession, CourierSignIn, CurrentSession, GuestStanding, ObserverSession, ObserverSignIn, OwnSession, Session,
    SessionsEnded, SignIn,
};
use crate::http::ApiState;
use crate::http::document::{OwnAccessProblems, ReadProblems, SignInProblems};
use crate::http::extract::{Caller, Deed, Id, Input, Knock};
use crate::http::problem::{Problem, status};

/// Signs a member of staff in. A box may sign in only nurses of its home.
#[utoipa::path(
    post,
    path = "/sessions",
    operation_id = "createSession",
    tag = "sessions",
    security(()),
    request_body = SignIn,
    responses((status = 201, description = "Signed in.", body = Session), SignInProblems),
)]
pub async fn create(
    State(state): State<ApiState>,
    knock: Knock<SignIn>,
) -> Result<(StatusCode, Json<Session>), Problem> {
    Ok((status::CREATED, Json(app::sessions::create(&state.app, &knock.context, knock.body).await?)))
}

/// Who the caller is.
#[utoipa::path(
    get,
    path = "/sessions/current",
    operation_id = "getCurrentSession",
    tag = "sessions",
    responses((status = 200, description = "The caller.", body = CurrentSession), ReadProblems),
)]
pub async fn current(State(state): State<ApiState>, caller: Caller) -> Result<Json<CurrentSession>, Problem> {
    Ok(Json(app::sessions::current(&state.app, &caller.context).await?))
}

/// Signs out: the token is worthless from now on.
#[utoipa::path(
    delete,
    path = "/sessions/current",
    operation_id = "deleteCurrentSession",
    tag = "sessions",
    responses((status = 204, description = "Signed out."), ReadProblems),
)]
pub async fn end(State(state): State<ApiState>, caller: Caller) -> Result<StatusCode, Problem> {
    app::sessions::end(&state.app, &caller.context).await?;
    Ok(status::DONE)
}

/// The caller's sessions, the newest first.
#[utoipa::path(
    get,
    path = "/sessions",
    operation_id = "listSessions",
    tag = "sessions",
    responses((status = 200, description = "All that stand.", body = Page<OwnSession>), ReadProblems),
)]
pub async fn list(State(state): State<ApiState>, caller: Caller) -> Result<Json<Page<OwnSession>>, Problem> {
    Ok(Json(app::sessions::list(&state.app, &caller.context).await?))
}

/// Ends one of the caller's sessions. One that is over already is no error.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    operation_id = "deleteSession",
    tag = "sessions",
    params(("id" = SessionId, Path)),
    responses((status = 204, description = "It is over."), ReadProblems),
)]
pub async fn end_one(
    State(state): State<ApiState>,
    Id(id): Id<SessionId>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    app::sessions::end_one(&state.app, &caller.context, id).await?;
    Ok(status::DONE)
}

/// Ends all of the caller's sessions but this one.
#[utoipa::path(
    post,
    path = "/sessions/end-others",
    operation_id = "endOtherSessions",
    tag = "sessions",
    responses((status = 200, description = "They are over.", body = SessionsEnded), OwnAccessProblems),
)]
pub async fn end_others(State(state): State<ApiState>, deed: Deed) -> Result<Json<SessionsEnded>, Problem> {
    Ok(Json(app::sessions::end_others(&state.app, &deed.context).await?))
}

/// Signs somebody out everywhere.
#[utoipa::path(
    post,
    path = "/staff/{id}/end-sessions",
    operation_id = "endStaffSessions",
    tag = "admin",
    params(("id" = StaffId, Path)),
    responses((status = 200, description = "They are over.", body = SessionsEnded), OwnAccessProblems),
)]
pub async fn end_all_of(
    State(state): State<ApiState>,
    Id(id): Id<StaffId>,
    deed: Deed,
) -> Result<Json<SessionsEnded>, Problem> {
    Ok(Json(app::sessions::end_all_of(&state.app, &deed.context, id).await?))
}

/// Proves again who the caller is: what is signed asks for it.
#[utoipa::path(
    post,
    path = "/sessions/current/authentication",
    operation_id = "reauthenticate",
    tag = "sessions",
    request_body = Proof,
    responses((status = 200, description = "Done.", body = CurrentSession), OwnAccessProblems),
)]
pub async fn reauthenticate(
    State(state): State<ApiState>,
    input: Input<Proof>,
) -> Result<Json<CurrentSession>, Problem> {
    Ok(Json(app::sessions::reauthenticate(&state.app, &input.context, input.body).await?))
}

/// Opens one run to its courier, by link and PIN.
#[utoipa::path(
    post,
    path = "/courier-sessions",
    operation_id = "createCourierSession",
    tag = "sessions",
    security(()),
    request_body = CourierSignIn,
    responses((status = 201, description = "Signed in.", body = CourierSession), SignInProblems),
)]
pub async fn create_courier(
    State(state): State<ApiState>,
    knock: Knock<CourierSignIn>,
) -> Result<(StatusCode, Json<CourierSession>), Problem> {
    Ok((status::CREATED, Json(app::sessions::create_courier(&state.app, &knock.context, knock.body).await?)))
}

/// Opens one consultation to an invited observer.
#[utoipa::path(
    post,
    path = "/observer-sessions",
    operation_id = "createObserverSession",
    tag = "sessions",
    security(()),
    request_body = ObserverSignIn,
    responses((status = 201, description = "Signed in.", body = ObserverSession), SignInProblems),
)]
pub async fn create_observer(
    State(state): State<ApiState>,
    knock: Knock<ObserverSignIn>,
) -> Result<(StatusCode, Json<ObserverSession>), Problem> {
    Ok((status::CREATED, Json(app::sessions::create_observer(&state.app, &knock.context, knock.body).await?)))
}

/// How a guest stands: waiting, or let in. Whoever was sent away is signed out.
#[utoipa::path(
    get,
    path = "/observer-sessions/current",
    operation_id = "getGuestStanding",
    tag = "sessions",
    responses((status = 200, description = "Of the guest who asks.", body = GuestStanding), ReadProblems),
)]
pub async fn guest_standing(State(state): State<ApiState>, caller: Caller) -> Result<Json<GuestStanding>, Problem> {
    Ok(Json(app::invitations::standing(&state.app, &caller.context).await?))
}
