//! The relay's settings file. Every section has its defaults here and its comment in `relay.example.toml`; an unknown key is refused.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use yunzhen_runtime::settings::{self, SettingsError};
use yunzhen_runtime::telemetry::TelemetrySettings;
use yunzhen_store::Location;

use crate::keys::{KeyPlace, KmsConfig};
use crate::openid::OpenIdConfig;
use crate::print::PrintConfig;

mod limits;

pub use limits::LimitsConfig;

/// Everything the relay can be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The name that the relay's certificate carries.
    #[serde(default = "default_name")]
    pub name: String,
    /// Where the care record lives.
    #[serde(default)]
    pub store: StoreConfig,
    /// Who the relay is and whom it believes.
    pub identity: IdentityConfig,
    /// The addresses it listens on.
    #[serde(default)]
    pub listen: ListenConfig,
    /// WHIP and WHEP for standard clients.
    #[serde(default)]
    pub whip: WhipConfig,
    /// Media towards browsers and boxes.
    #[serde(default)]
    pub media: MediaConfig,
    /// A file that tightens the policy's numbers (domain.md section 2).
    #[serde(default)]
    pub policy: Option<PathBuf>,
    /// A folder of rule files for the safety checks that the operator has licensed, `*.toml` in the form of `relay/domain/data`.
    #[serde(default)]
    pub safety_rules: Option<PathBuf>,
    /// A file of the hospital's own products and diagnoses, in the form of `drugs.toml` and `diagnoses.toml` of `relay/domain/data`.
    #[serde(default)]
    pub products: Option<PathBuf>,
    /// The key that seals secrets in the record, and from which that of an SQLite file is derived; a file is made at the first start.
    #[serde(default = "default_secrets_key")]
    pub secrets_key: KeyPlace,
    /// Keys that sealed before.
    #[serde(default)]
    pub keys: KeysConfig,
    /// The key management service that wraps keys.
    #[serde(default)]
    pub kms: KmsConfig,
    /// Where browsers and calendar programs reach the console, such as `https://clinic.example.org`; links that leave the pages begin with it.
    #[serde(default)]
    pub public_url: Option<PublicUrl>,
    /// Fonts of the pages to print.
    #[serde(default)]
    pub print: PrintConfig,
    /// Where events of pharmacies' systems may be sent.
    #[serde(default)]
    pub webhooks: WebhooksConfig,
    /// Keys that people sign with.
    #[serde(default)]
    pub signing_keys: SigningKeysConfig,
    /// The audit log's head, signed and published.
    #[serde(default)]
    pub audit: AuditConfig,
    /// Recordings of consultations.
    #[serde(default)]
    pub recordings: RecordingsConfig,
    /// What one peer may cost.
    #[serde(default)]
    pub limits: LimitsConfig,
    /// Enrolment and renewal of boxes.
    #[serde(default)]
    pub enrolment: EnrolmentConfig,
    /// Identity providers of hospitals.
    #[serde(default)]
    pub openid: OpenIdConfig,
    /// Log format and filter.
    #[serde(default)]
    pub telemetry: TelemetrySettings,
}

/// Keys that sealed before, and still open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// As `secrets_key`, each; none is made.
    pub older: Vec<KeyPlace>,
    /// Names of keys that are lost for good: the relay starts all the same, and what they sealed stays shut. `nameless` is the key of before keys had names.
    pub start_without: Vec<String>,
}

/// The audit log's head, signed and published every hour. Paths are relative to the settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// The key that signs heads and nothing else; a file is made at the first start.
    pub key: KeyPlace,
    /// The statements, one a line; the public key lies beside it.
    pub heads: PathBuf,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { key: KeyPlace::File("audit-head.key".into()), heads: "audit-heads.jws".into() }
    }
}

/// Keys that people sign with.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningKeysConfig {
    /// Who lets a key sign.
    pub approval: KeyApproval,
}

/// Who lets a key sign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyApproval {
    /// An administrator, who compares the fingerprint with the person.
    #[default]
    Administrator,
    /// Nobody: whoever is signed in, and has a licence on record, gets one. For demonstrations and tests.
    AtOnce,
}

/// An address as it is reached from outside: `http://…` or `https://…`, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(String);

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .map(|rest| rest.trim_end_matches('/'));
        match host {
            Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ']) => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(format!("public_url must be like https://clinic.example.org, not {text:?}")),
        }
    }
}

impl PublicUrl {
    /// The whole address of a path below it.
    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Scheme, host and port as browsers write them: small letters, and no port that goes without saying.
    pub fn origin(&self) -> String {
        let url = self.0.to_lowercase();
        let usual = if url.starts_with("https://") { ":443" } else { ":80" };
        url.strip_suffix(usual).unwrap_or(&url).to_owned()
    }

