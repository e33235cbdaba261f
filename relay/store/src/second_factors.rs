//! Authenticator apps of staff; their secrets are sealed by the program, not here.

use yunzhen_domain::Sealed;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::SecondFactor;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "second_factors";

/// That of a member of staff.
pub async fn get(db: &mut Db, staff_id: StaffId) -> Result<Option<SecondFactor>, StoreError> {
    let row = sqlx::query("SELECT * FROM second_factors WHERE staff_id = $1")
        .bind(staff_id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Is there any?
pub async fn any(db: &mut Db) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT staff_id FROM second_factors LIMIT 1").fetch_optional(db.conn()).await?;
    Ok(row.is_some())
}

/// A new one, in the place of one that was there.
pub async fn put(tx: &mut Tx, factor: &SecondFactor) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO second_factors (staff_id, sealed_secret, made_at, last_step) VALUES ($1, $2, $3, $4)
         ON CONFLICT (staff_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, made_at = excluded.made_at, last_step = excluded.last_step",
    )
    .bind(factor.staff_id.to_string())
    .bind(factor.secret.as_kept())
    .bind(factor.made_at.as_millisecond())
    .bind(factor.last_step)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The code of a step counted; false when it, or a later one, had counted before.
pub async fn spend(tx: &mut Tx, staff_id: StaffId, step: i64) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE second_factors SET last_step = $2 WHERE staff_id = $1 AND last_step < $2")
        .bind(staff_id.to_string())
        .bind(step)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes it away; says whether there was one.
pub async fn delete(tx: &mut Tx, staff_id: StaffId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM second_factors WHERE staff_id = $1")
        .bind(staff_id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

fn decode(cells: &Cells<'_>) -> Result<SecondFactor, StoreError> {
    Ok(SecondFactor {
        staff_id: cells.parse("staff_id")?,
        secret: Sealed::kept(cells.text("sealed_secret")?),
        made_at: cells.time("made_at")?,
        last_step: cells.int("last_step")?,
    })
}
