//! Glucose Measurement, 0x2A18: number, time, concentration, what it was measured in; and its context, 0x2A34, of which the meal
//! matters to whoever reads the value.

use super::reader::Reader;
use super::{DecodeError, Measurement, Remark, code};
use jiff::SignedDuration;

/// Grams in a mole of glucose.
const MOLAR_MASS: f64 = 180.156;
/// What the specification reserves for a time offset that does not fit.
const OFFSET_OVERRUN: i16 = i16::MAX;
const OFFSET_UNDERRUN: i16 = i16::MIN;

pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let mut measurement = Measurement { sequence: Some(reader.u16()?), ..Measurement::default() };
    // The base time is the clock that nobody can move; the offset is what the user set it to.
    let base = reader.stamp()?;
    let offset = if flags & 0x01 == 0 { 0 } else { reader.i16()? };
    measurement.stamp = match offset {
        OFFSET_OVERRUN | OFFSET_UNDERRUN => None,
        minutes => base.and_then(|base| base.checked_add(SignedDuration::from_mins(minutes.into())).ok()),
    };
    if flags & 0x02 != 0 {
        let amount = reader.sfloat()?;
        let (kind, place) = {
            let both = reader.u8()?;
            (both & 0x0f, both >> 4)
        };
        // kg/L or mol/L → mmol/L.
        let millimoles = amount.map(|a| if flags & 0x04 == 0 { a * 1e6 / MOLAR_MASS } else { a * 1e3 });
        measurement.remark_if(kind == 10 || place == 4, Remark::NotOfAPerson);
        measurement.remark_if(kind == 9, Remark::NotBlood);
        let code = if matches!(kind, 3..=6) { code::GLUCOSE } else { code::CAPILLARY_GLUCOSE };
        measurement.push(code, millimoles, 1);
    }
    let status = if flags & 0x08 == 0 { 0 } else { reader.u16()? };
    for (bits, remark) in [
        (0x0001, Remark::BatteryLow),
        (0x0402, Remark::SensorFault),
        (0x0004, Remark::SampleTooSmall),
        (0x0218, Remark::StripFault),
        (0x0020, Remark::AboveRange),
        (0x0040, Remark::BelowRange),
        (0x0180, Remark::WrongTemperature),
        (0x0800, Remark::ClockNotSet),
    ] {
        measurement.remark_if(status & bits != 0, remark);
    }
    Ok(measurement)
}

/// Which measurement a context belongs to, and what it says about the meal.
pub fn decode_context(frame: &[u8]) -> Result<(u16, Option<Remark>), DecodeError> {
    let mut reader = Reader::new(frame);
    let flags = reader.u8()?;
    let sequence = reader.u16()?;
    if flags & 0x80 != 0 {
        reader.u8()?;
    }
    if flags & 0x01 != 0 {
        reader.u8()?;
        reader.sfloat()?;
    }
    let meal = if flags & 0x02 == 0 { 0 } else { reader.u8()? };
    let remark = match meal {
        1 => Some(Remark::BeforeMeal),
        2 => Some(Remark::AfterMeal),
        3 => Some(Remark::Fasting),
        5 => Some(Remark::Bedtime),
        // 4 is "casual": nothing known about meals, as is all else.
        _ => None,
    };
    Ok((sequence, remark))
}
