//! The audit log: facts chained by hash, without gaps, also the source of the live views.

use jiff::Timestamp;
use yunzhen_domain::ActorRef;
use yunzhen_domain::audit::{AuditFact, AuditRow, Purpose, first_break, link};

use crate::row::{Cells, hex};
use crate::{Db, StoreError, Tx};

const TABLE: &str = "audit";
const CHUNK: u32 = 1000;

/// Appends `facts` in order; called by [`Tx::commit`] only.
pub(crate) async fn append(tx: &mut Tx, facts: Vec<AuditFact>) -> Result<i64, StoreError> {
    let mut last = last(tx).await?;
    for mut fact in facts {
        // The hash covers what is stored, and times are stored in milliseconds.
        fact.at = Timestamp::from_millisecond(fact.at.as_millisecond()).unwrap_or(fact.at);
        let row = link(last, fact);
        sqlx::query(
            "INSERT INTO audit (seq, at, actor_role, actor_id, kind, entity_id, home_id, pharmacy_id, purpose, previous, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(row.seq)
        .bind(row.fact.at.as_millisecond())
        .bind(row.fact.actor.role.as_str())
        .bind(row.fact.actor.id.map(|id| id.to_string()))
        .bind(row.fact.kind.as_str())
        .bind(row.fact.entity_id.to_string())
        .bind(row.fact.home_id.map(|id| id.to_string()))
        .bind(row.fact.pharmacy_id.map(|id| id.to_string()))
        .bind(row.fact.purpose.map(Purpose::as_str))
        .bind(hex(&row.previous))
        .bind(hex(&row.hash))
        .execute(tx.conn())
        .await?;
        last = Some((row.seq, row.hash));
    }
    Ok(last.map_or(0, |(seq, _)| seq))
}

/// Sequence number and hash of the newest row.
pub async fn last(db: &mut Db) -> Result<Option<(i64, [u8; 32])>, StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(db.conn()).await?;
    row.map(|row| {
        let cells = Cells::new(TABLE, &row);
        Ok((cells.int("seq")?, cells.digest("hash")?))
    })
    .transpose()
}

/// Rows after `seq`, oldest first.
pub async fn after(db: &mut Db, seq: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    let rows = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seq)
        .bind(i64::from(limit))
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Rows before `seq` (or the newest), newest first.
pub async fn before(db: &mut Db, seq: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    let rows = sqlx::query("SELECT * FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
        .bind(seq.unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(db.conn())
        .await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Reads the whole log and recomputes every hash. Returns the number of rows, or [`StoreError::ChainBroken`] with the first row that was changed.
pub async fn verify(db: &mut Db) -> Result<i64, StoreError> {
    let mut last: Option<AuditRow> = None;
    loop {
        let seq = last.as_ref().map_or(0, |row| row.seq);
        let mut rows = after(db, seq, CHUNK).await?;
        if rows.is_empty() {
            return Ok(seq);
        }
        if last.is_none() && rows[0].seq != 1 {
            return Err(StoreError::ChainBroken { seq: rows[0].seq });
        }
        // The row before the chunk carries the chain over.
        if let Some(seq) = first_break(last.iter().chain(&rows)) {
            return Err(StoreError::ChainBroken { seq });
        }
        last = rows.pop();
    }
}

fn decode(cells: &Cells<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        seq: cells.int("seq")?,
        fact: AuditFact {
            at: cells.time("at")?,
            actor: ActorRef { role: cells.parse("actor_role")?, id: cells.opt_parse("actor_id")? },
            kind: cells.parse("kind")?,
            entity_id: cells.parse("entity_id")?,
            home_id: cells.opt_parse("home_id")?,
            pharmacy_id: cells.opt_parse("pharmacy_id")?,
            purpose: cells.opt_parse("purpose")?,
        },
        previous: cells.digest("previous")?,
        hash: cells.digest("hash")?,
    })
}
