//! Real buttons: Linux input devices, which a USB or radio receiver of call buttons, a foot switch or GPIO keys all are.
//!
//! A device is taken exclusively, so that a press at a bed types nothing on the machine's console. It may be unplugged and come back.

use super::press::{Action, KeyEvent};
use super::settings::Key;
use super::source::{Condition, Sink, Source};
use evdev::{Device, EventStream, EventSummary};
use futures_util::future::join_all;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often a device that is not there is looked for.
const LOOK: Duration = Duration::from_secs(2);
/// Where the kernel shows input devices.
const FOLDER: &str = "/dev/input";

/// The input devices, in the order that numbers them.
pub struct Input {
    inputs: Vec<String>,
}

/// Why a device cannot be listened to.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("there is no such device")]
    Missing,
    #[error("may not be read: {0}")]
    NotPermitted(std::io::Error),
    #[error("is taken by another program: {0}")]
    Busy(std::io::Error),
    #[error("cannot be opened: {0}")]
    Failed(std::io::Error),
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::PermissionDenied => Self::NotPermitted(error),
            ErrorKind::ResourceBusy => Self::Busy(error),
            _ => Self::Failed(error),
        }
    }
}

impl OpenError {
    const fn condition(&self) -> Condition {
        match self {
            Self::Missing => Condition::Missing,
            Self::NotPermitted(_) => Condition::NotPermitted,
            Self::Busy(_) => Condition::Busy,
            Self::Failed(_) => Condition::Failed,
        }
    }
}

impl Input {
    /// Devices by path or name.
    pub const fn new(inputs: Vec<String>) -> Self {
        Self { inputs }
    }
}

