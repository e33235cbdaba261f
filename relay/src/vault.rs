//! Seals the few secrets that have to be read again: what signs webhooks, keys of recordings, and answers that carry a PIN or a credential while they are kept for a retry. AES-256-GCM
//! with a random nonce; where a text belongs is sealed with it, so that it opens nowhere else. The keys are not in the database, so that a stolen one or its backup opens nothing.
//!
//! What is sealed names its key, so that keys can be changed: one seals from now on, older ones still open. Not here: secrets that are only compared (their digests are kept), passwords,
//! where keys come from (`keys`), and sealing everything anew (`app::resealing`).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use yunzhen_domain::Sealed;
use yunzhen_runtime::clock::random_bytes;

use crate::keys::{KEY_ID_CHARS, fingerprint, key_id};

/// Begins what is sealed, before the name of its key; nothing in clear begins so.
const MARK: &str = "sealed2.";
/// Began what was sealed before keys had names.
const NAMELESS_MARK: &str = "sealed1.";

/// Why something is not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Sealed with a key that the settings do not name.
    #[error("a sealed secret needs the key {0}, which the settings do not name (`secrets_key`, `[keys] older`)")]
    UnknownKey(String),
    /// Sealed with another key, for another place, or changed.
    #[error("a sealed secret does not open with this key")]
    Closed,
}

/// The keys in use. Cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Keyring>);

struct Keyring {
    /// Begins what is sealed from now on.
    mark: String,
    fingerprint: [u8; 32],
    /// The one that seals, then those that only open.
    keys: Vec<Named>,
}

struct Named {
    id: String,
    key: LessSafeKey,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Vault {
    /// With this key alone.
    ///
    /// # Errors
    /// Never for 32 bytes; the library's answer is not thrown away.
    pub fn from_key(key: [u8; 32]) -> Result<Self, VaultError> {
        Self::with_older(key, &[])
    }

    /// With one key that seals, and older ones that still open.
    ///
    /// # Errors
    /// As [`Vault::from_key`].
    pub fn with_older(current: [u8; 32], older: &[[u8; 32]]) -> Result<Self, VaultError> {
        let named = |key: &[u8; 32]| -> Result<Named, VaultError> {
            let unbound = UnboundKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Closed)?;
            Ok(Named { id: key_id(key), key: LessSafeKey::new(unbound) })
        };
        let keys = std::iter::once(&current).chain(older).map(named).collect::<Result<Vec<_>, _>>()?;
        let mark = format!("{MARK}{}.", key_id(&current));
        Ok(Self(Arc::new(Keyring { mark, fingerprint: fingerprint(&current), keys })))
    }

    /// Whether a text that was kept is sealed; older ones are in clear.
    pub fn is_sealed(kept: &str) -> bool {
        kept.starts_with(MARK) || kept.starts_with(NAMELESS_MARK)
    }

    /// How everything begins that is sealed with the present key.
    pub fn mark(&self) -> &str {
        &self.0.mark
    }

    /// The digest that names the present key.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// The names of the keys, the present one first.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys.iter().map(|named| named.id.as_str())
    }

    /// Seals a secret for one place.
    ///
    /// # Errors
    /// When it is longer than the cipher takes, which is gigabytes.
    pub fn seal(&self, place: &str, secret: &str) -> Result<Sealed, VaultError> {
        let Keyring { mark, keys, .. } = &*self.0;
        let nonce: [u8; NONCE_LEN] = random_bytes();
        let mut text = secret.as_bytes().to_vec();
        let current = keys.first().ok_or(VaultError::Closed)?;
        let sealed = current.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.as_bytes()),
            &mut text,
        );
        sealed.map_err(|_| VaultError::Closed)?;
        Ok(Sealed::kept(format!("{mark}{}", STANDARD.encode([&nonce[..], &text[..]].concat()))))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When it was sealed with a key that is not here or for another place, or was changed.
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<String, VaultError> {
        let kept = sealed.as_kept();
        if let Some(text) = kept.strip_prefix(NAMELESS_MARK) {
            // Which key it was is not said; there are few.
            let opened = self.0.keys.iter().find_map(|named| named.open(place, text).ok());
            return opened.ok_or(VaultError::Closed);
        }
        let (id, text) = kept.strip_prefix(MARK).and_then(|rest| rest.split_once('.')).ok_or(VaultError::Closed)?;
        match self.0.keys.iter().find(|named| named.id == id) {
            Some(named) => named.open(place, text),
            // Not what somebody made up: it goes into an error.
            None if id.len() == KEY_ID_CHARS && id.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Err(VaultError::UnknownKey(id.to_owned()))
            }
            None => Err(VaultError::Closed),
        }
    }
}

