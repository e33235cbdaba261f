//! Keys that people sign with.

use jiff::Timestamp;
use yunzhen_domain::ids::{SigningKeyId, StaffId};
use yunzhen_domain::records::SigningKey;

use crate::row::{Cells, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "signing_keys";

/// One key.
pub async fn get(db: &mut Db, id: SigningKeyId) -> Result<Option<SigningKey>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM signing_keys WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The key with this digest.
pub async fn by_sha256(db: &mut Db, key_sha256: &str) -> Result<Option<SigningKey>, StoreError> {
    let row = sqlx::query("SELECT * FROM signing_keys WHERE key_sha256 = $1")
        .bind(key_sha256)
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// All keys of a person, newest first.
pub async fn of_staff(db: &mut Db, staff: StaffId) -> Result<Vec<SigningKey>, StoreError> {
    let rows = sqlx::query("SELECT * FROM signing_keys WHERE staff_id = $1 ORDER BY requested_at DESC, id DESC")
        .bind(staff.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// All keys of the hospital, newest first: a few for each who signs.
pub async fn list(db: &mut Db) -> Result<Vec<SigningKey>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM signing_keys ORDER BY requested_at DESC, id DESC").fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new key.
pub async fn insert(tx: &mut Tx, key: &SigningKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO signing_keys (id, version, state, staff_id, role, key_sha256, request, device, requested_at, decided_at, decided_by, revoked_at, revoked_by, reason, certificate)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(key.id.to_string())
    .bind(key.version)
    .bind(key.state.as_str())
    .bind(key.staff_id.to_string())
    .bind(key.role.as_str())
    .bind(&key.key_sha256)
    .bind(&key.request)
    .bind(&key.device)
    .bind(key.requested_at.as_millisecond())
    .bind(key.decided_at.map(Timestamp::as_millisecond))
    .bind(key.decided_by.map(|id| id.to_string()))
    .bind(key.revoked_at.map(Timestamp::as_millisecond))
    .bind(key.revoked_by.map(|id| id.to_string()))
    .bind(key.reason.clone())
    .bind(key.certificate.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed key, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, key: &SigningKey) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE signing_keys SET version = $2, state = $3, decided_at = $4, decided_by = $5, revoked_at = $6, revoked_by = $7, reason = $8, certificate = $9
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(key.id.to_string())
    .bind(key.version)
    .bind(key.state.as_str())
    .bind(key.decided_at.map(Timestamp::as_millisecond))
    .bind(key.decided_by.map(|id| id.to_string()))
    .bind(key.revoked_at.map(Timestamp::as_millisecond))
    .bind(key.revoked_by.map(|id| id.to_string()))
    .bind(key.reason.clone())
    .bind(key.certificate.clone())
    .execute(tx.conn())
    .await?;
    one_row("signing key", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<SigningKey, StoreError> {
    Ok(SigningKey {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        staff_id: cells.parse("staff_id")?,
        role: cells.parse("role")?,
        key_sha256: cells.text("key_sha256")?,
        request: cells.text("request")?,
        device: cells.text("device")?,
        requested_at: cells.time("requested_at")?,
        decided_at: cells.opt_time("decided_at")?,
        decided_by: cells.opt_parse("decided_by")?,
        revoked_at: cells.opt_time("revoked_at")?,
        revoked_by: cells.opt_parse("revoked_by")?,
        reason: cells.opt_text("reason")?,
        certificate: cells.opt_text("certificate")?,
    })
}
