//! `/session/…`: the relay's token becomes a cookie that scripts cannot read, and back.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response as HttpResponse, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde_json::Value;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::csrf;

use super::api::{add_source, for_relay, source};
use super::{AppState, pass, problem_of};
use crate::problems;

pub(super) type Peer = ConnectInfo<SocketAddr>;

/// A session without an end of its own (courier, observer) ends with the day in the browser; the relay may end it sooner.
const LINK_SESSION_SECONDS: i64 = 24 * 3600;

pub async fn sign_in(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/sessions", &body).await
}

pub async fn courier(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/courier-sessions", &body).await
}

pub async fn observer(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/observer-sessions", &body).await
}

/// Signs in by a passkey alone.
pub async fn passkey(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/passkey-sessions", &body).await
}

/// Registers a passkey; the session goes on under another token.
pub async fn register_passkey(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/passkeys", &body).await
}

/// Removes a passkey; the session goes on under another token.
pub async fn remove_passkey(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/passkeys/remove", &body).await
}

/// Puts the second factor in force; the session goes on under another token.
pub async fn confirm_second_factor(
    State(app): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    open(&app, peer, &headers, "/api/second-factor/confirm", &body).await
}

/// Takes the second factor away; the session goes on under another token.
pub async fn remove_second_factor(
    State(app): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    open(&app, peer, &headers, "/api/second-factor/remove", &body).await
}

/// Sets another password; the session goes on under another token.
pub async fn change_password(State(app): State<AppState>, peer: Peer, headers: HeaderMap, body: Bytes) -> Response {
    open(&app, peer, &headers, "/api/password", &body).await
}

/// Ends all sessions of the person. When the others cannot be ended, the page says so and this one stays.
pub async fn sign_out_everywhere(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let path = "/api/sessions/end-others";
    match app.relay.exchange(Method::POST, path, bodyless(&app, &headers), None).await {
        Ok(answer) if answer.status().is_success() => sign_out(State(app), headers).await,
        Ok(refused) => pass(refused.map(Body::from)),
        Err(error) => problem_of(&error).answer(&headers),
    }
}

/// Who is signed in. A session that somebody ended ends in the browser as well. Of one that ran out the browser keeps the token for its time: who ends it after
/// all reaches the page that still shows what it read.
pub async fn me(State(app): State<AppState>, headers: HeaderMap) -> Response {
    if app.cookies.session_of(&headers).is_none() {
        return problems::SIGNED_OUT.answer(&headers);
    }
    match app.relay.exchange(Method::GET, "/api/sessions/current", for_relay(&app, &headers), None).await {
        Ok(answer) if was_ended(&answer) => with_cookies(pass(answer.map(Body::from)), [app.cookies.over(&headers)]),
        Ok(answer) => pass(answer.map(Body::from)),
        Err(error) => problem_of(&error).answer(&headers),
    }
}

/// Whether the relay says that somebody ended the session.
fn was_ended(answer: &HttpResponse<Bytes>) -> bool {
    let problem: Option<Value> = serde_json::from_slice(answer.body()).ok();
    let code = problem.as_ref().and_then(|problem| problem.get("code")?.as_str());
    answer.status() == StatusCode::UNAUTHORIZED && code == Some("session_revoked")
}

/// Ends the session at the relay and in the browser; in the browser also when the relay cannot be reached.
pub async fn sign_out(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let ended = app.relay.exchange(Method::DELETE, "/api/sessions/current", bodyless(&app, &headers), None).await;
    if let Err(error) = ended {
        tracing::warn!(%error, "a session was ended in the browser only; at the relay it ends when it expires");
    }
    with_cookies(StatusCode::NO_CONTENT.into_response(), [app.cookies.end_session()])
}

/// Exchanges credentials for a session. The token goes into the cookie and is taken out of the answer.
pub(super) async fn open(app: &AppState, peer: Peer, headers: &HeaderMap, path: &'static str, body: &[u8]) -> Response {
    let mut for_relay = bodyless(app, headers);
    add_source(&mut for_relay, source(headers, peer.0, app.behind_proxy));
    let answer = match app.relay.exchange(Method::POST, path, for_relay, Some(body.to_vec())).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(refused) => return pass(refused.map(Body::from)),
        Err(error) => return problem_of(&error).answer(headers),
    };
    let Some((token, seconds, rest)) = take_token(answer, clock::now_timestamp()) else {
        tracing::error!(path, "the relay's answer to a sign-in carries no token");
        return problems::INTERNAL.answer(headers);
    };
    let Some(session) = app.cookies.session(&token, seconds) else {
        tracing::error!(path, "the relay's token does not fit into a cookie");
        return problems::INTERNAL.answer(headers);
    };
    let answer = (StatusCode::OK, axum::Json(rest)).into_response();
    with_cookies(answer, [Some(session), app.cookies.csrf(&csrf::new_token())])
}

/// The token, its life in seconds, and the answer without it.
fn take_token(answer: HttpResponse<Bytes>, now: Timestamp) -> Option<(String, i64, Value)> {
    let mut value: Value = serde_json::from_slice(answer.body()).ok()?;
    let Value::String(token) = value.as_object_mut()?.remove("token")? else { return None };
    let expires: Option<Timestamp> = value.get("expires_at").and_then(Value::as_str).and_then(|t| t.parse().ok());
    let seconds = expires.map_or(LINK_SESSION_SECONDS, |at| at.as_second() - now.as_second());
    Some((token, seconds.max(1), value))
}

/// The headers for a request whose body is not the browser's.
pub(super) fn bodyless(app: &AppState, headers: &HeaderMap) -> HeaderMap {
    let mut headers = for_relay(app, headers);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_TYPE);
    headers
}

pub(super) fn with_cookies<const N: usize>(mut response: Response, cookies: [Option<HeaderValue>; N]) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(json: &str) -> HttpResponse<Bytes> {
        HttpResponse::new(Bytes::copy_from_slice(json.as_bytes()))
    }

    #[test]
    fn the_token_leaves_the_answer_and_its_life_is_that_of_the_session() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().expect("time");
        let json = r#"{"token":"t","expires_at":"2026-11-23T11:00:00.000Z","staff":{"id":"x"}}"#;
        let (token, seconds, rest) = take_token(answer(json), now).expect("token");
        assert_eq!((token.as_str(), seconds), ("t", 3600));
        assert_eq!(rest.to_string(), r#"{"expires_at":"2026-11-23T11:00:00.000Z","staff":{"id":"x"}}"#);
        let (_, seconds, _) = take_token(answer(r#"{"token":"t","delivery_id":"d"}"#), now).expect("token");
        assert_eq!(seconds, LINK_SESSION_SECONDS);
        for odd in ["", "[]", "{}", r#"{"token":1}"#] {
            assert!(take_token(answer(odd), now).is_none(), "{odd}");
        }
    }
}
