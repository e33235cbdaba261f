//! The eligibility ledger: for what a resident may be treated remotely. It only grows; a fact is taken back by a row beside it.

use yunzhen_domain::ids::{EligibilityId, ResidentId};
use yunzhen_domain::records::{Eligibility, Revocation};

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "eligibility";

/// One fact.
pub async fn get(db: &mut Db, id: EligibilityId) -> Result<Option<Eligibility>, StoreError> {
    let row = sqlx::query(
        "SELECT e.*, r.revoked_at, r.revoked_by, r.revoke_reason
         FROM eligibility e LEFT JOIN eligibility_revocations r ON r.eligibility_id = e.id WHERE e.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db.conn())
    .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Facts of one resident, newest first, those that were taken back among them.
pub async fn for_resident(db: &mut Db, resident: ResidentId) -> Result<Vec<Eligibility>, StoreError> {
    let rows = sqlx::query(
        "SELECT e.*, r.revoked_at, r.revoked_by, r.revoke_reason
         FROM eligibility e LEFT JOIN eligibility_revocations r ON r.eligibility_id = e.id
         WHERE e.resident_id = $1 ORDER BY e.seen_on DESC, e.id",
    )
    .bind(resident.to_string())
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new fact.
pub async fn insert(tx: &mut Tx, fact: &Eligibility) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO eligibility (id, resident_id, diagnosis_code, display, hospital, seen_on, clinician, clinician_id,
             evidence, visit_id, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(fact.id.to_string())
    .bind(fact.resident_id.to_string())
    .bind(&fact.diagnosis_code)
    .bind(&fact.display)
    .bind(&fact.hospital)
    .bind(fact.date.to_string())
    .bind(&fact.clinician)
    .bind(fact.clinician_id.map(|id| id.to_string()))
    .bind(fact.evidence.expose())
    .bind(fact.visit_id.map(|id| id.to_string()))
    .bind(fact.recorded_at.map(jiff::Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes a fact back. The primary key lets only one revocation in.
pub async fn revoke(tx: &mut Tx, id: EligibilityId, revocation: &Revocation) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO eligibility_revocations (eligibility_id, revoked_at, revoked_by, revoke_reason) VALUES ($1, $2, $3, $4)",
    )
    .bind(id.to_string())
    .bind(revocation.at.as_millisecond())
    .bind(revocation.by.to_string())
    .bind(revocation.reason.expose())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Eligibility, StoreError> {
    let revocation = match cells.opt_time("revoked_at")? {
        Some(at) => {
            Some(Revocation { at, by: cells.parse("revoked_by")?, reason: cells.text("revoke_reason")?.into() })
        }
        None => None,
    };
    Ok(Eligibility {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        diagnosis_code: cells.text("diagnosis_code")?,
        display: cells.text("display")?,
        hospital: cells.text("hospital")?,
        date: cells.parse("seen_on")?,
        clinician: cells.text("clinician")?,
        clinician_id: cells.opt_parse("clinician_id")?,
        evidence: cells.text("evidence")?.into(),
        visit_id: cells.opt_parse("visit_id")?,
        recorded_at: cells.opt_time("recorded_at")?,
        revocation,
    })
}
