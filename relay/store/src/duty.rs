//! The duty roster.

use jiff::Timestamp;
use yunzhen_domain::ids::ShiftId;
use yunzhen_domain::schedule::Shift;

use crate::row::{Cells, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "duty";

/// One turn.
pub async fn get(db: &mut Db, id: ShiftId) -> Result<Option<Shift>, StoreError> {
    let row = sqlx::query("SELECT * FROM duty WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Turns that touch `from..until`, earliest first.
pub async fn list(db: &mut Db, from: Timestamp, until: Timestamp) -> Result<Vec<Shift>, StoreError> {
    let rows = sqlx::query("SELECT * FROM duty WHERE ends_at > $1 AND starts_at < $2 ORDER BY starts_at, line, id")
        .bind(from.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Turns that hold at `now`.
pub async fn at(db: &mut Db, now: Timestamp) -> Result<Vec<Shift>, StoreError> {
    let rows = sqlx::query("SELECT * FROM duty WHERE ends_at > $1 AND starts_at <= $1 ORDER BY line, starts_at, id")
        .bind(now.as_millisecond())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new turn.
pub async fn insert(tx: &mut Tx, shift: &Shift) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO duty (id, specialist_id, line, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(shift.id.to_string())
        .bind(shift.specialist_id.to_string())
        .bind(i64::from(shift.line))
        .bind(shift.starts_at.as_millisecond())
        .bind(shift.ends_at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A turn is taken back.
pub async fn remove(tx: &mut Tx, id: ShiftId) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM duty WHERE id = $1").bind(id.to_string()).execute(tx.conn()).await?;
    one_row("turn of duty", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Shift, StoreError> {
    Ok(Shift {
        id: cells.parse("id")?,
        specialist_id: cells.parse("specialist_id")?,
        line: cells.int("line")?,
        starts_at: cells.time("starts_at")?,
        ends_at: cells.time("ends_at")?,
    })
}
