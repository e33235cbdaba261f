//! Who a certificate speaks for: one SAN URI `urn:yunzhen:…` per certificate.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use yunzhen_domain::Role;
use yunzhen_domain::ids::{BoxId, HomeId, StaffId};

const PREFIX: &str = "urn:yunzhen:";

/// The holder of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The box of a home.
    Box {
        /// Which home.
        home_id: HomeId,
    },
    /// A relay.
    Relay {
        /// Its name in the installation.
        name: String,
    },
    /// A hospital console.
    Console {
        /// Its name in the installation.
        name: String,
    },
    /// A person who signs documents.
    Signer {
        /// As what: specialist or pharmacist.
        role: Role,
        /// Who.
        staff_id: StaffId,
    },
}

/// An identity without the particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The box of a home.
    Box,
    /// A relay.
    Relay,
    /// A hospital console.
    Console,
    /// A person who signs.
    Signer,
}

impl Kind {
    /// The word used in URIs, file names and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Relay => "relay",
            Self::Console => "console",
            Self::Signer => "signer",
        }
    }

    /// The command that issues a certificate of this kind.
    #[must_use]
    pub const fn issue_command(self) -> &'static str {
        match self {
            Self::Box => "certs issue agent --dir <authority> --home <home id>",
            Self::Relay => "certs issue relay --dir <authority> --name <name>",
            Self::Console => "certs issue console --dir <authority> --name <name>",
            Self::Signer => "certs issue-signer --dir <authority> --role <role> --staff <staff id>",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a certificate names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not X.509.
    #[error("this is no X.509 certificate")]
    NotACertificate,
    /// No URI of ours among the alternative names.
    #[error("the certificate carries no identity (SAN URI {PREFIX}…); issue it with `certs issue`")]
    None,
    /// More than one: which would it be?
    #[error("the certificate carries more than one identity")]
    Several,
    /// A URI of ours that cannot be read.
    #[error("`{0}` is no identity")]
    Malformed(String),
}

impl Identity {
    /// Reads the identity of a certificate. It says nothing about whether the certificate is to be believed.
    ///
    /// # Errors
    /// When there is not exactly one readable identity.
    pub fn from_der(der: &[u8]) -> Result<Self, IdentityError> {
        Ok(CertificateFacts::from_der(der)?.identity)
    }

    /// What it is, without who.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Box { .. } => Kind::Box,
            Self::Relay { .. } => Kind::Relay,
            Self::Console { .. } => Kind::Console,
            Self::Signer { .. } => Kind::Signer,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Box { home_id } => write!(f, "{PREFIX}{kind}:{home_id}"),
            Self::Relay { name } | Self::Console { name } => write!(f, "{PREFIX}{kind}:{name}"),
            Self::Signer { role, staff_id } => write!(f, "{PREFIX}{kind}:{}:{staff_id}", role.as_str()),
        }
    }
}

impl FromStr for Identity {
    type Err = IdentityError;

    fn from_str(uri: &str) -> Result<Self, IdentityError> {
        let malformed = || IdentityError::Malformed(uri.to_owned());
        let rest = uri.strip_prefix(PREFIX).ok_or_else(malformed)?;
        let (kind, rest) = rest.split_once(':').ok_or_else(malformed)?;
        let identity = match kind {
            "box" => Self::Box { home_id: rest.parse().map_err(|_| malformed())? },
            "relay" => Self::Relay { name: name(rest).ok_or_else(malformed)? },
            "console" => Self::Console { name: name(rest).ok_or_else(malformed)? },
            "signer" => {
                let (role, staff) = rest.split_once(':').ok_or_else(malformed)?;
                let role: Role = role.parse().map_err(|_| malformed())?;
                if !may_sign(role) {
                    return Err(malformed());
                }
                Self::Signer { role, staff_id: staff.parse().map_err(|_| malformed())? }
            }
            _ => return Err(malformed()),
        };
        // One spelling per identity: what is compared as text elsewhere must not have a twin.
        if identity.to_string() == uri { Ok(identity) } else { Err(malformed()) }
    }
}

/// The roles that hold a signing certificate.
#[must_use]
pub const fn may_sign(role: Role) -> bool {
    matches!(role, Role::Specialist | Role::Pharmacist)
}

/// X.520 serialNumber in the subject, see [`crate::authority`].
fn box_id(certificate: &X509Certificate<'_>) -> Option<BoxId> {
    let mut attributes = certificate.subject().iter_attributes();
    let named = attributes.find(|attribute| attribute.attr_type().to_id_string() == "2.5.4.5")?;
    named.as_str().ok()?.parse().ok()
}

