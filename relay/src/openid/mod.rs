//! Identity providers of hospitals (OpenID Connect, authorization code with PKCE): found, watched, asked, and their word verified, by the crate `openidconnect`.
//! A provider that is down stops nothing here: it is looked for again, and its button says so.
//! Not here: whom a provider's word lets in ([`crate::app::openid`]), and what of a true word is enough (`yunzhen_domain::openid`).

mod fetch;
mod settings;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use jiff::Timestamp;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret,
    CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, LogoutRequest, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
};
use rustls::ClientConfig;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, watch};
use yunzhen_domain::openid::Assertion;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::config::PublicUrl;
use crate::keys::{KeyError, secret_at};

pub use fetch::{FetchError, Fetcher};
pub use settings::{OpenIdConfig, ProviderConfig};

/// Where a provider sends people back to: a page of the console.
pub const CALLBACK: &str = "/openid/callback";
/// A provider that answers is looked at again, and its keys renewed, after this.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// One that does not, after this.
const LOOK_FOR: Duration = Duration::from_secs(5);
/// Before a person is sent to it, it has answered within this time.
const SEEN_LATELY: Duration = Duration::from_secs(10);
/// One that did not answer is not asked again within this, whoever wants to be sent to it: anybody may, also without signing in.
const FAILED_LATELY: Duration = Duration::from_secs(2);
/// While it is asked already, who wants to be sent to it waits so long for what comes of that.
const WAITS_FOR_ANOTHER: Duration = Duration::from_secs(3);

/// Signatures that are believed: by a key of the provider. Never `none`, and never by the client's own secret (HS256 and its like).
const BELIEVED: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Claims by which nobody is known: they pass from one person to another.
const UNFIT_CLAIMS: [&str; 6] = ["email", "preferred_username", "name", "nickname", "phone_number", "upn"];

type Metadata = ProviderMetadataWithLogout;
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why the settings cannot be used; each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// Providers send people back to the console.
    #[error("[openid] needs `public_url`, where people's browsers reach the console")]
    NoPublicUrl,
    /// A name that is no name, or is there twice.
    #[error("openid provider {0:?}: `id` is of small letters, digits and hyphens, at most 32, and no two are the same")]
    Id(String),
    /// With more than one, each has its people.
    #[error("openid provider {0:?}: with more than one provider each names its `hospital`")]
    NoHospital(String),
    /// An address that is none.
    #[error("openid provider {id:?}: `issuer` must begin with https:// (http:// on this machine only), not {issuer:?}")]
    Issuer {
        /// Of which.
        id: String,
        /// What it is.
        issuer: String,
    },
    /// The provider could give somebody's name to the next.
    #[error(
        "openid provider {id:?}: nobody is known by `{claim}`, which passes from one person to another; use `sub`, or a number of the staff"
    )]
    Claim {
        /// Of which.
        id: String,
        /// Which.
        claim: String,
    },
    /// The file with the client's secret.
    #[error(transparent)]
    Secret(#[from] KeyError),
}

/// Why a provider's answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// It does not answer.
    #[error("the provider does not answer")]
    Down,
    /// It does not know the code, or the client.
    #[error("the provider refused the code")]
    Refused,
    /// What it says is over, or not yet: the clocks differ.
    #[error("the provider's word is over or not yet")]
    Clock,
    /// Signature, issuer, audience, nonce or form are not right.
    #[error("the provider's word is not to be believed")]
    Untrue,
}

/// What a sign-in asks of the provider.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// Ties the answer to the browser.
    pub state: &'a str,
    /// Ties the ID token to the sign-in.
    pub nonce: &'a str,
    /// PKCE.
    pub verifier: &'a str,
    /// How long ago the person may have proved it; zero: the person is asked anew.
    pub max_age: Duration,
}

/// All providers. Cheap to clone.
#[derive(Clone, Default)]
pub struct Providers(Arc<Vec<Provider>>);

