//! Seals the few secrets that have to be read again: what signs webhooks, and answers that carry a PIN or a credential while they are kept for a retry. AES-256-GCM
//! with a random nonce; where a text belongs is sealed with it, so that it opens nowhere else. The key is a file of its own, so that a stolen database or its
//! backup opens nothing. Not here: secrets that are only compared (their digests are kept), and passwords.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use yunzhen_domain::Sealed;
use yunzhen_runtime::clock::random_bytes;

/// Begins what is sealed; nothing in clear begins so.
const MARK: &str = "sealed1.";

/// Why something is not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The record has sealed secrets, and the key is gone.
    #[error("the key file {} is not there, and the record holds secrets that only it opens: put it back from where it is kept, on every relay the same", .0.display())]
    Gone(PathBuf),
    /// It cannot be read or made.
    #[error("the key file {} cannot be used: {source}; `secrets_key` in the settings says where it is", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no key.
    #[error("the key file {} holds no key: it is one line, 32 bytes as base64", .0.display())]
    NoKey(PathBuf),
    /// Sealed with another key, for another place, or changed.
    #[error("a sealed secret does not open with this key")]
    Closed,
}

/// The key in use. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<LessSafeKey>);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Vault {
    /// With this key.
    ///
    /// # Errors
    /// Never for 32 bytes; the library's answer is not thrown away.
    pub fn from_key(key: [u8; 32]) -> Result<Self, VaultError> {
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| VaultError::Closed)?;
        Ok(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// With the key of a file. One that is not there is made, readable by its owner alone, unless the record `holds_sealed` secrets: with another key they would be
    /// lost without a word.
    ///
    /// # Errors
    /// When there is no file where there should be one, it cannot be read or made, or holds no key.
    pub fn at(path: &Path, holds_sealed: bool) -> Result<Self, VaultError> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && holds_sealed => {
                return Err(VaultError::Gone(path.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => made(path),
            read => read,
        };
        let text = text.map_err(|source| VaultError::File { path: path.to_owned(), source })?;
        let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Self::from_key(key.ok_or_else(|| VaultError::NoKey(path.to_owned()))?)
    }

    /// Whether a text that was kept is sealed; older ones are in clear.
    pub fn is_sealed(kept: &str) -> bool {
        kept.starts_with(MARK)
    }

    /// Seals a secret for one place.
    ///
    /// # Errors
    /// When it is longer than the cipher takes, which is gigabytes.
    pub fn seal(&self, place: &str, secret: &str) -> Result<Sealed, VaultError> {
        let nonce: [u8; NONCE_LEN] = random_bytes();
        let mut text = secret.as_bytes().to_vec();
        let sealed = self.0.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.as_bytes()),
            &mut text,
        );
        sealed.map_err(|_| VaultError::Closed)?;
        Ok(Sealed::kept(format!("{MARK}{}", STANDARD.encode([&nonce[..], &text[..]].concat()))))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or was changed.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<String, VaultError> {
        let text = sealed.as_kept().strip_prefix(MARK).ok_or(VaultError::Closed)?;
        let mut bytes = STANDARD.decode(text).map_err(|_| VaultError::Closed)?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(VaultError::Closed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Closed)?;
        let opened = self.0.open_in_place(nonce, Aad::from(place.as_bytes()), text).map_err(|_| VaultError::Closed)?;
        String::from_utf8(opened.to_vec()).map_err(|_| VaultError::Closed)
    }
}

/// Makes the file whole or not at all; where another program was faster, its key counts.
fn made(path: &Path) -> io::Result<String> {
    let mark: [u8; 8] = random_bytes();
    let unfinished = path.with_extension(format!("{:016x}", u64::from_ne_bytes(mark)));
    let text = STANDARD.encode(random_bytes::<32>());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    let written = writeln!(file, "{text}").and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&unfinished, path));
    fs::remove_file(&unfinished)?;
    match linked {
        Ok(()) => {
            tracing::info!(path = %path.display(), "a key for sealed secrets was made; keep a copy apart from the database")
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_its_key_in_its_place_and_nowhere_else() {
        let (vault, other) = (Vault::from_key([1; 32]).unwrap(), Vault::from_key([2; 32]).unwrap());
        let sealed = vault.seal("webhook:1", "whsec_abc").unwrap();
        assert!(Vault::is_sealed(sealed.as_kept()) && !sealed.as_kept().contains("whsec"));
        assert_ne!(sealed, vault.seal("webhook:1", "whsec_abc").unwrap(), "a nonce of its own");
        assert_eq!(vault.open("webhook:1", &sealed).unwrap(), "whsec_abc");
        assert!(matches!(vault.open("webhook:2", &sealed), Err(VaultError::Closed)));
        assert!(matches!(other.open("webhook:1", &sealed), Err(VaultError::Closed)));
        for n in MARK.len()..sealed.as_kept().len() {
            let mut changed = sealed.as_kept().as_bytes().to_vec();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            let changed = Sealed::kept(String::from_utf8(changed).unwrap());
            assert!(vault.open("webhook:1", &changed).is_err(), "at {n}");
        }
        for nothing in ["", "whsec_abc", MARK, "sealed1.AAAA"] {
            assert!(vault.open("webhook:1", &Sealed::kept(nothing.to_owned())).is_err(), "{nothing}");
        }
    }

    #[test]
    fn the_key_is_made_once_and_never_where_it_would_lock_secrets_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let gone = Vault::at(&path, true).unwrap_err();
        assert!(gone.to_string().contains("put it back"), "{gone}");
        assert!(!path.exists());
        let sealed = Vault::at(&path, false).unwrap().seal("x", "y").unwrap();
        assert_eq!(Vault::at(&path, true).unwrap().open("x", &sealed).unwrap(), "y");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "short").unwrap();
        assert!(matches!(Vault::at(&path, false), Err(VaultError::NoKey(_))));
        let nowhere = folder.path().join("no/such/folder.key");
        assert!(matches!(Vault::at(&nowhere, false), Err(VaultError::File { .. })));
    }
}
