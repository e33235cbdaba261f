//! Connections and transactions.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::watch;
use yunzhen_domain::audit::AuditFact;

use crate::{StoreError, audit, migrations};

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a call waits for the writer or for another process before it answers [`StoreError::Locked`].
    pub busy_timeout: Duration,
    /// How many transactions read at once.
    pub readers: u32,
    /// Refuse to grow past this many pages of 4 KiB; for tests of a full disk and for quotas.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), readers: 4, max_pages: None }
    }
}

/// The care record. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    audit_head: watch::Sender<i64>,
}

impl Store {
    /// Opens the database file, making it and bringing it to this version's schema when needed.
    pub async fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            let reason = format!("the folder {} does not exist", folder.display());
            return Err(StoreError::Open { path: path.to_owned(), reason });
        }
        let mut connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(options.busy_timeout);
        if let Some(pages) = options.max_pages {
            connect = connect.pragma("max_page_count", pages.to_string());
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(options.busy_timeout)
            .connect_with(connect.clone())
            .await
            .map_err(|error| opening(path, error))?;
        migrations::run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(options.busy_timeout)
            .connect_with(connect.create_if_missing(false).pragma("query_only", "on"))
            .await
            .map_err(|error| opening(path, error))?;
        let store = Self {
            inner: Arc::new(Inner { path: path.to_owned(), writer, readers, audit_head: watch::Sender::new(0) }),
        };
        let mut read = store.read().await?;
        let head = audit::last(&mut read).await?.map_or(0, |(seq, _)| seq);
        drop(read);
        store.inner.audit_head.send_replace(head);
        Ok(store)
    }

    /// Starts the one write transaction; waits for the one before.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let transaction = self.inner.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { db: Db { transaction }, store: self.clone() })
    }

    /// Starts a read transaction: one consistent picture, never waits for the writer.
    pub async fn read(&self) -> Result<Read, StoreError> {
        Ok(Read { db: Db { transaction: self.inner.readers.begin().await? } })
    }

    /// Sequence number of the newest audit row, for live views. A receiver that sleeps misses numbers, never the newest.
    pub fn audit_head(&self) -> watch::Receiver<i64> {
        self.inner.audit_head.subscribe()
    }

    /// Does the database answer, and does it take a writer.
    pub async fn check(&self) -> Result<(), StoreError> {
        let mut read = self.read().await?;
        sqlx::query("SELECT seq FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(read.conn()).await?;
        Ok(())
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Ends open transactions' connections and merges the write-ahead log into the file.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }
}

fn opening(path: &Path, error: sqlx::Error) -> StoreError {
    let text = error.to_string();
    match StoreError::from(error) {
        StoreError::Query(_) => StoreError::Open { path: path.to_owned(), reason: text },
        known => known,
    }
}

/// A transaction in which one can read.
pub struct Db {
    transaction: Transaction<'static, Sqlite>,
}

impl Db {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// A read transaction; ends when dropped.
pub struct Read {
    db: Db,
}

/// The write transaction. Dropped without [`Tx::commit`], nothing of it happened.
#[must_use = "a transaction that is not committed did nothing"]
pub struct Tx {
    db: Db,
    store: Store,
}

impl Tx {
    /// Commits what was done together with its audit facts, and wakes the live views. The only way to keep a change of the care record; returns the
    /// sequence number of the last fact.
    pub async fn commit(mut self, facts: Vec<AuditFact>) -> Result<i64, StoreError> {
        if facts.is_empty() {
            return Err(StoreError::Unaudited);
        }
        let head = audit::append(&mut self, facts).await?;
        let Self { db, store } = self;
        db.transaction.commit().await?;
        // The next writer may already have committed and announced a later row.
        store.inner.audit_head.send_if_modified(|known| {
            let newer = head > *known;
            *known = head.max(*known);
            newer
        });
        Ok(head)
    }

    /// Commits bookkeeping that is no part of the care record: throttling, leases, answers kept for retries. `why` says which, for the reader of the call.
    pub async fn commit_bookkeeping(self, why: &'static str) -> Result<(), StoreError> {
        tracing::trace!(why, "bookkeeping committed");
        self.db.transaction.commit().await?;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.db
    }
}

impl Deref for Read {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.db
    }
}