impl Named {
    fn open(&self, place: &str, text: &str) -> Result<String, VaultError> {
        let mut bytes = STANDARD.decode(text).map_err(|_| VaultError::Closed)?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(VaultError::Closed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Closed)?;
        let opened = self.key.open_in_place(nonce, Aad::from(place.as_bytes()), text);
        String::from_utf8(opened.map_err(|_| VaultError::Closed)?.to_vec()).map_err(|_| VaultError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As programs before keys had names sealed it.
    fn nameless(vault: &Vault, place: &str, secret: &str) -> Sealed {
        let sealed = vault.seal(place, secret).unwrap();
        Sealed::kept(sealed.as_kept().replacen(vault.mark(), NAMELESS_MARK, 1))
    }

    #[test]
    fn opens_with_its_key_in_its_place_and_nowhere_else() {
        let (vault, other) = (Vault::from_key([1; 32]).unwrap(), Vault::from_key([2; 32]).unwrap());
        let sealed = vault.seal("webhook:1", "whsec_abc").unwrap();
        assert!(Vault::is_sealed(sealed.as_kept()) && !sealed.as_kept().contains("whsec"));
        assert_ne!(sealed, vault.seal("webhook:1", "whsec_abc").unwrap(), "a nonce of its own");
        assert_eq!(vault.open("webhook:1", &sealed).unwrap(), "whsec_abc");
        assert!(matches!(vault.open("webhook:2", &sealed), Err(VaultError::Closed)));
        let id = vault.key_ids().next().unwrap().to_owned();
        assert_eq!(other.open("webhook:1", &sealed), Err(VaultError::UnknownKey(id)));
        for n in MARK.len()..sealed.as_kept().len() {
            let mut changed = sealed.as_kept().as_bytes().to_vec();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            let changed = Sealed::kept(String::from_utf8(changed).unwrap());
            assert!(vault.open("webhook:1", &changed).is_err(), "at {n}");
        }
        for nothing in ["", "whsec_abc", MARK, "sealed2.AAAA", "sealed1.", "sealed1.AAAA", "sealed3.AAAA.AAAA"] {
            assert!(vault.open("webhook:1", &Sealed::kept(nothing.to_owned())).is_err(), "{nothing}");
        }
    }

    #[test]
    fn what_was_sealed_before_keys_had_names_still_opens_with_any_key_that_is_there() {
        let old = Vault::from_key([1; 32]).unwrap();
        let sealed = nameless(&old, "order:1", "a secret");
        assert!(Vault::is_sealed(sealed.as_kept()) && sealed.as_kept().starts_with("sealed1."));
        let newer = Vault::with_older([2; 32], &[[3; 32], [1; 32]]).unwrap();
        for vault in [&old, &newer] {
            assert_eq!(vault.open("order:1", &sealed).unwrap(), "a secret");
            assert_eq!(vault.open("order:2", &sealed), Err(VaultError::Closed));
        }
        let without = Vault::with_older([2; 32], &[[3; 32]]).unwrap();
        assert_eq!(without.open("order:1", &sealed), Err(VaultError::Closed));
    }

    #[test]
    fn a_value_that_names_another_key_than_its_own_does_not_open() {
        let vault = Vault::with_older([1; 32], &[[2; 32]]).unwrap();
        let other = Vault::from_key([2; 32]).unwrap();
        let sealed = vault.seal("x", "y").unwrap();
        let renamed = Sealed::kept(sealed.as_kept().replacen(vault.mark(), other.mark(), 1));
        assert_eq!(vault.open("x", &renamed), Err(VaultError::Closed));
        let made_up = Sealed::kept(sealed.as_kept().replacen(vault.mark(), "sealed2.whatever is here.", 1));
        assert_eq!(vault.open("x", &made_up), Err(VaultError::Closed), "and is not repeated in words");
    }

    proptest! {
        /// However keys come and go: what was sealed opens as long as its key is among those that are there, and with no other.
        #[test]
        fn what_is_sealed_opens_across_rotations_as_long_as_its_key_is_there(
            secret in "\\PC{0,60}",
            place in "[a-z]{1,8}:[0-9a-f]{1,12}",
            first in any::<u8>(),
            turns in proptest::collection::vec((any::<u8>(), any::<bool>(), any::<bool>()), 1..8),
        ) {
            let mut keys = vec![[first; 32]];
            let mut vault = Vault::from_key(keys[0]).unwrap();
            let mut sealed = vault.seal(&place, &secret).unwrap();
            let mut sealed_with = keys[0];
            for (next, reseals, drops) in turns {
                keys.retain(|key| *key != [next; 32]);
                keys.insert(0, [next; 32]);
                if drops {
                    keys.truncate(2);
                }
                vault = Vault::with_older(keys[0], &keys[1..]).unwrap();
                let opened = vault.open(&place, &sealed);
                if !keys.contains(&sealed_with) {
                    prop_assert_eq!(opened, Err(VaultError::UnknownKey(key_id(&sealed_with))));
                    return Ok(());
                }
                prop_assert_eq!(opened.as_deref(), Ok(secret.as_str()));
                if reseals {
                    sealed = vault.seal(&place, &secret).unwrap();
                    sealed_with = keys[0];
                    prop_assert!(sealed.as_kept().starts_with(vault.mark()));
                }
            }
        }
    }
}
