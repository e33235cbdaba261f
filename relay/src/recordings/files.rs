//! The folder of recordings, one folder in it for each. Everything is on disk when it is answered. Calls block: run them beside the async tasks.
//!
//! What is half made has a name of its own for each attempt, and a file that is watched has its digest's: two relays on one folder never write into each other's,
//! and whose file the record names is the one that is watched.
//!
//! | name | what |
//! |---|---|
//! | `000012.segment` | a segment, sealed as it came |
//! | `000013-000014-unreadable.lost` | a stretch of segments that will never come, and why |
//! | `plain-….mp4`, `….new` | an attempt that is under way, or was |
//! | `….movie` | what is watched, sealed |
//! | `movie`, `plain.mp4` | the same of a relay of before they had names of their own |

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use yunzhen_domain::audit::hex;
use yunzhen_domain::ids::RecordingId;
use yunzhen_domain::records::{GapReason, Movie};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_runtime::sealed::{SEAL_BYTES, SealingKey};

const SEGMENT: &str = "segment";
const LOST: &str = "lost";
const MOVIE: &str = "movie";
const NEW: &str = "new";
const PLAIN: &str = "plain";
/// Bytes of the file that are sealed together: any place in it costs opening one or two of them.
const BLOCK: usize = 64 * 1024;

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<Path>);

/// Segments that will never come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
    /// Why.
    pub reason: GapReason,
}

/// What is known of a recording's segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The index of the one that is to come next: each before it is here or will never come.
    pub next: u32,
    /// Those that are here.
    pub here: u32,
    /// Those that will never come.
    pub lost: Vec<Lost>,
}

impl Received {
    /// Why one of them is not to be had.
    pub fn why_not(&self, index: u32) -> GapReason {
        let lost = self.lost.iter().find(|lost| (lost.first..=lost.last).contains(&index));
        lost.map_or(GapReason::Damaged, |lost| lost.reason)
    }
}

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

    fn movie_path(&self, id: RecordingId, sha256: &[u8; 32]) -> PathBuf {
        self.of(id).join(format!("{}.{MOVIE}", hex(sha256)))
    }

    fn entries(&self, id: RecordingId) -> io::Result<Vec<PathBuf>> {
        match fs::read_dir(self.of(id)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            entries => entries?.map(|entry| entry.map(|entry| entry.path())).collect(),
        }
    }

    /// What came, and what never will.
    pub fn received(&self, id: RecordingId) -> io::Result<Received> {
        let mut received = Received::default();
        for path in self.entries(id)? {
            if let Some(index) = segment_of(&path) {
                received.here += 1;
                received.next = received.next.max(index + 1);
            } else if let Some(lost) = lost_of(&path) {
                received.next = received.next.max(lost.last + 1);
                received.lost.push(lost);
            }
        }
        received.lost.sort_unstable_by_key(|lost| lost.first);
        Ok(received)
    }

    /// Keeps a segment, sealed as it came.
    pub fn take(&self, id: RecordingId, index: u32, sealed: &[u8]) -> io::Result<()> {
        let new = self.write_new(id, |file| file.write_all(sealed))?;
        settle(&new, &self.segment_path(id, index))
    }

    /// Notes that segments will never come.
    pub fn lose(&self, id: RecordingId, lost: Lost) -> io::Result<()> {
        let Lost { first, last, reason } = lost;
        let new = self.write_new(id, |_| Ok(()))?;
        settle(&new, &self.of(id).join(format!("{first:06}-{last:06}-{reason}.{LOST}")))
    }

    /// A segment as it came.
    pub fn segment(&self, id: RecordingId, index: u32) -> io::Result<Vec<u8>> {
        fs::read(self.segment_path(id, index))
    }

    /// Where a recording lies in clear while it is assembled; another place each time.
    pub fn plain(&self, id: RecordingId) -> PathBuf {
        self.of(id).join(format!("{PLAIN}-{}.mp4", hex(&random_bytes::<8>())))
    }

    /// Removes what attempts left: whatever lies in clear, and what is half written. One that is under way all the same does not come to its end.
    pub fn remove_attempts(&self, id: RecordingId) -> io::Result<()> {
        self.remove_where(id, is_attempt).map(drop)
    }

    /// Removes what lies in clear.
    pub fn remove_plain(&self, plain: &Path) -> io::Result<()> {
        remove(plain)
    }

    /// Seals what was assembled. Tells the bytes and the digest of the file as it is watched, by which it is found.
    pub fn seal(&self, id: RecordingId, plain: &Path, key: &SealingKey) -> io::Result<(u64, [u8; 32])> {
        let plain = File::open(plain)?;
        let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
        let new = self.write_new(id, |file| {
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
        let sha256: [u8; 32] = digest.finalize().into();
        settle(&new, &self.movie_path(id, &sha256))?;
        Ok((bytes, sha256))
    }

    /// Some of the file as it is watched: `len` bytes from `from`, which is within it.
    pub fn read(&self, id: RecordingId, key: &SealingKey, movie: &Movie, from: u64, len: usize) -> io::Result<Vec<u8>> {
        let file = File::open(self.movie_path(id, &movie.sha256)).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => File::open(self.of(id).join(MOVIE)),
            _ => Err(error),
        })?;
        let total = movie.bytes;
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

    /// Nothing but the file that is watched is of any more use. Tells how many others there were.
    pub fn keep_only(&self, id: RecordingId, sha256: &[u8; 32]) -> io::Result<usize> {
        let movie = self.movie_path(id, sha256);
        // Where it is not, what it was made of is all there is.
        if !movie.exists() {
            return Ok(0);
        }
        self.remove_where(id, |path| path != movie)
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

    fn remove_where(&self, id: RecordingId, goes: impl Fn(&Path) -> bool) -> io::Result<usize> {
        let mut gone = 0;
        for path in self.entries(id)?.into_iter().filter(|path| goes(path)) {
            remove(&path)?;
            gone += 1;
        }
        Ok(gone)
    }

    /// Writes a file that has no name yet by which anybody looks for it.
    fn write_new(&self, id: RecordingId, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<PathBuf> {
        let folder = self.of(id);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let new = folder.join(format!("{}.{NEW}", hex(&random_bytes::<8>())));
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).and_then(|mut file| {
            write(&mut file)?;
            file.sync_all()
        });
        if let Err(error) = written {
            // What a full disk left of it would keep it full.
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        Ok(new)
    }
}

/// Gives a whole file its name.
fn settle(new: &Path, path: &Path) -> io::Result<()> {
    fs::rename(new, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn is_attempt(path: &Path) -> bool {
    let is_plain = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PLAIN));
    is_plain || path.extension().is_some_and(|extension| extension == NEW)
}

/// What stands before one of our endings.
fn stem<'a>(path: &'a Path, extension: &str) -> Option<&'a str> {
    path.extension().filter(|found| *found == extension)?;
    path.file_stem()?.to_str()
}