#[async_trait::async_trait]
impl Source for Input {
    async fn run(self: Box<Self>, sink: Sink, stop: CancellationToken) {
        let devices = self.inputs.iter().enumerate().map(|(device, input)| listen(device, input, &sink));
        tokio::select! {
            _ = join_all(devices) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Listens to one device for as long as somebody takes its events, whatever becomes of the device.
async fn listen(device: usize, input: &str, sink: &Sink) {
    loop {
        let name = input.to_owned();
        let opened = tokio::task::spawn_blocking(move || open(&name)).await;
        match opened {
            Ok(Ok(found)) => match found.into_event_stream() {
                Ok(events) => {
                    sink.report(device, Condition::Listening);
                    let Some(error) = read(device, events, sink).await else { return };
                    // ENODEV is how a device says that it was unplugged; the next look says whether it is really gone.
                    tracing::warn!(device, %error, "an input device of the buttons ended");
                    sink.report(device, Condition::Missing);
                }
                Err(error) => {
                    tracing::warn!(device, %error, "an input device of the buttons cannot be waited for");
                    sink.report(device, Condition::Failed);
                }
            },
            Ok(Err(error)) => {
                tracing::debug!(device, %error, "an input device of the buttons");
                sink.report(device, error.condition());
            }
            Err(error) => {
                tracing::error!(device, %error, "looking for an input device failed");
                sink.report(device, Condition::Failed);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Finds and takes a device.
fn open(input: &str) -> Result<Device, OpenError> {
    let mut device = if Path::new(input).is_absolute() { Device::open(input)? } else { by_name(input)? };
    device.grab()?;
    Ok(device)
}

/// The first device that gives itself this name.
fn by_name(name: &str) -> Result<Device, OpenError> {
    let mut refused = None;
    for path in events(Path::new(FOLDER))? {
        match Device::open(&path) {
            Ok(device) if device.name() == Some(name) => return Ok(device),
            Ok(_) => {}
            Err(error) => {
                refused = Some(OpenError::from(error)).filter(|error| matches!(error, OpenError::NotPermitted(_)))
            }
        }
    }
    // It may be one of those that could not be asked for their name.
    Err(refused.unwrap_or(OpenError::Missing))
}

fn events(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("event") {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// Hands on what the keys do until the device ends; nothing when nobody takes events any more. After a burst that the kernel
/// could not keep, the stream itself tells which keys are down.
async fn read(device: usize, mut events: EventStream, sink: &Sink) -> Option<std::io::Error> {
    loop {
        match events.next_event().await {
            Ok(event) => {
                let EventSummary::Key(_, code, value) = event.destructure() else { continue };
                let Some(action) = action(value) else { continue };
                if !sink.deliver(KeyEvent { device, key: Key(code.code()), action }).await {
                    return None;
                }
            }
            Err(error) => return Some(error),
        }
    }
}

/// What a value of a key's event means.
const fn action(value: i32) -> Option<Action> {
    match value {
        0 => Some(Action::Released),
        1 => Some(Action::Pressed),
        2 => Some(Action::Repeated),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::{Device as ShownDevice, Shown};
    use super::*;
    use tokio::sync::watch;

    #[test]
    fn values_of_a_key() {
        let actions = [0, 1, 2, 3, -1].map(action);
        assert_eq!(actions, [Some(Action::Released), Some(Action::Pressed), Some(Action::Repeated), None, None]);
    }

    fn listening(inputs: &[&str]) -> (Box<Input>, Sink, watch::Receiver<Shown>, tokio::sync::mpsc::Receiver<KeyEvent>) {
        let devices = inputs.iter().map(|input| ShownDevice { input: (*input).into(), condition: Condition::Starting });
        let (shown, watching) = watch::channel(Shown { devices: devices.collect(), ..Shown::default() });
        let (sink, events) = Sink::new(shown);
        (Box::new(Input::new(inputs.iter().map(|input| (*input).to_owned()).collect())), sink, watching, events)
    }

    #[tokio::test]
    async fn a_device_that_is_not_there_or_none_at_all_is_told_and_the_source_stops_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let plain = file.path().to_str().unwrap();
        let (input, sink, mut shown, _events) = listening(&["/dev/input/by-id/none", "No such bell", plain]);
        let stop = CancellationToken::new();
        let running = tokio::spawn(input.run(sink, stop.clone()));
        let told = shown.wait_for(|shown| shown.devices.iter().all(|device| device.condition != Condition::Starting));
        let told = tokio::time::timeout(Duration::from_secs(10), told).await.expect("in time").unwrap().clone();
        let conditions: Vec<Condition> = told.devices.iter().map(|device| device.condition).collect();
        assert_eq!(conditions[0], Condition::Missing);
        // Whoever may not read any device cannot know.
        assert!(matches!(conditions[1], Condition::Missing | Condition::NotPermitted), "{conditions:?}");
        assert_eq!(conditions[2], Condition::Failed, "a file is no input device");
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), running).await.expect("at once").unwrap();
    }

    #[tokio::test]
    async fn a_key_of_a_real_input_device_is_heard_and_found_again() {
        let Ok(builder) = evdev::uinput::VirtualDevice::builder() else {
            return eprintln!("skipped: this machine has no /dev/uinput that this user may write");
        };
        let name = "Yunzhen test bell";
        let plug = |builder: evdev::uinput::VirtualDeviceBuilder| {
            let mut keys = evdev::AttributeSet::<evdev::KeyCode>::new();
            keys.insert(evdev::KeyCode::KEY_F1);
            builder.name(name).with_keys(&keys).unwrap().build().unwrap()
        };
        let (input, sink, mut shown, mut events) = listening(&[name]);
        let stop = CancellationToken::new();
        let running = tokio::spawn(input.run(sink, stop.clone()));
        let mut builder = Some(builder);
        for _ in 0..2 {
            let next = builder.take().unwrap_or_else(|| evdev::uinput::VirtualDevice::builder().unwrap());
            let mut bell = plug(next);
            let found = shown.wait_for(|shown| shown.devices[0].condition == Condition::Listening);
            tokio::time::timeout(Duration::from_secs(10), found).await.expect("found").unwrap();
            bell.emit(&[evdev::InputEvent::new(evdev::EventType::KEY.0, evdev::KeyCode::KEY_F1.code(), 1)]).unwrap();
            let heard = tokio::time::timeout(Duration::from_secs(5), events.recv()).await.expect("heard").unwrap();
            assert_eq!(heard, KeyEvent { device: 0, key: Key(59), action: Action::Pressed });
            drop(bell);
            let gone = shown.wait_for(|shown| shown.devices[0].condition == Condition::Missing);
            tokio::time::timeout(Duration::from_secs(10), gone).await.expect("gone").unwrap();
        }
        stop.cancel();
        running.await.unwrap();
    }
}
