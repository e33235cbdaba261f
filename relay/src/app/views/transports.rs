//! Rides to a hospital.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{HomeId, ReferralId, ResidentId, TransportId, TransportState};
use super::common::{StaffRef, Time, TimelineStep};
pub use yunzhen_domain::records::{Carrier, TransportNeed, Vehicle};

/// Filters of the rides' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TransportQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A ride as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransportSummary {
    /// Ride id.
    pub id: TransportId,
    /// State.
    pub state: TransportState,
    /// Version to send with the next command.
    pub version: i64,
    /// For which referral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// Who rides.
    pub resident_id: ResidentId,
    /// The resident's name.
    pub resident_name: String,
    /// Room and bed.
    pub bed: String,
    /// From which home.
    pub home_id: HomeId,
    /// In what.
    pub vehicle: Vehicle,
    /// Where to.
    pub destination: String,
    /// When the vehicle shall be at the home.
    pub pick_up_at: Time,
    /// What the resident needs.
    pub needs: Vec<TransportNeed>,
    /// Who drives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Carrier>,
}

/// A ride in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Transport {
    /// The line of the list.
    #[serde(flatten)]
    pub summary: TransportSummary,
    /// Who asked.
    pub requested_by: StaffRef,
    /// Asked at.
    pub created_at: Time,
    /// Why it was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<String>,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// A ride to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransport {
    /// Who rides.
    pub resident_id: ResidentId,
    /// For which referral of the resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral_id: Option<ReferralId>,
    /// In what.
    pub vehicle: Vehicle,
    /// Where to; the referral's hospital and place when left out.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub destination: String,
    /// When the vehicle shall be at the home.
    pub pick_up_at: Time,
    /// What the resident needs.
    #[serde(default)]
    pub needs: Vec<TransportNeed>,
}

/// A carrier takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTransportBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// Who drives.
    pub carrier: Carrier,
}
