//! `/api/…` over the link and back, as the signed-in nurse; streams stream. When there is no link, the last good answer to
//! what a nurse reads most is given with the time at which it was true.

use super::session::{forget, known};
use super::{AppState, problems};
use crate::link::http::LinkDown;
use crate::spool::store::ANSWER_BYTES;
use crate::spool::{Answer, Session};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jiff::Timestamp;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::cookies;

/// When the answer was true, on an answer from this box's disk.
pub const STALE_SINCE: HeaderName = HeaderName::from_static("stale-since");

/// What the relay is told of a browser's request. All else (cookies, the token against forged requests) ends here.
const FORWARDED: [HeaderName; 8] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_NONE_MATCH,
    header::USER_AGENT,
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

/// The handler of `/api/*`.
pub async fn forward(State(app): State<AppState>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let session = match known(&app, &head.headers).await {
        Ok(Some(session)) => session,
        Ok(None) => return problems::SIGNED_OUT.answer(&head.headers),
        Err(error) => return problems::of_spool(&error).answer(&head.headers),
    };
    let path = head.uri.path_and_query().map_or("/api", |path| path.as_str()).to_owned();
    let kept =
        (head.method == Method::GET && is_kept(head.uri.path()) && !is_search(head.uri.query())).then(|| path.clone());
    let mut relayed = Request::new(match within_limit(&head.headers, body).await {
        Ok(body) => body,
        Err(problem) => return problem.answer(&head.headers),
    });
    *relayed.method_mut() = head.method;
    *relayed.uri_mut() = match path.parse() {
        Ok(uri) => uri,
        Err(_) => return problems::NOT_FOUND.answer(&head.headers),
    };
    *relayed.headers_mut() = for_relay(&head.headers);
    if kept.is_some() {
        // A kept answer must be whole, whatever the browser has.
        relayed.headers_mut().remove(header::IF_NONE_MATCH);
    }
    match app.link.request(relayed).await {
        Ok(answer) => {
            if answer.status() == StatusCode::UNAUTHORIZED {
                forget(&app, &session.token).await;
            }
            match kept {
                Some(path) if answer.status() == StatusCode::OK => keep(&app, path, answer, &head.headers).await,
                _ => pass(answer),
            }
        }
        Err(LinkDown) => match kept {
            Some(path) => stale(&app, &session, path, &head.headers).await,
            None => problems::LINK_DOWN.answer(&head.headers),
        },
    }
}

/// A body that is known to fit; a chunked one is read to find out (there is no streaming upload in this API).
async fn within_limit(headers: &HeaderMap, body: Body) -> Result<Body, yunzhen_runtime::web::problem::Problem> {
    if !headers.contains_key(header::CONTENT_LENGTH) && !headers.contains_key(header::TRANSFER_ENCODING) {
        return Ok(Body::empty());
    }
    match Limited::new(body, super::MAX_BODY).collect().await {
        Ok(whole) => Ok(Body::from(whole.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(problems::BODY_TOO_LARGE),
        Err(_) => Err(problems::BAD_REQUEST),
    }
}

/// What a nurse needs most when the link is gone: the round, a resident, today's consultations, deliveries, doses, recalls, and the one-key calls that
/// the hospital had: a reload must not make a call disappear that nobody has answered.
fn is_kept(path: &str) -> bool {
    let mut parts = path.trim_start_matches("/api/").split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("residents" | "consultations" | "deliveries" | "doses" | "recalls" | "urgent-calls"), None, None) => true,
        (Some("residents"), Some(id), None) => id.parse::<uuid::Uuid>().is_ok(),
        _ => false,
    }
}

/// What was searched for is asked of the relay: kept, every text typed would push out a resident's chart.
fn is_search(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("q=")))
}

/// Reads the answer, keeps it, and passes it on.
async fn keep(app: &AppState, path: String, answer: axum::http::Response<Body>, asked: &HeaderMap) -> Response {
    let (head, body) = answer.into_parts();
    let whole = match Limited::new(body, 8 * ANSWER_BYTES).collect().await {
        Ok(whole) => whole.to_bytes(),
        Err(error) => {
            tracing::debug!(%error, "the relay's answer broke off");
            return problems::LINK_DOWN.answer(asked);
        }
    };
    if whole.len() <= ANSWER_BYTES
        && let Ok(text) = std::str::from_utf8(&whole)
    {
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let answer = Answer {
            at: clock::now_timestamp(),
            content_type: content_type.unwrap_or("application/json").to_owned(),
            body: text.to_owned(),
        };
        if let Err(error) = app.spool.keep_answer(path, answer).await {
            // Reading goes on; only the copy for offline days is older.
            tracing::warn!(%error, "an answer could not be kept for offline reading");
        }
    }
    pass(axum::http::Response::from_parts(head, Body::from(whole)))
}

/// The last good answer, or that there is none. Only for a nurse whose session this box knows.
async fn stale(app: &AppState, _session: &Session, path: String, asked: &HeaderMap) -> Response {
    match app.spool.answer(path).await {
        Ok(Some(Answer { at, content_type, body })) => {
            let mut response = body.into_response();
            let headers = response.headers_mut();
            if let Ok(kind) = HeaderValue::try_from(content_type) {
                headers.insert(header::CONTENT_TYPE, kind);
            }
            if let Ok(since) = HeaderValue::try_from(rfc3339(at)) {
                headers.insert(STALE_SINCE, since);
            }
            response
        }
        Ok(None) => problems::LINK_DOWN.answer(asked),
        Err(error) => problems::of_spool(&error).answer(asked),
    }
}

/// The one form of time in our JSON.
pub fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The headers of a request to the relay: those that pass, and the nurse's token.
fn for_relay(browser: &HeaderMap) -> HeaderMap {
    let mut headers: HeaderMap =
        FORWARDED.iter().filter_map(|name| browser.get(name).map(|value| (name.clone(), value.clone()))).collect();
    if let Some(bearer) = cookies::bearer(browser) {
        headers.insert(header::AUTHORIZATION, bearer);
    }
    // The body was read whole: hyper writes its own length.
    headers.remove(header::CONTENT_LENGTH);
    headers
}

/// The relay's answer for the browser.
pub fn pass(answer: axum::http::Response<Body>) -> Response {
    let (mut head, body) = answer.into_parts();
    for name in HOP_BY_HOP {
        head.headers.remove(name);
    }
    axum::http::Response::from_parts(head, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_offline_reading() {
        let id = "0190a5f0-0000-7000-8000-000000000001";
        let resident = format!("/api/residents/{id}");
        for kept in ["/api/residents", "/api/consultations", "/api/deliveries", "/api/urgent-calls", &resident] {
            assert!(is_kept(kept), "{kept}");
        }
        let (call, readings) = (format!("/api/urgent-calls/{id}"), format!("{resident}/observations"));
        for not in ["/api/events", "/api/residents/x", "/api/drugs", &call, &readings] {
            assert!(!is_kept(not), "{not}");
        }
        assert!(is_search(Some("home_id=x&q=wgl")) && !is_search(Some("state=waiting")) && !is_search(None));
    }
}
