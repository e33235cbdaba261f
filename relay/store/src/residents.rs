//! Residents with their contacts, allergies, conditions and medicines.

use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::ids::{HomeId, ResidentId};
use yunzhen_domain::records::Resident;

use crate::row::{Cells, to_json};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "residents";

/// One resident.
pub async fn get(db: &mut Db, id: ResidentId) -> Result<Option<Resident>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM residents WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Residents of a home (or all) whose name, pinyin initials or bed contain `q`, by home and bed.
pub async fn list(db: &mut Db, home: Option<HomeId>, q: Option<&str>) -> Result<Vec<Resident>, StoreError> {
    let pattern = q.map(str::trim).filter(|q| !q.is_empty()).map(contains);
    let rows = sqlx::query(
        "SELECT * FROM residents
         WHERE ($1 IS NULL OR home_id = $1)
           AND ($2 IS NULL OR name LIKE $2 ESCAPE '!' OR pinyin LIKE $2 ESCAPE '!' OR bed LIKE $2 ESCAPE '!')
         ORDER BY home_id, bed, id",
    )
    .bind(home.map(|id| id.to_string()))
    .bind(pattern)
    .fetch_all(db.conn())
    .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// A LIKE pattern in which nothing of `q` is special.
fn contains(q: &str) -> String {
    let escaped = q.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// A new resident.
pub async fn insert(tx: &mut Tx, resident: &Resident) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO residents (id, home_id, name, pinyin, sex, birth_date, bed, id_number, contacts, allergies, allergies_asked, conditions, medicines, photo_url)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(resident.id.to_string())
    .bind(resident.home_id.to_string())
    .bind(resident.name.expose())
    .bind(&resident.pinyin)
    .bind(resident.sex.as_str())
    .bind(resident.birth_date.to_string())
    .bind(&resident.bed)
    .bind(resident.id_number.as_str())
    .bind(to_json(TABLE, "contacts", &resident.contacts)?)
    .bind(to_json(TABLE, "allergies", &resident.allergies)?)
    .bind(i64::from(resident.allergies_asked))
    .bind(to_json(TABLE, "conditions", &resident.conditions)?)
    .bind(to_json(TABLE, "medicines", &resident.medicines)?)
    .bind(&resident.photo_url)
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Resident, StoreError> {
    Ok(Resident {
        id: cells.parse("id")?,
        home_id: cells.parse("home_id")?,
        name: cells.text("name")?.into(),
        pinyin: cells.text("pinyin")?,
        sex: cells.parse("sex")?,
        birth_date: cells.parse("birth_date")?,
        bed: cells.text("bed")?,
        id_number: cells.checked("id_number", IdNumber::parse)?,
        contacts: cells.json("contacts")?,
        allergies: cells.json("allergies")?,
        allergies_asked: cells.flag("allergies_asked")?,
        conditions: cells.json("conditions")?,
        medicines: cells.json("medicines")?,
        photo_url: cells.opt_text("photo_url")?,
    })
}
