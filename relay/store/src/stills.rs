//! Diagnostic stills: what was asked for, and what became of it. The pictures are documents.

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId, StillId};
use yunzhen_domain::records::Still;

use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "stills";

/// A new one, asked for.
pub async fn insert(tx: &mut Tx, still: &Still) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stills (id, consultation_id, resident_id, home_id, camera, state, asked_at, asked_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(still.id.to_string())
    .bind(still.consultation_id.to_string())
    .bind(still.resident_id.to_string())
    .bind(still.home_id.to_string())
    .bind(still.camera.as_str())
    .bind(still.state.as_str())
    .bind(still.asked_at.as_millisecond())
    .bind(still.asked_by.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How one ended. Only what is still asked for ends.
pub async fn end(tx: &mut Tx, still: &Still) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE stills SET state = $2, ended_at = $3, failure = $4, width = $5, height = $6, document_id = $7
         WHERE id = $1 AND state = 'asked'",
    )
    .bind(still.id.to_string())
    .bind(still.state.as_str())
    .bind(still.ended_at.map(Timestamp::as_millisecond))
    .bind(still.failure.map(|failure| failure.as_str()))
    .bind(still.size.map(|(width, _)| i64::from(width)))
    .bind(still.size.map(|(_, height)| i64::from(height)))
    .bind(still.document_id.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("still", done.rows_affected())
}

/// One still.
pub async fn get(db: &mut Db, id: StillId) -> Result<Option<Still>, StoreError> {
    let row = sqlx::query("SELECT * FROM stills WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of one consultation, oldest first; the domain bounds how many there are.
pub async fn of_consultation(db: &mut Db, id: ConsultationId) -> Result<Vec<Still>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM stills WHERE consultation_id = $1 ORDER BY asked_at, id");
    query.value(id.to_string());
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// What a home's box still owes of what was asked for since then, oldest first, at most `limit`.
pub async fn asked_of(db: &mut Db, home: HomeId, since: Timestamp, limit: u32) -> Result<Vec<Still>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM stills WHERE home_id = $1 AND state = 'asked' AND asked_at >= $2 ORDER BY asked_at, id LIMIT $3",
    );
    query.value(home.to_string()).value(since.as_millisecond()).value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// What was asked for before then and has not ended, of any home, oldest first, at most `limit`.
pub async fn asked_before(db: &mut Db, before: Timestamp, limit: u32) -> Result<Vec<Still>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM stills WHERE state = 'asked' AND asked_at < $1 ORDER BY asked_at, id LIMIT $2",
    );
    query.value(before.as_millisecond()).value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn decode(cells: &Cells<'_>) -> Result<Still, StoreError> {
    let size: (Option<u32>, Option<u32>) = (cells.opt_count("width")?, cells.opt_count("height")?);
    Ok(Still {
        id: cells.parse("id")?,
        consultation_id: cells.parse("consultation_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        camera: cells.parse("camera")?,
        state: cells.parse("state")?,
        asked_at: cells.time("asked_at")?,
        asked_by: cells.parse("asked_by")?,
        ended_at: cells.opt_time("ended_at")?,
        failure: cells.opt_parse("failure")?,
        size: size.0.zip(size.1),
        document_id: cells.opt_parse("document_id")?,
    })
}
