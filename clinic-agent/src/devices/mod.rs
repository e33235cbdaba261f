//! Measuring devices of the home: a reading comes by Bluetooth, waits on this box, and goes into a resident's record only when a
//! nurse says whose it is.
//!
//! Not here: cameras and microphones ([`crate::capture`]), the way to the relay ([`crate::spool`]).
//!
//! | module | what |
//! |---|---|
//! | [`gatt`] | frames → values; pure |
//! | [`placing`] | when it was measured, by whose clock; pure |
//! | [`stream`] | one reading out of a frame each second; pure |
//! | [`reading`] | one reading and what may become of it; pure |
//! | [`queue`] | how many wait, which go when there are too many; pure |
//! | [`source`] | where frames come from: an interface |
//! | [`bluez`] | real devices, through BlueZ |
//! | [`simulated`] | invented devices that send real frames |
//! | [`inbox`] | the task that takes arrivals, and what the page asks it |
//! | [`words`] | the devices' condition in both languages |
//! | [`settings`] | the `[devices]` table |

pub mod bluez;
pub mod gatt;
pub mod inbox;
pub mod placing;
pub mod queue;
pub mod reading;
pub mod settings;
pub mod simulated;
pub mod source;
pub mod stream;
pub mod words;

pub use inbox::Inbox;
pub use reading::Reading;
pub use settings::{DeviceSettings, SourceKind};
pub use source::{Arrival, Condition, Sink, Source};

/// The source that the configuration names; none when the box has no devices.
pub fn source(settings: &DeviceSettings) -> Option<Box<dyn Source>> {
    match settings.source {
        SourceKind::None => None,
        SourceKind::Bluetooth => Some(Box::new(bluez::Bluez::new(settings.clone()))),
        SourceKind::Simulated => Some(Box::new(simulated::Simulated::new(settings.seed, settings.every()))),
    }
}
