//! Passkeys of staff, and challenges that were answered.

use jiff::Timestamp;
use yunzhen_domain::audit::hex as hex_of;
use yunzhen_domain::ids::{PasskeyId, StaffId};
use yunzhen_domain::records::Passkey;

use crate::row::{Cells, hex, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "passkeys";

/// The one that an authenticator knows by this.
pub async fn by_credential_id(db: &mut Db, credential_id: &[u8]) -> Result<Option<Passkey>, StoreError> {
    let row = sqlx::query("SELECT * FROM passkeys WHERE credential_id = $1")
        .bind(hex_of(credential_id))
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of a member of staff, the oldest first.
pub async fn of_staff(db: &mut Db, staff_id: StaffId) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query("SELECT * FROM passkeys WHERE staff_id = $1 ORDER BY made_at, id")
        .bind(staff_id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new one.
pub async fn insert(tx: &mut Tx, passkey: &Passkey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO passkeys (id, staff_id, credential_id, public_key, sign_count, name, made_at, last_used_at, count_fell_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(passkey.id.to_string())
    .bind(passkey.staff_id.to_string())
    .bind(hex_of(&passkey.credential_id))
    .bind(hex_of(&passkey.public_key))
    .bind(i64::from(passkey.sign_count))
    .bind(&passkey.name)
    .bind(passkey.made_at.as_millisecond())
    .bind(passkey.last_used_at.map(Timestamp::as_millisecond))
    .bind(passkey.count_fell_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// It was shown and counted on. Only what stands as it was read: one that was removed, shown or found copied meanwhile is [`StoreError::Stale`].
pub async fn shown(tx: &mut Tx, read: &Passkey, sign_count: u32, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE passkeys SET sign_count = $3, last_used_at = $4 WHERE id = $1 AND sign_count = $2 AND count_fell_at IS NULL",
    )
    .bind(read.id.to_string())
    .bind(i64::from(read.sign_count))
    .bind(i64::from(sign_count))
    .bind(at.as_millisecond())
    .execute(tx.conn())
    .await?;
    one_row("passkey", done.rows_affected())
}

/// It counted less than before; when that was seen first stays.
pub async fn set_count_fell(tx: &mut Tx, id: PasskeyId, at: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE passkeys SET count_fell_at = COALESCE(count_fell_at, $2) WHERE id = $1")
        .bind(id.to_string())
        .bind(at.as_millisecond())
        .execute(tx.conn())
        .await?;
    one_row("passkey", done.rows_affected())
}

/// One of a member of staff's is called otherwise; says whether there is one.
pub async fn rename(tx: &mut Tx, staff_id: StaffId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passkeys SET name = $3 WHERE id = $1 AND staff_id = $2")
        .bind(id.to_string())
        .bind(staff_id.to_string())
        .bind(name)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes one of a member of staff's away; says whether there was one.
pub async fn delete(tx: &mut Tx, staff_id: StaffId, id: PasskeyId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM passkeys WHERE id = $1 AND staff_id = $2")
        .bind(id.to_string())
        .bind(staff_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes all of a member of staff's away; returns how many.
pub async fn delete_of_staff(tx: &mut Tx, staff_id: StaffId) -> Result<u64, StoreError> {
    let done =
        sqlx::query("DELETE FROM passkeys WHERE staff_id = $1").bind(staff_id.to_string()).execute(tx.conn()).await?;
    Ok(done.rows_affected())
}

/// A challenge was answered; false when it had been before.
pub async fn spend(tx: &mut Tx, challenge_sha256: &[u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO spent_challenges (challenge_sha256, expires_at) VALUES ($1, $2) ON CONFLICT (challenge_sha256) DO NOTHING",
    )
    .bind(hex(challenge_sha256))
    .bind(expires_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Forgets challenges that are over anyway; returns how many.
pub async fn forget_challenges(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM spent_challenges WHERE expires_at <= $1")
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: cells.parse("id")?,
        staff_id: cells.parse("staff_id")?,
        credential_id: cells.bytes("credential_id")?,
        public_key: cells.bytes("public_key")?,
        sign_count: cells.int("sign_count")?,
        name: cells.text("name")?,
        made_at: cells.time("made_at")?,
        last_used_at: cells.opt_time("last_used_at")?,
        count_fell_at: cells.opt_time("count_fell_at")?,
    })
}
