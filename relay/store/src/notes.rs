//! Notes in a resident's record.

use yunzhen_domain::ids::ResidentId;
use yunzhen_domain::records::Note;

use crate::row::Cells;
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

/// The newest `limit` notes, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId, limit: u32) -> Result<Vec<Note>, StoreError> {
    let mut query =
        QueryBuilder::new("SELECT * FROM notes WHERE resident_id = $1 ORDER BY written_at DESC, id DESC LIMIT $2");
    query.value(resident.to_string());
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new("notes", row))).collect()
}

/// A new note.
pub async fn insert(tx: &mut Tx, note: &Note) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notes (id, resident_id, kind, body, written_at, received_at, author) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(note.id.to_string())
    .bind(note.resident_id.to_string())
    .bind(note.kind.as_str())
    .bind(note.text.expose())
    .bind(note.written_at.as_millisecond())
    .bind(note.received_at.as_millisecond())
    .bind(note.author.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Note, StoreError> {
    Ok(Note {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        kind: cells.parse("kind")?,
        text: cells.text("body")?.into(),
        written_at: cells.time("written_at")?,
        received_at: cells.time("received_at")?,
        author: cells.parse("author")?,
    })
}
