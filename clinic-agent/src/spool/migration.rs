//! Seals the file of a program that kept values in clear: once, at opening. A new file is written beside it in one transaction and takes its place by its name, so
//! that a power cut leaves the one or the other, whole; and no page of the old one stays in the spool's file, as it would where values are replaced in place.

use super::file::{begin, builder};
use super::sealing::Sealer;
use super::store::{ANSWERS, CONTENTS, ENTRIES, Fallible, KEYS, PRESSES, READINGS, SESSIONS, SHIFT_PINS, TRIES};
use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableDefinition, TableError, WriteTransaction,
};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use yunzhen_runtime::private_file::name_on_disk;

/// As older programs keep it.
const CLEAR_CONTENTS: TableDefinition<'_, &str, &str> = TableDefinition::new("contents");

/// Puts a sealed copy of `clear` in the place of its file. On an error before it has its new name the file is what it was.
pub(super) fn bring_forward(clear: &Database, path: &Path, sealer: &Sealer) -> Fallible<()> {
    let next = beside(path);
    let made = copy(clear, &next, sealer).and_then(|()| Ok(std::fs::rename(&next, path)?));
    if made.is_err()
        && let Err(error) = removed(&next)
    {
        tracing::warn!(%error, file = %next.display(), "half a sealed spool stays; the next start replaces it");
    }
    made?;
    Ok(name_on_disk(path)?)
}

/// Where the sealed copy is written.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".sealing");
    path.with_file_name(name)
}

fn copy(clear: &Database, next: &Path, sealer: &Sealer) -> Fallible<()> {
    // What a power cut left of another try is nothing that anybody was promised.
    removed(next)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(next)?;
    let sealed = builder().create(next)?;
    let (read, write) = (clear.begin_read()?, sealed.begin_write()?);
    begin(&write, sealer)?;
    copy_keys(&read, &write)?;
    copy_entries(&read, &write, sealer)?;
    copy_contents(&read, &write, sealer)?;
    for table in [READINGS, PRESSES, TRIES] {
        copy_numbered(&read, &write, sealer, table)?;
    }
    for table in [SESSIONS, SHIFT_PINS] {
        copy_named(&read, &write, sealer, table, str::to_owned)?;
    }
    copy_named(&read, &write, sealer, ANSWERS, |path| sealer.hidden(path))?;
    Ok(write.commit()?)
}

/// Where there is such a file, it goes.
fn removed(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `None` where the older program had no such table.
fn there<T>(table: Result<T, TableError>) -> Fallible<Option<T>> {
    match table {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn copy_keys(read: &ReadTransaction, write: &WriteTransaction) -> Fallible<()> {
    let Some(clear) = there(read.open_table(KEYS))? else { return Ok(()) };
    let mut keys = write.open_table(KEYS)?;
    for row in clear.iter()? {
        let (key, seq) = row?;
        keys.insert(key.value(), seq.value())?;
    }
    Ok(())
}

fn copy_entries(read: &ReadTransaction, write: &WriteTransaction, sealer: &Sealer) -> Fallible<()> {
    let Some(clear) = there(read.open_table(ENTRIES))? else { return Ok(()) };
    let mut entries = write.open_table(ENTRIES)?;
    for row in clear.iter()? {
        let (seq, value) = row?;
        let seq = seq.value();
        entries.insert(seq, sealer.seal_bytes(&ENTRIES, &seq, value.value().to_vec())?.as_slice())?;
    }
    Ok(())
}

fn copy_contents(read: &ReadTransaction, write: &WriteTransaction, sealer: &Sealer) -> Fallible<()> {
    let Some(clear) = there(read.open_table(CLEAR_CONTENTS))? else { return Ok(()) };
    let mut contents = write.open_table(CONTENTS)?;
    for row in clear.iter()? {
        let (key, content) = row?;
        let key = key.value();
        contents.insert(key, sealer.seal(&CONTENTS, key, content.value())?.as_slice())?;
    }
    Ok(())
}

fn copy_numbered(
    read: &ReadTransaction,
    write: &WriteTransaction,
    sealer: &Sealer,
    table: TableDefinition<'static, u128, &'static [u8]>,
) -> Fallible<()> {
    let Some(clear) = there(read.open_table(table))? else { return Ok(()) };
    let mut sealed = write.open_table(table)?;
    for row in clear.iter()? {
        let (id, value) = row?;
        let id = id.value();
        sealed.insert(id, sealer.seal_bytes(&table, &id, value.value().to_vec())?.as_slice())?;
    }
    Ok(())
}

fn copy_named(
    read: &ReadTransaction,
    write: &WriteTransaction,
    sealer: &Sealer,
    table: TableDefinition<'static, &'static str, &'static [u8]>,
    named: impl Fn(&str) -> String,
) -> Fallible<()> {
    let Some(clear) = there(read.open_table(table))? else { return Ok(()) };
    let mut sealed = write.open_table(table)?;
    for row in clear.iter()? {
        let (name, value) = row?;
        let name = named(name.value());
        let value = sealer.seal_bytes(&table, name.as_str(), value.value().to_vec())?;
        sealed.insert(name.as_str(), value.as_slice())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
