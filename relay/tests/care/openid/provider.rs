//! An identity provider in this process: it signs for real, gives each code once and to who knows the verifier, and lies where a test wants it to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const CLIENT: &str = "yunzhen";
pub const SECRET: &str = "a secret that the client and the provider share";

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// By the provider's key.
    Own,
    /// By somebody else's under the same name.
    Foreign,
    /// By the provider's key, and changed afterwards.
    Changed,
    /// Not at all, and it says so.
    None,
    /// By the client's own secret.
    Secret,
}

/// A code that waits, and what it is good for.
struct Grant {
    challenge: String,
    token: String,
}

struct Inner {
    issuer: String,
    key: EcdsaKeyPair,
    kid: String,
    grants: HashMap<String, Grant>,
    asked: usize,
}

pub struct TestProvider {
    inner: Arc<Mutex<Inner>>,
    server: JoinHandle<()>,
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap()
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A parameter of an address or a form whose value needs no escaping.
pub fn param(text: &str, name: &str) -> Option<String> {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    found.map(|(_, value)| value.to_owned())
}

impl TestProvider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner { issuer, key: new_key(), kid: "first".into(), grants: HashMap::new(), asked: 0 };
        let inner = Arc::new(Mutex::new(inner));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(inner.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner, server }
    }

    pub fn issuer(&self) -> String {
        self.inner.lock().unwrap().issuer.clone()
    }

    /// How often somebody came with a code.
    pub fn asked(&self) -> usize {
        self.inner.lock().unwrap().asked
    }

    /// It signs with another key from now on.
    pub fn change_key(&self) {
        let mut inner = self.inner.lock().unwrap();
        (inner.key, inner.kid) = (new_key(), "second".into());
    }

    /// What it would say of somebody who was sent to this address and signed in at that time.
    pub fn claims(&self, address: &str, subject: &str, at: Timestamp) -> Value {
        json!({
            "iss": self.issuer(),
            "aud": CLIENT,
            "sub": subject,
            "nonce": param(address, "nonce").unwrap(),
            "iat": at.as_second(),
            "exp": at.as_second() + 300,
            "auth_time": at.as_second(),
        })
    }

    /// The person agrees; the code that the browser is sent back with.
    pub fn grants(&self, address: &str, claims: &Value, signing: Signing) -> String {
        let mut inner = self.inner.lock().unwrap();
        let code = format!("code-{}", inner.grants.len() + inner.asked);
        let token = inner.token(claims, signing);
        inner.grants.insert(code.clone(), Grant { challenge: param(address, "code_challenge").unwrap(), token });
        code
    }
}

impl Inner {
    fn token(&self, claims: &Value, signing: Signing) -> String {
        let alg = match signing {
            Signing::None => "none",
            Signing::Secret => "HS256",
            Signing::Own | Signing::Foreign | Signing::Changed => "ES256",
        };
        let header = b64(json!({"alg": alg, "kid": self.kid, "typ": "JWT"}).to_string());
        let input = format!("{header}.{}", b64(claims.to_string()));
        let sign = |key: &EcdsaKeyPair| b64(key.sign(&SystemRandom::new(), input.as_bytes()).unwrap());
        match signing {
            Signing::Own => format!("{input}.{}", sign(&self.key)),
            Signing::Foreign => format!("{input}.{}", sign(&new_key())),
            Signing::Changed => {
                let mut changed = claims.clone();
                changed["sub"] = json!("admin");
                format!("{header}.{}.{}", b64(changed.to_string()), sign(&self.key))
            }
            Signing::None => format!("{input}."),
            Signing::Secret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                format!("{input}.{}", b64(hmac::sign(&key, input.as_bytes())))
            }
        }
    }
}

async fn metadata(State(inner): State<Arc<Mutex<Inner>>>) -> Json<Value> {
    let issuer = inner.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
}

async fn keys(State(inner): State<Arc<Mutex<Inner>>>) -> Json<Value> {
    let inner = inner.lock().unwrap();
    let point = inner.key.public_key().as_ref();
    let key = json!({
        "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": inner.kid,
        "x": b64(&point[1..33]), "y": b64(&point[33..]),
    });
    Json(json!({"keys": [key]}))
}

async fn token(State(inner): State<Arc<Mutex<Inner>>>, form: String) -> (StatusCode, Json<Value>) {
    let mut inner = inner.lock().unwrap();
    inner.asked += 1;
    let grant = param(&form, "code").and_then(|code| inner.grants.remove(&code));
    let challenge = param(&form, "code_verifier").map(|verifier| b64(Sha256::digest(verifier)));
    match grant.filter(|grant| Some(&grant.challenge) == challenge.as_ref()) {
        Some(grant) => (
            StatusCode::OK,
            Json(json!({"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": grant.token})),
        ),
        None => (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))),
    }
}
