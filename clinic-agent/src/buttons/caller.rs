//! The task that takes key events and calls the relay. [`super::press`] and [`super::calls`] decide, the rest is their driver. A press is on disk before the first
//! attempt and goes from there when it was heard or seen, so that the one that a power cut catches is repeated under its own key.

use super::calls::{Answer, Call, Calls, Press, Standing};
use super::press::{Effect, KeyEvent, Presses};
use super::settings::{Bed, ButtonSettings};
use super::source::{Condition, Device, Shown, Sink};
use crate::link::Link;
use crate::link::http::LinkDown;
use crate::spool::{Spool, SpoolError, entry_id};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;
use yunzhen_runtime::{Lifecycle, clock};

/// What pages may say at the same time; who comes later waits.
const PAGE_QUEUE: usize = 16;

/// A disk that hangs holds up no call longer than this.
const DISK_PATIENCE: Duration = Duration::from_secs(2);

/// What a page says.
enum FromPage {
    /// A nurse has seen a call.
    Seen { id: Uuid, known: oneshot::Sender<bool> },
    /// The relay refused a press of the button on a page.
    Refused { bed: Bed, status: u16 },
}

/// What the page asks: how the buttons stand, and which presses are not done with.
#[derive(Clone)]
pub struct Buttons {
    shown: watch::Sender<Shown>,
    pages: mpsc::Sender<FromPage>,
}

impl Buttons {
    /// Starts the tasks of the buttons; without any the box says that it has none. What was pressed before they were taken away is sent all the same.
    pub fn start(life: &Lifecycle, link: Link, spool: Spool, settings: &ButtonSettings) -> Self {
        let (pages, pages_rx) = mpsc::channel(PAGE_QUEUE);
        let devices = settings.inputs().into_iter().map(|input| Device { input, condition: Condition::Starting });
        let shown = watch::Sender::new(Shown { devices: devices.collect(), ..Shown::default() });
        let (sink, events) = Sink::new(shown.clone());
        if let Some(source) = super::source(settings) {
            life.spawn("buttons", source.run(sink, life.soft().clone()));
        }
        let driver = Driver {
            link,
            spool,
            shown: shown.clone(),
            presses: Presses::new(settings.beds()),
            calls: Calls::default(),
            begun: clock::now_instant(),
        };
        life.spawn("button calls", driver.run(life.clone(), events, pages_rx));
        Self { shown, pages }
    }

