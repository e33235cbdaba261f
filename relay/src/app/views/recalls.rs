//! Batches that were called back, and who has them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    DeliveryId, DrugId, HomeId, PharmacyId, PrescriptionId, RecallHomeState, RecallId, RecallLevel, RecallPlace,
    RecallState, ResidentId,
};
use super::common::{StaffRef, Time};

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecallQuery {
    /// States, separated by commas.
    pub state: Option<String>,
    /// Of this product.
    pub drug_id: Option<String>,
    /// Of this batch.
    pub batch: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// A batch is called back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecall {
    /// Which product.
    pub drug_id: DrugId,
    /// Which batch, as printed.
    #[schema(min_length = 1, max_length = 40)]
    pub batch: String,
    /// How grave.
    pub level: RecallLevel,
    /// Why.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// Who called it back: an authority or the maker.
    #[schema(min_length = 1, max_length = 200)]
    pub authority: String,
    /// On which day they said so; not after today.
    #[schema(value_type = String, format = Date)]
    pub announced_on: Date,
}

/// It is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseRecallBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Why it is closed all the same; needed while homes have not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// The home has looked for it. What is neither set apart nor given needs a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRecallBody {
    /// The `version` of the home in the recall that was seen.
    pub version: i64,
    /// How many units were found and set apart.
    #[schema(maximum = 1_000_000)]
    pub set_apart: u32,
    /// How many had been given to residents already.
    #[schema(maximum = 1_000_000)]
    pub given: u32,
    /// Where the rest is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
    /// It was counted again: more is left than the home's own doses leave, or more was given than they say. Without it such an answer is refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted_again: bool,
}

/// A batch that was called back, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallSummary {
    /// Recall id.
    pub id: RecallId,
    /// Version to send with the next command on the whole of it.
    pub version: i64,
    /// State.
    pub state: RecallState,
    /// Which product.
    pub drug_id: DrugId,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Strength of one unit.
    pub strength: String,
    /// The unit that is counted.
    pub unit: String,
    /// Which batch.
    pub batch: String,
    /// How grave.
    pub level: RecallLevel,
    /// Why.
    pub reason: String,
    /// Who called it back.
    pub authority: String,
    /// On which day they said so.
    #[schema(value_type = String, format = Date)]
    pub announced_on: Date,
    /// Declared at.
    pub declared_at: Time,
    /// How many homes were given of it.
    pub homes_asked: usize,
    /// How many of them have answered.
    pub homes_answered: usize,
    /// The caller's home in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<RecallHome>,
}

/// A batch that was called back, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recall {
    /// As the list shows it.
    #[serde(flatten)]
    pub summary: RecallSummary,
    /// Who declared it.
    pub declared_by: StaffRef,
    /// From which pharmacy; none when the hospital declared it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_by_pharmacy: Option<String>,
    /// How it was closed, last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<RecallEnd>,
    /// How it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<RecallEnd>,
    /// Shelves that had it, as far as the caller may know.
    pub shelves: Vec<RecallShelf>,
    /// Orders, parcels and homes that have it, as far as the caller may know.
    pub holdings: Vec<RecallHolding>,
    /// Homes that were given of it, and what they answered, as far as the caller may know.
    pub homes: Vec<RecallHome>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallEnd {
    /// Who.
    pub by: StaffRef,
    /// When.
    pub at: Time,
    /// Why, where it had to be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A pharmacy's shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallShelf {
    /// Whose.
    pub pharmacy_id: PharmacyId,
    /// Its name.
    pub pharmacy_name: String,
    /// On the shelf.
    pub on_hand: i64,
    /// In quarantine.
    pub quarantined: i64,
    /// In orders and parcels.
    pub underway: i64,
    /// In homes.
    pub supplied: i64,
    /// Destroyed, lost.
    pub written_off: i64,
}

/// Units in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallHolding {
    /// Where.
    pub place: RecallPlace,
    /// How many.
    pub quantity: u32,
    /// Since when.
    pub since: Time,
    /// From which pharmacy.
    pub pharmacy_name: String,
    /// For which home.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Doses of it are still to come.
    pub running: bool,
    /// Of which order; told to the home and the pharmacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_id: Option<PrescriptionId>,
    /// In which parcel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_id: Option<DeliveryId>,
    /// For whom; told to the home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident: Option<RecallResident>,
}

/// A resident who was given of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallResident {
    /// Resident id.
    pub id: ResidentId,
    /// Name.
    pub name: String,
    /// Room and bed.
    pub bed: String,
}

/// A home, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecallHome {
    /// Home id.
    pub home_id: HomeId,
    /// Its name.
    pub home_name: String,
    /// Version to send with the home's answer.
    pub version: i64,
    /// State.
    pub state: RecallHomeState,
    /// How many units reached it.
    pub supplied: u32,
    /// Asked, last.
    pub asked_at: Time,
    /// When it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// Who looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<StaffRef>,
    /// How many units were found and set apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_apart: Option<u32>,
    /// How many had been given already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<u32>,
    /// Where the rest is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the home's own doses said was given when it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_record: Option<u32>,
    /// Its answer differs from that, and whoever looked counted again and stands by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted_again: bool,
    /// How many the home's own doses say were given (the home's own answer in one recall only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_on_record: Option<u32>,
}

/// What stands behind a warning at a dose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoseRecall {
    /// Recall id.
    pub recall_id: RecallId,
    /// Which batch.
    pub batch: String,
    /// How grave.
    pub level: RecallLevel,
    /// Why.
    pub reason: String,
}
