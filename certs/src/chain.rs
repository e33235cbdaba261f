//! Certificates in files, and which authorities are trusted.

use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::authority::read;
use crate::error::CertsError;

/// The authorities whose certificates are accepted: `systems.pem` for connections, `signers.pem` for documents. A file may hold
/// several, so that an authority can be replaced while certificates of the old one are in use.
#[derive(Debug, Clone)]
pub struct Trust(Vec<CertificateDer<'static>>);

impl Trust {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// When it is missing or holds no certificate.
    pub fn load(path: &Path) -> Result<Self, CertsError> {
        Ok(Self(read_chain(path, "file of trusted authorities", "certs init --dir <authority>")?))
    }

    /// Trusts these authorities.
    #[must_use]
    pub const fn new(anchors: Vec<CertificateDer<'static>>) -> Self {
        Self(anchors)
    }

    /// The authorities.
    #[must_use]
    pub fn anchors(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

/// Reads all certificates of a PEM file; `what` and `command` go into the message when it is not there.
///
/// # Errors
/// When it is missing or holds none.
pub fn read_chain(
    path: &Path,
    what: &'static str,
    command: &'static str,
) -> Result<Vec<CertificateDer<'static>>, CertsError> {
    let text = read(path, what, command)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(CertsError::Content { path: path.to_owned(), what: "certificate" }),
    }
}
