//! Which consultation makes up for one that technology broke off.

use yunzhen_domain::ids::ConsultationId;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "rebookings";

/// What makes up for a failed consultation.
pub async fn of_failed(db: &mut Db, failed: ConsultationId) -> Result<Option<ConsultationId>, StoreError> {
    let row = sqlx::query("SELECT * FROM rebookings WHERE failed_id = $1")
        .bind(failed.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("consultation_id")).transpose()
}

/// The failed consultation that this one makes up for.
pub async fn origin(db: &mut Db, id: ConsultationId) -> Result<Option<ConsultationId>, StoreError> {
    let row = sqlx::query("SELECT * FROM rebookings WHERE consultation_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("failed_id")).transpose()
}

/// Ties the two.
pub async fn insert(tx: &mut Tx, failed: ConsultationId, instead: ConsultationId) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO rebookings (failed_id, consultation_id) VALUES ($1, $2)")
        .bind(failed.to_string())
        .bind(instead.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}
