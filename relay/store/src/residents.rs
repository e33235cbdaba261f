//! Residents with their contacts, allergies, conditions and medicines, what their records said before, and which record stands for which.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::early_warning::OxygenScale;
use yunzhen_domain::ids::{HomeId, ResidentId};
use yunzhen_domain::records::{AllergyRecord, Condition, Contact, Medicine, Resident};

use crate::relations::{self, Specialist};
use crate::row::{Cells, one_row, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "residents";
const VERSIONS: &str = "resident_versions";
/// Shorter endings of an identity number are everybody's.
const SHORTEST_SUFFIX: usize = 3;

/// One resident, also one whose record was merged into another.
pub async fn get(db: &mut Db, id: ResidentId) -> Result<Option<Resident>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM residents WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The record that stands for `id`: itself, or the one it was merged into.
pub async fn get_standing(db: &mut Db, id: ResidentId) -> Result<Option<Resident>, StoreError> {
    let Some(found) = get(db, id).await? else { return Ok(None) };
    match found.merged_into {
        Some(survivor) => get(db, survivor).await,
        None => Ok(Some(found)),
    }
}

/// The id of the record that stands for `id`.
pub async fn standing_id(db: &mut Db, id: ResidentId) -> Result<Option<ResidentId>, StoreError> {
    let row = sqlx::query("SELECT COALESCE(merged_into, id) AS id FROM residents WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("id")).transpose()
}

/// Standing records of a home with this bed, by id: one, unless beds were given twice before that was refused.
pub async fn in_bed(db: &mut Db, home: HomeId, bed: &str) -> Result<Vec<Resident>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM residents WHERE home_id = $1 AND bed = $2 AND merged_into IS NULL ORDER BY id")
            .bind(home.to_string())
            .bind(bed)
            .fetch_all(db.conn())
            .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// The ids whose rows belong to the person of a standing record: its own and those merged into it.
pub async fn group(db: &mut Db, standing: ResidentId) -> Result<Vec<ResidentId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM residents WHERE id = $1 OR merged_into = $1 ORDER BY id")
        .bind(standing.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| Cells::new(TABLE, row).parse("id")).collect()
}

/// The record with this identity number, merged or not.
pub async fn by_id_number(db: &mut Db, number: &IdNumber) -> Result<Option<Resident>, StoreError> {
    let row = sqlx::query("SELECT * FROM residents WHERE id_number = $1")
        .bind(number.as_str())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Standing records of people born that day.
pub async fn born_on(db: &mut Db, day: Date) -> Result<Vec<Resident>, StoreError> {
    let rows = sqlx::query("SELECT * FROM residents WHERE birth_date = $1 AND merged_into IS NULL ORDER BY id")
        .bind(day.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Standing records of a home (or all) whose name, pinyin initials or bed contain `q`, or whose identity number ends with it, by home and bed.
pub async fn list(db: &mut Db, home: Option<HomeId>, q: Option<&str>) -> Result<Vec<Resident>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM residents WHERE merged_into IS NULL");
    matching(&mut query, home, q);
    query.push(" ORDER BY home_id, bed, id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn matching(query: &mut QueryBuilder, home: Option<HomeId>, q: Option<&str>) {
    if let Some(home) = home {
        query.push(" AND home_id = ").push_bind(home.to_string());
    }
    if let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) {
        let pattern = contains(q);
        for (before, column) in [(" AND (", "LOWER(name)"), (" OR ", "pinyin"), (" OR ", "LOWER(bed)")] {
            query.push(before).push(column).push(" LIKE ").push_bind(pattern.clone()).push(" ESCAPE '!'");
        }
        if q.len() >= SHORTEST_SUFFIX && q.bytes().all(|b| b.is_ascii_digit() || b.eq_ignore_ascii_case(&b'x')) {
            query.push(" OR id_number LIKE ").push_bind(format!("%{}", q.to_ascii_uppercase()));
        }
        query.push(")");
    }
}

/// Which residents; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this home.
    pub home: Option<HomeId>,
    /// Found by this, as in [`list`].
    pub q: Option<String>,
    /// Tied to this specialist.
    pub tied_to: Option<Specialist>,
}

/// A page of standing records by home and bed, and the record that the next page begins after.
pub async fn page(
    db: &mut Db,
    filter: &Filter,
    after: Option<ResidentId>,
    limit: u32,
) -> Result<(Vec<Resident>, Option<ResidentId>), StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM residents r WHERE merged_into IS NULL");
    if let Some(specialist) = &filter.tied_to {
        relations::push_values(&mut query, specialist);
        query.push(" AND (");
        query.push(relations::any_tie()).push(")");
    }
    matching(&mut query, filter.home, filter.q.as_deref());
    if let Some(after) = after {
        query.push(" AND (home_id, bed, id) > (SELECT home_id, bed, id FROM residents WHERE id = ");
        query.push_bind(after.to_string()).push(")");
    }
    query.push(" ORDER BY home_id, bed, id LIMIT ").push_bind(i64::from(limit) + 1);
    let rows = query.fetch_all(db).await?;
    let mut items: Vec<Resident> =
        rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<_, StoreError>>()?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| last.id);
    Ok((items, next))
}

