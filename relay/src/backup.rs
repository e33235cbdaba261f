//! The record as one sealed file, made beside the relay that serves it, and back. What is sealed can be read by nobody without the backup's key, and neither be changed, cut
//! off nor put together from several backups without being refused.
//!
//! The form: [`MARK`], 16 random bytes that name the backup, then frames of a flag (1: the last one), a length (u32) and that many bytes: AES-256-GCM over at most
//! [`CHUNK`], bound to the backup's name, the frame's number and its flag.
//!
//! What is sealed is the record's file as it would lie on a disk, encrypted with a key that is derived from the backup's: nothing of it is in clear anywhere on the way, and the backup's
//! key alone opens it, also where `secrets_key` of the settings is lost or another one by then.
//!
//! Not here: recordings (sealed files already, copied as they are), the key of sealed secrets, which is kept apart, and when backups are made.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use yunzhen_runtime::clock::random_bytes;
use yunzhen_runtime::private_file::name_on_disk;
use yunzhen_runtime::sealed::{SEAL_BYTES, SealingKey};
use yunzhen_store::audit::{self, Head};
use yunzhen_store::{FileKey, Location, Options, Store, StoreError};

use crate::keys::{KeyError, KeySource};

/// Begins every backup.
const MARK: &[u8; 16] = b"yunzhen-backup/1";
/// Sealed at once.
const CHUNK: usize = 1 << 20;

/// Why there is no backup, or nothing was restored; nothing that was there before was touched.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The record.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or stream.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing is overwritten.
    #[error("{} is there already; nothing was changed. Move it away first", .0.display())]
    Exists(PathBuf),
    /// It is something else.
    #[error("this is no backup of a relay's record")]
    NoBackup,
    /// Another key, or it was changed.
    #[error("the backup does not open: it was made with another key, or was changed")]
    Closed,
    /// Its end is missing.
    #[error("the backup ends too early: it was cut off")]
    CutOff,
    /// A server's record is restored by the server's programs.
    #[error(
        "the record is in PostgreSQL: `relay backup --stdin` seals what pg_dump gives, `relay restore --stdout` gives it back for pg_restore (docs/security/at-rest.md)"
    )]
    Server,
}

/// What stops on the way from one stream to another.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Refused(#[from] BackupError),
}

impl Broken {
    fn at(self, path: &Path) -> BackupError {
        match self {
            Self::Io(source) => BackupError::File { path: path.to_owned(), source },
            Self::Refused(error) => error,
        }
    }
}

/// Seals a copy of the record, which `options` open. The backup's key is made where there is none yet. Says how many bytes the record has.
///
/// # Errors
/// See [`BackupError`].
pub async fn backup(
    location: &Location,
    options: &Options,
    key: &dyn KeySource,
    out: &Path,
) -> Result<u64, BackupError> {
    let (Location::File(record), Some(keys)) = (location, &options.keys) else { return Err(BackupError::Server) };
    let unused = Unfinished::new(out)?;
    let secret = key.key(false)?;
    let key = sealing_key(secret)?;
    let beside = Beside::new(record)?;
    let copy = beside.0.join("record");
    yunzhen_store::backup::copy_into(location, keys, &copy, &FileKey::of_backup(&secret)).await?;
    let done = tokio::task::spawn_blocking(move || -> Result<u64, BackupError> {
        let from = File::open(&copy).map_err(|source| BackupError::File { path: copy.clone(), source })?;
        let bytes = unused.fill(|to| seal(&key, BufReader::new(from), to))?;
        drop(beside);
        Ok(bytes)
    });
    done.await.map_err(stopped)?
}

/// Seals what comes by a stream, such as `pg_dump`'s.
///
/// # Errors
/// See [`BackupError`].
pub fn backup_stream(from: impl Read, key: &dyn KeySource, out: &Path) -> Result<u64, BackupError> {
    let unused = Unfinished::new(out)?;
    let key = sealing_key(key.key(false)?)?;
    unused.fill(|to| seal(&key, from, to))
}

