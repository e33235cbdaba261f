//! Codes on paper; only their SHA-256 is here.

use jiff::Timestamp;
use yunzhen_domain::ids::StaffId;

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "recovery_codes";

/// How many of a member of staff's codes are left.
pub async fn left(db: &mut Db, staff_id: StaffId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS codes FROM recovery_codes WHERE staff_id = $1 AND used_at IS NULL")
        .bind(staff_id.to_string())
        .fetch_one(db.conn())
        .await?;
    Cells::new(TABLE, &row).int("codes")
}

/// New ones in the place of all that were there.
pub async fn replace(
    tx: &mut Tx,
    staff_id: StaffId,
    digests: &[[u8; 32]],
    made_at: Timestamp,
) -> Result<(), StoreError> {
    delete(tx, staff_id).await?;
    for digest in digests {
        sqlx::query("INSERT INTO recovery_codes (staff_id, code_sha256, made_at) VALUES ($1, $2, $3)")
            .bind(staff_id.to_string())
            .bind(hex(digest))
            .bind(made_at.as_millisecond())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// One was used; false when there is none like it, or it was used before.
pub async fn spend(tx: &mut Tx, staff_id: StaffId, digest: &[u8; 32], at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE recovery_codes SET used_at = $3 WHERE staff_id = $1 AND code_sha256 = $2 AND used_at IS NULL",
    )
    .bind(staff_id.to_string())
    .bind(hex(digest))
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes them all away.
pub async fn delete(tx: &mut Tx, staff_id: StaffId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE staff_id = $1").bind(staff_id.to_string()).execute(tx.conn()).await?;
    Ok(())
}
