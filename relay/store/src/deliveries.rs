//! Deliveries.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::Sensitive;
use yunzhen_domain::checked::ParcelCode;
use yunzhen_domain::ids::{CourierRunId, DeliveryId, HomeId, PharmacyId, PrescriptionId, ResidentId};
use yunzhen_domain::machines::delivery::State;
use yunzhen_domain::parcel_label::LabelKey;
use yunzhen_domain::records::{Attempt, Delivery};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, hex, one_row, taken_apart, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "deliveries";

/// Which deliveries; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// To this home.
    pub home: Option<HomeId>,
    /// From this pharmacy.
    pub pharmacy: Option<PharmacyId>,
    /// Of this courier's run.
    pub run: Option<CourierRunId>,
    /// For one of these residents; empty means any.
    pub residents: Vec<ResidentId>,
}

/// One delivery.
pub async fn get(db: &mut Db, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM deliveries WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Of which courier's run a delivery is.
pub async fn run_of(db: &mut Db, id: DeliveryId) -> Result<Option<CourierRunId>, StoreError> {
    let row = sqlx::query("SELECT run_id FROM deliveries WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("run_id")).transpose()
}

/// Of which prescription a delivery is.
pub async fn prescription_of(db: &mut Db, id: DeliveryId) -> Result<Option<PrescriptionId>, StoreError> {
    let row = sqlx::query("SELECT prescription_id FROM deliveries WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| Cells::new(TABLE, &row).parse("prescription_id")).transpose()
}

/// Deliveries of one prescription, oldest first: more than one after a return.
pub async fn by_prescription(db: &mut Db, prescription: PrescriptionId) -> Result<Vec<Delivery>, StoreError> {
    let rows = sqlx::query("SELECT * FROM deliveries WHERE prescription_id = $1 ORDER BY created_at, id")
        .bind(prescription.to_string())
        .fetch_all(db.conn())
        .await?;
    taken_apart(TABLE, &rows, decode).await
}

/// These deliveries, by id.
pub async fn get_all(
    db: &mut Db,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<HashMap<DeliveryId, Delivery>, StoreError> {
    let mut found = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM deliveries WHERE 1 = 1");
        query.push_among("id", ids.iter().map(ToString::to_string));
        for delivery in taken_apart(TABLE, &query.fetch_all(db).await?, decode).await? {
            found.insert(delivery.id, delivery);
        }
    }
    Ok(found)
}

/// Deliveries of these prescriptions, those of each one oldest first.
pub async fn by_prescriptions(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Vec<Delivery>>, StoreError> {
    let mut found: HashMap<PrescriptionId, Vec<Delivery>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM deliveries WHERE 1 = 1");
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY prescription_id, created_at, id");
        for delivery in taken_apart(TABLE, &query.fetch_all(db).await?, decode).await? {
            found.entry(delivery.prescription_id).or_default().push(delivery);
        }
    }
    Ok(found)
}

/// A page, by the time they were made.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Delivery>, StoreError> {
    let rows = Walks::over(TABLE, "created_at")
        .equal("home_id", filter.home)
        .equal("pharmacy_id", filter.pharmacy)
        .equal("run_id", filter.run)
        .among("resident_id", filter.residents.iter().map(ToString::to_string))
        .among("state", filter.states.iter().map(|state| state.as_str().to_owned()))
        .fetch(db, paging)
        .await?;
    let items = taken_apart(TABLE, &rows, decode).await?;
    Ok(paging.slice(items, |d| Cursor { at_ms: d.created_at.as_millisecond(), id: d.id.uuid() }))
}

/// A new delivery.
pub async fn insert(tx: &mut Tx, delivery: &Delivery) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO deliveries (id, version, state, prescription_id, resident_id, home_id, pharmacy_id, parcel_code, cold_chain, packs,
             courier_name, courier_phone, courier_token_sha256, courier_pin_hash, attempts, counts, comment, created_at,
             ended_at, timeline, quarantine, run_id, label_key, code_hash, wrong_codes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.version)
    .bind(delivery.state.as_str())
    .bind(delivery.prescription_id.to_string())
    .bind(delivery.resident_id.to_string())
    .bind(delivery.home_id.to_string())
    .bind(delivery.pharmacy_id.to_string())
    .bind(delivery.parcel_code.as_str())
    .bind(i64::from(delivery.cold_chain))
    .bind(to_json(TABLE, "packs", &delivery.packs)?)
    .bind(&delivery.courier_name)
    .bind(&delivery.courier_phone)
    // Where the secrets of a courier's link once were; they are the run's.
    .bind(delivery.id.to_string())
    .bind("")
    .bind(to_json(TABLE, "attempts", &delivery.attempts)?)
    .bind(to_json(TABLE, "counts", &delivery.counts)?)
    .bind(delivery.comment.as_ref().map(|text| text.expose().clone()))
    .bind(delivery.created_at.as_millisecond())
    .bind(delivery.ended_at.map(Timestamp::as_millisecond))
    .bind(to_json(TABLE, "timeline", &delivery.timeline)?)
    .bind(delivery.quarantine.map(|reason| reason.as_str()))
    .bind(delivery.run_id.to_string())
    .bind(delivery.label_key.map(|key| hex(&key.0)))
    .bind(delivery.code_hash.as_ref().map(|hash| hash.expose().clone()))
    .bind(i64::from(delivery.wrong_codes))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed delivery, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, delivery: &Delivery) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE deliveries SET version = $2, state = $3, courier_name = $4, courier_phone = $5, attempts = $6, counts = $7, comment = $8,
             ended_at = $9, timeline = $10, quarantine = $11, wrong_codes = $12
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(delivery.id.to_string())
    .bind(delivery.version)
    .bind(delivery.state.as_str())
    .bind(&delivery.courier_name)
    .bind(&delivery.courier_phone)
    .bind(to_json(TABLE, "attempts", &delivery.attempts)?)
    .bind(to_json(TABLE, "counts", &delivery.counts)?)
    .bind(delivery.comment.as_ref().map(|text| text.expose().clone()))
    .bind(delivery.ended_at.map(Timestamp::as_millisecond))
    .bind(to_json(TABLE, "timeline", &delivery.timeline)?)
    .bind(delivery.quarantine.map(|reason| reason.as_str()))
    .bind(i64::from(delivery.wrong_codes))
    .execute(tx.conn())
    .await?;
    one_row("delivery", done.rows_affected())
}