/// The host names and addresses of a certificate, as text.
///
/// # Errors
/// When it is none.
pub fn hosts_of(der: &[u8]) -> Result<Vec<String>, IdentityError> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| IdentityError::NotACertificate)?;
    let names = certificate.subject_alternative_name().map_err(|_| IdentityError::NotACertificate)?;
    let names = names.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
    let host = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(host) => Some((*host).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        },
        _ => None,
    };
    Ok(names.iter().filter_map(host).collect())
}

fn name(text: &str) -> Option<String> {
    let good = (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-');
    good.then(|| text.to_owned())
}

/// What a certificate says, for records, lists and `certs show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Who holds it.
    pub identity: Identity,
    /// The serial number, lower-case hexadecimal.
    pub serial: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Which machine, of a box that was enrolled; a certificate that was issued by hand before does not say.
    pub box_id: Option<BoxId>,
}

impl CertificateFacts {
    /// Reads a certificate without judging it.
    ///
    /// # Errors
    /// When it is none or names nobody.
    pub fn from_der(der: &[u8]) -> Result<Self, IdentityError> {
        let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| IdentityError::NotACertificate)?;
        if !rest.is_empty() {
            return Err(IdentityError::NotACertificate);
        }
        let names = certificate.subject_alternative_name().map_err(|_| IdentityError::NotACertificate)?;
        let mut ours = names.iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
            GeneralName::URI(uri) if uri.starts_with(PREFIX) => Some(*uri),
            _ => None,
        });
        let uri = ours.next().ok_or(IdentityError::None)?;
        if ours.next().is_some() {
            return Err(IdentityError::Several);
        }
        let second = |time: i64| Timestamp::from_second(time).map_err(|_| IdentityError::NotACertificate);
        Ok(Self {
            identity: uri.parse()?,
            serial: certificate.raw_serial().iter().map(|byte| format!("{byte:02x}")).collect(),
            not_before: second(certificate.validity().not_before.timestamp())?,
            not_after: second(certificate.validity().not_after.timestamp())?,
            box_id: box_id(&certificate),
        })
    }

    /// When half of its time is over: a box renews it from here on.
    #[must_use]
    pub fn half_life(&self) -> Timestamp {
        let half = (self.not_after.as_second() - self.not_before.as_second()) / 2;
        Timestamp::from_second(self.not_before.as_second() + half).unwrap_or(self.not_after)
    }

    /// Whole days until it expires; negative once it has.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        days_between(now, self.not_after)
    }
}

/// What every X.509 certificate says, also one that names no identity of ours, such as an authority's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareFacts {
    /// The name of its holder.
    pub subject: String,
    /// The name of who issued it.
    pub issuer: String,
    /// Whether it issues others.
    pub is_authority: bool,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
}

impl BareFacts {
    /// Reads a certificate without judging it.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_der(der: &[u8]) -> Result<Self, IdentityError> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| IdentityError::NotACertificate)?;
        let second = |time: i64| Timestamp::from_second(time).map_err(|_| IdentityError::NotACertificate);
        Ok(Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            is_authority: certificate.is_ca(),
            not_before: second(certificate.validity().not_before.timestamp())?,
            not_after: second(certificate.validity().not_after.timestamp())?,
        })
    }

    /// Whole days until it expires; negative once it has.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        days_between(now, self.not_after)
    }
}

fn days_between(now: Timestamp, end: Timestamp) -> i64 {
    (end.as_second() - now.as_second()).div_euclid(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_identity_has_one_spelling() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        for uri in [
            format!("urn:yunzhen:box:{id}"),
            "urn:yunzhen:relay:east-1".into(),
            "urn:yunzhen:console:main".into(),
            format!("urn:yunzhen:signer:specialist:{id}"),
            format!("urn:yunzhen:signer:pharmacist:{id}"),
        ] {
            assert_eq!(uri.parse::<Identity>().expect("identity").to_string(), uri);
        }
        for uri in [
            format!("urn:yunzhen:box:{}", id.to_uppercase()),
            format!("urn:yunzhen:box:{}", id.replace('-', "")),
            "urn:yunzhen:box:".into(),
            "urn:yunzhen:relay:".into(),
            "urn:yunzhen:relay:East".into(),
            "urn:yunzhen:relay:-x".into(),
            format!("urn:yunzhen:signer:nurse:{id}"),
            format!("urn:yunzhen:signer:{id}"),
            "urn:other:relay:x".into(),
        ] {
            assert_eq!(uri.parse::<Identity>(), Err(IdentityError::Malformed(uri)));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_what_is_read_is_written_alike(uri in "(urn:yunzhen:)?[a-z:0-9-]{0,60}") {
            if let Ok(identity) = uri.parse::<Identity>() {
                prop_assert_eq!(identity.to_string(), uri);
            }
        }

        #[test]
        fn bytes_that_are_no_certificate_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(Identity::from_der(&bytes).is_err());
        }
    }
}
