//! What ties a specialist to residents, see [`yunzhen_domain::relation`]. A feature that makes a relation adds its query here.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{ResidentId, StaffId};
use yunzhen_domain::relation::Relation;

use crate::row::Cells;
use crate::{Db, StoreError};

/// The same question of all residents, and of one person `$4` with the records merged into it.
macro_rules! query {
    ($alias:literal, $from:literal) => {
        [
            concat!("SELECT DISTINCT COALESCE(r.merged_into, r.id) AS resident_id FROM ", $from),
            concat!(
                "SELECT DISTINCT COALESCE(r.merged_into, r.id) AS resident_id FROM ",
                $from,
                " AND ",
                $alias,
                ".resident_id IN (SELECT id FROM residents WHERE id = $4 OR merged_into = $4)"
            ),
        ]
    };
}

/// Each asks for the specialist `$1`, the hospital `$2` and the time `$3`; a parameter that does not matter stands in a condition that always holds,
/// because both databases want every parameter used. Rows of a merged record count for the one that stands.
const QUERIES: &[(Relation, [&str; 2])] = &[
    (
        Relation::Consultation,
        query!(
            "c",
            "consultations c JOIN residents r ON r.id = c.resident_id JOIN staff s ON s.id = c.specialist_id
             WHERE (s.id = $1 OR s.hospital = $2) AND c.requested_at <= $3"
        ),
    ),
    (
        Relation::OpenRequest,
        query!(
            "c",
            "consultations c JOIN residents r ON r.id = c.resident_id
             WHERE c.specialist_id IS NULL AND c.state IN ('requested', 'awaiting_acceptance', 'scheduled', 'waiting')
               AND $1 <> $2 AND c.requested_at <= $3"
        ),
    ),
    (
        Relation::FirstVisit,
        query!(
            "e",
            "eligibility e JOIN residents r ON r.id = e.resident_id WHERE e.hospital = $2 AND $1 <> $2 AND $3 > 0"
        ),
    ),
    (
        Relation::UrgentCall,
        query!(
            "u",
            "urgent_calls u JOIN residents r ON r.id = u.resident_id WHERE u.open = 1 AND $1 <> $2 AND u.raised_at <= $3"
        ),
    ),
    (
        Relation::Referral,
        query!(
            "f",
            "referrals f JOIN residents r ON r.id = f.resident_id
             WHERE (f.specialist_id = $1 OR (f.hospital = $2 AND f.state NOT IN ('drafted', 'withdrawn'))) AND f.created_at <= $3"
        ),
    ),
    (
        Relation::BreakGlass,
        query!(
            "b",
            "break_glass b JOIN residents r ON r.id = b.resident_id
             WHERE b.staff_id = $1 AND $1 <> $2 AND b.opened_at <= $3 AND b.ends_at > $3"
        ),
    ),
];

/// The standing records that something ties to a specialist, with all that does: of everybody, or of one standing record.
pub async fn of_specialist(
    db: &mut Db,
    specialist: StaffId,
    hospital: Option<&str>,
    only: Option<ResidentId>,
    now: Timestamp,
) -> Result<HashMap<ResidentId, Vec<Relation>>, StoreError> {
    let mut found: HashMap<ResidentId, Vec<Relation>> = HashMap::new();
    for (relation, [of_all, of_one]) in QUERIES {
        let mut query = sqlx::query(if only.is_some() { *of_one } else { *of_all })
            .bind(specialist.to_string())
            .bind(hospital.unwrap_or_default())
            .bind(now.as_millisecond());
        if let Some(resident) = only {
            query = query.bind(resident.to_string());
        }
        for row in &query.fetch_all(db.conn()).await? {
            found.entry(Cells::new("residents", row).parse("resident_id")?).or_default().push(*relation);
        }
    }
    Ok(found)
}
