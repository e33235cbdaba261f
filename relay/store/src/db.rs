//! The store, its transactions, and what can be done in one.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::{Any, AnyPool, Connection as _, Transaction};
use tokio::sync::watch;
use yunzhen_domain::audit::AuditFact;

use crate::backend::{Backend, Connector, Location};
use crate::writer::{Turn, Writer};
use crate::{FileKeys, StoreError, audit, migrations};

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long a call waits for the writer or for another process before it answers [`StoreError::Locked`].
    pub busy_timeout: Duration,
    /// How many transactions read at once.
    pub readers: u32,
    /// Refuse to grow past this many pages of 4 KiB; for tests of a full disk and for quotas. SQLite only: a server has quotas of its own.
    pub max_pages: Option<u32>,
    /// With which an SQLite file is encrypted; without them none is opened or made. A server's database needs none.
    pub keys: Option<FileKeys>,
    /// Another program may serve the record meanwhile: what is written to an SQLite file then stays in its log until that program, or whoever closes the file last, merges it.
    pub beside: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), readers: 4, max_pages: None, keys: None, beside: false }
    }
}

/// The care record. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    location: Location,
    writer: Writer,
    readers: AnyPool,
    audit_head: Arc<watch::Sender<i64>>,
    asked: Arc<AtomicU64>,
    looked: Arc<AtomicU64>,
    older_key: Option<usize>,
}

impl Store {
    /// Opens an SQLite file, making it, encrypting it and bringing it to this version's schema when needed.
    pub async fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        Self::open_at(path.into(), options).await
    }

    /// Opens the record where it lives, file or server, and brings it to this version's schema.
    pub async fn open_at(location: Location, options: &Options) -> Result<Self, StoreError> {
        let connector = Connector::new(location.clone(), options.clone()).await?;
        let mut db = connector.writer().await?;
        migrations::run(db.conn(), location.backend()).await?;
        let readers = connector.readers().await?;
        let audit_head = Arc::new(watch::Sender::new(audit::head(&mut db).await?.seq));
        let (asked, older_key) = (connector.asked(), connector.older_key());
        let writer = Writer::start(connector, db, audit_head.clone());
        let looked = Arc::default();
        let inner = Inner { location, writer, readers, audit_head, asked, looked, older_key };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts a write transaction; waits for its turn. It runs alone, and is committed together with those that wait (`writer.rs`).
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(Tx { turn: self.inner.writer.turn().await? })
    }

    /// Starts a read transaction: one consistent picture of what is committed, never waits for the writer.
    pub async fn read(&self) -> Result<Read, StoreError> {
        let begin = self.inner.location.backend().begin_read();
        let transaction = self.inner.readers.begin_with(begin).await?;
        Ok(Read { db: Db::over(Connection::Reading(transaction, self.inner.looked.clone())) })
    }

    /// Sequence number of the newest audit row that this program committed, for live views. A receiver that sleeps misses numbers, never the newest.
    pub fn audit_head(&self) -> watch::Receiver<i64> {
        self.inner.audit_head.subscribe()
    }

    /// How many statements the write connection has been asked so far. On a server each is a round trip that the commands behind it wait for: this is what a
    /// command costs there.
    pub fn statements(&self) -> u64 {
        self.inner.asked.load(Ordering::Relaxed)
    }

    /// The same of all connections that only read: what a list costs, which must not depend on how many rows it has.
    pub fn lookups(&self) -> u64 {
        self.inner.looked.load(Ordering::Relaxed)
    }

    /// Does the database answer.
    pub async fn check(&self) -> Result<(), StoreError> {
        let mut read = self.read().await?;
        sqlx::query("SELECT seq FROM audit_head").fetch_optional(read.conn()).await?;
        Ok(())
    }

    /// Where the database is.
    pub fn location(&self) -> &Location {
        &self.inner.location
    }

    /// Which database it is.
    pub fn backend(&self) -> Backend {
        self.inner.location.backend()
    }

    /// Which of the older keys of its options an SQLite file is still encrypted with, counted from 1, because another program had it open at the start; nothing when it is the present one.
    pub fn older_key(&self) -> Option<usize> {
        self.inner.older_key
    }

    /// Lets open transactions end and closes the connections; an SQLite file gets its write-ahead log merged.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }
}

/// A transaction in which one can read.
pub struct Db {
    conn: Connection,
    /// Where lists are explained instead of read: what the database said so far.
    #[cfg(feature = "testing")]
    pub(crate) plans: Option<Vec<crate::testing::Plan>>,
}

enum Connection {
    /// Ends when dropped. Beside it the count of what such ones are asked.
    Reading(Transaction<'static, Any>, Arc<AtomicU64>),
    /// Its transaction is the group's. Beside it the count of what it is asked.
    Writing(AnyConnection, Arc<AtomicU64>),
}

impl Db {
    const fn over(conn: Connection) -> Self {
        Self {
            conn,
            #[cfg(feature = "testing")]
            plans: None,
        }
    }

    pub(crate) const fn writing(conn: AnyConnection, asked: Arc<AtomicU64>) -> Self {
        Self::over(Connection::Writing(conn, asked))
    }

    /// For one statement.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        match &mut self.conn {
            Connection::Reading(transaction, asked) => {
                asked.fetch_add(1, Ordering::Relaxed);
                transaction
            }
            Connection::Writing(conn, asked) => {
                asked.fetch_add(1, Ordering::Relaxed);
                conn
            }
        }
    }

    /// Says good-bye; a connection that is broken already needs none.
    pub(crate) async fn close(self) {
        let closed = match self.conn {
            Connection::Reading(transaction, _) => transaction.rollback().await,
            Connection::Writing(conn, _) => conn.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "the database connection was gone before it was closed");
        }
    }
}

/// A read transaction; ends when dropped.
pub struct Read {
    db: Db,
}

/// A write transaction. Dropped without [`Tx::commit`], nothing of it happened.
#[must_use = "a transaction that is not committed did nothing"]
pub struct Tx {
    turn: Turn,
}

impl Tx {
    /// Commits what was done together with its audit facts, and wakes the live views. The only way to keep a change of the care record; returns the
    /// sequence number of the last fact.
    pub async fn commit(mut self, facts: Vec<AuditFact>) -> Result<i64, StoreError> {
        if facts.is_empty() {
            return Err(StoreError::Unaudited);
        }
        let head = audit::append(self.turn.lent(), facts).await?;
        self.turn.keep().await?;
        Ok(head.seq)
    }

    /// Commits bookkeeping that is no part of the care record: throttling, leases, answers kept for retries. `why` says which, for the reader of the call.
    pub async fn commit_bookkeeping(self, why: &'static str) -> Result<(), StoreError> {
        tracing::trace!(why, "bookkeeping committed");
        self.settle().await
    }

    /// Waits until what this transaction read is committed, which commands before it in the same group may have written: an answer that is repeated must be
    /// as durable as when it was first given.
    pub async fn settle(mut self) -> Result<(), StoreError> {
        // PostgreSQL answers COMMIT of a transaction in which a statement failed by undoing it, without an error; any statement before says so.
        audit::head(&mut self).await?;
        self.turn.keep().await
    }
}

impl Deref for Tx {
    type Target = Db;
    fn deref(&self) -> &Db {
        self.turn.db()
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Db {
        &mut self.turn.lent().db
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
