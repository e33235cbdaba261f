//! Asks the modem every few seconds, shows what it says and tells the relay when that changed.

use super::manager::Manager;
use super::signal::Properties;
use super::{ModemSettings, SourceKind};
use crate::link::Link;
use crate::link::route::PathSettings;
use std::time::Duration;
use tokio::sync::watch;
use yunzhen_protocol::control::{RadioSignal, ToRelay};
use yunzhen_runtime::Lifecycle;

/// How often.
const EVERY: Duration = Duration::from_secs(5);
/// A service that does not answer is asked again after this.
const RETRY: Duration = Duration::from_secs(30);

/// What the modems say; a handle, clones are the same.
#[derive(Clone, Debug)]
pub struct Modems(watch::Sender<Vec<RadioSignal>>);

impl Modems {
    /// Starts asking, if the configuration names somebody.
    pub fn start(life: &Lifecycle, settings: &ModemSettings, paths: &[PathSettings], link: Link) -> Self {
        let modems = Self(watch::Sender::new(Vec::new()));
        if settings.source == SourceKind::ModemManager {
            let (modems, bus, paths) = (modems.clone(), settings.bus.clone(), paths.to_vec());
            let soft = life.soft().clone();
            life.spawn("modem", async move {
                soft.run_until_cancelled(modems.run(bus, paths, link)).await;
            });
        }
        modems
    }

    /// The signals, and their changes.
    pub fn watch(&self) -> watch::Receiver<Vec<RadioSignal>> {
        self.0.subscribe()
    }

    async fn run(self, bus: Option<String>, paths: Vec<PathSettings>, link: Link) {
        loop {
            let failed = match Manager::connect(bus.as_deref(), EVERY.as_secs() as u32).await {
                Ok(manager) => self.ask(manager, &paths, &link).await,
                Err(error) => error,
            };
            tracing::warn!(error = %failed, "ModemManager does not answer; the signal is not shown");
            self.0.send_replace(Vec::new());
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Asks until the service does not answer.
    async fn ask(&self, mut manager: Manager, paths: &[PathSettings], link: &Link) -> zbus::Error {
        let mut told: Option<(usize, Vec<RadioSignal>)> = None;
        loop {
            let signals = match manager.modems().await {
                Ok(modems) => named(&modems, paths),
                Err(error) => return error,
            };
            self.0.send_if_modified(|known| {
                let changed = *known != signals;
                known.clone_from(&signals);
                changed
            });
            let on = link.open().borrow().as_ref().filter(|open| open.signal).map(|open| open.connection.stable_id());
            if let Some(on) = on {
                // Another connection may be another relay, or one that was restarted.
                let news = told.as_ref().is_none_or(|(connection, told)| *connection != on || *told != signals);
                if news && link.tell(ToRelay::Signal { modems: signals.clone() }) {
                    told = Some((on, signals));
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// The signals of those that are in a network. A modem has the name of the path that leaves by one of its interfaces.
fn named(modems: &[Properties], paths: &[PathSettings]) -> Vec<RadioSignal> {
    let name = |modem: &Properties| {
        let by = |path: &&PathSettings| path.interface.as_ref().is_some_and(|by| modem.interfaces.contains(by));
        paths.iter().find(by).map(|path| path.name.clone()).unwrap_or_default()
    };
    let mut signals: Vec<RadioSignal> = modems.iter().filter_map(|modem| modem.signal(name(modem))).collect();
    signals.sort_by(|a, b| a.path.cmp(&b.path));
    signals
}
