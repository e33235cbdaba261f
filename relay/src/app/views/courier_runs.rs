//! Couriers' ways of one day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{CourierRunId, DeliveryId};
use super::deliveries::{Courier, Delivery};

/// A run: the courier's parcels of one day, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CourierRun {
    /// Run id.
    pub id: CourierRunId,
    /// Version to send with the next command on the run.
    pub version: i64,
    /// Of which day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The pharmacy that gave them.
    pub pharmacy_name: String,
    /// Its telephone.
    pub pharmacy_phone: String,
    /// Who brings them.
    pub courier: Courier,
    /// The parcels, in the order in which they are brought.
    pub stops: Vec<Delivery>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// Another order of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunOrder {
    /// The `version` of the run that was seen.
    pub version: i64,
    /// Its parcels, each once.
    pub order: Vec<DeliveryId>,
}

/// A new link and PIN; both are shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CourierLink {
    /// Path of the courier's page.
    pub courier_link_path: String,
    /// The courier's PIN, told by another way than the link.
    pub courier_pin: String,
}
