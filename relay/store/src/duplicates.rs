//! Pairs of records that may be one person, and what was decided about them.

use jiff::Timestamp;
use yunzhen_domain::ids::{DuplicateId, ResidentId};
use yunzhen_domain::records::DuplicatePair;
use yunzhen_domain::registry::duplicates::TakenOver;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "duplicates";

/// One pair.
pub async fn get(db: &mut Db, id: DuplicateId) -> Result<Option<DuplicatePair>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM duplicates WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The pair of two records, whatever was decided; `first` has the lower id.
pub async fn of_pair(db: &mut Db, first: ResidentId, second: ResidentId) -> Result<Option<DuplicatePair>, StoreError> {
    let row = sqlx::query("SELECT * FROM duplicates WHERE first_id = $1 AND second_id = $2")
        .bind(first.to_string())
        .bind(second.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page, those found last first.
pub async fn list(db: &mut Db, paging: Paging) -> Result<Slice<DuplicatePair>, StoreError> {
    let rows = Walks::over(TABLE, "found_at").fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |pair| Cursor { at_ms: pair.found_at.as_millisecond(), id: pair.id.uuid() }))
}

/// A new pair.
pub async fn insert(tx: &mut Tx, pair: &DuplicatePair) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO duplicates (id, version, state, first_id, second_id, survivor_id, likeness, taken_over, found_at, decided_at, decided_by, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(pair.id.to_string())
    .bind(pair.version)
    .bind(pair.state.as_str())
    .bind(pair.first_id.to_string())
    .bind(pair.second_id.to_string())
    .bind(pair.survivor_id.map(|id| id.to_string()))
    .bind(pair.likeness.as_str())
    .bind(to_json(TABLE, "taken_over", pair.taken_over.expose())?)
    .bind(pair.found_at.as_millisecond())
    .bind(pair.decided_at.map(Timestamp::as_millisecond))
    .bind(pair.decided_by.map(|id| id.to_string()))
    .bind(&pair.reason)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a decision; the version is one above the stored one.
pub async fn update(tx: &mut Tx, pair: &DuplicatePair) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE duplicates SET version = $2, state = $3, survivor_id = $4, taken_over = $5, decided_at = $6, decided_by = $7, reason = $8
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(pair.id.to_string())
    .bind(pair.version)
    .bind(pair.state.as_str())
    .bind(pair.survivor_id.map(|id| id.to_string()))
    .bind(to_json(TABLE, "taken_over", pair.taken_over.expose())?)
    .bind(pair.decided_at.map(Timestamp::as_millisecond))
    .bind(pair.decided_by.map(|id| id.to_string()))
    .bind(&pair.reason)
    .execute(tx.conn())
    .await?;
    one_row("duplicate", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<DuplicatePair, StoreError> {
    Ok(DuplicatePair {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        first_id: cells.parse("first_id")?,
        second_id: cells.parse("second_id")?,
        survivor_id: cells.opt_parse("survivor_id")?,
        likeness: cells.parse("likeness")?,
        taken_over: cells.json::<TakenOver>("taken_over")?.into(),
        found_at: cells.time("found_at")?,
        decided_at: cells.opt_time("decided_at")?,
        decided_by: cells.opt_parse("decided_by")?,
        reason: cells.opt_text("reason")?,
    })
}
