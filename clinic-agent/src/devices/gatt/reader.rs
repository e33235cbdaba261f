//! Little-endian fields from the front of a frame.

use super::DecodeError;
use super::medfloat::{float, sfloat};
use jiff::civil::DateTime;

/// What is left of a frame.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    whole: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(frame: &'a [u8]) -> Self {
        Self { rest: frame, whole: frame.len() }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (field, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Short { length: self.whole })?;
        self.rest = rest;
        Ok(*field)
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, DecodeError> {
        self.take().map(i16::from_le_bytes)
    }

    pub(super) fn u24(&mut self) -> Result<u32, DecodeError> {
        self.take().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    /// `medfloat16`; `None` when the device has no value.
    pub(super) fn sfloat(&mut self) -> Result<Option<f64>, DecodeError> {
        self.u16().map(sfloat)
    }

    /// `medfloat32`; `None` when the device has no value.
    pub(super) fn float(&mut self) -> Result<Option<f64>, DecodeError> {
        self.take().map(|bytes| float(u32::from_le_bytes(bytes)))
    }

    /// `date_time`: the device's own clock. `None` when a part is "not known" or there is no such time.
    pub(super) fn stamp(&mut self) -> Result<Option<DateTime>, DecodeError> {
        let year = self.i16()?;
        let [month, day, hour, minute, second] = self.take()?.map(|part: u8| i8::try_from(part).unwrap_or(-1));
        // Zero is "not known" by the specification; civil dates refuse month and day zero by themselves.
        Ok((year > 0).then(|| DateTime::new(year, month, day, hour, minute, second, 0).ok()).flatten())
    }
}
