//! Golden frames, made by hand from the public specifications of the profiles, each with its meaning.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;

fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits")).collect()
}

fn read(profile: Profile, hex: &str) -> Measurement {
    decode(profile, &bytes(hex)).expect("a whole frame")
}

fn values(measurement: &Measurement) -> Vec<(&'static str, f64)> {
    measurement.values.iter().map(|value| (value.code, value.value)).collect()
}

/// 2026-11-23 08:15:00.
const STAMP: &str = "ea 07 0b 17 08 0f 00";

fn stamp() -> Option<DateTime> {
    Some(date(2026, 11, 23).at(8, 15, 0, 0))
}

#[test]
fn blood_pressure_with_everything() {
    // mmHg, time, pulse, user 1, status "irregular pulse".
    let frame = format!("1e 8a 00 52 00 65 00 {STAMP} 48 00 01 04 00");
    let measurement = read(Profile::BloodPressure, &frame);
    assert_eq!(
        values(&measurement),
        [(code::SYSTOLIC, 138.0), (code::DIASTOLIC, 82.0), (code::MEAN, 101.0), (code::HEART_RATE, 72.0)]
    );
    assert_eq!((measurement.stamp, measurement.remarks), (stamp(), vec![Remark::IrregularPulse]));
}

#[test]
fn blood_pressure_in_kilopascal_without_a_mean() {
    // 16.0 / 10.6 kPa, mean NaN, nothing else.
    let measurement = read(Profile::BloodPressure, "01 a0 f0 6a f0 ff 07");
    assert_eq!(values(&measurement), [(code::SYSTOLIC, 120.0), (code::DIASTOLIC, 80.0)]);
    assert_eq!((measurement.stamp, measurement.remarks), (None, vec![]));
}

#[test]
fn blood_pressure_that_is_none() {
    // Cuff pressure while it inflates; systolic NRes; upside down; 300 mmHg, with a pulse that stands.
    assert_eq!(read(Profile::BloodPressure, "00 96 00 ff 07 ff 07").remarks, [Remark::NoValue]);
    assert_eq!(read(Profile::BloodPressure, "00 00 08 52 00 65 00").remarks, [Remark::NoValue]);
    assert_eq!(read(Profile::BloodPressure, "00 52 00 8a 00 65 00").remarks, [Remark::Invalid]);
    let high = read(Profile::BloodPressure, "04 2c 01 52 00 65 00 48 00");
    assert_eq!((values(&high), high.remarks), (vec![(code::HEART_RATE, 72.0)], vec![Remark::Implausible]));
    // The person moved, the cuff is loose, the pulse above the range, the arm wrong.
    let frame = "10 8a 00 52 00 65 00 2b 00";
    let doubts = [Remark::Moved, Remark::CuffLoose, Remark::PulseOutOfRange, Remark::WrongPosition];
    assert_eq!(read(Profile::BloodPressure, frame).remarks, doubts);
}

#[test]
fn temperature_in_both_scales() {
    let celsius = read(Profile::Thermometer, &format!("06 70 01 00 ff {STAMP} 02"));
    assert_eq!((values(&celsius), celsius.stamp), (vec![(code::TEMPERATURE, 36.8)], stamp()));
    let fahrenheit = read(Profile::Thermometer, "01 da 03 00 ff");
    assert_eq!(values(&fahrenheit), [(code::TEMPERATURE, 37.0)]);
    assert_eq!(read(Profile::Thermometer, "00 ff ff 7f 00").remarks, [Remark::NoValue]);
    assert_eq!(read(Profile::Thermometer, "00 da 03 00 ff").remarks, [Remark::Implausible], "98.6 °C");
}

#[test]
fn glucose_by_mass_with_a_time_offset() {
    // Number 261, base time 07:15, the user's clock an hour later, 110 mg/dL of capillary whole blood from a finger.
    let frame = "1b 05 01 ea 07 0b 17 07 0f 00 3c 00 6e b0 11 00 00";
    let measurement = read(Profile::Glucose, frame);
    assert_eq!(values(&measurement), [(code::CAPILLARY_GLUCOSE, 6.1)]);
    assert_eq!((measurement.sequence, measurement.stamp, measurement.remarks), (Some(261), stamp(), vec![]));
}

