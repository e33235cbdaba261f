//! Temperatures of parcels on their way.

use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::records::Temperature;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "delivery_temperatures";

/// All of one parcel, in the order in which they were measured.
pub async fn of_delivery(db: &mut Db, id: DeliveryId) -> Result<Vec<Temperature>, StoreError> {
    let rows = sqlx::query("SELECT * FROM delivery_temperatures WHERE delivery_id = $1 ORDER BY measured_at, id")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new reading.
pub async fn insert(tx: &mut Tx, reading: &Temperature) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO delivery_temperatures (id, delivery_id, celsius, measured_at, received_at, measured_by)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(reading.id.to_string())
    .bind(reading.delivery_id.to_string())
    .bind(reading.celsius)
    .bind(reading.measured_at.as_millisecond())
    .bind(reading.received_at.as_millisecond())
    .bind(reading.by.as_str())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Temperature, StoreError> {
    Ok(Temperature {
        id: cells.parse("id")?,
        delivery_id: cells.parse("delivery_id")?,
        celsius: cells.real("celsius")?,
        measured_at: cells.time("measured_at")?,
        received_at: cells.time("received_at")?,
        by: cells.parse("measured_by")?,
    })
}
