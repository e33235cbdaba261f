//! Openings of records without a relation: opened, given back, reviewed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{BreakGlassId, BreakGlassState, HomeId, ResidentId};
use super::common::{StaffRef, Time};

/// Whose record, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBreakGlass {
    /// The whole identity number, as on the card of the resident: whoever has no relation cannot search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// The record, when its id is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub resident_id: Option<ResidentId>,
    /// Why, in words; a second person reads it.
    #[schema(min_length = 10, max_length = 500)]
    pub reason: String,
}

/// Filters of the review queue. The home's nurses get what they have to take note of, whatever is asked.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassQuery {
    /// Also those that were reviewed.
    pub all: Option<bool>,
    /// Also whose record it is, by name and bed, of which the audit log is told. The home's nurses are always told.
    pub named: Option<bool>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// What a second person found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// It was right; otherwise it is questioned and ends at once.
    pub right: bool,
    /// In words.
    #[schema(min_length = 1, max_length = 500)]
    pub note: String,
}

/// An opening of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BreakGlass {
    /// Id.
    pub id: BreakGlassId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: BreakGlassState,
    /// Whose record.
    pub resident_id: ResidentId,
    /// The name, in a list that names; none for a home that the resident has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_name: Option<String>,
    /// The bed, as the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bed: Option<String>,
    /// In which home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Who opened it.
    pub specialist: StaffRef,
    /// Of which hospital.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    /// Why.
    pub reason: String,
    /// Opened at.
    pub opened_at: Time,
    /// Over at.
    pub ends_at: Time,
    /// Reviewed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_at: Option<Time>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_by: Option<StaffRef>,
    /// What the reviewer found; not for the home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_note: Option<String>,
    /// The home took note of it at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Time>,
    /// Who of the home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<StaffRef>,
}
