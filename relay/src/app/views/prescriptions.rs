//! Prescriptions: draft, findings, signature, review, dispensing.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    ChainNext, ChainReason, ChainTurn, ConsultationId, DeliveryId, DrugId, Frequency, HomeId, PharmacyId,
    PrescriptionId, PrescriptionState, RejectionCode, ResidentId, Route, Severity, Sex, StaffId, SubstitutionReason,
    Supply, Urgency,
};
use super::common::{StaffRef, Time, TimelineStep};
use super::deliveries::Delivery;
use super::doses::DoorToDose;
use super::formulary::Drug;
use super::offers::{OfferWhy, Offers};
pub use super::prescribing::{
    Assessment, DraftItem, DraftStep, Findings, PrescriptionDraft, PrescriptionDraftUpdate, PrescriptionQuestion,
    TaperStep,
};
use yunzhen_domain::records::PartReason;
pub use yunzhen_domain::records::{Rejection, SignedDocument};
pub use yunzhen_domain::safety::Finding;

/// Filters of the prescriptions' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PrescriptionQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Only those that the caller signed, claimed or accepted.
    pub mine: Option<bool>,
    /// Only what a pharmacist has to look at: urgent first, then what was signed first. Other filters do not count then.
    pub review: Option<bool>,
    /// What entered its state last comes first; without it, what waits longest.
    pub newest: Option<bool>,
    /// Only what the pharmacist who asks approved, whatever became of it: the newest approval first, each with `approval`. Of the other filters `state`, `resident_id`, `from` and `until` count then.
    pub approved: Option<bool>,
    /// Approved for this resident.
    #[param(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
    /// Approved at this time or later.
    #[param(value_type = Option<String>, format = "date-time")]
    pub from: Option<Time>,
    /// Approved before this time.
    #[param(value_type = Option<String>, format = "date-time")]
    pub until: Option<Time>,
    /// These only, by id, at most 100 separated by commas. Other filters do not count then.
    pub ids: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A prescription as a line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PrescriptionSummary {
    /// Prescription id.
    pub id: PrescriptionId,
    /// State.
    pub state: PrescriptionState,
    /// Version to send with the next command.
    pub version: i64,
    /// For whom.
    pub resident: SummaryResident,
    /// Who prescribes.
    pub specialist_name: String,
    /// For what (Chinese).
    pub diagnosis_display: String,
    /// The same in English.
    #[serde(default)]
    pub diagnosis_display_en: String,
    /// How many drugs.
    pub item_count: u32,
    /// Which (Chinese).
    pub drug_names: Vec<String>,
    /// The same in English.
    #[serde(default)]
    pub drug_names_en: Vec<String>,
    /// The strength of each, in the same order, as the formulary writes it; empty where it has the drug no more.
    #[serde(default)]
    pub strengths: Vec<String>,
    /// Urgency of the consultation.
    pub urgency: Urgency,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Time>,
    /// Since when it is in this state.
    pub waiting_since: Time,
    /// The worst thing the checks found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_finding: Option<Severity>,
    /// Whose turn it is on the way to the first dose; absent before the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<ChainTurn>,
    /// What is next on that way; absent before the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ChainNext>,
    /// Why it does not go its straight way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ChainReason>,
    /// What that person has to do is late.
    #[serde(default)]
    pub late: bool,
    /// When it becomes late if nothing happens: a page that stays open says so by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_from: Option<Time>,
    /// Whose turn it is then: where the rest of it is late first, it is whoever has that to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_turn: Option<ChainTurn>,
    /// Why it is offered to the pharmacy that asks; absent for everybody else, and for what the pharmacy has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferWhy>,
    /// It ended, and the prescriber wrote another one in its place.
    #[serde(default)]
    pub replaced: bool,
    /// Of one that goes out in parts: how much of each is still owed, in the same order, beyond the parcel that is under way. Absent where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<u32>,
    /// Where something is owed: the unit that each is counted in, in the same order (Chinese).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed_units: Vec<String>,
    /// What became of it since the reader approved it; only in the list of what a pharmacist approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// A pharmacist's own approval, and what became of the prescription since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    /// When it was given.
    pub at: Time,
    /// For whom, to ask for all of this resident.
    pub resident_id: ResidentId,
    /// The way from the signature to the first dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door_to_dose: Option<DoorToDose>,
    /// Why the prescriber withdrew it, once that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal_reason: Option<String>,
}

/// The resident of a prescription's line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SummaryResident {
    /// Name.
    pub name: String,
    /// Completed years.
    pub age: u32,
    /// Sex.
    pub sex: Sex,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home_name: String,
}

/// The resident of a prescription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrescriptionResident {
    /// Resident id.
    pub id: ResidentId,
    /// Name.
    pub name: String,
    /// Completed years.
    pub age: u32,
    /// Sex.
    pub sex: Sex,
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
}

/// The prescriber.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Prescriber {
    /// Staff id.
    pub id: StaffId,
    /// Name.
    pub name: String,
    /// Professional title.
    pub title: String,
    /// Hospital.
    pub hospital: String,
}

/// The diagnosis that is treated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrescriptionDiagnosis {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display: String,
    /// English name.
    #[serde(default)]
    pub display_en: String,
}

