//! Blood Pressure Measurement, 0x2A35: pressures, time, pulse, user, status.

use super::reader::Reader;
use super::{DecodeError, Measurement, Remark, code};

/// 1 kPa in millimetres of mercury.
const MMHG_PER_KPA: f64 = 7.500_616_83;

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let factor = if flags & 0x01 == 0 { 1.0 } else { MMHG_PER_KPA };
    let mut pressure = || reader.sfloat().map(|value| value.map(|value| value * factor));
    let (systolic, diastolic, mean) = (pressure()?, pressure()?, pressure()?);
    let mut measurement = Measurement::default();
    if flags & 0x02 != 0 {
        measurement.stamp = reader.stamp()?;
    }
    let pulse = if flags & 0x04 == 0 { None } else { reader.sfloat()? };
    if flags & 0x08 != 0 {
        // The device's own user number: never taken for a resident.
        reader.u8()?;
    }
    let status = if flags & 0x10 == 0 { 0 } else { reader.u16()? };
    measurement.remark_if(status & 0x01 != 0, Remark::Moved);
    measurement.remark_if(status & 0x02 != 0, Remark::CuffLoose);
    measurement.remark_if(status & 0x04 != 0, Remark::IrregularPulse);
    measurement.remark_if(matches!(status >> 3 & 0x03, 1 | 2), Remark::PulseOutOfRange);
    measurement.remark_if(status & 0x20 != 0, Remark::WrongPosition);
    match (systolic, diastolic) {
        (Some(high), Some(low)) if high <= low => measurement.remark_if(true, Remark::Invalid),
        (Some(_), Some(_)) => {
            measurement.push(code::SYSTOLIC, systolic, 0);
            measurement.push(code::DIASTOLIC, diastolic, 0);
            measurement.push(code::MEAN, mean, 0);
        }
        // While the cuff inflates, one number alone is the cuff's pressure (0x2A36 on most devices, here on some).
        (None, _) | (_, None) => measurement.remark_if(true, Remark::NoValue),
    }
    measurement.push(code::HEART_RATE, pulse, 0);
    Ok(measurement)
}
