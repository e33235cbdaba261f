//! Calendars shared by a link; only the SHA-256 of its token is here.

use jiff::Timestamp;
use yunzhen_domain::ids::CalendarId;
use yunzhen_domain::records::{Calendar, CalendarOf};

use crate::row::{Cells, hex, one_row};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "calendars";

/// One calendar.
pub async fn get(db: &mut Db, id: CalendarId) -> Result<Option<Calendar>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM calendars WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The calendar of a link, also when it is withdrawn: the caller looks at `revoked_at`.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<Calendar>, StoreError> {
    let row = sqlx::query("SELECT * FROM calendars WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of one specialist or home that still work, oldest first.
pub async fn list(db: &mut Db, of: CalendarOf) -> Result<Vec<Calendar>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM calendars WHERE revoked_at IS NULL AND ");
    match of {
        CalendarOf::Specialist(id) => query.push("specialist_id = ").push_bind(id.to_string()),
        CalendarOf::Home(id) => query.push("home_id = ").push_bind(id.to_string()),
    };
    query.push(" ORDER BY created_at, id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new link.
pub async fn insert(tx: &mut Tx, calendar: &Calendar) -> Result<(), StoreError> {
    let (specialist, home) = match calendar.of {
        CalendarOf::Specialist(id) => (Some(id.to_string()), None),
        CalendarOf::Home(id) => (None, Some(id.to_string())),
    };
    sqlx::query(
        "INSERT INTO calendars (id, specialist_id, home_id, token_sha256, shared_by, created_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(calendar.id.to_string())
    .bind(specialist)
    .bind(home)
    .bind(hex(&calendar.token_sha256))
    .bind(calendar.shared_by.to_string())
    .bind(calendar.created_at.as_millisecond())
    .bind(calendar.revoked_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The link works no more.
pub async fn revoke(tx: &mut Tx, id: CalendarId, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE calendars SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    one_row("calendar", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Calendar, StoreError> {
    let of = match (cells.opt_parse("specialist_id")?, cells.opt_parse("home_id")?) {
        (Some(id), None) => CalendarOf::Specialist(id),
        (None, Some(id)) => CalendarOf::Home(id),
        _ => {
            let reason = "a calendar is of a specialist or of a home".to_owned();
            return Err(StoreError::Corrupt { table: TABLE, column: "specialist_id", reason });
        }
    };
    Ok(Calendar {
        id: cells.parse("id")?,
        of,
        token_sha256: cells.digest("token_sha256")?,
        shared_by: cells.parse("shared_by")?,
        created_at: cells.time("created_at")?,
        revoked_at: cells.opt_time("revoked_at")?,
    })
}
