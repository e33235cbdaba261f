//! Consultations: list, one, commands.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    ConsentKind, ConsentLack, ConsultationId, ConsultationState, HomeId, InvitationId, InvitationKind, InvitationState,
    LinkSummary, ResidentId, Sex, Urgency,
};
use super::common::{StaffRef, Time};
use super::consents::RecordingQuestion;
use super::eligibility::ConsultationEligibility;
use super::media_timeline::SigningByCall;
use super::prescriptions::PrescriptionSummary;
use super::referrals::ReferralSummary;

/// Filters of the consultations' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsultationQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// The resident of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsultationResident {
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
    /// Portrait, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_url: Option<String>,
}

/// A reading that is out of range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OutOfRange {
    /// LOINC code.
    pub code: String,
    /// Value.
    pub value: f64,
    /// UCUM unit.
    pub unit: String,
}

/// The place of an urgent request among those that wait. It changes with each `queue.moved` event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueuePlace {
    /// 1 is next.
    pub position: u32,
    /// About so many minutes; absent when nobody is on duty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_wait_minutes: Option<i64>,
}

/// A consultation as a line of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsultationSummary {
    /// Consultation id.
    pub id: ConsultationId,
    /// State.
    pub state: ConsultationState,
    /// Version to send with the next command.
    pub version: i64,
    /// Who it is for.
    pub resident: ConsultationResident,
    /// Why, in the nurse's words.
    pub reason: String,
    /// How soon.
    pub urgency: Urgency,
    /// The attending specialist, once one began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specialist: Option<StaffRef>,
    /// When it was asked for.
    pub requested_at: Time,
    /// While it is urgent and waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueuePlace>,
    /// After a technical failure: the consultation that makes up for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebooked_as: Option<ConsultationId>,
    /// When it is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    /// Since when the home waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Time>,
    /// When the specialist began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Time>,
    /// When it ended, in whatever way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    /// Newest readings that are out of range.
    pub out_of_range: Vec<OutOfRange>,
    /// The home's link now.
    pub link: LinkSummary,
    /// How many are in the call now.
    pub participants: u32,
}

/// A consultation in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consultation {
    /// The line of the list.
    #[serde(flatten)]
    pub summary: ConsultationSummary,
    /// The specialist's note.
    pub note: ConsultationNote,
    /// What may be treated remotely and which proof is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligibility: Option<ConsultationEligibility>,
    /// Referrals that came of it, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub referrals: Vec<ReferralSummary>,
    /// Prescriptions written in it.
    pub prescriptions: Vec<PrescriptionSummary>,
    /// Consents that the visit needs and that are not in force: the nurse asks for them before the call.
    pub missing_consents: Vec<ConsentKind>,
    /// Why the resident's consent to family being present is not in force; who invites family or lets them in is told, and not barred. Absent where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_consent_lack: Option<ConsentLack>,
    /// Whether it may be recorded, where the hospital always asks, or somebody answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_question: Option<RecordingQuestion>,
    /// While the home's box is in its call: more urgent ones of the home that wait for the box, those that a doctor began first. Only in the answer to reading it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outranked_by: Vec<UrgentWaiting>,
    /// It waits for the home's box, which a less urgent consultation has; both sides of that one are told. Only in the answer to reading it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outranks: bool,
    /// Whether the call showed enough to sign by; for specialists, while prescriptions can be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<SigningByCall>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// A more urgent consultation that waits for the home's box. Who may not see that consultation reads only that there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrgentWaiting {
    /// Since when the home waits.
    pub since: Time,
    /// Which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// Of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_name: Option<String>,
    /// Room and bed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bed: Option<String>,
    /// The doctor who began it and waits in its call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specialist_name: Option<String>,
}

/// The specialist's note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsultationNote {
    /// Text; empty until something is written.
    pub text: String,
    /// ICD-10 code of the diagnosis, once chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis_code: Option<String>,
    /// Version of the note.
    pub version: i64,
}

/// The note as written now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteUpdate {
    /// Text.
    #[schema(max_length = 20000)]
    pub text: String,
    /// ICD-10 code of the diagnosis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis_code: Option<String>,
    /// The note's version that was edited.
    pub version: i64,
}

/// A consultation to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsultation {
    /// For whom.
    pub resident_id: ResidentId,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// How soon.
    pub urgency: Urgency,
}

/// An observer to invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Family, second specialist, interpreter.
    pub kind: InvitationKind,
    /// The name others will see.
    #[schema(min_length = 1, max_length = 60)]
    pub display_name: String,
}

/// An invitation that was made; the link is shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Path of the page to open.
    pub link_path: String,
    /// Until when it works.
    pub expires_at: Time,
}

/// A guest of a consultation, as who invited sees one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Guest {
    /// Identifier of the invitation.
    pub id: InvitationId,
    /// Version to send with the next command.
    pub version: i64,
    /// Where the guest stands.
    pub state: InvitationState,
    /// Who.
    pub kind: InvitationKind,
    /// The name others see.
    pub display_name: String,
    /// When a device opened the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Time>,
    /// Until when the link works.
    pub expires_at: Time,
}
