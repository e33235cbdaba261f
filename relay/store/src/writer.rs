//! Group commit: one task owns the write connection and lends it to one command after the other inside one open transaction; one COMMIT, one fsync, then
//! acknowledges all of them.
//!
//! * A command runs alone: it sees what the commands before it in the group did, and nobody else does until the COMMIT. Each runs in a savepoint; dropped
//!   without being kept, it is rolled back to there, and the others stand.
//! * The group is committed when no command waits, after [`MOST`] commands, or [`LONGEST`] after it began. Nobody is told "done" before the COMMIT was. One
//!   that fails fails the whole group, in the same words.
//! * The queue is bounded by [`QUEUE`]. Policy: who finds it full, or is not served within `busy_timeout`, gets [`StoreError::Locked`]; nothing of his was begun.
//! * On PostgreSQL the group locks the audit head first, so the groups of several relays follow one another and each sees all that the ones before committed.
//! * A connection that broke is made anew for the next group.
//!
//! Not here: what a command does; readers, which have connections of their own and see only what is committed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::audit::{self, Head};
use crate::backend::Connector;
use crate::row::one_row;
use crate::{Db, StoreError};

/// Commands that may wait for their turn.
const QUEUE: usize = 1024;
/// Commands of one group.
const MOST: usize = 128;
/// A group takes no further command after so long.
const LONGEST: Duration = Duration::from_millis(50);

/// What a request of the queue is answered with.
type Reply = oneshot::Sender<Result<Turn, StoreError>>;
/// Tells a kept command how the COMMIT went.
type Acknowledge = oneshot::Sender<Result<(), StoreError>>;

enum Request {
    Turn(Reply),
    Close(oneshot::Sender<()>),
}

/// The write connection, lent to one command. Dropped, the command is undone.
pub(crate) struct Turn {
    lent: Option<Lent>,
    back: Option<oneshot::Sender<Returned>>,
}

/// What a command works with.
pub(crate) struct Lent {
    pub(crate) db: Db,
    /// The newest audit row, this command's own included.
    pub(crate) head: Head,
}

struct Returned {
    lent: Lent,
    /// Whom to tell of the COMMIT; nobody when the command is to be undone.
    kept: Option<Acknowledge>,
}

impl Turn {
    /// The connection and the head. There until the turn ends.
    pub(crate) fn lent(&mut self) -> &mut Lent {
        self.lent.as_mut().expect("a turn has its connection until it ends")
    }

    pub(crate) fn db(&self) -> &Db {
        &self.lent.as_ref().expect("a turn has its connection until it ends").db
    }

    /// Ends the turn; what the command did is committed with its group. Answers after the COMMIT.
    pub(crate) async fn keep(mut self) -> Result<(), StoreError> {
        let (acknowledge, acknowledged) = oneshot::channel();
        self.end(Some(acknowledge));
        // The task ends only with the program; whether it committed is then not known, and the same key finds out.
        acknowledged.await.unwrap_or(Err(StoreError::Closed))
    }

    fn end(&mut self, kept: Option<Acknowledge>) {
        if let (Some(lent), Some(back)) = (self.lent.take(), self.back.take()) {
            // Without the task, nobody waits for the connection: it is closed here, and the database undoes what was not committed.
            drop(back.send(Returned { lent, kept }));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.end(None);
    }
}

/// The way to the task.
pub(crate) struct Writer {
    queue: mpsc::Sender<Request>,
    patience: Duration,
}

impl Writer {
    /// Starts the task on its connection. It ends when it is closed or when nobody is left who could ask.
    pub(crate) fn start(connector: Connector, db: Db, announce: Arc<watch::Sender<i64>>) -> Self {
        let (queue, requests) = mpsc::channel(QUEUE);
        let patience = connector.patience();
        tokio::spawn(Task { connector, db: Some(db), requests, announce }.run());
        Self { queue, patience }
    }