/// Puts a record back where none is, after its audit log was found whole; says its head. It is encrypted with the present key of `options` by then, whatever it was encrypted with when the
/// backup was made.
///
/// # Errors
/// See [`BackupError`].
pub async fn restore(
    location: &Location,
    options: &Options,
    key: &dyn KeySource,
    from: &Path,
) -> Result<Head, BackupError> {
    let (Location::File(record), Some(keys)) = (location, &options.keys) else { return Err(BackupError::Server) };
    // SQLite would play back what a stopped program left in a log or a journal of this name.
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let there = with_suffix(record, suffix);
        if there.exists() {
            return Err(BackupError::Exists(there));
        }
    }
    let secret = key.key(true)?;
    let key = sealing_key(secret)?;
    let beside = Beside::new(record)?;
    let (copy, from) = (beside.0.join("record"), from.to_owned());
    let written = copy.clone();
    let done = tokio::task::spawn_blocking(move || -> Result<u64, BackupError> {
        let sealed = File::open(&from).map_err(|source| BackupError::File { path: from.clone(), source })?;
        Unfinished::new(&written)?.fill(|to| open(&key, BufReader::new(sealed), to))
    });
    done.await.map_err(stopped)??;
    let options = Options { keys: Some(keys.clone().and_of_backup(&secret)), ..options.clone() };
    let store = Store::open(&copy, &options).await?;
    if store.older_key().is_some() {
        return Err(StoreError::Locked.into());
    }
    let mut read = store.read().await?;
    let head = audit::verify_against(&mut read, None).await;
    drop(read);
    store.close().await;
    let head = head?;
    let log = with_suffix(&copy, "-wal");
    if fs::metadata(&log).is_ok_and(|file| file.len() > 0) {
        return Err(BackupError::File {
            path: log,
            source: io::Error::other("the restored record could not be closed"),
        });
    }
    // A link and not a rename: what came there meanwhile stays.
    fs::hard_link(&copy, record).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(record.clone()),
        _ => BackupError::File { path: record.clone(), source },
    })?;
    name_on_disk(record).map_err(|source| BackupError::File { path: record.clone(), source })?;
    drop(beside);
    Ok(head)
}

/// Gives the content of a backup to a stream, such as `pg_restore`'s.
///
/// # Errors
/// See [`BackupError`]. What was given before an error is no record.
pub fn restore_stream(from: &Path, key: &dyn KeySource, to: impl Write) -> Result<u64, BackupError> {
    let key = sealing_key(key.key(true)?)?;
    let sealed = File::open(from).map_err(|source| BackupError::File { path: from.to_owned(), source })?;
    open(&key, BufReader::new(sealed), to).map_err(|broken| broken.at(from))
}

fn sealing_key(secret: [u8; 32]) -> Result<SealingKey, BackupError> {
    SealingKey::new(secret).map_err(|_| BackupError::Closed)
}

fn stopped(error: tokio::task::JoinError) -> BackupError {
    BackupError::File { path: PathBuf::new(), source: io::Error::from(error) }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A folder beside the record, for its owner alone, that goes with what is in it.
struct Beside(PathBuf);

impl Beside {
    fn new(record: &Path) -> Result<Self, BackupError> {
        let name = format!(".backup-{:016x}", u64::from_ne_bytes(random_bytes()));
        let path = with_suffix(record, &name);
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|source| BackupError::File { path: path.clone(), source })?;
        Ok(Self(path))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::error!(path = %self.0.display(), %error, "a copy of the record could not be removed; remove it");
        }
    }
}

/// A file that is there only when it is whole.
struct Unfinished {
    path: PathBuf,
    unfinished: PathBuf,
}

