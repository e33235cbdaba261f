//! What the API says when it says no: RFC 9457, with what the person can do. The one place that knows status codes.
//!
//! Handlers return a [`Problem`], which only carries the cause; [`render`] writes it in the reader's language. Nothing internal is told: a cause
//! that is ours to mend is logged here and reads "try again" outside.

use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::fhir::search::BadParameter;
use yunzhen_domain::registry::difference::Difference;
use yunzhen_rtc::{ConnectError, PatchError};

use super::fhir;
use super::words::{self, Words};
use crate::app::{AppError, Conflict};
use crate::rooms::CameraError;

/// `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `https://yunzhen.dev/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What went wrong, in a few words of the reader's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What went wrong here.
    pub detail: String,
    /// Stable code for programs.
    pub code: String,
    /// What the person can do.
    pub action: String,
    /// Which fields are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Both values of a record that two people changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictBody>,
}

/// What two people made of one record, for a person to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Conflict)]
pub struct ConflictBody {
    /// The version this person saw.
    pub seen: i64,
    /// The version to send with the choice.
    pub current: i64,
    /// Where they differ.
    pub fields: Vec<ConflictField>,
}

/// One field in which they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConflictField {
    /// Name of the field.
    pub field: String,
    /// As this person sent it.
    pub mine: serde_json::Value,
    /// As it is on record.
    pub theirs: serde_json::Value,
    /// As this person had seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<serde_json::Value>,
}

