//! Which keys of which devices are the buttons of which beds, as written in the configuration.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Characters of a bed's name, as the page allows them.
const BED_CHARS: usize = 40;

/// The `[buttons]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ButtonSettings {
    /// `none`, `input` or `simulated`.
    pub source: SourceKind,
    /// `[[buttons.device]]`: one for each device.
    #[serde(rename = "device")]
    pub devices: Vec<ButtonDevice>,
    /// A simulated button is pressed this often, after one press at the start.
    pub every_seconds: u64,
}

/// Where key events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// No buttons at this box: residents call on a tablet, or ring otherwise.
    None,
    /// Input devices of this machine.
    Input,
    /// Invented presses, for tests and demonstrations.
    Simulated,
}

/// One device and its keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ButtonDevice {
    /// Its path under `/dev/input`, or the name that it gives itself.
    pub input: String,
    /// Key → bed.
    pub keys: BTreeMap<Key, Bed>,
}

/// A key as the kernel counts it; written as `KEY_F1`, `BTN_TRIGGER` or as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u16);

/// A bed, as the residents' registry writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Bed(String);

/// Why a line of the table cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadButton {
    /// No such key.
    #[error(
        "`{0}` is no key: write it as `evtest` or `libinput debug-events` show it, such as KEY_F1, or as its number"
    )]
    Key(String),
    /// No bed.
    #[error("`{0}` is no bed: write 1 to {BED_CHARS} characters, as in the residents' registry")]
    Bed(String),
}

impl FromStr for Key {
    type Err = BadButton;

    fn from_str(text: &str) -> Result<Self, BadButton> {
        let named = evdev::KeyCode::from_str(text).map(|code| Self(code.code()));
        named.or_else(|_| text.parse().map(Self)).map_err(|_| BadButton::Key(text.to_owned()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", evdev::KeyCode::new(self.0))
    }
}

impl Bed {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Bed {
    type Err = BadButton;

    fn from_str(text: &str) -> Result<Self, BadButton> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > BED_CHARS {
            return Err(BadButton::Bed(text.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Bed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Default for ButtonSettings {
    fn default() -> Self {
        Self { source: SourceKind::None, devices: Vec::new(), every_seconds: 300 }
    }
}

impl ButtonSettings {
    /// Time between two simulated presses.
    pub fn every(&self) -> Duration {
        Duration::from_secs(self.every_seconds.max(1))
    }

    /// The devices, in the order that numbers them.
    pub fn inputs(&self) -> Vec<String> {
        self.devices.iter().map(|device| device.input.clone()).collect()
    }

    /// Every key with the number of its device.
    pub fn keys(&self) -> Vec<(usize, Key)> {
        self.beds().map(|(device, key, _)| (device, key)).collect()
    }

    /// Every key with the number of its device and its bed.
    pub fn beds(&self) -> impl Iterator<Item = (usize, Key, &Bed)> {
        let devices = self.devices.iter().enumerate();
        devices.flat_map(|(number, device)| device.keys.iter().map(move |(key, bed)| (number, *key, bed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: serde_json::Value) -> Result<ButtonSettings, String> {
        let device = serde_json::json!({ "input": "Bell", "keys": keys });
        serde_json::from_value(serde_json::json!({ "source": "input", "device": [device] })).map_err(|e| e.to_string())
    }

    #[test]
    fn keys_are_named_or_numbered_and_what_is_neither_is_told() {
        let settings = read(serde_json::json!({ "KEY_F1": "301-1", "28": " 301-2 " })).expect("settings");
        let beds: Vec<_> = settings.beds().map(|(device, key, bed)| (device, key.0, bed.as_str())).collect();
        assert_eq!(beds, [(0, 28, "301-2"), (0, 59, "301-1")]);
        assert_eq!((Key(59).to_string(), Key(28).to_string()), ("KEY_F1".into(), "KEY_ENTER".into()));
        let error = read(serde_json::json!({ "F1": "301-1" })).expect_err("no key");
        assert!(error.contains("`F1` is no key") && error.contains("KEY_F1"), "{error}");
        let error = read(serde_json::json!({ "KEY_F1": " " })).expect_err("no bed");
        assert!(error.contains("is no bed"), "{error}");
    }
}
