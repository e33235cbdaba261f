//! Fillings of a prescription.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::machines::dispense::State as DispenseState;
use yunzhen_domain::records::{DeclineCode, FillType, PartReason};

use super::codes::{DeliveryId, DispenseId};
use super::common::Time;
use super::deliveries::Pack;

/// One filling by one pharmacy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dispense {
    /// Filling id.
    pub id: DispenseId,
    /// 1, 2, … of the prescription.
    pub number: u32,
    /// State.
    pub state: DispenseState,
    /// The first or a later one, complete or a part; absent before batches are recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fill: Option<FillType>,
    /// Why it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_reason: Option<PartReason>,
    /// By whom.
    pub pharmacy_name: String,
    /// What was taken.
    pub packs: Vec<Pack>,
    /// In which parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// A batch in its parcel was called back while that is on its way: it goes nowhere but back.
    #[serde(default)]
    pub batch_recalled: bool,
    /// Why it was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<DeclineCode>,
    /// The same in the pharmacy's words, if it wrote any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_words: Option<String>,
    /// Accepted at.
    pub created_at: Time,
    /// In its state since.
    pub state_since: Time,
}

/// The pharmacy gives an order back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Why.
    pub code: DeclineCode,
    /// In words; needed when the code is `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}
