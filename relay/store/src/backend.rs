//! What differs between SQLite and PostgreSQL, all of it in one place: how to connect, how a transaction begins, which errors mean what is in [`crate::error`].
//!
//! Queries have one text for both. sqlx's `Any` driver carries them: it binds typed NULLs, knows `$1` on both sides, caches prepared statements and maps rows
//! to the five types that the schema uses (TEXT, BIGINT, DOUBLE PRECISION and NULL). Only its `QueryBuilder` cannot be used: it writes `?`, which PostgreSQL
//! refuses; [`crate::sql::QueryBuilder`] is in its place. A generic `Store<DB>` would carry the same type parameter through every use case instead, and an enum
//! of two connections would need each query twice.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use serde::Deserialize;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, ConnectOptions as _};

use crate::file_key::FileKey;
use crate::{Db, Options, StoreError, file};

/// What each connection keeps of an SQLite file in memory, decrypted.
const PAGES_KEPT_KIB: u32 = 32 * 1024;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file, one program; the embedded default.
    Sqlite,
    /// A server; several relays may share it.
    Postgres,
}

/// Where the record lives.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// The URL of a PostgreSQL database; it may hold a password, so it is never printed whole.
    Server(String),
}

impl Location {
    /// Which database that is.
    pub const fn backend(&self) -> Backend {
        match self {
            Self::File(_) => Backend::Sqlite,
            Self::Server(_) => Backend::Postgres,
        }
    }

    fn url(&self) -> String {
        match self {
            Self::File(path) => {
                let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let mut url = String::from("sqlite://");
                for byte in whole.as_os_str().as_encoded_bytes() {
                    match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => url.push(*byte as char),
                        other => url.push_str(&format!("%{other:02X}")),
                    }
                }
                url + "?mode=rwc"
            }
            // Every query of the store stays prepared; sqlx keeps 100 when it is not told.
            Self::Server(url) => {
                let sign = if url.contains('?') { '&' } else { '?' };
                format!("{url}{sign}statement-cache-capacity=500")
            }
        }
    }

    pub(crate) fn connect_options(&self) -> Result<AnyConnectOptions, StoreError> {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = self.url().parse().map_err(|error: sqlx::Error| self.refused(error))?;
        Ok(match self {
            // sqlx writes statements into the log, slow ones as warnings, and a connection's first one is its key.
            Self::File(_) => options.disable_statement_logging(),
            Self::Server(_) => options,
        })
    }

    /// Opening failed: in words that name the place.
    pub(crate) fn refused(&self, error: sqlx::Error) -> StoreError {
        let reason = match &error {
            sqlx::Error::Database(error) => error.message().to_owned(),
            other => other.to_string(),
        };
        match StoreError::from(error) {
            StoreError::Query(_) | StoreError::Unreachable(_) => {
                StoreError::Open { database: self.to_string(), reason }
            }
            known => known,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(url) => {
                let without = url.split('?').next().unwrap_or_default();
                let (scheme, rest) = without.split_once("://").unwrap_or(("postgres", without));
                write!(f, "{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, place)| place))
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl FromStr for Location {
    type Err = StoreError;
    /// `postgres://…`, or `sqlite:` and a path, as `DATABASE_URL` has it.
    fn from_str(url: &str) -> Result<Self, StoreError> {
        match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => Ok(Self::Server(url.to_owned())),
            Some(("sqlite", path)) => {
                let path = path.split('?').next().unwrap_or_default();
                Ok(Self::File(path.strip_prefix("//").unwrap_or(path).into()))
            }
            _ => Err(StoreError::Open {
                database: "that its URL names".into(),
                reason: "a database URL begins with postgres:// or sqlite:".into(),
            }),
        }
    }
}

impl TryFrom<String> for Location {
    type Error = StoreError;
    fn try_from(url: String) -> Result<Self, StoreError> {
        url.parse()
    }
}

impl Backend {
    /// Begins the write transaction. SQLite takes its one write lock at once.
    pub(crate) const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction that sees one picture.
    pub(crate) const fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Appended to a query whose row nobody else may change until the transaction ends; SQLite's writer is alone anyway.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// What a new connection is told. Durability is told here and nowhere else, and never less than this.
    fn set_up(self, options: &Options, writes: bool) -> Vec<String> {
        let patience = options.busy_timeout.as_millis();
        let mut told = match self {
            Self::Sqlite => vec![
                format!("PRAGMA busy_timeout = {patience}"),
                "PRAGMA journal_mode = WAL".into(),
                "PRAGMA synchronous = FULL".into(),
                "PRAGMA foreign_keys = ON".into(),
                // A page that is not kept is decrypted again: for a list that reads two thousand of them 20 ms, and 1 ms when they are.
                format!("PRAGMA cache_size = -{PAGES_KEPT_KIB}"),
            ],
            Self::Postgres => vec![
                format!("SET lock_timeout = {patience}"),
                // A relay that hangs in the middle of a group must not hold up the others for ever.
                format!("SET idle_in_transaction_session_timeout = {}", (4 * options.busy_timeout).as_millis()),
                // A server may be configured to more than `on` (remote_apply), which stays.
                "SELECT set_config('synchronous_commit', 'on', false)
                 WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')"
                    .into(),
            ],
        };
        if let (Self::Sqlite, Some(pages)) = (self, options.max_pages) {
            told.push(format!("PRAGMA max_page_count = {pages}"));
        }
        if self == Self::Sqlite && (options.beside || !writes) {
            // One connection alone merges the log, after its own commits. SQLCipher's SQLite is older than 3.51.3: where two merge at once, a commit of one of them can be lost
            // (https://sqlite.org/wal.html#walresetbug).
            told.push("PRAGMA wal_autocheckpoint = 0".into());
        }
        match (self, writes) {
            (_, true) => {}
            (Self::Sqlite, false) => told.push("PRAGMA query_only = ON".into()),
            (Self::Postgres, false) => told.push("SET default_transaction_read_only = on".into()),
        }
        told
    }
}

/// The record is for the relay's user alone (a group that an operator let in stays). SQLite gives its log beside the file the same permissions. What fails here is not said here:
/// SQLite meets the same a moment later, and says it in the store's words.
fn keep_to_owner(path: &Path) {
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
    if std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).is_ok() {
        return;
    }
    let Ok(found) = std::fs::metadata(path) else { return };
    let mode = found.permissions().mode() & 0o777;
    if found.is_file() && mode & 0o007 != 0 {
        let closed = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o770));
        tracing::warn!(path = %path.display(), closed = closed.is_ok(), "the record was open to everybody on this machine");
    }
}

