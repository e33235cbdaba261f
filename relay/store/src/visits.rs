//! Rounds in person with their stops.

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::ids::{HomeId, ResidentId, VisitId};
use yunzhen_domain::machines::visit::State;
use yunzhen_domain::records::{Visit, VisitStop};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "visits";
const STOPS: &str = "visit_stops";

/// Which rounds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// That go through this home.
    pub home: Option<HomeId>,
    /// That see this resident.
    pub resident: Option<ResidentId>,
    /// Of this hospital.
    pub hospital: Option<String>,
    /// On this day or later.
    pub since: Option<Date>,
    /// That see one of these residents; empty means any.
    pub residents: Vec<ResidentId>,
}

/// One round.
pub async fn get(db: &mut Db, id: VisitId) -> Result<Option<Visit>, StoreError> {
    let row = sqlx::query("SELECT * FROM visits WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    let Some(row) = row else { return Ok(None) };
    let mut visit = decode(&Cells::new(TABLE, &row))?;
    visit.stops = stops(db, id).await?;
    Ok(Some(visit))
}

/// At most `limit` rounds, the earliest day first.
pub async fn list(db: &mut Db, filter: &Filter, limit: u32) -> Result<Vec<Visit>, StoreError> {
    let mut query = matching(filter);
    query.push(" ORDER BY planned_on, id LIMIT ").push_bind(i64::from(limit));
    with_stops(db, query).await
}

/// A page, by the time they were planned.
pub async fn history(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Visit>, StoreError> {
    let mut query = matching(filter);
    paging.push(&mut query, "planned_at");
    let items = with_stops(db, query).await?;
    Ok(paging.slice(items, |v| Cursor { at_ms: v.planned_at.as_millisecond(), id: v.id.uuid() }))
}

fn matching(filter: &Filter) -> QueryBuilder {
    let mut query = QueryBuilder::new("SELECT * FROM visits WHERE 1 = 1");
    if !filter.states.is_empty() {
        query.push(" AND state IN (");
        let mut list = query.separated(", ");
        for state in &filter.states {
            list.push_bind(state.as_str());
        }
        query.push(")");
    }
    if let Some(home) = filter.home {
        query
            .push(" AND id IN (SELECT visit_id FROM visit_stops WHERE home_id = ")
            .push_bind(home.to_string())
            .push(")");
    }
    if let Some(resident) = filter.resident {
        query.push(" AND id IN (SELECT visit_id FROM visit_stops WHERE resident_id = ");
        query.push_bind(resident.to_string()).push(")");
    }
    if let Some(hospital) = &filter.hospital {
        query.push(" AND hospital = ").push_bind(hospital.clone());
    }
    if let Some(since) = filter.since {
        query.push(" AND planned_on >= ").push_bind(since.to_string());
    }
    if !filter.residents.is_empty() {
        query.push(" AND id IN (SELECT visit_id FROM visit_stops WHERE 1 = 1");
        query.push_among("resident_id", filter.residents.iter().map(ToString::to_string));
        query.push(")");
    }
    query
}

async fn with_stops(db: &mut Db, query: QueryBuilder) -> Result<Vec<Visit>, StoreError> {
    let rows = query.fetch_all(db).await?;
    let mut visits = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    for ids in visits.iter().map(|visit| visit.id).collect::<Vec<_>>().chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM visit_stops WHERE 1 = 1");
        query.push_among("visit_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY visit_id, position, resident_id");
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(STOPS, row);
            let of: VisitId = cells.parse("visit_id")?;
            let stop = decode_stop(&cells)?;
            visits.iter_mut().filter(|visit| visit.id == of).for_each(|visit| visit.stops.push(stop.clone()));
        }
    }
    Ok(visits)
}

async fn stops(db: &mut Db, id: VisitId) -> Result<Vec<VisitStop>, StoreError> {
    let rows = sqlx::query("SELECT * FROM visit_stops WHERE visit_id = $1 ORDER BY position, resident_id")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode_stop(&Cells::new(STOPS, row))).collect()
}

