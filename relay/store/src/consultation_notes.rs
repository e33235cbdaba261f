//! The specialist's note of a consultation.

use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::records::ConsultationNote;

use crate::row::{Cells, one_row};
use crate::{Db, StoreError, Tx};

/// The note, once one was saved.
pub async fn get(db: &mut Db, consultation: ConsultationId) -> Result<Option<ConsultationNote>, StoreError> {
    let row = sqlx::query("SELECT * FROM consultation_notes WHERE consultation_id = $1")
        .bind(consultation.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| {
        let cells = Cells::new("consultation_notes", &row);
        Ok(ConsultationNote {
            consultation_id: cells.parse("consultation_id")?,
            version: cells.int("version")?,
            text: cells.text("body")?.into(),
            diagnosis_code: cells.opt_text("diagnosis_code")?,
            updated_at: cells.time("updated_at")?,
            author: cells.parse("author")?,
        })
    })
    .transpose()
}

/// Keeps the note; its version is one above the stored one, 1 for the first.
pub async fn put(tx: &mut Tx, note: &ConsultationNote) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO consultation_notes (consultation_id, version, body, diagnosis_code, updated_at, author)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE $2 = 1 OR EXISTS (SELECT 1 FROM consultation_notes WHERE consultation_id = $1)
         ON CONFLICT (consultation_id) DO UPDATE SET version = excluded.version, body = excluded.body,
             diagnosis_code = excluded.diagnosis_code, updated_at = excluded.updated_at, author = excluded.author
         WHERE consultation_notes.version = excluded.version - 1",
    )
    .bind(note.consultation_id.to_string())
    .bind(note.version)
    .bind(note.text.expose())
    .bind(&note.diagnosis_code)
    .bind(note.updated_at.as_millisecond())
    .bind(note.author.to_string())
    .execute(tx.conn())
    .await?;
    one_row("note", done.rows_affected())
}
