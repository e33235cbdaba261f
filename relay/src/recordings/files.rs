//! The folder of recordings, one folder in it for each. Everything is on disk when it is answered. Calls block: run them beside the async tasks.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use yunzhen_domain::ids::RecordingId;
use yunzhen_runtime::clock::random_bytes;
use yunzhen_runtime::sealed::{SEAL_BYTES, SealingKey};

const SEGMENT: &str = "segment";
const MOVIE: &str = "movie";
const NEW: &str = "new";
/// Bytes of the file that are sealed together: any place in it costs opening one or two of them.
const BLOCK: usize = 64 * 1024;

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<Path>);

impl Files {
    /// In this folder; it is made when the first recording comes.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder.into())
    }

    fn of(&self, id: RecordingId) -> PathBuf {
        self.0.join(id.to_string())
    }

    fn segment_path(&self, id: RecordingId, index: u32) -> PathBuf {
        self.of(id).join(format!("{index:06}.{SEGMENT}"))
    }

    /// Segments that are here; they come in their order, so it is the index of the next one as well.
    pub fn received(&self, id: RecordingId) -> io::Result<u32> {
        let entries = match fs::read_dir(self.of(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut count = 0;
        for entry in entries {
            count += u32::from(entry?.path().extension().is_some_and(|extension| extension == SEGMENT));
        }
        Ok(count)
    }

    /// Keeps a segment, sealed as it came.
    pub fn take(&self, id: RecordingId, index: u32, sealed: &[u8]) -> io::Result<()> {
        let path = self.segment_path(id, index);
        DirBuilder::new().recursive(true).mode(0o700).create(self.of(id))?;
        whole(&path, |file| file.write_all(sealed))
    }

    /// A segment as it came.
    pub fn segment(&self, id: RecordingId, index: u32) -> io::Result<Vec<u8>> {
        fs::read(self.segment_path(id, index))
    }

    /// Where a recording lies in clear while it is assembled.
    pub fn plain(&self, id: RecordingId) -> PathBuf {
        self.of(id).join("plain.mp4")
    }

    /// Removes what lies in clear, if anything does.
    pub fn remove_plain(&self, id: RecordingId) -> io::Result<()> {
        match fs::remove_file(self.plain(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Seals what was assembled. Tells the bytes and the digest of the file as it is watched.
    pub fn seal(&self, id: RecordingId, key: &SealingKey) -> io::Result<(u64, [u8; 32])> {
        let plain = File::open(self.plain(id))?;
        let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
        whole(&self.of(id).join(MOVIE), |file| {
            for number in 0_u32.. {
                let mut block = Vec::with_capacity(BLOCK + SEAL_BYTES);
                (&plain).take(BLOCK as u64).read_to_end(&mut block)?;
                if block.is_empty() {
                    break;
                }
                digest.update(&block);
                bytes += block.len() as u64;
                let sealed = key.seal(random_bytes(), &block_place(id, number), block).map_err(io::Error::other)?;
                file.write_all(&sealed)?;
            }
            Ok(())
        })?;
        Ok((bytes, digest.finalize().into()))
    }

    /// Some of the file as it is watched: `len` bytes from `from`, which is within its `total`.
    pub fn read(&self, id: RecordingId, key: &SealingKey, total: u64, from: u64, len: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.of(id).join(MOVIE))?;
        let end = total.min(from.saturating_add(len as u64));
        let mut out = Vec::with_capacity(len);
        let mut at = from;
        while at < end {
            let number = u32::try_from(at / BLOCK as u64).map_err(io::Error::other)?;
            let begins = u64::from(number) * BLOCK as u64;
            let plain = usize::try_from((total - begins).min(BLOCK as u64)).map_err(io::Error::other)?;
            let mut sealed = vec![0; plain + SEAL_BYTES];
            file.read_exact_at(&mut sealed, u64::from(number) * (BLOCK + SEAL_BYTES) as u64)?;
            let block = key.open(&block_place(id, number), sealed).map_err(io::Error::other)?;
            let (first, last) = ((at - begins) as usize, (end - begins).min(plain as u64) as usize);
            out.extend_from_slice(&block[first..last]);
            at = begins + last as u64;
        }
        Ok(out)
    }

    /// The segments are of no more use.
    pub fn remove_segments(&self, id: RecordingId) -> io::Result<()> {
        for entry in fs::read_dir(self.of(id))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == SEGMENT || extension == NEW) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// All of a recording goes.
    pub fn remove(&self, id: RecordingId) -> io::Result<()> {
        match fs::remove_dir_all(self.of(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Every recording of which there is something.
    pub fn all(&self) -> io::Result<Vec<RecordingId>> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut all = Vec::new();
        for entry in entries {
            all.extend(entry?.file_name().to_str().and_then(|name| name.parse::<RecordingId>().ok()));
        }
        Ok(all)
    }
}

/// What a block of a file is sealed with beside its bytes. One byte longer than the place of a segment: neither opens as the other.
fn block_place(id: RecordingId, number: u32) -> [u8; 21] {
    let mut place = [b'm'; 21];
    place[..20].copy_from_slice(&yunzhen_protocol::segment::place(id.uuid(), number));
    place
}

/// Writes a file that is there whole or not at all.
fn whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let new = path.with_extension(NEW);
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).and_then(|mut file| {
            write(&mut file)?;
            file.sync_all()
        });
    if let Err(error) = written {
        // What a full disk left of it would keep it full.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    fs::rename(&new, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_of_a_sealed_file_is_read_and_nothing_lies_in_clear() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("recordings"));
        let id = RecordingId::from_uuid(uuid::Uuid::from_u128(7));
        assert_eq!((files.received(id).unwrap(), files.all().unwrap()), (0, vec![]));
        files.take(id, 0, b"zero").unwrap();
        files.take(id, 1, b"one").unwrap();
        files.take(id, 1, b"one").unwrap();
        assert_eq!((files.received(id).unwrap(), files.all().unwrap()), (2, vec![id]));
        assert_eq!(files.segment(id, 1).unwrap(), b"one");

        let movie: Vec<u8> = (0..BLOCK * 2 + 100).map(|n| (n % 251) as u8).collect();
        fs::write(files.plain(id), &movie).unwrap();
        let key = SealingKey::new([1; 32]).unwrap();
        let (bytes, digest) = files.seal(id, &key).unwrap();
        assert_eq!((bytes, digest), (movie.len() as u64, Sha256::digest(&movie).into()));
        files.remove_plain(id).unwrap();
        files.remove_plain(id).unwrap();
        assert!(!files.plain(id).exists(), "and once more is no fault");
        files.remove_segments(id).unwrap();
        assert_eq!(files.received(id).unwrap(), 0);
        for (from, len) in [(0, 10), (BLOCK - 3, 7), (BLOCK, BLOCK + 50), (movie.len() - 5, 5), (movie.len() - 5, 500)]
        {
            let read = files.read(id, &key, bytes, from as u64, len).unwrap();
            assert_eq!(read, movie[from..movie.len().min(from + len)], "{from}+{len}");
        }
        let other = SealingKey::new([2; 32]).unwrap();
        assert!(files.read(id, &other, bytes, 0, 10).is_err());
        let sealed = fs::read(files.of(id).join(MOVIE)).unwrap();
        assert!(!sealed.windows(16).any(|window| window == &movie[..16]));
        files.remove(id).unwrap();
        files.remove(id).unwrap();
        assert_eq!(files.all().unwrap(), vec![]);
    }
}
