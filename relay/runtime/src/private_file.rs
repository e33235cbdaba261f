//! Files that hold a secret of this machine: made whole or not at all, for their owner alone, and refused when others than the owner, and a group that reads, may
//! read them. Not here: what they hold.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::clock::random_bytes;

/// Why the text of such a file is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// It cannot be read.
    #[error("the key file {} cannot be used: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others on this machine may read it, or change it.
    #[error("the file {} is open to others on this machine (mode {mode:04o}): run `chmod 600` on it", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

/// The text of a file that only its owner, and a group that reads, may read.
///
/// # Errors
/// When it cannot be read, or others may read it.
pub fn read(path: &Path) -> Result<String, PrivateFileError> {
    let failed = |source| PrivateFileError::File { path: path.to_owned(), source };
    let mut file = fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(failed)?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
        if mode & 0o037 != 0 {
            return Err(PrivateFileError::Exposed { path: path.to_owned(), mode });
        }
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Makes the file with this line; on disk when this returns.
///
/// # Errors
/// `AlreadyExists` when there is one, which stays as it is; when it cannot be made.
pub fn make(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = unfinished(path, text)?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    linked?;
    // What the secret seals must not outlive it in a power cut.
    name_on_disk(path)
}

/// Puts the name of a file on disk, whose content is there: a power cut takes neither away from then on.
///
/// # Errors
/// When its folder cannot be read.
pub fn name_on_disk(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A file beside `path` with this line, for its owner alone, on disk. None stays when that fails: it would hold a key that nobody looks after.
///
/// # Errors
/// When it cannot be made.
pub fn unfinished(path: &Path, text: &str) -> io::Result<PathBuf> {
    let mark: [u8; 8] = random_bytes();
    let path = path.with_extension(format!("{:016x}", u64::from_ne_bytes(mark)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    match writeln!(file, "{text}").and_then(|()| file.sync_all()) {
        Ok(()) => Ok(path),
        Err(error) => Err(removed(&path, error)),
    }
}

/// Removes a file that was not finished, and gives back why it was not.
#[must_use]
pub fn removed(unfinished: &Path, why: io::Error) -> io::Error {
    match fs::remove_file(unfinished) {
        Ok(()) => why,
        Err(error) if error.kind() == io::ErrorKind::NotFound => why,
        Err(error) => io::Error::new(why.kind(), format!("{why}; remove {}: {error}", unfinished.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_read_as_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        make(&path, "one").unwrap();
        assert_eq!(make(&path, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read(&path).unwrap(), "one\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(read(&path), Err(PrivateFileError::Exposed { mode: 0o644, .. })));
        }
        assert!(matches!(read(&folder.path().join("none")), Err(PrivateFileError::File { .. })));
    }

    #[test]
    fn the_name_of_a_file_is_put_on_disk_in_its_folder_also_in_the_one_of_the_program() {
        let folder = tempfile::tempdir().unwrap();
        name_on_disk(&folder.path().join("a.key")).unwrap();
        name_on_disk(Path::new("a.key")).unwrap();
        let gone = name_on_disk(&folder.path().join("gone/a.key")).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_was_not_finished_is_removed_and_the_reason_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.0123");
        fs::write(&path, "half a key").unwrap();
        let full = || io::Error::new(io::ErrorKind::StorageFull, "no space");
        for _ in 0..2 {
            assert_eq!(removed(&path, full()).to_string(), "no space");
            assert!(!path.exists());
        }
        let stays = removed(folder.path(), full());
        assert!(
            stays.kind() == io::ErrorKind::StorageFull && stays.to_string().contains("no space; remove "),
            "{stays}"
        );
    }
}
