//! What was short, damaged, too warm or called back and is in the home.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    DeliveryId, DiscrepancyCause, DiscrepancyId, DiscrepancyResolution, DiscrepancyState, PrescriptionId,
};
use super::common::{StaffRef, Time};

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// One line as it was expected and as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Line of the prescription.
    pub item_no: u16,
    /// Name of the drug (Chinese).
    pub name: String,
    /// The same in English; absent in parcels of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Its strength, as the formulary writes it; absent where the name says it (another product) and where the formulary has the drug no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<String>,
    /// The drug's unit.
    pub unit: String,
    /// How much was packed.
    pub expected: u32,
    /// How much arrived, damaged included.
    pub arrived: u32,
    /// How much of it is damaged.
    pub damaged: u32,
}

/// A task of the pharmacy until it is settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Discrepancy {
    /// Discrepancy id.
    pub id: DiscrepancyId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: DiscrepancyState,
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// What is wrong.
    pub cause: DiscrepancyCause,
    /// The lines, with the real quantities.
    pub lines: Vec<Difference>,
    /// What the nurse wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When it was opened.
    pub opened_at: Time,
    /// How it was settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<DiscrepancyResolution>,
    /// What the pharmacy wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Time>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<StaffRef>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// How it is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveBody {
    /// The `version` that was seen.
    pub version: i64,
    /// How.
    pub resolution: DiscrepancyResolution,
    /// What the nurse should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}
