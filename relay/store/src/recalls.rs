//! Batches that were called back, the homes that were given of them, and the orders that took of them.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::checked::Batch;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{HomeId, PrescriptionId, RecallId};
use yunzhen_domain::machines::recall::State;
use yunzhen_domain::records::{Recall, RecallAnswer, RecallEnd, RecallHome, Stock};

use crate::paging::{Cursor, Paging, Slice};
use crate::row::{Cells, one_row};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_LOOK, distinct};
use crate::walks::Walks;
use crate::{Db, StoreError, Tx};

const TABLE: &str = "recalls";
const HOMES: &str = "recall_homes";

/// Which recalls; every given part must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; empty means any.
    pub states: Vec<State>,
    /// Of this product.
    pub drug: Option<DrugId>,
    /// Of this batch.
    pub batch: Option<Batch>,
    /// That this home was given of.
    pub home: Option<HomeId>,
}

/// One of them.
pub async fn get(db: &mut Db, id: RecallId) -> Result<Option<Recall>, StoreError> {
    let row = sqlx::query("SELECT * FROM recalls WHERE id = $1").bind(id.to_string()).fetch_optional(db.conn()).await?;
    row.map(|row| decode(&Cells::new(TABLE, &row))).transpose()
}

/// Those that bar a batch of one of these products.
pub async fn barring(db: &mut Db, drugs: impl IntoIterator<Item = DrugId>) -> Result<Vec<Recall>, StoreError> {
    let mut found = Vec::new();
    for drugs in distinct(drugs).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM recalls WHERE state <> 'withdrawn'");
        query.push_among("drug_id", drugs.iter().map(|drug| drug.0.clone()));
        query.push(" ORDER BY drug_id, batch");
        for row in &query.fetch_all(db).await? {
            found.push(decode(&Cells::new(TABLE, row))?);
        }
    }
    Ok(found)
}

/// A page, by the time they were declared.
pub async fn list(db: &mut Db, filter: &Filter, paging: Paging) -> Result<Slice<Recall>, StoreError> {
    // The indexes end in the list's order behind a state.
    let states = if filter.states.is_empty() { State::ALL } else { &filter.states };
    let mut walks = Walks::over(TABLE, "declared_at")
        .equal("drug_id", filter.drug.as_ref().map(|drug| drug.0.as_str()))
        .equal("batch", filter.batch.as_ref().map(Batch::as_str));
    if let Some(home) = filter.home {
        walks = walks.holds_for(
            "EXISTS (SELECT 1 FROM recall_homes h WHERE h.recall_id = recalls.id AND h.home_id = ",
            home,
            ")",
        );
    }
    let rows = walks.among("state", states.iter().map(|state| state.as_str().to_owned())).fetch(db, paging).await?;
    let items = rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect::<Result<Vec<_>, _>>()?;
    Ok(paging.slice(items, |r| Cursor { at_ms: r.declared_at.as_millisecond(), id: r.id.uuid() }))
}

