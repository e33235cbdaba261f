//! To which pharmacies a prescription is offered.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{OfferReason, PrescriptionId, PrescriptionState};
use super::common::Time;
pub use yunzhen_domain::records::DeclineCode;

/// Why a pharmacy stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferWhy {
    /// By code.
    pub reasons: Vec<OfferReason>,
    /// From the home as the crow flies; absent when one of the two places is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// When its doors opened next, if they were closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Time>,
}

/// One pharmacy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PharmacyOffer {
    /// Name.
    pub pharmacy_name: String,
    /// From 1; those of one rank are asked together.
    pub rank: u32,
    /// Why.
    pub why: OfferWhy,
    /// Since when it is offered; absent while it waits its turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_at: Option<Time>,
}

/// All pharmacies in their order; for a pharmacy itself alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Offers {
    /// The first place first.
    pub offers: Vec<PharmacyOffer>,
    /// When the next ones are asked, unless somebody takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Time>,
}

/// What a pharmacy answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferAnswer {
    /// It took it; else it gave it back.
    pub accepted: bool,
    /// Why it gave it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<DeclineCode>,
    /// The same in the pharmacy's words, if it wrote any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined_words: Option<String>,
    /// When.
    pub at: Time,
}

/// One pharmacy with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnsweredOffer {
    /// Who, where it stood, and why.
    #[serde(flatten)]
    pub offer: PharmacyOffer,
    /// Its last answer; absent while it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<OfferAnswer>,
}

/// A prescription that came into the pool, for the administrator: neither for whom nor of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferedPrescription {
    /// Prescription id, as the audit log names it.
    pub id: PrescriptionId,
    /// State.
    pub state: PrescriptionState,
    /// Of which home.
    pub home_name: String,
    /// When the pharmacist approved it.
    pub approved_at: Time,
    /// The pharmacies in their order.
    pub offers: Vec<AnsweredOffer>,
    /// When the next ones are asked, unless somebody takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Time>,
}
