//! The data types of FHIR R4 that our resources are made of. What FHIR requires is a field that cannot be left out; what is absent is not written.

use crate::records::{Home, Pharmacy, Resident, Staff};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

/// Where our own code systems and identifiers live.
pub const OURS: &str = "https://yunzhen.dev/fhir";
/// Units of measure.
pub const UCUM: &str = "http://unitsofmeasure.org";
/// Diagnoses.
pub const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10";

/// Whether a field is written at all.
pub(super) trait Absent {
    fn is_absent(&self) -> bool {
        false
    }
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for String {}
impl Absent for &'static str {}
impl Absent for bool {}

/// Structs of FHIR: `camelCase` names, absent instead of `null` or empty.
macro_rules! fhir {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$attr])* #[serde(skip_serializing_if = "crate::fhir::types::Absent::is_absent")] pub(crate) $field: $type),+
        }
        impl $crate::fhir::types::Absent for $name {}
    )+};
}
pub(super) use fhir;

/// A moment, in milliseconds and UTC: FHIR `instant` and `dateTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub(crate) Timestamp);

impl Absent for Instant {}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub(crate) Date);

impl Absent for Day {}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// A number that is written without decimals where it has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decimal(pub(crate) f64);

impl Absent for Decimal {}

impl Serialize for Decimal {
    #[allow(clippy::cast_possible_truncation)] // whole and small, looked at before
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            to.serialize_i64(self.0 as i64)
        } else {
            to.serialize_f64(self.0)
        }
    }
}

fhir! {
    /// A code of a code system.
    Coding { system: String, code: String, display: Option<String> }
    /// A concept: codes, words, or both.
    CodeableConcept { coding: Vec<Coding>, text: Option<String> }
    /// A business identifier. The value of a masked one stands in the extension of `_value`.
    Identifier {
        #[serde(rename = "use")] usage: Option<&'static str>,
        system: Option<String>,
        value: Option<String>,
        #[serde(rename = "_value")] masked: Option<Extended>
    }
    /// Extensions of a primitive value that is not there.
    Extended { extension: Vec<Extension> }
    /// An extension.
    Extension { url: &'static str, value_string: Option<String>, value_code: Option<&'static str> }
    /// A reference: to a resource of this API, or to somebody outside by identifier and name.
    Reference {
        reference: Option<String>,
        #[serde(rename = "type")] kind: Option<&'static str>,
        identifier: Option<Box<Identifier>>,
        display: Option<String>
    }
    /// An amount.
    Quantity { value: Decimal, unit: Option<String>, system: Option<&'static str>, code: Option<String> }
    /// From when to when.
    Period { start: Option<Instant>, end: Option<Instant> }
    /// From which day to which.
    Days { start: Option<Day>, end: Option<Day> }
    /// A name as it is written.
    HumanName { #[serde(rename = "use")] usage: Option<&'static str>, text: String }
    /// How to reach somebody.
    ContactPoint { system: &'static str, value: String }
    /// Version and time of change.
    Meta { version_id: String, last_updated: Option<Instant> }
}

impl Coding {
    /// A code with its name.
    pub(crate) fn new(system: impl Into<String>, code: impl Into<String>, display: Option<&str>) -> Self {
        Self { system: system.into(), code: code.into(), display: display.map(str::to_owned) }
    }

    /// A code of one of our own systems.
    pub(crate) fn ours(system: &str, code: &str) -> Self {
        Self::new(format!("{OURS}/CodeSystem/{system}"), code, None)
    }
}

impl CodeableConcept {
    /// A coded concept.
    pub(crate) fn of(coding: Coding) -> Self {
        Self { coding: vec![coding], text: None }
    }

    /// A concept in words.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { coding: Vec::new(), text: Some(text.into()) }
    }
}

impl Identifier {
    /// A value of one of our own systems.
    pub(crate) fn ours(kind: &str, value: impl ToString) -> Self {
        Self { usage: None, system: Some(format!("{OURS}/{kind}")), value: Some(value.to_string()), masked: None }
    }
}

impl Reference {
    /// A resource of this API.
    pub(crate) fn to(kind: &str, id: impl std::fmt::Display) -> Self {
        Self { reference: Some(format!("{kind}/{id}")), kind: None, identifier: None, display: None }
    }

    /// Something that this API does not serve, by identifier and name.
    pub(crate) fn outside(kind: &'static str, identifier: Option<Identifier>, display: &str) -> Self {
        let display = Some(display.to_owned()).filter(|name| !name.is_empty());
        Self { reference: None, kind: Some(kind), identifier: identifier.map(Box::new), display }
    }

    /// A resident by name.
    pub(crate) fn patient(resident: &Resident) -> Self {
        Self { display: Some(resident.name.expose().clone()), ..Self::to("Patient", resident.id) }
    }

    /// A member of staff.
    pub(crate) fn practitioner(staff: &Staff) -> Self {
        Self::outside("Practitioner", Some(Identifier::ours("staff", staff.id)), &staff.name)
    }

    /// A pharmacy.
    pub(crate) fn pharmacy(pharmacy: &Pharmacy) -> Self {
        Self::outside("Organization", Some(Identifier::ours("pharmacy", pharmacy.id)), &pharmacy.name)
    }

    /// A home, as an organization or as a place.
    pub(crate) fn home(kind: &'static str, home: &Home) -> Self {
        Self::outside(kind, Some(Identifier::ours("home", home.id)), &home.name)
    }

    /// A hospital, which is known by name only.
    pub(crate) fn hospital(name: &str) -> Self {
        Self::outside("Organization", None, name)
    }
}

impl Quantity {
    /// In a unit of UCUM.
    pub(crate) fn ucum(value: f64, unit: &str) -> Self {
        Self { value: Decimal(value), unit: Some(unit.to_owned()), system: Some(UCUM), code: Some(unit.to_owned()) }
    }

    /// In a unit of the formulary; mass and volume are UCUM, what is counted (片, 支) has no code.
    pub(crate) fn counted(value: f64, unit: &str) -> Self {
        match unit {
            "g" | "mg" | "mL" => Self::ucum(value, unit),
            _ => Self { value: Decimal(value), unit: Some(unit.to_owned()), system: None, code: None },
        }
    }
}

impl Meta {
    /// Of a row with a version.
    pub(crate) fn version(version: i64, last_updated: Option<Timestamp>) -> Option<Self> {
        Some(Self { version_id: version.to_string(), last_updated: last_updated.map(Instant) })
    }
}

/// A diagnosis by its ICD-10 code and Chinese name.
pub(super) fn diagnosis(code: &str, display: Option<&str>) -> CodeableConcept {
    CodeableConcept { coding: vec![Coding::new(ICD_10, code, display)], text: display.map(str::to_owned) }
}

/// Whole minutes between two times.
pub(super) fn minutes(from: Timestamp, until: Timestamp) -> Option<u32> {
    let between: SignedDuration = until.duration_since(from);
    u32::try_from(between.as_mins()).ok().filter(|minutes| *minutes > 0)
}
