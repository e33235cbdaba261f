//! ECGs: what they are, and their samples in a table of their own.

use yunzhen_domain::ecg::{Lead, Waveform};
use yunzhen_domain::ids::{ObservationId, ResidentId};
use yunzhen_domain::records::{Ecg, EcgHead};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::Cells;
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "ecgs";
const WHOLE: &str = "SELECT e.*, s.data FROM ecgs e JOIN ecg_samples s ON s.ecg_id = e.id";

/// A new recording with its samples.
pub async fn insert(tx: &mut Tx, ecg: &Ecg) -> Result<(), StoreError> {
    let w = &ecg.waveform;
    let leads: Vec<&str> = w.leads().iter().map(|lead| lead.as_str()).collect();
    sqlx::query(
        "INSERT INTO ecgs (id, resident_id, leads, period_ms, origin_mv, factor_mv, seconds, recorded_at, received_at, device, source, clock_offset_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(ecg.id.to_string())
    .bind(ecg.resident_id.to_string())
    .bind(leads.join(" "))
    .bind(w.period_ms())
    .bind(w.origin_mv())
    .bind(w.factor_mv())
    .bind(w.seconds())
    .bind(ecg.recorded_at.as_millisecond())
    .bind(ecg.received_at.as_millisecond())
    .bind(ecg.device.clone())
    .bind(ecg.source.as_str())
    .bind(ecg.clock_offset_ms)
    .execute(tx.conn())
    .await?;
    sqlx::query("INSERT INTO ecg_samples (ecg_id, data) VALUES ($1, $2)")
        .bind(ecg.id.to_string())
        .bind(w.data())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// One recording.
pub async fn get(db: &mut Db, id: ObservationId) -> Result<Option<Ecg>, StoreError> {
    let mut query = QueryBuilder::new(WHOLE);
    query.push(" WHERE e.id = ").push_bind(id.to_string());
    let row = query.build().fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page of the recordings of one person, whole, newest first.
pub async fn page(db: &mut Db, residents: &[ResidentId], paging: Paging) -> Result<Slice<Ecg>, StoreError> {
    // The page is cut before the samples are joined to it: its conditions name the columns of one table, and no samples are read that are not told.
    let mut query = QueryBuilder::new("SELECT walk.*, s.data FROM (SELECT * FROM ecgs WHERE 1 = 1");
    query.push_among("resident_id", residents.iter().map(ToString::to_string));
    paging.push(&mut query, "recorded_at");
    query.push(") AS walk JOIN ecg_samples s ON s.ecg_id = walk.id");
    paging.push_order(&mut query, "recorded_at");
    let rows = query.fetch_all(db).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |e| Cursor { at_ms: e.recorded_at.as_millisecond(), id: e.id.uuid() }))
}

/// The newest recordings of one record, without their samples.
pub async fn heads(db: &mut Db, resident: ResidentId, limit: u32) -> Result<Vec<EcgHead>, StoreError> {
    let mut query =
        QueryBuilder::new("SELECT * FROM ecgs WHERE resident_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT $2");
    query.value(resident.to_string());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| head(&Cells::new(TABLE, row))).collect()
}

fn leads(cells: &Cells<'_>) -> Result<Vec<Lead>, StoreError> {
    let text = cells.text("leads")?;
    text.split(' ').map(str::parse).collect::<Result<_, _>>().map_err(|error: yunzhen_domain::UnknownName| {
        StoreError::Corrupt { table: TABLE, column: "leads", reason: error.to_string() }
    })
}

fn head(cells: &Cells<'_>) -> Result<EcgHead, StoreError> {
    Ok(EcgHead {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        leads: leads(cells)?,
        seconds: cells.real("seconds")?,
        recorded_at: cells.time("recorded_at")?,
        received_at: cells.time("received_at")?,
        device: cells.opt_text("device")?,
        source: cells.parse("source")?,
    })
}

fn decode(cells: &Cells<'_>) -> Result<Ecg, StoreError> {
    let waveform = Waveform::read(
        leads(cells)?,
        cells.real("period_ms")?,
        cells.real("origin_mv")?,
        cells.real("factor_mv")?,
        &cells.text("data")?,
    );
    Ok(Ecg {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        waveform: waveform.map_err(|error| StoreError::Corrupt {
            table: TABLE,
            column: "data",
            reason: error.to_string(),
        })?,
        recorded_at: cells.time("recorded_at")?,
        received_at: cells.time("received_at")?,
        device: cells.opt_text("device")?,
        source: cells.parse("source")?,
        clock_offset_ms: cells.opt_int("clock_offset_ms")?,
    })
}
