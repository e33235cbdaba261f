//! Stills on the box's disk, from the moment they are taken until the relay has them.
//!
//! One file each: a line of JSON that says what it is, then the picture, sealed together for this still with the box's key. Nothing older is ever dropped for
//! something newer: when [`MOST`] stills or [`MOST_BYTES`] wait, the next one is refused and the person who asked reads why. What the relay has, or does not want, is
//! removed at once. A file's ending names the key that sealed it: what another key sealed is left alone, for the day when that key is back.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yunzhen_domain::ids::StillId;
use yunzhen_runtime::clock;
use yunzhen_runtime::sealed::{Closed, RootKey, SealingKey};

/// Stills that may wait.
pub const MOST: usize = 20;
/// Bytes of them.
pub const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Of a still in clear, as older programs kept it.
const IN_CLEAR: &str = "still";
/// Begins the ending of a sealed one, before the name of its key.
const SEALED: &str = "sealed-";
/// Of the key's name, so many digits are enough to tell a home's few keys apart.
const NAME_DIGITS: usize = 16;
const NEW: &str = "new";

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
    key: Arc<SealingKey>,
    /// Of what this key sealed.
    ending: Arc<str>,
}

impl Disk {
    /// Opens the folder, or makes it. What a power cut left half written is removed; what an older program kept in clear is sealed.
    pub fn open(folder: &Path, key: &RootKey) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut name = key.naming("key of stills").name("");
        name.truncate(NAME_DIGITS);
        let (key, ending) = (key.sealing("stills").map_err(io::Error::other)?, format!("{SEALED}{name}"));
        let disk = Self { folder: folder.to_owned(), key: Arc::new(key), ending: ending.into() };
        // All names first: sealing makes files in this folder.
        let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        for path in paths {
            match ending_of(&path) {
                Some(NEW) => fs::remove_file(&path)?,
                // One that cannot be sealed stays as it is and is tried at the next start; it keeps no box from starting.
                Some(IN_CLEAR) => {
                    if let Err(error) = disk.seal_clear(&path) {
                        tracing::error!(%error, file = %path.display(), "a still in clear could not be sealed");
                    }
                }
                Some(other) if other.starts_with(SEALED) && *other != *disk.ending => {
                    tracing::error!(file = %path.display(), "a still was sealed with another key than this box has; it stays");
                }
                Some(_) | None => {}
            }
        }
        Ok(disk)
    }

    /// A power cut in between leaves both, and it is sealed again.
    fn seal_clear(&self, path: &Path) -> io::Result<()> {
        let id = id_of(path).ok_or(io::ErrorKind::InvalidData)?;
        self.write(id, fs::read(path)?)?;
        fs::remove_file(path)
    }

    /// Those that wait, oldest first: their ids are in the order of their time.
    pub fn waiting(&self) -> io::Result<Vec<StillId>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            ids.extend(id_of(&path).filter(|_| ending_of(&path) == Some(&*self.ending)));
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
        let mut whole = serde_json::to_vec(facts).map_err(io::Error::from)?;
        whole.push(b'\n');
        whole.extend_from_slice(bytes);
        self.write(id, whole)?;
        Ok(())
    }

    /// Seals and writes; whole or not at all.
    fn write(&self, id: StillId, whole: Vec<u8>) -> io::Result<()> {
        let sealed = self.key.seal(clock::random_bytes(), id.uuid().as_bytes(), whole).map_err(io::Error::other)?;
        let new = self.folder.join(format!("{id}.{NEW}"));
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new);
        let written = written.and_then(|mut file| {
            file.write_all(&sealed)?;
            file.sync_all()?;
            fs::rename(&new, self.path(id))?;
            File::open(&self.folder)?.sync_all()
        });
        written.inspect_err(|_| {
            // What a full disk left of it would keep it full.
            let _ = fs::remove_file(&new);
        })
    }

    /// What waits under this id.
    pub fn read(&self, id: StillId) -> io::Result<(Facts, Vec<u8>)> {
        let closed = |closed: Closed| io::Error::new(io::ErrorKind::InvalidData, closed);
        let mut bytes = self.key.open(id.uuid().as_bytes(), fs::read(self.path(id))?).map_err(closed)?;
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
        self.folder.join(format!("{id}.{}", self.ending))
    }
}

fn ending_of(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

fn id_of(path: &Path) -> Option<StillId> {
    path.file_stem()?.to_str()?.parse().ok()
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

    fn opened(folder: &Path) -> Disk {
        Disk::open(folder, &RootKey::new(&[7; 32])).expect("opened")
    }

    fn holds(folder: &Path, words: &[u8]) -> bool {
        let mut files = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
        files.any(|file| fs::read(file).expect("file").windows(words.len()).any(|found| found == words))
    }

    #[test]
    fn a_still_that_waits_shows_no_picture_and_opens_for_no_other() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = opened(folder.path());
        disk.keep(id(1), &facts(), b"a face, close up").expect("kept");
        assert!(!holds(folder.path(), b"a face") && !holds(folder.path(), b"image/png"));
        assert_eq!(disk.read(id(1)).expect("read"), (facts(), b"a face, close up".to_vec()));
        fs::copy(disk.path(id(1)), disk.path(id(2))).expect("moved");
        assert_eq!(disk.read(id(2)).expect_err("another's").kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn one_that_an_older_program_kept_in_clear_is_sealed_at_the_start_also_after_a_power_cut() {
        let folder = tempfile::tempdir().expect("folder");
        let clear = folder.path().join(format!("{}.{IN_CLEAR}", id(1)));
        let whole = [&serde_json::to_vec(&facts()).expect("facts")[..], b"\na face"].concat();
        // The second time the power went after it was sealed and before the clear one was removed.
        for _ in 0..2 {
            fs::write(&clear, &whole).expect("written");
            let disk = opened(folder.path());
            assert_eq!(disk.waiting().expect("listed"), [id(1)]);
            assert_eq!(disk.read(id(1)).expect("read"), (facts(), b"a face".to_vec()));
            assert!(!clear.exists() && !holds(folder.path(), b"a face"));
        }
        // What cannot be sealed keeps no box from starting.
        fs::write(folder.path().join(format!("no id.{IN_CLEAR}")), b"x").expect("written");
        fs::create_dir(folder.path().join(format!("{}.{IN_CLEAR}", id(2)))).expect("made");
        assert_eq!(opened(folder.path()).waiting().expect("listed"), [id(1)]);
    }

    #[test]
    fn what_another_key_sealed_stays_and_is_there_when_that_key_is_back() {
        let folder = tempfile::tempdir().expect("folder");
        opened(folder.path()).keep(id(1), &facts(), b"one").expect("kept");
        let other = Disk::open(folder.path(), &RootKey::new(&[8; 32])).expect("opened");
        assert!(other.waiting().expect("listed").is_empty());
        other.keep(id(2), &facts(), b"two").expect("kept");
        let disk = opened(folder.path());
        assert_eq!(disk.waiting().expect("listed"), [id(1)]);
        assert_eq!(disk.read(id(1)).expect("read").1, b"one");
    }

    #[test]
    fn what_was_kept_is_there_after_a_power_cut_and_gone_when_removed() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = opened(folder.path());
        disk.keep(id(2), &facts(), b"two\nlines").expect("kept");
        disk.keep(id(1), &facts(), b"one").expect("kept");
        fs::write(folder.path().join("half.new"), b"half").expect("written");
        let disk = opened(folder.path());
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
        let disk = opened(folder.path());
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
