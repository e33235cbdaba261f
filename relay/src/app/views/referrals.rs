//! Referrals to a hospital: list, one, commands.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{ConsultationId, HomeId, ReferralId, ReferralState, ResidentId, Sex, Urgency};
use super::common::{StaffRef, Time, TimelineStep};
use super::consultations::ConsultationSummary;
use super::transports::TransportSummary;

/// Filters of the referrals' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReferralQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Only this resident.
    #[param(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// The resident of a referral.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralResident {
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
}

/// A diagnosis in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralDiagnosis {
    /// ICD-10 code.
    pub code: String,
    /// Chinese name.
    pub display_zh: String,
    /// English name.
    pub display_en: String,
}

/// When and where the hospital expects the resident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralAppointment {
    /// When.
    pub at: Time,
    /// Department.
    #[schema(min_length = 1, max_length = 100)]
    pub department: String,
    /// Building, floor, room.
    #[schema(min_length = 1, max_length = 200)]
    pub place: String,
    /// Doctor, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    pub doctor: Option<String>,
    /// What to bring, fasting and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub instruction: Option<String>,
}

/// A referral as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralSummary {
    /// Referral id.
    pub id: ReferralId,
    /// State.
    pub state: ReferralState,
    /// Version to send with the next command.
    pub version: i64,
    /// Who is referred.
    pub resident: ReferralResident,
    /// How soon.
    pub urgency: Urgency,
    /// What for, once chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<ReferralDiagnosis>,
    /// Why.
    pub reason: String,
    /// To which hospital.
    pub hospital: String,
    /// To which department; empty in a draft.
    pub department: String,
    /// The hospital's appointment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment: Option<ReferralAppointment>,
    /// The specialist who refers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialist: Option<StaffRef>,
    /// Drafted at.
    pub created_at: Time,
    /// Entered its state at.
    pub state_since: Time,
}

/// A referral in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Referral {
    /// The line of the list.
    #[serde(flatten)]
    pub summary: ReferralSummary,
    /// The consultation that led to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// Who wrote the draft.
    pub drafted_by: StaffRef,
    /// What the hospital asked, oldest first.
    pub questions: Vec<ReferralQuestion>,
    /// The hospital's report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<ReferralReport>,
    /// Why it was refused, missed or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// Rides for it, newest first.
    pub transports: Vec<TransportSummary>,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// A question of the hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralQuestion {
    /// Question.
    pub question: String,
    /// Asked at.
    pub asked_at: Time,
    /// By whom.
    pub asked_by: String,
    /// Answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Answered at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
}

/// What came back from the hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralReport {
    /// What was found and done.
    pub findings: String,
    /// Diagnoses.
    pub diagnoses: Vec<ReferralDiagnosis>,
    /// What the home shall do.
    pub advice: String,
    /// When it came in.
    pub reported_at: Time,
    /// From whom.
    pub reported_by: String,
}

/// What the referring side writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralContent {
    /// How soon.
    pub urgency: Urgency,
    /// ICD-10 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis_code: Option<String>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// To which hospital; the caller's own when left out.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub hospital: String,
    /// To which department; needed before it is sent.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub department: String,
}

/// A referral to draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReferral {
    /// Of whom.
    pub resident_id: ResidentId,
    /// The consultation that led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// What is written.
    pub content: ReferralContent,
}

/// The draft as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralUpdate {
    /// The `version` that the person saw.
    pub version: i64,
    /// What is written.
    pub content: ReferralContent,
}

/// The hospital asks for more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// Question.
    #[schema(min_length = 1, max_length = 1000)]
    pub question: String,
}

/// The question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// Answer.
    #[schema(min_length = 1, max_length = 2000)]
    pub answer: String,
}

/// The hospital books an appointment, or another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptReferralBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// The appointment.
    pub appointment: ReferralAppointment,
}

/// The hospital reports back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// What was found and done.
    #[schema(min_length = 1, max_length = 10000)]
    pub findings: String,
    /// ICD-10 codes.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub diagnosis_codes: Vec<String>,
    /// What the home shall do.
    #[schema(min_length = 1, max_length = 5000)]
    pub advice: String,
}

/// Remote care ended, and the referral that was opened in the same moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoppedConsultation {
    /// The consultation as it is now.
    #[serde(flatten)]
    pub consultation: ConsultationSummary,
    /// The referral, drafted.
    pub referral: ReferralSummary,
}