impl Unfinished {
    fn new(path: &Path) -> Result<Self, BackupError> {
        if path.exists() {
            return Err(BackupError::Exists(path.to_owned()));
        }
        Ok(Self { path: path.to_owned(), unfinished: with_suffix(path, ".unfinished") })
    }

    fn fill(self, write: impl FnOnce(&mut BufWriter<File>) -> Result<u64, Broken>) -> Result<u64, BackupError> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.unfinished);
        let file = file.map_err(|error| Broken::from(error).at(&self.unfinished))?;
        let mut to = BufWriter::new(file);
        let written = write(&mut to).and_then(|bytes| {
            to.flush()?;
            to.get_ref().sync_all()?;
            fs::rename(&self.unfinished, &self.path)?;
            name_on_disk(&self.path)?;
            Ok(bytes)
        });
        if written.is_err() {
            // It may be what failed; the first error says more than a second one.
            let _ = fs::remove_file(&self.unfinished);
        }
        written.map_err(|broken| broken.at(&self.path))
    }
}

/// Where a frame belongs.
fn place(name: &[u8; 16], number: u64, last: bool) -> Vec<u8> {
    [&MARK[..], name, &number.to_be_bytes(), &[u8::from(last)]].concat()
}

fn seal(key: &SealingKey, mut from: impl Read, to: &mut impl Write) -> Result<u64, Broken> {
    let name: [u8; 16] = random_bytes();
    to.write_all(MARK)?;
    to.write_all(&name)?;
    let (mut bytes, mut number) = (0, 0);
    let mut next = chunk(&mut from)?;
    loop {
        let this = next;
        next = if this.len() < CHUNK { Vec::new() } else { chunk(&mut from)? };
        let last = next.is_empty();
        bytes += this.len() as u64;
        let sealed = key.seal(random_bytes(), &place(&name, number, last), this).map_err(|_| BackupError::Closed)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        to.write_all(&[u8::from(last)])?;
        to.write_all(&length.to_be_bytes())?;
        to.write_all(&sealed)?;
        if last {
            return Ok(bytes);
        }
        number += 1;
    }
}

