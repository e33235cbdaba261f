//! Writing and judging a prescription: what is typed, questions, replacement, what the review needs to know, favourites.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ConsultationId, DrugId, FavouriteId, Frequency, NothingLeft, Route, Sex, Supply};
use super::common::Time;
use super::formulary::Drug;
use super::prescriptions::PrescriptionItem;
pub use yunzhen_domain::dosage::TaperStep;
pub use yunzhen_domain::records::{Assessment, Condition};
pub use yunzhen_domain::safety::Finding;

/// A prescription as the specialist writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrescriptionDraft {
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Which legal cap applies.
    pub supply: Supply,
    /// Days of validity.
    #[schema(minimum = 1, maximum = 3)]
    pub valid_days: u32,
    /// Drugs.
    pub items: Vec<DraftItem>,
    /// The prescriber's reason for going past a hard stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_stop_reason: Option<String>,
    /// Why it may be supplied for longer than four weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

/// A changed draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrescriptionDraftUpdate {
    /// The `version` that was edited.
    pub version: i64,
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Which legal cap applies.
    pub supply: Supply,
    /// Days of validity.
    #[schema(minimum = 1, maximum = 3)]
    pub valid_days: u32,
    /// Drugs.
    pub items: Vec<DraftItem>,
    /// The prescriber's reason for going past a hard stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_stop_reason: Option<String>,
    /// Why it may be supplied for longer than four weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

/// One drug of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftItem {
    /// Drug.
    pub drug_id: DrugId,
    /// Single dose, in the drug's dose unit; the first step's of a taper.
    pub dose: f64,
    /// The unit in which the dose was meant; refused when it is not the drug's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose_unit: Option<String>,
    /// How often; the first step's of a taper.
    pub frequency: Frequency,
    /// By which way.
    pub route: Route,
    /// For how many days, all steps of a taper together.
    #[schema(minimum = 1)]
    pub days: u32,
    /// A dose that changes: every step in order, the first one included. Left out for a steady dose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taper: Vec<DraftStep>,
    /// Where it is taken when needed: the most times within a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub most_per_day: Option<u32>,
    /// Where it is taken when needed: the least hours from one time to the next, at most 24.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub hours_apart: Option<u32>,
    /// How much; computed from dose, frequency and days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    /// What to tell the person who gives it.
    pub instruction: String,
    /// Whether the pharmacy may give the same medicine in a smaller strength; not, when left out.
    #[serde(default)]
    pub substitution: bool,
}

/// One step of a dose that changes, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftStep {
    /// Single dose, in the drug's dose unit.
    pub dose: f64,
    /// How often.
    pub frequency: Frequency,
    /// For how many days.
    pub days: u32,
}

/// Findings of a draft that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Findings {
    /// Worst first.
    pub findings: Vec<Finding>,
    /// How much each line supplies, in the lines' order; 0 where a person must say.
    pub quantities: Vec<u32>,
}

/// A question to the prescriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    /// The `version` that was seen.
    pub version: i64,
    /// The question.
    #[schema(min_length = 1, max_length = 500)]
    pub question: String,
}

/// The prescriber's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// The `version` that was seen.
    pub version: i64,
    /// The answer.
    #[schema(min_length = 1, max_length = 500)]
    pub answer: String,
}

/// A question to the prescriber and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrescriptionQuestion {
    /// When it was asked.
    pub asked_at: Time,
    /// Who asked, by name.
    pub asked_by: String,
    /// The pharmacy asked, not the reviewing pharmacist.
    pub from_pharmacy: bool,
    /// What.
    pub question: String,
    /// The answer, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
}

/// Takes a prescription back and begins another in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceBody {
    /// The `version` of the prescription that is replaced.
    pub version: i64,
    /// The consultation in which the new one is written: of the same resident.
    pub consultation_id: ConsultationId,
    /// Why it is withdrawn; not needed for one that was rejected or has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// What a composer shows beside the lines: the legal room, and what the resident has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PrescribingFacts {
    /// The numbers in force.
    pub limits: PrescribingLimits,
    /// What the resident takes or has been prescribed.
    pub medicines: Vec<MedicineInHand>,
}

