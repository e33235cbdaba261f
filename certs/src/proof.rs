//! Issuing a signing certificate for a key that only its holder has: the browser proves that it holds the private half.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rcgen::SubjectPublicKeyInfo;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use yunzhen_domain::Role;
use yunzhen_domain::ids::StaffId;

use crate::authority::{Issued, IssuingAuthority, sha256_hex};
use crate::error::CertsError;
use crate::identity::{Identity, may_sign};
use crate::jws;

/// The `typ` of a proof of possession.
pub const TYPE: &str = "yunzhen+proof";
/// The `purpose` inside it.
pub const PURPOSE: &str = "signing-certificate";
/// A proof older (or newer) than this is refused.
pub const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// SubjectPublicKeyInfo of a P-256 key up to the point itself.
pub(crate) const SPKI_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A public key as WebCrypto exports it. Other members (`ext`, `key_ops`) are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeyJwk {
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// 32 bytes, base64url.
    pub x: String,
    /// 32 bytes, base64url.
    pub y: String,
}

impl PublicKeyJwk {
    /// The key of an uncompressed point (0x04, x, y).
    #[must_use]
    pub fn from_point(point: &[u8]) -> Self {
        let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(point.get(range).unwrap_or_default());
        Self { kty: "EC".into(), crv: "P-256".into(), x: coordinate(1..33), y: coordinate(33..65) }
    }

    /// SHA-256 of the key as SubjectPublicKeyInfo, hexadecimal; `None` for what is no key on P-256.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        self.point().map(|point| sha256_hex(&[&SPKI_P256[..], &point].concat()))
    }

    fn point(&self) -> Option<[u8; 65]> {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&URL_SAFE_NO_PAD.decode(&self.x).ok().filter(|x| x.len() == 32)?);
        point[33..].copy_from_slice(&URL_SAFE_NO_PAD.decode(&self.y).ok().filter(|y| y.len() == 32)?);
        (self.kty == "EC" && self.crv == "P-256").then_some(point)
    }
}

/// What the proof says: who asks, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// When the browser made it.
    pub issued_at: Timestamp,
    /// [`PURPOSE`].
    pub purpose: String,
    /// The signed-in person.
    pub staff_id: StaffId,
}

impl Claim {
    /// A claim of `staff_id`, made now.
    #[must_use]
    pub fn new(staff_id: StaffId, now: Timestamp) -> Self {
        Self { issued_at: now, purpose: PURPOSE.into(), staff_id }
    }
}

/// Why no certificate is issued for a key.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// Not a P-256 key.
    #[error("the public key is not an EC key on P-256")]
    Key,
    /// Not a proof, or not of ours.
    #[error("the proof is not a JWS of type {TYPE} for the purpose {PURPOSE}")]
    Malformed,
    /// Signed with another key.
    #[error("the proof was not signed with this key")]
    Signature,
    /// For somebody else.
    #[error("the proof names another person than the one who is signed in")]
    OtherPerson,
    /// From long ago, or from a clock that is wrong.
    #[error("the proof was made at {0}, more than ten minutes from now; check the clock of this device")]
    Stale(Timestamp),
    /// Only specialists and pharmacists sign.
    #[error("a {0} signs no documents")]
    Role(&'static str),
    /// The certificate could not be made.
    #[error(transparent)]
    Certs(#[from] CertsError),
}

/// Checks that whoever signed the proof holds the key and is `staff_id`. `fresh_at` is the time around which it must have been made, or nothing where it was
/// checked when it came and is only read again.
///
/// # Errors
/// See [`ProofError`].
pub fn check(
    key: &PublicKeyJwk,
    proof: &str,
    role: Role,
    staff_id: StaffId,
    fresh_at: Option<Timestamp>,
) -> Result<Claim, ProofError> {
    if !may_sign(role) {
        return Err(ProofError::Role(role.as_str()));
    }
    let point = key.point().ok_or(ProofError::Key)?;
    if proof.len() > jws::MAX_BYTES {
        return Err(ProofError::Malformed);
    }
    let parts = jws::split(proof).map_err(|_| ProofError::Malformed)?;
    let header: ProofHeader = serde_json::from_slice(&parts.header).map_err(|_| ProofError::Malformed)?;
    let claim: Claim = serde_json::from_slice(&parts.payload).map_err(|_| ProofError::Malformed)?;
    if header.alg != "ES256" || header.typ != TYPE || claim.purpose != PURPOSE {
        return Err(ProofError::Malformed);
    }
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(parts.signed.as_bytes(), &parts.signature).map_err(|_| ProofError::Signature)?;
    if claim.staff_id != staff_id {
        return Err(ProofError::OtherPerson);
    }
    if fresh_at.is_some_and(|now| claim.issued_at.duration_since(now).abs() > FRESH) {
        return Err(ProofError::Stale(claim.issued_at));
    }
    Ok(claim)
}

/// Checks the proof and issues the certificate with which `staff_id` signs as `role`. That this person is signed in, and that the key was approved, is for the
/// caller to know.
///
/// # Errors
/// See [`ProofError`].
pub fn issue_signer(
    signers: &IssuingAuthority,
    key: &PublicKeyJwk,
    proof: &str,
    role: Role,
    staff_id: StaffId,
    now: Timestamp,
) -> Result<Issued, ProofError> {
    check(key, proof, role, staff_id, Some(now))?;
    issue_checked(signers, key, role, staff_id, now)
}

/// Issues the certificate for a key whose proof was checked.
///
/// # Errors
/// See [`ProofError`].
pub fn issue_checked(
    signers: &IssuingAuthority,
    key: &PublicKeyJwk,
    role: Role,
    staff_id: StaffId,
    now: Timestamp,
) -> Result<Issued, ProofError> {
    let point = key.point().ok_or(ProofError::Key)?;
    let spki = SubjectPublicKeyInfo::from_der(&[&SPKI_P256[..], &point].concat()).map_err(|_| ProofError::Key)?;
    Ok(signers.issue(&Identity::Signer { role, staff_id }, &[], &spki, None, now)?)
}

/// Browsers also put the key into the header (`jwk`); the one that counts is the one that a certificate is asked for.
#[derive(Deserialize)]
struct ProofHeader {
    alg: String,
    typ: String,
}
