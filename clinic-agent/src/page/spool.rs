//! `/page/spool`: vital signs, notes and photos, on disk before the answer, whatever the link does.

use super::api::rfc3339;
use super::session::Nurse;
use super::{AppState, problems};
use crate::spool::{BedAndName, DismissReason, Dismissal, Entry, Kind, SpoolError, State as EntryState, entry_id};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::problem::Language;

/// Entries shown; the open ones are always among them.
const SHOWN: usize = 200;

/// What the page sends. No `Debug`: it holds medical text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    kind: Kind,
    resident_id: Uuid,
    #[serde(default)]
    whose: Option<BedAndName>,
    body: Value,
}

/// `POST /page/spool`.
pub async fn save(
    State(app): State<AppState>,
    nurse: Nurse,
    headers: HeaderMap,
    body: Result<Json<NewEntry>, JsonRejection>,
) -> Response {
    let Some(key) = key_of(&headers) else { return problems::KEY_MISSING.answer(&headers) };
    let NewEntry { kind, resident_id, whose, body } = match body {
        Ok(Json(entry)) => entry,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return problems::BODY_TOO_LARGE.answer(&headers);
        }
        Err(_) => return problems::BAD_REQUEST.answer(&headers),
    };
    if !is_plausible(kind, &body) || !whose.as_ref().is_none_or(BedAndName::is_plausible) {
        return problems::BAD_REQUEST.answer(&headers);
    }
    let now = clock::now_timestamp();
    let entry = Entry {
        id: entry_id(now, &clock::random_bytes()),
        key,
        kind,
        resident_id,
        whose,
        author: nurse.session.staff_id,
        language: Some(Language::of(&headers).tag().to_owned()),
        body,
        state: EntryState::Saved,
        created_at: now,
        problem: None,
        dismissal: None,
    };
    match app.spool.save(entry).await {
        Ok((entry, _)) => (StatusCode::CREATED, Json(json!({ "id": entry.id, "state": entry.state }))).into_response(),
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// `GET /page/spool`: newest first, without those that a person let go.
pub async fn list(State(app): State<AppState>, _nurse: Nurse, headers: HeaderMap) -> Response {
    match app.spool.entries().await {
        Ok(mut entries) => {
            entries.retain(|(_, entry)| entry.state != EntryState::Dismissed);
            let decided = entries.iter().filter(|(_, entry)| !entry.state.is_open()).count();
            let mut skip = decided.saturating_sub(SHOWN);
            let shown = entries.iter().filter(|(_, entry)| {
                let skipped = skip > 0 && !entry.state.is_open();
                skip -= usize::from(skipped);
                !skipped
            });
            let mut items: Vec<Value> = shown.map(|(_, entry)| item(entry)).collect();
            items.reverse();
            Json(json!({ "items": items, "next": null })).into_response()
        }
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// Why a refused entry goes no further.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dismiss {
    reason: DismissReason,
}

/// `POST /page/spool/{id}/dismiss`: needs no idempotency key, saying it twice is saying it once.
pub async fn dismiss(
    State(app): State<AppState>,
    nurse: Nurse,
    id: Result<Path<Uuid>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
    body: Result<Json<Dismiss>, JsonRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NO_SUCH_ENTRY.answer(&headers) };
    let Ok(Json(Dismiss { reason })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    let by = nurse.session.staff_id;
    match app.spool.dismiss(id, Dismissal { reason, by, at: clock::now_timestamp() }).await {
        Ok(()) => {
            tracing::info!(%id, ?reason, %by, "a refused spool entry was let go");
            StatusCode::NO_CONTENT.into_response()
        }
        Err(SpoolError::Misplaced(_)) => problems::ENTRY_NOT_RETURNED.answer(&headers),
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// A returned entry comes with what was typed (a document's content is not among it), so that it can be put right; an entry about a dose always does, so that
/// without a link nobody gives it twice.
fn item(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "kind": entry.kind,
        "resident_id": entry.resident_id,
        "whose": entry.whose,
        "state": entry.state,
        "created_at": rfc3339(entry.created_at),
        "problem": entry.problem,
        "body": (entry.state == EntryState::Refused || entry.kind == Kind::Dose).then_some(&entry.body),
    })
}

/// The page's key for what it sends.
pub fn key_of(headers: &HeaderMap) -> Option<String> {
    headers.get("idempotency-key").and_then(|key| key.to_str().ok()).filter(|key| is_key(key)).map(str::to_owned)
}

/// A key as the relay takes it too.
fn is_key(key: &str) -> bool {
    (8..=100).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The outer form only: what is plausible inside is the relay's rule, and its refusal is shown on the entry.
fn is_plausible(kind: Kind, body: &Value) -> bool {
    match kind {
        Kind::Observations => body["readings"].as_array().is_some_and(|readings| !readings.is_empty()),
        Kind::Note => body["text"].as_str().is_some_and(|text| !text.trim().is_empty()),
        Kind::Document => ["title", "content_base64"]
            .iter()
            .all(|field| body[*field].as_str().is_some_and(|text| !text.trim().is_empty())),
        Kind::Dose => body["prescription_id"].is_string() && body["item_no"].is_u64() && body["at"].is_string(),
        // Made by this box only: when the nurse has counted, or confirmed whose it is.
        Kind::Receipt | Kind::Ecg => false,
    }
}
