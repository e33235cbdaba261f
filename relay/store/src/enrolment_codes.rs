//! Codes by which boxes are enrolled; only the digest of the secret is here.

use jiff::Timestamp;
use yunzhen_domain::ids::{EnrolmentCodeId, HomeId};
use yunzhen_domain::records::EnrolmentCode;

use crate::row::{Cells, hex, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "enrolment_codes";

/// The code with this secret, also when it is spent: the caller checks it.
pub async fn by_secret_sha256(db: &mut Db, digest: &[u8; 32]) -> Result<Option<EnrolmentCode>, StoreError> {
    let row = sqlx::query("SELECT * FROM enrolment_codes WHERE secret_sha256 = $1")
        .bind(hex(digest))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// For which homes a code is open, and until when.
pub async fn open(db: &mut Db, now: Timestamp) -> Result<Vec<(HomeId, Timestamp)>, StoreError> {
    let rows = sqlx::query(
        "SELECT home_id, expires_at FROM enrolment_codes WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > $1
         ORDER BY home_id, expires_at",
    )
    .bind(now.as_millisecond())
    .fetch_all(db.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let cells = Cells::new(TABLE, row);
            Ok((cells.parse("home_id")?, cells.time("expires_at")?))
        })
        .collect()
}

/// A new code.
pub async fn insert(tx: &mut Tx, code: &EnrolmentCode) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO enrolment_codes (id, home_id, secret_sha256, made_by, made_at, expires_at, used_at, withdrawn_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(code.id.to_string())
    .bind(code.home_id.to_string())
    .bind(hex(&code.secret_sha256))
    .bind(code.made_by.to_string())
    .bind(code.made_at.as_millisecond())
    .bind(code.expires_at.as_millisecond())
    .bind(code.used_at.map(Timestamp::as_millisecond))
    .bind(code.withdrawn_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// It enrolled a box, and never another one.
pub async fn use_up(tx: &mut Tx, id: EnrolmentCodeId, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE enrolment_codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND withdrawn_at IS NULL",
    )
    .bind(id.to_string())
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    one_row("enrolment code", done.rows_affected())
}

/// What is open for a home opens nothing any more.
pub async fn withdraw(tx: &mut Tx, home: HomeId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE enrolment_codes SET withdrawn_at = $2 WHERE home_id = $1 AND used_at IS NULL AND withdrawn_at IS NULL",
    )
    .bind(home.to_string())
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets codes that ended before this.
pub async fn delete_older(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM enrolment_codes WHERE expires_at < $1")
        .bind(before.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<EnrolmentCode, StoreError> {
    Ok(EnrolmentCode {
        id: cells.parse("id")?,
        home_id: cells.parse("home_id")?,
        secret_sha256: cells.digest("secret_sha256")?,
        made_by: cells.parse("made_by")?,
        made_at: cells.time("made_at")?,
        expires_at: cells.time("expires_at")?,
        used_at: cells.opt_time("used_at")?,
        withdrawn_at: cells.opt_time("withdrawn_at")?,
    })
}
