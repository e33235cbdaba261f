//! The media timeline of consultations: rows of up to a minute, added and never changed.

use yunzhen_domain::ids::{ConsultationId, HomeId};
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

/// Of consultations that were asked for last, so many are looked at for a call.
const LOOKED_AT: i64 = 40;

/// The rows of the last `seconds` of the last call, of each home or of one, oldest first.
pub async fn last_calls(db: &mut Db, home: Option<HomeId>, seconds: i64) -> Result<Vec<(HomeId, Stretch)>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT homes.id AS home_id, m.from_second, m.data FROM homes JOIN media_timeline m ON m.consultation_id = (
             SELECT recent.id FROM (
                 SELECT c.id FROM consultations c WHERE c.home_id = homes.id ORDER BY c.requested_at DESC, c.id DESC LIMIT $1
             ) recent
             ORDER BY COALESCE((SELECT MAX(t.from_second) FROM media_timeline t WHERE t.consultation_id = recent.id), 0) DESC LIMIT 1)
         WHERE m.from_second > (SELECT MAX(l.from_second) FROM media_timeline l WHERE l.consultation_id = m.consultation_id) - CAST($2 AS BIGINT)",
    );
    query.value(LOOKED_AT).value(seconds);
    if let Some(home) = home {
        query.push(" AND homes.id = ").push_bind(home.to_string());
    }
    query.push(" ORDER BY homes.id, m.from_second");
    let rows = query.fetch_all(db).await?;
    taken_apart(TABLE, &rows, |cells| Ok((cells.parse("home_id")?, decode(cells)?))).await
}

fn decode(cells: &Cells<'_>) -> Result<Stretch, StoreError> {
    Stretch::from_text(cells.int("from_second")?, &cells.text("data")?).map_err(|error| StoreError::Corrupt {
        table: TABLE,
        column: "data",
        reason: error.to_string(),
    })
}
