//! Temperatures of parcels on their way.

use std::collections::HashMap;

use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::records::Temperature;

use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
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

/// Those of these parcels, each in the order in which they were measured.
pub async fn of_deliveries(
    db: &mut Db,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<HashMap<DeliveryId, Vec<Temperature>>, StoreError> {
    let mut found: HashMap<DeliveryId, Vec<Temperature>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM delivery_temperatures WHERE 1 = 1");
        query.push_among("delivery_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY delivery_id, measured_at, id");
        for row in &query.fetch_all(db).await? {
            let reading = decode(&Cells::new(TABLE, row))?;
            found.entry(reading.delivery_id).or_default().push(reading);
        }
    }
    Ok(found)
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
