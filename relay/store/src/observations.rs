//! Vital signs and other readings.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{ObservationId, ResidentId};
use yunzhen_domain::records::{DeviceTrace, Observation};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_INSERT, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "observations";
/// At most so many readings are answered at once: a month of a busy resident.
pub const LIMIT: u32 = 5000;

/// New readings; those of one measurement travel in one statement.
pub async fn insert_many(tx: &mut Tx, readings: &[Observation]) -> Result<(), StoreError> {
    for readings in readings.chunks(ROWS_OF_ONE_INSERT) {
        let mut query = QueryBuilder::new(
            "INSERT INTO observations (id, resident_id, code, value, unit, measured_at, received_at, device, source,
                 clock_offset_ms, raw_frame) VALUES ",
        );
        for (index, reading) in readings.iter().enumerate() {
            query.push(if index == 0 { "(" } else { "), (" });
            let trace = reading.trace.as_ref();
            let mut list = query.separated(", ");
            list.push_bind(reading.id.to_string());
            list.push_bind(reading.resident_id.to_string());
            list.push_bind(reading.code.clone());
            list.push_bind(reading.value);
            list.push_bind(reading.unit.clone());
            list.push_bind(reading.measured_at.as_millisecond());
            list.push_bind(reading.received_at.as_millisecond());
            list.push_bind(reading.device.clone());
            list.push_bind(reading.source.as_str());
            list.push_bind(trace.and_then(|trace| trace.clock_offset_ms));
            list.push_bind(trace.map(|trace| trace.raw_frame.as_str().to_owned()));
        }
        query.push(")");
        query.build().execute(tx.conn()).await?;
    }
    Ok(())
}

/// One reading.
pub async fn get(db: &mut Db, id: ObservationId) -> Result<Option<Observation>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM observations WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page of the readings of one person, whose record may be named by any of those that were merged.
pub async fn page(db: &mut Db, residents: &[ResidentId], paging: Paging) -> Result<Slice<Observation>, StoreError> {
    let walks = Walks::over(TABLE, "measured_at").among("resident_id", residents.iter().map(ToString::to_string));
    let rows = walks.fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |o| Cursor { at_ms: o.measured_at.as_millisecond(), id: o.id.uuid() }))
}

/// What was read at the same moment by the same device, itself among it, by code.
pub async fn together(db: &mut Db, reading: &Observation) -> Result<Vec<Observation>, StoreError> {
    let rows = sqlx::query("SELECT * FROM observations WHERE resident_id = $1 AND measured_at = $2 ORDER BY code, id")
        .bind(reading.resident_id.to_string())
        .bind(reading.measured_at.as_millisecond())
        .fetch_all(db.conn())
        .await?;
    let found = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().filter(|other| (&other.device, other.source) == (&reading.device, reading.source)).collect())
}

