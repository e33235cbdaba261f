//! Batches in pharmacies, and the history of each.

use jiff::Timestamp;
use yunzhen_domain::checked::{Batch, Gtin};
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{PharmacyId, StockId};
use yunzhen_domain::records::{Stock, StockEntry, StockMove, Units};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row};
use crate::sql::QueryBuilder;
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "stock";
const MOVES: &str = "stock_moves";

/// One batch.
pub async fn get(db: &mut Db, id: StockId) -> Result<Option<Stock>, StoreError> {
    let row = sqlx::query("SELECT * FROM stock WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// The batch as it is printed on a pack of a pharmacy's drug.
pub async fn find(
    db: &mut Db,
    pharmacy: PharmacyId,
    drug: &DrugId,
    batch: &Batch,
) -> Result<Option<Stock>, StoreError> {
    let row = sqlx::query("SELECT * FROM stock WHERE pharmacy_id = $1 AND drug_id = $2 AND batch = $3")
        .bind(pharmacy.to_string())
        .bind(&drug.0)
        .bind(batch.as_str())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Everything that a pharmacy has or owes a word about, by drug, what expires first before the rest. Batches of which nothing is on the shelf, in quarantine
/// or in an order are history and left out.
pub async fn list(db: &mut Db, pharmacy: PharmacyId, drug: Option<&DrugId>) -> Result<Vec<Stock>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM stock WHERE pharmacy_id = ");
    query.push_bind(pharmacy.to_string()).push(" AND on_hand + underway + quarantined > 0");
    if let Some(drug) = drug {
        query.push(" AND drug_id = ").push_bind(drug.0.clone());
    }
    query.push(" ORDER BY drug_id, expiry, batch");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// How much of each drug a pharmacy took into orders since then, less what came back: batch by batch (`CROSS JOIN` keeps SQLite to that order), because the moves
/// of all pharmacies of four weeks are many more than those of one.
pub async fn used_since(db: &mut Db, pharmacy: PharmacyId, since: Timestamp) -> Result<Vec<(DrugId, i64)>, StoreError> {
    let mut query = QueryBuilder::new("SELECT stock.drug_id AS drug_id, CAST(SUM(CASE WHEN m.kind = $3 THEN m.quantity ELSE -m.quantity END) AS BIGINT) AS used
         FROM stock CROSS JOIN stock_moves m
         WHERE stock.pharmacy_id = $1 AND m.stock_id = stock.id AND m.at >= $2 AND m.kind IN ($3, $4) GROUP BY stock.drug_id");
    query.value(pharmacy.to_string());
    query.value(since.as_millisecond());
    query.value(StockMove::Taken.as_str());
    query.value(StockMove::PutBack.as_str());
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let cells = Cells::new(MOVES, row);
            Ok((DrugId(cells.text("drug_id")?), cells.int("used")?))
        })
        .collect()
}

/// A page of a batch's history.
pub async fn moves(db: &mut Db, id: StockId, paging: Paging) -> Result<Slice<StockEntry>, StoreError> {
    let rows = Walks::over(MOVES, "at").equal("stock_id", Some(id)).fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode_move(&Cells::new(MOVES, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |m| Cursor { at_ms: m.at.as_millisecond(), id: m.id.uuid() }))
}

/// A batch that the pharmacy did not have.
pub async fn insert(tx: &mut Tx, stock: &Stock) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock (id, version, pharmacy_id, drug_id, batch, expiry, gtin, received, corrected, on_hand, underway,
             quarantined, supplied, written_off)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(stock.id.to_string())
    .bind(stock.version)
    .bind(stock.pharmacy_id.to_string())
    .bind(&stock.drug_id.0)
    .bind(stock.batch.as_str())
    .bind(stock.expiry.to_string())
    .bind(stock.gtin.as_ref().map(|gtin| gtin.as_str().to_owned()))
    .bind(stock.units.received)
    .bind(stock.units.corrected)
    .bind(stock.units.on_hand)
    .bind(stock.units.underway)
    .bind(stock.units.quarantined)
    .bind(stock.units.supplied)
    .bind(stock.units.written_off)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed batch, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, stock: &Stock) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE stock SET version = $2, gtin = $3, received = $4, corrected = $5, on_hand = $6, underway = $7, quarantined = $8,
             supplied = $9, written_off = $10
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(stock.id.to_string())
    .bind(stock.version)
    .bind(stock.gtin.as_ref().map(|gtin| gtin.as_str().to_owned()))
    .bind(stock.units.received)
    .bind(stock.units.corrected)
    .bind(stock.units.on_hand)
    .bind(stock.units.underway)
    .bind(stock.units.quarantined)
    .bind(stock.units.supplied)
    .bind(stock.units.written_off)
    .execute(tx.conn())
    .await?;
    one_row("batch", done.rows_affected())
}

/// A line of the history; lines are never changed.
pub async fn insert_move(tx: &mut Tx, entry: &StockEntry) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO stock_moves (id, stock_id, at, kind, quantity, prescription_id, by_staff, reason, comment)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(entry.id.to_string())
    .bind(entry.stock_id.to_string())
    .bind(entry.at.as_millisecond())
    .bind(entry.kind.as_str())
    .bind(i64::from(entry.quantity))
    .bind(entry.prescription_id.map(|id| id.to_string()))
    .bind(entry.by.map(|id| id.to_string()))
    .bind(entry.reason.map(|reason| reason.as_str()))
    .bind(entry.comment.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(crate) fn decode(cells: &Cells<'_>) -> Result<Stock, StoreError> {
    let units = Units {
        received: cells.int("received")?,
        corrected: cells.int("corrected")?,
        on_hand: cells.int("on_hand")?,
        underway: cells.int("underway")?,
        quarantined: cells.int("quarantined")?,
        supplied: cells.int("supplied")?,
        written_off: cells.int("written_off")?,
    };
    Ok(Stock {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        pharmacy_id: cells.parse("pharmacy_id")?,
        drug_id: DrugId(cells.text("drug_id")?),
        batch: cells.checked("batch", Batch::parse)?,
        expiry: cells.parse("expiry")?,
        gtin: match cells.opt_text("gtin")? {
            Some(_) => Some(cells.checked("gtin", Gtin::parse)?),
            None => None,
        },
        units,
    })
}

fn decode_move(cells: &Cells<'_>) -> Result<StockEntry, StoreError> {
    Ok(StockEntry {
        id: cells.parse("id")?,
        stock_id: cells.parse("stock_id")?,
        at: cells.time("at")?,
        kind: cells.parse("kind")?,
        quantity: cells.int("quantity")?,
        prescription_id: cells.opt_parse("prescription_id")?,
        by: cells.opt_parse("by_staff")?,
        reason: cells.opt_parse("reason")?,
        comment: cells.opt_text("comment")?,
    })
}
