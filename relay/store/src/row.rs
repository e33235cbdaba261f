//! Rows to values. What is no legal value names its table and column, never its content.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{Any, Decode, Row, Type};
use yunzhen_domain::offers::Place;

use crate::StoreError;

/// So many rows are taken apart before others have a turn.
const ROWS_OF_ONE_TURN: usize = 16;

/// Takes rows apart, in their order. A prescription is up to 0.1 ms of work: an answer of hundreds in one go would keep everybody who has this thread waiting, and
/// with a few of them at once the slowest answer would be several times the usual one.
pub(crate) async fn taken_apart<T>(
    table: &'static str,
    rows: &[AnyRow],
    decode: impl Fn(&Cells<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut all = Vec::with_capacity(rows.len());
    for some in rows.chunks(ROWS_OF_ONE_TURN) {
        for row in some {
            all.push(decode(&Cells::new(table, row))?);
        }
        tokio::task::yield_now().await;
    }
    Ok(all)
}

/// A row of a named table.
pub(crate) struct Cells<'r> {
    table: &'static str,
    row: &'r AnyRow,
}

impl<'r> Cells<'r> {
    pub(crate) const fn new(table: &'static str, row: &'r AnyRow) -> Self {
        Self { table, row }
    }

    fn corrupt(&self, column: &'static str, reason: impl Into<String>) -> StoreError {
        StoreError::Corrupt { table: self.table, column, reason: reason.into() }
    }

    fn get<T: Decode<'r, Any> + Type<Any>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.row.try_get(column).map_err(|_| self.corrupt(column, "the value has the wrong type or is missing"))
    }

    pub(crate) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn real(&self, column: &'static str) -> Result<f64, StoreError> {
        self.get(column)
    }

    /// An integer in the range of `T`.
    pub(crate) fn int<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.get::<i64>(column)?).map_err(|_| self.corrupt(column, "the number is out of range"))
    }

    /// An integer that may be absent.
    pub(crate) fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.get(column)
    }

    /// A number that may be absent, in the range of `T`.
    pub(crate) fn opt_count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let number = self.opt_int(column)?.map(T::try_from).transpose();
        number.map_err(|_| self.corrupt(column, "the number is out of range"))
    }

    pub(crate) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        match self.get::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(column, "a flag is 0 or 1")),
        }
    }

    /// Anything written as text: ids, names of enums, dates.
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| self.corrupt(column, "the text is none of the legal values"))
    }

    pub(crate) fn opt_parse<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.corrupt(column, "the text is none of the legal values"))
    }

    /// Text through a checked constructor.
    pub(crate) fn checked<T, E>(
        &self,
        column: &'static str,
        make: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        make(&self.text(column)?).map_err(|_| self.corrupt(column, "the text is not a legal value"))
    }

    /// A place from its two columns.
    pub(crate) fn place(&self) -> Result<Option<Place>, StoreError> {
        let degrees = self.opt_int("latitude_e6")?.zip(self.opt_int("longitude_e6")?);
        let place = degrees.map(|(latitude, longitude)| Place::from_e6(latitude, longitude)).transpose();
        place.map_err(|error| self.corrupt("latitude_e6", error.to_string()))
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.instant(column, self.get(column)?)
    }

    pub(crate) fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        self.get::<Option<i64>>(column)?.map(|ms| self.instant(column, ms)).transpose()
    }

    fn instant(&self, column: &'static str, ms: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(ms).map_err(|_| self.corrupt(column, "the time is out of range"))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        self.decode(column, &self.text(column)?)
    }

    pub(crate) fn opt_json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?.map(|text| self.decode(column, &text)).transpose()
    }

    fn decode<T: DeserializeOwned>(&self, column: &'static str, text: &str) -> Result<T, StoreError> {
        // The error of serde_json may quote the value; its kind and place do not.
        serde_json::from_str(text).map_err(|e| {
            self.corrupt(column, format!("{:?} error in JSON at line {} column {}", e.classify(), e.line(), e.column()))
        })
    }

    pub(crate) fn opt_digest(&self, column: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
        let Some(text) = self.opt_text(column)? else { return Ok(None) };
        from_hex(&text).map(Some).ok_or_else(|| self.corrupt(column, "32 bytes have 64 hexadecimal digits"))
    }

    /// Bytes of any number, from hexadecimal digits.
    pub(crate) fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        let text = self.text(column)?;
        let read = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes =
            text.len().is_multiple_of(2).then(|| text.as_bytes().chunks(2).map(read).collect::<Option<Vec<u8>>>());
        bytes.flatten().ok_or_else(|| self.corrupt(column, "bytes have two hexadecimal digits each"))
    }

    pub(crate) fn digest(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        let text = self.text(column)?;
        from_hex(&text).ok_or_else(|| self.corrupt(column, "a SHA-256 has 64 hexadecimal digits"))
    }
}

pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let nibble = |d: u8| (d as char).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

/// A digest as it is stored.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    yunzhen_domain::audit::hex(digest)
}

/// A nested value as it is stored.
pub(crate) fn to_json<T: Serialize>(
    table: &'static str,
    column: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Corrupt {
        table,
        column,
        reason: format!("{:?}", e.classify()),
    })
}

/// Did the guarded update find its row.
pub(crate) fn one_row(what: &'static str, rows_affected: u64) -> Result<(), StoreError> {
    if rows_affected == 1 { Ok(()) } else { Err(StoreError::Stale { what }) }
}