    /// Waits for the turn.
    pub(crate) async fn turn(&self) -> Result<Turn, StoreError> {
        let turn = async {
            let (reply, answer) = oneshot::channel();
            self.queue.send(Request::Turn(reply)).await.map_err(|_| StoreError::Closed)?;
            answer.await.map_err(|_| StoreError::Closed)?
        };
        tokio::time::timeout(self.patience, turn).await.unwrap_or(Err(StoreError::Locked))
    }

    /// Lets the commands before finish, then closes the connection. Later ones get [`StoreError::Closed`].
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Request::Close(done)).await.is_ok() {
            // An error is a task that has ended already.
            drop(closed.await);
        }
    }
}

struct Task {
    connector: Connector,
    /// None after it broke.
    db: Option<Db>,
    requests: mpsc::Receiver<Request>,
    announce: Arc<watch::Sender<i64>>,
}

/// The connection is closed; who asked may have stopped waiting.
fn told(done: oneshot::Sender<()>) {
    if done.send(()).is_err() {
        tracing::debug!("nobody waited for the store to close");
    }
}

/// An open transaction.
struct Group {
    db: Db,
    /// The newest row of the database, and of the database with this group.
    committed: Head,
    head: Head,
    kept: Vec<Acknowledge>,
    mark: Mark,
}

/// Where a command that is undone goes back to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The beginning of the transaction: only for its first command.
    Beginning,
    /// The savepoint, behind which nothing is kept.
    Here,
    /// The savepoint, and a kept command behind it.
    Behind,
}

impl Task {
    async fn run(mut self) {
        let mut closing = None;
        while closing.is_none() {
            match self.requests.recv().await {
                None => break,
                Some(Request::Close(done)) => closing = Some(done),
                Some(Request::Turn(first)) => closing = self.group(first).await,
            }
        }
        self.requests.close();
        while let Some(request) = self.requests.recv().await {
            match request {
                Request::Turn(reply) => drop(reply.send(Err(StoreError::Closed))),
                Request::Close(done) => told(done),
            }
        }
        if let Some(db) = self.db.take() {
            db.close().await;
        }
        if let Some(done) = closing {
            told(done);
        }
    }

    /// One transaction, from the first command that waits to its COMMIT. Returns who wants the store closed, if anybody does by then.
    async fn group(&mut self, first: Reply) -> Option<oneshot::Sender<()>> {
        if first.is_closed() {
            return None;
        }
        let mut group = match self.begin().await {
            Ok(group) => group,
            Err(error) => {
                drop(first.send(Err(error)));
                return None;
            }
        };
        let until = Instant::now() + LONGEST;
        let mut next = Some(first);
        let mut closing = None;
        while let Some(reply) = next.take() {
            group = match group.lend(reply).await {
                Ok(group) => group,
                Err(broken) => {
                    self.db = broken;
                    return closing;
                }
            };
            if group.kept.is_empty() || group.kept.len() >= MOST || Instant::now() >= until {
                break;
            }
            match self.requests.try_recv() {
                Ok(Request::Turn(reply)) => next = Some(reply),
                Ok(Request::Close(done)) => closing = Some(done),
                Err(_) => {}
            }
        }
        self.db = group.finish(&self.announce).await;
        closing
    }

    async fn begin(&mut self) -> Result<Group, StoreError> {
        let again = self.db.is_some();
        match self.begin_once().await {
            // The server was away since the last group: once more on a new connection, before anybody is told.
            Err(StoreError::Unreachable(_) | StoreError::Io(_) | StoreError::Closed) if again => {
                self.begin_once().await
            }
            other => other,
        }
    }

    async fn begin_once(&mut self) -> Result<Group, StoreError> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => self.connector.writer().await?,
        };
        match audit::begin_at_head(&mut db, self.connector.backend()).await {
            Ok(head) => Ok(Group { db, committed: head, head, kept: Vec::new(), mark: Mark::Beginning }),
            Err(error) => {
                self.db = roll_back(db).await;
                Err(error)
            }
        }
    }
}

