//! Certificates in files, and which authorities are trusted.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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
        let read = read_chain(path, "file of trusted authorities", "certs init --dir <authority>");
        // Where it is missing a new authority would be the wrong way out: nobody believes that one.
        read.map(Self).map_err(|error| match error {
            CertsError::Missing { path, .. } => CertsError::NoTrust(path),
            other => other,
        })
    }

    /// Trusts these authorities.
    #[must_use]
    pub const fn new(anchors: Vec<CertificateDer<'static>>) -> Self {
        Self(anchors)
    }

    /// As a file has it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let block = |der: &CertificateDer<'_>| {
            let text = STANDARD.encode(der);
            let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
        };
        self.0.iter().map(block).collect()
    }

    /// The authorities.
    #[must_use]
    pub fn anchors(&self) -> &[CertificateDer<'static>] {
        &self.0
    }
}

/// All certificates of a PEM text; `None` when one cannot be read or there is none.
#[must_use]
pub fn chain_of(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().ok()?;
    (!chain.is_empty()).then_some(chain)
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
    chain_of(&text).ok_or_else(|| CertsError::Content { path: path.to_owned(), what: "certificate" })
}
