//! Pharmacies.

use yunzhen_domain::ids::PharmacyId;
use yunzhen_domain::records::Pharmacy;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

/// One pharmacy.
pub async fn get(db: &mut Db, id: PharmacyId) -> Result<Option<Pharmacy>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM pharmacies WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new("pharmacies", &row))).transpose()
}

/// Every pharmacy, by name.
pub async fn list(db: &mut Db) -> Result<Vec<Pharmacy>, StoreError> {
    let rows = sqlx::query("SELECT * FROM pharmacies ORDER BY name").fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new("pharmacies", row))).collect()
}

/// A new pharmacy.
pub async fn insert(tx: &mut Tx, pharmacy: &Pharmacy) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO pharmacies (id, name, address, phone) VALUES ($1, $2, $3, $4)")
        .bind(pharmacy.id.to_string())
        .bind(&pharmacy.name)
        .bind(&pharmacy.address)
        .bind(&pharmacy.phone)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Pharmacy, StoreError> {
    Ok(Pharmacy {
        id: cells.parse("id")?,
        name: cells.text("name")?,
        address: cells.text("address")?,
        phone: cells.text("phone")?,
    })
}
