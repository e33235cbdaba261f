//! Signing in by the identity provider of a hospital.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::Time;

/// A provider, for the button on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityProvider {
    /// Its name in addresses.
    pub id: String,
    /// What the button says in Chinese.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// It answered when the relay last looked, at most a minute ago.
    pub available: bool,
    /// Whose staff it speaks for; absent: everybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hospital: Option<String>,
    /// Where the browser goes to sign out there too, where there is such a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_out_url: Option<String>,
}

/// Providers of hospitals; none where nobody signs in so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityProviders {
    /// In the settings' order.
    pub items: Vec<IdentityProvider>,
}

/// Somebody wants to prove by a provider who it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenIdAsk {
    /// Which provider.
    #[schema(min_length = 1, max_length = 32)]
    pub provider: String,
}

/// Where the browser goes, and what it brings back.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenIdRequest {
    /// Of the provider.
    pub url: String,
    /// Sealed; the console keeps it in a cookie of this browser.
    pub flow: String,
    /// Until when.
    pub expires_at: Time,
}

/// What the provider gave the browser.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenIdSignIn {
    /// As it was given out.
    #[schema(min_length = 1, max_length = 1024)]
    pub flow: String,
    /// `code`.
    #[schema(min_length = 1, max_length = 4096)]
    pub code: String,
    /// `state`.
    #[schema(min_length = 1, max_length = 256)]
    pub state: String,
    /// `iss`, where the provider gave one.
    #[serde(default)]
    #[schema(max_length = 2048)]
    pub iss: Option<String>,
}

/// By what a provider knows a member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// The provider's name in addresses; absent when the settings do not have it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The provider's address.
    pub issuer: String,
    /// What it says of the person.
    pub subject: String,
    /// When an administrator entered it.
    pub bound_at: Time,
    /// When somebody last came in by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// The person comes in by the provider only: the password is refused.
    pub only: bool,
}

/// A person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Identities {
    /// One of each provider at most.
    pub items: Vec<Identity>,
}

/// By what a provider knows a member of staff, as an administrator enters it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// Which provider.
    #[schema(min_length = 1, max_length = 32)]
    pub provider: String,
    /// What it says of the person: not a name, not an e-mail address.
    #[schema(min_length = 1, max_length = 255)]
    pub subject: String,
}

/// What is taken away.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityEnd {
    /// The provider's address, as the list has it.
    #[schema(min_length = 1, max_length = 2048)]
    pub issuer: String,
}
