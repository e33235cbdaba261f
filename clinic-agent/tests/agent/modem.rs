//! The radio signal: a ModemManager of the tests' own on a private D-Bus.

use crate::http::Browser;
use crate::world::{TestDevices, World};
use axum::Router;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use yunzhen_clinic_agent::modem::{ModemSettings, SourceKind};
use yunzhen_protocol::control::{RadioSignal, RadioTechnology, ToRelay};
use zbus::zvariant::{OwnedValue, Value};

const ROOT: &str = "/org/freedesktop/ModemManager1";
const MODEM: &str = "/org/freedesktop/ModemManager1/Modem/0";
/// The state "connected", and the bits of LTE and 5G.
const CONNECTED: i32 = 11;
const LTE_AND_5G: u32 = 1 << 14 | 1 << 15;

/// A D-Bus that ends with the test.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the package dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { daemon, address: address.trim().to_owned() }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

struct Modem {
    quality: Arc<AtomicU32>,
}

#[zbus::interface(name = "org.freedesktop.ModemManager1.Modem")]
impl Modem {
    #[zbus(property)]
    fn state(&self) -> i32 {
        CONNECTED
    }

    #[zbus(property)]
    fn access_technologies(&self) -> u32 {
        LTE_AND_5G
    }

    #[zbus(property)]
    fn signal_quality(&self) -> (u32, bool) {
        (self.quality.load(Ordering::Relaxed), true)
    }

    #[zbus(property)]
    fn ports(&self) -> Vec<(String, u32)> {
        vec![("cdc-wdm0".into(), 6), ("wwan0".into(), 2)]
    }
}

struct Signal {
    asked: Arc<AtomicU32>,
}

#[zbus::interface(name = "org.freedesktop.ModemManager1.Modem.Signal")]
impl Signal {
    fn setup(&self, rate: u32) {
        self.asked.store(rate, Ordering::Relaxed);
    }

    /// Finer values are there once somebody asked for them.
    #[zbus(property, name = "Nr5g")]
    fn nr5g(&self) -> HashMap<String, OwnedValue> {
        if self.asked.load(Ordering::Relaxed) == 0 {
            return HashMap::new();
        }
        let value = |value: f64| Value::from(value).try_into().unwrap();
        HashMap::from([("rsrp".to_owned(), value(-93.0)), ("snr".to_owned(), value(12.5))])
    }
}

async fn modem_manager(bus: &Bus, quality: &Arc<AtomicU32>) -> zbus::Connection {
    let (quality, asked) = (quality.clone(), Arc::default());
    let served = async {
        zbus::connection::Builder::address(bus.address.as_str())?
            .serve_at(ROOT, zbus::fdo::ObjectManager)?
            .serve_at(MODEM, Modem { quality })?
            .serve_at(MODEM, Signal { asked })?
            .name("org.freedesktop.ModemManager1")?
            .build()
            .await
    };
    served.await.expect("a service on the private bus")
}

#[tokio::test]
async fn the_signal_of_a_modem_is_shown_and_told_to_the_relay() {
    let bus = Bus::start();
    let quality = Arc::new(AtomicU32::new(67));
    let service = modem_manager(&bus, &quality).await;
    let modem = ModemSettings { source: SourceKind::ModemManager, bus: Some(bus.address.clone()) };
    let mut world =
        World::configured(Router::new(), Box::new(TestDevices::default()), |config| config.modem = modem).await;
    let signal = |quality_percent, dbm| RadioSignal {
        path: String::new(),
        technology: RadioTechnology::Nr5g,
        quality_percent,
        dbm,
    };
    let told = world.relay.heard(|said| match said {
        ToRelay::Signal { modems } if !modems.is_empty() => Some(modems.clone()),
        _ => None,
    });
    // The modem was asked for dBm after it was looked at for the first time.
    let first = told.await;
    assert!(first == [signal(67, None)] || first == [signal(67, Some(-93))], "{first:?}");
    quality.store(20, Ordering::Relaxed);
    let told = world.relay.heard(|said| match said {
        ToRelay::Signal { modems } => Some(modems.clone()),
        _ => None,
    });
    assert_eq!(told.await, [signal(20, Some(-93))], "and dBm once they were asked for");

    let mut browser = Browser::new(world.page);
    let (_, _, page) = browser.get("/page/status").await;
    let signals = &page["link"]["signals"];
    assert_eq!(signals[0]["words_en"], "5G, signal weak");
    assert_eq!(signals[0]["words_zh"], "5G，信号弱");

    // The service goes: nothing is shown that nobody vouches for.
    service.close().await.unwrap();
    let gone = async {
        while !browser.get("/page/status").await.2["link"]["signals"].is_null() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("in time");
    world.life.stop().await.unwrap();
}