impl From<&Conflict> for ConflictBody {
    fn from(conflict: &Conflict) -> Self {
        let field = |d: &Difference| ConflictField {
            field: d.field.to_owned(),
            mine: d.mine.expose().clone(),
            theirs: d.theirs.expose().clone(),
            seen: d.seen.as_ref().map(|seen| seen.expose().clone()),
        };
        Self {
            seen: conflict.seen,
            current: conflict.current,
            fields: conflict.differences.iter().map(field).collect(),
        }
    }
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Path into the body, as `readings[0].value`.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// Why a request is answered with no.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A use case said no.
    #[error(transparent)]
    App(#[from] AppError),
    /// No believable program or no session.
    #[error("unauthenticated")]
    Unauthenticated,
    /// No such route, id or leg.
    #[error("no such place")]
    NoSuchPlace,
    /// The method is not one of this place.
    #[error("method not allowed")]
    Method,
    /// The query cannot be read.
    #[error("query: {0}")]
    Query(String),
    /// A search parameter of the FHIR interface cannot be taken.
    #[error("parameter {}: {}", .0.name, .0.en)]
    Parameter(BadParameter),
    /// The body cannot be read.
    #[error("body: {0}")]
    Body(String),
    /// The body is no JSON, or not all of it.
    #[error("no JSON at line {line}, column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 0, where nothing was sent.
        column: usize,
    },
    /// A field of the body cannot be read.
    #[error("field {path}: {message}")]
    Field {
        /// Where.
        path: String,
        /// What.
        message: String,
    },
    /// The body is larger than allowed.
    #[error("body too large")]
    TooLarge,
    /// The body is of another type.
    #[error("the body must be {0}")]
    MediaType(&'static str),
    /// A command without its key.
    #[error("no idempotency key")]
    KeyMissing,
    /// A leg could not join.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A fragment could not be applied.
    #[error(transparent)]
    Patch(#[from] PatchError),
    /// The home's camera could not be switched.
    #[error(transparent)]
    Camera(#[from] CameraError),
}

/// An answer that says no.
#[derive(Debug)]
pub struct Problem(Fault);

impl<F: Into<Fault>> From<F> for Problem {
    fn from(fault: F) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// Writes problems in the reader's language; the outermost layer of every router.
pub async fn render(request: Request, next: Next) -> Response {
    let english = prefers_english(request.headers());
    let as_fhir = fhir::is_below(request.uri().path());
    let (method, path) = (request.method().clone(), request.extensions().get::<axum::extract::MatchedPath>().cloned());
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Arc<Fault>>() else { return response };
    let words = words::of(&fault);
    let path = path.as_ref().map_or("", |path| path.as_str());
    if words.status.is_server_error() {
        tracing::error!(%method, path, code = words.code, cause = %fault, "request failed");
    } else {
        tracing::debug!(%method, path, code = words.code, "request refused");
    }
    metrics::counter!("yunzhen_problems_total", "code" => words.code).increment(1);
    if as_fhir { fhir::refusal(words, english) } else { written(words, english) }
}

fn written(words: Words, english: bool) -> Response {
    let pick = |pair: (String, String)| if english { pair.1 } else { pair.0 };
    let body = ProblemBody {
        kind: format!("https://yunzhen.dev/problems/{}", words.code),
        title: pick(words.title),
        status: words.status.as_u16(),
        detail: pick(words.detail),
        code: words.code.to_owned(),
        action: pick(words.action),
        fields: words.fields.into_iter().map(|(path, message)| FieldProblem { path, message: pick(message) }).collect(),
        conflict: words.conflict,
    };
    let mut response = (words.status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = words.retry_after_seconds {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Chinese unless English is asked for before it.
fn prefers_english(headers: &HeaderMap) -> bool {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_lowercase();
    let place = |tag: &str| wanted.find(tag).unwrap_or(usize::MAX);
    place("en") < place("zh")
}

/// Statuses and heads of answers that say yes.
pub mod status {
    use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION};
    use axum::http::{HeaderValue, StatusCode};
    use axum::response::{IntoResponse, Response};
    use yunzhen_rtc::Patched;

    /// Made; the body is it.
    pub const CREATED: StatusCode = StatusCode::CREATED;
    /// Done; nothing to say.
    pub const DONE: StatusCode = StatusCode::NO_CONTENT;
    /// Done.
    pub const OK: StatusCode = StatusCode::OK;

    /// The bytes of a document: shown, never run, not kept by caches on the way.
    pub fn document(media_type: &str, sha256: &str, bytes: Vec<u8>) -> Response {
        let mut response = (StatusCode::OK, bytes).into_response();
        let headers = response.headers_mut();
        let etag = format!("\"{sha256}\"");
        for (name, value) in [
            ("content-type", media_type),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", "inline"),
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("cache-control", "private, no-store"),
            ("etag", &etag),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(axum::http::HeaderName::from_static(name), value);
            }
        }
        response
    }

    /// The whole file of a recording: shown, not kept by caches on the way.
    pub fn movie(body: axum::body::Body, total: u64) -> Response {
        let mut response = (StatusCode::OK, body).into_response();
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(total));
        of_movie(response)
    }

    /// A part of it, from a place.
    pub fn movie_part(bytes: Vec<u8>, from: u64, total: u64) -> Response {
        let last = (from + bytes.len() as u64).saturating_sub(1);
        let mut response = (StatusCode::PARTIAL_CONTENT, bytes).into_response();
        if let Ok(range) = HeaderValue::from_str(&format!("bytes {from}-{last}/{total}")) {
            response.headers_mut().insert(CONTENT_RANGE, range);
        }
        of_movie(response)
    }

    /// The file ends before.
    pub fn movie_beyond(total: u64) -> Response {
        let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
        if let Ok(range) = HeaderValue::from_str(&format!("bytes */{total}")) {
            response.headers_mut().insert(CONTENT_RANGE, range);
        }
        response
    }

    fn of_movie(mut response: Response) -> Response {
        for (name, value) in [
            ("content-type", "video/mp4"),
            ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", "inline"),
            ("cache-control", "private, no-store"),
        ] {
            let name = axum::http::HeaderName::from_static(name);
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }

    /// An SDP answer with the leg's place and name.
    pub fn answer(sdp: String, location: &str, leg: &str) -> Response {
        let mut response = (StatusCode::CREATED, sdp).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/sdp"));
        for (name, value) in [(LOCATION.as_str(), location), ("Leg-Id", leg)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap_or(LOCATION), value);
            }
        }
        response
    }

    /// A file to look at, to print and to keep under a name: whoever opens it later needs nothing of this site. `attachment` would leave the button
    /// "open" with a blank tab; the button "download" says so itself.
    pub fn file(kind: &'static str, name: &str, body: axum::body::Body) -> Response {
        let mut response = (StatusCode::OK, body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
            response.headers_mut().insert(CONTENT_DISPOSITION, value);
        }
        response
    }

    /// Candidates taken, or the new credentials of a restart.
    pub fn patched(patched: Patched) -> Response {
        match patched {
            Patched::Trickled => StatusCode::NO_CONTENT.into_response(),
            Patched::Restarted { sdpfrag } => {
                let mut response = (StatusCode::OK, sdpfrag).into_response();
                let kind = HeaderValue::from_static("application/trickle-ice-sdpfrag");
                response.headers_mut().insert(CONTENT_TYPE, kind);
                response
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_that_is_meant_to_be_opened_opens() {
        let answer = status::file("application/pdf", "visit-2026-11-23.pdf", axum::body::Body::empty());
        let said = answer.headers().get(axum::http::header::CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
        assert_eq!(said, Some("inline; filename=\"visit-2026-11-23.pdf\""));
    }

    #[test]
    fn chinese_comes_first_unless_english_is_asked_for() {
        let headers = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            headers
        };
        assert!(!prefers_english(&HeaderMap::new()));
        assert!(!prefers_english(&headers("zh-CN,zh;q=0.9,en;q=0.8")));
        assert!(prefers_english(&headers("en-GB,en;q=0.9,zh;q=0.1")));
        assert!(!prefers_english(&headers("de")));
    }
}