/// The newest reading of each measure, by code.
pub async fn latest_per_code(db: &mut Db, resident: ResidentId) -> Result<Vec<Observation>, StoreError> {
    let rows = sqlx::query(
        "SELECT o.* FROM (SELECT DISTINCT code FROM observations WHERE resident_id = $1) c
         JOIN observations o ON o.id = (
             SELECT id FROM observations WHERE resident_id = $1 AND code = c.code ORDER BY measured_at DESC, id DESC LIMIT 1)
         ORDER BY o.code",
    )
    .bind(resident.to_string())
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// The newest reading of each measure of each record of the person whom `resident` is one record of.
pub async fn latest_per_record(db: &mut Db, resident: ResidentId) -> Result<Vec<Observation>, StoreError> {
    let rows = sqlx::query(
        "WITH person AS (SELECT COALESCE(merged_into, id) AS id FROM residents WHERE id = $1),
              records AS (SELECT id FROM residents WHERE id = (SELECT id FROM person) OR merged_into = (SELECT id FROM person))
         SELECT o.* FROM (SELECT DISTINCT m.resident_id, m.code FROM observations m WHERE m.resident_id IN (SELECT id FROM records)) c
         JOIN observations o ON o.id = (
             SELECT id FROM observations WHERE resident_id = c.resident_id AND code = c.code ORDER BY measured_at DESC, id DESC LIMIT 1)
         ORDER BY o.code, o.resident_id",
    )
    .bind(resident.to_string())
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// As [`latest_per_record`], of many people at once: the newest reading of each measure of each of these records and of those merged into it, under the record
/// that was asked for. From measure to measure along the index: a person has few measures, and of each more readings every year.
pub async fn latest_of_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, Vec<Observation>>, StoreError> {
    let ids = distinct(ids);
    if let [one] = ids.as_slice() {
        return Ok(HashMap::from([(*one, latest_per_record(db, *one).await?)]));
    }
    let mut newest: Vec<(String, ResidentId)> = Vec::new();
    for ids in ids.chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new(
            "WITH RECURSIVE asked AS (SELECT id, COALESCE(merged_into, id) AS standing FROM residents WHERE 1 = 1",
        );
        query.push_among("id", ids.iter().map(ToString::to_string));
        query.push(
            "), records AS (SELECT id, standing, standing AS record FROM asked
                 UNION SELECT asked.id, standing, r.id FROM asked JOIN residents r ON r.merged_into = standing),
             codes(asked, record, code) AS (
                 SELECT records.id, record, (SELECT MIN(m.code) FROM observations m WHERE m.resident_id = record) FROM records
                 UNION ALL
                 SELECT asked, record, (SELECT MIN(m.code) FROM observations m WHERE m.resident_id = record AND m.code > codes.code)
                 FROM codes WHERE codes.code IS NOT NULL)
             SELECT codes.asked, (
                 SELECT id FROM observations WHERE resident_id = codes.record AND code = codes.code ORDER BY measured_at DESC, id DESC LIMIT 1) AS id
             FROM codes WHERE codes.code IS NOT NULL",
        );
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, row);
            newest.push((cells.text("id")?, cells.parse("asked")?));
        }
    }
    // In a statement of their own: joined to the search, for which PostgreSQL expects a hundred times as many, it reads the whole table.
    let mut readings: HashMap<String, Observation> = HashMap::new();
    for ids in distinct(newest.iter().map(|(id, _)| id.as_str())).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM observations WHERE 1 = 1");
        query.push_among("id", ids.iter().map(|id| (*id).to_owned()));
        for row in &query.fetch_all(db).await? {
            let reading = decode(&Cells::new(TABLE, row))?;
            readings.insert(reading.id.to_string(), reading);
        }
    }
    let mut found: HashMap<ResidentId, Vec<Observation>> = HashMap::new();
    for (id, asked) in newest {
        found.entry(asked).or_default().extend(readings.get(&id).cloned());
    }
    found
        .values_mut()
        .for_each(|of_one| of_one.sort_by(|a, b| (&a.code, a.resident_id).cmp(&(&b.code, b.resident_id))));
    Ok(found)
}

/// The newest reading of each of a few measures.
pub async fn latest_of(db: &mut Db, resident: ResidentId, codes: &[&str]) -> Result<Vec<Observation>, StoreError> {
    let mut found = Vec::with_capacity(codes.len());
    for code in codes {
        let row = sqlx::query(
            "SELECT * FROM observations WHERE resident_id = $1 AND code = $2 ORDER BY measured_at DESC, id DESC LIMIT 1",
        )
        .bind(resident.to_string())
        .bind(*code)
        .fetch_optional(db.conn())
        .await?;
        found.extend(row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()?);
    }
    Ok(found)
}

/// Readings measured at or after `since`, of one measure or of all: the newest [`LIMIT`], oldest first.
pub async fn list(
    db: &mut Db,
    resident: ResidentId,
    since: Option<Timestamp>,
    code: Option<&str>,
) -> Result<Vec<Observation>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM observations
         WHERE resident_id = $1 AND measured_at >= $2 AND ($3 IS NULL OR code = $3)
         ORDER BY measured_at DESC, id DESC LIMIT $4",
    )
    .bind(resident.to_string())
    .bind(since.map_or(i64::MIN, Timestamp::as_millisecond))
    .bind(code)
    .bind(i64::from(LIMIT))
    .fetch_all(db.conn())
    .await?;
    rows.iter().rev().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn decode(cells: &Cells<'_>) -> Result<Observation, StoreError> {
    Ok(Observation {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        code: cells.text("code")?,
        value: cells.real("value")?,
        unit: cells.text("unit")?,
        measured_at: cells.time("measured_at")?,
        received_at: cells.time("received_at")?,
        device: cells.opt_text("device")?,
        source: cells.parse("source")?,
        trace: match cells.opt_parse("raw_frame")? {
            Some(raw_frame) => Some(DeviceTrace { clock_offset_ms: cells.opt_int("clock_offset_ms")?, raw_frame }),
            None => None,
        },
    })
}
