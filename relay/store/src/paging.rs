//! Keyset paging: a page begins after the last row of the page before, so rows that arrive in between neither repeat nor vanish.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Where a page ended: the sort key of its last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Time of the last row, Unix milliseconds.
    pub at_ms: i64,
    /// Id of the last row.
    pub id: Uuid,
}

/// A cursor that this program did not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cursor was not made by the relay; start again without it")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at_ms, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (at_ms, id) = text.split_once('.').ok_or(CursorError)?;
        Ok(Self { at_ms: at_ms.parse().map_err(|_| CursorError)?, id: Uuid::parse_str(id).map_err(|_| CursorError)? })
    }
}

/// Which page, in which order.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    /// Begin after this row.
    pub after: Option<Cursor>,
    /// At most so many rows.
    pub limit: u32,
    /// Oldest first (a queue) or newest first (a history).
    pub oldest_first: bool,
}

impl Paging {
    /// The first page, newest first.
    pub const fn newest(limit: u32) -> Self {
        Self { after: None, limit, oldest_first: false }
    }

    /// The first page, oldest first.
    pub const fn oldest(limit: u32) -> Self {
        Self { after: None, limit, oldest_first: true }
    }

    /// The page after `cursor`.
    #[must_use]
    pub const fn after(self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self }
    }

    /// Appends the condition and the order over the columns `at` and `id`; one row more than the limit is read, to know whether there is a next page.
    pub(crate) fn push(self, query: &mut crate::sql::QueryBuilder, at: &str) {
        let sign = if self.oldest_first { ">" } else { "<" };
        if let Some(cursor) = self.after {
            query.push(format_args!(" AND ({at}, id) {sign} (")).push_bind(cursor.at_ms).push(", ");
            query.push_bind(cursor.id.to_string()).push(")");
        }
        self.push_order(query, at);
    }

    /// Appends the order alone, over rows of which each part has met the condition already.
    pub(crate) fn push_order(self, query: &mut crate::sql::QueryBuilder, at: &str) {
        let order = if self.oldest_first { "ASC" } else { "DESC" };
        query.push(format_args!(" ORDER BY {at} {order}, id {order} LIMIT ")).push_bind(i64::from(self.limit) + 1);
    }

    /// Cuts the extra row off and makes the next cursor.
    pub(crate) fn slice<T>(self, mut items: Vec<T>, key: impl Fn(&T) -> Cursor) -> Slice<T> {
        let limit = self.limit as usize;
        let next = if items.len() > limit {
            items.truncate(limit);
            items.last().map(key)
        } else {
            None
        };
        Slice { items, next }
    }
}

/// One page.
#[derive(Debug, Clone)]
pub struct Slice<T> {
    /// Rows.
    pub items: Vec<T>,
    /// Where it goes on.
    pub next: Option<Cursor>,
}
