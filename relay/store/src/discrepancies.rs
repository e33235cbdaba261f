//! What was short or damaged, until it is settled.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{DeliveryId, DiscrepancyId, HomeId, PharmacyId};
use yunzhen_domain::machines::discrepancy::State;
use yunzhen_domain::records::Discrepancy;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "discrepancies";

/// Which ones; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// In this home.
    pub home: Option<HomeId>,
    /// For this pharmacy to settle.
    pub pharmacy: Option<PharmacyId>,
}

/// One of them.
pub async fn get(db: &mut Db, id: DiscrepancyId) -> Result<Option<Discrepancy>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM discrepancies WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of one delivery, oldest first.
pub async fn of_delivery(db: &mut Db, id: DeliveryId) -> Result<Vec<Discrepancy>, StoreError> {
    let rows = sqlx::query("SELECT * FROM discrepancies WHERE delivery_id = $1 ORDER BY opened_at, id")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Those of these deliveries, each oldest first.
pub async fn of_deliveries(
    db: &mut Db,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<HashMap<DeliveryId, Vec<Discrepancy>>, StoreError> {
    let mut found: HashMap<DeliveryId, Vec<Discrepancy>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM discrepancies WHERE 1 = 1");
        query.push_among("delivery_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY delivery_id, opened_at, id");
        for row in &query.fetch_all(db).await? {
            let task = decode(&Cells::new(TABLE, row))?;
            found.entry(task.delivery_id).or_default().push(task);
        }
    }
    Ok(found)
}

/// A page, by the time they were opened.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Discrepancy>, StoreError> {
    let rows = Walks::over(TABLE, "opened_at")
        .equal("home_id", filter.home)
        .equal("pharmacy_id", filter.pharmacy)
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |d| Cursor { at_ms: d.opened_at.as_millisecond(), id: d.id.uuid() }))
}

/// A new one.
pub async fn insert(tx: &mut Tx, d: &Discrepancy) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO discrepancies (id, version, state, delivery_id, prescription_id, resident_id, home_id, pharmacy_id, cause, lines, comment, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(d.id.to_string())
    .bind(d.version)
    .bind(d.state.as_str())
    .bind(d.delivery_id.to_string())
    .bind(d.prescription_id.to_string())
    .bind(d.resident_id.to_string())
    .bind(d.home_id.to_string())
    .bind(d.pharmacy_id.to_string())
    .bind(d.cause.as_str())
    .bind(to_json(TABLE, "lines", &d.lines)?)
    .bind(d.comment.as_ref().map(|text| text.expose().clone()))
    .bind(d.opened_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a settled one, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, d: &Discrepancy) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE discrepancies SET version = $2, state = $3, resolution = $4, note = $5, resolved_at = $6, resolved_by = $7
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(d.id.to_string())
    .bind(d.version)
    .bind(d.state.as_str())
    .bind(d.resolution.map(|how| how.as_str()))
    .bind(d.note.as_ref().map(|text| text.expose().clone()))
    .bind(d.resolved_at.map(Timestamp::as_millisecond))
    .bind(d.resolved_by.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("discrepancy", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Discrepancy, StoreError> {
    Ok(Discrepancy {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        delivery_id: cells.parse("delivery_id")?,
        prescription_id: cells.parse("prescription_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        cause: cells.parse("cause")?,
        lines: cells.json("lines")?,
        comment: cells.opt_text("comment")?.map(Into::into),
        opened_at: cells.time("opened_at")?,
        resolution: cells.opt_parse("resolution")?,
        note: cells.opt_text("note")?.map(Into::into),
        resolved_at: cells.opt_time("resolved_at")?,
        resolved_by: cells.opt_parse("resolved_by")?,
    })
}
