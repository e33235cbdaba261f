//! Signing documents with a private key in memory: for tests, the demo without a browser and the command line. People sign in their browser.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::KeyPair;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use rustls_pki_types::CertificateDer;

use crate::error::CertsError;
use crate::jws::{Header, TYPE};
use crate::proof::{self, PublicKeyJwk};

/// A signer's key. It has no certificate yet: that is asked for with [`DocumentKey::proof`].
pub struct DocumentKey(EcdsaKeyPair);

impl DocumentKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn generate() -> Result<Self, CertsError> {
        Self::from_pem(&KeyPair::generate()?.serialize_pem())
    }

    /// Reads a key of `certs issue-signer`, PKCS#8 PEM.
    ///
    /// # Errors
    /// When it is no P-256 key.
    pub fn from_pem(pem: &str) -> Result<Self, CertsError> {
        Self::from_pkcs8(KeyPair::from_pem(pem)?.serialized_der())
    }

    /// The same without the PEM around it.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, CertsError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new());
        pair.map(Self).map_err(|error| CertsError::Key(error.to_string()))
    }

    /// The public half, as a browser exports it.
    #[must_use]
    pub fn public_jwk(&self) -> PublicKeyJwk {
        PublicKeyJwk::from_point(self.0.public_key().as_ref())
    }

    /// Proves possession of the key, as a browser does when it asks for a certificate.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn proof(&self, claim: &proof::Claim) -> Result<String, CertsError> {
        let header = serde_json::json!({"alg": "ES256", "typ": proof::TYPE});
        let json = |error: serde_json::Error| CertsError::Key(error.to_string());
        self.compact(&header.to_string(), &serde_json::to_string(claim).map_err(json)?)
    }

    /// Signs canonical JSON. `chain` is the certificate issued for this key and its authority.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn sign(&self, chain: &[CertificateDer<'_>], canonical_json: &str) -> Result<String, CertsError> {
        let x5c = chain.iter().map(|der| STANDARD.encode(der)).collect();
        let header = Header { alg: "ES256".into(), typ: TYPE.into(), x5c };
        let header = serde_json::to_string(&header).map_err(|error| CertsError::Key(error.to_string()))?;
        self.compact(&header, canonical_json)
    }

    fn compact(&self, header: &str, payload: &str) -> Result<String, CertsError> {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| CertsError::Key("the operating system has no randomness".into()))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The canonical form (RFC 8785) of a value: what is signed.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn canonical_json(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}
