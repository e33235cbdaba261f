//! First answers, kept so that a repeated command gets the same one again.

use jiff::Timestamp;

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "idempotency";

/// What a key means for this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Never seen: go on, then [`remember`] in the same transaction.
    New,
    /// The same request was answered before.
    Replay {
        /// HTTP status of the first answer.
        status: u16,
        /// JSON body of the first answer.
        answer: String,
    },
    /// The key belongs to another request.
    Reused,
}

/// Looks the key of this actor up. Call it inside the write transaction: two requests with one key then follow each other.
pub async fn look_up(db: &mut Db, actor_key: &str, key: &str, request: &[u8; 32]) -> Result<Outcome, StoreError> {
    let row = sqlx::query("SELECT request_sha256, status, answer FROM idempotency WHERE actor_key = $1 AND key = $2")
        .bind(actor_key)
        .bind(key)
        .fetch_optional(db.conn())
        .await?;
    let Some(row) = row else { return Ok(Outcome::New) };
    let cells = Cells::new(TABLE, &row);
    if cells.digest("request_sha256")? != *request {
        return Ok(Outcome::Reused);
    }
    Ok(Outcome::Replay { status: cells.int("status")?, answer: cells.text("answer")? })
}

/// Keeps the first answer.
pub async fn remember(
    tx: &mut Tx,
    actor_key: &str,
    key: &str,
    request: &[u8; 32],
    status: u16,
    answer: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO idempotency (actor_key, key, request_sha256, status, answer, at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(actor_key)
    .bind(key)
    .bind(hex(request))
    .bind(i64::from(status))
    .bind(answer)
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Notes that the answer kept for this key carries a secret that is shown once: it is forgotten sooner.
pub async fn mark_secret(tx: &mut Tx, actor_key: &str, key: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE idempotency SET secret = 1 WHERE actor_key = $1 AND key = $2")
        .bind(actor_key)
        .bind(key)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Forgets answers with secrets older than `before`; returns how many.
pub async fn delete_secrets_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM idempotency WHERE secret = 1 AND at < $1")
        .bind(before.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

/// Forgets answers older than `before`; returns how many.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM idempotency WHERE at < $1").bind(before.as_millisecond()).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}
