//! A page of a list, at a price that does not grow with the table: for each combination of what is asked for one walk along an index that ends in the list's order,
//! each no longer than the page, merged at the end. One `IN` or `OR` over all of it would make the database sort everything that matches, or read along the
//! order until it has found enough; of a table where nearly all is closed and a few rows are open, either is nearly all of it.
//!
//! Not here: which index there is (the migrations), and that there is one (`tests/plans.rs`).

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::paging::Paging;
use crate::sql::QueryBuilder;
use crate::{Db, StoreError};

/// More walks than this are one walk with a list in it: the residents of a large group.
const MOST: usize = 40;

/// What the rows of a walk have in common.
#[derive(Clone)]
enum Term {
    Equal(&'static str, String),
    Among(&'static str, Vec<String>),
    Holds(&'static str),
    HoldsFor(&'static str, String, &'static str),
    /// The list's own time beside a moment, in milliseconds.
    Time(&'static str, i64),
}

/// See the module.
pub(crate) struct Walks {
    table: &'static str,
    at: &'static str,
    all: Vec<Vec<Term>>,
}

impl Walks {
    /// Over all of a table, by the column of a time and by id.
    pub(crate) fn over(table: &'static str, at: &'static str) -> Self {
        Self { table, at, all: vec![Vec::new()] }
    }

    /// Only rows with this value, if one is asked for.
    pub(crate) fn equal(mut self, column: &'static str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.push(&Term::Equal(column, value.to_string()));
        }
        self
    }

    /// Only rows for which a text of the program holds.
    pub(crate) fn holds(mut self, condition: &'static str) -> Self {
        self.push(&Term::Holds(condition));
        self
    }

    /// Only rows for which a text of the program holds, with a value between its two parts.
    pub(crate) fn holds_for(mut self, before: &'static str, value: impl ToString, after: &'static str) -> Self {
        self.push(&Term::HoldsFor(before, value.to_string(), after));
        self
    }

    /// Only rows of this time on and before that one, by the time of the list's order.
    pub(crate) fn within(mut self, since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        for (sign, at) in [(">=", since), ("<", until)] {
            if let Some(at) = at {
                self.push(&Term::Time(sign, at.as_millisecond()));
            }
        }
        self
    }

    /// Only rows with one of these values; with none, any will do.
    pub(crate) fn among(mut self, column: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        let values: Vec<String> = values.into_iter().collect();
        if values.is_empty() {
            return self;
        }
        if self.all.len() * values.len() > MOST {
            self.push(&Term::Among(column, values));
            return self;
        }
        let with = |walk: &Vec<Term>, value: &String| {
            let mut walk = walk.clone();
            walk.push(Term::Equal(column, value.clone()));
            walk
        };
        self.all = self.all.iter().flat_map(|walk| values.iter().map(move |value| with(walk, value))).collect();
        self
    }

    /// These rows or those, which no row may be both of.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.all.extend(other.all);
        self
    }

    fn push(&mut self, term: &Term) {
        self.all.iter_mut().for_each(|walk| walk.push(term.clone()));
    }

    /// The rows of a page, and one more where there is a next page.
    pub(crate) async fn fetch(self, db: &mut Db, paging: Paging) -> Result<Vec<AnyRow>, StoreError> {
        let (merged, at) = (self.all.len() > 1, self.at);
        let mut rows = self.query(paging).fetch_all(db).await?;
        if merged {
            rows.sort_by_cached_key(|row| (row.get::<i64, _>(at), row.get::<String, _>("id")));
            if !paging.oldest_first {
                rows.reverse();
            }
        }
        Ok(rows)
    }

    /// Walks that are merged are merged by their keys, which stand in the index; only the rows of the page itself are read. They come in no order.
    fn query(self, paging: Paging) -> QueryBuilder {
        let (table, at) = (self.table, self.at);
        let merged = self.all.len() > 1;
        let mut query = QueryBuilder::new(if merged { "SELECT t.* FROM (SELECT id AS key FROM (" } else { "" });
        for (number, walk) in self.all.iter().enumerate() {
            if merged {
                let union = if number == 0 { "" } else { " UNION ALL " };
                query.push(format_args!("{union}SELECT * FROM (SELECT {at}, id FROM {table} WHERE 1 = 1"));
            } else {
                query.push(format_args!("SELECT * FROM {table} WHERE 1 = 1"));
            }
            for term in walk {
                match term {
                    Term::Equal(column, value) => {
                        query.push(format_args!(" AND {column} = ")).push_bind(value.clone());
                    }
                    Term::Among(column, values) => query.push_among(column, values.iter().cloned()),
                    Term::HoldsFor(before, value, after) => {
                        query.push(format_args!(" AND {before}")).push_bind(value.clone()).push(after);
                    }
                    Term::Time(sign, at_ms) => {
                        query.push(format_args!(" AND {at} {sign} ")).push_bind(*at_ms);
                    }
                    Term::Holds(condition) => {
                        query.push(format_args!(" AND {condition}"));
                    }
                }
            }
            paging.push(&mut query, at);
            if merged {
                query.push(format_args!(") AS walk{number}"));
            }
        }
        if merged {
            query.push(") AS walks");
            paging.push_order(&mut query, at);
            // In this order, as SQLite understands it: each key of the page looks its row up.
            query.push(format_args!(") AS page CROSS JOIN {table} t WHERE t.id = page.key"));
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_combination_is_a_walk_of_its_own_and_no_longer_than_the_page() {
        let walks = Walks::over("t", "at").equal("home_id", Some("h")).among("state", ["a".into(), "b".into()]);
        assert_eq!(
            walks.query(Paging::oldest(2)).text(),
            "SELECT t.* FROM (SELECT id AS key FROM (SELECT * FROM (SELECT at, id FROM t WHERE 1 = 1 AND home_id = $1 AND state = $2 ORDER BY at ASC, id ASC LIMIT $3) AS walk0 \
             UNION ALL SELECT * FROM (SELECT at, id FROM t WHERE 1 = 1 AND home_id = $4 AND state = $5 ORDER BY at ASC, id ASC LIMIT $6) AS walk1) AS walks \
             ORDER BY at ASC, id ASC LIMIT $7) AS page CROSS JOIN t t WHERE t.id = page.key"
        );
    }

    #[test]
    fn a_span_of_time_bounds_each_walk_by_its_own_order() {
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        assert_eq!(
            Walks::over("t", "at").within(at(1), at(2)).query(Paging::newest(2)).text(),
            "SELECT * FROM t WHERE 1 = 1 AND at >= $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3"
        );
        assert_eq!(
            Walks::over("t", "at").within(None, None).query(Paging::newest(2)).text(),
            "SELECT * FROM t WHERE 1 = 1 ORDER BY at DESC, id DESC LIMIT $1"
        );
    }

    #[test]
    fn nothing_to_choose_is_one_walk_and_too_much_to_choose_from_is_a_list() {
        let none = Walks::over("t", "at").equal("home_id", None::<String>).among("state", []);
        assert_eq!(
            none.query(Paging::newest(2)).text(),
            "SELECT * FROM t WHERE 1 = 1 ORDER BY at DESC, id DESC LIMIT $1"
        );
        let many = Walks::over("t", "at").among("resident_id", (0..=MOST).map(|n| n.to_string()));
        assert!(many.query(Paging::newest(2)).text().contains("resident_id IN ($1, $2"));
    }
}