impl Providers {
    /// As the settings have them. Nothing is asked of them yet.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub fn new(config: &OpenIdConfig, public_url: Option<&PublicUrl>, tls: &ClientConfig) -> Result<Self, OpenIdError> {
        let mut providers: Vec<Provider> = Vec::new();
        for settings in &config.providers {
            let id = &settings.id;
            let is_name = (1..=32).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !is_name || providers.iter().any(|known| known.id() == id) {
                return Err(OpenIdError::Id(id.clone()));
            }
            if config.providers.len() > 1 && settings.hospital.is_none() {
                return Err(OpenIdError::NoHospital(id.clone()));
            }
            let public_url = public_url.ok_or(OpenIdError::NoPublicUrl)?;
            providers.push(Provider::new(settings.clone(), public_url, Fetcher::new(tls.clone()))?);
        }
        Ok(Self(Arc::new(providers)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in the settings' order.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The one of this name.
    pub fn named(&self, id: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.id() == id)
    }

    /// The one of this address.
    pub fn of_issuer(&self, issuer: &str) -> Option<&Provider> {
        self.iter().find(|provider| provider.issuer() == issuer)
    }

    /// Looks for each and looks after it from now on, as tasks of `life`.
    pub fn watch(&self, life: &Lifecycle) {
        for at in 0..self.0.len() {
            let (all, soft) = (self.clone(), life.soft().clone());
            life.spawn_contained("identity provider", async move {
                let Some(provider) = all.0.get(at) else { return };
                let mut wait = Duration::ZERO;
                while soft.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
                    let found = soft.run_until_cancelled(provider.look(LOOK_FOR)).await;
                    wait = if found.flatten().is_some() { LOOK_AGAIN } else { LOOK_FOR };
                }
            });
        }
    }
}

/// One provider.
pub struct Provider {
    settings: ProviderConfig,
    issuer: IssuerUrl,
    client_id: ClientId,
    secret: Option<ClientSecret>,
    redirect: RedirectUrl,
    /// Where people are sent to after they signed out there.
    after: PostLogoutRedirectUrl,
    fetcher: Fetcher,
    /// What it said of itself when it last answered; none while it does not.
    known: watch::Sender<Option<Arc<Metadata>>>,
    /// When it was looked at; held while it is.
    looked: Mutex<Option<Instant>>,
}

impl Provider {
    fn new(settings: ProviderConfig, public_url: &PublicUrl, fetcher: Fetcher) -> Result<Self, OpenIdError> {
        let id = settings.id.clone();
        let unfit = || OpenIdError::Issuer { id: id.clone(), issuer: settings.issuer.clone() };
        if !fetch::is_fit(&settings.issuer) {
            return Err(unfit());
        }
        if UNFIT_CLAIMS.contains(&settings.claim.as_str()) {
            return Err(OpenIdError::Claim { id, claim: settings.claim });
        }
        let secret = settings.client_secret.as_deref().map(secret_at).transpose()?;
        Ok(Self {
            issuer: IssuerUrl::new(settings.issuer.clone()).map_err(|_| unfit())?,
            client_id: ClientId::new(settings.client_id.clone()),
            secret: secret.map(|secret| ClientSecret::new(secret.into_exposed())),
            redirect: RedirectUrl::new(public_url.address_of(CALLBACK)).map_err(|_| OpenIdError::NoPublicUrl)?,
            after: PostLogoutRedirectUrl::new(public_url.address_of("/")).map_err(|_| OpenIdError::NoPublicUrl)?,
            fetcher,
            known: watch::Sender::new(None),
            looked: Mutex::new(None),
            settings,
        })
    }

    /// Its name in addresses of the API.
    pub fn id(&self) -> &str {
        &self.settings.id
    }

    /// Its address.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// What the settings say of it.
    pub fn settings(&self) -> &ProviderConfig {
        &self.settings
    }

    /// Whether it answered when it was last looked at.
    pub fn is_up(&self) -> bool {
        self.known.borrow().is_some()
    }

    /// Where one signs out there too, if it has such a place. No token is in the address: the provider asks the person.
    pub fn sign_out_address(&self) -> Option<String> {
        let known = self.known.borrow().clone()?;
        let end = known.additional_metadata().end_session_endpoint.clone()?;
        let request = LogoutRequest::from(end)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(self.after.clone());
        Some(request.http_get_url().to_string())
    }

