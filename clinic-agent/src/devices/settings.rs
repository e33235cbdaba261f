//! Which measuring devices the box listens to, as written in its configuration.

use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// The `[devices]` table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeviceSettings {
    /// `none`, `bluetooth` or `simulated`.
    pub source: SourceKind,
    /// Name of the Bluetooth adapter; the first one when absent.
    pub adapter: Option<String>,
    /// Addresses of the devices that may send. Every device that was paired with this box when empty.
    pub allowed: Vec<String>,
    /// Zone of the clocks on the devices.
    #[serde(deserialize_with = "zone")]
    pub time_zone: TimeZone,
    /// What the simulated devices measure: the same seed, the same values.
    pub seed: u64,
    /// The simulated devices measure this often, after a first round at once.
    pub every_seconds: u64,
}

/// Where readings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// No devices: the nurse types.
    None,
    /// The machine's Bluetooth adapter.
    Bluetooth,
    /// Invented devices, for tests and demonstrations.
    Simulated,
}

impl Default for DeviceSettings {
    fn default() -> Self {
        Self {
            source: SourceKind::None,
            adapter: None,
            allowed: Vec::new(),
            time_zone: TimeZone::fixed(jiff::tz::offset(8)),
            seed: 1,
            every_seconds: 300,
        }
    }
}

impl DeviceSettings {
    /// Time between two simulated measurements.
    pub fn every(&self) -> Duration {
        Duration::from_secs(self.every_seconds.max(1))
    }

    /// Whether a device of this address may send, given whether it is paired.
    pub fn may_send(&self, address: &str, paired: bool) -> bool {
        if self.allowed.is_empty() { paired } else { self.allowed.iter().any(|one| one.eq_ignore_ascii_case(address)) }
    }
}

fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(|_| {
        serde::de::Error::custom(format!(
            "`{name}` under [devices] time_zone is no known time zone: write it as \"Asia/Shanghai\", and install tzdata if this machine has none"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: serde_json::Value) -> Result<DeviceSettings, serde_json::Error> {
        serde_json::from_value(value)
    }

    #[test]
    fn who_may_send() {
        let paired = read(serde_json::json!({ "source": "bluetooth" })).expect("settings");
        assert!(paired.may_send("AA:BB:CC:DD:EE:FF", true) && !paired.may_send("AA:BB:CC:DD:EE:FF", false));
        let listed = read(serde_json::json!({ "allowed": ["aa:bb:cc:dd:ee:ff"] })).expect("settings");
        assert!(listed.may_send("AA:BB:CC:DD:EE:FF", false) && !listed.may_send("00:00:00:00:00:01", true));
    }

    #[test]
    fn a_zone_is_named_and_a_wrong_one_is_told() {
        let settings = read(serde_json::json!({ "time_zone": "Asia/Urumqi" })).expect("settings");
        assert_eq!(settings.time_zone.iana_name(), Some("Asia/Urumqi"));
        let error = read(serde_json::json!({ "time_zone": "Mars" })).expect_err("no such zone").to_string();
        assert!(error.contains("Mars") && error.contains("Asia/Shanghai"), "{error}");
    }
}
