//! The second factor of the caller's account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::Time;

/// Who wants to change a way into the account, or to sign something, says the password again, and a code where there is a second factor.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Password.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
}

/// How the account stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecondFactor {
    /// Since when there is an authenticator app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_up_at: Option<Time>,
    /// Codes on paper that were not used yet.
    pub recovery_codes_left: i64,
    /// The hospital asks this role for one.
    pub required: bool,
}

/// A secret for the authenticator app, not in force yet.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorSetup {
    /// To be typed into an app that has no camera.
    pub secret: String,
    /// What the QR code says.
    pub uri: String,
    /// To be sent back with the first code; only the relay reads it.
    pub setup: String,
    /// Until when.
    pub expires_at: Time,
}

/// The first code of the app.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    /// As it came with the secret.
    #[schema(min_length = 1, max_length = 512)]
    pub setup: String,
    /// Six digits.
    #[schema(min_length = 1, max_length = 16)]
    pub code: String,
}

/// The second factor is in force. The session goes on under another token, all others have ended.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SecondFactorMade {
    /// Bearer token; shown once, kept only as a digest.
    pub token: String,
    /// When the session ends.
    pub expires_at: Time,
    /// Each opens the account once in place of the app. Shown once.
    pub recovery_codes: Vec<String>,
}

/// New codes; the former ones are worth nothing.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each opens the account once in place of the app. Shown once.
    pub recovery_codes: Vec<String>,
}

/// The session goes on under another token, all others have ended.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Renewed {
    /// Bearer token; shown once, kept only as a digest.
    pub token: String,
    /// When the session ends.
    pub expires_at: Time,
}
