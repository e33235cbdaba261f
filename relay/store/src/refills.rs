//! Requests for a refill.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{HomeId, PrescriptionId, RefillId, StaffId};
use yunzhen_domain::machines::refill::State;
use yunzhen_domain::records::{Refill, Reopened};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "refills";

/// Which requests; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// To this specialist.
    pub specialist: Option<StaffId>,
}

/// One request.
pub async fn get(db: &mut Db, id: RefillId) -> Result<Option<Refill>, StoreError> {
    let row = sqlx::query("SELECT * FROM refills WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The request of a course.
pub async fn of_prescription(db: &mut Db, id: PrescriptionId) -> Result<Option<Refill>, StoreError> {
    let row = sqlx::query("SELECT * FROM refills WHERE prescription_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The request of each of these courses.
pub async fn of_prescriptions(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Refill>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM refills WHERE 1 = 1");
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        for row in &query.fetch_all(db).await? {
            let refill = decode(&Cells::new(TABLE, row))?;
            found.insert(refill.prescription_id, refill);
        }
    }
    Ok(found)
}

/// Those that this prescription was written for, while it stands.
pub async fn renewed_by(db: &mut Db, id: PrescriptionId) -> Result<Vec<Refill>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM refills WHERE renewed_by = ");
    query.push_bind(id.to_string());
    let rows = query.fetch_all(db).await?;
    let mut found = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable_by_key(|refill| refill.id);
    Ok(found)
}

/// A page, by the time they were asked for.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Refill>, StoreError> {
    let rows = Walks::over(TABLE, "asked_at")
        .equal("home_id", filter.home)
        .equal("specialist_id", filter.specialist)
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |r| Cursor { at_ms: r.asked_at.as_millisecond(), id: r.id.uuid() }))
}

/// A new request; [`StoreError::Duplicate`] when the course has one.
pub async fn insert(tx: &mut Tx, refill: &Refill) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO refills (id, version, state, prescription_id, resident_id, home_id, specialist_id, item_nos, last_day, runs_out, asked_at,
             decided_at, renewed_by, decline_reason, reopened_at, reopened_because, failed_renewal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(refill.id.to_string())
    .bind(refill.version)
    .bind(refill.state.as_str())
    .bind(refill.prescription_id.to_string())
    .bind(refill.resident_id.to_string())
    .bind(refill.home_id.to_string())
    .bind(refill.specialist_id.to_string())
    .bind(to_json(TABLE, "item_nos", &refill.item_nos)?)
    .bind(refill.last_day.to_string())
    .bind(refill.runs_out.as_str())
    .bind(refill.asked_at.as_millisecond())
    .bind(refill.decided_at.map(Timestamp::as_millisecond))
    .bind(refill.renewed_by.map(|id| id.to_string()))
    .bind(refill.decline_reason.as_ref().map(|text| text.expose().clone()))
    .bind(refill.reopened.map(|again| again.at.as_millisecond()))
    .bind(refill.reopened.map(|again| again.because.as_str()))
    .bind(refill.reopened.map(|again| again.renewal.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed request, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, refill: &Refill) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE refills SET version = $2, state = $3, decided_at = $4, renewed_by = $5, decline_reason = $6, reopened_at = $7,
             reopened_because = $8, failed_renewal = $9
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(refill.id.to_string())
    .bind(refill.version)
    .bind(refill.state.as_str())
    .bind(refill.decided_at.map(Timestamp::as_millisecond))
    .bind(refill.renewed_by.map(|id| id.to_string()))
    .bind(refill.decline_reason.as_ref().map(|text| text.expose().clone()))
    .bind(refill.reopened.map(|again| again.at.as_millisecond()))
    .bind(refill.reopened.map(|again| again.because.as_str()))
    .bind(refill.reopened.map(|again| again.renewal.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("refill", done.rows_affected())
}

/// Keeps a request that asks for more lines or an earlier day, whose version is one above the stored one.
pub async fn ask_for_more(tx: &mut Tx, refill: &Refill) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE refills SET version = $2, item_nos = $3, last_day = $4, runs_out = $5 WHERE id = $1 AND version = $2 - 1",
    )
    .bind(refill.id.to_string())
    .bind(refill.version)
    .bind(to_json(TABLE, "item_nos", &refill.item_nos)?)
    .bind(refill.last_day.to_string())
    .bind(refill.runs_out.as_str())
    .execute(tx.conn())
    .await?;
    one_row("refill", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Refill, StoreError> {
    let reopened = match (cells.opt_time("reopened_at")?, cells.opt_parse("reopened_because")?) {
        (Some(at), Some(because)) => Some(Reopened { at, because, renewal: cells.parse("failed_renewal")? }),
        _ => None,
    };
    Ok(Refill {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        prescription_id: cells.parse("prescription_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        specialist_id: cells.parse("specialist_id")?,
        item_nos: cells.json("item_nos")?,
        last_day: cells.parse("last_day")?,
        runs_out: cells.parse("runs_out")?,
        asked_at: cells.time("asked_at")?,
        decided_at: cells.opt_time("decided_at")?,
        renewed_by: cells.opt_parse("renewed_by")?,
        reopened,
        decline_reason: cells.opt_text("decline_reason")?.map(Into::into),
    })
}
