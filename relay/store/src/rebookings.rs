//! Which consultation makes up for one that technology broke off.

use std::collections::HashMap;

use yunzhen_domain::ids::ConsultationId;

use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
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

/// What makes up for each of these failed ones.
pub async fn of_all_failed(
    db: &mut Db,
    failed: impl IntoIterator<Item = ConsultationId>,
) -> Result<HashMap<ConsultationId, ConsultationId>, StoreError> {
    pairs(db, "failed_id", failed).await
}

/// The failed consultation that each of these makes up for.
pub async fn origins(
    db: &mut Db,
    ids: impl IntoIterator<Item = ConsultationId>,
) -> Result<HashMap<ConsultationId, ConsultationId>, StoreError> {
    let found = pairs(db, "consultation_id", ids).await?;
    Ok(found.into_iter().map(|(failed, instead)| (instead, failed)).collect())
}

/// Who failed, and what is there instead, of those that `column` names.
async fn pairs(
    db: &mut Db,
    column: &'static str,
    ids: impl IntoIterator<Item = ConsultationId>,
) -> Result<HashMap<ConsultationId, ConsultationId>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM rebookings WHERE 1 = 1");
        query.push_among(column, ids.iter().map(ToString::to_string));
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, row);
            found.insert(cells.parse("failed_id")?, cells.parse("consultation_id")?);
        }
    }
    Ok(found)
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
