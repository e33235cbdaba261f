//! Where the keys come from that seal what lies at rest: secrets in the record, backups, the audit log's heads. A key is 32 bytes. It lies in a file that only its owner reads,
//! or in the environment: as it is, or wrapped by a key management service, which keeps the key that unwraps it to itself (envelope encryption).
//!
//! The service is asked at the start and by commands, never while the relay serves: one that is away keeps nobody from care. Not here: what is sealed (`vault`, `backup`), and private
//! keys of certificates.

mod command;
mod file;
mod kms;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::hex;
use yunzhen_runtime::settings;

pub use command::{KeysCommand, KeysCommandError, rotate, status};
pub use file::{KeyFile, secret_at};
pub use kms::{CommandKms, Kms, KmsConfig, KmsError, TransitKms};

/// Begins a key that a key management service wrapped; base64 has no dot.
const WRAPPED: &str = "wrapped1.";
/// What a place in the environment begins with.
const ENVIRONMENT: &str = "env:";
/// Of a key's digest, so many hexadecimal digits name it.
pub const KEY_ID_CHARS: usize = 16;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Something is sealed with it, and it is gone.
    #[error(
        "{0} is not there, and something is sealed that only it opens: put it back from where it is kept, on every relay the same"
    )]
    Gone(String),
    /// It cannot be read or made.
    #[error("the key file {} cannot be used: {source}; the settings say where it is", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others on this machine may read it, or change it.
    #[error(
        "the file {} is open to others on this machine (mode {mode:04o}): run `chmod 600` on it; who had it can open or sign what the key is for",
        path.display()
    )]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is no key.
    #[error("{0} holds no key: it is one line, 32 bytes as base64, or what a key management service made of them")]
    NoKey(String),
    /// A secret's file holds nothing.
    #[error("the secret's file {} is empty", .0.display())]
    Empty(PathBuf),
    /// Nothing is overwritten.
    #[error("{} is there already; nothing was changed", .0.display())]
    Exists(PathBuf),
    /// It is wrapped, and nobody is named who unwraps it.
    #[error(
        "the key in {0} is wrapped by a key management service, and the settings name none: see [kms] in relay.example.toml"
    )]
    NoService(String),
    /// The settings of the service.
    #[error("[kms] of the settings: {0}")]
    Settings(&'static str),
    /// The service.
    #[error("the key in {what} is not to be had from the key management service: {source}")]
    Service {
        /// Which key.
        what: String,
        /// Why.
        source: Box<KmsError>,
    },
}

/// Where one key comes from.
pub trait KeySource: Send + Sync {
    /// The key. One that is not there is made where this source can make one, unless it `must_be_there`.
    ///
    /// # Errors
    /// When it is not there and is not made, or is no key that may be used.
    fn key(&self, must_be_there: bool) -> Result<[u8; 32], KeyError>;
}

/// A place of a key as the settings and the command line write it: a file, or `env:NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum KeyPlace {
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
}

impl From<String> for KeyPlace {
    fn from(text: String) -> Self {
        match text.strip_prefix(ENVIRONMENT) {
            Some(name) => Self::Environment(name.to_owned()),
            None => Self::File(text.into()),
        }
    }
}

impl From<PathBuf> for KeyPlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl KeyPlace {
    /// A file's path relative to the settings file.
    #[must_use]
    pub fn resolved(&self, settings_file: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(settings::resolve(settings_file, path)),
            Self::Environment(name) => Self::Environment(name.clone()),
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the key file {}", path.display()),
            Self::Environment(name) => write!(f, "the variable {name}"),
        }
    }
}

/// A variable of the environment as it was at the start; nothing is made there.
pub struct KeyVariable {
    name: String,
    value: Option<String>,
    kms: Option<Arc<dyn Kms>>,
}

impl KeySource for KeyVariable {
    fn key(&self, _must_be_there: bool) -> Result<[u8; 32], KeyError> {
        let what = KeyPlace::Environment(self.name.clone()).to_string();
        let text = self.value.as_ref().ok_or_else(|| KeyError::Gone(what.clone()))?;
        opened(text, &what, self.kms.as_deref())
    }
}

/// Turns places into keys. Cheap to clone.
#[derive(Clone, Default)]
pub struct Keys {
    kms: Option<Arc<dyn Kms>>,
}

impl Keys {
    /// With the service of the settings, if they name one. It is not asked yet.
    ///
    /// # Errors
    /// When the settings name half of a service, or two.
    pub fn new(config: &KmsConfig) -> Result<Self, KeyError> {
        Ok(Self { kms: config.service()? })
    }

    /// With this service.
    pub fn with(kms: Arc<dyn Kms>) -> Self {
        Self { kms: Some(kms) }
    }

    /// What gives the key of a place.
    pub fn source(&self, place: &KeyPlace) -> Box<dyn KeySource> {
        match place {
            KeyPlace::File(path) => Box::new(self.file(path)),
            KeyPlace::Environment(name) => {
                let value = std::env::var(name).ok();
                Box::new(KeyVariable { name: name.clone(), value, kms: self.kms.clone() })
            }
        }
    }

