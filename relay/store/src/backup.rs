//! A whole copy of an SQLite record, made beside the relay that uses it: one picture of it, in one file. Not here: sealing the copy and where it is kept (the relay), and
//! PostgreSQL, whose own `pg_dump` does this.

use std::path::Path;

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::StoreError;
use crate::backend::Location;

/// Copies the record into a file that is not there yet. Commands go on meanwhile.
///
/// # Errors
/// When the record is no file or is not there, the copy cannot be written, or is there already.
pub async fn copy_into(location: &Location, copy: &Path) -> Result<(), StoreError> {
    let refused = |reason: String| StoreError::Open { database: location.to_string(), reason };
    let Location::File(path) = location else {
        return Err(refused("a server's database is copied by its own program, pg_dump".into()));
    };
    if !path.is_file() {
        return Err(refused("there is no such file".into()));
    }
    let copy = copy.to_str().ok_or_else(|| refused("the copy's path must be UTF-8".into()))?;
    let mut conn = location.connect_options()?.connect().await.map_err(|error| location.refused(error))?;
    let statement = format!("VACUUM INTO '{}'", copy.replace('\'', "''"));
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
    conn.close().await?;
    Ok(())
}
