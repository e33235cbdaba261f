//! Why the store did not do it, one clear sentence each.

use sqlx::postgres::PgDatabaseError;

/// Every way a call of the store can fail.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The guarded update found another version.
    #[error("this {what} was changed by somebody else in the meantime")]
    Stale {
        /// Kind of record.
        what: &'static str,
    },
    /// A unique key is taken.
    #[error("a record with the same key exists already ({constraint})")]
    Duplicate {
        /// As the database names it.
        constraint: String,
    },
    /// A record that the row refers to does not exist.
    #[error("the row refers to a record that does not exist")]
    Dangling,
    /// Another process or a long transaction holds the database.
    #[error("the database is locked by another process; stop the other relay or wait until its backup is done")]
    Locked,
    /// No space.
    #[error("the disk of the database is full; free some space, nothing that was saved before is lost")]
    DiskFull,
    /// The file or folder may not be written.
    #[error("the database cannot be written; check the permissions of its file and folder")]
    ReadOnly,
    /// The file is no database or is damaged.
    #[error("the database file is damaged or is no SQLite database; restore it from a backup")]
    Damaged,
    /// None of the keys opens the file, or what it begins with is damaged: the two look the same.
    #[error(
        "the record {database} does not open with the keys that the settings name: put the file of the key that it is encrypted with in `secrets_key`, or in `[keys] older` when that is another one now; a record that is damaged is restored from a backup"
    )]
    WrongKey {
        /// Where.
        database: String,
    },
    /// The file or the server's database cannot be opened.
    #[error("cannot open the database {database}: {reason}")]
    Open {
        /// Where, without a password.
        database: String,
        /// Why.
        reason: String,
    },
    /// The schema is newer than this program, or a migration was changed.
    #[error("the database cannot be brought to this version of the program: {0}")]
    Migration(String),
    /// A row that is no legal value.
    #[error("the database holds an illegal value in {table}.{column}: {reason}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// What is wrong; never the value itself.
        reason: String,
    },
    /// The audit chain does not hold.
    #[error("the audit log was changed: row {seq} does not follow from the row before")]
    ChainBroken {
        /// First row that does not follow.
        seq: i64,
    },
    /// A transaction without a fact.
    #[error("a change was about to be saved without its audit fact")]
    Unaudited,
    /// Commands that were to be committed together with this one could not be, and the database undid this one too.
    #[error("the database undid what was being saved; nothing of it is kept, try it again")]
    Undone,
    /// The database server went away or does not take connections.
    #[error("the database server cannot be reached: {0}; what was answered before is saved")]
    Unreachable(String),
    /// The store is being closed.
    #[error("the database is closed")]
    Closed,
    /// Reading or writing the file failed.
    #[error("reading or writing the database file failed: {0}")]
    Io(String),
    /// Anything else the database says: a mistake in a query.
    #[error("the database refused the query: {0}")]
    Query(String),
}

impl StoreError {
    /// Going on later may help, without a change of the request.
    pub const fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Locked
                | Self::DiskFull
                | Self::ReadOnly
                | Self::Undone
                | Self::Unreachable(_)
                | Self::Closed
                | Self::Io(_)
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                if error.is_unique_violation() {
                    return Self::Duplicate { constraint: error.message().to_owned() };
                }
                if error.is_foreign_key_violation() {
                    return Self::Dangling;
                }
                let text = error.message().to_owned();
                match error.try_downcast_ref::<PgDatabaseError>() {
                    Some(error) => postgres(error.code(), text),
                    None => sqlite(error.code().and_then(|code| code.parse().ok()), text),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Locked,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            // A file is read by SQLite itself; this is the connection to a server.
            sqlx::Error::Io(error) => Self::Unreachable(error.to_string()),
            sqlx::Error::Tls(error) => Self::Unreachable(error.to_string()),
            other => Self::Query(other.to_string()),
        }
    }
}

/// Primary result codes of SQLite: <https://sqlite.org/rescode.html>.
fn sqlite(code: Option<i32>, text: String) -> StoreError {
    match code.map(|code| code & 0xff) {
        Some(5 | 6) => StoreError::Locked,
        Some(13) => StoreError::DiskFull,
        Some(3 | 8) => StoreError::ReadOnly,
        Some(10) => StoreError::Io(text),
        Some(11 | 26) => StoreError::Damaged,
        _ => StoreError::Query(text),
    }
}

/// SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn postgres(code: &str, text: String) -> StoreError {
    match code {
        "55P03" | "40P01" | "40001" => StoreError::Locked,
        "53100" => StoreError::DiskFull,
        "25006" => StoreError::ReadOnly,
        "58030" => StoreError::Io(text),
        "XX001" | "XX002" => StoreError::Damaged,
        "25P03" | "53300" | "57P01" | "57P02" | "57P03" => StoreError::Unreachable(text),
        code if code.starts_with("08") => StoreError::Unreachable(text),
        _ => StoreError::Query(text),
    }
}
