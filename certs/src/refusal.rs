//! Why a peer or a document is not believed, by name.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::{CertificateError, OtherError};

use crate::identity::{Identity, IdentityError, Kind};

/// The named reasons.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Issued by an authority that is not trusted here.
    #[error("the certificate was issued by a foreign authority")]
    Foreign,
    /// Past its time.
    #[error("the certificate expired on {not_after}")]
    Expired {
        /// When.
        not_after: Timestamp,
    },
    /// Before its time.
    #[error("the certificate is valid only from {not_before}; one of the two clocks is wrong")]
    NotYetValid {
        /// From when.
        not_before: Timestamp,
    },
    /// A good certificate of the wrong party.
    #[error("this is a certificate of a {}, but only a {wanted} may come here", .found.kind())]
    WrongKind {
        /// Who it is.
        found: Box<Identity>,
        /// Who may come.
        wanted: Kind,
    },
    /// The certificate may not be used for this.
    #[error("the certificate is not made for this purpose")]
    WrongPurpose,
    /// The server is another one than was dialled.
    #[error("the certificate is not valid for the name that was dialled")]
    WrongName,
    /// Its key was revoked before.
    #[error("the key was revoked on {revoked_at}")]
    Revoked {
        /// When.
        revoked_at: Timestamp,
    },
    /// It names nobody.
    #[error(transparent)]
    NoIdentity(#[from] IdentityError),
    /// Anything else that a chain can have.
    #[error("the certificate cannot be used: {0}")]
    Unusable(String),
}

impl Refusal {
    /// A short stable name for logs and metrics.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Foreign => "foreign_authority",
            Self::Expired { .. } => "certificate_expired",
            Self::NotYetValid { .. } => "certificate_not_yet_valid",
            Self::WrongKind { .. } => "wrong_kind",
            Self::WrongPurpose => "wrong_purpose",
            Self::WrongName => "wrong_name",
            Self::Revoked { .. } => "key_revoked",
            Self::NoIdentity(_) => "no_identity",
            Self::Unusable(_) => "certificate_unusable",
        }
    }

    pub(crate) fn from_webpki(error: &webpki::Error) -> Self {
        use webpki::Error as E;
        let at = |time: rustls_pki_types::UnixTime| timestamp(time.as_secs());
        match error {
            // A signature that does not fit is an authority of the same name with another key.
            E::UnknownIssuer | E::InvalidSignatureForPublicKey => Self::Foreign,
            E::CertExpired { not_after, .. } => Self::Expired { not_after: at(*not_after) },
            E::CertNotValidYet { not_before, .. } => Self::NotYetValid { not_before: at(*not_before) },
            E::RequiredEkuNotFoundContext(_) => Self::WrongPurpose,
            other => Self::Unusable(other.to_string()),
        }
    }

    pub(crate) fn from_rustls(error: &CertificateError) -> Self {
        use CertificateError as E;
        match error {
            E::UnknownIssuer | E::BadSignature => Self::Foreign,
            E::ExpiredContext { not_after, .. } => Self::Expired { not_after: timestamp(not_after.as_secs()) },
            E::NotValidYetContext { not_before, .. } => {
                Self::NotYetValid { not_before: timestamp(not_before.as_secs()) }
            }
            E::InvalidPurpose | E::InvalidPurposeContext { .. } => Self::WrongPurpose,
            E::NotValidForName | E::NotValidForNameContext { .. } => Self::WrongName,
            other => Self::Unusable(other.to_string()),
        }
    }

    /// As rustls carries it. The alert that the peer receives is chosen by the variant, so that the peer can say
    /// the reason too; see [`explain_alert`].
    pub(crate) fn into_rustls(self, original: Option<CertificateError>) -> rustls::Error {
        let error = match (&self, original) {
            (Self::Foreign, _) => CertificateError::UnknownIssuer,
            (Self::Expired { .. } | Self::NotYetValid { .. } | Self::WrongName, Some(original)) => original,
            (Self::WrongKind { .. } | Self::WrongPurpose, _) => CertificateError::ApplicationVerificationFailure,
            _ => CertificateError::Other(OtherError(Arc::new(self))),
        };
        rustls::Error::InvalidCertificate(error)
    }
}

fn timestamp(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or(Timestamp::MAX)
}

/// What the other side means by the TLS alert with which it refused *our* certificate (in QUIC, the error code minus 0x100).
#[must_use]
pub fn explain_alert(alert: u8, ours: Kind) -> Option<String> {
    let command = ours.issue_command();
    Some(match alert {
        42..=43 | 46 => {
            format!("the certificate of this {ours} cannot be used there; issue a new one with `{command}`")
        }
        45 => format!("the certificate of this {ours} expired; issue a new one with `{command}`"),
        48 => format!(
            "the certificate of this {ours} was issued by an authority that the other side does not trust; issue one there with `{command}`"
        ),
        49 => format!("the certificate of this {ours} is one of another kind of program; issue one with `{command}`"),
        116 => format!("this {ours} sent no certificate; issue one with `{command}`"),
        _ => return None,
    })
}
