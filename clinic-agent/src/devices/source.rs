//! Where frames come from: an interface, so that everything behind it is the same for real and for simulated devices.

use super::placing::ClockReading;
use super::reading::DeviceName;
use super::words::{Words, words};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Frames that may wait for the inbox; a source waits when it is full.
pub const ARRIVALS: usize = 64;

/// One frame as it came.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who sent it.
    pub device: DeviceName,
    /// Assigned number of the characteristic.
    pub characteristic: u16,
    /// Its bytes.
    pub frame: Vec<u8>,
    /// The device's clock beside the box's, when the device lets it be read.
    pub clock: Option<ClockReading>,
    /// When the box received it.
    pub at: Timestamp,
}

/// Whether devices can be heard at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The configuration names no devices.
    Off,
    /// Not known yet.
    Starting,
    /// The Bluetooth service of the operating system does not answer.
    NoService,
    /// This user may not speak with the Bluetooth service.
    NotPermitted,
    /// There is no adapter.
    NoAdapter,
    /// There is an adapter and it cannot be switched on.
    PoweredOff,
    /// It works, and no device is known yet.
    NoDevices,
    /// It works.
    Listening {
        /// Devices that may send.
        devices: usize,
    },
    /// The devices are invented.
    Simulated,
    /// Something else; the log has it.
    Failed,
}

/// A measurement that gave no value, so that it can be repeated while the person is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which device.
    pub device: DeviceName,
    /// When.
    pub at: Timestamp,
    /// Why; empty when the frame could not be read at all.
    pub remarks: Vec<super::gatt::Remark>,
}

/// What the page shows beside the readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whether devices can be heard.
    pub condition: Condition,
    /// The last measurement, when it gave no value.
    pub failure: Option<Failure>,
}

/// Where a source puts what it has.
#[derive(Clone, Debug)]
pub struct Sink {
    arrivals: mpsc::Sender<Arrival>,
    shown: watch::Sender<Shown>,
}

impl Sink {
    /// A sink, and where its arrivals come out.
    pub fn new(shown: watch::Sender<Shown>) -> (Self, mpsc::Receiver<Arrival>) {
        let (arrivals, rx) = mpsc::channel(ARRIVALS);
        (Self { arrivals, shown }, rx)
    }

    /// Says whether devices can be heard; logged when it changed.
    pub fn report(&self, condition: Condition) {
        let changed =
            self.shown.send_if_modified(|shown| std::mem::replace(&mut shown.condition, condition) != condition);
        if changed {
            let Words { en, .. } = words(condition);
            match condition {
                Condition::Off | Condition::Starting | Condition::Listening { .. } | Condition::Simulated => {
                    tracing::info!("devices: {en}");
                }
                Condition::NoService
                | Condition::NotPermitted
                | Condition::NoAdapter
                | Condition::PoweredOff
                | Condition::NoDevices
                | Condition::Failed => tracing::warn!("devices: {en}"),
            }
        }
    }

    /// Hands a frame on. `false` when nobody takes frames any more.
    pub async fn deliver(&self, arrival: Arrival) -> bool {
        self.arrivals.send(arrival).await.is_ok()
    }
}

/// Devices that send frames.
#[async_trait::async_trait]
pub trait Source: Send {
    /// Sends frames and says how it stands, until `stop`. Failures are reported and tried again, never returned.
    async fn run(self: Box<Self>, sink: Sink, stop: CancellationToken);
}
