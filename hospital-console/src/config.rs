//! The console's settings file. `hospital-console.example.toml` explains every key; an unknown one is refused.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yunzhen_runtime::serve::HttpLimits;
use yunzhen_runtime::settings::{self, SettingsError};
use yunzhen_runtime::telemetry::TelemetrySettings;

/// Everything the console can be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where browsers find it.
    #[serde(default)]
    pub listen: ListenConfig,
    /// Where the relay is.
    pub relay: RelayConfig,
    /// Who the console is and whom it believes.
    pub identity: IdentityConfig,
    /// The authority that certifies signing keys; without it nobody gets a certificate here.
    pub signers: Option<SignersConfig>,
    /// What one browser may cost.
    #[serde(default)]
    pub limits: HttpLimits,
    /// Log format and filter.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
}

/// The page for browsers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// Address; port 0 takes a free one, which the READY line names.
    pub web: SocketAddr,
    /// Certificate chain for browsers; with `tls_key` the page is served over TLS.
    pub tls_certificate: Option<PathBuf>,
    /// Its key.
    pub tls_key: Option<PathBuf>,
    /// A proxy before the console does TLS: cookies are marked for TLS although the console itself speaks plain HTTP, and the last
    /// entry of `X-Forwarded-For` is where a browser is.
    pub behind_tls_proxy: bool,
    /// Connections of browsers at once.
    pub max_connections: usize,
    /// Of these, from one address (of IPv6 a /64). Not behind a proxy, whose address all have.
    pub max_connections_per_address: usize,
}

impl Default for ListenConfig {
    fn default() -> Self {
        Self {
            web: SocketAddr::from(([127, 0, 0, 1], 7480)),
            tls_certificate: None,
            tls_key: None,
            behind_tls_proxy: false,
            max_connections: 1024,
            max_connections_per_address: 256,
        }
    }
}

/// The relay's API for consoles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    /// `host:port`; the relay's certificate must be valid for the host.
    pub address: String,
    /// How long the relay may take to begin its answer, in seconds.
    #[serde(default = "default_timeout")]
    pub answer_timeout_seconds: u64,
}

/// Certificates, PEM files. Paths are relative to the settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityConfig {
    /// The console's certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authority of boxes, relays and consoles.
    pub systems_authority: PathBuf,
}

/// The hospital's registration authority: it holds the key that certifies signing keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignersConfig {
    /// The authority's certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

const fn default_timeout() -> u64 {
    30
}

impl Config {
    /// Reads the file and makes its paths absolute to the file's folder.
    ///
    /// # Errors
    /// One sentence: no such file, unknown key, wrong value.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let mut config: Self = settings::load(path)?;
        let identity = &mut config.identity;
        let mut files = vec![&mut identity.certificate, &mut identity.key, &mut identity.systems_authority];
        files.extend(config.listen.tls_certificate.as_mut());
        files.extend(config.listen.tls_key.as_mut());
        if let Some(signers) = &mut config.signers {
            files.extend([&mut signers.certificate, &mut signers.key]);
        }
        for file in files {
            *file = settings::resolve(path, file);
        }
        config.limits.check(path)?;
        Ok(config)
    }
}
