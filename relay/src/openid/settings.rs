//! `[openid]` of the settings file.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use yunzhen_runtime::settings;

/// Identity providers of hospitals, by which their staff may sign in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpenIdConfig {
    /// The providers; none: nobody signs in so.
    pub providers: Vec<ProviderConfig>,
    /// One more authority whose servers are believed, PEM; relative to the settings file.
    pub authority: Option<PathBuf>,
}

/// One provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// Its name in addresses of the API: small letters, digits, hyphens.
    pub id: String,
    /// Whose staff it speaks for, as the hospital stands in the staff list; left out, everybody's, which only a sole provider may.
    #[serde(default)]
    pub hospital: Option<String>,
    /// What the button says, in Chinese.
    pub name_zh: String,
    /// The same in English.
    pub name_en: String,
    /// The provider's address, to the letter as it says it itself: `https://…`; `http://…` on this machine only.
    pub issuer: String,
    /// What the provider knows the console by.
    pub client_id: String,
    /// A file with the secret that goes with it, for its owner only; left out, PKCE alone.
    #[serde(default)]
    pub client_secret: Option<PathBuf>,
    /// What is asked for beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What of the ID token names the person; it must never pass to somebody else.
    #[serde(default = "default_claim")]
    pub claim: String,
    /// What the provider is asked to do (`acr_values`).
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// Which `acr` or `amr` is more than a password.
    #[serde(default = "default_second_factor")]
    pub second_factor: Vec<String>,
    /// Who is bound to it comes in by it only: the password is refused.
    #[serde(default)]
    pub only: bool,
}

fn default_claim() -> String {
    "sub".into()
}

/// RFC 8176, and the two of OpenID's EAP.
fn default_second_factor() -> Vec<String> {
    ["mfa", "phr", "phrh"].map(String::from).to_vec()
}

impl OpenIdConfig {
    /// Makes paths absolute to the folder of the settings file.
    pub fn resolve(&mut self, file: &Path) {
        let secrets = self.providers.iter_mut().filter_map(|provider| provider.client_secret.as_mut());
        for path in secrets.chain(self.authority.as_mut()) {
            *path = settings::resolve(file, path);
        }
    }
}
