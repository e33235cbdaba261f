//! What lies sealed in the record, wherever that is: which keys it names, and the same secret sealed anew put in its place. Values are sealed and opened by the program, not here.
//!
//! A sealed value is `sealed2.<key>.<base64>`, or `sealed1.<base64>` from before keys had names.

use sqlx::{AnyConnection, AssertSqlSafe};
use yunzhen_domain::Sealed;

use crate::row::Cells;
use crate::sql::QueryBuilder;
use crate::{Db, StoreError, Tx};

/// Values from before keys had names that are looked at from either end.
const NAMELESS_AT_EACH_END: u32 = 2;

/// A column in which values lie sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Keys of recordings.
    Recording,
    /// Secrets of accepted orders.
    Order,
    /// Secrets of authenticator apps.
    SecondFactor,
    /// Secrets that sign webhooks.
    Webhook,
    /// The ones before, while they sign too.
    FormerWebhook,
    /// Answers with a secret, kept a day for a retry.
    Answer,
}

/// Where a part lies: table, what names a row, column, and which rows can have a value. Text of the program.
struct Place {
    table: &'static str,
    row: &'static str,
    column: &'static str,
    among: &'static str,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Recording, Self::Order, Self::SecondFactor, Self::Webhook, Self::FormerWebhook, Self::Answer];

    const fn place(self) -> Place {
        let (table, row, column, among) = match self {
            Self::Recording => ("recordings", "id", "sealed_key", "sealed_key IS NOT NULL"),
            Self::Order => ("prescriptions", "id", "sealed_secret", "sealed_secret IS NOT NULL"),
            Self::SecondFactor => ("second_factors", "staff_id", "sealed_secret", "sealed_secret IS NOT NULL"),
            Self::Webhook => ("pharmacy_systems", "id", "webhook_secret", "webhook_secret IS NOT NULL"),
            Self::FormerWebhook => ("pharmacy_systems", "id", "webhook_previous", "webhook_previous IS NOT NULL"),
            Self::Answer => ("idempotency", "actor_key || ':' || key", "answer", "secret = 1"),
        };
        Place { table, row, column, among }
    }
}

/// One sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Names its row: an id, or of an answer the actor and the key.
    pub row: String,
    /// As it is kept.
    pub sealed: Sealed,
}

/// How many values of a part need a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The key that they name; none: they are from before keys had names.
    pub key_id: Option<String>,
    /// How many.
    pub values: u64,
}

/// Whether anything lies sealed in a record that may be of any earlier version. Answers that are kept a day for a retry do not count.
pub(crate) async fn held(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    for part in Part::ALL.into_iter().filter(|part| *part != Part::Answer) {
        let Place { table, column, .. } = part.place();
        let there = format!("SELECT name FROM pragma_table_info('{table}') WHERE name = '{column}'");
        if sqlx::raw_sql(AssertSqlSafe(there)).fetch_optional(&mut *conn).await?.is_none() {
            continue;
        }
        let some = format!("SELECT {column} FROM {table} WHERE {column} LIKE 'sealed%' LIMIT 1");
        if sqlx::raw_sql(AssertSqlSafe(some)).fetch_optional(&mut *conn).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Which keys the values of a part need.
pub async fn needs(db: &mut Db, part: Part) -> Result<Vec<Need>, StoreError> {
    let Place { table, column, among, .. } = part.place();
    let mut query = QueryBuilder::new("SELECT ");
    query.push(format_args!(
        "CASE WHEN {column} LIKE 'sealed2.%' THEN substr({column}, 9, 16) ELSE '' END AS key_id, COUNT(*) AS n
         FROM {table} WHERE {among} AND {column} LIKE 'sealed%' GROUP BY 1 ORDER BY 1"
    ));
    let rows = query.fetch_all(db).await?;
    let needs = rows.iter().map(|row| {
        let cells = Cells::new(table, row);
        let key_id = Some(cells.text("key_id")?).filter(|id| !id.is_empty());
        Ok(Need { key_id, values: cells.int("n")? })
    });
    needs.collect()
}

/// Values of a part that do not begin with `mark`, in the order of what is kept, from behind `after` on.
pub async fn without_mark(
    db: &mut Db,
    part: Part,
    mark: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<Value>, StoreError> {
    let Place { table, row, column, among } = part.place();
    let mut query = QueryBuilder::new("SELECT ");
    query.push(format_args!(
        "{row} AS row_name, {column} AS sealed FROM {table} WHERE {among} AND {column} LIKE 'sealed%' AND {column} > "
    ));
    query.push_bind(after.to_owned()).push(format_args!(" AND {column} NOT LIKE ")).push_bind(format!("{mark}%"));
    query.push(format_args!(" ORDER BY {column} LIMIT ")).push_bind(i64::from(limit));
    values(table, &query.fetch_all(db).await?)
}

/// The first and the last values of a part from before keys had names, by their rows; ids begin with the time, so they are the oldest and the newest. None, where all have one.
pub async fn nameless(db: &mut Db, part: Part) -> Result<Vec<Value>, StoreError> {
    let Place { table, row, column, among } = part.place();
    let mut some = Vec::new();
    for order in ["ASC", "DESC"] {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(format_args!(
            "{row} AS row_name, {column} AS sealed FROM {table} WHERE {among} AND {column} LIKE 'sealed1.%'
             ORDER BY {row} {order} LIMIT {NAMELESS_AT_EACH_END}"
        ));
        some.extend(values(table, &query.fetch_all(db).await?)?);
    }
    Ok(some)
}

/// Puts the same secret, sealed anew, in the place of a value that is still what it was; false: it was changed meanwhile, or is gone. What the row says is not changed by
/// it, and neither is its version.
pub async fn replace(tx: &mut Tx, part: Part, value: &Value, anew: &Sealed) -> Result<bool, StoreError> {
    let Place { table, row, column, among } = part.place();
    let mut query = QueryBuilder::new("UPDATE ");
    query.push(format_args!("{table} SET {column} = ")).push_bind(anew.as_kept().to_owned());
    query.push(format_args!(" WHERE {among} AND {row} = ")).push_bind(value.row.clone());
    query.push(format_args!(" AND {column} = ")).push_bind(value.sealed.as_kept().to_owned());
    Ok(query.build().execute(tx.conn()).await?.rows_affected() > 0)
}

fn values(table: &'static str, rows: &[sqlx::any::AnyRow]) -> Result<Vec<Value>, StoreError> {
    let all = rows.iter().map(|row| {
        let cells = Cells::new(table, row);
        Ok(Value { row: cells.text("row_name")?, sealed: Sealed::kept(cells.text("sealed")?) })
    });
    all.collect()
}
