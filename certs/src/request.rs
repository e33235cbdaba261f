//! Requests for certificates (PKCS#10): the key is made where it is used and never leaves; what travels is its public half, signed with the private one.
//!
//! A request decides nothing: who its sender is, the receiver knows (a code, a connection), and what the certificate says comes from the profile. So the only things
//! that are looked at are the key, the proof that the sender has it, and that no other name is asked for.

use std::path::Path;

use rcgen::{CertificateParams, DistinguishedName, KeyPair, SanType, SubjectPublicKeyInfo};
use rustls_pki_types::CertificateSigningRequestDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;

use crate::authority::write_file;
use crate::error::CertsError;
use crate::identity::Identity;
use crate::proof::SPKI_P256;

/// The largest request that is read, PEM.
pub const MAX_BYTES: usize = 8 * 1024;

/// A new key and the request for its certificate.
pub struct KeyRequest {
    /// PKCS#8 PEM; for this machine's disk only.
    pub key_pem: String,
    /// PKCS#10 PEM, for whoever issues.
    pub csr_pem: String,
}

impl KeyRequest {
    /// Makes a key. A machine that does not know yet who it is names nobody.
    ///
    /// # Errors
    /// When the operating system has no randomness.
    pub fn new(identity: Option<&Identity>) -> Result<Self, CertsError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::<String>::new())?;
        params.distinguished_name = DistinguishedName::new();
        if let Some(identity) = identity {
            params.subject_alt_names.push(SanType::URI(identity.to_string().try_into()?));
        }
        let csr_pem = params.serialize_request(&key)?.pem()?;
        Ok(Self { key_pem: key.serialize_pem(), csr_pem })
    }

    /// Writes the key, for its owner only, and the request.
    ///
    /// # Errors
    /// When a folder cannot be written.
    pub fn write(&self, key: &Path, request: &Path) -> Result<(), CertsError> {
        write_file(key, &self.key_pem, 0o600)?;
        write_file(request, &self.csr_pem, 0o644)
    }
}

/// Why nothing is issued for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not PKCS#10.
    #[error("this is no certificate request (PKCS#10, PEM)")]
    Malformed,
    /// RSA, another curve, a key that is too weak.
    #[error("the key of the request is not ECDSA on P-256")]
    Key,
    /// The sender does not have the key.
    #[error("the request was not signed with its own key")]
    Signature,
    /// It asks for the name of somebody else.
    #[error("the request asks for another name than that of its sender")]
    Name,
}

/// The identities that a request asks for, as text, whoever sent it and whether it counts or not; one that leaves the name to whoever issues asks for none. `None`: it is no request.
#[must_use]
pub fn asked_names(csr_pem: &str) -> Option<Vec<String>> {
    let der = CertificateSigningRequestDer::from_pem_slice(csr_pem.as_bytes()).ok()?;
    let (_, request) = X509CertificationRequest::from_der(&der).ok()?;
    let mut asked = Vec::new();
    for extension in request.requested_extensions().into_iter().flatten() {
        let ParsedExtension::SubjectAlternativeName(names) = extension else { continue };
        asked.extend(names.general_names.iter().map(|name| match name {
            GeneralName::URI(name) | GeneralName::DNSName(name) => (*name).to_owned(),
            other => other.to_string(),
        }));
    }
    Some(asked)
}

/// The key of a request whose sender is known to be `holder`.
///
/// # Errors
/// See [`RequestError`].
pub fn read_request(csr_pem: &str, holder: &Identity) -> Result<SubjectPublicKeyInfo, RequestError> {
    if csr_pem.len() > MAX_BYTES {
        return Err(RequestError::Malformed);
    }
    let der = CertificateSigningRequestDer::from_pem_slice(csr_pem.as_bytes()).map_err(|_| RequestError::Malformed)?;
    read_der(&der, holder)
}

/// The same without its armour.
///
/// # Errors
/// See [`RequestError`].
pub fn read_der(der: &[u8], holder: &Identity) -> Result<SubjectPublicKeyInfo, RequestError> {
    let (rest, request) = X509CertificationRequest::from_der(der).map_err(|_| RequestError::Malformed)?;
    if !rest.is_empty() {
        return Err(RequestError::Malformed);
    }
    let spki = request.certification_request_info.subject_pki.raw;
    // The head names algorithm and curve; what follows is one uncompressed point.
    if spki.len() != SPKI_P256.len() + 65 || !spki.starts_with(&SPKI_P256) || spki.get(SPKI_P256.len()) != Some(&4) {
        return Err(RequestError::Key);
    }
    request.verify_signature().map_err(|_| RequestError::Signature)?;
    let own = holder.to_string();
    for extension in request.requested_extensions().into_iter().flatten() {
        let ParsedExtension::SubjectAlternativeName(names) = extension else { continue };
        if !names.general_names.iter().all(|name| matches!(name, GeneralName::URI(uri) if *uri == own)) {
            return Err(RequestError::Name);
        }
    }
    SubjectPublicKeyInfo::from_der(spki).map_err(|_| RequestError::Key)
}
