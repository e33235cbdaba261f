//! Signing in and out.

use crate::app::views::sessions::{
    CourierSession, CourierSignIn, CurrentSession, ObserverSession, ObserverSignIn, Session, SignIn,
};
use crate::http::document::{ReadProblems, SignInProblems};

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
pub async fn create() {}

/// Who the caller is.
#[utoipa::path(
    get,
    path = "/sessions/current",
    operation_id = "getCurrentSession",
    tag = "sessions",
    responses((status = 200, description = "The caller.", body = CurrentSession), ReadProblems),
)]
pub async fn current() {}

/// Signs out: the token is worthless from now on.
#[utoipa::path(
    delete,
    path = "/sessions/current",
    operation_id = "deleteCurrentSession",
    tag = "sessions",
    responses((status = 204, description = "Signed out."), ReadProblems),
)]
pub async fn end() {}

/// Opens one delivery to its courier, by link and PIN.
#[utoipa::path(
    post,
    path = "/courier-sessions",
    operation_id = "createCourierSession",
    tag = "sessions",
    security(()),
    request_body = CourierSignIn,
    responses((status = 201, description = "Signed in.", body = CourierSession), SignInProblems),
)]
pub async fn create_courier() {}

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
pub async fn create_observer() {}
