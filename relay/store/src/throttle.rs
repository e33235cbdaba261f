//! Failed attempts, counted per key (user name, link), so that guessing stays slow across restarts.

use jiff::Timestamp;
use yunzhen_domain::throttle::Counter;

use crate::row::{Cells, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "throttle";

/// The counter of `key`.
pub async fn get(db: &mut Db, key: &str) -> Result<Option<Counter>, StoreError> {
    let row = sqlx::query("SELECT counter FROM throttle WHERE key = $1").bind(key).fetch_optional(db.conn()).await?;
    row.map(|row| Cells::new(TABLE, &row).json("counter")).transpose()
}

/// Keeps the counter of `key`.
pub async fn put(tx: &mut Tx, key: &str, counter: &Counter) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO throttle (key, counter, last_failure_at) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET counter = excluded.counter, last_failure_at = excluded.last_failure_at",
    )
    .bind(key)
    .bind(to_json(TABLE, "counter", counter)?)
    .bind(counter.last_failure_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets `key`, after success.
pub async fn clear(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM throttle WHERE key = $1").bind(key).execute(tx.conn()).await?;
    Ok(())
}

/// Forgets counters whose last failure is older than `before`.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM throttle WHERE last_failure_at < $1")
        .bind(before.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}