    /// The key that seals and the older ones that still open. The present one is made where it is not there and need not be; an older one never is.
    ///
    /// # Errors
    /// When one of them is not to be had.
    pub fn sealing(
        &self,
        current: &KeyPlace,
        older: &[KeyPlace],
        must_be_there: bool,
    ) -> Result<([u8; 32], Vec<[u8; 32]>), KeyError> {
        let current = self.source(current).key(must_be_there)?;
        let older = older.iter().map(|place| self.source(place).key(true)).collect::<Result<_, _>>()?;
        Ok((current, older))
    }

    /// A key file; a key that is made in it is wrapped where there is a service.
    pub fn file(&self, path: &Path) -> KeyFile {
        KeyFile::new(path, self.kms.clone())
    }
}

/// The digest that names a key, and says nothing about it.
pub fn fingerprint(key: &[u8; 32]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"yunzhen-key-id\0");
    digest.update(key);
    digest.finalize().into()
}

/// The name of a key, as sealed values carry it and `relay keys status` prints it.
pub fn key_id(key: &[u8; 32]) -> String {
    let mut id = hex(&fingerprint(key));
    id.truncate(KEY_ID_CHARS);
    id
}

/// A key from its text: as it is, or unwrapped.
fn opened(text: &str, what: &str, kms: Option<&dyn Kms>) -> Result<[u8; 32], KeyError> {
    let no_key = || KeyError::NoKey(what.to_owned());
    let text = text.trim();
    let Some(rest) = text.strip_prefix(WRAPPED) else {
        let bytes = STANDARD.decode(text).map_err(|_| no_key())?;
        return <[u8; 32]>::try_from(bytes).map_err(|_| no_key());
    };
    let (wrapped_with, wrapped) = rest.split_once('.').ok_or_else(no_key)?;
    let kms = kms.ok_or_else(|| KeyError::NoService(what.to_owned()))?;
    kms.unwrap_key(wrapped_with, wrapped)
        .map_err(|source| KeyError::Service { what: what.to_owned(), source: Box::new(source) })
}

/// The text of a key: wrapped where there is a service.
fn text_of(key: &[u8; 32], what: &str, kms: Option<&dyn Kms>) -> Result<String, KeyError> {
    let Some(kms) = kms else { return Ok(STANDARD.encode(key)) };
    let failed = |source| KeyError::Service { what: what.to_owned(), source: Box::new(source) };
    let wrapped = kms.wrap_key(key).map_err(failed)?;
    // A service that gives back something else than it got would be noticed when nothing opens any more.
    match kms.unwrap_key(kms.current(), &wrapped).map_err(failed)? == *key {
        true => Ok(format!("{WRAPPED}{}.{wrapped}", kms.current())),
        false => Err(failed(KmsError::NoKey)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_or_a_variable() {
        let of = |text: &str| KeyPlace::from(text.to_owned());
        let file = of("secrets.key").resolved(Path::new("/etc/yunzhen/relay.toml"));
        assert_eq!(file, KeyPlace::File("/etc/yunzhen/secrets.key".into()));
        assert_eq!(of("env:RELAY_KEY"), KeyPlace::Environment("RELAY_KEY".into()));
        assert_eq!(of("env:RELAY_KEY").resolved(Path::new("/etc/relay.toml")), of("env:RELAY_KEY"));
    }

    #[test]
    fn a_variable_holds_a_key_or_says_that_it_does_not_and_makes_none() {
        let of = |value: Option<&str>| {
            KeyVariable { name: "RELAY_KEY".into(), value: value.map(ToOwned::to_owned), kms: None }.key(false)
        };
        assert_eq!(of(Some(&format!("{}\n", STANDARD.encode([3; 32])))).unwrap(), [3; 32]);
        let gone = of(None).unwrap_err().to_string();
        assert!(gone.contains("variable RELAY_KEY is not there"), "{gone}");
        let short = of(Some("c2hvcnQ=")).unwrap_err().to_string();
        assert!(short.contains("RELAY_KEY holds no key") && !short.contains("c2hvcnQ"), "{short}");
        let wrapped = of(Some("wrapped1.kek.AAAA")).unwrap_err();
        assert!(matches!(wrapped, KeyError::NoService(_)), "{wrapped}");
        // As the settings name one: this variable is there in every test, and is no key.
        let there = Keys::default().source(&KeyPlace::Environment("CARGO_PKG_NAME".into())).key(true);
        assert!(matches!(there, Err(KeyError::NoKey(_) | KeyError::Gone(_))));
    }

    #[test]
    fn a_key_has_one_name_that_is_not_its_beginning() {
        let (one, other) = (key_id(&[1; 32]), key_id(&[2; 32]));
        assert!(one.len() == KEY_ID_CHARS && one.bytes().all(|b| b.is_ascii_hexdigit()) && one != other);
        assert_eq!(one, key_id(&[1; 32]));
        assert!(!hex(&[1; 32]).starts_with(&one));
    }
}
