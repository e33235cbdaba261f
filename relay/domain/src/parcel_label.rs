//! The 2D code of a parcel: `YZP1:<delivery>:<parcel code>:<proof>`, all of it in the letters that a QR code packs tightly. The proof is a keyed digest, so
//! that a code which somebody made up is told from one that the pharmacy printed. Not here: drawing it (the pharmacy's page), counting wrong ones.

use crate::checked::{CodeError, ParcelCode};
use crate::ids::DeliveryId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

const PREFIX: &str = "YZP1";
/// Half of the digest: sixteen bytes are as hard to guess as any, and the code stays small enough for a vial's label.
const PROOF_BYTES: usize = 16;

/// The key of one parcel's label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LabelKey(pub [u8; 32]);

impl std::fmt::Debug for LabelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a person typed or a scanner read from a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The eight characters.
    Typed(ParcelCode),
    /// The 2D code.
    Label {
        /// The parcel it says to be.
        delivery_id: DeliveryId,
        /// The code it carries.
        code: ParcelCode,
        /// Its proof, not checked yet.
        proof: String,
    },
}

impl Scanned {
    /// Reads what was typed or scanned.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        let Some(rest) = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(':')) else {
            return ParcelCode::parse(text).map(Self::Typed);
        };
        let mut parts = rest.split(':');
        let (Some(id), Some(code), Some(proof), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(CodeError::Parcel);
        };
        let id = Uuid::try_parse(id).map_err(|_| CodeError::Parcel)?;
        Ok(Self::Label {
            delivery_id: DeliveryId::from_uuid(id),
            code: ParcelCode::parse(code)?,
            proof: proof.to_owned(),
        })
    }

    /// Is it that of this parcel? A 2D code also has to carry the right proof; on a parcel without a key none does.
    pub fn is_of(&self, id: DeliveryId, code: &ParcelCode, key: Option<&LabelKey>) -> bool {
        match self {
            Self::Typed(typed) => typed == code,
            Self::Label { delivery_id, code: printed, proof } => {
                *delivery_id == id && printed == code && key.is_some_and(|key| genuine(key, id, code, proof))
            }
        }
    }
}

fn mac(key: &LabelKey, id: DeliveryId, code: &ParcelCode) -> Hmac<Sha256> {
    // A key shorter than a block is filled with zeros (RFC 2104).
    let mut block = [0; 64];
    block[..key.0.len()].copy_from_slice(&key.0);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(id.uuid().as_bytes());
    mac.update(code.as_str().as_bytes());
    mac
}

fn genuine(key: &LabelKey, id: DeliveryId, code: &ParcelCode, proof: &str) -> bool {
    let bytes: Option<Vec<u8>> = (proof.len() == 2 * PROOF_BYTES && proof.is_ascii())
        .then(|| (0..PROOF_BYTES).map(|n| u8::from_str_radix(&proof[2 * n..2 * n + 2], 16).ok()).collect())
        .flatten();
    bytes.is_some_and(|bytes| mac(key, id, code).verify_truncated_left(&bytes).is_ok())
}

/// The content of the 2D code on a parcel.
pub fn content(key: &LabelKey, id: DeliveryId, code: &ParcelCode) -> String {
    let digest = mac(key, id, code).finalize().into_bytes();
    let proof = crate::audit::hex(&digest[..PROOF_BYTES]).to_uppercase();
    format!("{PREFIX}:{:X}:{}:{proof}", id.uuid().simple(), code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn only_what_was_printed_for_this_parcel_is_believed() {
        let (id, other) =
            (DeliveryId::new(Timestamp::UNIX_EPOCH, [1; 10]), DeliveryId::new(Timestamp::UNIX_EPOCH, [2; 10]));
        let code = ParcelCode::from_random([7; 8]);
        let (key, forger) = (LabelKey([3; 32]), LabelKey([4; 32]));
        let is_of = |text: &str| Scanned::parse(text).unwrap().is_of(id, &code, Some(&key));
        let printed = content(&key, id, &code);
        assert!(is_of(&printed) && is_of(&format!(" {printed}\r\n")) && is_of(&code.as_str().to_lowercase()));
        assert!(!is_of(&content(&forger, id, &code)), "made up");
        assert!(!is_of(&content(&key, other, &code)), "of another parcel");
        assert!(!is_of(&content(&key, id, &ParcelCode::from_random([8; 8]))), "another code");
        assert!(!Scanned::parse(&printed).unwrap().is_of(id, &code, None), "a parcel without a key");
        let short = &printed[..printed.len() - 2];
        assert!(!is_of(short), "a proof cut short");
        for nothing in ["YZP1:", "YZP1:x:y:z", "YZP1:a:b", "https://example.org", ""] {
            assert!(Scanned::parse(nothing).is_err(), "{nothing}");
        }
        // What a QR code writes with five and a half bits each.
        assert!(printed.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b':'), "{printed}");
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,90}") {
            let _ = Scanned::parse(&text).map(|s| s.is_of(DeliveryId::new(Timestamp::UNIX_EPOCH, [1; 10]), &ParcelCode::from_random([7; 8]), Some(&LabelKey([3; 32]))));
        }
    }
}
