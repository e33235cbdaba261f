//! Temperature Measurement, 0x2A1C: temperature, time, place on the body.

use super::reader::Reader;
use super::{DecodeError, Measurement, code};

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let shown = reader.float()?;
    let celsius = shown.map(|value| if flags & 0x01 == 0 { value } else { (value - 32.0) * 5.0 / 9.0 });
    let mut measurement = Measurement::default();
    if flags & 0x02 != 0 {
        measurement.stamp = reader.stamp()?;
    }
    measurement.push(code::TEMPERATURE, celsius, 1);
    Ok(measurement)
}