/// As much as there is, up to a whole chunk.
fn chunk(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(CHUNK as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(key: &SealingKey, mut from: impl Read, mut to: impl Write) -> Result<u64, Broken> {
    let (mut mark, mut name) = ([0; 16], [0; 16]);
    if !filled(&mut from, &mut mark)? || mark != *MARK || !filled(&mut from, &mut name)? {
        return Err(BackupError::NoBackup.into());
    }
    let (mut bytes, mut number) = (0, 0);
    loop {
        let mut head = [0; 5];
        if !filled(&mut from, &mut head)? {
            return Err(BackupError::CutOff.into());
        }
        let [flag, length @ ..] = head;
        let (last, length) = (flag == 1, u32::from_be_bytes(length) as usize);
        if flag > 1 || length > CHUNK + SEAL_BYTES {
            return Err(BackupError::Closed.into());
        }
        let mut sealed = vec![0; length];
        if !filled(&mut from, &mut sealed)? {
            return Err(BackupError::CutOff.into());
        }
        let opened = key.open(&place(&name, number, last), sealed).map_err(|_| BackupError::Closed)?;
        to.write_all(&opened)?;
        bytes += opened.len() as u64;
        number += 1;
        if last {
            to.flush()?;
            let more = filled(&mut from, &mut [0])?;
            return if more { Err(BackupError::Closed.into()) } else { Ok(bytes) };
        }
    }
}

/// Whether there was enough to fill it.
fn filled(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use yunzhen_store::testing::{TestDatabase, options};
    use yunzhen_store::{FileKeys, residents};

    use super::*;
    use crate::keys::KeyFile;
    use crate::seed;

    fn sealed(key: &SealingKey, content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        assert_eq!(seal(key, content, &mut out).unwrap(), content.len() as u64);
        out
    }

    fn opened(key: &SealingKey, backup: &[u8]) -> Result<Vec<u8>, BackupError> {
        let mut out = Vec::new();
        open(key, backup, &mut out).map_err(|broken| broken.at(Path::new("here")))?;
        Ok(out)
    }

    #[test]
    fn a_backup_opens_whole_with_its_key_and_in_no_other_way() {
        let (key, other) = (SealingKey::new([1; 32]).unwrap(), SealingKey::new([2; 32]).unwrap());
        for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let content: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let backup = sealed(&key, &content);
            assert_eq!(opened(&key, &backup).unwrap(), content, "{len}");
            assert!(matches!(opened(&other, &backup), Err(BackupError::Closed)), "{len}");
            let end = backup.len();
            for cut in [16, 31, 32, 36, end - 1] {
                let said = opened(&key, &backup[..cut]).unwrap_err();
                assert!(matches!(said, BackupError::CutOff | BackupError::NoBackup), "{len} at {cut}: {said}");
            }
            for at in [16, 32, 33, 40, end - 1] {
                let mut changed = backup.clone();
                changed[at] ^= 1;
                assert!(opened(&key, &changed).is_err(), "{len} at {at}");
            }
            let longer = [&backup[..], b"x"].concat();
            assert!(matches!(opened(&key, &longer), Err(BackupError::Closed)), "{len}");
        }
        assert!(matches!(opened(&key, b"something else entirely, and long enough"), Err(BackupError::NoBackup)));
    }

    #[test]
    fn frames_of_two_backups_or_in_another_order_are_refused() {
        let key = SealingKey::new([1; 32]).unwrap();
        let (one, other) = (sealed(&key, &vec![1; 3 * CHUNK]), sealed(&key, &vec![2; 3 * CHUNK]));
        let frame = 5 + CHUNK + SEAL_BYTES;
        let part = |backup: &[u8], n: usize| backup[32 + n * frame..32 + (n + 1) * frame].to_vec();
        let of = |frames: [Vec<u8>; 3]| [&one[..32], &frames.concat()].concat();
        assert!(opened(&key, &of([part(&one, 0), part(&one, 1), part(&one, 2)])).is_ok());
        for frames in [
            [part(&one, 1), part(&one, 0), part(&one, 2)],
            [part(&one, 0), part(&other, 1), part(&one, 2)],
            [part(&one, 0), part(&one, 2), Vec::new()],
        ] {
            assert!(matches!(opened(&key, &of(frames)), Err(BackupError::Closed)));
        }
    }

    /// The demo's people, in a file that is open.
    async fn seeded() -> (TestDatabase, Store) {
        let database = TestDatabase::in_file();
        let store = database.open().await;
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        seed::fill(&store, "demo-password", now).await.unwrap();
        (database, store)
    }

    #[tokio::test]
    async fn a_record_comes_back_as_it_was_and_overwrites_nothing() {
        let (database, store) = seeded().await;
        let folder = tempfile::tempdir().unwrap();
        let [key, out, back] = ["backup.key", "record.backup", "back.sqlite"].map(|name| folder.path().join(name));
        let key = KeyFile::new(&key, None);
        // Beside the store that is open, as beside a relay.
        let bytes = backup(&database.location(), &options(), &key, &out).await.unwrap();
        assert!(bytes > 0);
        let sealed = fs::read(&out).unwrap();
        let name = residents::list(&mut store.read().await.unwrap(), None, None).await.unwrap().remove(0).name;
        let needle = name.expose().as_bytes();
        assert!(!sealed.windows(needle.len()).any(|window| window == needle), "nothing of it is in clear");
        assert!(matches!(backup(&database.location(), &options(), &key, &out).await, Err(BackupError::Exists(_))));

        let place = Location::File(back.clone());
        let head = restore(&place, &options(), &key, &out).await.unwrap();
        assert_eq!(head, audit::verify_against(&mut store.read().await.unwrap(), None).await.unwrap());
        let restored = Store::open(&back, &options()).await.unwrap();
        let mut reads = (store.read().await.unwrap(), restored.read().await.unwrap());
        let people = residents::list(&mut reads.0, None, None).await.unwrap();
        assert_eq!(people, residents::list(&mut reads.1, None, None).await.unwrap());
        drop(reads);
        restored.close().await;
        assert!(matches!(restore(&place, &options(), &key, &out).await, Err(BackupError::Exists(_))));

        // With another key, and without one, nothing is there afterwards.
        let (other, elsewhere) = (folder.path().join("other.key"), folder.path().join("elsewhere.sqlite"));
        let other = KeyFile::new(&other, None);
        let place = Location::File(elsewhere.clone());
        assert!(matches!(restore(&place, &options(), &other, &out).await, Err(BackupError::Key(KeyError::Gone(_)))));
        other.key(false).unwrap();
        assert!(matches!(restore(&place, &options(), &other, &out).await, Err(BackupError::Closed)));
        let journal = with_suffix(&elsewhere, "-journal");
        fs::write(&journal, b"of another record").unwrap();
        let refused = restore(&place, &options(), &key, &out).await.unwrap_err();
        assert!(matches!(&refused, BackupError::Exists(path) if *path == journal), "{refused}");
        assert!(!elsewhere.exists());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let unfinished = |name: &std::ffi::OsString| {
            name.to_string_lossy().contains("unfinished") || name.to_string_lossy().contains(".backup-")
        };
        assert!(!left.iter().any(unfinished), "{left:?}");
        store.close().await;
    }

    /// Who is in a record that these keys open.
    async fn people(place: &Path, keys: FileKeys) -> usize {
        let store = Store::open(place, &Options { keys: Some(keys), ..Options::default() }).await.unwrap();
        let people = residents::list(&mut store.read().await.unwrap(), None, None).await.unwrap();
        store.close().await;
        people.len()
    }

    #[tokio::test]
    async fn a_backup_opens_with_its_own_key_where_the_record_s_is_another_one_by_then() {
        let (database, store) = seeded().await;
        let all = residents::list(&mut store.read().await.unwrap(), None, None).await.unwrap().len();
        store.close().await;
        let folder = tempfile::tempdir().unwrap();
        let [key, out, back] = ["backup.key", "record.backup", "back.sqlite"].map(|name| folder.path().join(name));
        let key = KeyFile::new(&key, None);
        backup(&database.location(), &options(), &key, &out).await.unwrap();
        let later = Options { keys: Some(FileKeys::new(&[9; 32], &[])), ..Options::default() };
        restore(&Location::File(back.clone()), &later, &key, &out).await.unwrap();
        assert_eq!(people(&back, FileKeys::new(&[9; 32], &[])).await, all);
        // Nothing of the backup's key is needed afterwards, nor of the one before.
        let before = Store::open(&back, &options()).await.map(drop);
        assert!(matches!(before, Err(StoreError::WrongKey { .. })), "{before:?}");
    }

    #[tokio::test]
    async fn a_backup_of_before_records_were_encrypted_comes_back_encrypted() {
        let (database, store) = seeded().await;
        let all = residents::list(&mut store.read().await.unwrap(), None, None).await.unwrap().len();
        store.close().await;
        database.decrypt().await;
        let Location::File(clear) = database.location() else { panic!("a file") };
        let folder = tempfile::tempdir().unwrap();
        let [key, out, back] = ["backup.key", "record.backup", "back.sqlite"].map(|name| folder.path().join(name));
        let key = KeyFile::new(&key, None);
        backup_stream(File::open(clear).unwrap(), &key, &out).unwrap();
        restore(&Location::File(back.clone()), &options(), &key, &out).await.unwrap();
        assert!(!fs::read(&back).unwrap().starts_with(b"SQLite format"));
        assert_eq!(people(&back, yunzhen_store::testing::keys()).await, all);
    }
}
