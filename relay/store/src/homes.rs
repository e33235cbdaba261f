//! Nursing homes.

use yunzhen_domain::ids::HomeId;
use yunzhen_domain::offers::Place;
use yunzhen_domain::records::Home;
use yunzhen_domain::schedule::Zone;

use crate::row::{Cells, one_row};
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
    let (latitude, longitude) = e6(home.place);
    sqlx::query(
        "INSERT INTO homes (id, version, name, address, phone, zone, latitude_e6, longitude_e6, preferred_pharmacy_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(home.id.to_string())
    .bind(home.version)
    .bind(&home.name)
    .bind(&home.address)
    .bind(&home.phone)
    .bind(home.zone.name())
    .bind(latitude)
    .bind(longitude)
    .bind(home.preferred_pharmacy_id.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The clock of a home.
pub async fn zone(db: &mut Db, id: HomeId) -> Result<Option<Zone>, StoreError> {
    let row =
        sqlx::query("SELECT zone FROM homes WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| Cells::new("homes", &row).parse("zone")).transpose()
}

/// A home as it was changed, on the version before it.
pub async fn update(tx: &mut Tx, home: &Home) -> Result<(), StoreError> {
    let (latitude, longitude) = e6(home.place);
    let done = sqlx::query(
        "UPDATE homes SET version = $2, name = $3, address = $4, phone = $5, zone = $6, latitude_e6 = $7, longitude_e6 = $8,
             preferred_pharmacy_id = $9
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(home.id.to_string())
    .bind(home.version)
    .bind(&home.name)
    .bind(&home.address)
    .bind(&home.phone)
    .bind(home.zone.name())
    .bind(latitude)
    .bind(longitude)
    .bind(home.preferred_pharmacy_id.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("home", done.rows_affected())
}

fn decode(cells: &Cells<'_>) -> Result<Home, StoreError> {
    Ok(Home {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        name: cells.text("name")?,
        address: cells.text("address")?,
        phone: cells.text("phone")?,
        zone: cells.parse("zone")?,
        place: cells.place()?,
        preferred_pharmacy_id: cells.opt_parse("preferred_pharmacy_id")?,
    })
}

/// The two columns of a place.
pub(crate) fn e6(place: Option<Place>) -> (Option<i64>, Option<i64>) {
    place.map(Place::e6).map(|(latitude, longitude)| (latitude.into(), longitude.into())).unzip()
}
