//! What is under way under a resident's own record. Which state is an end is each machine's to say.

use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::machines::{consultation, prescription, referral, transport};
use yunzhen_domain::registry::open_work::OpenWork;

use crate::row::Cells;
use crate::{Db, StoreError};

/// What a resident who moves to another home would leave behind.
pub async fn of_home(db: &mut Db, resident: ResidentId) -> Result<Vec<OpenWork>, StoreError> {
    let mut found = of_record(db, resident).await?;
    found.retain(|kind| kind.is_of_the_home());
    let on_the_way = sqlx::query(
        "SELECT state FROM prescriptions WHERE resident_id = $1 AND state IN ('dispensing', 'on_hold', 'packed', 'in_delivery') LIMIT 1",
    );
    if on_the_way.bind(resident.to_string()).fetch_optional(db.conn()).await?.is_some() {
        found.push(OpenWork::Prescription);
    }
    let expected = sqlx::query(
        "SELECT s.state FROM visit_stops s JOIN visits v ON v.id = s.visit_id
         WHERE s.resident_id = $1 AND s.state = 'expected' AND v.state IN ('planned', 'under_way') LIMIT 1",
    );
    if expected.bind(resident.to_string()).fetch_optional(db.conn()).await?.is_some() {
        found.push(OpenWork::FirstVisit);
    }
    Ok(found)
}

/// Each kind once, in the order of the table.
pub async fn of_record(db: &mut Db, resident: ResidentId) -> Result<Vec<OpenWork>, StoreError> {
    let rows = sqlx::query(
        "SELECT 'waitlist_entry' AS kind, c.state AS state FROM consultations c JOIN waitlist w ON w.consultation_id = c.id WHERE c.resident_id = $1
         UNION SELECT 'consultation', state FROM consultations
               WHERE resident_id = $1 AND id NOT IN (SELECT consultation_id FROM waitlist)
         UNION SELECT 'urgent_call', state FROM urgent_calls WHERE resident_id = $1 AND open = 1
         UNION SELECT 'prescription', state FROM prescriptions WHERE resident_id = $1
         UNION SELECT 'referral', state FROM referrals WHERE resident_id = $1
         UNION SELECT 'transport', state FROM transports WHERE resident_id = $1",
    )
    .bind(resident.to_string())
    .fetch_all(db.conn())
    .await?;
    let mut found = Vec::new();
    for row in &rows {
        let cells = Cells::new("open work", row);
        let kind: OpenWork = cells.parse("kind")?;
        let kind = match kind {
            OpenWork::Consultation => match cells.parse("state")? {
                over if consultation::State::is_terminal(over) => continue,
                consultation::State::AwaitingAcceptance | consultation::State::Scheduled => OpenWork::Appointment,
                _ => kind,
            },
            OpenWork::Prescription if prescription::State::is_terminal(cells.parse("state")?) => continue,
            OpenWork::Referral if referral::State::is_terminal(cells.parse("state")?) => continue,
            OpenWork::Transport if transport::State::is_terminal(cells.parse("state")?) => continue,
            _ => kind,
        };
        if !found.contains(&kind) {
            found.push(kind);
        }
    }
    found.sort_by_key(|kind| OpenWork::ALL.iter().position(|known| known == kind));
    Ok(found)
}
