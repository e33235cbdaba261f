//! Who waits for a time that is not free.

use yunzhen_domain::ids::{ConsultationId, StaffId};
use yunzhen_domain::schedule::Wish;

use crate::row::Cells;
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "waitlist";

/// The wish of one consultation.
pub async fn get(db: &mut Db, id: ConsultationId) -> Result<Option<Wish>, StoreError> {
    let row = sqlx::query("SELECT * FROM waitlist WHERE consultation_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Everybody who waits for this specialist, or for any, longest first.
pub async fn list(db: &mut Db, specialist: Option<StaffId>) -> Result<Vec<Wish>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM waitlist WHERE 1 = 1");
    if let Some(specialist) = specialist {
        query.push(" AND specialist_id = ").push_bind(specialist.to_string());
    }
    query.push(" ORDER BY since, consultation_id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new wish.
pub async fn insert(tx: &mut Tx, wish: &Wish) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO waitlist (consultation_id, specialist_id, urgency, not_before, not_after, since)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(wish.consultation_id.to_string())
    .bind(wish.specialist_id.to_string())
    .bind(wish.urgency.as_str())
    .bind(wish.not_before.as_millisecond())
    .bind(wish.not_after.as_millisecond())
    .bind(wish.since.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The wish was met, or nobody has it any more.
pub async fn remove(tx: &mut Tx, id: ConsultationId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM waitlist WHERE consultation_id = $1").bind(id.to_string()).execute(tx.conn()).await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Wish, StoreError> {
    Ok(Wish {
        consultation_id: cells.parse("consultation_id")?,
        specialist_id: cells.parse("specialist_id")?,
        urgency: cells.parse("urgency")?,
        not_before: cells.time("not_before")?,
        not_after: cells.time("not_after")?,
        since: cells.time("since")?,
    })
}
