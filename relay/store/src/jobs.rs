//! Follow-up work: queued in the transaction that makes it necessary, claimed by one worker at a time, retried, given up.
//!
//! A claim is a lease: a worker that dies leaves its job to the next one when the lease ends. A job therefore has to be idempotent.

use jiff::Timestamp;
use uuid::Uuid;

use crate::row::{Cells, one_row};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_INSERT};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "jobs";

/// A job as its worker gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Identifier.
    pub id: Uuid,
    /// Which worker's.
    pub kind: String,
    /// What to do, JSON of ids.
    pub payload: String,
    /// How often it was claimed, this time included; also the proof of the lease.
    pub attempts: u32,
}

/// Queues a job for `run_at`.
pub async fn enqueue(tx: &mut Tx, id: Uuid, kind: &str, payload: &str, run_at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO jobs (id, kind, payload, state, run_at, attempts) VALUES ($1, $2, $3, 'queued', $4, 0)")
        .bind(id.to_string())
        .bind(kind)
        .bind(payload)
        .bind(run_at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Queues jobs of one kind in one statement: id, payload and time of each.
pub async fn enqueue_all(
    tx: &mut Tx,
    kind: &'static str,
    jobs: &[(Uuid, String, Timestamp)],
) -> Result<(), StoreError> {
    for jobs in jobs.chunks(ROWS_OF_ONE_INSERT) {
        let mut query = QueryBuilder::new("INSERT INTO jobs (id, kind, payload, state, run_at, attempts) VALUES ");
        for (index, (id, payload, run_at)) in jobs.iter().enumerate() {
            query.push(if index == 0 { "(" } else { "), (" });
            let mut list = query.separated(", ");
            list.push_bind(id.to_string());
            list.push_bind(kind);
            list.push_bind(payload.clone());
            list.push_bind("queued");
            list.push_bind(run_at.as_millisecond());
            list.push_bind(0_i64);
        }
        query.push(")");
        query.build().execute(tx.conn()).await?;
    }
    Ok(())
}

/// Takes the job that is due longest and leases it until `lease_until`.
pub async fn claim(tx: &mut Tx, now: Timestamp, lease_until: Timestamp) -> Result<Option<Job>, StoreError> {
    let row = sqlx::query(
        "UPDATE jobs SET attempts = attempts + 1, leased_until = $2
         WHERE id = (SELECT id FROM jobs
                     WHERE state = 'queued' AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
                     ORDER BY run_at, id LIMIT 1)
         RETURNING id, kind, payload, attempts",
    )
    .bind(now.as_millisecond())
    .bind(lease_until.as_millisecond())
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        let cells = Cells::new(TABLE, &row);
        Ok(Job {
            id: cells.parse("id")?,
            kind: cells.text("kind")?,
            payload: cells.text("payload")?,
            attempts: cells.int("attempts")?,
        })
    })
    .transpose()
}

/// The job is done. [`StoreError::Stale`] when the lease ended and another worker has it.
pub async fn finish(tx: &mut Tx, job: &Job) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE jobs SET state = 'done', leased_until = NULL WHERE id = $1 AND attempts = $2 AND state = 'queued'",
    )
    .bind(job.id.to_string())
    .bind(i64::from(job.attempts))
    .execute(tx.conn())
    .await?;
    one_row("job", done.rows_affected())
}

/// The job failed; try again at `run_at`, or give it up.
pub async fn fail(tx: &mut Tx, job: &Job, error: &str, run_at: Option<Timestamp>) -> Result<(), StoreError> {
    let state = if run_at.is_some() { "queued" } else { "given_up" };
    let done = sqlx::query(
        "UPDATE jobs SET state = $3, run_at = COALESCE($4, run_at), leased_until = NULL, last_error = $5
         WHERE id = $1 AND attempts = $2 AND state = 'queued'",
    )
    .bind(job.id.to_string())
    .bind(i64::from(job.attempts))
    .bind(state)
    .bind(run_at.map(Timestamp::as_millisecond))
    .bind(error)
    .execute(tx.conn())
    .await?;
    one_row("job", done.rows_affected())
}

/// When the next job is due, for the worker's timer.
pub async fn next_due(db: &mut Db) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT CASE WHEN leased_until > run_at THEN leased_until ELSE run_at END AS due FROM jobs WHERE state = 'queued' ORDER BY due LIMIT 1",
    )
    .fetch_optional(db.conn())
    .await?;
    row.map(|row| Cells::new(TABLE, &row).time("due")).transpose()
}
