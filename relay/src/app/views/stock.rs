//! What a pharmacy has on its shelves.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yunzhen_domain::records::{StockMove, StockReason};

use super::codes::{DrugId, PrescriptionId, StockId};
use super::common::{StaffRef, Time};

/// Which batches.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StockQuery {
    /// Of this drug.
    pub drug_id: Option<String>,
    /// That expire within so many days.
    #[param(minimum = 0, maximum = 3650)]
    pub expires_within_days: Option<u32>,
    /// Of drugs that run out within so many days at the pace of the last four weeks.
    #[param(minimum = 0, maximum = 3650)]
    pub runs_out_within_days: Option<u32>,
}

/// One batch of one drug.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stock {
    /// Stock id.
    pub id: StockId,
    /// Version to send with the next command.
    pub version: i64,
    /// Drug.
    pub drug_id: DrugId,
    /// Chinese name of the drug.
    pub name_zh: String,
    /// English name of the drug.
    pub name_en: String,
    /// Strength of one unit.
    pub strength: String,
    /// The unit that is counted.
    pub unit: String,
    /// Must stay at 2–8 °C.
    pub cold_chain: bool,
    /// Batch, as printed.
    pub batch: String,
    /// Last day of use.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// Article number, when a pack was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// On the shelf.
    pub on_hand: i64,
    /// In orders and parcels.
    pub underway: i64,
    /// Set apart; not for orders.
    pub quarantined: i64,
    /// For how many days the drug lasts, all its batches together, at the pace of the last four weeks; absent when none went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts_days: Option<i64>,
}

/// Goods that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GoodsReceipt {
    /// Drug.
    pub drug_id: DrugId,
    /// Batch, as printed.
    #[schema(min_length = 1, max_length = 40)]
    pub batch: String,
    /// Last day of use.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// Article number, when a pack was scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// In the drug's unit.
    #[schema(minimum = 1, maximum = 100_000)]
    pub quantity: u32,
}

/// A count by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockCount {
    /// The `version` that was seen.
    pub version: i64,
    /// What is on the shelf.
    #[schema(maximum = 1_000_000)]
    pub counted: u32,
    /// Why it differs.
    pub reason: StockReason,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub comment: Option<String>,
}

/// Units that leave the shelf or quarantine for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockStep {
    /// The `version` that was seen.
    pub version: i64,
    /// How much.
    #[schema(minimum = 1)]
    pub quantity: u32,
    /// Out of quarantine and not off the shelf; a release is always out of quarantine.
    #[serde(default)]
    pub quarantined: bool,
    /// Why.
    pub reason: StockReason,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub comment: Option<String>,
}

/// One line of a batch's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockHistoryLine {
    /// When.
    pub at: Time,
    /// What.
    pub kind: StockMove,
    /// How much.
    pub quantity: u32,
    /// For which order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_id: Option<PrescriptionId>,
    /// Who (absent for the system and for people outside the pharmacy).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<StaffRef>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<StockReason>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}
