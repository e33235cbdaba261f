//! Signatures of messages to a pharmacy's system: HMAC-SHA256 over `id.timestamp.body`, as the Standard Webhooks convention has it, so that libraries of other
//! parties verify them. Not here: sending.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Begins every signing secret, so that people and leak scanners know it.
const PREFIX: &str = "whsec_";
/// A receiver refuses what was signed longer ago than this, or so far ahead.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The text of a secret.
pub fn secret(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// One signature, as it stands in the header.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let encoded = secret.strip_prefix(PREFIX).unwrap_or(secret);
    // A secret that is not ours still signs, with its own bytes: nothing is sent unsigned.
    let key = STANDARD.decode(encoded).unwrap_or_else(|_| secret.as_bytes().to_vec());
    let proof = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map(|mut mac| {
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        mac.finalize().into_bytes()
    });
    // HMAC takes keys of every length.
    proof.map_or_else(|_| String::new(), |bytes| format!("v1,{}", STANDARD.encode(bytes)))
}

/// The header: one signature for each secret, separated by a space.
pub fn header(secrets: &[&str], id: &str, timestamp: i64, body: &str) -> String {
    secrets.iter().map(|secret| sign(secret, id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = include_str!("../../../docs/pharmacy-api.md");

    /// The example of the guide is what the code computes.
    #[test]
    fn the_example_of_the_guide_is_true() {
        let secret = secret([7; 32]);
        let body = r#"{"id":"evt_42","kind":"order.offered","at":"2026-11-23T02:00:00.000Z","order_id":"019b76da-a800-7000-8000-000200000001"}"#;
        let signature = sign(&secret, "evt_42", 1_795_399_200, body);
        for part in [secret.as_str(), body, "1795399200", signature.as_str()] {
            assert!(GUIDE.contains(part), "the guide lacks {part}");
        }
    }

    #[test]
    fn every_part_is_signed_and_a_rotation_signs_twice() {
        let (old, new) = (secret([1; 32]), secret([2; 32]));
        let one = sign(&old, "evt_1", 1, "{}");
        for other in [
            sign(&new, "evt_1", 1, "{}"),
            sign(&old, "evt_2", 1, "{}"),
            sign(&old, "evt_1", 2, "{}"),
            sign(&old, "evt_1", 1, "[]"),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(header(&[&new, &old], "evt_1", 1, "{}"), format!("{} {one}", sign(&new, "evt_1", 1, "{}")));
    }
}
