//! Signing in and out.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app;
use crate::app::views::sessions::{
    CourierSession, CourierSignIn, CurrentSession, ObserverSession, ObserverSignIn, Session, SignIn,
};
use crate::http::ApiState;
use crate::http::document::{ReadProblems, SignInProblems};
use crate::http::extract::{Caller, Knock};
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