    /// How the buttons stand, and every change of it.
    pub fn watch(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    /// How the buttons stand.
    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// A nurse has seen a call: it is not repeated any more. `false` when there is no such call.
    pub async fn seen(&self, id: Uuid) -> bool {
        let (known, answer) = oneshot::channel();
        // A box without buttons, or one that is being stopped, has no calls.
        self.pages.send(FromPage::Seen { id, known }).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// The relay refused a call from the page of this bed, as one that nobody has: a nurse is to go and look.
    pub async fn refused(&self, bed: Bed, status: u16) {
        if self.pages.send(FromPage::Refused { bed, status }).await.is_err() {
            tracing::warn!(status, "the box is being stopped, and a call that was refused is not shown");
        }
    }
}

struct Driver {
    link: Link,
    spool: Spool,
    shown: watch::Sender<Shown>,
    presses: Presses,
    calls: Calls,
    begun: Instant,
}

impl Driver {
    async fn run(mut self, life: Lifecycle, mut events: mpsc::Receiver<KeyEvent>, mut pages: mpsc::Receiver<FromPage>) {
        self.take_up().await;
        let mut open = self.link.open();
        let mut sending = FuturesUnordered::new();
        loop {
            for call in self.calls.due(self.now()) {
                sending.push(raise(self.link.clone(), call));
            }
            self.show();
            let wait = self.calls.next_due().map(|at| at.saturating_sub(self.now()));
            tokio::select! {
                () = life.soft().cancelled() => break,
                Some(event) = events.recv() => self.take(event).await,
                Some(said) = pages.recv() => self.heard(said).await,
                Some((id, answer)) = sending.next() => {
                    self.calls.answered(id, answer, self.now(), clock::random_fraction());
                    // What was refused stays until a nurse has seen it.
                    if answer == Answer::Heard {
                        self.forget(id).await;
                    }
                }
                Ok(()) = open.changed() => {
                    if open.borrow_and_update().is_some() {
                        self.calls.link_returned(self.now());
                    }
                }
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
        let unheard = self.calls.all().iter().filter(|call| call.is_open()).count();
        if unheard > 0 {
            tracing::warn!(
                unheard,
                "the box is stopped before the relay has heard a button's call; it is kept and sent after the next start"
            );
        }
    }

    async fn heard(&mut self, said: FromPage) {
        match said {
            FromPage::Seen { id, known } => {
                let is_known = self.calls.seen(id);
                if is_known {
                    self.forget(id).await;
                }
                // Whether the page still waits for it is its own affair.
                let _ = known.send(is_known);
            }
            FromPage::Refused { bed, status } => {
                let at = clock::now_timestamp();
                let press = Press { id: entry_id(at, &clock::random_bytes()), bed, pressed_at: at };
                self.calls.refused_on_a_page(press, status);
            }
        }
    }

    fn now(&self) -> Duration {
        clock::now_instant().saturating_duration_since(self.begun)
    }

    /// Takes up what was pressed before the last start and never heard.
    async fn take_up(&mut self) {
        match on_disk(self.spool.presses()).await {
            Ok(presses) => {
                for press in presses {
                    tracing::warn!(id = %press.id, pressed_at = %press.pressed_at, "a button's call from before the start is sent now");
                    self.calls.pressed(press, self.now());
                }
            }
            Err(why) => tracing::error!(why, "presses from before the start cannot be read"),
        }
    }

    /// A press is known to somebody. Where the disk fails it is repeated after the next start, under the key that the relay knows.
    async fn forget(&self, id: Uuid) {
        if let Err(why) = on_disk(self.spool.drop_press(id)).await {
            tracing::error!(%id, why, "a press that was heard stays on the disk");
        }
    }

    async fn take(&mut self, event: KeyEvent) {
        match self.presses.apply(event, self.now()) {
            Effect::Call(bed) => {
                let at = clock::now_timestamp();
                let press = Press { id: entry_id(at, &clock::random_bytes()), bed, pressed_at: at };
                let id = press.id;
                // Somebody needs help also where the disk does not do its part.
                if !self.calls.is_open(&press.bed)
                    && let Err(why) = on_disk(self.spool.keep_press(press.clone())).await
                {
                    tracing::error!(%id, why, "a button's press is not on disk: a power cut would lose it");
                }
                let new = self.calls.pressed(press, self.now());
                tracing::info!(device = event.device, key = %event.key, %id, new, "a resident's button was pressed");
                metrics::counter!("yunzhen_button_presses_total").increment(1);
                // Waiting for the next attempt of the link would be waiting at a bedside.
                self.link.rouse();
            }
            Effect::Unknown => {
                tracing::debug!(device = event.device, key = %event.key, "a key that is no bed's");
                metrics::counter!("yunzhen_button_unknown_keys_total").increment(1);
            }
            Effect::Nothing => {}
        }
    }

    fn show(&self) {
        self.shown.send_if_modified(|shown| {
            let changed = shown.calls != self.calls.all() || shown.unknown != self.presses.unknown();
            if changed {
                shown.calls = self.calls.all().to_vec();
                shown.unknown = self.presses.unknown();
            }
            changed
        });
    }
}

/// What the disk did within its time, or why not.
async fn on_disk<T>(work: impl Future<Output = Result<T, SpoolError>>) -> Result<T, String> {
    match tokio::time::timeout(DISK_PATIENCE, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("the disk did not answer in time".to_owned()),
    }
}

/// One attempt. The box speaks for its home; every attempt of a press carries the same key, so that it is one call.
async fn raise(link: Link, call: Call) -> (Uuid, Answer) {
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    if let Ok(key) = HeaderValue::try_from(call.idempotency_key()) {
        headers.insert("idempotency-key", key);
    }
    let body = serde_json::json!({ "bed": call.bed, "pressed_at": call.pressed_at }).to_string().into_bytes();
    let answer = match link.exchange(Method::POST, "/api/urgent-calls", headers, body).await {
        Ok(answer) => Answer::of(answer.status().as_u16()),
        Err(LinkDown) => Answer::None,
    };
    match answer {
        Answer::Heard => tracing::info!(id = %call.id, "the relay has heard a button's call"),
        Answer::Refused(status) => {
            tracing::error!(id = %call.id, status, "the relay refused a button's call: see that each bed under [[buttons.device]] is a resident's");
        }
        Answer::None => {
            tracing::warn!(id = %call.id, attempts = call.attempts, "a button's call was not heard; it is repeated")
        }
    }
    (call.id, answer)
}

impl Standing {
    /// Its name for the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sending | Self::Waiting { .. } => "sending",
            Self::Heard { .. } => "heard",
            Self::Refused { .. } => "refused",
        }
    }
}
