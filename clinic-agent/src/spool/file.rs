//! The spool's file as a whole: how it is opened, what shows which key seals its values, and what becomes of one that cannot be used. A file of a program that kept
//! values in clear is sealed when it is opened (`migration`). Not here: what is in it (`store`).

use super::migration;
use super::sealing::Sealer;
use super::store::{
    ANSWERS, CONTENTS, ENTRIES, Fallible, KEYS, PRESSES, READINGS, SESSIONS, SHIFT_PINS, SpoolError, TRIES,
};
use jiff::Timestamp;
use redb::{
    Builder, Database, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError, WriteTransaction,
};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// [`KEY_CHECK`] → what opens with the key of this file's values, and with no other. A file without it keeps values in clear.
const SEALING: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("sealing");
const KEY_CHECK: &str = "key";

/// How every spool's file is opened.
pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(4 * 1024 * 1024).set_check_integrity_on_open(true);
    builder
}

/// What is known of the key that a file's values are sealed with.
enum Sealing {
    /// There is nothing in it yet.
    Empty,
    /// By a program that kept values in clear.
    InClear,
    Ours,
    Other,
}

/// `None`: it is sealed with another key.
pub(super) fn open_database(path: &Path, sealer: &Sealer) -> Fallible<Option<Database>> {
    // For the agent's user alone before anything is in it. An empty file, which a full disk or a power cut leaves behind of a first start, is a new database.
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let mut db = builder().create(path)?;
    match sealing_of(&db, sealer)? {
        Sealing::Empty | Sealing::Ours => {}
        Sealing::Other => return Ok(None),
        Sealing::InClear => {
            migration::bring_forward(&db, path, sealer)?;
            tracing::info!(path = %path.display(), "the spool's file was in clear and is sealed");
            db = builder().create(path)?;
        }
    }
    let write = db.begin_write()?;
    begin(&write, sealer)?;
    write.commit()?;
    Ok(Some(db))
}

/// A file that must be ours: a new one, or the one that this program had open.
pub(super) fn ready(path: &Path, sealer: &Sealer) -> Result<Database, SpoolError> {
    match open_database(path, sealer) {
        Ok(Some(db)) => Ok(db),
        Ok(None) => {
            let source = io::Error::other("another program sealed it with another key");
            Err(SpoolError::Io { path: path.to_owned(), source })
        }
        Err(error) => Err(storage_error(error, path)),
    }
}

fn sealing_of(db: &Database, sealer: &Sealer) -> Fallible<Sealing> {
    let read = db.begin_read()?;
    let table = match read.open_table(SEALING) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => {
            return Ok(if read.list_tables()?.next().is_none() { Sealing::Empty } else { Sealing::InClear });
        }
        Err(error) => return Err(error.into()),
    };
    let check = table.get(KEY_CHECK)?.map(|value| sealer.open::<String>(&SEALING, KEY_CHECK, value.value()));
    Ok(match check {
        Some(Ok(_)) => Sealing::Ours,
        Some(Err(_)) | None => Sealing::Other,
    })
}

/// All tables are there, and what shows which key seals them.
pub(super) fn begin(write: &WriteTransaction, sealer: &Sealer) -> Fallible<()> {
    let mut sealing = write.open_table(SEALING)?;
    if sealing.get(KEY_CHECK)?.is_none() {
        sealing.insert(KEY_CHECK, sealer.seal(&SEALING, KEY_CHECK, KEY_CHECK)?.as_slice())?;
    }
    write.open_table(ENTRIES)?;
    write.open_table(KEYS)?;
    write.open_table(CONTENTS)?;
    write.open_table(ANSWERS)?;
    write.open_table(SESSIONS)?;
    write.open_table(READINGS)?;
    write.open_table(PRESSES)?;
    write.open_table(TRIES)?;
    write.open_table(SHIFT_PINS)?;
    Ok(())
}

/// Gives a file another name, which says why, so that a new one can take its place.
pub(super) fn set_aside(path: &Path, why: &str, now: Timestamp) -> Result<PathBuf, SpoolError> {
    let stamp = now.strftime("%Y%m%dT%H%M%S%.3fZ").to_string();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{why}-{stamp}"));
    let aside = path.with_file_name(name);
    std::fs::rename(path, &aside).map_err(|source| SpoolError::Io { path: path.to_owned(), source })?;
    Ok(aside)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Torn,
    Damaged,
}

/// Whether the file itself cannot be read, as opposed to the disk or the folder.
pub(super) fn unreadable(error: &redb::Error, path: &Path) -> Option<Unreadable> {
    let damaged = match error {
        redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) | redb::Error::RepairAborted => true,
        redb::Error::TableTypeMismatch { .. } | redb::Error::TypeDefinitionChanged { .. } => true,
        redb::Error::Io(error) => {
            matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
        }
        _ => false,
    };
    damaged.then(|| {
        // redb grows its file by whole pages; a length that is not a whole number of them was cut.
        let cut = std::fs::metadata(path).is_ok_and(|meta| meta.len() % 4096 != 0);
        let eof = matches!(error, redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof);
        if cut || eof { Unreadable::Torn } else { Unreadable::Damaged }
    })
}

pub(super) fn storage_error(error: redb::Error, path: &Path) -> SpoolError {
    let path = path.to_owned();
    match error {
        redb::Error::Io(source) if source.kind() == io::ErrorKind::StorageFull => SpoolError::DiskFull(path),
        redb::Error::Io(source) => SpoolError::Io { path, source },
        redb::Error::DatabaseAlreadyOpen => SpoolError::InUse(path),
        other => SpoolError::Io { path, source: io::Error::other(other) },
    }
}
