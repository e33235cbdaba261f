//! By what the identity providers of hospitals know members of staff.

use jiff::Timestamp;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::StaffIdentity;

use crate::row::{Cells, one_row};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "staff_identities";

/// Whom a provider means.
pub async fn by_subject(db: &mut Db, issuer: &str, subject: &str) -> Result<Option<StaffIdentity>, StoreError> {
    let row = sqlx::query("SELECT * FROM staff_identities WHERE issuer = $1 AND subject = $2")
        .bind(issuer)
        .bind(subject)
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those of a member of staff.
pub async fn of_staff(db: &mut Db, staff_id: StaffId) -> Result<Vec<StaffIdentity>, StoreError> {
    let rows = sqlx::query("SELECT * FROM staff_identities WHERE staff_id = $1 ORDER BY issuer")
        .bind(staff_id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new one.
pub async fn insert(tx: &mut Tx, identity: &StaffIdentity) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_identities (issuer, subject, staff_id, bound_by, bound_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&identity.issuer)
    .bind(identity.subject.expose())
    .bind(identity.staff_id.to_string())
    .bind(identity.bound_by.to_string())
    .bind(identity.bound_at.as_millisecond())
    .bind(identity.last_used_at.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody came in by it.
pub async fn used(tx: &mut Tx, identity: &StaffIdentity, now: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE staff_identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2")
        .bind(&identity.issuer)
        .bind(identity.subject.expose())
        .bind(now.as_millisecond())
        .execute(tx.conn())
        .await?;
    one_row("staff identity", done.rows_affected())
}

/// Takes a member of staff's away; says whether there was one.
pub async fn delete(tx: &mut Tx, staff_id: StaffId, issuer: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM staff_identities WHERE staff_id = $1 AND issuer = $2")
        .bind(staff_id.to_string())
        .bind(issuer)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() > 0)
}

fn decode(cells: &Cells<'_>) -> Result<StaffIdentity, StoreError> {
    Ok(StaffIdentity {
        staff_id: cells.parse("staff_id")?,
        issuer: cells.text("issuer")?,
        subject: cells.text("subject")?.into(),
        bound_by: cells.parse("bound_by")?,
        bound_at: cells.time("bound_at")?,
        last_used_at: cells.opt_time("last_used_at")?,
    })
}
