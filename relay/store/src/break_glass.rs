//! Openings of records without a relation, and their reviews.

use jiff::Timestamp;
use yunzhen_domain::ids::{BreakGlassId, HomeId, ResidentId, StaffId};
use yunzhen_domain::records::BreakGlass;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "break_glass";

/// One opening.
pub async fn get(db: &mut Db, id: BreakGlassId) -> Result<Option<BreakGlass>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM break_glass WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// This specialist's opening of this record that still holds; the one that holds longest where there are more.
pub async fn open_of(
    db: &mut Db,
    specialist: StaffId,
    resident: ResidentId,
    now: Timestamp,
) -> Result<Option<BreakGlass>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM break_glass WHERE staff_id = $1 AND resident_id = $2 AND opened_at <= $3 AND ends_at > $3
         ORDER BY ends_at DESC LIMIT 1",
    )
    .bind(specialist.to_string())
    .bind(resident.to_string())
    .bind(now.as_millisecond())
    .fetch_optional(db.conn())
    .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page, newest first; only those that nobody has reviewed, or all.
pub async fn list(db: &mut Db, only_unreviewed: bool, paging: Paging) -> Result<Slice<BreakGlass>, StoreError> {
    let walks = Walks::over(TABLE, "opened_at");
    let walks = if only_unreviewed { walks.holds("reviewed_at IS NULL") } else { walks };
    let rows = walks.fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |glass| Cursor { at_ms: glass.opened_at.as_millisecond(), id: glass.id.uuid() }))
}

/// Openings of records of this home since `since` of which nobody there has taken note, newest first.
pub async fn to_acknowledge(
    db: &mut Db,
    home: HomeId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<BreakGlass>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM break_glass WHERE home_id = $1 AND acknowledged_at IS NULL AND opened_at >= $2
         ORDER BY opened_at DESC, id DESC LIMIT $3",
    );
    query.value(home.to_string());
    query.value(since.as_millisecond());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new opening.
pub async fn insert(tx: &mut Tx, glass: &BreakGlass) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO break_glass (id, version, state, resident_id, home_id, staff_id, reason, opened_at, ends_at, reviewed_at, reviewed_by, review_note,
             acknowledged_at, acknowledged_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(glass.id.to_string())
    .bind(glass.version)
    .bind(glass.state.as_str())
    .bind(glass.resident_id.to_string())
    .bind(glass.home_id.to_string())
    .bind(glass.staff_id.to_string())
    .bind(glass.reason.expose())
    .bind(glass.opened_at.as_millisecond())
    .bind(glass.ends_at.as_millisecond())
    .bind(glass.reviewed_at.map(Timestamp::as_millisecond))
    .bind(glass.reviewed_by.map(|id| id.to_string()))
    .bind(glass.review_note.as_ref().map(|note| note.expose().clone()))
    .bind(glass.acknowledged_at.map(Timestamp::as_millisecond))
    .bind(glass.acknowledged_by.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed opening, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, glass: &BreakGlass) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE break_glass SET version = $2, state = $3, ends_at = $4, reviewed_at = $5, reviewed_by = $6, review_note = $7
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(glass.id.to_string())
    .bind(glass.version)
    .bind(glass.state.as_str())
    .bind(glass.ends_at.as_millisecond())
    .bind(glass.reviewed_at.map(Timestamp::as_millisecond))
    .bind(glass.reviewed_by.map(|id| id.to_string()))
    .bind(glass.review_note.as_ref().map(|note| note.expose().clone()))
    .execute(tx.conn())
    .await?;
    one_row("break-glass", done.rows_affected())
}

/// The home has taken note, for the first time.
pub async fn acknowledge(tx: &mut Tx, id: BreakGlassId, by: StaffId, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE break_glass SET acknowledged_at = $2, acknowledged_by = $3 WHERE id = $1 AND acknowledged_at IS NULL",
    )
    .bind(id.to_string())
    .bind(at.as_millisecond())
    .bind(by.to_string())
    .execute(tx.conn())
    .await?;
    one_row("break-glass", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<BreakGlass, StoreError> {
    Ok(BreakGlass {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        staff_id: cells.parse("staff_id")?,
        reason: cells.text("reason")?.into(),
        opened_at: cells.time("opened_at")?,
        ends_at: cells.time("ends_at")?,
        reviewed_at: cells.opt_time("reviewed_at")?,
        reviewed_by: cells.opt_parse("reviewed_by")?,
        review_note: cells.opt_text("review_note")?.map(Into::into),
        acknowledged_at: cells.opt_time("acknowledged_at")?,
        acknowledged_by: cells.opt_parse("acknowledged_by")?,
    })
}
