//! `/api/…` over the link and back, as the signed-in nurse; streams stream, until she holds the tablet no more. When there is no link, the last good answer to
//! what a nurse reads most is given with the time at which it was true.

use super::session::{Holding, forget, holding, until_closed};
use super::{AppState, problems};
use crate::link::http::LinkDown;
use crate::link::relay::bearer;
use crate::spool::store::ANSWER_BYTES;
use crate::spool::{Answer, Session};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use jiff::Timestamp;
use serde_json::{Value, json};
use yunzhen_runtime::clock;

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
    let session = match holding(&app, &head.headers).await {
        Ok(Holding::Open(session)) => session,
        Ok(Holding::Locked(session)) if is_open_calls(&head.method, &head.uri) => {
            return calls_of_a_locked_tablet(&app, &session, &head.headers).await;
        }
        Ok(Holding::Locked(_)) => return problems::TABLET_LOCKED.answer(&head.headers),
        Ok(Holding::Nobody) => return problems::SIGNED_OUT.answer(&head.headers),
        Err(error) => return problems::of_spool(&error).answer(&head.headers),
    };
    let path = head.uri.path_and_query().map_or("/api", |path| path.as_str()).to_owned();
    let kept =
        (head.method == Method::GET && is_kept(head.uri.path()) && !is_search(head.uri.query())).then(|| path.clone());
    let mut relayed = Request::new(match within_limit(&head.headers, body, app.body_bytes).await {
        Ok(body) => body,
        Err(problem) => return problem.answer(&head.headers),
    });
    *relayed.method_mut() = head.method;
    *relayed.uri_mut() = match path.parse() {
        Ok(uri) => uri,
        Err(_) => return problems::NOT_FOUND.answer(&head.headers),
    };
    *relayed.headers_mut() = for_relay(&app, &head.headers);
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
                _ if is_stream(&answer) => pass(answer.map(|body| while_open(app, head.headers, body))),
                _ => pass(answer),
            }
        }
        Err(LinkDown) => match kept {
            Some(path) => stale(&app, &session, path, &head.headers).await,
            None => problems::LINK_DOWN.answer(&head.headers),
        },
    }
}

/// What goes on while the page listens.
fn is_stream(answer: &axum::http::Response<Body>) -> bool {
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// A stream that ends when the tablet is locked or its nurse signed out: nobody listens to a record over the shoulder of who left. A page that is opened again asks anew.
fn while_open(app: AppState, asked_with: HeaderMap, body: Body) -> Body {
    let closed = until_closed(app, asked_with, |holding| matches!(holding, Holding::Open(_)));
    Body::from_stream(body.into_data_stream().take_until(closed))
}

/// A body that is known to fit; a chunked one is read to find out (there is no streaming upload in this API).
async fn within_limit(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Body, yunzhen_runtime::web::problem::Problem> {
    if !headers.contains_key(header::CONTENT_LENGTH) && !headers.contains_key(header::TRANSFER_ENCODING) {
        return Ok(Body::empty());
    }
    match Limited::new(body, most).collect().await {
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

/// The residents' calls that go on.
fn is_open_calls(method: &Method, uri: &Uri) -> bool {
    *method == Method::GET && uri.path() == "/api/urgent-calls" && uri.query() == Some("open=true")
}

/// What a locked tablet knows of a call: what it takes to ring, and to say from which bed and since when. A field that is not named here never shows on it.
const SHOWN_LOCKED: [&str; 10] =
    ["id", "version", "state", "triage", "home_id", "home_name", "home_phone", "bed", "raised_at", "pressed_at"];

/// A call without whose it is, who was called, and what may be done about it. Lists that the page goes through are empty.
fn without_whose(call: &Value) -> Value {
    let mut shown: serde_json::Map<String, Value> =
        SHOWN_LOCKED.iter().filter_map(|field| Some(((*field).to_owned(), call.get(*field)?.clone()))).collect();
    for list in ["shared_by", "called", "steps", "allowed"] {
        shown.insert(list.to_owned(), json!([]));
    }
    Value::Object(shown)
}

/// A locked tablet rings: which bed calls and since when, without whose it is and what may be done about it.
async fn calls_of_a_locked_tablet(app: &AppState, session: &Session, asked_with: &HeaderMap) -> Response {
    let asked = app.link.exchange(Method::GET, "/api/urgent-calls?open=true", bearer(&session.token), Vec::new()).await;
    let calls = asked.ok().filter(|answer| answer.status().is_success());
    let calls = calls.and_then(|answer| serde_json::from_slice::<Value>(answer.body()).ok()).map(|page| {
        let items = page.get("items").and_then(Value::as_array).into_iter().flatten();
        json!({ "items": items.map(without_whose).collect::<Vec<_>>(), "next": page.get("next") })
    });
    match calls {
        Some(page) => Json(page).into_response(),
        None => problems::LINK_DOWN.answer(asked_with),
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
fn for_relay(app: &AppState, browser: &HeaderMap) -> HeaderMap {
    let mut headers: HeaderMap =
        FORWARDED.iter().filter_map(|name| browser.get(name).map(|value| (name.clone(), value.clone()))).collect();
    if let Some(bearer) = app.cookies.bearer(browser) {
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

    #[test]
    fn a_field_that_a_call_gets_later_does_not_show_on_a_locked_tablet() {
        let call = json!({ "id": "c", "bed": "301-1", "state": "raised", "raised_at": "2026-11-23T02:00:00.000Z", "triage": "unknown",
            "resident": { "name": "王秀英" }, "answered_by": { "name": "li" }, "steps": [{ "state": "raised" }], "diagnosis": "x" });
        let shown = json!({ "id": "c", "bed": "301-1", "state": "raised", "raised_at": "2026-11-23T02:00:00.000Z", "triage": "unknown",
            "shared_by": [], "called": [], "steps": [], "allowed": [] });
        assert_eq!(without_whose(&call), shown);
    }
}