/// A new one.
pub async fn insert(tx: &mut Tx, r: &Recall) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO recalls (id, version, state, drug_id, batch, level, reason, authority, announced_on, pharmacy_id, declared_by,
             declared_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(r.id.to_string())
    .bind(r.version)
    .bind(r.state.as_str())
    .bind(&r.drug_id.0)
    .bind(r.batch.as_str())
    .bind(r.level.as_str())
    .bind(&r.reason)
    .bind(&r.authority)
    .bind(r.announced_on.to_string())
    .bind(r.pharmacy_id.map(|id| id.to_string()))
    .bind(r.declared_by.to_string())
    .bind(r.declared_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed one, whose version is one above the stored one.
pub async fn update(tx: &mut Tx, r: &Recall) -> Result<(), StoreError> {
    let by = |end: &Option<RecallEnd>| end.as_ref().map(|end| end.by.to_string());
    let at = |end: &Option<RecallEnd>| end.as_ref().map(|end| end.at.as_millisecond());
    let reason = |end: &Option<RecallEnd>| end.as_ref().and_then(|end| end.reason.clone());
    let done = sqlx::query(
        "UPDATE recalls SET version = $2, state = $3, closed_by = $4, closed_at = $5, closed_reason = $6, withdrawn_by = $7,
             withdrawn_at = $8, withdrawn_reason = $9
         WHERE id = $1 AND version = $2 - 1",
    )
    .bind(r.id.to_string())
    .bind(r.version)
    .bind(r.state.as_str())
    .bind(by(&r.closed))
    .bind(at(&r.closed))
    .bind(reason(&r.closed))
    .bind(by(&r.withdrawn))
    .bind(at(&r.withdrawn))
    .bind(reason(&r.withdrawn))
    .execute(tx.conn())
    .await?;
    one_row("recall", done.rows_affected())
}

/// The homes of these recalls, those of each one in a fixed order.
pub async fn homes_of(
    db: &mut Db,
    ids: impl IntoIterator<Item = RecallId>,
) -> Result<HashMap<RecallId, Vec<RecallHome>>, StoreError> {
    let mut found: HashMap<RecallId, Vec<RecallHome>> = HashMap::new();
    for ids in distinct(ids).chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM recall_homes WHERE 1 = 1");
        query.push_among("recall_id", ids.iter().map(ToString::to_string));
        query.push(" ORDER BY recall_id, home_id");
        for row in &query.fetch_all(db).await? {
            let home = decode_home(&Cells::new(HOMES, row))?;
            found.entry(home.recall_id).or_default().push(home);
        }
    }
    Ok(found)
}

/// A home in a recall; none when it was never given of the batch.
pub async fn home(db: &mut Db, id: RecallId, home: HomeId) -> Result<Option<RecallHome>, StoreError> {
    let row = sqlx::query("SELECT * FROM recall_homes WHERE recall_id = $1 AND home_id = $2")
        .bind(id.to_string())
        .bind(home.to_string())
        .fetch_optional(db.conn())
        .await?;
    row.map(|row| decode_home(&Cells::new(HOMES, &row))).transpose()
}

/// A home that is asked for the first time.
pub async fn insert_home(tx: &mut Tx, home: &RecallHome) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO recall_homes (recall_id, home_id, version, state, supplied, asked_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(home.recall_id.to_string())
    .bind(home.home_id.to_string())
    .bind(home.version)
    .bind(home.state.as_str())
    .bind(i64::from(home.supplied))
    .bind(home.asked_at.as_millisecond())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps a changed home, whose version is one above the stored one.
pub async fn update_home(tx: &mut Tx, home: &RecallHome) -> Result<(), StoreError> {
    let answer = home.answer.as_ref();
    let done = sqlx::query(
        "UPDATE recall_homes SET version = $3, state = $4, supplied = $5, asked_at = $6, answered_at = $7, answered_by = $8,
             set_apart = $9, given = $10, note = $11, on_record = $12, counted_again = $13
         WHERE recall_id = $1 AND home_id = $2 AND version = $3 - 1",
    )
    .bind(home.recall_id.to_string())
    .bind(home.home_id.to_string())
    .bind(home.version)
    .bind(home.state.as_str())
    .bind(i64::from(home.supplied))
    .bind(home.asked_at.as_millisecond())
    .bind(answer.map(|answer| answer.at.as_millisecond()))
    .bind(answer.map(|answer| answer.by.to_string()))
    .bind(answer.map(|answer| i64::from(answer.set_apart)))
    .bind(answer.map(|answer| i64::from(answer.given)))
    .bind(answer.and_then(|answer| answer.note.as_ref().map(|note| note.expose().clone())))
    .bind(answer.and_then(|answer| answer.on_record).map(i64::from))
    .bind(i64::from(answer.is_some_and(|answer| answer.counted_again)))
    .execute(tx.conn())
    .await?;
    one_row("home in a recall", done.rows_affected())
}

/// The batch on every pharmacy's shelf.
pub async fn shelves(db: &mut Db, drug: &DrugId, batch: &Batch) -> Result<Vec<Stock>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM stock WHERE drug_id = ");
    query.push_bind(drug.0.clone()).push(" AND batch = ").push_bind(batch.as_str().to_owned());
    query.push(" ORDER BY pharmacy_id");
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| crate::stock::decode(&Cells::new("stock", row))).collect()
}

/// Every order that ever took of the batch, by the history of the shelves: batch by batch (`CROSS JOIN` keeps SQLite to that order).
pub async fn orders(db: &mut Db, drug: &DrugId, batch: &Batch) -> Result<Vec<PrescriptionId>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT DISTINCT m.prescription_id AS prescription_id FROM stock CROSS JOIN stock_moves m WHERE stock.drug_id = ",
    );
    query.push_bind(drug.0.clone()).push(" AND stock.batch = ").push_bind(batch.as_str().to_owned());
    query.push(" AND m.stock_id = stock.id AND m.kind = 'taken' AND m.prescription_id IS NOT NULL");
    let rows = query.fetch_all(db).await?;
    let mut orders = rows
        .iter()
        .map(|row| Cells::new("stock_moves", row).parse("prescription_id"))
        .collect::<Result<Vec<_>, _>>()?;
    orders.sort_unstable();
    Ok(orders)
}

fn decode(cells: &Cells<'_>) -> Result<Recall, StoreError> {
    let end = |by: &'static str, at: &'static str, reason: &'static str| -> Result<Option<RecallEnd>, StoreError> {
        let (by, at, reason) = (cells.opt_parse(by)?, cells.opt_time(at)?, cells.opt_text(reason)?);
        Ok(by.zip(at).map(|(by, at): (_, Timestamp)| RecallEnd { by, at, reason }))
    };
    Ok(Recall {
        id: cells.parse("id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        drug_id: DrugId(cells.text("drug_id")?),
        batch: cells.checked("batch", Batch::parse)?,
        level: cells.parse("level")?,
        reason: cells.text("reason")?,
        authority: cells.text("authority")?,
        announced_on: cells.parse("announced_on")?,
        pharmacy_id: cells.opt_parse("pharmacy_id")?,
        declared_by: cells.parse("declared_by")?,
        declared_at: cells.time("declared_at")?,
        closed: end("closed_by", "closed_at", "closed_reason")?,
        withdrawn: end("withdrawn_by", "withdrawn_at", "withdrawn_reason")?,
    })
}

fn decode_home(cells: &Cells<'_>) -> Result<RecallHome, StoreError> {
    let answer = match (cells.opt_time("answered_at")?, cells.opt_parse("answered_by")?) {
        (Some(at), Some(by)) => Some(RecallAnswer {
            at,
            by,
            set_apart: cells.int("set_apart")?,
            given: cells.int("given")?,
            note: cells.opt_text("note")?.map(Into::into),
            on_record: cells.opt_count("on_record")?,
            counted_again: cells.flag("counted_again")?,
        }),
        _ => None,
    };
    Ok(RecallHome {
        recall_id: cells.parse("recall_id")?,
        home_id: cells.parse("home_id")?,
        version: cells.int("version")?,
        state: cells.parse("state")?,
        supplied: cells.int("supplied")?,
        asked_at: cells.time("asked_at")?,
        answer,
    })
}
