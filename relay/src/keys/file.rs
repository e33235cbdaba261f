//! A key in a file of its own: made whole or not at all, refused when others than its owner may read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yunzhen_domain::Sensitive;
use yunzhen_runtime::clock::random_bytes;
use yunzhen_runtime::private_file::{self, PrivateFileError, removed, unfinished};

use super::kms::Kms;
use super::{KeyError, KeyPlace, KeySource, opened, text_of};

/// One key file.
pub struct KeyFile {
    path: PathBuf,
    kms: Option<Arc<dyn Kms>>,
}

impl KeySource for KeyFile {
    fn key(&self, must_be_there: bool) -> Result<[u8; 32], KeyError> {
        match read_own(&self.path) {
            Ok(text) => self.opened(&text),
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => match must_be_there {
                true => Err(KeyError::Gone(self.what())),
                false => self.made(),
            },
            Err(error) => Err(error),
        }
    }
}

impl KeyFile {
    /// Of this path, in clear or wrapped by the service.
    pub fn new(path: &Path, kms: Option<Arc<dyn Kms>>) -> Self {
        Self { path: path.to_owned(), kms }
    }

    /// Makes a key where there is none.
    ///
    /// # Errors
    /// When there is one, or it cannot be made.
    pub fn make(&self) -> Result<[u8; 32], KeyError> {
        let key: [u8; 32] = random_bytes();
        match private_file::make(&self.path, &text_of(&key, &self.what(), self.kms.as_deref())?) {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(KeyError::Exists(self.path.clone())),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// Wraps the key that is there with the service's present key, in its place. The key itself stays the same, and so do all that is sealed with it, the file's owner, group
    /// and mode: a relay that reads it as its own user or by its group still does when somebody else ran this.
    ///
    /// # Errors
    /// When there is no key, no service, or the file cannot be replaced; it is what it was then.
    pub fn wrap_again(&self) -> Result<[u8; 32], KeyError> {
        let key = self.key(true)?;
        if self.kms.is_none() {
            return Err(KeyError::Settings("no service is named that could wrap a key"));
        }
        let text = text_of(&key, &self.what(), self.kms.as_deref())?;
        let unfinished = unfinished(&self.path, &text).map_err(|error| self.unusable(error))?;
        let replaced = as_it_was(&self.path, &unfinished).and_then(|()| fs::rename(&unfinished, &self.path));
        replaced.map_err(|error| self.unusable(removed(&unfinished, error)))?;
        Ok(key)
    }

    fn what(&self) -> String {
        KeyPlace::File(self.path.clone()).to_string()
    }

    fn opened(&self, text: &str) -> Result<[u8; 32], KeyError> {
        opened(text, &self.what(), self.kms.as_deref())
    }

    fn unusable(&self, source: io::Error) -> KeyError {
        KeyError::File { path: self.path.clone(), source }
    }

    /// A new key; where another program was faster, its key counts.
    fn made(&self) -> Result<[u8; 32], KeyError> {
        match self.make() {
            Ok(key) => {
                tracing::info!(path = %self.path.display(), "a key was made; keep a copy apart from the database");
                Ok(key)
            }
            Err(KeyError::Exists(_)) => self.opened(&read_own(&self.path)?),
            Err(error) => Err(error),
        }
    }
}

/// Gives a file to whom another belongs, open to whom that one is.
#[cfg(unix)]
fn as_it_was(before: &Path, after: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (was, is) = (fs::metadata(before)?, fs::metadata(after)?);
    let differs = |was: u32, is: u32| (was != is).then_some(was);
    let (owner, group) = (differs(was.uid(), is.uid()), differs(was.gid(), is.gid()));
    if owner.is_some() || group.is_some() {
        std::os::unix::fs::chown(after, owner, group)?;
    }
    // After the owner: changing that may take bits of the mode away.
    fs::set_permissions(after, was.permissions())
}

#[cfg(not(unix))]
fn as_it_was(_before: &Path, _after: &Path) -> io::Result<()> {
    Ok(())
}

/// The text of a file that only its owner, and a group that reads, may read.
pub(super) fn read_own(path: &Path) -> Result<String, KeyError> {
    private_file::read(path).map_err(|error| match error {
        PrivateFileError::File { path, source } => KeyError::File { path, source },
        PrivateFileError::Exposed { path, mode } => KeyError::Exposed { path, mode },
    })
}

/// The secret of a file that somebody else made up, as it is: its text without the line's end.
///
/// # Errors
/// When it cannot be read, others may read it, or it is empty.
pub fn secret_at(path: &Path) -> Result<Sensitive<String>, KeyError> {
    let text = read_own(path)?;
    match text.trim() {
        "" => Err(KeyError::Empty(path.to_owned())),
        secret => Ok(Sensitive::new(secret.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_never_where_it_would_lock_secrets_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let file = KeyFile::new(&path, None);
        let gone = file.key(true).unwrap_err();
        assert!(gone.to_string().contains("put it back"), "{gone}");
        assert!(!path.exists());
        let key = file.key(false).unwrap();
        assert_eq!(file.key(true).unwrap(), key);
        assert!(matches!(file.make(), Err(KeyError::Exists(_))));
        assert_eq!(file.key(false).unwrap(), key);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            let open = file.key(true).unwrap_err();
            assert!(open.to_string().contains("mode 0644") && open.to_string().contains("chmod 600"), "{open}");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        fs::write(&path, "short").unwrap();
        assert!(matches!(file.key(false), Err(KeyError::NoKey(_))));
        assert!(matches!(file.wrap_again(), Err(KeyError::NoKey(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = KeyFile::new(&folder.path().join("no/such/folder.key"), None);
        assert!(matches!(nowhere.key(false), Err(KeyError::File { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_take_the_place_of_another_does_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (gone, after) = (folder.path().join("gone"), folder.path().join("after"));
        fs::write(&after, "x").unwrap();
        let error = as_it_was(&gone, &after).unwrap_err();
        assert_eq!(removed(&after, error).kind(), io::ErrorKind::NotFound);
        assert!(!after.exists());
    }
}
