//! One-key calls.

use jiff::Timestamp;
use yunzhen_domain::ids::{HomeId, ResidentId, UrgentCallId};
use yunzhen_domain::records::UrgentCall;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "urgent_calls";

/// One call.
pub async fn get(db: &mut Db, id: UrgentCallId) -> Result<Option<UrgentCall>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM urgent_calls WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The call of a resident that goes on.
pub async fn open_of(db: &mut Db, resident: ResidentId) -> Result<Option<UrgentCall>, StoreError> {
    let row = sqlx::query("SELECT * FROM urgent_calls WHERE resident_id = $1 AND open = 1")
        .bind(resident.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page of calls of a home, or of all; only those that go on, or all.
pub async fn list(
    db: &mut Db,
    home: Option<HomeId>,
    open: bool,
    paging: Paging,
) -> Result<Slice<UrgentCall>, StoreError> {
    let walks = Walks::over(TABLE, "raised_at").equal("home_id", home);
    let walks = if open { walks.holds("open = 1") } else { walks };
    let rows = walks.fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |call| Cursor { at_ms: call.raised_at().as_millisecond(), id: call.id.uuid() }))
}

/// A new call; [`StoreError::Duplicate`] when the resident has one that goes on.
pub async fn insert(tx: &mut Tx, call: &UrgentCall) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO urgent_calls (id, version, state, resident_id, home_id, bed, triage, called, answered_by, consultation_id, referral_id, transport_id, note, steps, raised_at, open,
             pressed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(call.id.to_string())
    .bind(call.version)
    .bind(call.state.as_str())
    .bind(call.resident_id.to_string())
    .bind(call.home_id.to_string())
    .bind(&call.bed)
    .bind(call.triage.as_str())
    .bind(to_json(TABLE, "called", &call.called)?)
    .bind(call.answered_by.map(|id| id.to_string()))
    .bind(call.consultation_id.map(|id| id.to_string()))
    .bind(call.referral_id.map(|id| id.to_string()))
    .bind(call.transport_id.map(|id| id.to_string()))
    .bind(call.note.as_ref().map(|note| note.expose().clone()))
    .bind(to_json(TABLE, "steps", &call.steps)?)
    .bind(call.raised_at().as_millisecond())
    .bind(i64::from(!call.state.is_terminal()))
    .bind(call.pressed_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed call, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, call: &UrgentCall) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE urgent_calls SET version = $2, state = $3, called = $4, answered_by = $5, consultation_id = $6, referral_id = $7, transport_id = $8,
                note = $9, steps = $10, open = $11, resident_id = $12, bed = $13
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(call.id.to_string())
    .bind(call.version)
    .bind(call.state.as_str())
    .bind(to_json(TABLE, "called", &call.called)?)
    .bind(call.answered_by.map(|id| id.to_string()))
    .bind(call.consultation_id.map(|id| id.to_string()))
    .bind(call.referral_id.map(|id| id.to_string()))
    .bind(call.transport_id.map(|id| id.to_string()))
    .bind(call.note.as_ref().map(|note| note.expose().clone()))
    .bind(to_json(TABLE, "steps", &call.steps)?)
    .bind(i64::from(!call.state.is_terminal()))
    .bind(call.resident_id.to_string())
    .bind(&call.bed)
    .execute(tx.conn())
    .await?;
    one_row("call", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<UrgentCall, StoreError> {
    Ok(UrgentCall {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        bed: cells.text("bed")?,
        triage: cells.parse("triage")?,
        called: cells.json("called")?,
        answered_by: cells.opt_parse("answered_by")?,
        consultation_id: cells.opt_parse("consultation_id")?,
        referral_id: cells.opt_parse("referral_id")?,
        transport_id: cells.opt_parse("transport_id")?,
        note: cells.opt_text("note")?.map(Into::into),
        steps: cells.json("steps")?,
        pressed_at: cells.opt_time("pressed_at")?,
    })
}