    /// The host alone.
    pub fn host(&self) -> String {
        let origin = self.origin();
        let place = origin.split_once("://").map_or(origin.as_str(), |(_, place)| place);
        let host = place.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
        host.map_or(place, |(host, _)| host).to_owned()
    }
}

/// Where the care record lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// The SQLite file; made when it is not there.
    #[serde(default = "default_path")]
    pub path: PathBuf,
    /// Another place, as URL: a PostgreSQL database, or an SQLite file. `DATABASE_URL` in the environment comes before it.
    #[serde(default)]
    pub url: Option<Location>,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self { path: default_path(), url: None }
    }
}

impl StoreConfig {
    /// The URL where there is one, else the file.
    pub fn location(&self) -> Location {
        self.url.clone().unwrap_or_else(|| Location::File(self.path.clone()))
    }
}

/// Certificates, PEM files. Paths are relative to the settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityConfig {
    /// The relay's certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authority of boxes, relays and consoles.
    pub systems_authority: PathBuf,
    /// The authority of signing staff; public certificates only.
    pub signers_authority: PathBuf,
    /// A list of revoked certificates (`certs revoke`); read again whenever it changes. It need not be there yet; one that is there and cannot be
    /// believed starts no relay.
    #[serde(default)]
    pub revoked: Option<PathBuf>,
}

/// Enrolment and renewal of boxes, for which the relay is given the key of the systems authority.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentConfig {
    /// The key of the systems authority, for its owner only; left out, boxes are neither enrolled nor renewed.
    pub key: Option<PathBuf>,
    /// The certificate of that authority; left out, `identity.systems_authority`.
    pub authority: Option<PathBuf>,
    /// The door for boxes that cannot come in yet: HTTPS with the relay's certificate; left out, there is none.
    pub listen: Option<SocketAddr>,
    /// Where boxes reach `listen`, `host:port`: shown beside a code.
    pub address: Option<String>,
}

/// Addresses. Port 0 takes a free one, which the READY line names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// Boxes, QUIC over UDP.
    pub boxes: SocketAddr,
    /// Consoles, HTTPS with client certificates.
    pub api: SocketAddr,
    /// All browsers' media, one UDP port.
    pub media: SocketAddr,
    /// Standard WHIP and WHEP clients.
    pub whip: SocketAddr,
    /// Health and metrics; keep it private.
    pub ops: SocketAddr,
    /// Serve WHIP and WHEP with the relay's certificate instead of plain HTTP behind a proxy.
    pub whip_tls: bool,
}

impl Default for ListenConfig {
    fn default() -> Self {
        let on = |ip: [u8; 4], port| SocketAddr::from((ip, port));
        Self {
            boxes: on([0, 0, 0, 0], 7443),
            api: on([0, 0, 0, 0], 7444),
            media: on([0, 0, 0, 0], 7445),
            whip: on([127, 0, 0, 1], 7446),
            ops: on([127, 0, 0, 1], 7447),
            whip_tls: false,
        }
    }
}

/// WHIP and WHEP for standard clients.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhipConfig {
    /// Where standard clients reach `listen.whip`, such as `https://media.example.org`; left out, the address that it listens on.
    pub public_url: Option<PublicUrl>,
}

/// Where events of pharmacies' systems may be sent. By default https to public addresses, believed by the machine's authorities.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksConfig {
    /// Also to this machine, by http too: for demonstrations and tests.
    pub allow_loopback: bool,
    /// Also into private networks, by https.
    pub allow_private: bool,
    /// One more authority whose servers are believed, PEM; relative to the settings file.
    pub authority: Option<PathBuf>,
}

/// Media towards browsers and boxes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaConfig {
    /// The addresses that browsers are told to send to; empty means the address of `listen.media`.
    pub advertise: Vec<IpAddr>,
    /// Threads that carry browsers' media.
    pub shards: usize,
    /// First target of a box's video encoder, bits per second.
    pub video_bitrate_bps: u32,
    /// Pixels.
    pub video_width: u32,
    /// Pixels.
    pub video_height: u32,
    /// Frames per second.
    pub video_fps: u32,
    /// Opus target, bits per second.
    pub audio_bitrate_bps: u32,
    /// Where stills and segments of recordings wait that have not arrived whole; relative to the settings file.
    pub bulk: PathBuf,
}

/// Recordings of consultations.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingsConfig {
    /// Where they lie; relative to the settings file. Relays that share a record share it.
    pub directory: PathBuf,
}

impl Default for RecordingsConfig {
    fn default() -> Self {
        Self { directory: "recordings".into() }
    }
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            advertise: Vec::new(),
            shards: 1,
            video_bitrate_bps: 2_000_000,
            video_width: 1280,
            video_height: 720,
            video_fps: 30,
            audio_bitrate_bps: 32_000,
            bulk: "bulk".into(),
        }
    }
}

