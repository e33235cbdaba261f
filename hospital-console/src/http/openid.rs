//! `/session/openid…`: a sign-in at the hospital's identity provider. What the relay sealed when it began lies in a cookie of this browser until the provider's answer
//! comes back, so that no other browser can bring that answer. The provider sends people to a page, and the page's script asks here: no address that can be opened
//! from elsewhere signs anybody in.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yunzhen_runtime::clock;

use super::api::{add_source, source};
use super::session::{Peer, bodyless, open, with_cookies};
use super::{AppState, pass, problem_of};
use crate::problems;

/// What the provider gave the browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Brought {
    code: String,
    state: String,
    #[serde(default)]
    iss: Option<String>,
}

/// The same with what the cookie holds.
#[derive(Serialize)]
struct ForRelay<'a> {
    flow: &'a str,
    code: &'a str,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
}

/// The relay's answer to who begins.
#[derive(Deserialize)]
struct Begun {
    url: String,
    flow: String,
    expires_at: Timestamp,
}

/// What the page needs of it.
#[derive(Serialize)]
struct ForPage {
    url: String,
}

pub async fn begin(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    begun(&app, peer, &headers, "/api/openid-sessions/begin", &body).await
}

/// Whoever is signed in proves it again.
pub async fn begin_proof(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    begun(&app, peer, &headers, "/api/sessions/current/openid-authentication/begin", &body).await
}

async fn begun(app: &AppState, peer: Peer, headers: &HeaderMap, path: &'static str, body: &[u8]) -> Response {
    let mut for_relay = bodyless(app, headers);
    add_source(&mut for_relay, source(headers, peer.0, app.behind_proxy));
    let answer = match app.relay.exchange(Method::POST, path, for_relay, Some(body.to_vec())).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(refused) => return pass(refused.map(Body::from)),
        Err(error) => return problem_of(&error).answer(headers),
    };
    let Ok(Begun { url, flow, expires_at }) = serde_json::from_slice(answer.body()) else {
        tracing::error!(path, "the relay's answer to the beginning of a sign-in cannot be read");
        return problems::INTERNAL.answer(headers);
    };
    let seconds = expires_at.as_second() - clock::now_timestamp().as_second();
    let Some(cookie) = app.cookies.openid(&flow, seconds.max(1)) else {
        tracing::error!(path, "what the relay sealed does not fit into a cookie");
        return problems::INTERNAL.answer(headers);
    };
    with_cookies((StatusCode::OK, axum::Json(ForPage { url })).into_response(), [Some(cookie)])
}

/// Signs in whoever comes back from the provider.
pub async fn sign_in(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    let Some(for_relay) = brought(&app, &headers, &body) else {
        return problems::SIGN_IN_NOT_BEGUN.answer(&headers);
    };
    let answer = open(&app, peer, &headers, "/api/openid-sessions", &for_relay).await;
    with_cookies(answer, [app.cookies.end_openid()])
}

/// The person before the page has proved it again.
pub async fn prove(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    let Some(body) = brought(&app, &headers, &body) else {
        return problems::SIGN_IN_NOT_BEGUN.answer(&headers);
    };
    let mut for_relay = bodyless(&app, &headers);
    add_source(&mut for_relay, source(&headers, peer.0, app.behind_proxy));
    let path = "/api/sessions/current/openid-authentication";
    let answer = match app.relay.exchange(Method::POST, path, for_relay, Some(body)).await {
        Ok(answer) => pass(answer.map(Body::from)),
        Err(error) => return problem_of(&error).answer(&headers),
    };
    with_cookies(answer, [app.cookies.end_openid()])
}

/// The body for the relay; none where this browser began nothing, or what it brings cannot be read.
fn brought(app: &AppState, headers: &HeaderMap, body: &[u8]) -> Option<Vec<u8>> {
    let flow = app.cookies.openid_of(headers)?;
    let Brought { code, state, iss } = serde_json::from_slice(body).ok()?;
    serde_json::to_vec(&ForRelay { flow, code: &code, state: &state, iss: iss.as_deref() }).ok()
}
