//! Link, spool, media, measuring devices and buttons in one document, whole each time.

use super::AppState;
use super::api::rfc3339;
use super::session::{Holding, holding};
use crate::link::state::{Refusal, State as LinkState};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use yunzhen_protocol::control::RadioSignal;

/// Changes within this time are told together.
const GATHER: Duration = Duration::from_millis(100);
/// A comment now and then, so that the page and everything between notices a dead connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Sentences about this box that do not pass by themselves (a spool file that was set aside).
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<Vec<String>>>);

impl Health {
    /// Adds a sentence; it stays until the program ends.
    pub fn note(&self, sentence: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(sentence);
    }

    fn notes(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `GET /page/status`.
pub async fn status(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let signed_in = is_held(&app, &headers).await;
    Json(document(&app, signed_in).await).into_response()
}

/// A nurse holds this tablet, also while it is locked: the document has nothing of a record, and a button at a bed must be heard.
async fn is_held(app: &AppState, headers: &HeaderMap) -> bool {
    matches!(holding(app, headers).await, Ok(Holding::Open(_) | Holding::Locked(_)))
}

/// `GET /page/status/events`: the document now and whenever it changed.
pub async fn events(
    State(app): State<AppState>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watching = Watching {
        link: app.link.status(),
        spool: app.spool.changes(),
        media: app.outbox.watch_shown(),
        devices: app.devices.watch(),
        buttons: app.buttons.watch(),
        modems: app.modems.watch(),
        last: Value::Null,
        app,
        headers,
    };
    let stream = futures_util::stream::unfold(watching, |mut watching| async move {
        let event = watching.next().await?;
        Some((Ok(event), watching))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT))
}

struct Watching {
    app: AppState,
    /// Of the page: who signed out meanwhile is told of the link only.
    headers: HeaderMap,
    link: tokio::sync::watch::Receiver<crate::link::LinkStatus>,
    spool: tokio::sync::watch::Receiver<u64>,
    media: tokio::sync::watch::Receiver<crate::outbox::session::Shown>,
    devices: tokio::sync::watch::Receiver<crate::devices::source::Shown>,
    buttons: tokio::sync::watch::Receiver<crate::buttons::Shown>,
    modems: tokio::sync::watch::Receiver<Vec<RadioSignal>>,
    last: Value,
}

impl Watching {
    async fn next(&mut self) -> Option<Event> {
        loop {
            self.link.borrow_and_update();
            self.spool.borrow_and_update();
            self.media.borrow_and_update();
            self.devices.borrow_and_update();
            self.buttons.borrow_and_update();
            self.modems.borrow_and_update();
            let document = document(&self.app, is_held(&self.app, &self.headers).await).await;
            if document != self.last {
                let event = Event::default().event("status").data(document.to_string());
                self.last = document;
                return Some(event);
            }
            let changed = tokio::select! {
                changed = self.link.changed() => changed,
                changed = self.spool.changed() => changed,
                changed = self.media.changed() => changed,
                changed = self.devices.changed() => changed,
                changed = self.buttons.changed() => changed,
                changed = self.modems.changed() => changed,
            };
            changed.ok()?;
            tokio::time::sleep(GATHER).await;
        }
    }
}

/// What anyone on the network may see is the link; the rest is for a nurse who is signed in.
async fn document(app: &AppState, signed_in: bool) -> Value {
    let link = app.link.status().borrow().clone();
    let words = link.words();
    let state = match link.state {
        LinkState::Connected { .. } => "connected",
        LinkState::Connecting { attempt: 0..=1, .. } | LinkState::Offline { attempt: 0, refused: None, .. } => {
            "connecting"
        }
        LinkState::Connecting { .. } | LinkState::Offline { .. } | LinkState::Draining => "offline",
    };
    let mut document = json!({
        "link": { "state": state, "words_zh": words.zh, "words_en": words.en, "since": rfc3339(link.since), "rtt_ms": link.rtt_ms },
    });
    // No wait mends it: the page promises no call that comes back.
    if link.state.refusal() == Some(Refusal::Revoked) {
        document["link"]["revoked"] = true.into();
    }
    if link.paths.len() > 1 {
        let each = link.paths.iter().map(|path| {
            let words = path.words();
            json!({
                "name": path.name,
                "words_zh": words.zh,
                "words_en": words.en,
                "carries_picture": path.carries_picture,
            })
        });
        document["link"]["paths"] = each.collect::<Vec<Value>>().into();
    }
    let signals = app.modems.watch().borrow().clone();
    if !signals.is_empty() {
        let each = signals.iter().map(|signal| {
            let (zh, en) = crate::modem::words::words(signal);
            json!({ "name": signal.path, "words_zh": zh, "words_en": en })
        });
        document["link"]["signals"] = each.collect::<Vec<Value>>().into();
    }
    if !signed_in {
        return document;
    }
    document["spool"] = match app.spool.counts().await {
        Ok(counts) => json!({
            "saved": counts.saved,
            "sent": counts.sent,
            "received": counts.received,
            "failed": counts.failed,
            "oldest_saved_at": counts.oldest_saved_at.map(rfc3339),
        }),
        Err(error) => json!({ "saved": 0, "sent": 0, "received": 0, "failed": 0, "error": error.to_string() }),
    };
    document["media"] = serde_json::to_value(app.outbox.shown()).unwrap_or_default();
    let mut devices = super::devices::standing(&app.devices.shown());
    // How many wait and which is the newest: enough for the page to know when to fetch the list again.
    match app.spool.readings().await {
        Ok(readings) => {
            let mut waiting = readings.iter().filter(|reading| reading.state.is_waiting());
            devices["waiting"] = waiting.clone().count().into();
            devices["newest"] = json!(waiting.next_back().map(|reading| reading.id));
        }
        Err(error) => devices["error"] = error.to_string().into(),
    }
    document["devices"] = devices;
    document["buttons"] = super::buttons::standing(&app.buttons.shown());
    document["notes"] = app.health.notes().into();
    document
}
