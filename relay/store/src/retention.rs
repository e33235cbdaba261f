//! What a resident's record is made of, for its end: when anything of it was last written, and its removal, row by row. The audit log is no part of it: it names
//! nobody. When a record may go is decided in the domain.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};
use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::retention::LastOf;

use crate::{Db, StoreError, Tx};

/// Every table with rows of a resident, in an order in which each goes before what it refers to, and which of its rows they are. A table that is missing here
/// fails the test of this module's name in `tests/retention.rs`.
pub const PARTS: &[(&str, &str)] = &[
    ("legal_holds", "resident_id = $1"),
    ("safety_overrides", "prescription_id IN (SELECT id FROM prescriptions WHERE resident_id = $1)"),
    ("dose_entries", "resident_id = $1"),
    ("refills", "resident_id = $1"),
    ("dispenses", "prescription_id IN (SELECT id FROM prescriptions WHERE resident_id = $1)"),
    ("discrepancies", "resident_id = $1"),
    ("delivery_receipts", "delivery_id IN (SELECT id FROM deliveries WHERE resident_id = $1)"),
    ("delivery_temperatures", "delivery_id IN (SELECT id FROM deliveries WHERE resident_id = $1)"),
    ("deliveries", "resident_id = $1"),
    ("pharmacy_offers", "prescription_id IN (SELECT id FROM prescriptions WHERE resident_id = $1)"),
    ("prescriptions", "resident_id = $1"),
    ("urgent_calls", "resident_id = $1"),
    ("transports", "resident_id = $1"),
    ("referrals", "resident_id = $1"),
    ("recordings", "resident_id = $1"),
    ("stills", "resident_id = $1"),
    // A document that was left in a consultation goes with it, also where the persons were merged since.
    (
        "document_contents",
        "document_id IN (SELECT id FROM documents WHERE resident_id = $1
         OR consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1))",
    ),
    ("documents", "resident_id = $1 OR consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("media_timeline", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("recording_answers", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("consultation_notes", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("invitations", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("present_doctors", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("rebookings", "failed_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("waitlist", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("appointments", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("reminders", "consultation_id IN (SELECT id FROM consultations WHERE resident_id = $1)"),
    ("consultations", "resident_id = $1"),
    ("consents", "resident_id = $1"),
    ("break_glass", "resident_id = $1"),
    ("eligibility_revocations", "eligibility_id IN (SELECT id FROM eligibility WHERE resident_id = $1)"),
    ("eligibility", "resident_id = $1"),
    ("visit_stops", "resident_id = $1"),
    ("ecg_samples", "ecg_id IN (SELECT id FROM ecgs WHERE resident_id = $1)"),
    ("ecgs", "resident_id = $1"),
    ("observations", "resident_id = $1"),
    ("notes", "resident_id = $1"),
    ("resident_versions", "resident_id = $1"),
    ("duplicates", "first_id = $1 OR second_id = $1"),
    ("residents", "id = $1"),
];

/// Standing records in order of their ids after `after`, at most `limit`, without vital signs since `since` and without a hold: the few that need a closer look.
pub async fn untouched(
    db: &mut Db,
    since: Timestamp,
    after: Option<ResidentId>,
    limit: u32,
) -> Result<Vec<ResidentId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM residents r WHERE merged_into IS NULL AND id > $2
             AND NOT EXISTS (SELECT 1 FROM observations o WHERE o.resident_id = r.id AND o.measured_at >= $1)
             AND NOT EXISTS (SELECT 1 FROM ecgs e WHERE e.resident_id = r.id AND e.recorded_at >= $1)
             AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.resident_id = r.id AND h.state = 'placed')
         ORDER BY id LIMIT $3",
    )
    .bind(since.as_millisecond())
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(i64::from(limit))
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| crate::row::Cells::new("residents", row).parse("id")).collect()
}

/// When each clock of one record began last. A record in which nothing was ever written counts from when it was made.
pub async fn last_of(db: &mut Db, resident: ResidentId) -> Result<LastOf, StoreError> {
    let row = sqlx::query(
        "SELECT
             (SELECT MAX(at) FROM (
                 SELECT MAX(received_at) AS at FROM observations WHERE resident_id = $1
                 UNION ALL SELECT MAX(received_at) FROM ecgs WHERE resident_id = $1
                 UNION ALL SELECT MAX(received_at) FROM notes WHERE resident_id = $1
                 UNION ALL SELECT MAX(received_at) FROM documents WHERE resident_id = $1
                 UNION ALL SELECT MAX(received_at) FROM consents WHERE resident_id = $1
                 UNION ALL SELECT MAX(revoked_at) FROM consents WHERE resident_id = $1
                 UNION ALL SELECT MAX(changed_at) FROM resident_versions WHERE resident_id = $1
                 UNION ALL SELECT MAX(requested_at) FROM consultations WHERE resident_id = $1
                 UNION ALL SELECT MAX(ended_at) FROM consultations WHERE resident_id = $1
                 UNION ALL SELECT MAX(state_since) FROM prescriptions WHERE resident_id = $1
                 UNION ALL SELECT MAX(created_at) FROM deliveries WHERE resident_id = $1
                 UNION ALL SELECT MAX(recorded_at) FROM dose_entries WHERE resident_id = $1
                 UNION ALL SELECT MAX(ended_at) FROM deliveries WHERE resident_id = $1
                 UNION ALL SELECT MAX(created_at) FROM referrals WHERE resident_id = $1
                 UNION ALL SELECT MAX(created_at) FROM transports WHERE resident_id = $1
                 UNION ALL SELECT MAX(raised_at) FROM urgent_calls WHERE resident_id = $1
             ) AS every_contact) AS contact,
             (SELECT MAX(ended_at) FROM consultations WHERE resident_id = $1) AS call,
             (SELECT MAX(ended_at) FROM deliveries WHERE resident_id = $1) AS sale",
    )
    .bind(resident.to_string())
    .fetch_one(db.conn())
    .await?;
    let cells = crate::row::Cells::new("residents", &row);
    let made = resident.uuid().get_timestamp().and_then(|at| {
        let (seconds, nanoseconds) = at.to_unix();
        Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
    });
    let contact = cells.opt_time("contact")?.into_iter().chain(made).max();
    Ok(LastOf {
        // An id that tells no time, and nothing written: it is not known how old it is, so it is not old.
        contact: contact.unwrap_or(Timestamp::MAX),
        call: cells.opt_time("call")?,
        sale: cells.opt_time("sale")?,
    })
}

/// Removes the record; the merged ones of a person before the one that stands. Returns how many rows went.
pub async fn remove(tx: &mut Tx, resident: ResidentId) -> Result<u64, StoreError> {
    let mut gone = 0;
    for (table, which) in PARTS {
        let statement = AssertSqlSafe(format!("DELETE FROM {table} WHERE {which}"));
        gone += sqlx::query(statement).bind(resident.to_string()).execute(tx.conn()).await?.rows_affected();
    }
    Ok(gone)
}

/// Rows of each part that a resident still has, parts without any left out; for proof.
pub async fn left_of(db: &mut Db, resident: ResidentId) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut left = Vec::new();
    for (table, which) in PARTS {
        let statement = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {which}"));
        let count: i64 = sqlx::query(statement).bind(resident.to_string()).fetch_one(db.conn()).await?.try_get(0)?;
        if count > 0 {
            left.push((*table, count));
        }
    }
    Ok(left)
}
