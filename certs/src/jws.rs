//! Verifying signed documents: compact JWS (RFC 7515) over canonical JSON (RFC 8785), by one of the suites that are built in ([`crate::suite`]; ES256 alone unless
//! a feature adds another), with the signer's chain in `x5c`.
//!
//! Nothing here can sign: that takes a private key, see [`crate::sign`].

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, UnixTime};
use serde::{Deserialize, Serialize};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use crate::authority::key_sha256;
use crate::chain::Trust;
use crate::identity::{CertificateFacts, Identity, Kind};
use crate::profile::DOCUMENT_SIGNING_DER;
use crate::refusal::Refusal;
use crate::suite::{self, PublicKey};

/// The `typ` of our documents.
pub const TYPE: &str = "yunzhen+jws";
/// Longer ones are refused unread.
pub const MAX_BYTES: usize = 64 * 1024;

/// The protected header; nothing else may be in it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) typ: String,
    pub(crate) x5c: Vec<String>,
}

/// A document that is what its signer signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub identity: Identity,
    /// With which certificate.
    pub certificate_serial: String,
    /// What the certificate says besides.
    pub not_after: Timestamp,
    /// SHA-256 of the signer's public key (SubjectPublicKeyInfo), hexadecimal: by it a key that was revoked is found.
    pub key_sha256: String,
    /// The canonical JSON that was signed.
    pub payload: String,
}

/// Why a document is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than any document of ours.
    #[error("the document is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not three parts of base64url.
    #[error("this is no compact JWS: {0}")]
    Malformed(&'static str),
    /// The header has another algorithm or type, something unknown, or not two certificates.
    #[error(
        "the header is not {{alg: ES256 (or a suite that is built in), typ: {TYPE}, x5c: [signer, authority]}}: {0}"
    )]
    Header(String),
    /// The payload is not in its one canonical form.
    #[error("the payload is not canonical JSON (RFC 8785)")]
    NotCanonical,
    /// The certificate is not believed.
    #[error("the signer's certificate is refused: {0}")]
    Certificate(#[from] Refusal),
    /// The signature does not fit: something was changed after signing.
    #[error("the signature does not fit the document: it was changed after signing, or signed with another key")]
    Signature,
}

impl JwsError {
    /// A short stable name, for pages that say it in their own words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed(_) => "malformed",
            Self::Header(_) => "unknown_form",
            Self::NotCanonical => "not_canonical",
            Self::Certificate(refusal) => refusal.code(),
            Self::Signature => "signature_wrong",
        }
    }
}

/// Verifies a document as of the time `at`: its signer's certificate must be valid then.
///
/// # Errors
/// See [`JwsError`].
pub fn verify(jws: &str, signers: &Trust, at: Timestamp) -> Result<Verified, JwsError> {
    verify_as(Kind::Signer, jws, signers, at)
}

/// Verifies a document of a signer, or of a box: the certificate with which a box presents itself is also what it signs the nurse's count with.
///
/// # Errors
/// See [`JwsError`].
pub fn verify_as(kind: Kind, jws: &str, signers: &Trust, at: Timestamp) -> Result<Verified, JwsError> {
    if jws.len() > MAX_BYTES {
        return Err(JwsError::TooLarge);
    }
    let parts = split(jws)?;
    let header: Header = serde_json::from_slice(&parts.header).map_err(|error| JwsError::Header(error.to_string()))?;
    let suite = suite::named(&header.alg).filter(|_| header.typ == TYPE);
    let suite = suite.ok_or_else(|| JwsError::Header(format!("alg {}, typ {}", header.alg, header.typ)))?;
    let [leaf, issuing] = header.x5c.as_slice() else {
        return Err(JwsError::Header(format!("{} certificates", header.x5c.len())));
    };
    let der = |text: &String| STANDARD.decode(text).map_err(|_| JwsError::Header("x5c is not base64".into()));
    let (leaf, issuing) = (der(leaf)?, der(issuing)?);
    if !signers.anchors().iter().any(|anchor| anchor.as_ref() == issuing.as_slice()) {
        return Err(Refusal::Foreign.into());
    }
    let facts = judge(kind, &leaf, &issuing, at)?;
    let key = PublicKey::of_certificate(&leaf).filter(|key| suite.takes(key)).ok_or(JwsError::Signature)?;
    if !suite.fits(&key, parts.signed.as_bytes(), &parts.signature) {
        return Err(JwsError::Signature);
    }
    let payload = canonical(parts.payload)?;
    let key_sha256 = key_sha256(&leaf).ok_or(JwsError::Signature)?;
    Ok(Verified {
        identity: facts.identity,
        certificate_serial: facts.serial,
        not_after: facts.not_after,
        key_sha256,
        payload,
    })
}

