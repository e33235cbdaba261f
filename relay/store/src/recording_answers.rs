//! What residents said at the beginning of consultations when asked whether they may be recorded.

use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::records::RecordingAnswered;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

/// The answer of a consultation, once there is one.
pub async fn of_consultation(db: &mut Db, id: ConsultationId) -> Result<Option<RecordingAnswered>, StoreError> {
    let row = sqlx::query("SELECT * FROM recording_answers WHERE consultation_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| {
        let cells = Cells::new("recording_answers", &row);
        Ok(RecordingAnswered {
            consultation_id: cells.parse("consultation_id")?,
            answer: cells.parse("answer")?,
            answered_at: cells.time("answered_at")?,
            answered_by: cells.parse("answered_by")?,
        })
    })
    .transpose()
}

/// Keeps an answer in the place of the one before.
pub async fn put(tx: &mut Tx, answered: &RecordingAnswered) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO recording_answers (consultation_id, answer, answered_at, answered_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (consultation_id) DO UPDATE SET answer = excluded.answer, answered_at = excluded.answered_at,
             answered_by = excluded.answered_by",
    )
    .bind(answered.consultation_id.to_string())
    .bind(answered.answer.as_str())
    .bind(answered.answered_at.as_millisecond())
    .bind(answered.answered_by.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}
