//! An SQLite record's file at rest: it is always encrypted, with the present key as soon as nobody else has it open.
//!
//! * One that an older program left in clear, or that an older key opens, is copied into a file beside it, which takes its place when it is whole and on disk. A program that stops in
//!   between leaves the old file as it was, and the next start begins again. A clear file is overwritten where it lay.
//! * Who changes the file holds it alone: SQLite's lock keeps other programs from the record, a lock of the file's own keeps two of ours from changing it at once.
//!
//! Not here: keys (`file_key.rs`), connections that serve (`backend.rs`), and backups, which are copies made in the same way (`backup.rs`).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::backend::{Location, tell};
use crate::file_key::{FileKey, FileKeys};
use crate::row::Cells;
use crate::{StoreError, sealed};

/// Begins every SQLite file in clear; an encrypted one begins with random bytes.
const CLEAR: &[u8; 16] = b"SQLite format 3\0";
/// How often it is said how far a long copy is.
const SAID_EVERY: Duration = Duration::from_secs(10);
/// Written at once over what was in clear.
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// How a file lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Empty,
    Clear,
    Encrypted,
}

fn standing(file: &File) -> io::Result<Standing> {
    let mut begin = [0; CLEAR.len()];
    Ok(match file.read_at(&mut begin, 0)? {
        0 => Standing::Empty,
        _ if begin == *CLEAR => Standing::Clear,
        _ => Standing::Encrypted,
    })
}

/// Whether the record's file needs a key that was made before: it is encrypted, or it is in clear and holds sealed values. Asked before the record is opened in this program, whose
/// locks on the file would go.
///
/// # Errors
/// When the file is there and cannot be read.
pub async fn needs_its_key(path: &Path) -> Result<bool, StoreError> {
    let location = Location::from(path);
    let standing = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened.and_then(|file| standing(&file)).map_err(|error| unusable(&location, &error))?,
    };
    match standing {
        Standing::Empty => Ok(false),
        Standing::Encrypted => Ok(true),
        Standing::Clear => {
            let Some(mut conn) = opened(&location, None).await? else { return Err(StoreError::Damaged) };
            let held = sealed::held(&mut conn).await;
            conn.close().await?;
            held
        }
    }
}

/// Sees that the file is encrypted, with the present key where that can be, and says which key opens it: 0 is the present one. An empty file is taken as it is.
pub(crate) async fn make_ready(location: &Location, path: &Path, keys: &FileKeys) -> Result<usize, StoreError> {
    if opens(location, keys.current()).await? {
        return Ok(0);
    }
    // The file itself: what takes its place lies beside it, not beside a link to it.
    let path = &fs::canonicalize(path).map_err(|error| unusable(location, &error))?;
    let held = Held::alone(location, path)?;
    let standing = standing(&held.file).map_err(|error| unusable(location, &error))?;
    // Another program may have changed it in between.
    if standing == Standing::Empty || opens(location, keys.current()).await? {
        return Ok(0);
    }
    if standing == Standing::Clear {
        tracing::info!(path = %path.display(), bytes = held.bytes(), "the record's file is in clear; it is encrypted before anything else");
        change(location, path, None, keys.current()).await?;
        held.overwrite().await;
        tracing::info!(path = %path.display(), "the record's file is encrypted");
        return Ok(0);
    }
    for (number, key) in keys.older() {
        if !opens(location, key).await? {
            continue;
        }
        tracing::info!(path = %path.display(), bytes = held.bytes(), "the record's file is encrypted with an older key; it is encrypted anew with the present one");
        return match change(location, path, Some(key), keys.current()).await {
            Ok(()) => {
                tracing::info!(path = %path.display(), "the record's file is encrypted with the present key");
                Ok(0)
            }
            Err(StoreError::Locked) => {
                tracing::warn!(path = %path.display(), "another program has the record open; its file stays encrypted with the older key until the next start");
                Ok(number)
            }
            Err(error) => Err(error),
        };
    }
    Err(StoreError::WrongKey { database: location.to_string() })
}

/// A connection for a copy of the record, by whichever key opens it; a file that is still in clear is read as it is.
pub(crate) async fn opened_by_any(location: &Location, keys: &FileKeys) -> Result<AnyConnection, StoreError> {
    for key in keys.all().map(Some).chain([None]) {
        if let Some(conn) = opened(location, key).await? {
            return Ok(conn);
        }
    }
    Err(StoreError::WrongKey { database: location.to_string() })
}

