//! Documents and photos: what they are, and their bytes as base64 in a table of their own.

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, DocumentId, ResidentId};
use yunzhen_domain::records::Document;

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "documents";

/// One document, without its bytes.
pub async fn get(db: &mut Db, id: DocumentId) -> Result<Option<Document>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM documents WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The bytes of one document, in base64.
pub async fn content(db: &mut Db, id: DocumentId) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT content FROM document_contents WHERE document_id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new("document_contents", &row).text("content")).transpose()
}

/// All of one resident, newest first.
pub async fn for_resident(db: &mut Db, resident: ResidentId) -> Result<Vec<Document>, StoreError> {
    let rows = sqlx::query("SELECT * FROM documents WHERE resident_id = $1 ORDER BY taken_at DESC, id DESC")
        .bind(resident.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new document with its bytes in base64.
pub async fn insert(tx: &mut Tx, document: &Document, content: &str) -> Result<(), StoreError> {
    let bytes = i64::try_from(document.bytes).map_err(|_| StoreError::Corrupt {
        table: TABLE,
        column: "bytes",
        reason: "the number is out of range".to_owned(),
    })?;
    sqlx::query(
        "INSERT INTO documents (id, resident_id, home_id, kind, title, media_type, bytes, sha256, taken_at, received_at, author, body_site,
             consultation_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(document.id.to_string())
    .bind(document.resident_id.to_string())
    .bind(document.home_id.to_string())
    .bind(document.kind.as_str())
    .bind(document.title.expose())
    .bind(&document.media_type)
    .bind(bytes)
    .bind(hex(&document.sha256))
    .bind(document.taken_at.as_millisecond())
    .bind(document.received_at.as_millisecond())
    .bind(document.author.to_string())
    .bind(document.body_site.map(|site| site.as_str()))
    .bind(document.consultation_id.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    sqlx::query("INSERT INTO document_contents (document_id, content) VALUES ($1, $2)")
        .bind(document.id.to_string())
        .bind(content)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What was said since then and is of no consultation is of this one. Gives what became so, with its row as it is now.
pub async fn adopt_spoken(
    tx: &mut Tx,
    resident: ResidentId,
    consultation: ConsultationId,
    since: Timestamp,
) -> Result<Vec<Document>, StoreError> {
    let rows = sqlx::query(
        "UPDATE documents SET consultation_id = $2
         WHERE resident_id = $1 AND consultation_id IS NULL AND kind = 'voice_message' AND taken_at >= $3
         RETURNING *",
    )
    .bind(resident.to_string())
    .bind(consultation.to_string())
    .bind(since.as_millisecond())
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn decode(cells: &Cells<'_>) -> Result<Document, StoreError> {
    Ok(Document {
        id: cells.parse("id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        kind: cells.parse("kind")?,
        body_site: cells.opt_parse("body_site")?,
        consultation_id: cells.opt_parse("consultation_id")?,
        title: cells.text("title")?.into(),
        media_type: cells.text("media_type")?,
        bytes: cells.int("bytes")?,
        sha256: cells.digest("sha256")?,
        taken_at: cells.time("taken_at")?,
        received_at: cells.time("received_at")?,
        author: cells.parse("author")?,
    })
}
