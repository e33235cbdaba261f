//! The audit log: facts chained by hash, without gaps, also the source of the live views.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;
use uuid::Uuid;
use yunzhen_domain::ActorRef;
use yunzhen_domain::audit::{AuditFact, AuditRow, EventKind, GENESIS, Purpose, first_break, link};
use yunzhen_domain::ids::PharmacyId;

use crate::backend::Backend;
use crate::row::{Cells, from_hex, hex};
use crate::sql::{QueryBuilder, ROWS_OF_ONE_INSERT, ROWS_OF_ONE_LOOK};
use crate::writer::Lent;
use crate::{Db, StoreError};

const TABLE: &str = "audit";
/// Clocks of relays are not further apart than this.
const APART_MS: i64 = 3_600_000;
/// Rows that are checked at once.
const CHUNK: u32 = 1000;

/// Where the chain ends. Kept in a row of its own, so that a writer can lock it, and so that a tail that was cut off is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Sequence number of the newest row, 0 when there is none.
    pub seq: i64,
    /// Its hash, or [`GENESIS`].
    pub hash: [u8; 32],
}

impl Head {
    const fn link(self) -> (i64, [u8; 32]) {
        (self.seq, self.hash)
    }
}

/// `seq:hash`, as an operator keeps it outside the database.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex(&self.hash))
    }
}

/// A kept head that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is written as <number>:<64 hexadecimal digits>, as `relay audit verify` prints it")]
pub struct HeadError;

impl FromStr for Head {
    type Err = HeadError;
    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (seq, hash) = text.trim().split_once(':').ok_or(HeadError)?;
        Ok(Self { seq: seq.parse().map_err(|_| HeadError)?, hash: from_hex(hash).ok_or(HeadError)? })
    }
}

const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE id = 1";

/// Begins the write transaction and locks the head: writers of all relays follow one another.
pub(crate) async fn begin_at_head(db: &mut Db, backend: Backend) -> Result<Head, StoreError> {
    let text = format!("{}; {HEAD}{}", backend.begin_write(), backend.for_update());
    // All rows of both statements: asked for one, the driver answers with what the first statement gave.
    let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(db.conn()).await?;
    decode_head(rows.first())
}

/// The head as this transaction sees it.
pub async fn head(db: &mut Db) -> Result<Head, StoreError> {
    let row = sqlx::query(HEAD).fetch_optional(db.conn()).await?;
    decode_head(row.as_ref())
}

fn decode_head(row: Option<&AnyRow>) -> Result<Head, StoreError> {
    let missing = || StoreError::Corrupt { table: "audit_head", column: "id", reason: "the row is missing".into() };
    let cells = Cells::new("audit_head", row.ok_or_else(missing)?);
    Ok(Head { seq: cells.int("seq")?, hash: cells.digest("hash")? })
}

/// Keeps the head of a group that is about to be committed; returns how many rows that were.
pub(crate) async fn keep_head(db: &mut Db, head: Head) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1")
        .bind(head.seq)
        .bind(hex(&head.hash))
        .execute(db.conn())
        .await?;
    Ok(done.rows_affected())
}

/// Appends `facts` in order behind the head of the turn; called by [`crate::Tx::commit`] only.
pub(crate) async fn append(lent: &mut Lent, facts: Vec<AuditFact>) -> Result<Head, StoreError> {
    let mut head = lent.head;
    let rows: Vec<AuditRow> = facts
        .into_iter()
        .map(|mut fact| {
            // The hash covers what is stored, and times are stored in milliseconds.
            fact.at = Timestamp::from_millisecond(fact.at.as_millisecond()).unwrap_or(fact.at);
            let row = link(Some(head.link()), fact);
            head = Head { seq: row.seq, hash: row.hash };
            row
        })
        .collect();
    for rows in rows.chunks(ROWS_OF_ONE_INSERT) {
        let mut query = QueryBuilder::new(
            "INSERT INTO audit (seq, at, actor_role, actor_id, kind, entity_id, home_id, pharmacy_id, purpose, sha256, previous, hash) VALUES ",
        );
        for (index, row) in rows.iter().enumerate() {
            query.push(if index == 0 { "(" } else { "), (" });
            let mut list = query.separated(", ");
            list.push_bind(row.seq);
            list.push_bind(row.fact.at.as_millisecond());
            list.push_bind(row.fact.actor.role.as_str());
            list.push_bind(row.fact.actor.id.map(|id| id.to_string()));
            list.push_bind(row.fact.kind.as_str());
            list.push_bind(row.fact.entity_id.to_string());
            list.push_bind(row.fact.home_id.map(|id| id.to_string()));
            list.push_bind(row.fact.pharmacy_id.map(|id| id.to_string()));
            list.push_bind(row.fact.purpose.map(Purpose::as_str));
            list.push_bind(row.fact.sha256.clone());
            list.push_bind(hex(&row.previous));
            list.push_bind(hex(&row.hash));
        }
        query.push(")");
        query.build().execute(lent.db.conn()).await?;
    }
    lent.head = head;
    Ok(head)
}

