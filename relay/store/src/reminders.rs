//! Which reminders were given.

use jiff::Timestamp;
use yunzhen_domain::ids::ConsultationId;

use crate::{StoreError, Tx};

/// Notes a reminder; false when it was given before.
pub async fn give(
    tx: &mut Tx,
    id: ConsultationId,
    starts_at: Timestamp,
    minutes_before: u32,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO reminders (consultation_id, starts_at, minutes_before, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (consultation_id, starts_at, minutes_before) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(starts_at.as_millisecond())
    .bind(i64::from(minutes_before))
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
