//! `/page/urgent-calls`: a resident's button. Nobody is signed in at a bedside: the box speaks for its home, and its certificate says which that is.

use super::{AppState, api, problems};
use crate::buttons::Bed;
use crate::buttons::calls::Answer;
use crate::link::http::LinkDown;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

/// What the relay is told of the press.
const FORWARDED: [HeaderName; 2] = [header::ACCEPT_LANGUAGE, HeaderName::from_static("idempotency-key")];

/// Passes a press on, as `{"bed": …}` or `{"resident_id": …}`. A call is never kept for later: without the link whoever pressed hears at once that nobody was
/// reached, and whom to call instead.
pub async fn raise(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = pass_on(&app, Method::POST, "/api/urgent-calls", &headers, body.to_vec()).await;
    if let Answer::Refused(status) = Answer::of(answer.status().as_u16())
        && let Ok(Pressed { bed }) = serde_json::from_slice(&body)
    {
        app.buttons.refused(bed, status).await;
    }
    answer
}

/// What of a press is needed where the relay refuses it, as that of a bed that nobody has: somebody pressed all the same, and the nurses are to see it.
#[derive(Deserialize)]
struct Pressed {
    bed: Bed,
}

/// How far a call is, for the page at the bedside.
pub async fn progress(State(app): State<AppState>, Path(call): Path<Uuid>, headers: HeaderMap) -> Response {
    pass_on(&app, Method::GET, &format!("/api/urgent-calls/{call}/progress"), &headers, Vec::new()).await
}

async fn pass_on(app: &AppState, method: Method, path: &str, headers: &HeaderMap, body: Vec<u8>) -> Response {
    let mut asked = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    for name in FORWARDED {
        if let Some(value) = headers.get(&name) {
            asked.insert(name, value.clone());
        }
    }
    match app.link.exchange(method, path, asked, body).await {
        Ok(answer) => api::pass(answer.map(Body::from)),
        Err(LinkDown) => problems::LINK_DOWN_CALL.answer(headers),
    }
}
