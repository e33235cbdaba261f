//! The key of this box that seals what waits on its disk: one line, 32 bytes as base64, in a file for the agent's user alone, made at the first start. It opens
//! nothing at the relay, and the relay does not know it. Recordings are sealed with keys of their own, which are not on this disk at all.
//!
//! It is not the key of the box's certificate: each renewal makes another one of that, and what waits must open after it.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yunzhen_runtime::private_file::{self, PrivateFileError};
use yunzhen_runtime::sealed::RootKey;

/// Why there is no key. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeyError {
    /// It cannot be read or made.
    #[error(
        "the key file {} that seals what waits on this box cannot be used ({source}): make its folder writable for this service, or name another file in [spool] key",
        path.display()
    )]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others on this machine may read it.
    #[error(
        "the key file {} is open to others on this machine (mode {mode:04o}): run `chmod 600` on it; who had it can open what waits on this box",
        path.display()
    )]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is no key.
    #[error(
        "the file {} holds no key: it is one line, 32 bytes as base64; put back the file that was there, what waits on this box opens with no other",
        .0.display()
    )]
    NoKey(PathBuf),
}

impl From<PrivateFileError> for OwnKeyError {
    fn from(error: PrivateFileError) -> Self {
        match error {
            PrivateFileError::File { path, source } => Self::File { path, source },
            PrivateFileError::Exposed { path, mode } => Self::Exposed { path, mode },
        }
    }
}

/// The key of this file; where there is none, one is made of `random`.
pub fn at(path: &Path, random: [u8; 32]) -> Result<RootKey, OwnKeyError> {
    let text = match private_file::read(path) {
        Err(PrivateFileError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            match private_file::make(path, &STANDARD.encode(random)) {
                Ok(()) => tracing::info!(path = %path.display(), "the key that seals what waits on this box was made"),
                // Another program was faster; its key counts.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(OwnKeyError::File { path: path.to_owned(), source }),
            }
            private_file::read(path)?
        }
        read => read?,
    };
    let key = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    key.map(|key| RootKey::new(&key)).ok_or_else(|| OwnKeyError::NoKey(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn name(key: &RootKey) -> String {
        key.naming("test").name("x")
    }

    #[test]
    fn it_is_made_at_the_first_start_and_is_the_same_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box.spool.key");
        let first = name(&at(&path, [1; 32]).unwrap());
        assert_eq!(name(&at(&path, [2; 32]).unwrap()), first);
        assert_eq!(name(&RootKey::new(&[1; 32])), first);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn one_that_cannot_be_used_is_one_sentence_that_says_what_to_do_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("box.spool.key");
        let says = |path: &Path, words: &str| {
            let sentence = at(path, [1; 32]).unwrap_err().to_string();
            assert!(sentence.contains(&path.display().to_string()) && sentence.contains(words), "{sentence}");
        };
        says(&folder.path().join("no/such/folder.key"), "make its folder writable");
        std::fs::write(&path, "half a k").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        says(&path, "put back the file");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "half a k");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        says(&path, "chmod 600");
    }
}