    /// Where a person is sent to sign in.
    ///
    /// # Errors
    /// When the provider does not answer, or others have waited for that for a while.
    pub async fn address_for(&self, asking: Asking<'_>) -> Result<String, Disbelief> {
        let turn = tokio::time::timeout(WAITS_FOR_ANOTHER, self.looked.lock()).await.map_err(|_| Disbelief::Down)?;
        let known = self.look_in_turn(turn, SEEN_LATELY).await.ok_or(Disbelief::Down)?;
        let client = self.client(&known);
        let (state, nonce) = (CsrfToken::new(asking.state.to_owned()), Nonce::new(asking.nonce.to_owned()));
        let verifier = PkceCodeVerifier::new(asking.verifier.to_owned());
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new))
            .set_max_age(asking.max_age);
        if asking.max_age.is_zero() {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        for value in &self.settings.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(value.clone()));
        }
        Ok(request.url().0.to_string())
    }

    /// Exchanges the code that a browser brought for the provider's word, and verifies that.
    ///
    /// # Errors
    /// Why it is not believed. What the provider sent is in no message.
    pub async fn word(
        &self,
        code: String,
        verifier: String,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Assertion, Disbelief> {
        let known = self.look(LOOK_AGAIN).await.ok_or(Disbelief::Down)?;
        let client = self.client(&known);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|_| Disbelief::Untrue)?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let http = self.http();
        let answer = request.request_async(&http).boxed().await.map_err(|error| match error {
            RequestTokenError::Request(error) => {
                tracing::warn!(provider = self.id(), %error, "an identity provider gave no answer to a code");
                Disbelief::Down
            }
            RequestTokenError::ServerResponse(said) => {
                tracing::warn!(provider = self.id(), error = ?said.error(), "an identity provider refused a code");
                Disbelief::Refused
            }
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Disbelief::Untrue,
        })?;
        let token = answer.id_token().ok_or(Disbelief::Untrue)?;
        let nonce = Nonce::new(nonce.to_owned());
        let first = self.verified(&client, token, &nonce, now);
        let Err(Unbelieved::UnknownKey) = first else { return first.map_err(|error| self.tell(&error)) };
        // It signs with a newer key than it had when it was looked at.
        let known = self.look(Duration::ZERO).await.ok_or(Disbelief::Down)?;
        self.verified(&self.client(&known), token, &nonce, now).map_err(|error| self.tell(&error))
    }

    fn verified(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<Assertion, Unbelieved> {
        // The library's time is another crate's; both read what RFC 3339 writes.
        let at = now.to_string().parse().map_err(|_| Unbelieved::Claim("now"))?;
        let verifier = client.id_token_verifier().set_allowed_algs(BELIEVED).set_time_fn(move || at);
        let claims = token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(Unbelieved::Claim("azp"));
        }
        let second = |second| Timestamp::from_second(second).map_err(|_| Unbelieved::Claim("time"));
        let subject = match self.settings.claim.as_str() {
            "sub" => Some(claims.subject().as_str().to_owned()).filter(|subject| !subject.is_empty()),
            other => claim_of(token, other),
        };
        let means = claims.auth_context_ref().map(|context| context.as_str().to_owned());
        let methods = claims.auth_method_refs().into_iter().flatten().map(|method| method.as_str().to_owned());
        Ok(Assertion {
            subject: subject.ok_or(Unbelieved::Claim("the claim that names the person"))?.into(),
            issued_at: second(claims.issue_time().timestamp())?,
            authenticated_at: claims.auth_time().map(|at| second(at.timestamp())).transpose()?,
            means: means.into_iter().chain(methods).collect(),
        })
    }

    fn tell(&self, error: &Unbelieved) -> Disbelief {
        tracing::warn!(provider = self.id(), %error, "an identity provider's word is not believed");
        match error {
            Unbelieved::Over => Disbelief::Clock,
            Unbelieved::UnknownKey | Unbelieved::Signature | Unbelieved::Claim(_) => Disbelief::Untrue,
        }
    }

    /// Asks the provider for metadata and keys, unless it answered that lately, or lately did not.
    async fn look(&self, lately: Duration) -> Option<Arc<Metadata>> {
        let turn = self.looked.lock().await;
        self.look_in_turn(turn, lately).await
    }

    async fn look_in_turn(
        &self,
        mut looked: MutexGuard<'_, Option<Instant>>,
        lately: Duration,
    ) -> Option<Arc<Metadata>> {
        let known = self.known.borrow().clone();
        let age = looked.map(|at| clock::now_instant().duration_since(at));
        let holds = if known.is_some() { lately } else { FAILED_LATELY };
        if age.is_some_and(|age| age < holds) {
            return known;
        }
        let http = self.http();
        let found = Metadata::discover_async(self.issuer.clone(), &http).boxed().await;
        *looked = Some(clock::now_instant());
        let found = match found {
            Ok(found) if leads_out_of_order(&found) => {
                tracing::warn!(provider = self.id(), "an identity provider names addresses that nobody is sent to");
                None
            }
            Ok(found) => Some(Arc::new(found)),
            Err(error) => {
                tracing::debug!(provider = self.id(), %error, "an identity provider is not found");
                None
            }
        };
        match (known.is_some(), found.is_some()) {
            (false, true) => tracing::info!(provider = self.id(), "the identity provider answers"),
            (true, false) => tracing::warn!(provider = self.id(), "the identity provider does not answer any more"),
            (true, true) | (false, false) => {}
        }
        self.known.send_replace(found.clone());
        found
    }

    fn client(&self, known: &Metadata) -> Client {
        let client = CoreClient::from_provider_metadata(known.clone(), self.client_id.clone(), self.secret.clone())
            .set_redirect_uri(self.redirect.clone());
        let methods = known.token_endpoint_auth_methods_supported();
        let has = |method| methods.is_some_and(|methods| methods.contains(&method));
        // Not saying is saying basic.
        match has(CoreClientAuthMethod::ClientSecretPost) && !has(CoreClientAuthMethod::ClientSecretBasic) {
            true => client.set_auth_type(AuthType::RequestBody),
            false => client,
        }
    }

    fn http(&self) -> impl Fn(HttpRequest) -> fetch::Exchange + Send + Sync + use<> {
        let fetcher = self.fetcher.clone();
        move |request| fetcher.fetch(request)
    }
}

