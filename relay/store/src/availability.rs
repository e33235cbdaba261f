//! What specialists published, and the lock of each one's bookings.

use yunzhen_domain::ids::StaffId;
use yunzhen_domain::schedule::Availability;

use crate::row::{Cells, one_row, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "availability";

/// What one specialist published.
pub async fn get(db: &mut Db, specialist: StaffId) -> Result<Option<Availability>, StoreError> {
    let row = sqlx::query("SELECT * FROM availability WHERE specialist_id = $1")
        .bind(specialist.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The same, and nobody else changes this specialist's bookings until the transaction ends.
pub async fn lock(tx: &mut Tx, specialist: StaffId) -> Result<Option<Availability>, StoreError> {
    let row = sqlx::query("UPDATE availability SET bookings = bookings + 1 WHERE specialist_id = $1 RETURNING *")
        .bind(specialist.to_string())
        .fetch_optional(tx.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Keeps what is published now, whose version is one above the stored one, or 1.
pub async fn put(tx: &mut Tx, published: &Availability) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO availability (specialist_id, version, zone, rules, exceptions, bookings) VALUES ($1, $2, $3, $4, $5, 0)
         ON CONFLICT (specialist_id) DO UPDATE SET version = excluded.version, zone = excluded.zone,
             rules = excluded.rules, exceptions = excluded.exceptions
         WHERE availability.version = excluded.version - 1",
    )
    .bind(published.specialist_id.to_string())
    .bind(published.version)
    .bind(published.zone.name())
    .bind(to_json(TABLE, "rules", &published.rules)?)
    .bind(to_json(TABLE, "exceptions", &published.exceptions)?)
    .execute(tx.conn())
    .await?;
    one_row(TABLE, done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Availability, StoreError> {
    Ok(Availability {
        specialist_id: cells.parse("specialist_id")?,
        version: cells.int("version")?,
        zone: cells.parse("zone")?,
        rules: cells.json("rules")?,
        exceptions: cells.json("exceptions")?,
    })
}
