//! Rounds.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{ConsultationId, HomeId, ResidentId, RoundId, RoundPosition, StaffId};
use super::common::{StaffRef, Time};
use super::consultations::ConsultationSummary;

/// Which rounds.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RoundQuery {
    /// Only this home.
    #[param(value_type = Option<String>, format = "uuid")]
    pub home_id: Option<HomeId>,
    /// Starting from.
    #[param(value_type = String, format = DateTime)]
    pub from: Time,
    /// Starting before, at most 62 days later.
    #[param(value_type = String, format = DateTime)]
    pub until: Time,
}

/// A round to plan: one home, one specialist, its residents in running order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRound {
    /// Where.
    pub home_id: HomeId,
    /// With whom.
    pub specialist_id: StaffId,
    /// When; the whole block must be published and free.
    pub starts_at: Time,
    /// Planned for each.
    #[schema(minimum = 5, maximum = 120)]
    pub minutes: u32,
    /// Running order.
    #[schema(min_items = 1, max_items = 30)]
    pub resident_ids: Vec<ResidentId>,
    /// Why, for all of them.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Another running order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundOrder {
    /// The `version` that the person saw.
    pub version: i64,
    /// All consultations of the round; those that began or are over keep their place.
    pub order: Vec<ConsultationId>,
}

/// One resident of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoundStop {
    /// The resident's consultation.
    pub consultation: ConsultationSummary,
    /// Past, current, next, later.
    pub position: RoundPosition,
    /// When it was planned to start.
    pub planned_at: Time,
    /// When it started or is expected to, now that others took longer.
    pub expected_at: Time,
    /// So many minutes later than planned.
    pub late_minutes: i64,
    /// When vital signs were measured last; those of the next one are due while the present one is in the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vital_signs_at: Option<Time>,
}

/// A round as it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Round {
    /// Identifier.
    pub id: RoundId,
    /// Version to send with the next command.
    pub version: i64,
    /// Where.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// With whom.
    pub specialist: StaffRef,
    /// When it starts.
    pub starts_at: Time,
    /// Planned for each.
    pub minutes: u32,
    /// In running order.
    pub stops: Vec<RoundStop>,
}
