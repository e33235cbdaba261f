//! Live changes as server-sent events, resumable.

use crate::app::views::events::Change;
use crate::http::document::ReadProblems;

/// What changes from now on, or since `Last-Event-ID`: `event: change` with a `Change`, `event: reset` when that id is too old, a comment every 15 s.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "streamEvents",
    tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The last sequence number that was seen.")),
    responses((status = 200, description = "Stream of events; the schema is that of each `data` of `event: change`.", content_type = "text/event-stream", body = Change), ReadProblems),
)]
pub async fn stream() {}
