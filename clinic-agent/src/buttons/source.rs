//! Where key events come from: an interface, so that everything behind it is the same for real and for simulated buttons.

use super::calls::Call;
use super::press::KeyEvent;
use super::words::words;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Events that may wait for the caller; a source waits when it is full.
pub const EVENTS: usize = 64;

/// Whether a device's keys can be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Not known yet.
    Starting,
    /// It works.
    Listening,
    /// It is not there.
    Missing,
    /// This user may not read it.
    NotPermitted,
    /// Another program has taken it for itself.
    Busy,
    /// Something else; the log has it.
    Failed,
    /// Its presses are invented.
    Simulated,
}

/// One device as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// As the configuration names it.
    pub input: String,
    /// Whether its keys can be heard.
    pub condition: Condition,
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The devices; none when the box has no buttons.
    pub devices: Vec<Device>,
    /// The presses that are not done with.
    pub calls: Vec<Call>,
    /// Presses of keys that are no bed's.
    pub unknown: u64,
}

impl Shown {
    /// The device that most needs a person: the first that does not work, else the first.
    pub fn worst(&self) -> Option<&Device> {
        self.devices.iter().find(|device| !device.condition.works()).or_else(|| self.devices.first())
    }
}

/// Where a source puts what it has.
#[derive(Clone, Debug)]
pub struct Sink {
    events: mpsc::Sender<KeyEvent>,
    shown: watch::Sender<Shown>,
}

impl Sink {
    /// A sink, and where its events come out.
    pub fn new(shown: watch::Sender<Shown>) -> (Self, mpsc::Receiver<KeyEvent>) {
        let (events, rx) = mpsc::channel(EVENTS);
        (Self { events, shown }, rx)
    }

    /// Says whether the keys of a device can be heard; logged when it changed.
    pub fn report(&self, device: usize, condition: Condition) {
        let mut input = String::new();
        let changed = self.shown.send_if_modified(|shown| {
            let Some(device) = shown.devices.get_mut(device) else { return false };
            input.clone_from(&device.input);
            std::mem::replace(&mut device.condition, condition) != condition
        });
        if changed {
            let words = words(Some(&Device { input, condition }));
            if condition.works() {
                tracing::info!("buttons: {}", words.en);
            } else {
                tracing::warn!("buttons: {}", words.en);
            }
        }
    }

    /// Hands an event on. `false` when nobody takes events any more.
    pub async fn deliver(&self, event: KeyEvent) -> bool {
        self.events.send(event).await.is_ok()
    }
}

/// Devices that send key events.
#[async_trait::async_trait]
pub trait Source: Send {
    /// Sends events and says how its devices stand, until `stop`. Failures are reported and tried again, never returned.
    async fn run(self: Box<Self>, sink: Sink, stop: CancellationToken);
}