/// Makes write connections: the first one, and another when the server went away.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) location: Location,
    connect: AnyConnectOptions,
    options: Options,
    /// Which of the keys of the options a file is encrypted with, and that one.
    key: Option<(usize, FileKey)>,
    /// Statements that the write connection was asked.
    asked: Arc<AtomicU64>,
}

impl Connector {
    /// Where the folder of a file is there, and the file is one that a key opens.
    pub(crate) async fn new(location: Location, options: Options) -> Result<Self, StoreError> {
        if let Location::File(path) = &location
            && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            let reason = format!("the folder {} does not exist", folder.display());
            return Err(StoreError::Open { database: location.to_string(), reason });
        }
        if let Location::File(path) = &location {
            keep_to_owner(path);
        }
        let key = match &location {
            Location::Server(_) => None,
            Location::File(path) => {
                let keys = options.keys.as_ref().ok_or_else(|| StoreError::Open {
                    database: location.to_string(),
                    reason: "its file is always encrypted, and no key was given".into(),
                })?;
                let number = file::make_ready(&location, path, keys).await?;
                keys.all().nth(number).map(|key| (number, key.clone()))
            }
        };
        Ok(Self { connect: location.connect_options()?, location, options, key, asked: Arc::default() })
    }

    /// Which of the older keys a file is still encrypted with.
    pub(crate) fn older_key(&self) -> Option<usize> {
        self.key.as_ref().map(|(number, _)| *number).filter(|number| *number > 0)
    }

    pub(crate) const fn backend(&self) -> Backend {
        self.location.backend()
    }

    pub(crate) fn asked(&self) -> Arc<AtomicU64> {
        self.asked.clone()
    }

    pub(crate) const fn patience(&self) -> Duration {
        self.options.busy_timeout
    }

    /// A connection that writes.
    pub(crate) async fn writer(&self) -> Result<Db, StoreError> {
        let connected = tokio::time::timeout(self.options.busy_timeout, self.connect.connect()).await;
        let connected = connected.map_err(|_| StoreError::Unreachable("it does not answer".into()))?;
        let mut conn = connected.map_err(|error| self.location.refused(error))?;
        if let Some((_, key)) = &self.key {
            key.tell(&mut conn).await.map_err(|error| self.location.refused(error))?;
        }
        for statement in self.backend().set_up(&self.options, true) {
            tell(&mut conn, statement).await.map_err(|error| self.location.refused(error))?;
        }
        self.look_at_durability(&mut conn).await?;
        Ok(Db::writing(conn, self.asked()))
    }

    /// The operator of a server may have switched fsync off; the relay cannot switch it on, only say so.
    async fn look_at_durability(&self, conn: &mut AnyConnection) -> Result<(), StoreError> {
        if self.backend() == Backend::Postgres {
            let off = sqlx::query("SELECT 1 WHERE current_setting('fsync') = 'off'").fetch_optional(&mut *conn).await?;
            if off.is_some() {
                tracing::warn!("the database server runs with fsync = off: a power cut can lose what was saved");
            }
        }
        Ok(())
    }

    /// Connections that only read.
    pub(crate) async fn readers(&self) -> Result<AnyPool, StoreError> {
        let told = self.backend().set_up(&self.options, false);
        let key = self.key.as_ref().map(|(_, key)| key.clone());
        AnyPoolOptions::new()
            .max_connections(self.options.readers.max(1))
            .acquire_timeout(self.options.busy_timeout)
            // A file does not go away; a server does.
            .test_before_acquire(self.backend() == Backend::Postgres)
            .after_connect(move |conn, _| {
                let (key, told) = (key.clone(), told.clone());
                Box::pin(async move {
                    if let Some(key) = key {
                        key.tell(conn).await?;
                    }
                    for statement in told {
                        tell(conn, statement).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(self.connect.clone())
            .await
            .map_err(|error| self.location.refused(error))
    }
}

pub(crate) async fn tell(conn: &mut AnyConnection, statement: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_told_by_its_scheme_and_printed_without_its_password() {
        let server: Location = "postgres://relay:secret@db.hospital:5432/care?sslmode=verify-full".parse().unwrap();
        assert_eq!(
            (server.backend(), server.to_string()),
            (Backend::Postgres, "postgres://db.hospital:5432/care".into())
        );
        assert!(!format!("{server:?}").contains("secret"));
        for file in ["sqlite:///var/lib/care.db", "sqlite:/var/lib/care.db"] {
            assert_eq!(file.parse::<Location>().unwrap(), Location::File("/var/lib/care.db".into()));
        }
        assert_eq!("sqlite:care.db".parse::<Location>().unwrap(), Location::File("care.db".into()));
        let refused = "mysql://x".parse::<Location>().unwrap_err().to_string();
        assert!(refused.contains("postgres://"), "{refused}");
    }

    #[test]
    fn a_file_of_any_name_has_a_url() {
        let file = Location::File("/数据/100% sure?#.db".into());
        assert_eq!(file.url(), "sqlite:///%E6%95%B0%E6%8D%AE/100%25%20sure%3F%23.db?mode=rwc");
    }

    #[test]
    fn durability_is_told_to_every_connection() {
        let told = |backend: Backend| backend.set_up(&Options::default(), true).join("\n");
        assert!(told(Backend::Sqlite).contains("synchronous = FULL"));
        assert!(told(Backend::Postgres).contains("'synchronous_commit', 'on'"));
    }

    #[test]
    fn the_log_of_a_file_is_merged_by_the_serving_writer_and_by_nobody_else() {
        let merges = |beside: bool, writes: bool| {
            let options = Options { beside, ..Options::default() };
            !Backend::Sqlite.set_up(&options, writes).iter().any(|told| told == "PRAGMA wal_autocheckpoint = 0")
        };
        assert!(merges(false, true));
        assert!(!merges(false, false) && !merges(true, true) && !merges(true, false));
    }
}
