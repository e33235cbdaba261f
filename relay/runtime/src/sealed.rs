//! Bytes that only a key opens: AES-256-GCM with a nonce in front and the place where they belong sealed with them, so that they open nowhere else. For files
//! that leave this program or lie on a disk. Not here: where keys come from and are kept.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use std::fmt::Write as _;

/// Bytes that sealing adds.
pub const SEAL_BYTES: usize = NONCE_LEN + 16;

/// Sealed with another key, for another place, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is sealed does not open with this key")]
pub struct Closed;

/// A key in use.
pub struct SealingKey(LessSafeKey);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl SealingKey {
    /// With these bytes.
    ///
    /// # Errors
    /// Never for 32 bytes; the library's answer is not thrown away.
    pub fn new(key: [u8; 32]) -> Result<Self, Closed> {
        Ok(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(|_| Closed)?)))
    }

    /// Seals bytes for one place. No two may have the same `nonce`.
    ///
    /// # Errors
    /// When there are more bytes than the cipher takes, which is gigabytes.
    pub fn seal(&self, nonce: [u8; NONCE_LEN], place: &[u8], mut bytes: Vec<u8>) -> Result<Vec<u8>, Closed> {
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, Aad::from(place), &mut bytes).map_err(|_| Closed)?;
        Ok([&nonce[..], &bytes[..]].concat())
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or was changed.
    pub fn open(&self, place: &[u8], mut sealed: Vec<u8>) -> Result<Vec<u8>, Closed> {
        let (nonce, _) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Closed)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_within(nonce, Aad::from(place), &mut sealed, NONCE_LEN..).map_err(|_| Closed)?;
        let len = opened.len();
        sealed.truncate(len);
        Ok(sealed)
    }
}

/// What several keys are derived from, each for one purpose (HMAC-SHA-256 over its name): who has one of them has neither the others nor this.
pub struct RootKey(hmac::Key);

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl RootKey {
    /// With these bytes.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The key that seals for one purpose.
    ///
    /// # Errors
    /// As [`SealingKey::new`].
    pub fn sealing(&self, purpose: &str) -> Result<SealingKey, Closed> {
        SealingKey::new(self.derived(purpose))
    }

    /// What hides names for one purpose.
    #[must_use]
    pub fn naming(&self, purpose: &str) -> NamingKey {
        NamingKey(hmac::Key::new(hmac::HMAC_SHA256, &self.derived(purpose)))
    }

    fn derived(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        key.copy_from_slice(hmac::sign(&self.0, purpose.as_bytes()).as_ref());
        key
    }
}

/// Stands in for names under which something is found again and that nobody shall read: the same name is the same text, and only who has the key can tell which.
pub struct NamingKey(hmac::Key);

impl std::fmt::Debug for NamingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl NamingKey {
    /// 64 hexadecimal digits for a name.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        hmac::sign(&self.0, name.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_in_its_place_with_its_key_and_not_when_it_was_touched() {
        let key = SealingKey::new([7; 32]).unwrap();
        let sealed = key.seal([1; NONCE_LEN], b"here", b"a picture".to_vec()).unwrap();
        assert_eq!(sealed.len(), 9 + SEAL_BYTES);
        assert_eq!(key.open(b"here", sealed.clone()).unwrap(), b"a picture");
        assert_eq!(key.open(b"there", sealed.clone()), Err(Closed));
        assert_eq!(SealingKey::new([8; 32]).unwrap().open(b"here", sealed.clone()), Err(Closed));
        for at in 0..sealed.len() {
            let mut touched = sealed.clone();
            touched[at] ^= 1;
            assert_eq!(key.open(b"here", touched), Err(Closed), "{at}");
        }
        assert_eq!(key.open(b"here", vec![0; 5]), Err(Closed));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own_and_none_is_the_root() {
        let root = RootKey::new(&[7; 32]);
        let sealed = root.sealing("notes").unwrap().seal([1; NONCE_LEN], b"here", b"a note".to_vec()).unwrap();
        assert_eq!(RootKey::new(&[7; 32]).sealing("notes").unwrap().open(b"here", sealed.clone()).unwrap(), b"a note");
        for other in [root.sealing("pictures"), RootKey::new(&[8; 32]).sealing("notes"), SealingKey::new([7; 32])] {
            assert_eq!(other.unwrap().open(b"here", sealed.clone()), Err(Closed));
        }
        let names = root.naming("paths");
        assert_eq!(names.name("/residents?q=Wang"), root.naming("paths").name("/residents?q=Wang"));
        assert_ne!(names.name("/residents?q=Wang"), names.name("/residents?q=Li"));
        assert_ne!(names.name("/residents?q=Wang"), root.naming("others").name("/residents?q=Wang"));
        assert_eq!(names.name("").len(), 64);
    }
}
