//! Real devices through BlueZ. Thin: it finds devices that may send, subscribes to the measurements of the standard profiles and
//! hands their frames on. Pairing is the administrator's affair (`bluetoothctl pair`), so that a visitor's watch is never heard.

use super::gatt::{GLUCOSE_CONTEXT, Profile, date_time};
use super::placing::ClockReading;
use super::reading::DeviceName;
use super::settings::DeviceSettings;
use super::source::{Arrival, Condition, Sink, Source};
use bluer::gatt::remote::Characteristic;
use bluer::{
    Adapter, AdapterEvent, Address, Device, DeviceEvent, DeviceProperty, DiscoveryFilter, DiscoveryTransport,
    ErrorKind, InternalErrorKind, Session, UuidExt as _,
};
use futures_util::StreamExt as _;
use futures_util::stream::SelectAll;
use std::collections::HashSet;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use yunzhen_runtime::backoff::Backoff;
use yunzhen_runtime::clock;

/// Current Time and Date Time: how the device's clock is read.
const CLOCKS: [u16; 2] = [0x2a2b, 0x2a08];
/// Record Access Control Point of a glucose meter, which sends only what it is asked for.
const RECORD_ACCESS: u16 = 0x2a52;
/// "Report the last record."
const LAST_RECORD: [u8; 2] = [0x01, 0x06];
/// The adapter is looked for again after such a wait.
const RETRY: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(30));

/// The machine's Bluetooth adapter as a source.
pub struct Bluez {
    settings: DeviceSettings,
}

impl Bluez {
    /// With the `[devices]` table.
    pub const fn new(settings: DeviceSettings) -> Self {
        Self { settings }
    }