fn segment_of(path: &Path) -> Option<u32> {
    stem(path, SEGMENT)?.parse().ok()
}

fn lost_of(path: &Path) -> Option<Lost> {
    let mut parts = stem(path, LOST)?.splitn(3, '-');
    let (first, last) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Lost { first, last, reason: parts.next()?.parse().ok()? })
}

/// What a block of a file is sealed with beside its bytes. One byte longer than the place of a segment: neither opens as the other.
fn block_place(id: RecordingId, number: u32) -> [u8; 21] {
    let mut place = [b'm'; 21];
    place[..20].copy_from_slice(&yunzhen_protocol::segment::place(id.uuid(), number));
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];

    fn folder() -> (tempfile::TempDir, Files, RecordingId) {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("recordings"));
        (folder, files, RecordingId::from_uuid(uuid::Uuid::from_u128(7)))
    }

    fn names(files: &Files, id: RecordingId) -> Vec<String> {
        let mut names: Vec<String> =
            files.entries(id).unwrap().iter().map(|path| path.file_name().unwrap().to_string_lossy().into()).collect();
        names.sort();
        names
    }

    #[test]
    fn any_place_of_a_sealed_file_is_read_and_nothing_lies_in_clear() {
        let (_folder, files, id) = folder();
        assert_eq!((files.received(id).unwrap(), files.all().unwrap()), (Received::default(), vec![]));
        files.take(id, 0, b"zero").unwrap();
        files.take(id, 1, b"one").unwrap();
        files.take(id, 1, b"one").unwrap();
        assert_eq!(files.received(id).unwrap(), Received { next: 2, here: 2, lost: Vec::new() });
        assert_eq!((files.all().unwrap(), files.segment(id, 1).unwrap()), (vec![id], b"one".to_vec()));

        let movie: Vec<u8> = (0..BLOCK * 2 + 100).map(|n| (n % 251) as u8).collect();
        let plain = files.plain(id);
        fs::write(&plain, &movie).unwrap();
        let key = SealingKey::new(KEY).unwrap();
        let (bytes, sha256) = files.seal(id, &plain, &key).unwrap();
        assert_eq!((bytes, sha256), (movie.len() as u64, Sha256::digest(&movie).into()));
        files.remove_attempts(id).unwrap();
        files.remove_attempts(id).unwrap();
        assert!(!plain.exists(), "and once more is no fault");
        assert_eq!((files.keep_only(id, &sha256).unwrap(), files.keep_only(id, &sha256).unwrap()), (2, 0));
        let whole = Movie { duration_ms: 1, bytes, sha256, gaps: Vec::new() };
        for (from, len) in [(0, 10), (BLOCK - 3, 7), (BLOCK, BLOCK + 50), (movie.len() - 5, 5), (movie.len() - 5, 500)]
        {
            let read = files.read(id, &key, &whole, from as u64, len).unwrap();
            assert_eq!(read, movie[from..movie.len().min(from + len)], "{from}+{len}");
        }
        let other = SealingKey::new([2; 32]).unwrap();
        assert!(files.read(id, &other, &whole, 0, 10).is_err());
        let sealed = fs::read(files.movie_path(id, &sha256)).unwrap();
        assert!(!sealed.windows(16).any(|window| window == &movie[..16]));
        files.remove(id).unwrap();
        files.remove(id).unwrap();
        assert_eq!(files.all().unwrap(), vec![]);
    }

    #[test]
    fn what_will_never_come_counts_as_received_and_keeps_its_reason() {
        let (_folder, files, id) = folder();
        files.take(id, 0, b"zero").unwrap();
        let lost = [(1, 3, GapReason::Unreadable), (4, 4, GapReason::Lost)];
        let lost = lost.map(|(first, last, reason)| Lost { first, last, reason });
        lost.iter().for_each(|lost| files.lose(id, *lost).unwrap());
        files.lose(id, lost[0]).unwrap();
        let received = files.received(id).unwrap();
        assert_eq!(received, Received { next: 5, here: 1, lost: lost.to_vec() }, "said twice is once");
        let why = [1, 3, 4, 0].map(|index| received.why_not(index));
        assert_eq!(why, [GapReason::Unreadable, GapReason::Unreadable, GapReason::Lost, GapReason::Damaged]);
        files.take(id, 5, b"five").unwrap();
        assert_eq!(files.received(id).unwrap().next, 6);
    }

    /// Two relays on one folder: one name for what was half made let the one seal what the other was writing.
    #[test]
    fn two_attempts_at_one_recording_never_write_into_each_other_s_files() {
        let (_folder, files, id) = folder();
        files.take(id, 0, b"zero").unwrap();
        let key = SealingKey::new(KEY).unwrap();
        let plain = [files.plain(id), files.plain(id)];
        assert_ne!(plain[0], plain[1]);
        let bytes = [b"by the one relay".to_vec(), b"by the other one".to_vec()];
        plain.iter().zip(&bytes).for_each(|(plain, bytes)| fs::write(plain, bytes).unwrap());
        let sealed = [0, 1].map(|n| files.seal(id, &plain[n], &key).unwrap().1);
        let movie = |n: usize| Movie { duration_ms: 1, bytes: 16, sha256: sealed[n], gaps: Vec::new() };
        let read = [0, 1].map(|n| files.read(id, &key, &movie(n), 0, 16).unwrap());
        assert_eq!(read, bytes, "each is whole");
        files.keep_only(id, &sealed[0]).unwrap();
        assert_eq!(names(&files, id), [format!("{}.{MOVIE}", hex(&sealed[0]))]);
    }

    /// What a relay kept before an update was damaged after it, and what lay in clear was not taken for an attempt's.
    #[test]
    fn files_of_before_they_had_names_of_their_own_are_watched_and_lie_in_clear_no_longer() {
        let (_folder, files, id) = folder();
        let key = SealingKey::new(KEY).unwrap();
        let plain = files.of(id).join("plain.mp4");
        files.take(id, 0, b"zero").unwrap();
        fs::write(&plain, b"watched").unwrap();
        let (bytes, sha256) = files.seal(id, &plain, &key).unwrap();
        fs::rename(files.movie_path(id, &sha256), files.of(id).join("movie")).unwrap();
        files.remove_attempts(id).unwrap();
        assert_eq!(names(&files, id), ["000000.segment", "movie"]);
        let movie = Movie { duration_ms: 1, bytes, sha256, gaps: Vec::new() };
        assert_eq!(files.read(id, &key, &movie, 0, 7).unwrap(), b"watched");
    }

    #[test]
    fn where_the_file_that_is_watched_is_not_what_it_was_made_of_stays() {
        let (_folder, files, id) = folder();
        files.take(id, 0, b"zero").unwrap();
        assert_eq!(files.keep_only(id, &[9; 32]).unwrap(), 0);
        assert_eq!(files.received(id).unwrap().here, 1);
    }
}
