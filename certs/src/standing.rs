//! The credentials of a running program, which are renewed while it runs: connections that stand go on, the next handshake shows the new certificate.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use jiff::Timestamp;
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::credentials::Credentials;
use crate::error::CertsError;
use crate::identity::Kind;

/// What a program presents itself with now. Clones are the same.
#[derive(Clone)]
pub struct Standing(Arc<RwLock<Held>>);

#[derive(Clone)]
struct Held {
    credentials: Arc<Credentials>,
    certified: Arc<CertifiedKey>,
}

impl Held {
    fn new(credentials: Credentials) -> Result<Self, CertsError> {
        let (chain, key) = (credentials.chain.clone(), credentials.key.clone_key());
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider())?;
        Ok(Self { credentials: Arc::new(credentials), certified: Arc::new(certified) })
    }
}

impl Standing {
    /// To begin with.
    ///
    /// # Errors
    /// When rustls does not take the key.
    pub fn new(credentials: Credentials) -> Result<Self, CertsError> {
        Ok(Self(Arc::new(RwLock::new(Held::new(credentials)?))))
    }

    /// From the next handshake on.
    ///
    /// # Errors
    /// When rustls does not take the key; what stood stands.
    pub fn swap(&self, credentials: Credentials) -> Result<(), CertsError> {
        let held = Held::new(credentials)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(())
    }

    /// Now.
    #[must_use]
    pub fn current(&self) -> Arc<Credentials> {
        self.held().credentials
    }

    fn held(&self) -> Held {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Standing({})", self.current().facts().identity)
    }
}

impl ResolvesServerCert for Standing {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.held().certified)
    }
}

impl ResolvesClientCert for Standing {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.held().certified)
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// What a TLS configuration is made with: credentials for good, or those that may be swapped.
pub trait Presents {
    /// As something that may be swapped.
    ///
    /// # Errors
    /// When rustls does not take the key.
    fn standing(&self) -> Result<Standing, CertsError>;
}

impl Presents for Credentials {
    fn standing(&self) -> Result<Standing, CertsError> {
        Standing::new(self.clone())
    }
}

impl Presents for Standing {
    fn standing(&self) -> Result<Standing, CertsError> {
        Ok(self.clone())
    }
}

/// Takes over a pair of files that was replaced, as `certs renew` does it. A driver calls [`Self::look`] from time to time.
#[derive(Debug)]
pub struct Watched {
    kind: Kind,
    certificate: std::path::PathBuf,
    key: std::path::PathBuf,
    seen: Option<SystemTime>,
}

impl Watched {
    /// Of these files, which were read just now.
    #[must_use]
    pub fn new(kind: Kind, certificate: &Path, key: &Path) -> Self {
        let seen = changed_at(certificate);
        Self { kind, certificate: certificate.to_owned(), key: key.to_owned(), seen }
    }

    /// Swaps what is new; `true` when it did. Files that cannot be used are told once, and what stood stands.
    ///
    /// # Errors
    /// One sentence that says what to do.
    pub fn look(&mut self, standing: &Standing, now: Timestamp) -> Result<bool, CertsError> {
        let changed = changed_at(&self.certificate);
        if changed.is_none() || changed == self.seen {
            return Ok(false);
        }
        self.seen = changed;
        let renewed = Credentials::load(self.kind, &self.certificate, &self.key, now)?;
        let known = standing.current().facts().serial == renewed.facts().serial;
        if !known {
            standing.swap(renewed)?;
        }
        Ok(!known)
    }
}

/// `None` while the file is not there.
fn changed_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}
