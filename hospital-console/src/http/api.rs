//! `/api/…`: to the relay and back, as the signed-in person. Nothing is read, kept or changed on the way, and streams stream.

use std::net::SocketAddr;

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use yunzhen_runtime::web::cookies;

use super::{AppState, pass, problem_of};
use crate::problems;
use crate::relay_client::MAX_BODY;

/// What the relay is told of a browser's request. All else (cookies, the token against forged requests) ends here.
const FORWARDED: [HeaderName; 10] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::USER_AGENT,
    header::CACHE_CONTROL,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
];

/// Headers that speak about one connection, and cookies, which are this page's own affair.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::SET_COOKIE,
    HeaderName::from_static("keep-alive"),
];

pub async fn forward(State(app): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > MAX_BODY as u64 {
        return problems::BODY_TOO_LARGE.answer(&head.headers);
    }
    let mut headers = for_relay(&head.headers);
    if let Some(ConnectInfo(peer)) = head.extensions.get::<ConnectInfo<SocketAddr>>() {
        add_source(&mut headers, *peer);
    }
    let path = head.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/api"));
    match app.relay.send(head.method, path, headers, body).await {
        Ok(answer) => pass(answer.map(Body::new)),
        Err(error) => problem_of(&error).answer(&head.headers),
    }
}

/// The headers of a request to the relay: those that pass, and the person's token.
pub fn for_relay(browser: &HeaderMap) -> HeaderMap {
    let mut headers: HeaderMap =
        FORWARDED.iter().filter_map(|name| browser.get(name).map(|value| (name.clone(), value.clone()))).collect();
    if let Some(bearer) = cookies::bearer(browser) {
        headers.insert(header::AUTHORIZATION, bearer);
    }
    headers
}

/// Where the browser is, for the relay's throttling: what the browser itself says about it never gets this far.
pub fn add_source(headers: &mut HeaderMap, peer: SocketAddr) {
    if let Ok(value) = HeaderValue::try_from(peer.ip().to_string()) {
        headers.insert(HeaderName::from_static("x-forwarded-for"), value);
    }
}

/// The headers of an answer that are meant for the browser.
pub fn end_to_end(relay: &HeaderMap) -> HeaderMap {
    let mut headers = relay.clone();
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    headers
}