fn default_path() -> PathBuf {
    "relay.sqlite".into()
}

fn default_secrets_key() -> KeyPlace {
    KeyPlace::File("secrets.key".into())
}

fn default_name() -> String {
    "relay".into()
}

impl Config {
    /// Reads the file and makes its paths absolute to the file's folder.
    ///
    /// # Errors
    /// One sentence: no such file, unknown key, wrong value.
    pub fn load(path: &Path) -> Result<Self, SettingsError> {
        let mut config: Self = settings::load(path)?;
        let identity = &mut config.identity;
        for file in [
            &mut config.store.path,
            &mut config.media.bulk,
            &mut config.recordings.directory,
            &mut identity.certificate,
            &mut identity.key,
            &mut identity.systems_authority,
            &mut identity.signers_authority,
            &mut config.audit.heads,
        ] {
            *file = settings::resolve(path, file);
        }
        let current = [&mut config.secrets_key, &mut config.audit.key];
        for place in current.into_iter().chain(&mut config.keys.older) {
            *place = place.resolved(path);
        }
        for font in &mut config.print.fonts {
            font.path = settings::resolve(path, &font.path);
        }
        if let Some(policy) = &mut config.policy {
            *policy = settings::resolve(path, policy);
        }
        let (enrolment, webhooks, kms) = (&mut config.enrolment, &mut config.webhooks, &mut config.kms);
        let optional = [
            &mut webhooks.authority,
            &mut enrolment.key,
            &mut enrolment.authority,
            &mut config.identity.revoked,
            &mut kms.token,
            &mut kms.authority,
        ];
        for file in optional.into_iter().flatten() {
            *file = settings::resolve(path, file);
        }
        config.openid.resolve(path);
        if let Some(products) = &mut config.products {
            *products = settings::resolve(path, products);
        }
        if let Some(folder) = &mut config.safety_rules {
            *folder = settings::resolve(path, folder);
        }
        config.limits.check(path)?;
        Ok(config)
    }

    /// Where standard clients reach WHIP and WHEP, which listen here.
    pub fn whip_url(&self, listening: SocketAddr) -> String {
        let scheme = if self.listen.whip_tls { "https" } else { "http" };
        self.whip.public_url.as_ref().map_or_else(|| format!("{scheme}://{listening}"), |url| url.address_of(""))
    }

    /// The addresses that go into browsers' candidates.
    pub fn advertised(&self) -> Vec<IpAddr> {
        match (&self.media.advertise[..], self.listen.media.ip()) {
            ([], ip) if ip.is_unspecified() => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            ([], ip) => vec![ip],
            (given, _) => given.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::de::{Deserializer, Visitor, value};

    use super::*;

    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/relay.example.toml");

    /// The keys that a section knows, as its `Deserialize` says them.
    fn keys_of<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
        struct Asked<'a>(&'a mut &'static [&'static str]);

        impl<'de> Deserializer<'de> for Asked<'_> {
            type Error = value::Error;

            fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, value::Error> {
                Err(serde::de::Error::custom("a section is a struct"))
            }

