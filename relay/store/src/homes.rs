//! Nursing homes.

use yunzhen_domain::ids::HomeId;
use yunzhen_domain::records::Home;

use crate::row::Cells;
use crate::{Db, StoreError, Tx};

/// One home.
pub async fn get(db: &mut Db, id: HomeId) -> Result<Option<Home>, StoreError> {
    let row = sqlx::query("SELECT * FROM homes WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new("homes", &row))).transpose()
}

/// Every home, by name.
pub async fn list(db: &mut Db) -> Result<Vec<Home>, StoreError> {
    let rows = sqlx::query("SELECT * FROM homes ORDER BY name").fetch_all(db.conn()).await?;
    rows.iter().map(|row| decode(&Cells::new("homes", row))).collect()
}

/// A new home.
pub async fn insert(tx: &mut Tx, home: &Home) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO homes (id, name, address, phone) VALUES ($1, $2, $3, $4)")
        .bind(home.id.to_string())
        .bind(&home.name)
        .bind(&home.address)
        .bind(&home.phone)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Home, StoreError> {
    Ok(Home {
        id: cells.parse("id")?,
        name: cells.text("name")?,
        address: cells.text("address")?,
        phone: cells.text("phone")?,
    })
}