#[test]
fn glucose_by_amount_and_what_it_was_measured_in() {
    let frame = |kind_and_place: &str| format!("06 01 00 {STAMP} 4e c0 {kind_and_place}");
    assert_eq!(values(&read(Profile::Glucose, &frame("13"))), [(code::GLUCOSE, 7.8)], "venous whole blood");
    assert_eq!(values(&read(Profile::Glucose, &frame("18"))), [(code::CAPILLARY_GLUCOSE, 7.8)], "kind not known");
    for (kind_and_place, why) in [("4a", Remark::NotOfAPerson), ("41", Remark::NotOfAPerson), ("19", Remark::NotBlood)]
    {
        let measurement = read(Profile::Glucose, &frame(kind_and_place));
        assert_eq!((values(&measurement), measurement.remarks), (vec![], vec![why]));
    }
}

#[test]
fn glucose_status_and_times_that_do_not_fit() {
    let status = |low: &str, high: &str| read(Profile::Glucose, &format!("0e 01 00 {STAMP} 4e c0 11 {low} {high}"));
    assert_eq!(
        (values(&status("01", "08")).len(), status("01", "08").remarks),
        (1, vec![Remark::BatteryLow, Remark::ClockNotSet])
    );
    for (low, high, why) in [
        ("02", "00", Remark::SensorFault),
        ("04", "00", Remark::SampleTooSmall),
        ("08", "00", Remark::StripFault),
        ("20", "00", Remark::AboveRange),
        ("40", "00", Remark::BelowRange),
        ("00", "01", Remark::WrongTemperature),
    ] {
        assert_eq!((values(&status(low, high)), status(low, high).remarks), (vec![], vec![why]));
    }
    // Offset overrun: the time is not known.
    assert_eq!(read(Profile::Glucose, &format!("07 01 00 {STAMP} ff 7f 4e c0 11")).stamp, None);
    // No concentration at all.
    assert_eq!(read(Profile::Glucose, &format!("00 01 00 {STAMP}")).remarks, [Remark::NoValue]);
}

#[test]
fn the_meal_of_a_glucose_context() {
    assert_eq!(glucose::decode_context(&bytes("02 05 01 03")), Ok((261, Some(Remark::Fasting))));
    // Extended flags, 60 g of carbohydrate, after a meal.
    assert_eq!(glucose::decode_context(&bytes("83 05 01 00 01 3c d0 02")), Ok((261, Some(Remark::AfterMeal))));
    assert_eq!(glucose::decode_context(&bytes("02 05 01 04")), Ok((261, None)), "casual");
    assert_eq!(glucose::decode_context(&bytes("02 05 01")), Err(DecodeError::Short { length: 3 }));
}

#[test]
fn oximeter_spot_check() {
    // 97 %, pulse 70, time, fully qualified data, sensor fine.
    let measurement = read(Profile::SpotOximeter, &format!("07 61 00 46 00 {STAMP} 00 01 00 00 00"));
    assert_eq!(values(&measurement), [(code::OXYGEN, 97.0), (code::HEART_RATE, 70.0)]);
    assert_eq!((measurement.stamp, measurement.remarks), (stamp(), vec![]));
    let unset = read(Profile::SpotOximeter, "10 61 00 46 00");
    assert_eq!((unset.values.len(), unset.remarks), (2, vec![Remark::ClockNotSet]));
    let demonstration = read(Profile::SpotOximeter, "02 61 00 46 00 00 04");
    assert_eq!((demonstration.values, demonstration.remarks), (vec![], vec![Remark::NotOfAPerson]));
}

#[test]
fn oximeter_continuous() {
    // 92 %, pulse 88; fast 91 %, 89; early estimate; low perfusion.
    let measurement = read(Profile::ContinuousOximeter, "0d 5c 00 58 00 5b 00 59 00 40 00 20 00 00");
    assert_eq!(values(&measurement), [(code::OXYGEN, 92.0), (code::HEART_RATE, 88.0)]);
    assert_eq!(measurement.remarks, [Remark::Early, Remark::LowPerfusion]);
    let off = read(Profile::ContinuousOximeter, "08 ff 07 ff 07 00 08 00");
    assert_eq!((off.values, off.remarks), (vec![], vec![Remark::SensorOff]));
    let one = read(Profile::ContinuousOximeter, "00 5c 00 ff 07");
    assert_eq!(values(&one), [(code::OXYGEN, 92.0)], "the pulse alone is missing");
}