async fn opens(location: &Location, key: &FileKey) -> Result<bool, StoreError> {
    match opened(location, Some(key)).await? {
        Some(conn) => {
            conn.close().await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

/// A connection with this key, or without one; none, when that does not open the file.
async fn opened(location: &Location, key: Option<&FileKey>) -> Result<Option<AnyConnection>, StoreError> {
    let connected = location.connect_options()?.connect().await;
    let mut conn = connected.map_err(|error| location.refused(error))?;
    if let Some(key) = key {
        key.tell(&mut conn).await?;
    }
    // A key is only looked at when the first page is.
    match sqlx::raw_sql("SELECT COUNT(*) FROM sqlite_master").fetch_optional(&mut conn).await {
        Ok(_) => Ok(Some(conn)),
        Err(error) => {
            conn.close().await?;
            match location.refused(error) {
                StoreError::Damaged => Ok(None),
                other => Err(other),
            }
        }
    }
}

/// Puts a file in the place of this one that has the same in it, encrypted with another key.
async fn change(location: &Location, path: &Path, from: Option<&FileKey>, to: &FileKey) -> Result<(), StoreError> {
    let unusable = |error| unusable(location, &error);
    let beside = beside(path);
    begin_beside(path, &beside).map_err(unusable)?;
    let Some(mut conn) = opened(location, from).await? else { return Err(StoreError::Damaged) };
    let changed = match copy_alone(&mut conn, &beside, to).await {
        // In its place while the old one is still locked: nobody writes into what is going away.
        Ok(()) => in_its_place(path, &beside).map_err(unusable),
        Err(error) => Err(error),
    };
    conn.close().await?;
    if changed.is_err() && beside.exists() {
        fs::remove_file(&beside).map_err(unusable)?;
    }
    changed
}

/// Everything into the file beside, and read back from there, while no other program has the record open. The lock stays until the connection is closed.
async fn copy_alone(conn: &mut AnyConnection, beside: &Path, key: &FileKey) -> Result<(), StoreError> {
    // Takes the write-ahead log into the file and away, which nobody can while another program has the record open.
    tell(conn, "PRAGMA journal_mode = DELETE".to_owned()).await?;
    tell(conn, "PRAGMA main.locking_mode = EXCLUSIVE".to_owned()).await?;
    copy(conn, beside, key, "BEGIN EXCLUSIVE").await?;
    if is_whole(conn, beside, key).await? {
        return Ok(());
    }
    Err(StoreError::Io("the encrypted copy does not hold what the record holds; the record is as it was".into()))
}

/// Whether the copy opens with its key and has what the record has, each table with as many rows: the record is given up for it.
async fn is_whole(record: &mut AnyConnection, copy: &Path, key: &FileKey) -> Result<bool, StoreError> {
    let Some(mut copy) = opened(&Location::from(copy), Some(key)).await? else { return Ok(false) };
    let held = content(&mut copy).await;
    copy.close().await?;
    Ok(held? == content(record).await?)
}

/// What there is, tables with how many rows they have. Not what SQLite keeps for itself.
async fn content(conn: &mut AnyConnection) -> Result<Vec<(String, String, i64)>, StoreError> {
    const MASTER: &str = "sqlite_master";
    let named = "SELECT type, name FROM sqlite_master WHERE substr(name, 1, 7) <> 'sqlite_' ORDER BY type, name";
    let named = sqlx::raw_sql(named).fetch_all(&mut *conn).await?;
    let mut content = Vec::with_capacity(named.len());
    for row in &named {
        let cells = Cells::new(MASTER, row);
        let (kind, name) = (cells.text("type")?, cells.text("name")?);
        let mut rows = 0;
        if kind == "table" {
            let counting = format!("SELECT COUNT(*) AS counted FROM \"{name}\"");
            let counted = sqlx::raw_sql(AssertSqlSafe(counting)).fetch_one(&mut *conn).await?;
            rows = Cells::new(MASTER, &counted).int("counted")?;
        }
        content.push((kind, name, rows));
    }
    Ok(content)
}

/// Copies what a connection sees in one transaction into a file that is empty or not there, which the key encrypts.
pub(crate) async fn copy(
    conn: &mut AnyConnection,
    into: &Path,
    key: &FileKey,
    begin: &'static str,
) -> Result<(), StoreError> {
    let path = into.to_str().ok_or_else(|| StoreError::Io("the path of the record must be UTF-8".into()))?;
    let attach = sqlx::query("ATTACH DATABASE $1 AS copy KEY $2").bind(path.to_owned());
    attach.bind(key.literal().into_exposed()).execute(&mut *conn).await?;
    tell(conn, begin.to_owned()).await?;
    exported(conn, into).await?;
    tell(conn, "COMMIT".to_owned()).await?;
    tell(conn, "DETACH DATABASE copy".to_owned()).await?;
    Ok(())
}

/// One statement that copies all; says how far it is while it takes long.
async fn exported(conn: &mut AnyConnection, into: &Path) -> Result<(), StoreError> {
    let mut export = std::pin::pin!(tell(conn, "SELECT sqlcipher_export('copy')".to_owned()));
    let mut said = tokio::time::interval(SAID_EVERY);
    // The first one is due at once.
    said.tick().await;
    loop {
        tokio::select! {
            done = &mut export => return done.map_err(|error| match StoreError::from(error) {
                // The function has no code of its own for it.
                StoreError::Query(text) if text.contains("disk is full") => StoreError::DiskFull,
                other => other,
            }),
            _ = said.tick() => {
                let bytes = fs::metadata(into).map_or(0, |file| file.len());
                tracing::info!(bytes, "of the record are copied");
            }
        }
    }
}

/// The file that becomes the record's.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".encrypted");
    name.into()
}

/// An empty one, for whom the record's is. What a program that stopped left of another goes away, with its journal.
fn begin_beside(path: &Path, beside: &Path) -> io::Result<()> {
    let mut journal = OsString::from(beside);
    journal.push("-journal");
    for left in [beside, Path::new(&journal)] {
        match fs::remove_file(left) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    let (was, is) = (fs::metadata(path)?, file.metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        std::os::unix::fs::fchown(&file, Some(was.uid()), Some(was.gid()))?;
    }
    // After the owner: changing that may take bits of the mode away.
    file.set_permissions(was.permissions())
}

/// On disk first, then under the record's name, then that on disk too.
fn in_its_place(path: &Path, beside: &Path) -> io::Result<()> {
    File::open(beside)?.sync_all()?;
    fs::rename(beside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// A file failed; in words that name the record.
fn unusable(location: &Location, error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => StoreError::Open { database: location.to_string(), reason: error.to_string() },
    }
}

/// The file that lies under the record's name, locked against other programs of ours that would change it.
struct Held {
    file: File,
}

impl Held {
    /// Taken at once or not at all. It is kept until SQLite has closed the file: letting go of a file takes away every lock that this program has on it.
    fn alone(location: &Location, path: &Path) -> Result<Self, StoreError> {
        let unusable = |error| unusable(location, &error);
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(unusable)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::Locked,
            TryLockError::Error(error) => unusable(error),
        })?;
        // Another program put a new one in its place before this lock was taken.
        let same = fs::metadata(path).map_err(unusable)?.ino() == file.metadata().map_err(unusable)?.ino();
        if same { Ok(Self { file }) } else { Err(StoreError::Locked) }
    }

    fn bytes(&self) -> u64 {
        self.file.metadata().map_or(0, |file| file.len())
    }

    /// Writes zeros over what has lost its name. What a disk keeps beside the file, such as blocks that it moved, this does not reach; it fails nothing.
    async fn overwrite(self) {
        let done = tokio::task::spawn_blocking(move || {
            let found = self.file.metadata()?;
            if found.nlink() > 0 {
                return Err(io::Error::other("it has another name, under which it was left"));
            }
            let mut left = found.len();
            let mut file = &self.file;
            while left > 0 {
                let some = ZEROS.len().min(usize::try_from(left).unwrap_or(ZEROS.len()));
                file.write_all(&ZEROS[..some])?;
                left -= some as u64;
            }
            file.sync_all()
        });
        if let Err(error) = done.await.map_err(io::Error::other).flatten() {
            tracing::warn!(%error, "what the record's file held in clear could not be overwritten on its disk");
        }
    }
}

#[cfg(test)]
mod tests;
