//! Queries with optional parts. Placeholders are `$1`, `$2`, … on both databases; sqlx's builder writes `?` for a driver that is chosen at run time.

use std::fmt::{Display, Write as _};

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, Arguments as _, AssertSqlSafe, Encode, Type};

use crate::{Db, StoreError};

/// Both databases bound the number of values in one statement.
pub(crate) const ROWS_OF_ONE_INSERT: usize = 50;
/// So many records are looked up in one statement.
pub(crate) const ROWS_OF_ONE_LOOK: usize = 500;

/// Each once, in an order of their own.
pub(crate) fn distinct<I: Ord>(ids: impl IntoIterator<Item = I>) -> Vec<I> {
    let mut ids: Vec<I> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A query in the making: text by [`push`](Self::push), values by [`push_bind`](Self::push_bind) only.
pub(crate) struct QueryBuilder {
    text: String,
    values: AnyArguments,
}

impl QueryBuilder {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), values: AnyArguments::default() }
    }

    /// Appends text of the program, never of a person.
    pub(crate) fn push(&mut self, text: impl Display) -> &mut Self {
        // Writing into a String cannot fail.
        let _ = write!(self.text, "{text}");
        self
    }

    /// Appends a placeholder and its value.
    pub(crate) fn push_bind<'t>(&mut self, value: impl Encode<'t, Any> + Type<Any>) -> &mut Self {
        self.values.add(value).expect("text and numbers are taken as they are");
        let count = self.values.len();
        self.push(format_args!("${count}"))
    }

    /// What was pushed so far.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Appends that `column` is one of `values`; with none, any will do.
    pub(crate) fn push_among(&mut self, column: &str, values: impl IntoIterator<Item = String>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return;
        }
        self.push(format_args!(" AND {column} IN ("));
        let mut list = self.separated(", ");
        for value in values {
            list.push_bind(value);
        }
        self.push(")");
    }

    /// A list whose members stand `between` each other.
    pub(crate) const fn separated(&mut self, between: &'static str) -> Separated<'_> {
        Separated { query: self, between, first: true }
    }

    /// Adds a value to which the text already refers by its number.
    pub(crate) fn value<'t>(&mut self, value: impl Encode<'t, Any> + Type<Any>) -> &mut Self {
        self.values.add(value).expect("text and numbers are taken as they are");
        self
    }

    /// The rows of a list. A test can have the database's plan for it written down instead.
    pub(crate) async fn fetch_all(self, db: &mut Db) -> Result<Vec<AnyRow>, StoreError> {
        #[cfg(feature = "testing")]
        if db.plans.is_some() {
            return crate::testing::explain(db, &self.text, self.values).await;
        }
        Ok(self.build().fetch_all(db.conn()).await?)
    }

    /// The query.
    pub(crate) fn build(self) -> Query<'static, Any, AnyArguments> {
        sqlx::query_with(AssertSqlSafe(self.text), self.values)
    }
}

/// See [`QueryBuilder::separated`].
pub(crate) struct Separated<'q> {
    query: &'q mut QueryBuilder,
    between: &'static str,
    first: bool,
}

impl Separated<'_> {
    /// Appends a member that is a value.
    pub(crate) fn push_bind<'t>(&mut self, value: impl Encode<'t, Any> + Type<Any>) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.query.push(self.between);
        }
        self.query.push_bind(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_numbered_in_order() {
        let mut query = QueryBuilder::new("SELECT * FROM t WHERE a = ");
        query.push_bind("x").push(" AND b IN (");
        query.separated(", ").push_bind(1_i64).push_bind(Option::<i64>::None);
        query.push(") LIMIT ").push_bind(2_i64);
        assert_eq!(query.text, "SELECT * FROM t WHERE a = $1 AND b IN ($2, $3) LIMIT $4");
        assert_eq!(query.values.len(), 4);
    }
}
