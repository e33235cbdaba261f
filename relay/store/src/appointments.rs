//! The times that consultations hold.

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId, ResidentId, RoundId, StaffId};
use yunzhen_domain::records::Appointment;
use yunzhen_domain::schedule::{LONGEST_SLOT_MINUTES, Sitting, Slot};

use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "appointments";
/// At most so many are answered at once: three months of a busy specialist.
const LIMIT: u32 = 5000;

/// Which appointments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of this specialist.
    pub specialist: Option<StaffId>,
    /// Of this home.
    pub home: Option<HomeId>,
    /// Of this round.
    pub round: Option<RoundId>,
    /// Only those whose time is still held.
    pub held: bool,
}

/// The appointment of one consultation.
pub async fn get(db: &mut Db, id: ConsultationId) -> Result<Option<Appointment>, StoreError> {
    let row = sqlx::query("SELECT * FROM appointments WHERE consultation_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Appointments that touch `from..until`, earliest first.
pub async fn list(
    db: &mut Db,
    filter: &Filter,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Appointment>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM appointments WHERE starts_at > ");
    query.push_bind(earliest(from)).push(" AND ends_at > ").push_bind(from.as_millisecond());
    query.push(" AND starts_at < ").push_bind(until.as_millisecond());
    if let Some(specialist) = filter.specialist {
        query.push(" AND specialist_id = ").push_bind(specialist.to_string());
    }
    if let Some(home) = filter.home {
        query.push(" AND home_id = ").push_bind(home.to_string());
    }
    if let Some(round) = filter.round {
        query.push(" AND round_id = ").push_bind(round.to_string());
    }
    if filter.held {
        query.push(" AND held = 1");
    }
    query.push(" ORDER BY starts_at, consultation_id LIMIT ").push_bind(i64::from(LIMIT));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// What a specialist has to do in `from..until`: the appointments that hold a time then, and who is seen at this moment.
pub async fn sittings(
    db: &mut Db,
    specialist: StaffId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Sitting>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.id, c.state, c.began_at, c.ended_at, a.starts_at, a.ends_at AS until
         FROM appointments a JOIN consultations c ON c.id = a.consultation_id
         WHERE a.specialist_id = $1 AND a.held = 1 AND a.starts_at >= $2 AND a.starts_at < $3
         UNION
         SELECT c.id, c.state, c.began_at, c.ended_at, a.starts_at, a.ends_at AS until
         FROM consultations c LEFT JOIN appointments a ON a.consultation_id = c.id AND a.held = 1
         WHERE c.state = 'in_progress' AND c.specialist_id = $1",
    )
    .bind(specialist.to_string())
    .bind(from.as_millisecond())
    .bind(until.as_millisecond())
    .fetch_all(db.conn())
    .await?;
    let sitting = |cells: &Cells<'_>| {
        let slot = match (cells.opt_time("starts_at")?, cells.opt_time("until")?) {
            (Some(starts_at), Some(ends_at)) => Some(Slot { starts_at, ends_at }),
            _ => None,
        };
        Ok(Sitting {
            consultation_id: cells.parse("id")?,
            state: cells.parse("state")?,
            slot,
            began_at: cells.opt_time("began_at")?,
            ended_at: cells.opt_time("ended_at")?,
        })
    };
    rows.iter().map(|row| sitting(&Cells::new(TABLE, row))).collect()
}

/// The times that a specialist has no more in `from..until`.
pub async fn taken(
    db: &mut Db,
    specialist: StaffId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Slot>, StoreError> {
    let filter = Filter { specialist: Some(specialist), held: true, ..Filter::default() };
    Ok(list(db, &filter, from, until).await?.into_iter().map(|a| a.slot).collect())
}

/// The times in `from..until` at which a resident is with somebody for another consultation than `except`.
pub async fn elsewhere(
    db: &mut Db,
    resident: ResidentId,
    except: ConsultationId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Slot>, StoreError> {
    let rows = sqlx::query(
        "SELECT a.starts_at, a.ends_at FROM consultations c JOIN appointments a ON a.consultation_id = c.id
         WHERE c.resident_id = $1 AND c.id <> $2 AND a.held = 1 AND a.starts_at > $3 AND a.ends_at > $4 AND a.starts_at < $5",
    )
    .bind(resident.to_string())
    .bind(except.to_string())
    .bind(earliest(from))
    .bind(from.as_millisecond())
    .bind(until.as_millisecond())
    .fetch_all(db.conn())
    .await?;
    let slot = |cells: &Cells<'_>| Ok(Slot { starts_at: cells.time("starts_at")?, ends_at: cells.time("ends_at")? });
    rows.iter().map(|row| slot(&Cells::new(TABLE, row))).collect()
}

/// What touches `from` began after this: the index is then read from here and not from the first appointment that ever was.
fn earliest(from: Timestamp) -> i64 {
    from.as_millisecond() - i64::from(LONGEST_SLOT_MINUTES) * 60_000
}

/// A new appointment; [`StoreError::Duplicate`] when the time is held by another.
pub async fn insert(tx: &mut Tx, appointment: &Appointment) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO appointments (consultation_id, specialist_id, home_id, starts_at, ends_at, held, sequence, changed_at, round_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(appointment.consultation_id.to_string())
    .bind(appointment.specialist_id.to_string())
    .bind(appointment.home_id.to_string())
    .bind(appointment.slot.starts_at.as_millisecond())
    .bind(appointment.slot.ends_at.as_millisecond())
    .bind(i64::from(appointment.held))
    .bind(i64::from(appointment.sequence))
    .bind(appointment.changed_at.as_millisecond())
    .bind(appointment.round_id.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed appointment, whose sequence number is one above the stored one.
pub async fn update(tx: &mut Tx, appointment: &Appointment) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE appointments SET starts_at = $3, ends_at = $4, held = $5, sequence = $2, changed_at = $6
         WHERE consultation_id = $1 AND sequence = $2 - 1",
    )
    .bind(appointment.consultation_id.to_string())
    .bind(i64::from(appointment.sequence))
    .bind(appointment.slot.starts_at.as_millisecond())
    .bind(appointment.slot.ends_at.as_millisecond())
    .bind(i64::from(appointment.held))
    .bind(appointment.changed_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    one_row("appointment", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Appointment, StoreError> {
    Ok(Appointment {
        consultation_id: cells.parse("consultation_id")?,
        specialist_id: cells.parse("specialist_id")?,
        home_id: cells.parse("home_id")?,
        slot: Slot { starts_at: cells.time("starts_at")?, ends_at: cells.time("ends_at")? },
        held: cells.flag("held")?,
        sequence: cells.int("sequence")?,
        changed_at: cells.time("changed_at")?,
        round_id: cells.opt_parse("round_id")?,
    })
}
