//! Stills on the box's disk, from the moment they are taken until the relay has them.
//!
//! One file each: a line of JSON that says what it is, then the picture. Nothing older is ever dropped for something newer: when [`MOST`] stills or
//! [`MOST_BYTES`] wait, the next one is refused and the person who asked reads why. What the relay has, or does not want, is removed at once.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yunzhen_domain::ids::StillId;

/// Stills that may wait.
pub const MOST: usize = 20;
/// Bytes of them.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;

const EXTENSION: &str = "still";

/// What a still is; said to the relay with each offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// By the box's clock.
    pub taken_at: Timestamp,
    /// Of the bytes.
    pub media_type: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
}

/// Why a still could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// As many wait as may.
    #[error("{MOST} stills or {MOST_BYTES} bytes of them wait for the link already")]
    Full,
    /// The disk.
    #[error("a still could not be saved: {0}")]
    Disk(#[from] io::Error),
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Opens the folder, or makes it. What a power cut left half written is removed.
    pub fn open(folder: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let disk = Self { folder: folder.to_owned() };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "new") {
                fs::remove_file(path)?;
            }
        }
        Ok(disk)
    }

    /// Those that wait, oldest first: their ids are in the order of their time.
    pub fn waiting(&self) -> io::Result<Vec<StillId>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let is_still = path.extension().is_some_and(|extension| extension == EXTENSION);
            let id = path.file_stem().and_then(|stem| stem.to_str()?.parse::<StillId>().ok());
            ids.extend(id.filter(|_| is_still));
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Whether a still waits.
    pub fn has(&self, id: StillId) -> bool {
        self.path(id).exists()
    }

    /// Keeps a still; it is on disk when this returns.
    pub fn keep(&self, id: StillId, facts: &Facts, bytes: &[u8]) -> Result<(), KeepError> {
        let waiting = self.waiting()?;
        let mut held = bytes.len() as u64;
        for id in &waiting {
            held += fs::metadata(self.path(*id))?.len();
        }
        if waiting.len() >= MOST || held > MOST_BYTES {
            return Err(KeepError::Full);
        }
        let new = self.folder.join(format!("{id}.new"));
        self.write(&new, id, facts, bytes).inspect_err(|_| {
            // What a full disk left of it would keep it full.
            let _ = fs::remove_file(&new);
        })?;
        Ok(())
    }

    fn write(&self, new: &Path, id: StillId, facts: &Facts, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(new)?;
        let mut head = serde_json::to_vec(facts)?;
        head.push(b'\n');
        file.write_all(&head)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(new, self.path(id))?;
        File::open(&self.folder)?.sync_all()
    }

    /// What waits under this id.
    pub fn read(&self, id: StillId) -> io::Result<(Facts, Vec<u8>)> {
        let mut bytes = fs::read(self.path(id))?;
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(io::ErrorKind::InvalidData)?;
        let facts = serde_json::from_slice(&bytes[..end])?;
        bytes.drain(..=end);
        Ok((facts, bytes))
    }

    /// It waits no more.
    pub fn remove(&self, id: StillId) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn path(&self, id: StillId) -> PathBuf {
        self.folder.join(format!("{id}.{EXTENSION}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn facts() -> Facts {
        Facts {
            taken_at: "2026-11-29T06:00:00.25Z".parse().expect("time"),
            media_type: "image/png".into(),
            width: 2,
            height: 1,
            sha256: "00".into(),
        }
    }

    fn id(number: u128) -> StillId {
        StillId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn what_was_kept_is_there_after_a_power_cut_and_gone_when_removed() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = Disk::open(folder.path()).expect("opened");
        disk.keep(id(2), &facts(), b"two\nlines").expect("kept");
        disk.keep(id(1), &facts(), b"one").expect("kept");
        fs::write(folder.path().join("half.new"), b"half").expect("written");
        let disk = Disk::open(folder.path()).expect("opened again");
        assert_eq!(disk.waiting().expect("listed"), [id(1), id(2)]);
        assert_eq!(disk.read(id(2)).expect("read"), (facts(), b"two\nlines".to_vec()));
        disk.remove(id(2)).expect("removed");
        disk.remove(id(2)).expect("twice is once");
        assert!(!disk.has(id(2)) && disk.has(id(1)));
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1, "the half one is gone");
    }

    #[test]
    fn one_too_many_is_refused_and_nothing_goes_for_it() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = Disk::open(folder.path()).expect("opened");
        for number in 0..MOST as u128 {
            disk.keep(id(number), &facts(), b"x").expect("kept");
        }
        assert!(matches!(disk.keep(id(99), &facts(), b"x"), Err(KeepError::Full)));
        assert_eq!(disk.waiting().expect("listed").len(), MOST);
        disk.remove(id(0)).expect("removed");
        let large = vec![0; MOST_BYTES as usize];
        assert!(matches!(disk.keep(id(99), &facts(), &large), Err(KeepError::Full)));
        disk.keep(id(99), &facts(), b"x").expect("there is room");
    }
}
