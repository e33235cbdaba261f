//! Pharmacies.

use yunzhen_domain::ids::PharmacyId;
use yunzhen_domain::records::Pharmacy;

use crate::homes::e6;
use crate::row::{Cells, one_row, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "pharmacies";

/// One pharmacy.
pub async fn get(db: &mut Db, id: PharmacyId) -> Result<Option<Pharmacy>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM pharmacies WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Every pharmacy, by name.
pub async fn list(db: &mut Db) -> Result<Vec<Pharmacy>, StoreError> {
    let rows = sqlx::query("SELECT * FROM pharmacies ORDER BY name, id").fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new pharmacy.
pub async fn insert(tx: &mut Tx, pharmacy: &Pharmacy) -> Result<(), StoreError> {
    let (latitude, longitude) = e6(pharmacy.place);
    sqlx::query(
        "INSERT INTO pharmacies (id, version, name, address, phone, zone, latitude_e6, longitude_e6, hours, radius_metres)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(pharmacy.id.to_string())
    .bind(pharmacy.version)
    .bind(&pharmacy.name)
    .bind(&pharmacy.address)
    .bind(&pharmacy.phone)
    .bind(pharmacy.zone.name())
    .bind(latitude)
    .bind(longitude)
    .bind(to_json(TABLE, "hours", &pharmacy.hours)?)
    .bind(pharmacy.radius_metres.map(i64::from))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A pharmacy as it was changed, on the version before it.
pub async fn update(tx: &mut Tx, pharmacy: &Pharmacy) -> Result<(), StoreError> {
    let (latitude, longitude) = e6(pharmacy.place);
    let done = sqlx::query(
        "UPDATE pharmacies SET version = $2, name = $3, address = $4, phone = $5, zone = $6, latitude_e6 = $7, longitude_e6 = $8,
             hours = $9, radius_metres = $10
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(pharmacy.id.to_string())
    .bind(pharmacy.version)
    .bind(&pharmacy.name)
    .bind(&pharmacy.address)
    .bind(&pharmacy.phone)
    .bind(pharmacy.zone.name())
    .bind(latitude)
    .bind(longitude)
    .bind(to_json(TABLE, "hours", &pharmacy.hours)?)
    .bind(pharmacy.radius_metres.map(i64::from))
    .execute(tx.conn())
    .await?;
    one_row("pharmacy", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Pharmacy, StoreError> {
    Ok(Pharmacy {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        name: cells.text("name")?,
        address: cells.text("address")?,
        phone: cells.text("phone")?,
        zone: cells.parse("zone")?,
        place: cells.place()?,
        hours: cells.json("hours")?,
        radius_metres: cells.opt_count("radius_metres")?,
    })
}