    /// Listens until something breaks or `stop`.
    async fn listen(&self, sink: &Sink, stop: &CancellationToken) -> Result<(), Trouble> {
        let session = Session::new().await.map_err(|error| Trouble::of(Step::Session, error))?;
        let adapter = match &self.settings.adapter {
            Some(name) => session.adapter(name),
            None => session.default_adapter().await,
        }
        .map_err(|error| Trouble::of(Step::Adapter, error))?;
        adapter.set_powered(true).await.map_err(|error| Trouble::of(Step::Power, error))?;
        let filter = DiscoveryFilter {
            uuids: Profile::ALL.iter().map(|profile| Uuid::from_u16(profile.service())).collect(),
            transport: DiscoveryTransport::Le,
            // A meter advertises again after each measurement, and each time has to be noticed.
            duplicate_data: true,
            ..DiscoveryFilter::default()
        };
        let search = async {
            adapter.set_discovery_filter(filter).await?;
            adapter.discover_devices_with_changes().await
        };
        let mut found = search.await.map_err(|error| Trouble::of(Step::Search, error))?;
        sink.report(self.count(&adapter).await);
        let mut heard = Heard::default();
        loop {
            tokio::select! {
                event = found.next() => match event {
                    Some(AdapterEvent::DeviceAdded(address)) => {
                        if self.may_send(&adapter, address).await && heard.busy.insert(address) {
                            let device = adapter.device(address).map_err(|error| Trouble::of(Step::Search, error))?;
                            heard.tasks.spawn(hear(device, address, sink.clone(), stop.clone()));
                            sink.report(self.count(&adapter).await);
                        }
                    }
                    Some(AdapterEvent::DeviceRemoved(_) | AdapterEvent::PropertyChanged(_)) => {}
                    // The adapter was pulled out, or the service stopped.
                    None => return Ok(()),
                },
                Some(ended) = heard.tasks.join_next() => match ended {
                    Ok(address) => { heard.busy.remove(&address); }
                    Err(error) => return Err(Trouble { condition: Condition::Failed, detail: error.to_string() }),
                },
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    async fn may_send(&self, adapter: &Adapter, address: Address) -> bool {
        let Ok(device) = adapter.device(address) else { return false };
        // A device that vanished between two calls is heard when it comes back.
        self.settings.may_send(&address.to_string(), device.is_paired().await.unwrap_or(false))
    }

    async fn count(&self, adapter: &Adapter) -> Condition {
        let mut devices = self.settings.allowed.len();
        if devices == 0 {
            for address in adapter.device_addresses().await.unwrap_or_default() {
                devices += usize::from(self.may_send(adapter, address).await);
            }
        }
        if devices == 0 { Condition::NoDevices } else { Condition::Listening { devices } }
    }
}

#[async_trait::async_trait]
impl Source for Bluez {
    async fn run(self: Box<Self>, sink: Sink, stop: CancellationToken) {
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            match self.listen(&sink, &stop).await {
                Ok(()) => failures = 0,
                Err(Trouble { condition, detail }) => {
                    tracing::debug!(detail, "Bluetooth");
                    sink.report(condition);
                    failures = failures.saturating_add(1);
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY.delay(failures.max(1), clock::random_fraction())) => {}
                () = stop.cancelled() => return,
            }
        }
    }
}

#[derive(Default)]
struct Heard {
    tasks: JoinSet<Address>,
    busy: HashSet<Address>,
}

/// Where the way to the devices broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Session,
    Adapter,
    Power,
    Search,
}

#[derive(Debug, PartialEq, Eq)]
struct Trouble {
    condition: Condition,
    detail: String,
}

impl Trouble {
    fn of(step: Step, error: bluer::Error) -> Self {
        let condition = match (step, &error.kind) {
            (_, ErrorKind::Internal(InternalErrorKind::DBus(name))) if name.ends_with(".AccessDenied") => {
                Condition::NotPermitted
            }
            (Step::Session, _) => Condition::NoService,
            (_, ErrorKind::Internal(InternalErrorKind::DBus(name))) if name.ends_with(".UnknownObject") => {
                Condition::NoAdapter
            }
            // "The name org.bluez was not provided by any .service files", "Could not activate …".
            (_, ErrorKind::Internal(InternalErrorKind::DBus(_) | InternalErrorKind::DBusConnectionLost)) => {
                Condition::NoService
            }
            (_, ErrorKind::NotFound | ErrorKind::DoesNotExist | ErrorKind::InvalidName(_)) => Condition::NoAdapter,
            (_, ErrorKind::NotAuthorized | ErrorKind::NotPermitted) => Condition::NotPermitted,
            (Step::Power, _) | (_, ErrorKind::NotReady) => Condition::PoweredOff,
            (Step::Adapter | Step::Search, _) => Condition::Failed,
        };
        Self { condition, detail: error.to_string() }
    }
}

/// Hears one device until it goes away.
async fn hear(device: Device, address: Address, sink: Sink, stop: CancellationToken) -> Address {
    tokio::select! {
        heard = frames_of(&device, address, &sink) => if let Err(error) = heard {
            // Most devices switch themselves off a few seconds after a measurement.
            tracing::debug!(%error, "a device went away");
        },
        () = stop.cancelled() => {}
    }
    address
}

async fn frames_of(device: &Device, address: Address, sink: &Sink) -> bluer::Result<()> {
    if !device.is_connected().await? {
        device.connect().await?;
    }
    let name = DeviceName { address: address.to_string(), name: device.alias().await? };
    let (mut clock, mut record_access, mut frames) = (None, None, SelectAll::new());
    for service in device.services().await? {
        for characteristic in service.characteristics().await? {
            match characteristic.uuid().await?.as_u16() {
                Some(number) if CLOCKS.contains(&number) => clock = read_clock(&characteristic).await.or(clock),
                Some(RECORD_ACCESS) => record_access = Some(characteristic),
                Some(number) if number == GLUCOSE_CONTEXT || Profile::of(number).is_some() => {
                    frames.push(characteristic.notify().await?.map(move |frame| (number, frame)).boxed());
                }
                Some(_) | None => {}
            }
        }
    }
    let answers = match &record_access {
        Some(characteristic) => {
            let answers = characteristic.notify().await?;
            characteristic.write(&LAST_RECORD).await?;
            answers.boxed()
        }
        None => futures_util::stream::pending().boxed(),
    };
    let (mut answers, mut events) = (answers, device.events().await?);
    loop {
        tokio::select! {
            frame = frames.next() => {
                let Some((characteristic, frame)) = frame else { return Ok(()) };
                let arrival =
                    Arrival { device: name.clone(), characteristic, frame, clock, at: clock::now_timestamp() };
                if !sink.deliver(arrival).await {
                    return Ok(());
                }
            }
            // What the meter says about the request itself; its records come as measurements.
            _ = answers.next() => {}
            event = events.next() => match event {
                Some(DeviceEvent::PropertyChanged(DeviceProperty::Connected(false))) | None => return Ok(()),
                Some(_) => {}
            },
        }
    }
}

/// The device's clock beside the box's.
async fn read_clock(characteristic: &Characteristic) -> Option<ClockReading> {
    let bytes = characteristic.read().await.ok()?;
    Some((date_time(&bytes)?, clock::now_timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(step: Step, kind: ErrorKind) -> Condition {
        Trouble::of(step, bluer::Error { kind, message: String::new() }).condition
    }

    fn dbus(name: &str) -> ErrorKind {
        ErrorKind::Internal(InternalErrorKind::DBus(format!("org.freedesktop.DBus.Error.{name}")))
    }

    #[test]
    fn each_trouble_is_told_apart() {
        assert_eq!(condition(Step::Session, dbus("FileNotFound")), Condition::NoService);
        assert_eq!(condition(Step::Adapter, dbus("ServiceUnknown")), Condition::NoService);
        assert_eq!(condition(Step::Adapter, dbus("AccessDenied")), Condition::NotPermitted);
        assert_eq!(condition(Step::Adapter, ErrorKind::NotFound), Condition::NoAdapter);
        assert_eq!(condition(Step::Power, ErrorKind::NotFound), Condition::NoAdapter);
        assert_eq!(condition(Step::Power, ErrorKind::Failed), Condition::PoweredOff, "rfkill");
        assert_eq!(condition(Step::Search, ErrorKind::NotReady), Condition::PoweredOff);
        assert_eq!(condition(Step::Search, ErrorKind::InProgress), Condition::Failed);
    }
}
