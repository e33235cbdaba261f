//! Certificates of boxes: what the relay issued, and what boxes showed that were issued by hand.

use jiff::Timestamp;
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::records::BoxCertificate;

use crate::row::Cells;
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "box_certificates";

/// One, by its serial number.
pub async fn get(db: &mut Db, serial: &str) -> Result<Option<BoxCertificate>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM box_certificates WHERE serial = $1").bind(serial).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// How many a home's box got since then.
pub async fn count_since(db: &mut Db, home: HomeId, since: Timestamp) -> Result<u32, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n FROM box_certificates WHERE home_id = $1 AND known_since >= $2 AND source <> 'by_hand'",
    )
    .bind(home.to_string())
    .bind(since.as_millisecond())
    .fetch_one(db.conn())
    .await?;
    Cells::new(TABLE, &row).int("n")
}

/// Which of these are revoked.
pub async fn revoked_among(db: &mut Db, serials: &[String]) -> Result<Vec<String>, StoreError> {
    let mut revoked = Vec::new();
    for some in serials.chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT serial FROM box_certificates WHERE revoked_at IS NOT NULL");
        query.push_among("serial", some.iter().cloned());
        for row in query.fetch_all(db).await? {
            revoked.push(Cells::new(TABLE, &row).text("serial")?);
        }
    }
    Ok(revoked)
}

/// Those that are revoked, and from when on: of a home that got another box, or whose box was stolen. Few.
pub async fn revoked(db: &mut Db) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let rows =
        sqlx::query("SELECT serial, revoked_at FROM box_certificates WHERE revoked_at IS NOT NULL ORDER BY serial")
            .fetch_all(db.conn())
            .await?;
    let cells = rows.iter().map(|row| Cells::new(TABLE, row));
    cells.map(|cells| Ok((cells.text("serial")?, cells.time("revoked_at")?))).collect()
}

/// One that was issued, or seen for the first time.
pub async fn insert(tx: &mut Tx, certificate: &BoxCertificate) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO box_certificates (serial, home_id, box_id, source, not_before, not_after, known_since, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (serial) DO NOTHING",
    )
    .bind(&certificate.serial)
    .bind(certificate.home_id.to_string())
    .bind(certificate.box_id.map(|id| id.to_string()))
    .bind(certificate.source.as_str())
    .bind(certificate.not_before.as_millisecond())
    .bind(certificate.not_after.as_millisecond())
    .bind(certificate.known_since.as_millisecond())
    .bind(certificate.revoked_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whatever is known of a home's box is believed no more.
pub async fn revoke(tx: &mut Tx, home: HomeId, at: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE box_certificates SET revoked_at = $2 WHERE home_id = $1 AND revoked_at IS NULL")
        .bind(home.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<BoxCertificate, StoreError> {
    Ok(BoxCertificate {
        serial: cells.text("serial")?,
        home_id: cells.parse("home_id")?,
        box_id: cells.opt_parse("box_id")?,
        source: cells.parse("source")?,
        not_before: cells.time("not_before")?,
        not_after: cells.time("not_after")?,
        known_since: cells.time("known_since")?,
        revoked_at: cells.opt_time("revoked_at")?,
    })
}
