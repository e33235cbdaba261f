//! Recordings of consultations: start, stop, list, try again, watch.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::stream;

use crate::app;
use crate::app::recordings::Media;
use crate::app::views::Page;
use crate::app::views::codes::{ConsultationId, RecordingId};
use crate::app::views::recordings::Recording;
use crate::http::ApiState;
use crate::http::document::{CommandProblems, IdempotencyHeader, OptionalIdempotencyHeader, ReadProblems};
use crate::http::extract::{Caller, Command, Deed, Id};
use crate::http::problem::{Problem, status};

/// Most of one answer to a request for a range, and of one piece of a whole file. Players ask for the next when they have shown it.
const PIECE: usize = 1024 * 1024;

/// What a request's `Range` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Everything: there is none, or one that this server does not serve in parts.
    Whole,
    /// From here so many bytes.
    Part(u64, usize),
    /// Bytes that the file does not have.
    Beyond,
}

/// RFC 9110, section 14: one range of bytes. A range is answered by at most [`PIECE`] of it; several, and other units, by the whole.
fn wanted(range: Option<&str>, total: u64) -> Wanted {
    let Some(range) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else { return Wanted::Whole };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let (from, to) = match (first.trim(), last.trim()) {
        ("", "") => return Wanted::Whole,
        ("", suffix) => match number(suffix) {
            Some(0) => return Wanted::Beyond,
            Some(suffix) => (total.saturating_sub(suffix), total),
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(from) => (from, total),
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(from), Some(last)) if from <= last => (from, last.saturating_add(1).min(total)),
            (..) => return Wanted::Whole,
        },
    };
    if from >= total {
        return Wanted::Beyond;
    }
    Wanted::Part(from, usize::try_from(to - from).unwrap_or(PIECE).min(PIECE))
}

/// The recordings of a consultation, oldest first, with how far each has come.
#[utoipa::path(
    get,
    path = "/consultations/{id}/recordings",
    operation_id = "listRecordings",
    tag = "consultations",
    params(("id" = ConsultationId, Path)),
    responses((status = 200, description = "All of the consultation.", body = Page<Recording>), ReadProblems),
)]
pub async fn list(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    caller: Caller,
) -> Result<Json<Page<Recording>>, Problem> {
    Ok(Json(app::recordings::list(&state.app, &caller.context, id).await?))
}

/// Nothing to say.
#[derive(Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecording {}

/// Records the home's side from now on, when the resident's consent to recordings is in force. The home's box makes it at full quality and brings it beside the
/// call and after it; it ends with the consultation, and at once when the consent is taken back.
#[utoipa::path(
    post,
    path = "/consultations/{id}/recordings",
    operation_id = "startRecording",
    tag = "consultations",
    params(("id" = ConsultationId, Path), IdempotencyHeader),
    request_body = NewRecording,
    responses((status = 201, description = "Asked for.", body = Recording), CommandProblems),
)]
pub async fn start(
    State(state): State<ApiState>,
    Id(id): Id<ConsultationId>,
    command: Command<NewRecording>,
) -> Result<(StatusCode, Json<Recording>), Problem> {
    let home = app::recordings::home_of(&state.app, &command.context, id).await?;
    let recorder = state.rooms.recorder(id, home).await;
    let recording = app::recordings::start(&state.app, &command.context, id, recorder).await?;
    // Also when it is asked once more under the same key: a box that records goes on.
    state.rooms.order_recordings(home).await;
    Ok((status::CREATED, Json(recording)))
}

/// Stops a recording. What the home's box has of it comes as the link allows.
#[utoipa::path(
    post,
    path = "/recordings/{id}/stop",
    operation_id = "stopRecording",
    tag = "consultations",
    params(("id" = RecordingId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "Stopped.", body = Recording), CommandProblems),
)]
pub async fn stop(
    State(state): State<ApiState>,
    Id(id): Id<RecordingId>,
    command: Deed,
) -> Result<Json<Recording>, Problem> {
    let (home, recording) = app::recordings::stop(&state.app, &command.context, id).await?;
    state.rooms.order_recordings(home).await;
    Ok(Json(recording))
}

/// Has a recording put together that could not be, time after time: the disk of recordings has room again. One that was kept, or is on its way, stays as it is.
#[utoipa::path(
    post,
    path = "/recordings/{id}/retry",
    operation_id = "retryRecording",
    tag = "consultations",
    params(("id" = RecordingId, Path), OptionalIdempotencyHeader),
    responses((status = 200, description = "It is tried again.", body = Recording), CommandProblems),
)]
pub async fn retry(
    State(state): State<ApiState>,
    Id(id): Id<RecordingId>,
    command: Deed,
) -> Result<Json<Recording>, Problem> {
    Ok(Json(app::recordings::assembly::retry(&state.app, &command.context, id).await?))
}

/// The file of a recording, as a whole or in ranges. Opening it is audited.
#[utoipa::path(
    get,
    path = "/recordings/{id}/media",
    operation_id = "getRecordingMedia",
    tag = "consultations",
    params(("id" = RecordingId, Path)),
    responses(
        (status = 200, description = "The file.", content_type = "video/mp4", body = String),
        (status = 206, description = "A part of it, at most 1 MiB.", content_type = "video/mp4", body = String),
        (status = 416, description = "The file ends before."),
        ReadProblems
    ),
)]
pub async fn media(
    State(state): State<ApiState>,
    Id(id): Id<RecordingId>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media = app::recordings::media(&state.app, &caller.context, id).await?;
    let total = media.movie.bytes;
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    Ok(match wanted(range, total) {
        Wanted::Part(from, len) => status::movie_part(media.read(from, len).await?, from, total),
        Wanted::Beyond => status::movie_beyond(total),
        Wanted::Whole => status::movie(axum::body::Body::from_stream(whole(media)), total),
    })
}

/// Piece by piece, each read when the one before it has left.
fn whole(media: Media) -> impl stream::Stream<Item = Result<Vec<u8>, app::AppError>> {
    stream::try_unfold((media, 0), move |(media, at): (Media, u64)| async move {
        if at >= media.movie.bytes {
            return Ok(None);
        }
        let piece = media.read(at, PIECE).await?;
        let next = at + piece.len() as u64;
        Ok(Some((piece, (media, next))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_players_send_them() {
        let total = 3 * PIECE as u64;
        for (range, expected) in [
            (None, Wanted::Whole),
            (Some("bytes=0-"), Wanted::Part(0, PIECE)),
            (Some("bytes=0-1"), Wanted::Part(0, 2)),
            (Some("bytes=100-99"), Wanted::Whole),
            (Some("bytes=3145727-"), Wanted::Part(total - 1, 1)),
            (Some("bytes=3145728-"), Wanted::Beyond),
            (Some("bytes=-5"), Wanted::Part(total - 5, 5)),
            (Some("bytes=-99999999"), Wanted::Part(0, PIECE)),
            (Some("bytes=-0"), Wanted::Beyond),
            (Some("bytes=0-18446744073709551615"), Wanted::Part(0, PIECE)),
            (Some("bytes=0-1,5-6"), Wanted::Whole),
            (Some("lines=0-1"), Wanted::Whole),
            (Some("bytes=x-"), Wanted::Whole),
        ] {
            assert_eq!(wanted(range, total), expected, "{range:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Beyond);
    }
}
