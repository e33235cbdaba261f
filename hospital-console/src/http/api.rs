//! `/api/…`: to the relay and back, as the signed-in person. Nothing is read, kept or changed on the way, and streams stream.

use std::net::{IpAddr, SocketAddr};

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

use super::{AppState, pass, problem_of};
use crate::problems;

/// What the relay is told of a browser's request. All else (cookies, the token against forged requests) ends here.
const FORWARDED: [HeaderName; 12] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::RANGE,
    header::USER_AGENT,
    header::CACHE_CONTROL,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    // A page that asks with nobody before it says so.
    HeaderName::from_static("unattended"),
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
    let headers = for_relay(&app, request.headers());
    to_relay(&app, request, headers).await
}

/// `/api/pharmacy/v1/…`: to the relay and back for a pharmacy's own system, with the credential that it sends and never with a cookie.
pub async fn forward_system(State(app): State<AppState>, request: Request) -> Response {
    let mut headers = passed(request.headers());
    if let Some(credential) = request.headers().get(header::AUTHORIZATION) {
        headers.insert(header::AUTHORIZATION, credential.clone());
    }
    to_relay(&app, request, headers).await
}

async fn to_relay(app: &AppState, request: Request, mut headers: HeaderMap) -> Response {
    let (head, body) = request.into_parts();
    if body.size_hint().lower() > app.relay.body_bytes() as u64 {
        return problems::BODY_TOO_LARGE.answer(&head.headers);
    }
    if let Some(ConnectInfo(peer)) = head.extensions.get::<ConnectInfo<SocketAddr>>() {
        add_source(&mut headers, source(&head.headers, *peer, app.behind_proxy));
    }
    let path = head.uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/api"));
    match app.relay.send(head.method, path, headers, body).await {
        Ok(answer) => pass(answer.map(Body::new)),
        Err(error) => problem_of(&error).answer(&head.headers),
    }
}

/// The headers of a request to the relay: those that pass, and the person's token.
pub fn for_relay(app: &AppState, browser: &HeaderMap) -> HeaderMap {
    let mut headers = passed(browser);
    if let Some(bearer) = app.cookies.bearer(browser) {
        headers.insert(header::AUTHORIZATION, bearer);
    }
    headers
}

fn passed(from: &HeaderMap) -> HeaderMap {
    FORWARDED.iter().filter_map(|name| from.get(name).map(|value| (name.clone(), value.clone()))).collect()
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where the browser is. Behind a proxy, whose own address would make the whole hospital one source, that is the last entry of
/// `X-Forwarded-For`: the proxy wrote it. Everything before it, and all of it without a proxy, is what the browser says about itself.
pub fn source(browser: &HeaderMap, peer: SocketAddr, behind_proxy: bool) -> IpAddr {
    let told = browser.get_all(X_FORWARDED_FOR).iter().next_back().filter(|_| behind_proxy);
    let last = told.and_then(|value| value.to_str().ok()?.rsplit(',').next()).map(str::trim);
    let address = |text: &str| {
        let with_port = || text.parse().map(|address: SocketAddr| address.ip());
        text.parse::<IpAddr>().or_else(|_| with_port()).ok()
    };
    last.and_then(address).unwrap_or_else(|| peer.ip())
}

/// Where the browser is, for the relay's throttling.
pub fn add_source(headers: &mut HeaderMap, source: IpAddr) {
    if let Ok(value) = HeaderValue::try_from(source.to_string()) {
        headers.insert(X_FORWARDED_FOR, value);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_proxy_each_browser_is_a_source_and_none_chooses_its_own() {
        let peer: SocketAddr = "192.0.2.1:4000".parse().expect("an address");
        for (told, behind_proxy, expected) in [
            (&["198.51.100.7"][..], true, "198.51.100.7"),
            (&["6.6.6.6, 198.51.100.7"], true, "198.51.100.7"),
            (&["6.6.6.6", "7.7.7.7 ,198.51.100.8:51000"], true, "198.51.100.8"),
            (&["6.6.6.6, 2001:db8::7"], true, "2001:db8::7"),
            (&["6.6.6.6, [2001:db8::7]:443"], true, "2001:db8::7"),
            // What is no address is nobody's.
            (&["6.6.6.6, unknown"], true, "192.0.2.1"),
            (&["6.6.6.6,"], true, "192.0.2.1"),
            (&[], true, "192.0.2.1"),
            (&["198.51.100.7"], false, "192.0.2.1"),
        ] {
            let lines = told.iter().map(|line| (X_FORWARDED_FOR, HeaderValue::from_static(line)));
            let headers: HeaderMap = lines.fold(HeaderMap::new(), |mut headers, (name, value)| {
                headers.append(name, value);
                headers
            });
            assert_eq!(source(&headers, peer, behind_proxy).to_string(), expected, "{told:?}");
        }
    }
}
