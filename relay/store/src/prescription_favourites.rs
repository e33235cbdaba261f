//! What specialists keep under a name to prescribe again.

use yunzhen_domain::ids::{FavouriteId, StaffId};
use yunzhen_domain::records::Favourite;

use crate::row::{Cells, one_row, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "prescription_favourites";

/// One of them.
pub async fn get(db: &mut Db, id: FavouriteId) -> Result<Option<Favourite>, StoreError> {
    let row = sqlx::query("SELECT * FROM prescription_favourites WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// All of one specialist, by name.
pub async fn list(db: &mut Db, specialist: StaffId) -> Result<Vec<Favourite>, StoreError> {
    let rows = sqlx::query("SELECT * FROM prescription_favourites WHERE specialist_id = $1 ORDER BY name, id")
        .bind(specialist.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A new one.
pub async fn insert(tx: &mut Tx, favourite: &Favourite) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO prescription_favourites (id, specialist_id, name, diagnosis_code, supply, items, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(favourite.id.to_string())
    .bind(favourite.specialist_id.to_string())
    .bind(&favourite.name)
    .bind(favourite.diagnosis_code.as_deref())
    .bind(favourite.supply.map(|supply| supply.as_str()))
    .bind(to_json(TABLE, "items", &favourite.items)?)
    .bind(favourite.created_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// It is kept no more.
pub async fn delete(tx: &mut Tx, id: FavouriteId) -> Result<(), StoreError> {
    let done = sqlx::query("DELETE FROM prescription_favourites WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    one_row("favourite", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Favourite, StoreError> {
    Ok(Favourite {
        id: cells.parse("id")?,
        specialist_id: cells.parse("specialist_id")?,
        name: cells.text("name")?,
        diagnosis_code: cells.opt_text("diagnosis_code")?,
        supply: cells.opt_parse("supply")?,
        items: cells.json("items")?,
        created_at: cells.time("created_at")?,
    })
}
