//! Where the key of an authority is: a file today, a hardware module behind the same trait.
//!
//! [`KeyStore`] is all that the rest of this crate knows: a key that signs and never leaves it. A PKCS#11 token (a smart card, an HSM) is one more implementation,
//! by the crate `cryptoki`, that answers `sign` with `C_Sign` (CKM_ECDSA over SHA-256, the answer as a DER sequence of two integers). None is built in: it would bring
//! a C interface and `unsafe` into every program that issues, for hospitals that have such a token.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, SigningKey};

use crate::authority::read_secret;
use crate::error::CertsError;

/// A place that holds the key of one authority.
pub trait KeyStore {
    /// Opens the key for signing.
    ///
    /// # Errors
    /// One sentence that says what to do.
    fn open(&self) -> Result<HeldKey, CertsError>;
}

/// A key that signs; where its private half is only its store knows. Clones are the same key.
#[derive(Clone)]
pub struct HeldKey(Arc<dyn SigningKey + Send + Sync>);

impl HeldKey {
    /// Of a store.
    #[must_use]
    pub fn new(key: impl SigningKey + Send + Sync + 'static) -> Self {
        Self(Arc::new(key))
    }
}

impl PublicKeyData for HeldKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl SigningKey for HeldKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0.sign(message)
    }
}

/// A PKCS#8 PEM file that nobody but its owner, and a group that reads, is let at.
#[derive(Debug, Clone)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// This file.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }
}

impl KeyStore for KeyFile {
    fn open(&self) -> Result<HeldKey, CertsError> {
        let text = read_secret(&self.0, "authority's key", "certs init --dir <authority>")?;
        let content = |_| CertsError::Content { path: self.0.clone(), what: "private key (PKCS#8 PEM)" };
        Ok(HeldKey::new(KeyPair::from_pem(&text).map_err(content)?))
    }
}
