//! The routes for browsers on one page.

mod api;
mod openid;
mod session;
mod signing;
mod verification;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use yunzhen_certs::Trust;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_runtime::web::assets;
use yunzhen_runtime::web::cookies::CookiePolicy;
use yunzhen_runtime::web::csrf;
use yunzhen_runtime::web::headers::{self, Transport};
use yunzhen_runtime::web::moved;
use yunzhen_runtime::web::problem::Problem;

use crate::problems;
use crate::relay_client::{RelayClient, RelayError};

/// Credentials, or a key to be certified.
const MAX_OWN_BODY: usize = 64 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct AppState {
    /// The relay.
    pub relay: RelayClient,
    /// The signing authority, where there is one.
    pub signers: Option<Arc<IssuingAuthority>>,
    /// Who may issue certificates of those who sign: people, and boxes for receipts.
    pub documents: Arc<Trust>,
    /// Whether a proxy before the console says where browsers are.
    pub behind_proxy: bool,
    /// How cookies are marked.
    pub cookies: CookiePolicy,
}

/// All routes.
pub fn router(state: AppState) -> Router {
    let cookies = state.cookies;
    Router::new()
        .route("/session/sign-in", post(session::sign_in))
        .route("/session/sign-out", post(session::sign_out))
        .route("/session/me", get(session::me))
        .route("/session/courier", post(session::courier))
        .route("/session/observer", post(session::observer))
        .route("/session/passkey", post(session::passkey))
        .route("/session/passkeys", post(session::register_passkey))
        .route("/session/passkeys/remove", post(session::remove_passkey))
        .route("/session/openid", post(openid::sign_in))
        .route("/session/openid/begin", post(openid::begin))
        .route("/session/openid/proof", post(openid::prove))
        .route("/session/openid/proof/begin", post(openid::begin_proof))
        .route("/session/second-factor", post(session::confirm_second_factor))
        .route("/session/second-factor/remove", post(session::remove_second_factor))
        .route("/session/password", post(session::change_password))
        .route("/session/sign-out-everywhere", post(session::sign_out_everywhere))
        .route("/session/signing-certificate", post(signing::issue))
        .route("/session/verification", post(verification::verify))
        .route("/session/{*rest}", any(nothing_here))
        .route("/api/{*rest}", any(api::forward))
        .route("/fhir", any(moved::below_api))
        .route("/fhir/{*rest}", any(moved::below_api))
        .route("/healthz", get(|| async { "ok" }))
        .fallback(page)
        // What the console itself reads; what it forwards is bounded where it is forwarded.
        .layer(DefaultBodyLimit::max(MAX_OWN_BODY))
        .layer(middleware::from_fn_with_state(cookies, csrf::guard))
        // Behind the guard on purpose: a pharmacy's system has no cookies, and cookies mean nothing here.
        .route("/api/pharmacy/v1/{*rest}", any(api::forward_system))
        .layer(middleware::from_fn_with_state(Transport { tls: cookies.secure }, headers::secure))
        .with_state(state)
}

async fn nothing_here(request: HeaderMap) -> Response {
    problems::NOT_FOUND.answer(&request)
}

async fn page(State(_): State<AppState>, method: Method, uri: Uri, request: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return problems::NOT_FOUND.answer(&request);
    }
    assets::serve::<Web>(uri.path(), &request)
}

/// The built web application.
#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
struct Web;

/// What a person reads when the relay does not answer.
fn problem_of(error: &RelayError) -> Problem {
    match error {
        RelayError::Unreachable(_) => problems::RELAY_UNREACHABLE,
        RelayError::Timeout => problems::RELAY_TIMEOUT,
        RelayError::TooLarge => problems::BODY_TOO_LARGE,
        RelayError::Malformed(_) => problems::INTERNAL,
    }
}

/// An answer of the relay, as it is.
fn pass<B: Into<axum::body::Body>>(answer: axum::http::Response<B>) -> Response {
    let (mut head, body) = answer.into_parts();
    head.headers = api::end_to_end(&head.headers);
    axum::http::Response::from_parts(head, body.into()).into_response()
}