/// One drug of a prescription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PrescriptionItem {
    /// Line number from 1.
    pub no: u32,
    /// Drug.
    pub drug: Drug,
    /// Single dose.
    pub dose: f64,
    /// Unit of the dose.
    pub dose_unit: String,
    /// How often.
    pub frequency: Frequency,
    /// By which way.
    pub route: Route,
    /// For how many days, all steps of a taper together.
    pub days: u32,
    /// A dose that changes: every step, the first one included. Absent for a steady dose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taper: Vec<TaperStep>,
    /// Where it is taken when needed: the most times within a day, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_day: Option<u32>,
    /// Where it is taken when needed: the least hours from one time to the next, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_apart: Option<u32>,
    /// How much is supplied.
    pub quantity: u32,
    /// How much of it has not reached the home yet and still has to.
    pub owed: u32,
    /// How much of it did not arrive and is not sent any more: the pharmacy settled it otherwise.
    #[serde(default)]
    pub closed: u32,
    /// Unit of the quantity.
    pub quantity_unit: String,
    /// What to tell the person who gives it.
    pub instruction: String,
    /// Whether the pharmacy may give the same medicine in a smaller strength.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub substitution: bool,
    /// The products that may then go out instead, the fewest units first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitutes: Vec<Substitute>,
}

/// A product that may go out instead of the prescribed one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Substitute {
    /// What it is.
    pub drug: Drug,
    /// How many of its units make one prescribed unit.
    pub factor: u32,
}

/// A pharmacy by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacyRef {
    /// Pharmacy id.
    pub id: PharmacyId,
    /// Name.
    pub name: String,
}

/// A prescription in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Prescription {
    /// Prescription id.
    pub id: PrescriptionId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: PrescriptionState,
    /// The consultation it was written in (not shown to the pharmacy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// For whom.
    pub resident: PrescriptionResident,
    /// Who prescribes.
    pub specialist: Prescriber,
    /// For what.
    pub diagnosis: PrescriptionDiagnosis,
    /// Which legal cap applies.
    pub supply: Supply,
    /// Days of validity, 1 to 3.
    pub valid_days: u32,
    /// Last day of validity, once signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_until: Option<Date>,
    /// Drugs.
    pub items: Vec<PrescriptionItem>,
    /// What the checks found, worst first.
    pub findings: Vec<Finding>,
    /// The prescriber's reason for going past a hard stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_stop_reason: Option<String>,
    /// Why it may be supplied for longer than four weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// Questions to the prescriber as far as they are the reader's, oldest first; an open one has no answer.
    pub questions: Vec<PrescriptionQuestion>,
    /// The prescription that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PrescriptionId>,
    /// The prescription that takes the place of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<PrescriptionId>,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Time>,
    /// When the pharmacist approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Time>,
    /// Who reviews or reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacist: Option<StaffRef>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejection>,
    /// Why the prescriber withdrew it; absent while it stands. Home and pharmacy read it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal_reason: Option<String>,
    /// To which pharmacies it is or was offered; absent before the approval and for whom it does not concern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<Offers>,
    /// Which pharmacy accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacy: Option<PharmacyRef>,
    /// Its delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineStep>,
    /// The way from the signature to the first dose; absent before the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub door_to_dose: Option<DoorToDose>,
    /// The specialist's signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<SignedDocument>,
    /// The pharmacist's signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<SignedDocument>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// The exact text to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningDocument {
    /// Canonical JSON (RFC 8785); sign these bytes.
    pub document: String,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignBody {
    /// The `version` that was signed.
    pub version: i64,
    /// Compact JWS, ES256, with the certificate chain in `x5c`.
    pub jws: String,
}

/// The pharmacist's rejection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectBody {
    /// The `version` that was reviewed.
    pub version: i64,
    /// Reason by code.
    pub code: RejectionCode,
    /// In words.
    #[schema(min_length = 1, max_length = 500)]
    pub comment: String,
}

/// A prescription that this pharmacy now holds alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Shown with every later step; the same pharmacy gets the same one again.
    pub secret: String,
    /// The prescription.
    pub prescription: Prescription,
}

/// What was taken from the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DispenseBody {
    /// The `version` that was seen.
    pub version: i64,
    /// The secret of the acceptance.
    pub secret: String,
    /// Packs.
    #[schema(min_items = 1)]
    pub packs: Vec<NewPack>,
    /// Why less is taken than is owed; what is missing stays owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_reason: Option<PartReason>,
}

/// A pack taken from the shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPack {
    /// Line of the prescription.
    pub item_no: u32,
    /// Batch.
    #[schema(min_length = 1, max_length = 40)]
    pub batch: String,
    /// Use by.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// How much, in the unit of what is taken.
    pub quantity: u32,
    /// The product, where another one than the prescribed one is taken; every pack of a line is of the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<DrugId>,
    /// Why another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitution_reason: Option<SubstitutionReason>,
}

/// Hand-over to a courier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackBody {
    /// The `version` that was seen.
    pub version: i64,
    /// The secret of the acceptance.
    pub secret: String,
    /// Courier's name.
    #[schema(min_length = 1, max_length = 60)]
    pub courier_name: String,
    /// Courier's telephone.
    #[schema(min_length = 1, max_length = 30)]
    pub courier_phone: String,
}

/// A packed parcel; link, PIN and code are shown once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Packed {
    /// The prescription.
    pub prescription: Prescription,
    /// Its delivery.
    pub delivery: Delivery,
    /// Path of the courier's page; absent where the courier of today has the link already and the parcel came on the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_link_path: Option<String>,
    /// The courier's PIN, told by another way than the link; absent with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub courier_pin: Option<String>,
    /// Code printed on the parcel, asked from the nurse.
    pub parcel_code: String,
    /// Content of the label's 2D code.
    pub label: String,
}
