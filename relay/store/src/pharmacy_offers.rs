//! To whom a prescription is offered: the list of one, and what lists of many show of a pharmacy's own place in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{PharmacyId, PrescriptionId};
use yunzhen_domain::offers::{Offer, Offered};

use crate::row::{Cells, to_json};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_INSERT, ROWS_OF_ONE_LOOK, distinct};
use crate::{Db, StoreError, Tx, prescriptions};

const TABLE: &str = "pharmacy_offers";

/// Of one prescription, in their order.
pub async fn of_prescription(db: &mut Db, id: PrescriptionId) -> Result<Vec<Offer>, StoreError> {
    let rows = sqlx::query("SELECT * FROM pharmacy_offers WHERE prescription_id = $1 ORDER BY place, pharmacy_id")
        .bind(id.to_string())
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Of these prescriptions, those of each in their order.
pub async fn of_prescriptions(
    db: &mut Db,
    ids: impl IntoIterator<Item = PrescriptionId>,
) -> Result<HashMap<PrescriptionId, Vec<Offer>>, StoreError> {
    let mut all: HashMap<PrescriptionId, Vec<Offer>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM pharmacy_offers WHERE 1 = 1");
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY prescription_id, place, pharmacy_id");
        for row in &query.fetch_all(db).await? {
            let cells = Cells::new(TABLE, row);
            all.entry(cells.parse("prescription_id")?).or_default().push(decode(&cells)?);
        }
    }
    Ok(all)
}

/// The open ones of a pharmacy among these prescriptions.
pub async fn of_pharmacy(
    db: &mut Db,
    pharmacy: PharmacyId,
    among: &[PrescriptionId],
) -> Result<HashMap<PrescriptionId, Offer>, StoreError> {
    let mut all = HashMap::new();
    for ids in among.chunks(ROWS_OF_ONE_INSERT) {
        let mut query =
            QueryBuilder::new("SELECT * FROM pharmacy_offers WHERE offered_at IS NOT NULL AND pharmacy_id = ");
        query.push_bind(pharmacy.to_string());
        query.push_among("prescription_id", ids.iter().map(ToString::to_string));
        for row in &query.build().fetch_all(db.conn()).await? {
            let cells = Cells::new(TABLE, row);
            all.insert(cells.parse("prescription_id")?, decode(&cells)?);
        }
    }
    Ok(all)
}

/// The list of a prescription that comes into the pool, in place of the one it had, and to whom it is offered by it.
pub async fn replace(tx: &mut Tx, id: PrescriptionId, offers: &[Offer], offered: &Offered) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pharmacy_offers WHERE prescription_id = $1")
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    for offers in offers.chunks(ROWS_OF_ONE_INSERT) {
        let mut query = QueryBuilder::new(
            "INSERT INTO pharmacy_offers (prescription_id, pharmacy_id, place, reasons, metres, opens_at, offered_at) VALUES ",
        );
        for (number, offer) in offers.iter().enumerate() {
            query.push(if number == 0 { "(" } else { ", (" });
            query
                .separated(", ")
                .push_bind(id.to_string())
                .push_bind(offer.pharmacy_id.to_string())
                .push_bind(i64::from(offer.rank))
                .push_bind(to_json(TABLE, "reasons", &offer.reasons)?)
                .push_bind(offer.metres.map(i64::from))
                .push_bind(offer.opens_at.map(Timestamp::as_millisecond))
                .push_bind(offer.offered_at.map(Timestamp::as_millisecond));
            query.push(")");
        }
        query.build().execute(tx.conn()).await?;
    }
    prescriptions::set_offered(tx, id, offered).await
}

/// How much of each of these drugs every pharmacy that keeps stock has, of batches that are good after `day`.
pub async fn on_hand(
    db: &mut Db,
    drugs: &BTreeSet<DrugId>,
    day: Date,
) -> Result<HashMap<PharmacyId, BTreeMap<DrugId, u64>>, StoreError> {
    let mut shelves = HashMap::new();
    for row in &sqlx::query("SELECT DISTINCT pharmacy_id FROM stock").fetch_all(db.conn()).await? {
        shelves.insert(Cells::new("stock", row).parse("pharmacy_id")?, BTreeMap::new());
    }
    let mut query = QueryBuilder::new(
        "SELECT pharmacy_id, drug_id, CAST(SUM(on_hand) AS BIGINT) AS on_hand FROM stock WHERE on_hand > 0 AND expiry > ",
    );
    query.push_bind(day.to_string());
    query.push_among("drug_id", drugs.iter().map(|drug| drug.0.clone()));
    query.push(" GROUP BY pharmacy_id, drug_id");
    for row in &query.build().fetch_all(db.conn()).await? {
        let cells = Cells::new("stock", row);
        let shelf: &mut BTreeMap<DrugId, u64> = shelves.entry(cells.parse("pharmacy_id")?).or_default();
        shelf.insert(DrugId(cells.text("drug_id")?), cells.int("on_hand")?);
    }
    Ok(shelves)
}

fn decode(cells: &Cells<'_>) -> Result<Offer, StoreError> {
    Ok(Offer {
        pharmacy_id: cells.parse("pharmacy_id")?,
        rank: cells.int("place")?,
        reasons: cells.json("reasons")?,
        metres: cells.opt_count("metres")?,
        opens_at: cells.opt_time("opens_at")?,
        offered_at: cells.opt_time("offered_at")?,
    })
}