            fn deserialize_struct<V: Visitor<'de>>(
                self,
                _: &'static str,
                fields: &'static [&'static str],
                visitor: V,
            ) -> Result<V::Value, value::Error> {
                *self.0 = fields;
                self.deserialize_any(visitor)
            }

            serde::forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq
                tuple tuple_struct map enum identifier ignored_any
            }
        }

        let mut keys: &'static [&'static str] = &[];
        assert!(T::deserialize(Asked(&mut keys)).is_err());
        keys
    }

    /// The example with every key in force.
    fn uncommented() -> String {
        let is_key = |line: &str| line.split_once(" = ").is_some_and(|(key, _)| !key.trim().contains(' '));
        let text = std::fs::read_to_string(EXAMPLE).unwrap();
        let lines = text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn load(text: &str) -> Result<Config, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(&file)
    }

    #[test]
    fn the_example_is_complete_and_a_misspelt_key_is_named() {
        let config = Config::load(Path::new(EXAMPLE)).unwrap();
        assert!(config.identity.key.ends_with("relay/relay.key.pem"));
        assert_eq!(config.listen.api.port(), 7444);
        let text = std::fs::read_to_string(EXAMPLE).unwrap().replace("certificate =", "certifcate =");
        let said = load(&text).unwrap_err().to_string();
        assert!(said.contains("identity.certifcate") && said.contains("identity.certificate"), "{said}");
    }

    #[test]
    fn the_example_names_every_key_and_each_of_its_values_is_one() {
        let text = uncommented();
        let config = load(&text).unwrap();
        assert!(config.whip.public_url.is_some() && config.policy.is_some() && config.store.url.is_some());
        let mut named: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                named.push((section.0, Vec::new()));
            } else if let (Some((key, _)), Some(section)) = (line.split_once('='), named.last_mut()) {
                section.1.push(key.trim());
            }
        }
        let sections = [
            ("store", keys_of::<StoreConfig>()),
            ("identity", keys_of::<IdentityConfig>()),
            ("listen", keys_of::<ListenConfig>()),
            ("whip", keys_of::<WhipConfig>()),
            ("media", keys_of::<MediaConfig>()),
            ("audit", keys_of::<AuditConfig>()),
            ("keys", keys_of::<KeysConfig>()),
            ("kms", keys_of::<KmsConfig>()),
            ("signing_keys", keys_of::<SigningKeysConfig>()),
            ("recordings", keys_of::<RecordingsConfig>()),
            ("print", keys_of::<PrintConfig>()),
            ("webhooks", keys_of::<WebhooksConfig>()),
            ("limits", keys_of::<LimitsConfig>()),
            ("enrolment", keys_of::<EnrolmentConfig>()),
            ("openid", keys_of::<OpenIdConfig>()),
            ("telemetry", keys_of::<TelemetrySettings>()),
        ];
        for (section, known) in sections {
            let found = named.iter().find(|(name, _)| *name == section);
            assert_eq!(found.map(|(_, keys)| &keys[..]), Some(known), "[{section}]");
        }
        let mut top = [&named[0].1[..], &sections.map(|(name, _)| name)].concat();
        let mut known = keys_of::<Config>().to_vec();
        top.sort_unstable();
        known.sort_unstable();
        assert_eq!(top, known, "sections and keys outside of any");
    }

    #[test]
    fn a_limit_with_which_nobody_is_served_starts_no_relay_and_is_named() {
        let text = std::fs::read_to_string(EXAMPLE).unwrap();
        for key in keys_of::<LimitsConfig>() {
            let changed = text.replacen("[limits]", &format!("[limits]\n{key} = 0"), 1);
            let loaded = load(&changed);
            // From the first handshake on a box proves its address: slow, and it works.
            if *key == "handshakes_unproven" {
                assert!(loaded.is_ok(), "{:?}", loaded.err());
                continue;
            }
            let said = loaded.unwrap_err().to_string();
            assert!(said.contains(&format!("`limits.{key}`")) && !said.contains('\n'), "{said}");
        }
        let said = load(&text.replacen("[limits]", "[limits]\noffer_bytes = 1000", 1)).unwrap_err().to_string();
        assert!(said.starts_with("`limits.offer_bytes`: must be from 32768 to 262144, not 1000, in "), "{said}");
        let some = [
            ("commands_unread", 1),
            ("commands_unread", 1_000_000),
            ("datagrams_per_second", 9),
            ("offers_per_minute", 1),
        ];
        for (key, figure) in some {
            let changed = text.replacen("[limits]", &format!("[limits]\n{key} = {figure}"), 1);
            let said = load(&changed).unwrap_err().to_string();
            assert!(said.starts_with(&format!("`limits.{key}`: must be from ")), "{said}");
        }
    }

    #[test]
    fn standard_clients_are_sent_to_the_public_address_where_there_is_one() {
        let here = SocketAddr::from(([127, 0, 0, 1], 7446));
        let config = Config::load(Path::new(EXAMPLE)).unwrap();
        assert_eq!(config.whip_url(here), "http://127.0.0.1:7446");
        let mut tls = config.clone();
        tls.listen.whip_tls = true;
        assert_eq!(tls.whip_url(here), "https://127.0.0.1:7446");
        let url = PublicUrl::try_from("https://media.example.org/".to_owned()).unwrap();
        let behind_a_proxy = Config { whip: WhipConfig { public_url: Some(url) }, ..config };
        assert_eq!(behind_a_proxy.whip_url(here), "https://media.example.org");
        let with_a_path = load(&uncommented().replace("https://media.example.org\"", "https://media.example.org/x\""));
        let said = with_a_path.unwrap_err().to_string();
        assert!(said.contains("whip.public_url") && said.contains("https://clinic.example.org"), "{said}");
    }

    #[test]
    fn passkeys_are_made_for_the_host_and_believed_from_the_origin() {
        for (text, origin, host) in [
            ("https://Clinic.example.org/", "https://clinic.example.org", "clinic.example.org"),
            ("https://clinic.example.org:443", "https://clinic.example.org", "clinic.example.org"),
            ("https://clinic.example.org:8443", "https://clinic.example.org:8443", "clinic.example.org"),
            ("http://localhost:7480", "http://localhost:7480", "localhost"),
            ("http://localhost:80/", "http://localhost", "localhost"),
        ] {
            let url = PublicUrl::try_from(text.to_owned()).unwrap();
            assert_eq!((url.origin().as_str(), url.host().as_str()), (origin, host));
        }
    }
}
