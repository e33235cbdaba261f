//! Staff and their passwords' hashes; a hash leaves only through [`credential`].

use jiff::Timestamp;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::records::{Staff, StaffCredential};

use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "staff";
const COLUMNS: &str = "SELECT id, version, username, name, role, home_id, pharmacy_id, hospital, licence, title, practising_since, active FROM staff";

/// One member of staff.
pub async fn get(db: &mut Db, id: StaffId) -> Result<Option<Staff>, StoreError> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE id = ").push_bind(id.to_string());
    let row = query.build().fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// By sign-in name, lower case.
pub async fn by_username(db: &mut Db, username: &str) -> Result<Option<Staff>, StoreError> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" WHERE username = ").push_bind(username);
    let row = query.build().fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Everybody, by role and name.
pub async fn list(db: &mut Db) -> Result<Vec<Staff>, StoreError> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(" ORDER BY role, name, id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// What checks a password.
pub async fn credential(db: &mut Db, id: StaffId) -> Result<Option<StaffCredential>, StoreError> {
    let row = sqlx::query("SELECT id, password_hash, password_initial_until FROM staff WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| {
        let cells = Cells::new(TABLE, &row);
        Ok(StaffCredential {
            staff_id: cells.parse("id")?,
            password_hash: cells.text("password_hash")?.into(),
            initial_until: cells.opt_time("password_initial_until")?,
        })
    })
    .transpose()
}

/// A new account.
pub async fn insert(tx: &mut Tx, staff: &Staff, credential: &StaffCredential) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff (id, username, name, role, home_id, pharmacy_id, hospital, licence, title, active, password_hash, version, practising_since, password_initial_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(staff.id.to_string())
    .bind(&staff.username)
    .bind(&staff.name)
    .bind(staff.role.as_str())
    .bind(staff.home_id.map(|id| id.to_string()))
    .bind(staff.pharmacy_id.map(|id| id.to_string()))
    .bind(&staff.hospital)
    .bind(&staff.licence)
    .bind(&staff.title)
    .bind(i64::from(staff.active))
    .bind(credential.password_hash.expose())
    .bind(staff.version)
    .bind(staff.practising_since.map(|day| day.to_string()))
    .bind(credential.initial_until.map(Timestamp::as_millisecond))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An account as it was changed, on the version before: name, employer, licence, practice, title, and whether it may sign in.
pub async fn update(tx: &mut Tx, staff: &Staff) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE staff SET version = $2, name = $3, hospital = $4, licence = $5, practising_since = $6, title = $7, active = $8
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(staff.id.to_string())
    .bind(staff.version)
    .bind(&staff.name)
    .bind(&staff.hospital)
    .bind(&staff.licence)
    .bind(staff.practising_since.map(|day| day.to_string()))
    .bind(&staff.title)
    .bind(i64::from(staff.active))
    .execute(tx.conn())
    .await?;
    one_row(TABLE, done.rows_affected())
}

/// A new password.
pub async fn set_credential(tx: &mut Tx, credential: &StaffCredential) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE staff SET password_hash = $2, password_initial_until = $3 WHERE id = $1")
        .bind(credential.staff_id.to_string())
        .bind(credential.password_hash.expose())
        .bind(credential.initial_until.map(Timestamp::as_millisecond))
        .execute(tx.conn())
        .await?;
    one_row(TABLE, done.rows_affected())
}

/// Up to which row of the audit log the person has been told what changed about the ways into the account.
pub async fn told_until(db: &mut Db, id: StaffId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT told_until FROM staff WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map_or(Ok(0), |row| Cells::new(TABLE, &row).int("told_until"))
}

/// The person has read so far; what was read before stays read.
pub async fn set_told(tx: &mut Tx, id: StaffId, seq: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE staff SET told_until = $2 WHERE id = $1 AND told_until < $2")
        .bind(id.to_string())
        .bind(seq)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Staff, StoreError> {
    Ok(Staff {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        username: cells.text("username")?,
        name: cells.text("name")?,
        role: cells.parse("role")?,
        home_id: cells.opt_parse("home_id")?,
        pharmacy_id: cells.opt_parse("pharmacy_id")?,
        hospital: cells.opt_text("hospital")?,
        licence: cells.opt_text("licence")?,
        title: cells.opt_text("title")?,
        practising_since: cells.opt_parse("practising_since")?,
        active: cells.flag("active")?,
    })
}
