//! The media timeline of consultations: rows of up to a minute, added and never changed.

use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::media_timeline::Stretch;

use crate::row::{Cells, taken_apart};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "media_timeline";

/// Rows of one consultation that are read: more than the recorder makes of its longest call that was cut every few seconds.
const MOST: i64 = 2000;

/// A new row. One that is there already stays as it is, so that a write whose answer was lost can be repeated; one of a consultation that is gone is none.
pub async fn add(tx: &mut Tx, id: ConsultationId, stretch: &Stretch) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO media_timeline (consultation_id, from_second, data)
         SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT) WHERE EXISTS (SELECT 1 FROM consultations WHERE id = $1)
         ON CONFLICT (consultation_id, from_second) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(stretch.from_second)
    .bind(stretch.to_text())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The rows of one consultation, oldest first.
pub async fn of_consultation(db: &mut Db, id: ConsultationId) -> Result<Vec<Stretch>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT from_second, data FROM media_timeline WHERE consultation_id = $1 ORDER BY from_second LIMIT $2",
    );
    query.value(id.to_string()).value(MOST);
    let rows = query.fetch_all(db).await?;
    taken_apart(TABLE, &rows, decode).await
}

fn decode(cells: &Cells<'_>) -> Result<Stretch, StoreError> {
    Stretch::from_text(cells.int("from_second")?, &cells.text("data")?).map_err(|error| StoreError::Corrupt {
        table: TABLE,
        column: "data",
        reason: error.to_string(),
    })
}
