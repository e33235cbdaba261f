//! A resident's record.

use crate::checked::{IdNumber, RawFrame};
use crate::early_warning::OxygenScale;
use crate::ids::{HomeId, NoteId, ObservationId, ResidentId, StaffId};
use crate::machines::named_enum;
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

named_enum! {
    /// Sex as the ID number encodes it.
    Sex {
        /// Male.
        Male = "male",
        /// Female.
        Female = "female",
    }
}

/// A resident of a home.
#[derive(Debug, Clone, PartialEq)]
pub struct Resident {
    /// Identifier.
    pub id: ResidentId,
    /// Version of the row.
    pub version: i64,
    /// Lives in.
    pub home_id: HomeId,
    /// Real name.
    pub name: Sensitive<String>,
    /// Initials for search, e.g. `wxy`.
    pub pinyin: String,
    /// Sex.
    pub sex: Sex,
    /// Born.
    pub birth_date: Date,
    /// Bed.
    pub bed: String,
    /// Eighteen characters, checked.
    pub id_number: IdNumber,
    /// Relatives.
    pub contacts: Vec<Contact>,
    /// Decides where the resident cannot.
    pub surrogate: Option<Contact>,
    /// Known allergies; an empty list with `allergies_asked` false means nobody asked.
    pub allergies: Vec<AllergyRecord>,
    /// Somebody asked about allergies; else a check answers `input_missing`.
    pub allergies_asked: bool,
    /// Problem list.
    pub conditions: Vec<Condition>,
    /// What the resident takes.
    pub medicines: Vec<Medicine>,
    /// Which band of oxygen saturation the early-warning score uses.
    pub oxygen_scale: OxygenScale,
    /// Path of a portrait.
    pub photo_url: Option<String>,
    /// The record that stands for this one since the two were found to be one person.
    pub merged_into: Option<ResidentId>,
}

impl Resident {
    /// Completed years at `on`.
    pub fn age(&self, on: Date) -> u16 {
        let years = on.year() - self.birth_date.year();
        let before_birthday = (on.month(), on.day()) < (self.birth_date.month(), self.birth_date.day());
        u16::try_from(years - i16::from(before_birthday)).unwrap_or(0)
    }
}

/// A relative or guardian.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Relation to the resident.
    pub relation: String,
    /// Phone.
    pub phone: String,
}

named_enum! {
    /// How bad the reaction was.
    AllergySeverity {
        /// Rash or the like.
        Mild = "mild",
        /// Needed treatment.
        Moderate = "moderate",
        /// Life-threatening.
        Severe = "severe",
    }
}

/// A known allergy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllergyRecord {
    /// In words, e.g. 青霉素.
    pub substance: String,
    /// Group of the formulary, e.g. `penicillins`; absent when nobody coded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What happened.
    pub reaction: String,
    /// How bad.
    pub severity: AllergySeverity,
}

/// A diagnosis on the problem list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// ICD-10.
    pub code: String,
    /// Chinese.
    pub display_zh: String,
    /// English.
    pub display_en: String,
    /// Since when.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

/// A medicine the resident takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Medicine {
    /// Drug of the formulary, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<crate::formulary::DrugId>,
    /// Name.
    pub name: String,
    /// Dose in words.
    pub dose_text: String,
    /// Since when.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

named_enum! {
    /// Where a value came from.
    ObservationSource {
        /// Typed by a nurse.
        Nurse = "nurse",
        /// Sent by a device.
        Device = "device",
        /// Demo data.
        Seed = "seed",
        /// From a file of residents.
        Import = "import",
    }
}

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Identifier.
    pub id: ObservationId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// LOINC.
    pub code: String,
    /// In `unit`.
    pub value: f64,
    /// UCUM.
    pub unit: String,
    /// By the clock of the home.
    pub measured_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// Which device.
    pub device: Option<String>,
    /// From where.
    pub source: ObservationSource,
    /// What the device itself sent, when it came from one.
    pub trace: Option<DeviceTrace>,
}

/// What a device sent, beside the value that was read out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceTrace {
    /// How far the device's clock was ahead of the box's, in milliseconds; unknown when the device tells no time.
    pub clock_offset_ms: Option<i64>,
    /// Its frames.
    pub raw_frame: RawFrame,
}

named_enum! {
    /// What a note is about.
    NoteKind {
        /// Care note.
        Nursing = "nursing",
        /// What the resident complains of.
        Complaint = "complaint",
        /// What a hospital reported after a referral.
        ReferralReport = "referral_report",
    }
}

/// A note in a resident's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Identifier.
    pub id: NoteId,
    /// Of whom.
    pub resident_id: ResidentId,
    /// What about.
    pub kind: NoteKind,
    /// The text.
    pub text: Sensitive<String>,
    /// By the clock of the home.
    pub written_at: Timestamp,
    /// By the clock of the relay.
    pub received_at: Timestamp,
    /// By whom.
    pub author: StaffId,
}
