//! `/page/devices`: what measuring devices sent and nobody has confirmed yet. A reading reaches a resident's record only through
//! [`confirm`], and then through the spool like everything the nurse writes.

use super::api::rfc3339;
use super::session::Nurse;
use super::{AppState, problems};
use crate::devices::gatt::FILE;
use crate::devices::inbox::read_file;
use crate::devices::queue::Admission;
use crate::devices::reading::{DeviceName, DiscardReason, Outcome, State as ReadingState};
use crate::devices::source::Shown;
use crate::devices::words::words;
use crate::devices::{Arrival, Reading};
use crate::spool::{BedAndName, Confirmation, SpoolError, entry_id};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use yunzhen_runtime::clock;
use yunzhen_runtime::web::problem::Language;

/// `GET /page/devices`: how the devices stand, and the readings that wait, newest first.
pub async fn list(State(app): State<AppState>, _nurse: Nurse, headers: HeaderMap) -> Response {
    match app.spool.readings().await {
        Ok(readings) => {
            let waiting: Vec<Value> =
                readings.iter().rev().filter(|reading| reading.state.is_waiting()).map(item).collect();
            let mut document = standing(&app.devices.shown());
            document["readings"] = waiting.into();
            document["dropped"] =
                readings.iter().filter(|reading| reading.state == ReadingState::Dropped).count().into();
            Json(document).into_response()
        }
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// How the devices stand, as the status and the list show it.
pub fn standing(shown: &Shown) -> Value {
    let words = words(shown.condition);
    let failure = shown
        .failure
        .as_ref()
        .map(|failure| json!({ "device": failure.device, "at": rfc3339(failure.at), "remarks": failure.remarks }));
    json!({
        "state": shown.condition.name(),
        "works": shown.condition.works(),
        "words_zh": words.zh,
        "words_en": words.en,
        "failure": failure,
    })
}

fn item(reading: &Reading) -> Value {
    json!({
        "id": reading.id,
        "device": reading.device,
        "profile": reading.profile,
        "arrived_at": rfc3339(reading.arrived_at),
        "measured_at": rfc3339(reading.measured_at),
        "basis": reading.basis,
        "clock_offset_ms": reading.clock_offset_ms,
        "values": reading.values,
        "leads": reading.recording.as_ref().map(|recording| &recording.leads),
        "remarks": reading.remarks,
    })
}

/// `GET /page/devices/readings/{id}/recording`: the curve of one ECG that waits.
pub async fn recording(
    State(app): State<AppState>,
    _nurse: Nurse,
    id: Result<Path<Uuid>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NO_SUCH_READING.answer(&headers) };
    match app.spool.readings().await {
        Ok(readings) => match readings.into_iter().find(|r| r.id == id).and_then(|r| r.recording) {
            Some(recording) => Json(recording).into_response(),
            None => problems::NO_SUCH_READING.answer(&headers),
        },
        Err(error) => problems::of_spool(&error).answer(&headers),
    }
}

/// `POST /page/devices/recordings`: a recorder's file that the nurse brought, as it is. It waits like what a device sent by itself.
pub async fn take_file(State(app): State<AppState>, _nurse: Nurse, headers: HeaderMap, file: Bytes) -> Response {
    let at = clock::now_timestamp();
    let device = DeviceName { address: String::new(), name: "心电图文件 ECG file".to_owned() };
    let arrival = Arrival { device, characteristic: FILE, frame: file.to_vec(), clock: None, at };
    match read_file(&arrival, &TimeZone::UTC, entry_id(at, &clock::random_bytes())) {
        Err(faults) => {
            let fields: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
            tracing::info!(?fields, "a file that was brought is no ECG");
            problems::NO_ECG.answer(&headers)
        }
        Ok(reading) => match app.spool.take_reading(reading).await {
            Ok(Admission::Taken { .. }) => StatusCode::CREATED.into_response(),
            Ok(Admission::Repeated) => problems::ECG_REPEATED.answer(&headers),
            Err(error) => problems::of_spool(&error).answer(&headers),
        },
    }
}

/// Whose a reading is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    resident_id: Uuid,
    #[serde(default)]
    whose: Option<BedAndName>,
}

/// `POST /page/devices/readings/{id}/confirm`: needs no idempotency key, the reading's own id is one.
pub async fn confirm(
    State(app): State<AppState>,
    nurse: Nurse,
    id: Result<Path<Uuid>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
    body: Result<Json<Whose>, JsonRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NO_SUCH_READING.answer(&headers) };
    let Ok(Json(Whose { resident_id, whose })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    if !whose.as_ref().is_none_or(BedAndName::is_plausible) {
        return problems::BAD_REQUEST.answer(&headers);
    }
    let at = clock::now_timestamp();
    let author = nurse.session.staff_id;
    let entry_id = entry_id(at, &clock::random_bytes());
    let language = Language::of(&headers).tag().to_owned();
    match app.spool.confirm_reading(Confirmation { id, resident_id, whose, author, language, entry_id, at }).await {
        Ok(Outcome::Changed(_) | Outcome::Repeated) => {
            (StatusCode::CREATED, Json(json!({ "id": id, "state": "saved" }))).into_response()
        }
        Err(error) => refused(&error, &headers),
    }
}

/// Why a reading is nobody's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    reason: DiscardReason,
}

/// `POST /page/devices/readings/{id}/discard`.
pub async fn discard(
    State(app): State<AppState>,
    _nurse: Nurse,
    id: Result<Path<Uuid>, axum::extract::rejection::PathRejection>,
    headers: HeaderMap,
    body: Result<Json<Discard>, JsonRejection>,
) -> Response {
    let Ok(Path(id)) = id else { return problems::NO_SUCH_READING.answer(&headers) };
    let Ok(Json(Discard { reason })) = body else { return problems::BAD_REQUEST.answer(&headers) };
    match app.spool.discard_reading(id, reason).await {
        Ok(()) => {
            tracing::info!(%id, ?reason, "a device's reading was discarded");
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(&error, &headers),
    }
}

/// What another tablet decided is no fault of this box.
fn refused(error: &SpoolError, headers: &HeaderMap) -> Response {
    match error {
        SpoolError::UnknownReading(_) => problems::NO_SUCH_READING.answer(headers),
        SpoolError::Decided(decided) => match decided.state {
            ReadingState::Confirmed { .. } => problems::READING_CONFIRMED,
            ReadingState::Discarded { .. } | ReadingState::Dropped | ReadingState::Waiting => problems::READING_GONE,
        }
        .answer(headers),
        other => problems::of_spool(other).answer(headers),
    }
}
