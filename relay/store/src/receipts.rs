//! Receipts as the boxes of the homes signed them.

use jiff::Timestamp;
use yunzhen_domain::ids::DeliveryId;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "delivery_receipts";

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// As it came.
    pub jws: String,
    /// With which certificate of the box.
    pub certificate_serial: String,
    /// When the nurse counted.
    pub counted_at: Timestamp,
    /// When it was heard of.
    pub received_at: Timestamp,
}

/// The receipt of a delivery.
pub async fn of_delivery(db: &mut Db, id: DeliveryId) -> Result<Option<Receipt>, StoreError> {
    let row = sqlx::query("SELECT * FROM delivery_receipts WHERE delivery_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| {
        let cells = Cells::new(TABLE, &row);
        Ok(Receipt {
            delivery_id: cells.parse("delivery_id")?,
            jws: cells.text("jws")?,
            certificate_serial: cells.text("certificate_serial")?,
            counted_at: cells.time("counted_at")?,
            received_at: cells.time("received_at")?,
        })
    })
    .transpose()
}

/// Keeps a receipt.
pub async fn insert(tx: &mut Tx, receipt: &Receipt) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO delivery_receipts (delivery_id, jws, certificate_serial, counted_at, received_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(receipt.delivery_id.to_string())
    .bind(&receipt.jws)
    .bind(&receipt.certificate_serial)
    .bind(receipt.counted_at.as_millisecond())
    .bind(receipt.received_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}
