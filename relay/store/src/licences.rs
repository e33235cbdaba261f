//! Licences of staff: nothing is written over, the newest version of a person is in force.

use yunzhen_domain::ids::StaffId;
use yunzhen_domain::licence::Licence;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "staff_licences";

/// What is on record of a person, newest first.
pub async fn of_staff(db: &mut Db, staff: StaffId) -> Result<Vec<Licence>, StoreError> {
    let rows = sqlx::query("SELECT * FROM staff_licences WHERE staff_id = $1 ORDER BY version DESC")
        .bind(staff.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// The licence in force.
pub async fn in_force(db: &mut Db, staff: StaffId) -> Result<Option<Licence>, StoreError> {
    let row = sqlx::query("SELECT * FROM staff_licences WHERE staff_id = $1 ORDER BY version DESC LIMIT 1")
        .bind(staff.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The licence in force of everybody of whom one is on record.
pub async fn list(db: &mut Db) -> Result<Vec<Licence>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM staff_licences AS one
         WHERE version = (SELECT MAX(version) FROM staff_licences AS other WHERE other.staff_id = one.staff_id)
         ORDER BY staff_id",
    )
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A further version. Two that are entered at once have the same number, and the second one is refused by the key.
pub async fn insert(tx: &mut Tx, licence: &Licence) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_licences (staff_id, version, number, hospital, specialty, valid_until, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(licence.staff_id.to_string())
    .bind(licence.version)
    .bind(&licence.number)
    .bind(&licence.hospital)
    .bind(&licence.specialty)
    .bind(licence.valid_until.map(|day| day.to_string()))
    .bind(licence.recorded_at.as_millisecond())
    .bind(licence.recorded_by.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Licence, StoreError> {
    Ok(Licence {
        staff_id: cells.parse("staff_id")?,
        version: cells.int("version")?,
        number: cells.text("number")?,
        hospital: cells.text("hospital")?,
        specialty: cells.text("specialty")?,
        valid_until: cells.opt_parse("valid_until")?,
        recorded_at: cells.time("recorded_at")?,
        recorded_by: cells.parse("recorded_by")?,
    })
}
