//! Live changes as server-sent events, resumable: `id` is the audit sequence number, `Last-Event-ID` goes on after it.
//!
//! A stream ends with what it was opened by: the token, the account, its role and home. It looks at each change and once a second, because a session also ends by the
//! clock and may be ended through another relay; a page whose session goes on under another token comes back with that one.
//!
//! `event: boxes` says that a box came or went. It is no part of the record and has no id: a listener that comes back reads the boxes anew.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::watch;
use yunzhen_runtime::clock;

use crate::app::views::events::Change;
use crate::app::{self, App, AppError, Context};
use crate::http::ApiState;
use crate::http::document::ReadProblems;
use crate::http::extract::Caller;
use crate::http::problem::{Fault, Problem};

/// Keeps proxies and the box's link from closing a quiet stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// So long at most somebody who may not listen any more goes on.
const LOOK: Duration = Duration::from_secs(1);
/// A listener that missed more than this reads everything anew; that costs less than hearing each change.
const MAX_REPLAY: i64 = 5_000;

/// What changes, as it changes, as far as the caller may know. Resumes after `Last-Event-ID`; `event: reset` when that is too old; `event: boxes`, for
/// whom `listBoxes` answers, when a box came or went.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "streamEvents",
    tag = "events",
    params(("Last-Event-ID" = Option<i64>, Header, description = "The last sequence number that was seen.")),
    responses((status = 200, description = "Stream of events; the schema is that of each `data` of `event: change`.", content_type = "text/event-stream", body = Change), ReadProblems),
)]
pub async fn stream(
    State(state): State<ApiState>,
    headers: HeaderMap,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    let changes = state.app.changes();
    let newest = app::events::newest(&state.app).await?;
    let resumes = headers.contains_key("Last-Event-ID");
    let (seen, reset) = match headers.get("Last-Event-ID") {
        None => (newest, false),
        Some(value) => {
            let seen: Option<i64> = value.to_str().ok().and_then(|text| text.parse().ok());
            match seen.ok_or_else(|| Fault::Query("Last-Event-ID".into()))? {
                seen if (0..=newest).contains(&seen) && newest - seen <= MAX_REPLAY => (seen, false),
                _ => (newest, true),
            }
        }
    };
    // Refused here rather than as an empty stream.
    app::events::after(&state.app, &caller.context, newest).await?;
    let first = reset.then(|| Ok(Event::default().event("reset").id(seen.to_string()).data("{}")));
    let mut boxes = app::admin::may_see_boxes(&caller.context).then(|| state.app.presence.boxes_changed());
    if let (true, Some(boxes)) = (resumes, &mut boxes) {
        // What came and went in between was told to nobody.
        boxes.mark_changed();
    }
    let listener = Listener { app: state.app, context: caller.context, changes, boxes, seen, behind: true };
    Ok(Sse::new(stream::iter(first).chain(listener.into_stream())).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Listener {
    app: App,
    context: Context,
    changes: watch::Receiver<i64>,
    /// For whom the boxes may be listed.
    boxes: Option<watch::Receiver<()>>,
    seen: i64,
    behind: bool,
}

impl Listener {
    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let batch = listener.next_batch().await?;
            Some((stream::iter(batch.into_iter().map(Ok)), listener))
        })
        .flatten()
    }

    /// What happened next; `None` ends the stream and the client comes back with its last id.
    async fn next_batch(&mut self) -> Option<Vec<Event>> {
        let mut told = Vec::new();
        if !self.behind {
            told.extend(self.woken().await?);
        }
        self.changes.mark_unchanged();
        // Who was signed out in between, or may hear of something else now, hears nothing more.
        if self.may_listen().await != Some(true) {
            return None;
        }
        match app::events::after(&self.app, &self.context, self.seen).await {
            Ok(batch) => {
                self.seen = batch.last_seq;
                self.behind = batch.more;
                told.extend(batch.changes.iter().map(event));
                Some(told)
            }
            Err(error) => {
                tracing::warn!(%error, "a live stream ends because the record cannot be read");
                None
            }
        }
    }

    /// Waits until something may have to be told; that of the boxes is the event. None: nobody listens any more.
    async fn woken(&mut self) -> Option<Option<Event>> {
        loop {
            tokio::select! {
                changed = self.changes.changed() => return changed.ok().map(|()| None),
                changed = boxes_changed(&mut self.boxes) => {
                    return changed.ok().map(|()| Some(Event::default().event("boxes").data("{}")));
                }
                () = tokio::time::sleep(LOOK) => {
                    // While the record cannot be read there is nothing to tell either.
                    if self.may_listen().await == Some(false) {
                        return None;
                    }
                }
            }
        }
    }

    /// Whether the token still speaks for who opened the stream; none where that cannot be found out.
    async fn may_listen(&self) -> Option<bool> {
        let (token, through_box) = (self.context.session_token.expose(), self.context.through_box);
        let (watching, now) = (app::sessions::Errand::Watching, clock::now_timestamp());
        match app::sessions::authenticate(&self.app, token, through_box, watching, now).await {
            Ok(actor) => Some(actor == self.context.actor),
            Err(
                AppError::Unauthenticated
                | AppError::SessionRevoked(_)
                | AppError::SecondFactorMissing
                | AppError::PasswordToBeSet,
            ) => Some(false),
            Err(error) => {
                tracing::warn!(%error, "whether a live stream may go on could not be found out");
                None
            }
        }
    }
}

async fn boxes_changed(boxes: &mut Option<watch::Receiver<()>>) -> Result<(), watch::error::RecvError> {
    match boxes {
        Some(boxes) => boxes.changed().await,
        None => std::future::pending().await,
    }
}

fn event(change: &Change) -> Event {
    Event::default().event("change").id(change.seq.to_string()).json_data(change).unwrap_or_default()
}