/// A page of standing records, who was registered last before the rest.
pub async fn history(
    db: &mut Db,
    home: Option<HomeId>,
    before: Option<ResidentId>,
    limit: u32,
) -> Result<Vec<Resident>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM residents WHERE merged_into IS NULL");
    if let Some(home) = home {
        query.push(" AND home_id = ").push_bind(home.to_string());
    }
    if let Some(before) = before {
        query.push(" AND id < ").push_bind(before.to_string());
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// These residents, those of merged records too, by id.
pub async fn get_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, Resident>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM residents WHERE 1 = 1");
        query.push_among("id", ids.iter().map(ToString::to_string));
        for row in &query.fetch_all(db).await? {
            let resident = decode(&Cells::new(TABLE, row))?;
            found.insert(resident.id, resident);
        }
    }
    Ok(found)
}

/// The records that stand for these, by the id that was asked for.
pub async fn get_all_standing(
    db: &mut Db,
    ids: impl IntoIterator<Item = ResidentId>,
) -> Result<HashMap<ResidentId, Resident>, StoreError> {
    let mut found = get_all(db, ids).await?;
    let merged: Vec<_> = found.values().filter_map(|r| Some((r.id, r.merged_into?))).collect();
    let standing = get_all(db, merged.iter().map(|(_, into)| *into)).await?;
    for (id, into) in merged {
        match standing.get(&into) {
            Some(resident) => found.insert(id, resident.clone()),
            None => found.remove(&id),
        };
    }
    Ok(found)
}

