//! Rounds.

use jiff::Timestamp;
use yunzhen_domain::ids::{HomeId, RoundId};
use yunzhen_domain::records::Round;

use crate::row::{Cells, one_row, to_json};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "rounds";

/// One round.
pub async fn get(db: &mut Db, id: RoundId) -> Result<Option<Round>, StoreError> {
    let row = sqlx::query("SELECT * FROM rounds WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Rounds of a home, or of all, that start in `from..until`, earliest first.
pub async fn list(
    db: &mut Db,
    home: Option<HomeId>,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Round>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM rounds WHERE starts_at >= ");
    query.push_bind(from.as_millisecond()).push(" AND starts_at < ").push_bind(until.as_millisecond());
    if let Some(home) = home {
        query.push(" AND home_id = ").push_bind(home.to_string());
    }
    query.push(" ORDER BY starts_at, id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new round.
pub async fn insert(tx: &mut Tx, round: &Round) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO rounds (id, version, home_id, specialist_id, planned_by, starts_at, minutes, running_order)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(round.id.to_string())
    .bind(round.version)
    .bind(round.home_id.to_string())
    .bind(round.specialist_id.to_string())
    .bind(round.planned_by.to_string())
    .bind(round.starts_at.as_millisecond())
    .bind(i64::from(round.minutes))
    .bind(to_json(TABLE, "running_order", &round.order)?)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps another running order; the version is one above the stored one.
pub async fn update(tx: &mut Tx, round: &Round) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE rounds SET version = $2, running_order = $3 WHERE id = $1 AND version = $2 - 1")
        .bind(round.id.to_string())
        .bind(round.version)
        .bind(to_json(TABLE, "running_order", &round.order)?)
        .execute(tx.conn())
        .await?;
    one_row("round", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Round, StoreError> {
    Ok(Round {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        home_id: cells.parse("home_id")?,
        specialist_id: cells.parse("specialist_id")?,
        planned_by: cells.parse("planned_by")?,
        starts_at: cells.time("starts_at")?,
        minutes: cells.int("minutes")?,
        order: cells.json("running_order")?,
    })
}
