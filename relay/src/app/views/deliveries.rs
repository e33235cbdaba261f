//! Deliveries: one list for three readers, each seeing what it needs.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{
    AttemptCode, CourierRunId, DecisionCode, DeliveryId, DeliveryState, DrugId, PrescriptionId, QuarantineReason, Role,
};
use super::common::{Time, TimelineStep, VersionBody};
use super::discrepancies::Discrepancy;
pub use yunzhen_domain::records::{Attempt, Count};
use yunzhen_domain::substitution::Substitution;

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
    /// From which pharmacy (not for the courier, whose run says it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pharmacy_name: Option<String>,
    /// Which parcel of its order it is, from 1 (not for the courier).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel_number: Option<u32>,
    /// How many parcels the order has so far (not for the courier).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel_count: Option<u32>,
    /// Where to.
    pub home: DeliveryHome,
    /// Code on the parcel (pharmacy and courier only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parcel_code: Option<String>,
    /// Content of the label's 2D code (pharmacy only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The courier's run it is on (pharmacy and courier only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<CourierRunId>,
    /// Why it may not be handed over, while it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<QuarantineReason>,
    /// A batch in it was called back: it goes nowhere but back, whatever else stopped it.
    pub batch_recalled: bool,
    /// Must it stay at 2–8 °C.
    pub cold_chain: bool,
    /// Its temperatures on the way, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub temperatures: Vec<Temperature>,
    /// Between which a cold parcel must stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold_range: Option<ColdRange>,
    /// What was short, damaged or came late, and how it was settled (not for the courier).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discrepancies: Vec<Discrepancy>,
    /// What the box of the home signed when it was counted (one delivery only, not for the courier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<SignedReceipt>,
    /// What is inside (not for the courier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packs: Option<Vec<Pack>>,
    /// Why the nurse refused it (not shown to the courier).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// Who brings it.
    pub courier: Courier,
    /// Failed attempts.
    pub attempts: Vec<Attempt>,
    /// What the pharmacy decided about it on the road, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// Taken back as it stands now, it is examined before it is sold again (pharmacy only).
    #[serde(default)]
    pub set_apart: bool,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineStep>,
    /// Commands that the caller may give now.
    pub allowed: Vec<String>,
}

/// One dispensed batch of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pack {
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
    /// How much, in `unit`.
    pub quantity: u32,
    /// The drug's unit.
    pub unit: String,
    /// Batch number.
    pub batch: String,
    /// Expiry.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// What was taken from the stock; absent in parcels of before stock was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<DrugId>,
    /// Of another product than the prescribed one; all packs of a line in a parcel are of one product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitution: Option<Substitution>,
}

/// What the pharmacy decided about a parcel on the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ParcelDecision)]
pub struct Decision {
    /// `release` or `turn_back`.
    pub step: String,
    /// When.
    pub at: Time,
    /// Why.
    pub code: DecisionCode,
    /// The same in the person's own words (not for the courier).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// The pharmacy decides about a parcel on the road.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Why: `stable`, `misread` or `verified` lets it go on, `unfit`, `wrong_content` or `undeliverable` brings it back, `other` either.
    pub code: DecisionCode,
    /// The same in the person's own words.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// The pharmacy has a parcel again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBackBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Nothing of it can be used any more: it is destroyed, and lies neither on the shelf nor in quarantine.
    #[serde(default)]
    pub destroyed: bool,
}

impl From<VersionBody> for TakeBackBody {
    fn from(VersionBody { version }: VersionBody) -> Self {
        Self { version, destroyed: false }
    }
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
    /// Degrees Celsius inside; demanded of a cold parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius: Option<f64>,
}

/// What the courier takes along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PickUpBody {
    /// The `version` that was seen.
    pub version: i64,
    /// What was scanned from the parcel, or its code; without it the courier compared by eye.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub scan: Option<String>,
    /// Degrees Celsius inside a cold parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub celsius: Option<f64>,
}

/// An attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailAttemptBody {
    /// The `version` that was seen.
    pub version: i64,
    /// Why; `other` where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<AttemptCode>,
    /// In the courier's own words, shown as they were written; demanded with `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
}

/// A temperature of a cold parcel; one that was measured where there was no link comes later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemperature {
    /// Degrees Celsius.
    pub celsius: f64,
    /// When it was measured.
    pub measured_at: Time,
}

/// A temperature of a parcel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DeliveryTemperature)]
pub struct Temperature {
    /// Degrees Celsius.
    pub celsius: f64,
    /// When it was measured.
    pub measured_at: Time,
    /// By whom: pharmacy, courier or nurse.
    pub by: Role,
    /// Too cold or too warm.
    pub out_of_range: bool,
}

/// Between which a cold parcel must stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ColdRange {
    /// Degrees Celsius.
    pub lowest: u32,
    /// Degrees Celsius.
    pub highest: u32,
}

/// A receipt that the box of a home signed: compact JWS over canonical JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptBody {
    /// As the box signed it.
    #[schema(max_length = 65536)]
    pub jws: String,
}

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignedReceipt {
    /// When the nurse counted.
    pub counted_at: Time,
    /// When the relay heard of it; later where the box had no link.
    pub received_at: Time,
    /// With which certificate of the box.
    pub certificate_serial: String,
    /// As it came, for `certs verify`.
    pub jws: String,
}

/// A parcel that a home waits for, as its box keeps it for a time without a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExpectedParcel {
    /// Delivery id.
    pub delivery_id: DeliveryId,
    /// PHC string by which a typed code is checked.
    pub code_hash: String,
    /// A temperature has to be taken.
    pub cold_chain: bool,
    /// Its lines, each of which has to be counted.
    pub items: Vec<u16>,
    /// The most that can be counted of each of them, in their order.
    pub most: Vec<u32>,
    /// Wrong codes that may still be tried before the hand-over stops, those without a link among them.
    pub tries_left: u32,
}

/// A wrong parcel code that was refused without a link. What was typed is not told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedCode {
    /// When, by the clock of the box.
    pub at: Time,
}

/// What is known after it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedCodeCounted {
    /// Wrong codes that may still be tried.
    pub tries_left: u32,
}