/// A LIKE pattern in which nothing of `q` is special.
fn contains(q: &str) -> String {
    let escaped = q.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// A new resident.
pub async fn insert(tx: &mut Tx, resident: &Resident) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO residents (id, version, home_id, name, pinyin, sex, birth_date, bed, id_number, contacts, surrogate, allergies,
             allergies_asked, conditions, medicines, oxygen_scale, photo_url, merged_into)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(resident.id.to_string())
    .bind(resident.version)
    .bind(resident.home_id.to_string())
    .bind(resident.name.expose())
    .bind(&resident.pinyin)
    .bind(resident.sex.as_str())
    .bind(resident.birth_date.to_string())
    .bind(&resident.bed)
    .bind(resident.id_number.as_str())
    .bind(to_json(TABLE, "contacts", &resident.contacts)?)
    .bind(resident.surrogate.as_ref().map(|s| to_json(TABLE, "surrogate", s)).transpose()?)
    .bind(to_json(TABLE, "allergies", &resident.allergies)?)
    .bind(i64::from(resident.allergies_asked))
    .bind(to_json(TABLE, "conditions", &resident.conditions)?)
    .bind(to_json(TABLE, "medicines", &resident.medicines)?)
    .bind(resident.oxygen_scale.as_str())
    .bind(&resident.photo_url)
    .bind(resident.merged_into.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed record, whose version is one above that of `before`, and what it said before.
pub async fn update(
    tx: &mut Tx,
    before: &Resident,
    after: &Resident,
    changed_at: Timestamp,
    changed_by: &str,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE residents SET version = $2, home_id = $3, name = $4, pinyin = $5, sex = $6, birth_date = $7, bed = $8, id_number = $9,
             contacts = $10, surrogate = $11, allergies = $12, allergies_asked = $13, conditions = $14, medicines = $15,
             oxygen_scale = $16, photo_url = $17, merged_into = $18
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(after.id.to_string())
    .bind(after.version)
    .bind(after.home_id.to_string())
    .bind(after.name.expose())
    .bind(&after.pinyin)
    .bind(after.sex.as_str())
    .bind(after.birth_date.to_string())
    .bind(&after.bed)
    .bind(after.id_number.as_str())
    .bind(to_json(TABLE, "contacts", &after.contacts)?)
    .bind(after.surrogate.as_ref().map(|s| to_json(TABLE, "surrogate", s)).transpose()?)
    .bind(to_json(TABLE, "allergies", &after.allergies)?)
    .bind(i64::from(after.allergies_asked))
    .bind(to_json(TABLE, "conditions", &after.conditions)?)
    .bind(to_json(TABLE, "medicines", &after.medicines)?)
    .bind(after.oxygen_scale.as_str())
    .bind(&after.photo_url)
    .bind(after.merged_into.map(|id| id.to_string()))
    .execute(tx.conn())
    .await?;
    one_row("resident", done.rows_affected())?;
    sqlx::query(
        "INSERT INTO resident_versions (resident_id, version, content, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(before.id.to_string())
    .bind(before.version)
    .bind(to_json(VERSIONS, "content", &Content::of(before))?)
    .bind(changed_at.as_millisecond())
    .bind(changed_by)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the record of `now` said at an earlier version.
pub async fn version(db: &mut Db, now: &Resident, version: i64) -> Result<Option<Resident>, StoreError> {
    let row = sqlx::query("SELECT content FROM resident_versions WHERE resident_id = $1 AND version = $2")
        .bind(now.id.to_string())
        .bind(version)
        .fetch_optional(db.conn())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content: Content = Cells::new(VERSIONS, &row).json("content")?;
    content.restore(now, version).map(Some)
}

/// A record as it is kept when it changes. Sex and birth date are those of the identity number.
#[derive(Serialize, Deserialize)]
struct Content {
    home_id: HomeId,
    name: String,
    pinyin: String,
    bed: String,
    id_number: String,
    contacts: Vec<Contact>,
    surrogate: Option<Contact>,
    allergies: Vec<AllergyRecord>,
    allergies_asked: bool,
    conditions: Vec<Condition>,
    medicines: Vec<Medicine>,
    oxygen_scale: OxygenScale,
    merged_into: Option<ResidentId>,
}

impl Content {
    fn of(r: &Resident) -> Self {
        Self {
            home_id: r.home_id,
            name: r.name.expose().clone(),
            pinyin: r.pinyin.clone(),
            bed: r.bed.clone(),
            id_number: r.id_number.as_str().to_owned(),
            contacts: r.contacts.clone(),
            surrogate: r.surrogate.clone(),
            allergies: r.allergies.clone(),
            allergies_asked: r.allergies_asked,
            conditions: r.conditions.clone(),
            medicines: r.medicines.clone(),
            oxygen_scale: r.oxygen_scale,
            merged_into: r.merged_into,
        }
    }

    fn restore(self, now: &Resident, version: i64) -> Result<Resident, StoreError> {
        let corrupt = |_| StoreError::Corrupt {
            table: VERSIONS,
            column: "content",
            reason: "the identity number is not a legal value".to_owned(),
        };
        let id_number = IdNumber::parse(&self.id_number).map_err(corrupt)?;
        Ok(Resident {
            id: now.id,
            version,
            home_id: self.home_id,
            name: self.name.into(),
            pinyin: self.pinyin,
            sex: id_number.sex(),
            birth_date: id_number.birth_date(),
            bed: self.bed,
            id_number,
            contacts: self.contacts,
            surrogate: self.surrogate,
            allergies: self.allergies,
            allergies_asked: self.allergies_asked,
            conditions: self.conditions,
            medicines: self.medicines,
            oxygen_scale: self.oxygen_scale,
            photo_url: now.photo_url.clone(),
            merged_into: self.merged_into,
        })
    }
}

fn decode(cells: &Cells<'_>) -> Result<Resident, StoreError> {
    Ok(Resident {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        home_id: cells.parse("home_id")?,
        name: cells.text("name")?.into(),
        pinyin: cells.text("pinyin")?,
        sex: cells.parse("sex")?,
        birth_date: cells.parse("birth_date")?,
        bed: cells.text("bed")?,
        id_number: cells.checked("id_number", IdNumber::parse)?,
        contacts: cells.json("contacts")?,
        surrogate: cells.opt_json("surrogate")?,
        allergies: cells.json("allergies")?,
        allergies_asked: cells.flag("allergies_asked")?,
        conditions: cells.json("conditions")?,
        medicines: cells.json("medicines")?,
        oxygen_scale: cells.parse("oxygen_scale")?,
        photo_url: cells.opt_text("photo_url")?,
        merged_into: cells.opt_parse("merged_into")?,
    })
}