/// Rows after `seq`, oldest first.
pub async fn after(db: &mut Db, seq: i64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
    query.value(seq);
    query.value(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Rows after `seq` up to `until` of these kinds that name this pharmacy, or none, or are of the kind `of_others`: oldest first.
pub async fn of_pharmacy(
    db: &mut Db,
    pharmacy: PharmacyId,
    kinds: &[EventKind],
    of_others: EventKind,
    (seq, until): (i64, i64),
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM audit WHERE seq > ");
    query.push_bind(seq).push(" AND seq <= ").push_bind(until);
    query.push(" AND (pharmacy_id = ").push_bind(pharmacy.to_string());
    query.push(" OR pharmacy_id IS NULL OR kind = ").push_bind(of_others.as_str()).push(") AND kind IN (");
    let mut list = query.separated(", ");
    for kind in kinds {
        list.push_bind(kind.as_str());
    }
    query.push(") ORDER BY seq LIMIT ").push_bind(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// Rows after `seq` of these kinds about one record, oldest first.
pub async fn about(
    db: &mut Db,
    entity_id: Uuid,
    kinds: &[EventKind],
    seq: i64,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut query = QueryBuilder::new("SELECT * FROM audit WHERE entity_id = ");
    query.push_bind(entity_id.to_string()).push(" AND seq > ").push_bind(seq).push(" AND kind IN (");
    let mut list = query.separated(", ");
    for kind in kinds {
        list.push_bind(kind.as_str());
    }
    query.push(") ORDER BY seq LIMIT ").push_bind(i64::from(limit));
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

/// The purpose of use that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsedFor {
    /// Treatment, which is meant where a row says nothing.
    Treatment,
    /// Another.
    Other(Purpose),
}

/// What of the log is asked for; an empty filter is all of it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Facts of these kinds; of any where this is nothing.
    pub kinds: Option<Vec<EventKind>>,
    /// About this record.
    pub entity_id: Option<Uuid>,
    /// Done by the person, box or link of this id.
    pub actor_id: Option<Uuid>,
    /// With this purpose of use.
    pub purpose: Option<UsedFor>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// Something else than the kind leads along an index of its own.
    const fn leads(&self) -> bool {
        self.entity_id.is_some() || self.actor_id.is_some() || matches!(self.purpose, Some(UsedFor::Other(_)))
    }
}

/// Rows before `seq` (or the newest) that pass the filter, newest first.
pub async fn before(db: &mut Db, filter: &Filter, seq: Option<i64>, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
    let end = seq.unwrap_or(i64::MAX);
    let mut query = QueryBuilder::new("SELECT * FROM audit WHERE seq < ");
    query.push_bind(end);
    if let Some(kinds) = &filter.kinds {
        match kinds[..] {
            [] => return Ok(Vec::new()),
            [kind] => {
                query.push(" AND kind = ").push_bind(kind.as_str());
            }
            // Most kinds: the log itself is walked, and what is left out is passed over.
            _ if kinds.len() * 2 > EventKind::ALL.len() => {
                let others = EventKind::ALL.iter().filter(|kind| !kinds.contains(kind));
                not_among(&mut query, others.map(|kind| kind.as_str()));
            }
            // What cannot be searched by an index: the walk stays along the other one.
            _ if filter.leads() => query.push_among("kind || ''", kinds.iter().map(|kind| kind.as_str().to_owned())),
            _ => return of_each(db, filter, kinds, end, limit).await,
        }
    }
    narrow(&mut query, filter, limit);
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| decode(&Cells::new(TABLE, row))).collect()
}

fn not_among(query: &mut QueryBuilder, kinds: impl IntoIterator<Item = &'static str>) {
    let mut kinds = kinds.into_iter().peekable();
    if kinds.peek().is_none() {
        return;
    }
    query.push(" AND kind NOT IN (");
    let mut list = query.separated(", ");
    for kind in kinds {
        list.push_bind(kind);
    }
    query.push(")");
}

/// Rows of several kinds: the newest numbers of each along the index of kinds, which no one walk has in the order of the log, and then the newest of all of them.
async fn of_each(
    db: &mut Db,
    filter: &Filter,
    kinds: &[EventKind],
    end: i64,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut seqs: Vec<i64> = Vec::new();
    for kind in kinds {
        let mut query = QueryBuilder::new("SELECT seq FROM audit WHERE seq < ");
        query.push_bind(end).push(" AND kind = ").push_bind(kind.as_str());
        narrow(&mut query, filter, limit);
        for row in query.fetch_all(db).await? {
            seqs.push(Cells::new(TABLE, &row).int("seq")?);
        }
    }
    seqs.sort_unstable_by_key(|seq| Reverse(*seq));
    seqs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut found = Vec::with_capacity(seqs.len());
    for seqs in seqs.chunks(ROWS_OF_ONE_LOOK) {
        let mut query = QueryBuilder::new("SELECT * FROM audit WHERE seq IN (");
        let mut list = query.separated(", ");
        for seq in seqs {
            list.push_bind(*seq);
        }
        query.push(")");
        for row in query.fetch_all(db).await? {
            found.push(decode(&Cells::new(TABLE, &row))?);
        }
    }
    found.sort_unstable_by_key(|row: &AuditRow| Reverse(row.seq));
    Ok(found)
}

/// Everything of the filter but the kinds, the order and the end.
fn narrow(query: &mut QueryBuilder, filter: &Filter, limit: u32) {
    let texts = [
        (" AND entity_id = ", filter.entity_id.map(|id| id.to_string())),
        (" AND actor_id = ", filter.actor_id.map(|id| id.to_string())),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            query.push(condition);
            query.push_bind(value);
        }
    }
    match filter.purpose {
        Some(UsedFor::Treatment) => {
            query.push(" AND purpose IS NULL");
        }
        Some(UsedFor::Other(purpose)) => {
            query.push(" AND purpose = ").push_bind(purpose.as_str());
        }
        None => {}
    }
    // The log is in the order of its numbers, which is that of its times but for what clocks of several relays are apart: the first and the last number within an
    // hour of the window bound the walk.
    for (condition, order, at, apart) in [
        ("at >= ", "SELECT MIN(seq) FROM (SELECT seq FROM audit WHERE at >= ", filter.from, -APART_MS),
        ("at < ", "SELECT MAX(seq) FROM (SELECT seq FROM audit WHERE at < ", filter.until, APART_MS),
    ] {
        let Some(at) = at else { continue };
        let (sign, direction) = if apart < 0 { (">=", "ASC") } else { ("<=", "DESC") };
        query.push(format_args!(" AND {condition}")).push_bind(at.as_millisecond());
        query.push(format_args!(" AND seq {sign} ({order}")).push_bind(at.as_millisecond() + apart);
        query.push(format_args!(" ORDER BY at {direction}, seq {direction} LIMIT 1) AS bound)"));
    }
    query.push(" ORDER BY seq DESC LIMIT ");
    query.push_bind(i64::from(limit));
}

/// As [`verify_against`], without a kept head. Returns the number of rows.
pub async fn verify(db: &mut Db) -> Result<i64, StoreError> {
    Ok(verify_against(db, None).await?.seq)
}

/// Reads the whole log and recomputes every hash; the last row must be the head, and `kept`, a head of some time before, must be in it. Returns the head, or
/// [`StoreError::ChainBroken`] with the first row that was changed, moved or removed.
pub async fn verify_against(db: &mut Db, kept: Option<Head>) -> Result<Head, StoreError> {
    verify_against_all(db, kept.as_slice()).await
}

/// The same with any number of kept heads.
pub async fn verify_against_all(db: &mut Db, kept: &[Head]) -> Result<Head, StoreError> {
    let expected = head(db).await?;
    let mut last: Option<AuditRow> = None;
    loop {
        let end = last.as_ref().map_or(0, |row| row.seq);
        let mut rows = after(db, end, CHUNK).await?;
        if rows.is_empty() {
            break;
        }
        if last.is_none() && rows[0].seq != 1 {
            return Err(StoreError::ChainBroken { seq: 1 });
        }
        // The row before the chunk carries the chain over.
        if let Some(seq) = first_break(last.iter().chain(&rows)) {
            return Err(StoreError::ChainBroken { seq });
        }
        let differs = |row: &&AuditRow| kept.iter().any(|kept| kept.seq == row.seq && kept.hash != row.hash);
        if let Some(row) = rows.iter().find(differs) {
            return Err(StoreError::ChainBroken { seq: row.seq });
        }
        last = rows.pop();
    }
    let end = last.map_or(Head { seq: 0, hash: GENESIS }, |row| Head { seq: row.seq, hash: row.hash });
    if end != expected || kept.iter().any(|kept| kept.seq > end.seq) {
        // The rows that are there follow from one another; what comes after them was cut off.
        return Err(StoreError::ChainBroken { seq: end.seq + 1 });
    }
    Ok(end)
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
            sha256: cells.opt_text("sha256")?,
        },
        previous: cells.digest("previous")?,
        hash: cells.digest("hash")?,
    })
}