/// Counts a wrong code. The version stays: what people see of the parcel has not changed.
pub async fn count_wrong_code(tx: &mut Tx, id: DeliveryId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE deliveries SET wrong_codes = wrong_codes + 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    one_row("delivery", done.rows_affected())
}

/// Keeps by what a box checks the code, unless it has something by now.
pub async fn keep_code_hash(tx: &mut Tx, id: DeliveryId, hash: &Sensitive<String>) -> Result<(), StoreError> {
    sqlx::query("UPDATE deliveries SET code_hash = $2 WHERE id = $1 AND code_hash IS NULL")
        .bind(id.to_string())
        .bind(hash.expose().clone())
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn decode(cells: &Cells<'_>) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        prescription_id: cells.parse("prescription_id")?,
        resident_id: cells.parse("resident_id")?,
        home_id: cells.parse("home_id")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        parcel_code: cells.checked("parcel_code", ParcelCode::parse)?,
        cold_chain: cells.flag("cold_chain")?,
        packs: cells.json("packs")?,
        courier_name: cells.text("courier_name")?,
        courier_phone: cells.text("courier_phone")?,
        run_id: cells.parse("run_id")?,
        label_key: cells.opt_digest("label_key")?.map(LabelKey),
        code_hash: cells.opt_text("code_hash")?.map(Into::into),
        wrong_codes: cells.int("wrong_codes")?,
        quarantine: cells.opt_parse("quarantine")?,
        attempts: cells.json::<Vec<Attempt>>("attempts")?.into_iter().map(Attempt::coded).collect(),
        counts: cells.json("counts")?,
        comment: cells.opt_text("comment")?.map(Into::into),
        created_at: cells.time("created_at")?,
        ended_at: cells.opt_time("ended_at")?,
        timeline: cells.json("timeline")?,
    })
}
