//! Legal holds.

use jiff::Timestamp;
use yunzhen_domain::ids::{LegalHoldId, ResidentId};
use yunzhen_domain::machines::legal_hold::State;
use yunzhen_domain::records::LegalHold;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "legal_holds";

/// One hold.
pub async fn get(db: &mut Db, id: LegalHoldId) -> Result<Option<LegalHold>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM legal_holds WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Does one stand on any of these records?
pub async fn stands_on(db: &mut Db, residents: &[ResidentId]) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::new("SELECT 1 FROM legal_holds WHERE state = ");
    query.push_bind(State::Placed.as_str()).push(" AND resident_id IN (");
    let mut list = query.separated(", ");
    for id in residents {
        list.push_bind(id.to_string());
    }
    query.push(") LIMIT 1");
    Ok(query.build().fetch_optional(db.conn()).await?.is_some())
}

/// A page, newest first.
pub async fn list(db: &mut Db, paging: Paging) -> Result<Slice<LegalHold>, StoreError> {
    let rows = Walks::over(TABLE, "placed_at").fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |hold| Cursor { at_ms: hold.placed_at.as_millisecond(), id: hold.id.uuid() }))
}

/// A new hold.
pub async fn insert(tx: &mut Tx, hold: &LegalHold) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO legal_holds (id, version, state, resident_id, home_id, reason, placed_at, placed_by, released_at, released_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(hold.id.to_string())
    .bind(hold.version)
    .bind(hold.state.as_str())
    .bind(hold.resident_id.to_string())
    .bind(hold.home_id.to_string())
    .bind(hold.reason.expose())
    .bind(hold.placed_at.as_millisecond())
    .bind(hold.placed_by.to_string())
    .bind(hold.released_at.map(Timestamp::as_millisecond))
    .bind(hold.released_by.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed hold, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, hold: &LegalHold) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE legal_holds SET version = $2, state = $3, released_at = $4, released_by = $5 WHERE id = $1 AND version = $2 - 1",
    )
    .bind(hold.id.to_string())
    .bind(hold.version)
    .bind(hold.state.as_str())
    .bind(hold.released_at.map(Timestamp::as_millisecond))
    .bind(hold.released_by.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("legal hold", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<LegalHold, StoreError> {
    Ok(LegalHold {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        reason: cells.text("reason")?.into(),
        placed_at: cells.time("placed_at")?,
        placed_by: cells.parse("placed_by")?,
        released_at: cells.opt_time("released_at")?,
        released_by: cells.opt_parse("released_by")?,
    })
}
