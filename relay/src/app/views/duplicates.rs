//! Records that may be one person. The administrator who judges sees who they are and nothing clinical.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{DuplicateId, DuplicateState, HomeId, Likeness, ResidentId, Sex};
use super::common::{StaffRef, Time};

/// Who a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResidentIdentity {
    /// Resident id.
    pub id: ResidentId,
    /// Its version.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// Identity number with the birth date hidden.
    pub id_number_masked: String,
    /// Room and bed.
    pub bed: String,
    /// Home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
}

/// A pair of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Duplicate {
    /// Pair id.
    pub id: DuplicateId,
    /// Version to send with the next command.
    pub version: i64,
    /// What was decided.
    pub state: DuplicateState,
    /// Why they look alike.
    pub likeness: Likeness,
    /// The two records.
    pub residents: Vec<ResidentIdentity>,
    /// The one that stands for both, while they are merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub survivor_id: Option<ResidentId>,
    /// Found at.
    pub found_at: Time,
    /// Last decided at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<StaffRef>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// Which record stands for both, and why they are one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// The `version` of the pair that the person saw.
    pub version: i64,
    /// The record that stands for both from now on.
    pub survivor_id: ResidentId,
    /// Why, as the person wrote it.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
