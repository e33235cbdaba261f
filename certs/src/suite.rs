//! Suites of algorithms that documents are signed with. A document names its suite (`alg`), and its signer's key must be of that suite and no other: neither can be
//! talked into the other's. Every suite that is built in is believed; ES256 is always, others are features that are off by default.
//!
//! Not here: the suites of certificates themselves and of connections (webpki, rustls), which stay on P-256.

use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// id-ecPublicKey.
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

/// The public key of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The algorithm, as dotted numbers.
    pub algorithm: String,
    /// The curve, as dotted numbers, where the algorithm has one.
    pub curve: Option<String>,
    /// The key itself: of a curve, the uncompressed point.
    pub point: Vec<u8>,
}

impl PublicKey {
    /// Of a certificate, DER.
    #[must_use]
    pub fn of_certificate(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let key = certificate.public_key();
        let curve = key.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
        Some(Self {
            algorithm: key.algorithm.algorithm.to_id_string(),
            curve: curve.map(|oid| oid.to_id_string()),
            point: key.subject_public_key.data.to_vec(),
        })
    }

    fn is_on(&self, curve: &str) -> bool {
        self.algorithm == EC_PUBLIC_KEY && self.curve.as_deref() == Some(curve)
    }
}

/// One suite.
pub trait Suite: Send + Sync {
    /// The name in a document's header.
    fn alg(&self) -> &'static str;
    /// Is this a key of the suite?
    fn takes(&self, key: &PublicKey) -> bool;
    /// Does the signature fit? Only asked of keys that the suite takes.
    fn fits(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool;
}

/// ECDSA on P-256 with SHA-256 (RFC 7518): what browsers sign with.
pub struct Es256;

impl Suite for Es256 {
    fn alg(&self) -> &'static str {
        "ES256"
    }

    fn takes(&self, key: &PublicKey) -> bool {
        key.is_on("1.2.840.10045.3.1.7")
    }

    fn fits(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key.point).verify(message, signature).is_ok()
    }
}

/// SM2 with SM3 (GM/T 0003): r and s, 32 bytes each, as ES256 writes them. Not a registered name of JWS.
#[cfg(feature = "sm2")]
pub struct Sm2Sm3;

/// What GM/T 0009 has signers be called where nobody agreed on another identifier.
#[cfg(feature = "sm2")]
const SIGNER: &str = "1234567812345678";

#[cfg(feature = "sm2")]
impl Suite for Sm2Sm3 {
    fn alg(&self) -> &'static str {
        "SM2SM3"
    }

    fn takes(&self, key: &PublicKey) -> bool {
        key.is_on("1.2.156.10197.1.301")
    }

    fn fits(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        use sm2::dsa::signature::Verifier as _;
        use sm2::dsa::{Signature, VerifyingKey};

        let Ok(key) = VerifyingKey::from_sec1_bytes(SIGNER, &key.point) else { return false };
        Signature::try_from(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

/// The suites that are built in.
const BUILT_IN: &[&dyn Suite] = &[
    &Es256,
    #[cfg(feature = "sm2")]
    &Sm2Sm3,
];

/// The suite of this name, where it is built in. The name is compared as it is: `es256` names nothing.
#[must_use]
pub fn named(alg: &str) -> Option<&'static dyn Suite> {
    BUILT_IN.iter().copied().find(|suite| suite.alg() == alg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_as_it_is_written() {
        assert!(named("ES256").is_some());
        for other in ["", "none", "es256", "ES256 ", "HS256", "ES384", "RS256"] {
            assert!(named(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_key_on_another_curve_is_none_of_the_suite() {
        let key = |curve: &str| PublicKey {
            algorithm: EC_PUBLIC_KEY.to_owned(),
            curve: Some(curve.to_owned()),
            point: vec![4; 65],
        };
        assert!(Es256.takes(&key("1.2.840.10045.3.1.7")));
        // secp256k1 and SM2 have points of the same size.
        assert!(!Es256.takes(&key("1.3.132.0.10")) && !Es256.takes(&key("1.2.156.10197.1.301")));
        assert!(!Es256.takes(&PublicKey { curve: None, ..key("") }));
    }
}
