//! The certificate and key with which a program of ours presents itself.

use std::path::Path;

use jiff::Timestamp;
use rcgen::KeyPair;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::authority::{IssuedWithKey, public_point, read};
use crate::chain::read_chain;
use crate::error::CertsError;
use crate::identity::{CertificateFacts, Kind};
use crate::sign::DocumentKey;

/// A certificate with its key, checked to belong together and to be valid now.
pub struct Credentials {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    facts: CertificateFacts,
}

impl Credentials {
    /// Loads the credentials of a program that is a `kind`.
    ///
    /// # Errors
    /// One sentence that says what to do: a missing file, an expired certificate, one of another kind, a key that does not fit.
    pub fn load(kind: Kind, certificate: &Path, key: &Path, now: Timestamp) -> Result<Self, CertsError> {
        let chain = read_chain(certificate, "certificate", kind.issue_command())?;
        let key_pem = read(key, "key", kind.issue_command())?;
        let content = |path: &Path, what| CertsError::Content { path: path.to_owned(), what };
        let pair = KeyPair::from_pem(&key_pem).map_err(|_| content(key, "private key (PKCS#8 PEM)"))?;
        if public_point(&chain[0]).as_deref() != Some(pair.public_key_raw()) {
            return Err(CertsError::KeyMismatch { key: key.to_owned(), certificate: certificate.to_owned() });
        }
        let credentials = Self::new(chain, &key_pem).ok_or_else(|| content(key, "private key (PKCS#8 PEM)"))??;
        let facts = &credentials.facts;
        let what = kind.as_str();
        if facts.identity.kind() != kind {
            return Err(content(certificate, kind_of_certificate(kind)));
        }
        if now > facts.not_after {
            return Err(CertsError::Expired { what, not_after: facts.not_after, command: kind.issue_command() });
        }
        if now < facts.not_before {
            return Err(CertsError::NotYetValid { what, not_before: facts.not_before });
        }
        Ok(credentials)
    }

    /// Credentials that were just issued, as tests and the demo use them; not checked against the clock.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn from_issued(issued: &IssuedWithKey) -> Result<Self, CertsError> {
        Self::new(issued.issued.chain.clone(), &issued.key_pem)
            .ok_or_else(|| CertsError::Key("not PKCS#8 PEM".into()))?
    }

    fn new(chain: Vec<CertificateDer<'static>>, key_pem: &str) -> Option<Result<Self, CertsError>> {
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).ok()?;
        Some(CertificateFacts::from_der(&chain[0]).map(|facts| Self { chain, key, facts }).map_err(Into::into))
    }

    /// The key for signing documents in this program's name; `chain` belongs to it.
    ///
    /// # Errors
    /// When it is no P-256 key.
    pub fn document_key(&self) -> Result<DocumentKey, CertsError> {
        DocumentKey::from_pkcs8(self.key.secret_der())
    }

    /// The certificate and its authority.
    #[must_use]
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// Who this program is, until when.
    #[must_use]
    pub const fn facts(&self) -> &CertificateFacts {
        &self.facts
    }
}

const fn kind_of_certificate(kind: Kind) -> &'static str {
    match kind {
        Kind::Box => "certificate of a box",
        Kind::Relay => "certificate of a relay",
        Kind::Console => "certificate of a console",
        Kind::Signer => "certificate of a signer",
    }
}
