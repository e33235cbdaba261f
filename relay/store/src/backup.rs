//! A whole copy of an SQLite record, made beside the relay that uses it: one picture of it, in one file, encrypted with a key of its own. Not here: sealing the copy and where it is kept
//! (the relay), and PostgreSQL, whose own `pg_dump` does this.

use std::path::Path;

use sqlx::Connection as _;

use crate::backend::{Backend, Location};
use crate::file_key::{FileKey, FileKeys};
use crate::{StoreError, file};

/// Copies the record into a file that is not there yet, encrypted with `copy_key`. Commands go on meanwhile.
///
/// # Errors
/// When the record is no file, is not there or does not open with its keys, the copy cannot be written, or is there already.
pub async fn copy_into(
    location: &Location,
    keys: &FileKeys,
    copy: &Path,
    copy_key: &FileKey,
) -> Result<(), StoreError> {
    let refused = |reason: &str| StoreError::Open { database: location.to_string(), reason: reason.into() };
    let Location::File(path) = location else {
        return Err(refused("a server's database is copied by its own program, pg_dump"));
    };
    if !path.is_file() {
        return Err(refused("there is no such file"));
    }
    if copy.exists() {
        return Err(refused("the copy is there already"));
    }
    let mut conn = file::opened_by_any(location, keys).await?;
    let copied = file::copy(&mut conn, copy, copy_key, Backend::Sqlite.begin_read()).await;
    conn.close().await?;
    copied
}
