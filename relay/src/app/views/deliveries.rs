//! Deliveries: one list for three readers, each seeing what it needs.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{DeliveryId, DeliveryState, PrescriptionId};
use super::common::TimelineStep;
pub use yunzhen_domain::records::{Attempt, Count, Pack};

/// Filters of the deliveries' list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DeliveryQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Delivery id.
    pub id: DeliveryId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: DeliveryState,
    /// What it brings (not for the courier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_id: Option<PrescriptionId>,
    /// For whom (nurse and pharmacy only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident: Option<DeliveryResident>,
    /// Where to.
    pub home: DeliveryHome,
    /// Code on the parcel (pharmacy and courier only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parcel_code: Option<String>,
    /// Must it stay at 2–8 °C.
    pub cold_chain: bool,
    /// What is inside (not for the courier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packs: Option<Vec<Pack>>,
    /// Who brings it.
    pub courier: Courier,
    /// Failed attempts.
    pub attempts: Vec<Attempt>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineStep>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// The resident of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryResident {
    /// Name.
    pub name: String,
    /// Room and bed.
    pub bed: String,
}

/// Where a delivery goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryHome {
    /// Home.
    pub name: String,
    /// Address.
    pub address: String,
    /// Telephone of the nurses' station.
    pub phone: String,
}

/// A courier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Courier {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
}

/// What the nurse counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveBody {
    /// The `version` that was seen.
    pub version: i64,
    /// The code read from the parcel.
    pub parcel_code: String,
    /// What is there, line by line.
    #[schema(min_items = 1)]
    pub counts: Vec<Count>,
    /// Anything to add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub comment: Option<String>,
}
