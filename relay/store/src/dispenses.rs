//! Fillings of prescriptions.

use std::collections::HashMap;

use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::records::Dispense;

use crate::row::{Cells, one_row, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "dispenses";

/// All fillings of a prescription, the first one first.
pub async fn of_prescription(db: &mut Db, id: PrescriptionId) -> Result<Vec<Dispense>, StoreError> {
    let rows = sqlx::query("SELECT * FROM dispenses WHERE prescription_id = $1 ORDER BY number")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// All fillings of these prescriptions, of each the first one first.
pub async fn of_prescriptions(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Vec<Dispense>>, StoreError> {
    let mut found: HashMap<PrescriptionId, Vec<Dispense>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM dispenses WHERE 1 = 1");
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY prescription_id, number");
        for row in &query.fetch_all(db).await? {
            let one = decode(&Cells::new(TABLE, row))?;
            found.entry(one.prescription_id).or_default().push(one);
        }
    }
    Ok(found)
}

/// A filling that begins.
pub async fn insert(tx: &mut Tx, d: &Dispense) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dispenses (id, version, state, prescription_id, pharmacy_id, number, fill, part_reason, packs, delivery_id,
             declined, declined_words, created_at, state_since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(d.id.to_string())
    .bind(d.version)
    .bind(d.state.as_str())
    .bind(d.prescription_id.to_string())
    .bind(d.pharmacy_id.to_string())
    .bind(i64::from(d.number))
    .bind(d.fill.map(|fill| fill.as_str()))
    .bind(d.part_reason.map(|reason| reason.as_str()))
    .bind(to_json(TABLE, "packs", &d.packs)?)
    .bind(d.delivery_id.map(|id| id.to_string()))
    .bind(d.declined.map(|code| code.as_str()))
    .bind(d.declined_words.as_ref().map(|text| text.expose().clone()))
    .bind(d.created_at.as_millisecond())
    .bind(d.state_since.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed filling, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, d: &Dispense) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE dispenses SET version = $2, state = $3, fill = $4, part_reason = $5, packs = $6, delivery_id = $7, declined = $8,
             declined_words = $9, state_since = $10
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(d.id.to_string())
    .bind(d.version)
    .bind(d.state.as_str())
    .bind(d.fill.map(|fill| fill.as_str()))
    .bind(d.part_reason.map(|reason| reason.as_str()))
    .bind(to_json(TABLE, "packs", &d.packs)?)
    .bind(d.delivery_id.map(|id| id.to_string()))
    .bind(d.declined.map(|code| code.as_str()))
    .bind(d.declined_words.as_ref().map(|text| text.expose().clone()))
    .bind(d.state_since.as_millisecond())
    .execute(tx.conn())
    .await?;
    one_row("filling", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Dispense, StoreError> {
    Ok(Dispense {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        prescription_id: cells.parse("prescription_id")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        number: cells.int("number")?,
        fill: cells.opt_parse("fill")?,
        part_reason: cells.opt_parse("part_reason")?,
        packs: cells.json("packs")?,
        delivery_id: cells.opt_parse("delivery_id")?,
        declined: cells.opt_parse("declined")?,
        declined_words: cells.opt_text("declined_words")?.map(Into::into),
        created_at: cells.time("created_at")?,
        state_since: cells.time("state_since")?,
    })
}
