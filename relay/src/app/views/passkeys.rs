//! Passkeys. What a browser needs and gives is base64url without padding.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_domain::records;

use super::codes::PasskeyId;
use super::common::Time;

/// One of the caller's passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    /// Passkey id.
    pub id: PasskeyId,
    /// As its owner calls it.
    pub name: String,
    /// When it was registered.
    pub made_at: Time,
    /// When it was shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// When it counted less than before: there may be two of it, so it opens nothing any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count_fell_at: Option<Time>,
}

impl From<records::Passkey> for Passkey {
    fn from(p: records::Passkey) -> Self {
        Self {
            id: p.id,
            name: p.name,
            made_at: p.made_at.into(),
            last_used_at: p.last_used_at.map(Into::into),
            count_fell_at: p.count_fell_at.map(Into::into),
        }
    }
}

/// The caller's passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passkeys {
    /// The oldest first.
    pub items: Vec<Passkey>,
    /// False where the settings do not say at which address the console is reached.
    pub available: bool,
}

/// What the browser is to make a passkey for: discoverable, by an authenticator that verifies the person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyCreation {
    /// Challenge.
    pub challenge: String,
    /// Host of the console.
    pub rp_id: String,
    /// Says nothing to anybody else.
    pub user_id: String,
    /// User name.
    pub user_name: String,
    /// Real name.
    pub display_name: String,
    /// COSE numbers, the preferred first.
    pub algorithms: Vec<i64>,
    /// Credentials that there are: an authenticator that has one makes no second.
    pub exclude: Vec<String>,
    /// Until when.
    pub expires_at: Time,
}

/// A passkey that the browser made.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// How its owner calls it.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// `clientDataJSON`.
    #[schema(min_length = 1, max_length = 8192)]
    pub client_data: String,
    /// `attestationObject`.
    #[schema(min_length = 1, max_length = 65536)]
    pub attestation_object: String,
}

/// It is registered. The session goes on under another token, all others have ended.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyMade {
    /// Bearer token; shown once, kept only as a digest.
    pub token: String,
    /// When the session ends.
    pub expires_at: Time,
    /// The passkey.
    pub passkey: Passkey,
}

/// Another name, and the proof that its owner gives it: by its name a person knows which one to remove.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyName {
    /// How its owner calls it.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// Password.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
}

/// Which one is removed, and the proof that its owner does it.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePasskey {
    /// Passkey id.
    pub id: PasskeyId,
    /// Password.
    #[schema(min_length = 1, max_length = 256, format = Password)]
    pub password: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub code: Option<String>,
}

/// Somebody who is not signed in wants to show a passkey.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAsk {}

/// What a passkey is to sign.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PasskeyRequest {
    /// Challenge.
    pub challenge: String,
    /// Host of the console.
    pub rp_id: String,
    /// Until when.
    pub expires_at: Time,
}

/// What a passkey signed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// `rawId`.
    #[schema(min_length = 1, max_length = 2048)]
    pub credential_id: String,
    /// `clientDataJSON`.
    #[schema(min_length = 1, max_length = 8192)]
    pub client_data: String,
    /// `authenticatorData`.
    #[schema(min_length = 1, max_length = 8192)]
    pub authenticator_data: String,
    /// `signature`.
    #[schema(min_length = 1, max_length = 4096)]
    pub signature: String,
    /// `userHandle`, where the authenticator gave one.
    #[serde(default)]
    #[schema(max_length = 128)]
    pub user_handle: Option<String>,
}
