//! What the rules need to know about the resident, gathered by who asks.

use super::Running;
use crate::records::{AllergyRecord, Condition, Eligibility, Medicine, Observation, Resident, Sex};
use crate::vitals::{CREATININE, POTASSIUM, WEIGHT};
use jiff::Timestamp;
use jiff::civil::Date;

/// What the rules need to know about the resident.
#[derive(Debug, Clone, Copy)]
pub struct ResidentFacts<'a> {
    /// Completed years.
    pub age: u16,
    /// As the ID number encodes it.
    pub sex: Sex,
    /// Somebody asked about allergies.
    pub allergies_asked: bool,
    /// Known allergies.
    pub allergies: &'a [AllergyRecord],
    /// Problem list.
    pub conditions: &'a [Condition],
    /// Medicines in hand, as the home keeps them.
    pub medicines: &'a [Medicine],
    /// Lines of other prescriptions that still run, with what the home has of each.
    pub running: &'a [Running],
    /// The latest readings that count here.
    pub readings: Readings,
    /// Visits in person.
    pub eligibility: &'a [Eligibility],
    /// The hospital of the prescriber.
    pub hospital: Option<&'a str>,
    /// Name of the home's own licensed doctor who is present, where the home's switch for joint consultations is on.
    pub present_doctor: Option<&'a str>,
}

/// The latest readings that count for a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Readings {
    /// µmol/L.
    pub creatinine: Option<Reading>,
    /// mmol/L.
    pub potassium: Option<Reading>,
    /// kg.
    pub weight: Option<Reading>,
}

/// One value and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// In the unit of its measure.
    pub value: f64,
    /// By the clock of the home.
    pub measured_at: Timestamp,
}

impl Reading {
    /// Whole days since it was measured; a reading of the future is as new as can be.
    pub fn age_days(&self, now: Timestamp) -> u32 {
        u32::try_from(now.duration_since(self.measured_at).as_hours() / 24).unwrap_or(0)
    }
}

impl Readings {
    /// The newest of each measure among `observations`.
    pub fn of(observations: &[Observation]) -> Self {
        let newest = |code: &str| {
            let of_code = observations.iter().filter(|o| o.code == code);
            let newest = of_code.max_by_key(|o| o.measured_at);
            newest.map(|o| Reading { value: o.value, measured_at: o.measured_at })
        };
        Self { creatinine: newest(CREATININE), potassium: newest(POTASSIUM), weight: newest(WEIGHT) }
    }
}

impl<'a> ResidentFacts<'a> {
    /// From the record; `today` is the home's, where the resident grows older.
    pub fn of(
        resident: &'a Resident,
        readings: Readings,
        running: &'a [Running],
        eligibility: &'a [Eligibility],
        hospital: Option<&'a str>,
        present_doctor: Option<&'a str>,
        today: Date,
    ) -> Self {
        Self {
            age: resident.age(today),
            sex: resident.sex,
            allergies_asked: resident.allergies_asked,
            allergies: &resident.allergies,
            conditions: &resident.conditions,
            medicines: &resident.medicines,
            running,
            readings,
            eligibility,
            hospital,
            present_doctor,
        }
    }
}