impl Group {
    /// Lends the connection to one command and takes it back. Fails with the connection, if it still works, when the whole group is undone; its members know.
    async fn lend(mut self, reply: Reply) -> Result<Self, Option<Db>> {
        if reply.is_closed() {
            return Ok(self);
        }
        if let Err(error) = self.set_mark().await {
            drop(reply.send(Err(error.clone())));
            return Err(self.fail(error).await);
        }
        let (back, returned) = oneshot::channel();
        let Self { db, committed, head, mut kept, mut mark } = self;
        // Who has stopped waiting drops the turn, which comes back at once.
        drop(reply.send(Ok(Turn { lent: Some(Lent { db, head }), back: Some(back) })));
        let Ok(Returned { lent, kept: acknowledge }) = returned.await else {
            // A turn always comes back, unless it was forgotten: then its connection, and the transaction, are gone.
            kept.into_iter().for_each(|member| drop(member.send(Err(StoreError::Undone))));
            return Err(None);
        };
        let Lent { db, head: newest } = lent;
        if let Some(acknowledge) = acknowledge {
            kept.push(acknowledge);
            if mark == Mark::Here {
                mark = Mark::Behind;
            }
            return Ok(Self { db, committed, head: newest, kept, mark });
        }
        let mut group = Self { db, committed, head, kept, mark };
        if group.mark != Mark::Beginning && run(&mut group.db, "ROLLBACK TO SAVEPOINT command").await.is_err() {
            // SQLite undoes a whole transaction when it cannot undo a statement; a server may have gone away.
            return Err(group.fail(StoreError::Undone).await);
        }
        Ok(group)
    }

    /// The first command goes back to the beginning of the transaction; each later one to a savepoint.
    async fn set_mark(&mut self) -> Result<(), StoreError> {
        match self.mark {
            Mark::Beginning if self.kept.is_empty() => return Ok(()),
            Mark::Beginning => run(&mut self.db, "SAVEPOINT command").await?,
            Mark::Here => {}
            Mark::Behind => run(&mut self.db, "RELEASE SAVEPOINT command; SAVEPOINT command").await?,
        }
        self.mark = Mark::Here;
        Ok(())
    }

    /// COMMIT, then everybody is told; live views first, so that whoever was told finds them awake.
    async fn finish(mut self, announce: &watch::Sender<i64>) -> Option<Db> {
        if self.kept.is_empty() {
            return roll_back(self.db).await;
        }
        if let Err(error) = self.commit().await {
            return self.fail(error).await;
        }
        tracing::trace!(commands = self.kept.len(), "group committed");
        announce.send_if_modified(|known| {
            let newer = self.head.seq > *known;
            *known = self.head.seq.max(*known);
            newer
        });
        self.kept.into_iter().for_each(|member| drop(member.send(Ok(()))));
        Some(self.db)
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        if self.head != self.committed {
            one_row("audit head", audit::keep_head(&mut self.db, self.head).await?)?;
        }
        run(&mut self.db, "COMMIT").await
    }

    /// Undoes everything and tells its members why.
    async fn fail(self, error: StoreError) -> Option<Db> {
        tracing::warn!(%error, commands = self.kept.len(), "a group of commands was undone");
        let db = roll_back(self.db).await;
        self.kept.into_iter().for_each(|member| drop(member.send(Err(error.clone()))));
        db
    }
}

/// Ends the transaction; a connection on which that fails is not used again.
async fn roll_back(mut db: Db) -> Option<Db> {
    match run(&mut db, "ROLLBACK").await {
        Ok(()) => Some(db),
        // SQLite says so when it has rolled back by itself, or when BEGIN failed; the connection is as good as new.
        Err(StoreError::Query(text)) if text.contains("no transaction is active") => Some(db),
        Err(error) => {
            tracing::warn!(%error, "the write connection is made anew");
            None
        }
    }
}

async fn run(db: &mut Db, statement: &'static str) -> Result<(), StoreError> {
    sqlx::raw_sql(statement).execute(db.conn()).await?;
    Ok(())
}
