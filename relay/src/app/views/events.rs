//! Live changes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::codes::{HomeId, PharmacyId};
use super::common::Time;

/// Data of `event: change`: what changed, by id only; readers fetch what they may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Sequence number, also the SSE id.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// What happened, as `consultation.begun`.
    pub kind: String,
    /// Kind of record.
    pub entity: String,
    /// Which.
    #[schema(value_type = String, format = "uuid")]
    pub entity_id: Uuid,
    /// In which home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home_id: Option<HomeId>,
    /// At which pharmacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pharmacy_id: Option<PharmacyId>,
}
