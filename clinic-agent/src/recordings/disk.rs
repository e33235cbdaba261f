//! Segments on the box's disk, sealed, from the moment they end until the relay has them.
//!
//! One file each, whose name says which recording, which place in it and which object; whole or not there. Nothing older is ever dropped for something newer:
//! when as many bytes wait as may, the next segment is refused, the hospital is told, and the call goes on.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use yunzhen_domain::ids::{RecordingId, SegmentId};

const EXTENSION: &str = "segment";
const NEW: &str = "new";

/// A segment that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// Of which recording. Their ids are in the order of their time.
    pub recording: RecordingId,
    /// Its place.
    pub index: u32,
    /// Which.
    pub segment: SegmentId,
}

/// Why a segment could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// As much waits as may.
    #[error("{0} bytes of recordings wait for the link already")]
    Full(u64),
    /// The disk.
    #[error("a segment of a recording could not be saved: {0}")]
    Disk(#[from] io::Error),
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
    most_bytes: u64,
}

impl Disk {
    /// Opens the folder, or makes it. What a power cut left half written is removed: it was a segment that nobody was promised.
    pub fn open(folder: &Path, most_bytes: u64) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == NEW) {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), most_bytes })
    }

    /// Those that wait: the oldest recording first, each in its order.
    pub fn waiting(&self) -> io::Result<Vec<Waiting>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            all.extend(parsed(&entry?.path()));
        }
        all.sort_unstable();
        Ok(all)
    }

    /// The place after the last one that waits of a recording; 0 where none does.
    pub fn next_index(&self, recording: RecordingId) -> io::Result<u32> {
        let waiting = self.waiting()?;
        Ok(waiting.iter().filter(|one| one.recording == recording).map(|one| one.index + 1).max().unwrap_or(0))
    }

    /// Keeps a sealed segment; it is on disk when this returns.
    pub fn keep(&self, one: Waiting, sealed: &[u8]) -> Result<(), KeepError> {
        let mut held = sealed.len() as u64;
        for entry in fs::read_dir(&self.folder)? {
            match entry?.metadata() {
                Ok(metadata) => held += metadata.len(),
                // The relay has it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error.into()),
            }
        }
        if held > self.most_bytes {
            return Err(KeepError::Full(self.most_bytes));
        }
        let path = self.path(one);
        let new = path.with_extension(NEW);
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new);
        let written = written.and_then(|mut file| {
            file.write_all(sealed)?;
            file.sync_all()?;
            fs::rename(&new, &path)?;
            File::open(&self.folder)?.sync_all()
        });
        written.inspect_err(|_| {
            // What a full disk left of it would keep it full.
            let _ = fs::remove_file(&new);
        })?;
        Ok(())
    }

    /// A segment as it was sealed.
    pub fn read(&self, one: Waiting) -> io::Result<Vec<u8>> {
        fs::read(self.path(one))
    }

    /// It waits no more.
    pub fn remove(&self, segment: SegmentId) -> io::Result<()> {
        for one in self.waiting()?.into_iter().filter(|one| one.segment == segment) {
            match fs::remove_file(self.path(one)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// What was before this place of a recording waits no more. One that the disk does not let go of keeps no other.
    pub fn remove_before(&self, recording: RecordingId, index: u32) -> io::Result<()> {
        let mut removed = Ok(());
        for one in self.waiting()?.into_iter().filter(|one| one.recording == recording && one.index < index) {
            match fs::remove_file(self.path(one)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => removed = Err(error),
                _ => {}
            }
        }
        removed
    }

    fn path(&self, Waiting { recording, index, segment }: Waiting) -> PathBuf {
        self.folder.join(format!("{recording}_{index:06}_{segment}.{EXTENSION}"))
    }
}

fn parsed(path: &Path) -> Option<Waiting> {
    path.extension().filter(|extension| *extension == EXTENSION)?;
    let mut parts = path.file_stem()?.to_str()?.split('_');
    let (recording, index, segment) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Waiting { recording, index, segment })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn one(recording: u128, index: u32) -> Waiting {
        let (recording, segment) = (Uuid::from_u128(recording), Uuid::from_u128(recording * 1000 + u128::from(index)));
        Waiting { recording: RecordingId::from_uuid(recording), index, segment: SegmentId::from_uuid(segment) }
    }

    #[test]
    fn after_a_power_cut_there_are_whole_segments_in_their_order_and_no_half_ones() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = Disk::open(folder.path(), 1000).expect("opened");
        for (recording, index) in [(2, 0), (1, 3), (1, 2)] {
            disk.keep(one(recording, index), b"sealed").expect("kept");
        }
        fs::write(folder.path().join("half.new"), b"ha").expect("written");
        fs::write(folder.path().join("note.txt"), b"not ours").expect("written");
        let disk = Disk::open(folder.path(), 1000).expect("opened again");
        assert_eq!(disk.waiting().expect("listed"), [one(1, 2), one(1, 3), one(2, 0)]);
        assert_eq!(disk.next_index(one(1, 0).recording).expect("listed"), 4);
        assert_eq!(disk.next_index(one(9, 0).recording).expect("listed"), 0);
        assert_eq!(disk.read(one(1, 3)).expect("read"), b"sealed");
        disk.remove(one(1, 2).segment).expect("removed");
        disk.remove(one(1, 2).segment).expect("twice is once");
        assert_eq!(disk.waiting().expect("listed"), [one(1, 3), one(2, 0)]);
        disk.remove_before(one(1, 0).recording, 3).expect("nothing of that");
        disk.remove_before(one(1, 0).recording, 4).expect("removed");
        assert_eq!(disk.waiting().expect("listed"), [one(2, 0)]);
        assert!(!folder.path().join("half.new").exists());
    }

    #[test]
    fn a_full_disk_refuses_the_next_and_keeps_the_oldest() {
        let folder = tempfile::tempdir().expect("folder");
        let disk = Disk::open(folder.path(), 20).expect("opened");
        disk.keep(one(1, 0), &[0; 15]).expect("kept");
        assert!(matches!(disk.keep(one(1, 1), &[0; 6]), Err(KeepError::Full(20))));
        assert_eq!(disk.waiting().expect("listed"), [one(1, 0)]);
        disk.remove(one(1, 0).segment).expect("the relay has it");
        disk.keep(one(1, 1), &[0; 6]).expect("there is room");
        fs::remove_dir_all(folder.path()).expect("the disk is gone");
        assert!(matches!(disk.keep(one(1, 2), &[0; 6]), Err(KeepError::Disk(_))));
    }
}
