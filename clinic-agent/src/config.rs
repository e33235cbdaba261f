//! The configuration file: one struct per section, unknown keys refused. `clinic-agent.example.toml` explains each key.

use crate::buttons::ButtonSettings;
use crate::capture::{CaptureSettings, SoundSource, VideoSource};
use crate::devices::DeviceSettings;
use crate::link::route::PathSettings;
use crate::modem::ModemSettings;
use crate::recordings::RecordingSettings;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use yunzhen_runtime::serve::HttpLimits;
use yunzhen_runtime::settings::resolve;
use yunzhen_runtime::telemetry::TelemetrySettings;

/// Everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the relay is.
    pub relay: RelaySettings,
    /// Who this box is.
    pub identity: IdentitySettings,
    /// The nurse's page.
    #[serde(default)]
    pub page: PageSettings,
    /// The ways to the relay.
    #[serde(default)]
    pub link: LinkSettings,
    /// What waits for the relay.
    pub spool: SpoolSettings,
    /// Cameras and microphone.
    #[serde(default)]
    pub capture: CaptureSettings,
    /// Recordings.
    #[serde(default)]
    pub recording: RecordingSettings,
    /// Measuring devices.
    #[serde(default)]
    pub devices: DeviceSettings,
    /// Buttons at the beds.
    #[serde(default)]
    pub buttons: ButtonSettings,
    /// The radio signal.
    #[serde(default)]
    pub modem: ModemSettings,
    /// What one tablet may cost.
    #[serde(default)]
    pub limits: HttpLimits,
    /// Logging.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
}

/// `[relay]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySettings {
    /// `host:port`, UDP.
    pub address: String,
    /// The name in the relay's certificate; the host of `address` when absent.
    #[serde(default)]
    pub server_name: Option<String>,
    /// `host:port`, TCP: where this box is enrolled and renews late; the host of `address` and port 7448 when absent.
    #[serde(default)]
    pub enrolment: Option<String>,
}

impl RelaySettings {
    /// The name in the relay's certificate.
    pub fn server_name(&self) -> String {
        self.server_name_at(&self.address)
    }

    /// The name that a relay's certificate must carry at an address.
    pub fn server_name_at(&self, address: &str) -> String {
        self.server_name.clone().unwrap_or_else(|| host_of(address).trim_matches(['[', ']']).to_owned())
    }

    /// Where this box is enrolled.
    pub fn enrolment(&self) -> String {
        self.enrolment.clone().unwrap_or_else(|| format!("{}:{ENROLMENT_PORT}", host_of(&self.address)))
    }
}

/// The relay's port for enrolment, unless it is configured otherwise.
const ENROLMENT_PORT: u16 = 7448;

fn host_of(address: &str) -> &str {
    address.rsplit_once(':').map_or(address, |(host, _)| host)
}

/// `[link]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSettings {
    /// `[[link.path]]`; none: one way, as the kernel chooses.
    #[serde(rename = "path")]
    pub paths: Vec<PathSettings>,
}

/// `[identity]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySettings {
    /// This box's certificate with its issuer, PEM.
    pub certificate: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// The authority for systems, PEM.
    pub trust: PathBuf,
}

/// `[page]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSettings {
    /// Where the page is served.
    pub listen: SocketAddr,
    /// Serve the page by TLS.
    pub certificate: Option<PathBuf>,
    /// Key of `certificate`.
    pub key: Option<PathBuf>,
    /// Mark cookies `Secure` although a proxy does the TLS.
    pub behind_tls_proxy: bool,
    /// Connections of tablets at once.
    pub max_connections: usize,
    /// Of these, from one address. Not behind a proxy, whose address all have.
    pub max_connections_per_address: usize,
    /// Addresses on which the tablet's media are received.
    pub media_addresses: Vec<IpAddr>,
    /// The page locks when nobody touched it for so long.
    pub idle_lock_minutes: IdleMinutes,
    /// A PIN opens the page for so long after the sign-in with the password.
    pub shift_hours: ShiftHours,
    /// A badge alone opens the page for so long after its nurse's PIN or password; then it asks for the PIN.
    pub badge_minutes: BadgeMinutes,
}

/// 1 to 15.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u8")]
pub struct IdleMinutes(pub u8);

