//! `POST /page/deliveries/{id}/receipt`: the nurse has counted a parcel. The box signs it and writes it to disk before anything is said; with a link the relay's
//! word is waited for, without one the code is checked against what the relay said before.

use super::session::Nurse;
use super::{AppState, problems};
use crate::receipts::Refusal;
use crate::spool::{DismissReason, Dismissal, Entry, Kind, SpoolError, State as EntryState, entry_id};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;
use yunzhen_domain::ids::{DeliveryId, StaffId};
use yunzhen_domain::receipt::Receipt;
use yunzhen_domain::records::Count;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::problem::{Language, Problem};

/// So long the page waits for the relay's word; then the receipt is on disk and arrives later.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReceipt {
    parcel_code: String,
    counts: Vec<Count>,
    #[serde(default)]
    celsius: Option<f64>,
    #[serde(default)]
    comment: Option<String>,
}

/// The handler.
pub async fn receive(
    State(app): State<AppState>,
    nurse: Nurse,
    id: Result<Path<Uuid>, PathRejection>,
    headers: HeaderMap,
    body: Result<Json<NewReceipt>, JsonRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NOT_FOUND.answer(&headers) };
    let Some(key) = super::spool::key_of(&headers) else { return problems::KEY_MISSING.answer(&headers) };
    let Ok(Json(input)) = body else { return problems::BAD_REQUEST.answer(&headers) };
    match entry_of(&app, &key).await {
        // The page asks again: what was signed stays what was signed.
        Ok(Some(entry)) if entry.kind == Kind::Receipt && entry.resident_id == id => {}
        Ok(Some(_)) => return problems::of_spool(&SpoolError::KeyReused).answer(&headers),
        Ok(None) => {
            if let Err(problem) = keep(&app, &nurse, id, &key, Language::of(&headers), input).await {
                return problem.answer(&headers);
            }
        }
        Err(error) => return problems::of_spool(&error).answer(&headers),
    }
    decided(&app, &nurse, &key, &headers).await
}

/// Signs it and writes it to disk.
async fn keep(
    app: &AppState,
    nurse: &Nurse,
    id: Uuid,
    key: &str,
    language: Language,
    input: NewReceipt,
) -> Result<(), Problem> {
    let now = clock::now_timestamp();
    let offline = app.link.open().borrow().is_none();
    let author = nurse.session.staff_id;
    let Some(home) = app.receipts.home() else { return Err(problems::NOT_FOUND) };
    let receipt = Receipt {
        parcel_code: input.parcel_code,
        counts: input.counts,
        celsius: input.celsius,
        comment: input.comment,
        offline,
        ..Receipt::new(DeliveryId::from_uuid(id), home, StaffId::from_uuid(author), now)
    };
    if offline {
        match app.receipts.check(&receipt).await {
            Ok(Ok(())) => {}
            Ok(Err(refusal)) => return Err(words(refusal)),
            Err(error) => return Err(problems::of_spool(&error)),
        }
    }
    let jws = app.receipts.sign(&receipt).map_err(|error| {
        tracing::error!(%error, "a receipt could not be signed");
        problems::NOT_SIGNED
    })?;
    let entry = Entry {
        id: entry_id(now, &clock::random_bytes()),
        key: key.to_owned(),
        kind: Kind::Receipt,
        resident_id: id,
        whose: None,
        author,
        language: Some(language.tag().to_owned()),
        body: json!({ "jws": jws }),
        state: EntryState::Saved,
        created_at: now,
        problem: None,
        dismissal: None,
    };
    match app.spool.save(entry).await {
        // Pressed twice at once: the other press was first, and what it signed counts.
        Ok(_) | Err(SpoolError::KeyReused) => Ok(()),
        Err(error) => Err(problems::of_spool(&error)),
    }
}

const fn words(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Unknown => problems::PARCEL_UNKNOWN,
        Refusal::WrongCode { left } => problems::wrong_parcel_code(left),
        Refusal::Stopped => problems::PARCEL_STOPPED,
        Refusal::Temperature => problems::PARCEL_NOT_MEASURED,
        Refusal::Counts => problems::PARCEL_NOT_COUNTED,
        Refusal::TooMany => problems::PARCEL_TOO_MANY,
    }
}

async fn entry_of(app: &AppState, key: &str) -> Result<Option<Entry>, SpoolError> {
    let entries = app.spool.entries().await?;
    Ok(entries.into_iter().map(|(_, entry)| entry).find(|entry| entry.key == key))
}

/// The relay's word where it comes soon; else that the receipt is safe on this box.
async fn decided(app: &AppState, nurse: &Nurse, key: &str, headers: &HeaderMap) -> Response {
    let mut changes = app.spool.changes();
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            changes.borrow_and_update();
            match entry_of(app, key).await {
                Ok(Some(entry)) if entry.state.is_open() && app.link.open().borrow().is_some() => {}
                other => return other,
            }
            if changes.changed().await.is_err() {
                return entry_of(app, key).await;
            }
        }
    });
    let entry = match waited.await {
        Ok(entry) => entry,
        Err(_) => entry_of(app, key).await,
    };
    match entry {
        Ok(Some(entry)) if entry.state == EntryState::Refused => refused(app, nurse, entry).await,
        Ok(Some(entry)) => {
            let status = if entry.state.is_open() { StatusCode::ACCEPTED } else { StatusCode::OK };
            (status, Json(json!({ "id": entry.id, "state": entry.state }))).into_response()
        }
        Ok(None) => problems::NO_SUCH_ENTRY.answer(headers),
        Err(error) => problems::of_spool(&error).answer(headers),
    }
}

/// The nurse is still at the parcel and reads the relay's own words: the entry need not come back to her.
async fn refused(app: &AppState, nurse: &Nurse, entry: Entry) -> Response {
    let problem = entry.problem.clone().unwrap_or_else(|| json!({}));
    let status = problem.get("status").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let by = nurse.session.staff_id;
    let dismissal = Dismissal { reason: DismissReason::Corrected, by, at: clock::now_timestamp() };
    if let Err(error) = app.spool.dismiss(entry.id, dismissal).await {
        tracing::warn!(%error, "a refused receipt stays in the list");
    }
    let kind = [(axum::http::header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, problem.to_string()).into_response()
}
