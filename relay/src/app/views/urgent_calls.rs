//! One-key calls.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    ConsultationId, HomeId, ReferralId, ResidentId, TransportId, Triage, UrgentCallId, UrgentCallOutcome,
    UrgentCallState,
};
use super::common::{StaffRef, Time};
use super::consultations::ConsultationResident;
use super::residents::Observation;

/// Which calls.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UrgentCallQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Only those that go on.
    #[serde(default)]
    pub open: bool,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// Whose button was pressed: a resident, or a bed of the box's own home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUrgentCall {
    /// Who, when the button knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_id: Option<ResidentId>,
    /// The bed that the button belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    pub bed: Option<String>,
    /// When the button was pressed, by the clock of the box: without a link that is before this command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed_at: Option<Time>,
}

/// One step of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrgentCallStep {
    /// The state that was entered.
    pub state: UrgentCallState,
    /// When.
    pub at: Time,
}

/// A one-key call. The administrator sees where it comes from, not whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UrgentCall {
    /// Identifier.
    pub id: UrgentCallId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: UrgentCallState,
    /// Order among calls, from the last vital signs.
    pub triage: Triage,
    /// Who calls; absent for whom it does not concern, and while nobody knows which of `shared_by` it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident: Option<ConsultationResident>,
    /// Several residents are registered in this bed and nobody has said yet which of them calls.
    #[serde(default)]
    #[schema(required = true)]
    pub shared_by: Vec<ConsultationResident>,
    /// From which home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// The nurses' station.
    pub home_phone: String,
    /// From which bed.
    pub bed: String,
    /// The newest reading of each measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vital_signs: Option<Vec<Observation>>,
    /// Whom it was put to, in the order of asking; the home hears it in any case.
    pub called: Vec<StaffRef>,
    /// Who took care of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<StaffRef>,
    /// The consultation it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consultation_id: Option<ConsultationId>,
    /// The draft of a referral that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// The ride that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport_id: Option<TransportId>,
    /// What was noted at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Raised at.
    pub raised_at: Time,
    /// When the button was pressed, where a box said so: without a link that is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressed_at: Option<Time>,
    /// Every step, timed.
    pub steps: Vec<UrgentCallStep>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// What a button hears: that it was heard. Nothing of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UrgentCallRaised {
    /// Identifier.
    pub id: UrgentCallId,
    /// State.
    pub state: UrgentCallState,
    /// Raised at; earlier than now when the resident had called already.
    pub raised_at: Time,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndUrgentCall {
    /// The `version` that the person saw.
    pub version: i64,
    /// What.
    pub outcome: UrgentCallOutcome,
    /// Who it was, found at the bed: needed where several share it and something follows from the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_id: Option<ResidentId>,
    /// In words; the reason of the consultation or the referral, when it becomes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}
