//! Reading a signed document offline: who signed what, when, and whether that may be believed. Asks nobody: the authorities and the list of revoked keys are
//! files. What a document rests on besides (that its resident exists, that a pharmacy had it) is in the record, not here.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::authority::sha256_hex;
use crate::chain::Trust;
use crate::identity::{Identity, Kind};
use crate::jws::{self, JwsError};
use crate::refusal::Refusal;

/// Keys of people and certificates of boxes that sign nothing more, as the relay lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedKeys {
    /// When the list was made.
    pub as_of: Timestamp,
    /// Which keys of people; none: it is no list of those. A relay's always is.
    #[serde(deserialize_with = "there")]
    pub keys: Option<Vec<RevokedKey>>,
    /// Which certificates of boxes; none: it is no list of those, as one from before boxes were on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<Vec<RevokedCertificate>>,
}

fn there<'de, D: Deserializer<'de>>(keys: D) -> Result<Option<Vec<RevokedKey>>, D::Error> {
    Vec::deserialize(keys).map(Some)
}

/// A certificate that signs nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedCertificate {
    /// Its serial number, lower-case hexadecimal.
    pub serial: String,
    /// From when on.
    pub revoked_at: Timestamp,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedKey {
    /// SHA-256 of SubjectPublicKeyInfo, hexadecimal.
    pub key_sha256: String,
    /// From when on.
    pub revoked_at: Timestamp,
}

impl RevokedKeys {
    /// From when on what this key signs with this certificate counts no more.
    #[must_use]
    pub fn of(&self, key_sha256: &str, certificate_serial: &str) -> Option<Timestamp> {
        let keys = self.keys.iter().flatten().filter(|key| key.key_sha256 == key_sha256).map(|key| key.revoked_at);
        let certificates = self.certificates.iter().flatten().filter(|one| one.serial == certificate_serial);
        keys.chain(certificates.map(|one| one.revoked_at)).min()
    }

    /// Whether who signs such a document would be on this list: without that, not being on it says nothing.
    #[must_use]
    pub const fn covers(&self, what: What) -> bool {
        match what {
            What::Prescription | What::Approval => self.keys.is_some(),
            What::Receipt => self.certificates.is_some(),
        }
    }
}

/// What a document is, by its `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A specialist's prescription.
    Prescription,
    /// A pharmacist's approval of one.
    Approval,
    /// What a nurse counted of a parcel, signed by the box of the home.
    Receipt,
}

impl What {
    /// By the `type` of the document, whatever its version.
    #[must_use]
    pub fn of(kind: &str) -> Option<Self> {
        match kind.strip_prefix("yunzhen.")?.split('.').next()? {
            "prescription" => Some(Self::Prescription),
            "approval" => Some(Self::Approval),
            "receipt" => Some(Self::Receipt),
            _ => None,
        }
    }

    /// Who signs such a document.
    #[must_use]
    pub const fn signer(self) -> Kind {
        match self {
            Self::Prescription | Self::Approval => Kind::Signer,
            Self::Receipt => Kind::Box,
        }
    }
}

/// A document that may be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What it is.
    pub what: What,
    /// Who signed, as the certificate says.
    #[serde(serialize_with = "as_text")]
    pub signed_by: Identity,
    /// The person's name as the document says; a receipt names nobody.
    pub signer_name: Option<String>,
    /// When it was signed, as the document says. That it was then, and not made later with an older time, the relay checked when it took it.
    pub signed_at: Timestamp,
    /// The serial number of the certificate, which was valid then.
    pub certificate_serial: String,
    /// The end of the certificate.
    pub certificate_until: Timestamp,
    /// The key that signed.
    pub key_sha256: String,
    /// SHA-256 of the whole JWS: an approval names its prescription by it.
    pub document_sha256: String,
    /// What was signed.
    pub document: Value,
}

fn as_text<S: serde::Serializer>(identity: &Identity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(identity)
}

/// Why a document is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Signature, certificate or form.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// It does not say what it is.
    #[error("this is no prescription, approval or receipt of ours: its type is {0}")]
    Type(String),
    /// It does not say when it was signed.
    #[error("the document does not say when it was prepared")]
    NoTime,
    /// The specialist's place was taken by a pharmacist's certificate, or the other way round.
    #[error("a {what} is not signed by {signer}")]
    Role {
        /// What the document is.
        what: &'static str,
        /// Who signed it.
        signer: Box<Identity>,
    },
    /// The document names another person than the certificate.
    #[error("the document names another person than the certificate of who signed it")]
    OtherPerson,
    /// The approval is of another prescription.
    #[error("the approval is for a prescription with the SHA-256 {0}, which is not this one")]
    OtherPrescription(String),
    /// It was signed for somebody or something else: shown here, it is a replay.
    #[error("this is signed for {signed}, and not for {asked}")]
    OtherSubject {
        /// What the document names.
        signed: String,
        /// What it was to be about.
        asked: String,
    },
}

