//! How long what is kept, and legal holds.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
pub use yunzhen_domain::retention::{Clock, RecordKind};

use super::codes::{HomeId, LegalHoldId, LegalHoldState, ResidentId};
use super::common::{StaffRef, Time};

/// The table of clocks in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retention {
    /// A record goes when the last of its clocks has ended.
    pub clocks: Vec<Clock>,
}

/// A page of holds.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LegalHoldQuery {
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A hold on one resident's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LegalHold {
    /// Hold id.
    pub id: LegalHoldId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: LegalHoldState,
    /// On whose record.
    pub resident_id: ResidentId,
    /// The resident's name.
    pub resident_name: String,
    /// Home when it was placed.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Why.
    pub reason: String,
    /// When.
    pub placed_at: Time,
    /// By whom.
    pub placed_by: StaffRef,
    /// When it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Time>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_by: Option<StaffRef>,
}

/// A new hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLegalHold {
    /// On whose record.
    pub resident_id: ResidentId,
    /// Why: the reference of the court or authority.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