/// Whose certificate this chain is, and the SHA-256 of its key: for a person who signs, issued by a trusted authority and valid at `at`.
///
/// # Errors
/// Why it is not believed.
pub fn signer_of(
    chain: &[CertificateDer<'_>],
    signers: &Trust,
    at: Timestamp,
) -> Result<(CertificateFacts, String), Refusal> {
    let [leaf, issuing] = chain else {
        return Err(Refusal::Unusable(format!("{} certificates, not signer and authority", chain.len())));
    };
    if !signers.anchors().iter().any(|anchor| anchor.as_ref() == issuing.as_ref()) {
        return Err(Refusal::Foreign);
    }
    let facts = judge(Kind::Signer, leaf, issuing, at)?;
    let key = key_sha256(leaf).ok_or_else(|| Refusal::Unusable("the key cannot be read".into()))?;
    Ok((facts, key))
}

/// The time that the document itself claims (`prepared_at`), unverified: which certificate to ask for is decided by it when a document is
/// verified long after it was signed.
#[must_use]
pub fn claimed_time(jws: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Prepared {
        prepared_at: Timestamp,
    }
    let parts = split(jws).ok()?;
    serde_json::from_slice::<Prepared>(&parts.payload).ok().map(|prepared| prepared.prepared_at)
}

/// What the document says, unverified: what `certs verify` asks the right question by.
pub(crate) fn claimed(jws: &str) -> Result<serde_json::Value, JwsError> {
    if jws.len() > MAX_BYTES {
        return Err(JwsError::TooLarge);
    }
    serde_json::from_slice(&split(jws)?.payload).map_err(|_| JwsError::NotCanonical)
}

/// Whose certificate the document carries, unverified: what `certs verify` asks the right question by.
#[must_use]
pub fn claimed_kind(jws: &str) -> Option<Kind> {
    let header: Header = serde_json::from_slice(&split(jws).ok()?.header).ok()?;
    let leaf = STANDARD.decode(header.x5c.first()?).ok()?;
    Some(Identity::from_der(&leaf).ok()?.kind())
}

/// The parts of a compact JWS, decoded.
pub(crate) struct Parts<'a> {
    /// What the signature is over.
    pub(crate) signed: &'a str,
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

pub(crate) fn split(jws: &str) -> Result<Parts<'_>, JwsError> {
    let (signed, signature) = jws.rsplit_once('.').ok_or(JwsError::Malformed("one part"))?;
    let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed("two parts"))?;
    let part = |text: &str, what| URL_SAFE_NO_PAD.decode(text).map_err(|_| JwsError::Malformed(what));
    Ok(Parts {
        signed,
        header: part(header, "the header is not base64url")?,
        payload: part(payload, "the payload is not base64url")?,
        signature: part(signature, "the signature is not base64url")?,
    })
}

fn canonical(payload: Vec<u8>) -> Result<String, JwsError> {
    let value: serde_json::Value = serde_json::from_slice(&payload).map_err(|_| JwsError::NotCanonical)?;
    match serde_json_canonicalizer::to_vec(&value) {
        Ok(bytes) if bytes == payload => String::from_utf8(payload).map_err(|_| JwsError::NotCanonical),
        _ => Err(JwsError::NotCanonical),
    }
}

fn judge(kind: Kind, leaf: &[u8], issuing: &[u8], at: Timestamp) -> Result<CertificateFacts, Refusal> {
    let unusable = |error: webpki::Error| Refusal::from_webpki(&error);
    let (leaf_der, issuing_der) = (CertificateDer::from(leaf), CertificateDer::from(issuing));
    let anchor = anchor_from_trusted_cert(&issuing_der).map_err(unusable)?;
    let certificate = EndEntityCert::try_from(&leaf_der).map_err(unusable)?;
    let seconds = u64::try_from(at.as_second()).map_err(|_| Refusal::Unusable("a time before 1970".into()))?;
    certificate
        .verify_for_usage(
            &[webpki::ring::ECDSA_P256_SHA256],
            &[anchor],
            &[],
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
            match kind {
                Kind::Signer => KeyUsage::required(DOCUMENT_SIGNING_DER),
                Kind::Box | Kind::Relay | Kind::Console => KeyUsage::client_auth(),
            },
            None,
            None,
        )
        .map_err(unusable)?;
    let facts = CertificateFacts::from_der(leaf)?;
    if facts.identity.kind() == kind {
        Ok(facts)
    } else {
        Err(Refusal::WrongKind { found: Box::new(facts.identity), wanted: kind })
    }
}