#[test]
fn heart_rate_in_both_widths() {
    assert_eq!(values(&read(Profile::HeartRate, "06 48")), [(code::HEART_RATE, 72.0)]);
    // Two bytes, energy and one beat interval behind it.
    assert_eq!(values(&read(Profile::HeartRate, "19 b4 00 10 00 00 04")), [(code::HEART_RATE, 180.0)]);
    assert_eq!(read(Profile::HeartRate, "04 48").remarks, [Remark::SensorOff]);
    assert_eq!(read(Profile::HeartRate, "00 00").remarks, [Remark::NoValue]);
    assert_eq!(read(Profile::HeartRate, "01 2c 01").remarks, [Remark::Implausible]);
}

#[test]
fn weight_in_both_units_without_the_scale_s_user() {
    let kilograms = read(Profile::Weight, &format!("0e a0 2d {STAMP} 01 fa 00 a4 06"));
    assert_eq!((values(&kilograms), kilograms.stamp), (vec![(code::WEIGHT, 58.4)], stamp()));
    assert_eq!(values(&read(Profile::Weight, "01 98 3a")), [(code::WEIGHT, 68.0)], "150 pounds");
    assert_eq!(read(Profile::Weight, "00 ff ff").remarks, [Remark::NoValue]);
}

#[test]
fn times_that_no_clock_shows_are_not_known() {
    for unknown in [
        "00 00 0b 17 08 0f 00",
        "ea 07 00 17 08 0f 00",
        "ea 07 02 1e 08 0f 00",
        "ea 07 0b 17 18 00 00",
        "ff ff 01 01 00 00 00",
    ] {
        assert_eq!(read(Profile::Thermometer, &format!("02 70 01 00 ff {unknown}")).stamp, None, "{unknown}");
    }
    let leap = read(Profile::Thermometer, "02 70 01 00 ff ec 07 02 1d 17 3b 3b");
    assert_eq!(leap.stamp, Some(date(2028, 2, 29).at(23, 59, 59, 0)));
}

#[test]
fn every_cut_frame_is_an_error_and_more_bytes_are_none() {
    for (profile, hex) in [
        (Profile::BloodPressure, format!("1e 8a 00 52 00 65 00 {STAMP} 48 00 01 04 00")),
        (Profile::Thermometer, format!("02 70 01 00 ff {STAMP}")),
        (Profile::Glucose, "0b 05 01 ea 07 0b 17 07 0f 00 3c 00 6e b0 11 00 00".to_owned()),
        (Profile::SpotOximeter, format!("07 61 00 46 00 {STAMP} 00 01 00 00 00")),
        (Profile::ContinuousOximeter, "0d 5c 00 58 00 5b 00 59 00 40 00 20 00 00".to_owned()),
        (Profile::HeartRate, "01 48 00".to_owned()),
        (Profile::Weight, format!("02 a0 2d {STAMP}")),
    ] {
        let whole = bytes(&hex);
        for length in 0..whole.len() {
            assert_eq!(decode(profile, &whole[..length]), Err(DecodeError::Short { length }), "{profile:?}");
        }
        let longer = [&whole[..], &[1, 2, 3]].concat();
        assert_eq!(decode(profile, &longer), decode(profile, &whole), "{profile:?}");
    }
}

#[test]
fn profiles_are_known_by_their_numbers() {
    for profile in Profile::ALL {
        assert_eq!(Profile::of(profile.characteristic()), Some(profile));
    }
    assert_eq!(Profile::of(GLUCOSE_CONTEXT), None);
}

proptest! {
    #[test]
    fn no_frame_panics_and_what_is_kept_is_plausible(index in 0..Profile::ALL.len(), frame: Vec<u8>) {
        if let Ok(measurement) = decode(Profile::ALL[index], &frame) {
            for value in &measurement.values {
                let sign = vitals::find(value.code).expect("in the table");
                prop_assert!(vitals::check(value.code, sign.unit, value.value).is_ok());
            }
            prop_assert!(!measurement.values.is_empty() || !measurement.remarks.is_empty(), "nothing is dropped without a word");
        }
        let _ = glucose::decode_context(&frame);
    }
}
