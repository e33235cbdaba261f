//! First visits: the ledger, what follows from it, and the joint-consultation exception.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{EligibilityId, HomeId, PresentDoctorId, ResidentId, StaffId, VisitId};
use super::common::{StaffRef, Time};
use super::visits::PlannedVisit;

/// For whom it is asked. Without hospital and specialist every hospital that has specialists is answered.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EligibilityQuery {
    /// The hospital that would treat.
    pub hospital: Option<String>,
    /// The specialist who would treat: the specialist's hospital counts.
    #[param(value_type = Option<String>, format = "uuid")]
    pub specialist_id: Option<StaffId>,
    /// A diagnosis (ICD-10) beside those of the problem list.
    pub diagnosis_code: Option<String>,
    /// The day of the treatment; today when left out.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// May it be treated remotely, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Chinese name.
    pub display_zh: String,
    /// English name.
    pub display_en: String,
    /// The hospital that would treat.
    pub hospital: String,
    /// There is proof of a visit in person.
    pub eligible: bool,
    /// Day of that visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub seen_on: Option<Date>,
    /// Who saw the resident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinician: Option<String>,
    /// Which proof is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingProof>,
}

/// Which proof is missing, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissingProof {
    /// `diagnosis`, `hospital`, `visit`, `visit_by_this_hospital`, `revoked` or `ahead`.
    pub kind: String,
    /// Chinese.
    pub message_zh: String,
    /// English.
    pub message_en: String,
    /// What to do, Chinese.
    pub action_zh: String,
    /// What to do, English.
    pub action_en: String,
}

/// A fact of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EligibilityFact {
    /// Fact id.
    pub id: EligibilityId,
    /// ICD-10 code.
    pub diagnosis_code: String,
    /// Chinese name.
    pub display: String,
    /// English name, where the formulary has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_en: Option<String>,
    /// Hospital whose doctor came.
    pub hospital: String,
    /// Day of the visit.
    #[schema(value_type = String, format = Date)]
    pub seen_on: Date,
    /// The doctor.
    pub clinician: String,
    /// What was examined; empty in facts that were taken over from elsewhere.
    pub evidence: String,
    /// The round in person that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit_id: Option<VisitId>,
    /// When it came into the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Time>,
    /// Taken back: it proves nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
}

/// A fact was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revoked {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: StaffRef,
    /// Why.
    pub reason: String,
}

/// Everything a booking screen asks of one resident's first visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EligibilityLedger {
    /// Of whom.
    pub resident_id: ResidentId,
    /// For which day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// One line for each diagnosis and hospital, missing proofs first.
    pub standings: Vec<Standing>,
    /// The ledger, newest visit first, with what was taken back.
    pub facts: Vec<EligibilityFact>,
    /// Rounds in person to come: a resident whose proof is missing can be put on their route.
    pub visits: Vec<PlannedVisit>,
    /// The home allows joint consultations: with its own doctor present, a missing visit does not stop a prescription.
    pub joint_consultation_allowed: bool,
}

/// A visit in person to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEligibilityFact {
    /// ICD-10 code of the confirmed diagnosis.
    pub diagnosis_code: String,
    /// Day of the visit.
    #[schema(value_type = String, format = Date)]
    pub seen_on: Date,
    /// What was examined and found.
    #[schema(min_length = 1, max_length = 2000)]
    pub evidence: String,
}

/// Takes a fact back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeBody {
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A home's switch for joint consultations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JointConsultation {
    /// Of which home.
    pub home_id: HomeId,
    /// Version to send with a change.
    pub version: i64,
    /// On.
    pub allowed: bool,
    /// Why it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Time>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<StaffRef>,
}

/// The switch as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JointConsultationUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// On.
    pub allowed: bool,
    /// Why, e.g. the institution's licence.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// The home's own doctor who is in the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPresentDoctor {
    /// Real name.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// Licence to practise, 15 digits.
    #[schema(min_length = 15, max_length = 15)]
    pub licence: String,
}

/// A doctor named as present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresentDoctor {
    /// Id.
    pub id: PresentDoctorId,
    /// Real name.
    pub name: String,
    /// Licence to practise.
    pub licence: String,
    /// The institution that employs the doctor.
    pub institution: String,
    /// Who named the doctor.
    pub named_by: StaffRef,
    /// When.
    pub named_at: Time,
}

/// What a consultation's screen shows of first visits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsultationEligibility {
    /// One line for each diagnosis of the problem list and of the note, for the specialist's hospital; missing proofs first.
    pub standings: Vec<Standing>,
    /// The home allows joint consultations.
    pub joint_consultation_allowed: bool,
    /// The home's own doctors who were named as present.
    pub present_doctors: Vec<PresentDoctor>,
}
