//! Entries about doses; added, never changed.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::checked::{Batch, Dose};
use yunzhen_domain::ids::{DoseEntryId, HomeId, PrescriptionId, ResidentId};
use yunzhen_domain::records::{DoseEntry, Item, Prescription};

use crate::paging::{Cursor, Paging, Slice};
use crate::prescriptions;
use crate::row::{Cells, taken_apart};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "dose_entries";
/// Thousandths of a unit.
const MILLI: f64 = 1000.0;

/// A new entry; [`StoreError::Duplicate`] when the dose has one with that number.
pub async fn insert(tx: &mut Tx, entry: &DoseEntry) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dose_entries (id, prescription_id, item_no, resident_id, home_id, due_at, sequence, state, dose_milli, at, recorded_at, author,
             not_given, need, note, scanned, batch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(entry.id.to_string())
    .bind(entry.prescription_id.to_string())
    .bind(i64::from(entry.item_no))
    .bind(entry.resident_id.to_string())
    .bind(entry.home_id.to_string())
    .bind(entry.due_at.as_millisecond())
    .bind(i64::from(entry.sequence))
    .bind(entry.state.as_str())
    .bind(i64::try_from(entry.dose.milli()).unwrap_or(i64::MAX))
    .bind(entry.at.as_millisecond())
    .bind(entry.recorded_at.as_millisecond())
    .bind(entry.author.to_string())
    .bind(entry.not_given.map(|reason| reason.as_str()))
    .bind(entry.need.map(|reason| reason.as_str()))
    .bind(entry.note.as_ref().map(|note| note.expose().clone()))
    .bind(i64::from(entry.scanned))
    .bind(entry.batch.as_ref().map(|batch| batch.as_str().to_owned()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All entries of a prescription, by line, dose and order.
pub async fn of_prescription(db: &mut Db, prescription: PrescriptionId) -> Result<Vec<DoseEntry>, StoreError> {
    let rows = sqlx::query("SELECT * FROM dose_entries WHERE prescription_id = $1 ORDER BY item_no, due_at, sequence")
        .bind(prescription.to_string())
        .fetch_all(db.conn())
        .await?;
    taken_apart(TABLE, &rows, decode).await
}

/// All entries of these prescriptions, those of each one by line, dose and order.
pub async fn of_prescriptions(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Vec<DoseEntry>>, StoreError> {
    let mut found: HashMap<PrescriptionId, Vec<DoseEntry>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM dose_entries WHERE 1 = 1");
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY prescription_id, item_no, due_at, sequence");
        for entry in taken_apart(TABLE, &query.fetch_all(db).await?, decode).await? {
            found.entry(entry.prescription_id).or_default().push(entry);
        }
    }
    Ok(found)
}

/// One entry.
pub async fn get(db: &mut Db, id: DoseEntryId) -> Result<Option<DoseEntry>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM dose_entries WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// A page of what was written about doses, of a home or of one person's records, newest first; without what only takes another entry back.
pub async fn page(
    db: &mut Db,
    home: Option<HomeId>,
    residents: &[ResidentId],
    paging: Paging,
) -> Result<Slice<DoseEntry>, StoreError> {
    let walks = Walks::over(TABLE, "at").equal("home_id", home);
    let walks = walks.among("resident_id", residents.iter().map(ToString::to_string)).holds("state <> 'due'");
    let rows = walks.fetch(db, paging).await?;
    let items = taken_apart(TABLE, &rows, decode).await?;
    Ok(paging.slice(items, |e| Cursor { at_ms: e.at.as_millisecond(), id: e.id.uuid() }))
}

/// When the first dose that stands of each of these prescriptions was given.
pub async fn first_given_of(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Timestamp>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query =
            QueryBuilder::new("SELECT e.prescription_id, MIN(e.at) AS first FROM dose_entries e WHERE 1 = 1");
        query.push_among("e.prescription_id", ids.iter().map(ToString::to_string));
        query.push(
            " AND e.state = 'given' AND NOT EXISTS (
                 SELECT 1 FROM dose_entries l WHERE l.prescription_id = e.prescription_id AND l.item_no = e.item_no AND l.due_at = e.due_at
                     AND l.sequence > e.sequence) GROUP BY e.prescription_id",
        );
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, row);
            found.insert(cells.parse("prescription_id")?, cells.time("first")?);
        }
    }
    Ok(found)
}

/// When the first dose that stands was given.
pub async fn first_given(db: &mut Db, prescription: PrescriptionId) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query(
        "SELECT MIN(at) AS first FROM dose_entries e WHERE prescription_id = $1 AND state = 'given' AND NOT EXISTS (
             SELECT 1 FROM dose_entries l WHERE l.prescription_id = e.prescription_id AND l.item_no = e.item_no AND l.due_at = e.due_at
                 AND l.sequence > e.sequence)",
    )
    .bind(prescription.to_string())
    .fetch_one(db.conn())
    .await?;
    Cells::new(TABLE, &row).opt_time("first")
}

/// Prescriptions of a home, or of one resident, of which something has reached it, signed at or after `since` and still of `interest` by that time and by their
/// lines; oldest first. Of the others, which are most, nothing but that is read.
pub async fn supplied(
    db: &mut Db,
    home: HomeId,
    resident: Option<ResidentId>,
    since: Timestamp,
    interest: impl Fn(Timestamp, &[Item]) -> bool,
) -> Result<Vec<Prescription>, StoreError> {
    let mut query = QueryBuilder::new("SELECT id, signed_at, items FROM prescriptions WHERE home_id = ");
    query.push_bind(home.to_string()).push(" AND signed_at >= ").push_bind(since.as_millisecond());
    query.push(" AND supplied <> '[]'");
    if let Some(resident) = resident {
        query.push(" AND resident_id = ").push_bind(resident.to_string());
    }
    query.push(" ORDER BY signed_at, id");
    let mut ids = Vec::new();
    for row in &query.fetch_all(db).await? {
        let cells = Cells::new("prescriptions", row);
        if interest(cells.time("signed_at")?, &cells.json::<Vec<Item>>("items")?) {
            ids.push(cells.parse("id")?);
        }
    }
    let mut whole = prescriptions::get_all(db, ids.iter().copied()).await?;
    Ok(ids.iter().filter_map(|id| whole.remove(id)).collect())
}

fn decode(cells: &Cells<'_>) -> Result<DoseEntry, StoreError> {
    let milli: u32 = cells.int("dose_milli")?;
    Ok(DoseEntry {
        id: cells.parse("id")?,
        prescription_id: cells.parse("prescription_id")?,
        item_no: cells.int("item_no")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        due_at: cells.time("due_at")?,
        sequence: cells.int("sequence")?,
        state: cells.parse("state")?,
        dose: Dose::try_from(f64::from(milli) / MILLI).map_err(|e| StoreError::Corrupt {
            table: TABLE,
            column: "dose_milli",
            reason: e.to_string(),
        })?,
        at: cells.time("at")?,
        recorded_at: cells.time("recorded_at")?,
        author: cells.parse("author")?,
        not_given: cells.opt_parse("not_given")?,
        need: cells.opt_parse("need")?,
        note: cells.opt_text("note")?.map(Into::into),
        scanned: cells.flag("scanned")?,
        batch: cells
            .opt_text("batch")?
            .map(|text| Batch::parse(&text))
            .transpose()
            .map_err(|e| StoreError::Corrupt { table: TABLE, column: "batch", reason: e.to_string() })?,
    })
}
