//! Residents: list, chart, readings, notes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{HomeId, NoteId, NoteKind, ObservationId, ObservationSource, ResidentId, Sex};
use super::common::Time;
use super::consultations::ConsultationSummary;
use super::prescriptions::PrescriptionSummary;
use super::referrals::ReferralSummary;
pub use yunzhen_domain::records::{AllergyRecord, Condition, Contact, Medicine};

/// Filters of the residents' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ResidentQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Name, pinyin initials or bed.
    pub q: Option<String>,
}

/// A diagnosis in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConditionTag {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display: String,
}

/// A resident as a line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResidentSummary {
    /// Resident id.
    pub id: ResidentId,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Completed years.
    pub age: u32,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Substances the resident must not get.
    pub allergies: Vec<String>,
    /// Diagnoses.
    pub conditions: Vec<ConditionTag>,
    /// The newest reading of each measure.
    pub last_observations: Vec<Observation>,
    /// LOINC codes of those that are out of range.
    pub out_of_range: Vec<String>,
    /// Portrait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
}

/// A resident's chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resident {
    /// Resident id.
    pub id: ResidentId,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Completed years.
    pub age: u32,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Substances the resident must not get.
    pub allergies: Vec<String>,
    /// The newest reading of each measure.
    pub last_observations: Vec<Observation>,
    /// LOINC codes of those that are out of range.
    pub out_of_range: Vec<String>,
    /// Portrait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
    /// Resident identity number with the birth date hidden.
    pub id_number_masked: String,
    /// Family and other contacts.
    pub contacts: Vec<Contact>,
    /// Allergies in full.
    pub allergy_records: Vec<AllergyRecord>,
    /// Diagnoses in full.
    pub conditions: Vec<Condition>,
    /// What the resident takes now.
    pub medicines: Vec<Medicine>,
    /// First visits: what may be treated remotely.
    pub eligibility: Vec<Eligibility>,
    /// Referrals to a hospital, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<ReferralSummary>,
    /// Notes, newest first.
    pub notes: Vec<Note>,
    /// Consultations, newest first.
    pub consultations: Vec<ConsultationSummary>,
    /// Prescriptions, newest first.
    pub prescriptions: Vec<PrescriptionSummary>,
}

/// A first visit in person, for one diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Eligibility {
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Chinese name.
    pub display: String,
    /// Hospital whose doctor came.
    pub hospital: String,
    /// When.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// The doctor.
    pub clinician: String,
}

/// A reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Observation {
    /// Observation id.
    pub id: ObservationId,
    /// LOINC code.
    pub code: String,
    /// Value.
    pub value: f64,
    /// UCUM unit.
    pub unit: String,
    /// When it was taken.
    pub measured_at: Time,
    /// When it reached the relay.
    pub received_at: Time,
    /// Device, when one took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Where it comes from.
    pub source: ObservationSource,
    /// Lower end of the normal band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of the normal band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// Filters of the readings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ObservationQuery {
    /// Measured at or after.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Time>,
    /// Only this LOINC code.
    pub code: Option<String>,
}

/// Readings to record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewObservations {
    /// One to fifty readings.
    #[schema(min_items = 1, max_items = 50)]
    pub readings: Vec<Reading>,
}

/// One reading to record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// LOINC code.
    pub code: String,
    /// Value.
    pub value: f64,
    /// UCUM unit.
    pub unit: String,
    /// When it was taken.
    pub measured_at: Time,
    /// Device, when one took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Readings that were recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordedObservations {
    /// In the order they were sent.
    pub items: Vec<Observation>,
}

/// A note to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// What was seen or said.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// When it was written (offline notes arrive later).
    pub written_at: Time,
    /// What it is.
    pub kind: NoteKind,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Note {
    /// Note id.
    pub id: NoteId,
    /// What was seen or said.
    pub text: String,
    /// What it is.
    pub kind: NoteKind,
    /// When it was written.
    pub written_at: Time,
    /// When it reached the relay.
    pub received_at: Time,
    /// Who wrote it.
    pub author_name: String,
}