/// The legal numbers of a prescription, by the names of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrescribingLimits {
    /// Drugs on one prescription.
    pub items: u32,
    /// Days of validity.
    pub validity_days: u32,
    /// Days of an ordinary supply.
    pub supply_ordinary_days: u32,
    /// Days of an emergency supply.
    pub supply_emergency_days: u32,
    /// Days of a long supply without an assessment.
    pub supply_chronic_days: u32,
    /// Days of a long supply with one.
    pub supply_chronic_assessed_days: u32,
}

/// A medicine that the resident takes by the record, or that another prescription brought or still brings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct MedicineInHand {
    /// As the record or the formulary names it.
    pub name: String,
    /// Drug of the formulary, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drug: Option<Drug>,
    /// Dose in words, of a medicine of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose_text: Option<String>,
    /// Single dose of a prescription that runs: of a taper, of the step that runs today, or that will be the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<f64>,
    /// How often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
    /// Of a taper, the step that follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<NextStep>,
    /// Where it is taken when needed: the most times within a day, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_day: Option<u32>,
    /// Where it is taken when needed: at least so many hours from one time to the next, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_apart: Option<u32>,
    /// Last day with all its doses, by what the home has; of what is still to come, of the prescription.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Prescribed, and nothing of it has reached the home yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_come: bool,
    /// Days for which it lasts, from the next dose on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_left: Option<u32>,
    /// How much the home has of it, in the drug's dose unit, of a prescription that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// Why the home has nothing of it any more, of a prescription that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing_left: Option<NothingLeft>,
    /// The home was given a part, and a pharmacy still owes the rest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest_to_come: bool,
}

/// The step of a taper that follows the one that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NextStep {
    /// Single dose, in the drug's dose unit.
    pub dose: f64,
    /// How often.
    pub frequency: Frequency,
    /// Its first day; unknown before anything of the medicine has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
}

/// What of the resident decides whether a prescription is safe, and nothing else of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewFacts {
    /// Completed years.
    pub age: u32,
    /// Sex.
    pub sex: Sex,
    /// Newest weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Measured>,
    /// Newest creatinine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creatinine: Option<Measured>,
    /// Newest potassium.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub potassium: Option<Measured>,
    /// Somebody asked about allergies.
    pub allergies_asked: bool,
    /// Substances the resident must not get.
    pub allergies: Vec<String>,
    /// The same in English, where the record codes them; else as written.
    #[serde(default)]
    pub allergies_en: Vec<String>,
    /// Problem list.
    pub conditions: Vec<Condition>,
    /// What the resident takes or has been prescribed.
    pub medicines: Vec<MedicineInHand>,
}

/// A value with its age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Measured {
    /// In the measure's unit: kg, umol/L, mmol/L.
    pub value: f64,
    /// When it was measured.
    pub measured_at: Time,
    /// Whole days since.
    pub age_days: u32,
    /// Too old to count for a dose.
    pub stale: bool,
}

/// What a specialist keeps under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Favourite {
    /// Favourite id.
    pub id: FavouriteId,
    /// As the specialist calls it.
    pub name: String,
    /// ICD-10 code, of a whole prescription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_code: Option<String>,
    /// Which legal cap applies, of a whole prescription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supply: Option<Supply>,
    /// Lines whose drug is still in the formulary.
    pub items: Vec<PrescriptionItem>,
    /// Lines whose drug is not.
    pub unknown: u32,
}

/// A line or a whole prescription to keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFavourite {
    /// A name that the specialist does not use yet.
    #[schema(min_length = 1, max_length = 40)]
    pub name: String,
    /// ICD-10 code, of a whole prescription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis_code: Option<String>,
    /// Which legal cap applies, of a whole prescription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supply: Option<Supply>,
    /// Lines.
    #[schema(min_items = 1)]
    pub items: Vec<DraftItem>,
}
