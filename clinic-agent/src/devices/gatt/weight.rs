//! Weight Measurement, 0x2A9D. Body mass index and height, which may follow, belong to whoever the scale was set up for, not to
//! the person on it: they are not taken.

use super::reader::Reader;
use super::{DecodeError, Measurement, code};

/// A pound in kilograms, by definition.
const KG_PER_POUND: f64 = 0.453_592_37;
/// "Measurement unsuccessful".
const UNSUCCESSFUL: u16 = 0xffff;

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let raw = reader.u16()?;
    let step = if flags & 0x01 == 0 { 0.005 } else { 0.01 * KG_PER_POUND };
    let mut measurement = Measurement::default();
    if flags & 0x02 != 0 {
        measurement.stamp = reader.stamp()?;
    }
    measurement.push(code::WEIGHT, (raw != UNSUCCESSFUL).then(|| f64::from(raw) * step), 1);
    Ok(measurement)
}
