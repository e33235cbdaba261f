//! The certificate and key with which a program of ours presents itself.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rcgen::KeyPair;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::authority::{IssuedWithKey, public_point, read_secret, write_file};
use crate::chain::{chain_of, read_chain};
use crate::error::CertsError;
use crate::identity::{CertificateFacts, Kind};
use crate::sign::DocumentKey;

/// A certificate with its key, checked to belong together and to be valid now.
pub struct Credentials {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
    facts: CertificateFacts,
}

impl Clone for Credentials {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key(), facts: self.facts.clone() }
    }
}

impl Credentials {
    /// Loads the credentials of a program that is a `kind`.
    ///
    /// # Errors
    /// One sentence that says what to do: a missing file, an expired certificate, one of another kind, a key that does not fit.
    pub fn load(kind: Kind, certificate: &Path, key: &Path, now: Timestamp) -> Result<Self, CertsError> {
        let credentials = Self::load_late(kind, certificate, key, now)?;
        let not_after = credentials.facts.not_after;
        if now > not_after {
            return Err(CertsError::Expired { what: kind.as_str(), not_after, command: kind.issue_command() });
        }
        Ok(credentials)
    }

    /// The same where an expired certificate is not the end: a box renews it by itself, within a time.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_late(kind: Kind, certificate: &Path, key: &Path, now: Timestamp) -> Result<Self, CertsError> {
        settle(certificate, key)?;
        let chain = read_chain(certificate, "certificate", kind.issue_command())?;
        let key_pem = read_secret(key, "key", kind.issue_command())?;
        let content = |path: &Path, what| CertsError::Content { path: path.to_owned(), what };
        let pair = KeyPair::from_pem(&key_pem).map_err(|_| content(key, "private key (PKCS#8 PEM)"))?;
        if public_point(&chain[0]).as_deref() != Some(pair.public_key_raw()) {
            return Err(CertsError::KeyMismatch { key: key.to_owned(), certificate: certificate.to_owned() });
        }
        let credentials = Self::new(chain, &key_pem).ok_or_else(|| content(key, "private key (PKCS#8 PEM)"))??;
        let facts = &credentials.facts;
        if facts.identity.kind() != kind {
            return Err(content(certificate, kind_of_certificate(kind)));
        }
        if now < facts.not_before {
            return Err(CertsError::NotYetValid { what: kind.as_str(), not_before: facts.not_before });
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

    /// Credentials that came over the wire, for a key that was made here; not checked against the clock.
    ///
    /// # Errors
    /// When they are none, of another kind, or for another key.
    pub fn from_pem(kind: Kind, chain_pem: &str, key_pem: &str) -> Result<Self, CertsError> {
        let wrong = |what: &str| CertsError::Key(what.into());
        let chain = chain_of(chain_pem).ok_or_else(|| wrong("this is no certificate"))?;
        let pair = KeyPair::from_pem(key_pem)?;
        if public_point(&chain[0]).as_deref() != Some(pair.public_key_raw()) {
            return Err(wrong("the certificate is for another key"));
        }
        let credentials = Self::new(chain, key_pem).ok_or_else(|| wrong("not PKCS#8 PEM"))??;
        if credentials.facts.identity.kind() == kind { Ok(credentials) } else { Err(wrong(kind_of_certificate(kind))) }
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

/// A pair that is on its way into its place.
#[derive(serde::Serialize, serde::Deserialize)]
struct Next {
    chain_pem: String,
    key_pem: String,
}

/// Puts a renewed pair in the place of the old one. Certificate and key are two files: both are on disk in a third one before either is touched, so that a power cut
/// leaves the old pair or the new one, never half of each.
///
/// # Errors
/// When the folder cannot be written.
pub fn install(certificate: &Path, key: &Path, chain_pem: &str, key_pem: &str) -> Result<(), CertsError> {
    let next = Next { chain_pem: chain_pem.to_owned(), key_pem: key_pem.to_owned() };
    let text = serde_json::to_string(&next).map_err(|error| CertsError::Key(error.to_string()))?;
    replace(&beside(certificate, "next"), &text, 0o600)?;
    settle(certificate, key)
}

/// Ends what [`install`] began.
fn settle(certificate: &Path, key: &Path) -> Result<(), CertsError> {
    let path = beside(certificate, "next");
    let failed = |cause| CertsError::File { path: path.clone(), cause };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let what = "renewed certificate; remove the file";
    let next: Next = serde_json::from_str(&text).map_err(|_| CertsError::Content { path: path.clone(), what })?;
    replace(key, &next.key_pem, 0o600)?;
    replace(certificate, &next.chain_pem, 0o644)?;
    std::fs::remove_file(&path).map_err(failed)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Whole on disk under its name, or not at all.
fn replace(path: &Path, text: &str, mode: u32) -> Result<(), CertsError> {
    let failed = |cause| CertsError::File { path: path.to_owned(), cause };
    let draft = beside(path, "draft");
    write_file(&draft, text, mode)?;
    std::fs::File::open(&draft).and_then(|file| file.sync_all()).map_err(failed)?;
    std::fs::rename(&draft, path).map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

const fn kind_of_certificate(kind: Kind) -> &'static str {
    match kind {
        Kind::Box => "certificate of a box",
        Kind::Relay => "certificate of a relay",
        Kind::Console => "certificate of a console",
        Kind::Signer => "certificate of a signer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_cut_between_certificate_and_key_leaves_a_pair() {
        let dir = tempfile::tempdir().expect("dir");
        let (certificate, key) = (dir.path().join("box.pem"), dir.path().join("box.key.pem"));
        install(&certificate, &key, "old chain", "old key").expect("installed");
        // The cut: the third file is whole, the key is in its place, the certificate is not.
        let next = Next { chain_pem: "new chain".into(), key_pem: "new key".into() };
        std::fs::write(beside(&certificate, "next"), serde_json::to_string(&next).expect("json")).expect("written");
        replace(&key, "new key", 0o600).expect("written");
        settle(&certificate, &key).expect("settled");
        let read = |path: &Path| std::fs::read_to_string(path).expect("there");
        assert_eq!((read(&certificate), read(&key)), ("new chain".to_owned(), "new key".to_owned()));
        assert!(!beside(&certificate, "next").exists());
    }
}
