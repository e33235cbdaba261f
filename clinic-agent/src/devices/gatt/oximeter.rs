//! Pulse oximeter: Spot-Check Measurement, 0x2A5E, and Continuous Measurement, 0x2A5F.

use super::reader::Reader;
use super::{DecodeError, Measurement, Remark, code};

pub(super) fn decode_spot(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let mut measurement = oxygen_and_pulse(reader)?;
    if flags & 0x01 != 0 {
        measurement.stamp = reader.stamp()?;
    }
    measurement.remark_if(flags & 0x10 != 0, Remark::ClockNotSet);
    status(reader, &mut measurement, flags & 0x02 != 0, flags & 0x04 != 0)?;
    Ok(measurement)
}

pub(super) fn decode_continuous(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let flags = reader.u8()?;
    let mut measurement = oxygen_and_pulse(reader)?;
    for averaged in [0x01, 0x02] {
        if flags & averaged != 0 {
            // The same two over a shorter and a longer time; the normal ones are what the device shows.
            reader.sfloat()?;
            reader.sfloat()?;
        }
    }
    status(reader, &mut measurement, flags & 0x04 != 0, flags & 0x08 != 0)?;
    Ok(measurement)
}

fn oxygen_and_pulse(reader: &mut Reader<'_>) -> Result<Measurement, DecodeError> {
    let mut measurement = Measurement::default();
    measurement.push(code::OXYGEN, reader.sfloat()?, 0);
    measurement.push(code::HEART_RATE, reader.sfloat()?, 0);
    Ok(measurement)
}

fn status(
    reader: &mut Reader<'_>,
    measurement: &mut Measurement,
    has_measurement_status: bool,
    has_sensor_status: bool,
) -> Result<(), DecodeError> {
    let of_measurement = if has_measurement_status { reader.u16()? } else { 0 };
    for (bits, remark) in [
        (1 << 6, Remark::Early),
        (1 << 9, Remark::FromMemory),
        (1 << 10 | 1 << 11, Remark::NotOfAPerson),
        (1 << 12 | 1 << 13 | 1 << 15, Remark::Invalid),
        (1 << 14, Remark::Questionable),
    ] {
        measurement.remark_if(of_measurement & bits != 0, remark);
    }
    let of_sensor = if has_sensor_status { reader.u24()? } else { 0 };
    for (bits, remark) in [
        (1 << 1 | 1 << 12 | 1 << 14, Remark::SensorFault),
        (1 << 2 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 10, Remark::PoorSignal),
        (1 << 5, Remark::LowPerfusion),
        (1 << 8, Remark::Questionable),
        (1 << 7, Remark::Invalid),
        (1 << 11 | 1 << 13 | 1 << 15, Remark::SensorOff),
    ] {
        measurement.remark_if(of_sensor & bits != 0, remark);
    }
    Ok(())
}
