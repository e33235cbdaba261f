//! Consents: what is in force, the history, a new one, a revocation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{ConsentGiver, ConsentId, ConsentKind, RecordingAnswer, Signature};
use super::common::Time;
pub use yunzhen_domain::consent_texts::ConsentText;

/// One kind of consent as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConsentState {
    /// To what.
    pub kind: ConsentKind,
    /// Given, and not taken back.
    pub in_force: bool,
    /// When the consent in force was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Time>,
    /// The text has a newer version than the one that was signed.
    pub outdated: bool,
}

/// All consents of a resident.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consents {
    /// As they stand now, one of each kind.
    pub now: Vec<ConsentState>,
    /// Every signature and revocation, newest first.
    pub history: Vec<Consent>,
}

/// What the resident says when asked whether this consultation may be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRecordingAnswer {
    /// Yes needs the signed consent to recordings; no needs nothing, and the consultation goes on.
    pub answer: RecordingAnswer,
}

/// Whether a consultation may be recorded, as the resident was asked at its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct RecordingQuestion {
    /// What was said; absent: it is to be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RecordingAnswer>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by_name: Option<String>,
}

/// A consent in the history.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Consent id.
    pub id: ConsentId,
    /// Version to send with a revocation.
    pub version: i64,
    /// To what.
    pub kind: ConsentKind,
    /// To which version of its text.
    pub text_version: u32,
    /// Who signed.
    pub giver: ConsentGiver,
    /// By name.
    pub giver_name: String,
    /// Relation to the resident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giver_relation: Option<String>,
    /// What was drawn.
    pub signature: Signature,
    /// Who saw it.
    pub witness_name: String,
    /// When it was signed.
    pub given_at: Time,
    /// When it reached the relay.
    pub received_at: Time,
    /// When it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_reason: Option<String>,
}

/// A consent to keep.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// To what.
    pub kind: ConsentKind,
    /// The version of the text that was shown.
    pub text_version: u32,
    /// Who signed.
    pub giver: ConsentGiver,
    /// By name.
    #[schema(min_length = 1, max_length = 50)]
    pub giver_name: String,
    /// Relation to the resident; needed unless the resident signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giver_relation: Option<String>,
    /// What was drawn on the tablet.
    pub signature: Signature,
    /// When it was signed (offline consents arrive later).
    pub given_at: Time,
}
