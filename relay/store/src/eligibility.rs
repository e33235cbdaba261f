//! First visits: for what a resident may be treated remotely.

use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::records::Eligibility;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

/// Facts of one resident, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId) -> Result<Vec<Eligibility>, StoreError> {
    let rows = sqlx::query("SELECT * FROM eligibility WHERE resident_id = $1 ORDER BY seen_on DESC, id")
        .bind(resident.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new("eligibility", row))).collect()
}

/// A new fact.
pub async fn insert(tx: &mut Tx, fact: &Eligibility) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO eligibility (id, resident_id, diagnosis_code, display, hospital, seen_on, clinician)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(fact.id.to_string())
    .bind(fact.resident_id.to_string())
    .bind(&fact.diagnosis_code)
    .bind(&fact.display)
    .bind(&fact.hospital)
    .bind(fact.date.to_string())
    .bind(&fact.clinician)
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Eligibility, StoreError> {
    Ok(Eligibility {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        diagnosis_code: cells.text("diagnosis_code")?,
        display: cells.text("display")?,
        hospital: cells.text("hospital")?,
        date: cells.parse("seen_on")?,
        clinician: cells.text("clinician")?,
    })
}
