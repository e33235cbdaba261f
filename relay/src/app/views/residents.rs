//! Residents: list, chart, readings, notes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    Band, BreakGlassId, HomeId, NoteId, NoteKind, ObservationId, ObservationSource, OxygenScale, Parameter, ResidentId,
    Sex,
};
use super::common::Time;
use super::consents::ConsentState;
use super::consultations::ConsultationSummary;
use super::prescriptions::PrescriptionSummary;
use super::referrals::ReferralSummary;
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::records::{self, AllergySeverity};
pub use yunzhen_domain::records::{Condition, Contact};
pub use yunzhen_domain::registry::Input as ResidentInput;

/// Filters of the residents' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ResidentQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Name, pinyin initials, bed, or the end of the identity number (three characters or more).
    pub q: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A diagnosis in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConditionTag {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display: String,
    /// English name.
    #[serde(default)]
    pub display_en: String,
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
    /// The same in English, where the record codes them; else as written.
    #[serde(default)]
    pub allergies_en: Vec<String>,
    /// Somebody has asked: an empty list then means that there are none.
    pub allergies_asked: bool,
    /// The early-warning score now.
    pub early_warning: EarlyWarningScore,
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
    /// Resident id: that of the record which stands, also when a merged one was asked for.
    pub id: ResidentId,
    /// Version to send with a change.
    pub version: i64,
    /// Records that were merged into this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_ids: Vec<ResidentId>,
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
    /// The same in English, where the record codes them; else as written.
    #[serde(default)]
    pub allergies_en: Vec<String>,
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
    /// Decides where the resident cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surrogate: Option<Contact>,
    /// Somebody asked about allergies: an empty list means there are none.
    pub allergies_asked: bool,
    /// Which band of oxygen saturation the early-warning score uses.
    pub oxygen_scale: OxygenScale,
    /// NEWS2 now and over the last days.
    pub early_warning: EarlyWarning,
    /// What is consented to now, each kind separately.
    pub consents: Vec<ConsentState>,
    /// The caller sees this record only through a broken glass, until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<OwnBreakGlass>,
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

/// A known allergy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllergyRecord {
    /// In words, e.g. 青霉素.
    pub substance: String,
    /// In English, where it is coded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substance_en: Option<String>,
    /// Group of the formulary, e.g. `penicillins`; absent when nobody coded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What happened.
    pub reaction: String,
    /// How bad.
    pub severity: AllergySeverity,
}

impl AllergyRecord {
    /// As it is recorded, with the English name of what is coded.
    pub fn of(formulary: &Formulary, allergy: records::AllergyRecord) -> Self {
        let substance_en = formulary.allergen_en(&allergy);
        let records::AllergyRecord { substance, group, reaction, severity } = allergy;
        Self { substance, substance_en, group, reaction, severity }
    }
}

/// A medicine the resident takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Medicine {
    /// Drug of the formulary, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<DrugId>,
    /// Name.
    pub name: String,
    /// In English with its strength, where it is a drug of the formulary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Dose in words.
    pub dose_text: String,
    /// Since when.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

impl Medicine {
    /// As it is recorded, with the English name of what is coded.
    pub fn of(formulary: &Formulary, medicine: records::Medicine) -> Self {
        let name_en = formulary.medicine_en(&medicine);
        let records::Medicine { drug_id, name, dose_text, since } = medicine;
        Self { drug_id, name, name_en, dose_text, since }
    }
}

/// A first visit in person, for one diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Eligibility {
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Chinese name.
    pub display: String,
    /// English name, where the formulary has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_en: Option<String>,
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
    /// How far the device's clock was ahead of the home's box, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// What the device sent: characteristic and bytes, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_frame: Option<String>,
    /// Lower end of the normal band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of the normal band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// The early-warning score now, and how it came to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EarlyWarning {
    /// Now.
    pub now: EarlyWarningScore,
    /// After each round of the last days, oldest first.
    pub trend: Vec<EarlyWarningPoint>,
}

/// NEWS2 at a time. Without a total, a parameter is missing or old: that is never a low score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EarlyWarningScore {
    /// The total, once all seven parameters are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// What it asks for; present without a total only when what is known reaches medium or high already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// The total is this or more.
    pub at_least: u32,
    /// What counts.
    pub parts: Vec<EarlyWarningPart>,
    /// Never measured.
    pub missing: Vec<Parameter>,
    /// Measured too long ago.
    pub old: Vec<Parameter>,
}

/// One parameter of a score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EarlyWarningPart {
    /// Which.
    pub parameter: Parameter,
    /// As measured.
    pub value: f64,
    /// 0 to 3.
    pub points: u32,
    /// When.
    pub measured_at: Time,
}

/// A score of the trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EarlyWarningPoint {
    /// When.
    pub at: Time,
    /// The total, if all parameters were known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// What it asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Band>,
    /// The total was this or more.
    pub at_least: u32,
}

/// A change of a record, made on the version that the person saw.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidentChange {
    /// The `version` that the person saw.
    pub version: i64,
    /// All fields as they are to be.
    pub resident: ResidentInput,
}

/// A record as its form shows it after it was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// Resident id.
    pub id: ResidentId,
    /// Its version now.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Initials for search.
    pub pinyin: String,
    /// Sex, from the identity number.
    pub sex: Sex,
    /// Date of birth, from the identity number.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home_id: HomeId,
    /// Identity number with the birth date hidden.
    pub id_number_masked: String,
    /// Another record looks like the same person: an administrator decides.
    pub duplicate_suspected: bool,
}

/// Where a resident moves to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// To which home.
    pub home_id: HomeId,
    /// Into which bed.
    #[schema(min_length = 1, max_length = 20)]
    pub bed: String,
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
    /// How far the device's clock was ahead of the home's box, in milliseconds; `measured_at` is corrected already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
    /// What the device sent: characteristic and bytes, hexadecimal (`2a35:1e78…`), two frames joined by `;`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1100)]
    pub raw_frame: Option<String>,
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

/// The caller's own opening of a record, as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnBreakGlass {
    /// Which.
    pub id: BreakGlassId,
    /// Version to close it with.
    pub version: i64,
    /// When it closes by itself.
    pub until: Time,
}
