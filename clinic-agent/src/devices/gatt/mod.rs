//! Frames of the standard GATT profiles → values in the units of the record. Pure: bytes in, measurement or reason out; nothing
//! here knows Bluetooth, a clock or a resident.
//!
//! | module | characteristic |
//! |---|---|
//! | [`blood_pressure`] | 0x2A35 |
//! | [`thermometer`] | 0x2A1C |
//! | [`glucose`] | 0x2A18 and its context 0x2A34 |
//! | [`oximeter`] | 0x2A5E (spot check), 0x2A5F (continuous) |
//! | [`heart_rate`] | 0x2A37 |
//! | [`weight`] | 0x2A9D |
//! | [`medfloat`] | the numbers of IEEE 11073 |
//!
//! A value that the device itself calls invalid, or that no living person can have, is left out and the reason is a
//! [`Remark`]. Fields behind those that are known are skipped: profiles grow at their end.

pub mod blood_pressure;
pub mod glucose;
pub mod heart_rate;
pub mod medfloat;
pub mod oximeter;
mod reader;
mod remark;
pub mod thermometer;
pub mod weight;

pub use remark::Remark;

use jiff::civil::DateTime;
use reader::Reader;
use serde::{Deserialize, Serialize};
use yunzhen_domain::vitals;

/// LOINC codes of what these devices measure; units are those of the vital signs' table.
pub mod code {
    /// Systolic blood pressure.
    pub const SYSTOLIC: &str = "8480-6";
    /// Diastolic blood pressure.
    pub const DIASTOLIC: &str = "8462-4";
    /// Mean blood pressure.
    pub const MEAN: &str = "8478-0";
    /// Heart or pulse rate.
    pub const HEART_RATE: &str = "8867-4";
    /// Oxygen saturation by pulse oximetry.
    pub const OXYGEN: &str = "59408-5";
    /// Body temperature.
    pub const TEMPERATURE: &str = "8310-5";
    /// Glucose by capillary meter.
    pub const CAPILLARY_GLUCOSE: &str = "14743-9";
    /// Glucose in (venous or arterial) blood.
    pub const GLUCOSE: &str = "15074-8";
    /// Body weight.
    pub const WEIGHT: &str = "29463-7";
}

/// What a frame measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Blood pressure measurement.
    BloodPressure,
    /// Temperature measurement.
    Thermometer,
    /// Glucose measurement.
    Glucose,
    /// Oximeter, one measurement.
    SpotOximeter,
    /// Oximeter, about one frame each second.
    ContinuousOximeter,
    /// Heart rate, about one frame each second.
    HeartRate,
    /// Weight measurement.
    Weight,
    /// An ECG: a recorder's file and no frame of a profile; the inbox reads it.
    Ecg,
}

impl Profile {
    /// Those of Bluetooth.
    pub const ALL: [Self; 7] = [
        Self::BloodPressure,
        Self::Thermometer,
        Self::Glucose,
        Self::SpotOximeter,
        Self::ContinuousOximeter,
        Self::HeartRate,
        Self::Weight,
    ];

    /// Assigned number of the service that has it.
    pub const fn service(self) -> u16 {
        match self {
            Self::BloodPressure => 0x1810,
            Self::Thermometer => 0x1809,
            Self::Glucose => 0x1808,
            Self::SpotOximeter | Self::ContinuousOximeter => 0x1822,
            Self::HeartRate => 0x180d,
            Self::Weight => 0x181d,
            Self::Ecg => FILE,
        }
    }

    /// Assigned number of its measurement.
    pub const fn characteristic(self) -> u16 {
        match self {
            Self::BloodPressure => 0x2a35,
            Self::Thermometer => 0x2a1c,
            Self::Glucose => 0x2a18,
            Self::SpotOximeter => 0x2a5e,
            Self::ContinuousOximeter => 0x2a5f,
            Self::HeartRate => 0x2a37,
            Self::Weight => 0x2a9d,
            Self::Ecg => FILE,
        }
    }

    /// The profile of a characteristic.
    pub fn of(characteristic: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.characteristic() == characteristic)
    }

    /// Whether frames come one after the other as long as the person wears the device.
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::ContinuousOximeter | Self::HeartRate)
    }
}

/// Stands where Bluetooth has assigned no number: what came is a file.
pub const FILE: u16 = 0;

/// Glucose measurement context, which says when the last meal was.
pub const GLUCOSE_CONTEXT: u16 = 0x2a34;

/// One value in the unit of the record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Value {
    /// LOINC.
    pub code: &'static str,
    /// In the unit of the vital signs' table.
    pub value: f64,
}

/// What one frame says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurement {
    /// What may be used; empty when the remarks say why not.
    pub values: Vec<Value>,
    /// When, by the device's own clock (local time, no zone).
    pub stamp: Option<DateTime>,
    /// The device's number of the measurement.
    pub sequence: Option<u16>,
    /// What the device says about it.
    pub remarks: Vec<Remark>,
}

/// Why a frame is no measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Its flags announce more than there is.
    #[error("the frame of {length} bytes is shorter than its flags announce")]
    Short {
        /// Bytes there were.
        length: usize,
    },
}

/// Decodes the frame of a measurement.
pub fn decode(profile: Profile, frame: &[u8]) -> Result<Measurement, DecodeError> {
    let mut reader = Reader::new(frame);
    let mut measurement = match profile {
        Profile::BloodPressure => blood_pressure::decode(&mut reader),
        Profile::Thermometer => thermometer::decode(&mut reader),
        Profile::Glucose => glucose::decode(&mut reader),
        Profile::SpotOximeter => oximeter::decode_spot(&mut reader),
        Profile::ContinuousOximeter => oximeter::decode_continuous(&mut reader),
        Profile::HeartRate => heart_rate::decode(&mut reader),
        Profile::Weight => weight::decode(&mut reader),
        Profile::Ecg => return Ok(Measurement::default()),
    }?;
    measurement.keep_what_may_be_used();
    Ok(measurement)
}

/// The time at the front of Date Time and of Current Time, the characteristics that tell a device's clock.
pub fn date_time(bytes: &[u8]) -> Option<DateTime> {
    Reader::new(bytes).stamp().ok().flatten()
}

impl Measurement {
    fn remark_if(&mut self, condition: bool, remark: Remark) {
        if condition && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// Adds a value, rounded to what the record shows of it.
    fn push(&mut self, code: &'static str, value: Option<f64>, decimals: i32) {
        let scale = 10_f64.powi(decimals);
        self.values.extend(value.map(|value| Value { code, value: (value * scale).round() / scale }));
    }

    fn keep_what_may_be_used(&mut self) {
        let announced = self.values.len();
        self.values.retain(|value| {
            vitals::find(value.code).is_some_and(|sign| vitals::check(value.code, sign.unit, value.value).is_ok())
        });
        self.remark_if(self.values.len() < announced, Remark::Implausible);
        let has = |code| self.values.iter().any(|value| value.code == code);
        if !(has(code::SYSTOLIC) && has(code::DIASTOLIC)) {
            self.values.retain(|value| ![code::SYSTOLIC, code::DIASTOLIC, code::MEAN].contains(&value.code));
        }
        if self.remarks.iter().any(|remark| remark.forbids_use()) {
            self.values.clear();
        }
        self.remark_if(self.values.is_empty() && self.remarks.is_empty(), Remark::NoValue);
    }
}

#[cfg(test)]
mod tests;
