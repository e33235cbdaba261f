//! Keys that people sign with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yunzhen_certs::proof;

use super::codes::{Role, SigningKeyId, SigningKeyState, StaffId};
use super::common::{StaffRef, Time};
use super::licences::{Licence, LicenceGap};

/// A public key on P-256 as WebCrypto exports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

impl From<PublicKeyJwk> for proof::PublicKeyJwk {
    fn from(key: PublicKeyJwk) -> Self {
        Self { kty: key.kty, crv: key.crv, x: key.x, y: key.y }
    }
}

/// A key that was made in the browser of the person who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSigningKey {
    /// Its public half.
    pub public_key_jwk: PublicKeyJwk,
    /// A compact JWS of type `yunzhen+proof`, signed with the private half: who asks, when.
    #[schema(min_length = 1, max_length = 4096)]
    pub proof_jws: String,
    /// In which browser it lies, in the person's own words.
    #[schema(min_length = 1, max_length = 100)]
    pub device: String,
}

/// What `certs sign-request` takes: the file that an administrator carries to where the authority's key is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRequest {
    /// Whose.
    pub staff_id: StaffId,
    /// As what the person signs.
    pub role: Role,
    /// The public half.
    pub public_key_jwk: proof::PublicKeyJwk,
    /// The proof of possession.
    pub proof_jws: String,
}

impl KeyRequest {
    /// Puts one together.
    pub fn new(staff_id: StaffId, role: Role, key: &proof::PublicKeyJwk, proof: &str) -> Self {
        Self { staff_id, role, public_key_jwk: key.clone(), proof_jws: proof.to_owned() }
    }
}

/// A key, as shown to its person and to administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    /// Id.
    pub id: SigningKeyId,
    /// Version to send with the next command.
    pub version: i64,
    /// State.
    pub state: SigningKeyState,
    /// Whose.
    pub staff: StaffRef,
    /// As what the person signs.
    pub role: Role,
    /// The person's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The person's licence on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Licence>,
    /// The number of the licence as it is known of the account, also where nothing else of it is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_number: Option<String>,
    /// Why the key is not let in, and signs nothing, today: what its holder's licence lacks. Absent when nothing is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence_gap: Option<LicenceGap>,
    /// What both people compare: eight groups of four digits.
    pub fingerprint: String,
    /// The whole digest: SHA-256 of SubjectPublicKeyInfo, hexadecimal.
    pub key_sha256: String,
    /// In which browser it lies.
    pub device: String,
    /// Once it is approved: the file for `certs sign-request`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When it was asked for.
    pub requested_at: Time,
    /// When it was approved or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<StaffRef>,
    /// From when on it signs nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<StaffRef>,
    /// Why it was refused or revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The certificate, where an offline authority issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<SigningCertificate>,
}

/// A certificate that was issued offline, as the browser puts it into what it signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningCertificate {
    /// The chain, PEM.
    pub certificate_chain_pem: String,
    /// Signer and authority, base64 of DER.
    pub x5c: Vec<String>,
    /// Serial number of the signer's certificate.
    pub serial: String,
    /// Its end.
    pub not_after: Time,
}

/// The certificate that `certs sign-request` made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateBody {
    /// The `version` that the person saw.
    pub version: i64,
    /// The chain, PEM.
    #[schema(min_length = 1, max_length = 16384)]
    pub certificate_chain_pem: String,
}

/// Keys of people and certificates of boxes that sign nothing more: what `certs verify --revoked` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedKeys {
    /// As the relay knew it then.
    pub as_of: Time,
    /// Which.
    pub keys: Vec<RevokedKey>,
    /// Certificates of boxes, which sign receipts of parcels.
    #[serde(default)]
    pub certificates: Vec<RevokedCertificate>,
}

/// A certificate of a box that signs nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedCertificate {
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// From when on.
    pub revoked_at: Time,
}

/// A key that signs nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedKey {
    /// SHA-256 of SubjectPublicKeyInfo, hexadecimal.
    pub key_sha256: String,
    /// From when on.
    pub revoked_at: Time,
}
