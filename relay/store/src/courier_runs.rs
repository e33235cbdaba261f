//! Couriers' ways of one day.

use jiff::civil::Date;
use yunzhen_domain::ids::{CourierRunId, PharmacyId};
use yunzhen_domain::records::CourierRun;

use crate::row::{Cells, hex, one_row, to_json};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "courier_runs";

/// One run.
pub async fn get(db: &mut Db, id: CourierRunId) -> Result<Option<CourierRun>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM courier_runs WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The run of a courier's link.
pub async fn by_token_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<CourierRun>, StoreError> {
    let row = sqlx::query("SELECT * FROM courier_runs WHERE token_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The runs of a pharmacy on one day, newest first.
pub async fn of_day(db: &mut Db, pharmacy: PharmacyId, day: Date) -> Result<Vec<CourierRun>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM courier_runs WHERE pharmacy_id = $1 AND day = $2 ORDER BY created_at DESC, id DESC",
    );
    query.value(pharmacy.to_string());
    query.value(day.to_string());
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new run.
pub async fn insert(tx: &mut Tx, run: &CourierRun) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO courier_runs (id, version, pharmacy_id, day, courier_name, courier_phone, token_sha256, pin_hash, stops, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(run.id.to_string())
    .bind(run.version)
    .bind(run.pharmacy_id.to_string())
    .bind(run.day.to_string())
    .bind(&run.courier_name)
    .bind(&run.courier_phone)
    .bind(hex(&run.token_sha256))
    .bind(run.pin_hash.expose())
    .bind(to_json(TABLE, "stops", &run.stops)?)
    .bind(run.created_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed run, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, run: &CourierRun) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE courier_runs SET version = $2, token_sha256 = $3, pin_hash = $4, stops = $5 WHERE id = $1 AND version = $2 - 1",
    )
    .bind(run.id.to_string())
    .bind(run.version)
    .bind(hex(&run.token_sha256))
    .bind(run.pin_hash.expose())
    .bind(to_json(TABLE, "stops", &run.stops)?)
    .execute(tx.conn())
    .await?;
    one_row("courier run", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<CourierRun, StoreError> {
    Ok(CourierRun {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        day: cells.parse("day")?,
        courier_name: cells.text("courier_name")?,
        courier_phone: cells.text("courier_phone")?,
        token_sha256: cells.digest("token_sha256")?,
        pin_hash: cells.text("pin_hash")?.into(),
        stops: cells.json("stops")?,
        created_at: cells.time("created_at")?,
    })
}
