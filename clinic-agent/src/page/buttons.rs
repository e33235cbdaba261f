//! `/page/buttons`: what the buttons at the beds are doing, and that a nurse has seen a call of theirs.

use super::api::rfc3339;
use super::session::Nurse;
use super::{AppState, problems};
use crate::buttons::source::Shown;
use crate::buttons::words::words;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use uuid::Uuid;

/// How the buttons stand, as the status shows it.
pub fn standing(shown: &Shown) -> Value {
    let worst = shown.worst();
    let words = words(worst);
    let calls: Vec<Value> = shown
        .calls
        .iter()
        .map(|call| {
            json!({
                "id": call.id,
                "bed": call.bed,
                "pressed_at": rfc3339(call.pressed_at),
                "state": call.standing.name(),
            })
        })
        .collect();
    json!({
        "state": worst.map_or("off", |device| device.condition.name()),
        "works": worst.is_some_and(|device| device.condition.works()),
        "words_zh": words.zh,
        "words_en": words.en,
        "unknown_keys": shown.unknown,
        "calls": calls,
    })
}

/// `POST /page/buttons/calls/{id}/seen`: a nurse goes to the bed; the box does not repeat the call any more.
pub async fn seen(
    State(app): State<AppState>,
    nurse: Nurse,
    id: Result<Path<Uuid>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NOT_FOUND.answer(&headers) };
    if !app.buttons.seen(id).await {
        return problems::NOT_FOUND.answer(&headers);
    }
    tracing::info!(%id, staff = %nurse.session.staff_id, "a nurse has seen a button's call");
    StatusCode::NO_CONTENT.into_response()
}