impl VerifyError {
    /// A short stable name, for pages that say it in their own words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Jws(error) => error.code(),
            Self::Type(_) => "unknown_type",
            Self::NoTime => "no_time",
            Self::Role { .. } => "wrong_signer",
            Self::OtherPerson => "other_person",
            Self::OtherPrescription(_) => "other_prescription",
            Self::OtherSubject { .. } => "other_subject",
        }
    }

    /// The day that the reason is about: the end or the beginning of a certificate, or when its key was revoked.
    #[must_use]
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Jws(JwsError::Certificate(
                Refusal::Expired { not_after: at }
                | Refusal::NotYetValid { not_before: at }
                | Refusal::Revoked { revoked_at: at },
            )) => Some(*at),
            _ => None,
        }
    }
}

/// Verifies a document as of the time that it says itself, or of `at`.
///
/// # Errors
/// See [`VerifyError`].
pub fn document(
    text: &str,
    trust: &Trust,
    revoked: Option<&RevokedKeys>,
    at: Option<Timestamp>,
) -> Result<Report, VerifyError> {
    let text = text.trim();
    let claimed: Value = jws::claimed(text).map_err(VerifyError::Jws)?;
    let kind = claimed["type"].as_str().unwrap_or("missing").to_owned();
    let what = What::of(&kind).ok_or(VerifyError::Type(kind))?;
    let signed_at = jws::claimed_time(text).ok_or(VerifyError::NoTime)?;
    let at = at.unwrap_or(signed_at);
    let verified = jws::verify_as(what.signer(), text, trust, at)?;
    if let Some(revoked_at) = revoked.and_then(|keys| keys.of(&verified.key_sha256, &verified.certificate_serial))
        && at >= revoked_at
    {
        return Err(JwsError::from(Refusal::Revoked { revoked_at }).into());
    }
    let document: Value = serde_json::from_str(&verified.payload).map_err(|_| JwsError::NotCanonical)?;
    let signer_name = signer(what, &document, &verified.identity)?;
    Ok(Report {
        what,
        signed_by: verified.identity,
        signer_name,
        signed_at,
        certificate_serial: verified.certificate_serial,
        certificate_until: verified.not_after,
        key_sha256: verified.key_sha256,
        document_sha256: sha256_hex(text.as_bytes()),
        document,
    })
}

/// Checks that an approval is of this prescription.
///
/// # Errors
/// When it is of another one, or is no approval.
pub fn approves(approval: &Report, prescription: &Report) -> Result<(), VerifyError> {
    let named = approval.document["prescription_sha256"].as_str().unwrap_or("missing");
    match approval.what == What::Approval && named == prescription.document_sha256 {
        true => Ok(()),
        false => Err(VerifyError::OtherPrescription(named.to_owned())),
    }
}

/// Checks that a document is about what it is shown for: a prescription the resident or itself, an approval its prescription, a receipt the parcel. By the ids in it.
///
/// # Errors
/// When it names none that is `id`.
pub fn is_about(report: &Report, id: &str) -> Result<(), VerifyError> {
    let of = &report.document;
    let named = match report.what {
        What::Prescription => vec![&of["resident"]["id"], &of["prescription_id"]],
        What::Approval => vec![&of["prescription_id"]],
        What::Receipt => vec![&of["delivery_id"]],
    };
    let named: Vec<&str> = named.into_iter().filter_map(Value::as_str).collect();
    match named.iter().any(|named| named.eq_ignore_ascii_case(id)) {
        true => Ok(()),
        false => Err(VerifyError::OtherSubject { signed: named.join(", "), asked: id.to_owned() }),
    }
}

/// The signer that the document itself names is the one of the certificate.
fn signer(what: What, document: &Value, identity: &Identity) -> Result<Option<String>, VerifyError> {
    use yunzhen_domain::Role;
    let (role, member, what) = match what {
        What::Prescription => (Role::Specialist, "specialist", "prescription"),
        What::Approval => (Role::Pharmacist, "pharmacist", "approval"),
        What::Receipt => {
            let home = document["home_id"].as_str();
            return match identity {
                Identity::Box { home_id } if home == Some(home_id.to_string().as_str()) => Ok(None),
                _ => Err(VerifyError::OtherPerson),
            };
        }
    };
    match identity {
        Identity::Signer { role: of, staff_id } if *of == role => {
            let person = &document[member];
            match person["id"].as_str() == Some(staff_id.to_string().as_str()) {
                true => Ok(person["name"].as_str().map(ToOwned::to_owned)),
                false => Err(VerifyError::OtherPerson),
            }
        }
        other => Err(VerifyError::Role { what, signer: Box::new(other.clone()) }),
    }
}
