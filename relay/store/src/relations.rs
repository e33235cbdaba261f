//! What ties a specialist to residents, see [`yunzhen_domain::relation`]. A feature that makes a relation adds its question here.
//!
//! Always asked of the residents who are to be shown, each answered by the first row that ties: all residents of a hospital are as many as all its consultations.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::ids::{ResidentId, StaffId};
use yunzhen_domain::relation::Relation;

use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::{Db, StoreError};

/// Who asks, and when.
#[derive(Debug, Clone)]
pub struct Specialist {
    /// Their account.
    pub id: StaffId,
    /// Their hospital.
    pub hospital: Option<String>,
    /// The time of the request.
    pub now: Timestamp,
}

/// Whether a record `m` has a row that ties the specialist `$1` of the hospital `$2` to it at the time `$3`.
const TIES: &[(Relation, &str)] = &[
    (
        Relation::Consultation,
        "consultations c WHERE c.resident_id = m.id AND c.requested_at <= $3
             AND c.specialist_id IN (SELECT id FROM staff WHERE id = $1 OR hospital = $2)",
    ),
    (
        Relation::OpenRequest,
        "consultations c WHERE c.resident_id = m.id AND c.specialist_id IS NULL
             AND c.state IN ('requested', 'awaiting_acceptance', 'scheduled', 'waiting') AND c.requested_at <= $3",
    ),
    (Relation::FirstVisit, "eligibility e WHERE e.resident_id = m.id AND e.hospital = $2"),
    (Relation::UrgentCall, "urgent_calls u WHERE u.resident_id = m.id AND u.open = 1 AND u.raised_at <= $3"),
    (
        Relation::Referral,
        "referrals f WHERE f.resident_id = m.id AND f.created_at <= $3
             AND (f.specialist_id = $1 OR (f.hospital = $2 AND f.state NOT IN ('drafted', 'withdrawn')))",
    ),
    (
        Relation::BreakGlass,
        "break_glass b WHERE b.resident_id = m.id AND b.staff_id = $1 AND b.opened_at <= $3 AND b.ends_at > $3",
    ),
];

/// The same of a resident `r` with the records that were merged into it.
fn holds(of: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM residents m WHERE (m.id = r.id OR m.merged_into = r.id) AND EXISTS (SELECT 1 FROM {of}))"
    )
}

/// Whether anything ties the specialist to a resident `r`; its values are those of [`push_values`].
pub(crate) fn any_tie() -> String {
    TIES.iter().map(|(_, of)| holds(of)).collect::<Vec<_>>().join(" OR ")
}

/// The values `$1` to `$3`: the first of their query.
pub(crate) fn push_values(query: &mut QueryBuilder, specialist: &Specialist) {
    query.value(specialist.id.to_string());
    query.value(specialist.hospital.clone().unwrap_or_default());
    query.value(specialist.now.as_millisecond());
}

/// Those of `residents` to whom something ties the specialist, with all that does. What ties to a merged record ties to the one that stands for it.
pub async fn of_specialist(
    db: &mut Db,
    specialist: &Specialist,
    residents: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, Vec<Relation>>, StoreError> {
    let mut found: HashMap<ResidentId, Vec<Relation>> = HashMap::new();
    for ids in distinct(residents).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT r.id AS resident_id");
        push_values(&mut query, specialist);
        for (number, (_, of)) in TIES.iter().enumerate() {
            query.push(format_args!(", CAST(CASE WHEN {} THEN 1 ELSE 0 END AS BIGINT) AS tie{number}", holds(of)));
        }
        query.push(" FROM residents r WHERE 1 = 1");
        query.push_among("r.id", ids.iter().map(ToString::to_string));
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new("residents", row);
            for (name, (relation, _)) in NAMES.iter().zip(TIES) {
                if cells.flag(name)? {
                    found.entry(cells.parse("resident_id")?).or_default().push(*relation);
                }
            }
        }
    }
    Ok(found)
}

/// The columns of the answer, one for each of [`TIES`].
const NAMES: [&str; TIES.len()] = ["tie0", "tie1", "tie2", "tie3", "tie4", "tie5"];