/// A new round with its stops.
pub async fn insert(tx: &mut Tx, visit: &Visit) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO visits (id, version, state, hospital, planned_on, doctors, remark, planned_by, planned_at, started_at, ended_at, end_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(visit.id.to_string())
    .bind(visit.version)
    .bind(visit.state.as_str())
    .bind(&visit.hospital)
    .bind(visit.planned_on.to_string())
    .bind(to_json(TABLE, "doctors", &visit.doctors)?)
    .bind(&visit.remark)
    .bind(visit.planned_by.to_string())
    .bind(visit.planned_at.as_millisecond())
    .bind(visit.started_at.map(Timestamp::as_millisecond))
    .bind(visit.ended_at.map(Timestamp::as_millisecond))
    .bind(visit.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    put_stops(tx, visit).await
}

/// Keeps a changed round, whose version is one above the stored one, with its stops as they are now.
pub async fn update(tx: &mut Tx, visit: &Visit) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE visits SET version = $2, state = $3, planned_on = $4, doctors = $5, remark = $6, started_at = $7,
             ended_at = $8, end_reason = $9
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(visit.id.to_string())
    .bind(visit.version)
    .bind(visit.state.as_str())
    .bind(visit.planned_on.to_string())
    .bind(to_json(TABLE, "doctors", &visit.doctors)?)
    .bind(&visit.remark)
    .bind(visit.started_at.map(Timestamp::as_millisecond))
    .bind(visit.ended_at.map(Timestamp::as_millisecond))
    .bind(visit.end_reason.as_ref().map(|reason| reason.expose().clone()))
    .execute(tx.conn())
    .await?;
    one_row("visit", done.rows_affected())?;
    // A resident who is not on the route any more leaves it; the guard above let only one writer come here.
    sqlx::query("DELETE FROM visit_stops WHERE visit_id = $1").bind(visit.id.to_string()).execute(tx.conn()).await?;
    put_stops(tx, visit).await
}

async fn put_stops(tx: &mut Tx, visit: &Visit) -> Result<(), StoreError> {
    for (position, stop) in (0_i64..).zip(&visit.stops) {
        sqlx::query(
            "INSERT INTO visit_stops (visit_id, resident_id, home_id, position, state, diagnosis_codes, confirmed_codes, reason,
                 decided_on, decided_at, decided_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(visit.id.to_string())
        .bind(stop.resident_id.to_string())
        .bind(stop.home_id.to_string())
        .bind(position)
        .bind(stop.state.as_str())
        .bind(to_json(STOPS, "diagnosis_codes", &stop.diagnosis_codes)?)
        .bind(to_json(STOPS, "confirmed_codes", &stop.confirmed_codes)?)
        .bind(stop.reason.as_ref().map(|reason| reason.expose().clone()))
        .bind(stop.decided_on.map(|day| day.to_string()))
        .bind(stop.decided_at.map(Timestamp::as_millisecond))
        .bind(stop.decided_by.map(|id| id.to_string()))
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Visit, StoreError> {
    Ok(Visit {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        hospital: cells.text("hospital")?,
        planned_on: cells.parse("planned_on")?,
        doctors: cells.json("doctors")?,
        remark: cells.text("remark")?,
        stops: Vec::new(),
        planned_by: cells.parse("planned_by")?,
        planned_at: cells.time("planned_at")?,
        started_at: cells.opt_time("started_at")?,
        ended_at: cells.opt_time("ended_at")?,
        end_reason: cells.opt_text("end_reason")?.map(Into::into),
    })
}

fn decode_stop(cells: &Cells<'_>) -> Result<VisitStop, StoreError> {
    Ok(VisitStop {
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        state: cells.parse("state")?,
        diagnosis_codes: cells.json("diagnosis_codes")?,
        confirmed_codes: cells.json("confirmed_codes")?,
        reason: cells.opt_text("reason")?.map(Into::into),
        decided_on: cells.opt_parse("decided_on")?,
        decided_at: cells.opt_time("decided_at")?,
        decided_by: cells.opt_parse("decided_by")?,
    })
}
