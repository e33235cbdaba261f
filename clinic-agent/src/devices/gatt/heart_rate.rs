//! Heart Rate Measurement, 0x2A37. Energy and beat intervals, which may follow, are not vital signs.

use super::reader::Reader;
use super::{DecodeError, Measurement, Remark, code};

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let rate = if flags & 0x01 == 0 { reader.u8()?.into() } else { reader.u16()? };
    let mut measurement = Measurement::default();
    // Bit 2: the sensor can tell whether it touches skin; bit 1: it does.
    measurement.remark_if(flags & 0x06 == 0x04, Remark::SensorOff);
    measurement.push(code::HEART_RATE, (rate > 0).then(|| f64::from(rate)), 0);
    Ok(measurement)
}
