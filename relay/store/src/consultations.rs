//! Consultations.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::ids::{ConsultationId, HomeId, ResidentId};
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::Consultation;

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "consultations";

/// Which consultations.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// With one of these residents; empty means any.
    pub residents: Vec<ResidentId>,
}

/// One consultation.
pub async fn get(db: &mut Db, id: ConsultationId) -> Result<Option<Consultation>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM consultations WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// These records, by id.
pub async fn get_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = ConsultationId>,
) -> Result<HashMap<ConsultationId, Consultation>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM consultations WHERE 1 = 1");
        query.push_among("id", ids.iter().map(ToString::to_string));
        for row in &query.fetch_all(db).await? {
            let one = decode(&Cells::new(TABLE, row))?;
            found.insert(one.id, one);
        }
    }
    Ok(found)
}

/// A page, by the time they were asked for.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Consultation>, StoreError> {
    let rows = Walks::over(TABLE, "requested_at")
        .equal("home_id", filter.home)
        .among("resident_id", filter.residents.iter().map(ToString::to_string))
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |c| Cursor { at_ms: c.requested_at.as_millisecond(), id: c.id.uuid() }))
}

/// The newest `limit` of one resident, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId, limit: u32) -> Result<Vec<Consultation>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM consultations WHERE resident_id = $1 ORDER BY requested_at DESC, id DESC LIMIT $2",
    );
    query.value(resident.to_string());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// How long the newest `limit` consultations took that were held to the end, newest first.
pub async fn recent_lengths(db: &mut Db, limit: u32) -> Result<Vec<SignedDuration>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT * FROM consultations WHERE state = $1 AND began_at IS NOT NULL AND ended_at IS NOT NULL
         ORDER BY requested_at DESC, id DESC LIMIT $2",
    );
    query.value(State::Completed.as_str());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let cells = Cells::new(TABLE, row);
            Ok(cells.time("ended_at")?.duration_since(cells.time("began_at")?))
        })
        .collect()
}

/// A new consultation.
pub async fn insert(tx: &mut Tx, consultation: &Consultation) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO consultations (id, version, state, resident_id, home_id, reason, urgency, requested_by, specialist_id,
             requested_at, scheduled_at, waiting_since, began_at, ended_at, end_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(consultation.id.to_string())
    .bind(consultation.version)
    .bind(consultation.state.as_str())
    .bind(consultation.resident_id.to_string())
    .bind(consultation.home_id.to_string())
    .bind(consultation.reason.expose())
    .bind(consultation.urgency.as_str())
    .bind(consultation.requested_by.to_string())
    .bind(consultation.specialist_id.map(|id| id.to_string()))
    .bind(consultation.requested_at.as_millisecond())
    .bind(consultation.scheduled_at.map(Timestamp::as_millisecond))
    .bind(consultation.waiting_since.map(Timestamp::as_millisecond))
    .bind(consultation.began_at.map(Timestamp::as_millisecond))
    .bind(consultation.ended_at.map(Timestamp::as_millisecond))
    .bind(consultation.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed consultation, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, consultation: &Consultation) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE consultations SET version = $2, state = $3, urgency = $4, specialist_id = $5, scheduled_at = $6,
             waiting_since = $7, began_at = $8, ended_at = $9, end_reason = $10
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(consultation.id.to_string())
    .bind(consultation.version)
    .bind(consultation.state.as_str())
    .bind(consultation.urgency.as_str())
    .bind(consultation.specialist_id.map(|id| id.to_string()))
    .bind(consultation.scheduled_at.map(Timestamp::as_millisecond))
    .bind(consultation.waiting_since.map(Timestamp::as_millisecond))
    .bind(consultation.began_at.map(Timestamp::as_millisecond))
    .bind(consultation.ended_at.map(Timestamp::as_millisecond))
    .bind(consultation.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    one_row("consultation", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Consultation, StoreError> {
    Ok(Consultation {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        reason: cells.text("reason")?.into(),
        urgency: cells.parse("urgency")?,
        requested_by: cells.parse("requested_by")?,
        specialist_id: cells.opt_parse("specialist_id")?,
        requested_at: cells.time("requested_at")?,
        scheduled_at: cells.opt_time("scheduled_at")?,
        waiting_since: cells.opt_time("waiting_since")?,
        began_at: cells.opt_time("began_at")?,
        ended_at: cells.opt_time("ended_at")?,
        end_reason: cells.opt_text("end_reason")?.map(Into::into),
    })
}