impl TryFrom<u8> for IdleMinutes {
    type Error = &'static str;
    fn try_from(minutes: u8) -> Result<Self, Self::Error> {
        (1..=15).contains(&minutes).then_some(Self(minutes)).ok_or("the page may lock after 1 to 15 minutes")
    }
}

/// 1 to 12.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u8")]
pub struct ShiftHours(pub u8);

impl TryFrom<u8> for ShiftHours {
    type Error = &'static str;
    fn try_from(hours: u8) -> Result<Self, Self::Error> {
        (1..=12).contains(&hours).then_some(Self(hours)).ok_or("a shift may have 1 to 12 hours")
    }
}

/// 0 to 60.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u8")]
pub struct BadgeMinutes(pub u8);

impl TryFrom<u8> for BadgeMinutes {
    type Error = &'static str;
    fn try_from(minutes: u8) -> Result<Self, Self::Error> {
        (minutes <= 60).then_some(Self(minutes)).ok_or("a badge may open the page for 0 to 60 minutes without the PIN")
    }
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 7490)),
            certificate: None,
            key: None,
            behind_tls_proxy: false,
            max_connections: 256,
            max_connections_per_address: 64,
            media_addresses: vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)],
            idle_lock_minutes: IdleMinutes(5),
            shift_hours: ShiftHours(12),
            badge_minutes: BadgeMinutes(30),
        }
    }
}

/// `[spool]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpoolSettings {
    /// The file.
    pub file: PathBuf,
    /// The key that seals what it holds, and the stills beside it; beside the box's own key when absent.
    #[serde(default)]
    pub key: Option<PathBuf>,
}

impl Config {
    /// The file of the key that seals what waits on this disk.
    pub fn spool_key(&self) -> PathBuf {
        self.spool.key.clone().unwrap_or_else(|| self.identity.key.with_extension("spool.key"))
    }

    /// Reads the file; its paths are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, yunzhen_runtime::settings::SettingsError> {
        let mut config: Self = yunzhen_runtime::settings::load(path)?;
        let identity = &mut config.identity;
        for file in [&mut identity.certificate, &mut identity.key, &mut identity.trust, &mut config.spool.file] {
            *file = resolve(path, file);
        }
        let optional = [&mut config.page.certificate, &mut config.page.key, &mut config.spool.key];
        for file in optional.into_iter().flatten() {
            *file = resolve(path, file);
        }
        for source in [&mut config.capture.room, &mut config.capture.close_up].into_iter().flatten() {
            if let VideoSource::File(file) = source {
                *file = resolve(path, file);
            }
        }
        if let Some(SoundSource::File(file)) = &mut config.capture.microphone {
            *file = resolve(path, file);
        }
        config.limits.check(path)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_complete_and_an_unknown_key_is_named() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/clinic-agent.example.toml");
        let config = Config::load(Path::new(example)).expect("example");
        assert_eq!(config.relay.server_name(), "relay.example.org");
        assert_eq!(config.relay.enrolment(), "relay.example.org:7448");
        assert_eq!(config.spool_key(), Path::new(example).with_file_name("box.spool.key"));
        let beds: Vec<_> = config.buttons.beds().map(|(_, key, bed)| (key.to_string(), bed.as_str())).collect();
        assert_eq!(beds, [("KEY_F1".to_owned(), "301-1"), ("KEY_F2".to_owned(), "301-2")]);
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("c.toml");
        let text = std::fs::read_to_string(example).expect("example").replace("address =", "adress =");
        std::fs::write(&file, text).expect("written");
        let error = Config::load(&file).expect_err("misspelt").to_string();
        assert!(error.contains("relay.adress") && error.contains("relay.address"), "{error}");
    }

    #[test]
    fn a_limit_with_which_nobody_is_served_starts_no_box_and_is_named() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/clinic-agent.example.toml");
        let text = std::fs::read_to_string(example).expect("example");
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("c.toml");
        std::fs::write(&file, text.replace("head_seconds = 30", "head_seconds = 3")).expect("written");
        let said = Config::load(&file).expect_err("refused").to_string();
        assert!(said.starts_with("`limits.head_seconds`: must be from 20 to 600, not 3, in "), "{said}");
    }
}