/// Why an ID token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Unbelieved {
    #[error("it is over")]
    Over,
    #[error("its key is not among the provider's")]
    UnknownKey,
    #[error("its signature is none or not the provider's")]
    Signature,
    #[error("{0} is not right")]
    Claim(&'static str),
}

impl From<ClaimsVerificationError> for Unbelieved {
    fn from(error: ClaimsVerificationError) -> Self {
        use ClaimsVerificationError as E;
        match error {
            E::Expired(_) => Self::Over,
            E::SignatureVerification(SignatureVerificationError::NoMatchingKey) => Self::UnknownKey,
            E::SignatureVerification(_) => Self::Signature,
            E::InvalidAudience(_) => Self::Claim("aud"),
            E::InvalidIssuer(_) => Self::Claim("iss"),
            E::InvalidNonce(_) => Self::Claim("nonce"),
            E::InvalidSubject(_) => Self::Claim("sub"),
            E::InvalidAuthTime(_) => Self::Claim("auth_time"),
            _ => Self::Claim("form"),
        }
    }
}

/// Addresses that browsers and the relay are to go to are `https`, or on this machine.
fn leads_out_of_order(found: &Metadata) -> bool {
    let end = found.additional_metadata().end_session_endpoint.as_ref().map(|end| end.as_str());
    let token = found.token_endpoint().map(|token| token.as_str());
    let all = [Some(found.authorization_endpoint().as_str()), Some(found.jwks_uri().as_str()), end, token];
    token.is_none() || all.into_iter().flatten().any(|address| !fetch::is_fit(address))
}

/// A claim of a token that was verified, as the provider wrote it: a text or a whole number.
fn claim_of(token: &CoreIdToken, name: &str) -> Option<String> {
    let token = token.to_string();
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    match serde_json::from_slice::<Value>(&payload).ok()?.get(name)? {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => number.as_i64().map(|number| number.to_string()),
        _ => None,
    }
}
