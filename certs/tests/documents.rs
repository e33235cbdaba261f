//! Signed documents: what is believed, and that nothing else is.
#![allow(missing_docs)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use yunzhen_certs::jws::{self, JwsError};
use yunzhen_certs::proof::{Claim, ProofError, PublicKeyJwk, issue_signer};
use yunzhen_certs::sign::{DocumentKey, canonical_json};
use yunzhen_certs::{Identity, Kind, Refusal};
use yunzhen_domain::Role;

fn document() -> String {
    let value = serde_json::json!({"type": "yunzhen.prescription.v1", "valid_until": "2026-11-24", "items": [{"dose": 0.5}], "a": "苯"});
    canonical_json(&value).expect("canonical")
}

#[test]
fn a_document_says_who_signed_what_with_which_certificate() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let jws = key.sign(&issued.chain, &document()).expect("signed");
    let verified = jws::verify(&jws, &signers(&a), now()).expect("valid");
    assert_eq!(verified.identity, Identity::Signer { role: Role::Specialist, staff_id: staff() });
    assert_eq!((verified.payload, verified.certificate_serial), (document(), issued.facts.serial));
}

#[test]
fn certificates_are_judged_at_the_time_that_is_asked_about() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let jws = key.sign(&issued.chain, &document()).expect("signed");
    let month = SignedDuration::from_hours(24 * 31);
    let late = jws::verify(&jws, &signers(&a), now() + month).expect_err("expired");
    assert_eq!(late, JwsError::Certificate(Refusal::Expired { not_after: issued.facts.not_after }));
    let early = jws::verify(&jws, &signers(&a), now() - month).expect_err("not yet");
    assert_eq!(early, JwsError::Certificate(Refusal::NotYetValid { not_before: issued.facts.not_before }));
    assert!(jws::verify(&jws, &signers(&a), Timestamp::MIN).is_err());
}

#[test]
fn a_foreign_signer_and_a_system_are_refused() {
    let (a, other) = (authority(), authority());
    let (key, issued) = specialist(&other, now());
    let jws = key.sign(&issued.chain, &document()).expect("signed");
    assert_eq!(jws::verify(&jws, &signers(&a), now()), Err(JwsError::Certificate(Refusal::Foreign)));
    // A foreign leaf under our authority's certificate.
    let mixed = [issued.chain[0].clone(), a.signers.der().clone()];
    let jws = key.sign(&mixed, &document()).expect("signed");
    assert_eq!(jws::verify(&jws, &signers(&a), now()), Err(JwsError::Certificate(Refusal::Foreign)));
    // A box's certificate, even where somebody trusts the wrong authority for documents.
    let home = a.systems.issue_with_key(&home(), &[], None, now()).expect("issued");
    let key = DocumentKey::from_pem(&home.key_pem).expect("key");
    let jws = key.sign(&home.issued.chain, &document()).expect("signed");
    assert_eq!(jws::verify(&jws, &signers(&a), now()), Err(JwsError::Certificate(Refusal::Foreign)));
    assert_eq!(jws::verify(&jws, &systems(&a), now()), Err(JwsError::Certificate(Refusal::WrongPurpose)));
}

#[test]
fn another_s_certificate_does_not_fit_the_signature() {
    let a = authority();
    let (key, _) = specialist(&a, now());
    let (_, of_another) = specialist(&a, now());
    let jws = key.sign(&of_another.chain, &document()).expect("signed");
    assert_eq!(jws::verify(&jws, &signers(&a), now()), Err(JwsError::Signature));
}

#[test]
fn a_payload_in_any_other_form_is_refused() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    for payload in [
        "{\"b\":1,\"a\":2}",
        "{\"a\": 1}",
        "{\"a\":1.0}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":\"\\u0041\"}",
        "not json",
        "",
        "{\"a\":1}\n",
    ] {
        let jws = key.sign(&issued.chain, payload).expect("signed");
        assert_eq!(jws::verify(&jws, &signers(&a), now()), Err(JwsError::NotCanonical), "{payload}");
    }
}

#[test]
fn the_header_is_exactly_ours() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let good = key.sign(&issued.chain, &document()).expect("signed");
    let rest = good.split_once('.').expect("parts").1;
    let x5c: Vec<String> = issued.chain.iter().map(|der| STANDARD.encode(der)).collect();
    for header in [
        serde_json::json!({"alg": "none", "typ": jws::TYPE, "x5c": x5c}),
        serde_json::json!({"alg": "HS256", "typ": jws::TYPE, "x5c": x5c}),
        serde_json::json!({"alg": "ES256", "typ": "JWT", "x5c": x5c}),
        serde_json::json!({"alg": "ES256", "typ": jws::TYPE, "x5c": x5c, "crit": ["exp"]}),
        serde_json::json!({"alg": "ES256", "typ": jws::TYPE, "x5c": [x5c[0]]}),
        serde_json::json!({"alg": "ES256", "typ": jws::TYPE, "x5c": []}),
        serde_json::json!({"alg": "ES256", "typ": jws::TYPE, "x5c": ["?", "?"]}),
        serde_json::json!({"alg": "ES256", "typ": jws::TYPE}),
    ] {
        let jws = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()));
        let said = jws::verify(&jws, &signers(&a), now()).expect_err("refused");
        assert!(matches!(said, JwsError::Header(_)), "{header}: {said}");
    }
    for text in ["", ".", "..", "a.b", "a.b.c.d", "{}"] {
        assert!(jws::verify(text, &signers(&a), now()).is_err());
    }
    assert_eq!(jws::verify(&"a".repeat(jws::MAX_BYTES + 1), &signers(&a), now()), Err(JwsError::TooLarge));
}

#[test]
fn a_certificate_is_issued_only_to_whoever_proves_the_key() {
    let a = authority();
    let key = DocumentKey::generate().expect("key");
    let other = DocumentKey::generate().expect("key");
    let fresh = Claim::new(staff(), now());
    let issue = |jwk: &PublicKeyJwk, proof: &str, role| issue_signer(&a.signers, jwk, proof, role, staff(), now());
    let proof = key.proof(&fresh).expect("proof");
    let issued = issue(&key.public_jwk(), &proof, Role::Pharmacist).expect("issued");
    assert_eq!(issued.facts.identity.kind(), Kind::Signer);

    assert!(matches!(issue(&other.public_jwk(), &proof, Role::Pharmacist), Err(ProofError::Signature)));
    assert!(matches!(issue(&key.public_jwk(), &proof, Role::Nurse), Err(ProofError::Role("nurse"))));
    let somebody = Claim { staff_id: HOME.parse().expect("id"), ..fresh.clone() };
    let proof = key.proof(&somebody).expect("proof");
    assert!(matches!(issue(&key.public_jwk(), &proof, Role::Specialist), Err(ProofError::OtherPerson)));
    let stale = Claim { issued_at: now() - SignedDuration::from_mins(11), ..fresh.clone() };
    let proof = key.proof(&stale).expect("proof");
    assert!(matches!(issue(&key.public_jwk(), &proof, Role::Specialist), Err(ProofError::Stale(_))));
    // A signed prescription is no proof, whatever it says.
    let document = key.sign(&issued.chain, &canonical_json(&fresh).expect("json")).expect("signed");
    assert!(matches!(issue(&key.public_jwk(), &document, Role::Specialist), Err(ProofError::Malformed)));
    let odd = PublicKeyJwk { crv: "P-384".into(), ..key.public_jwk() };
    assert!(matches!(issue(&odd, &proof, Role::Specialist), Err(ProofError::Key)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever one byte becomes, the document is refused.
    #[test]
    fn no_byte_can_be_changed(position in 0_usize..4000, flip in 1_u8..=255) {
        // One authority for all cases: making keys is what takes time.
        static SIGNED: std::sync::OnceLock<(String, yunzhen_certs::Trust)> = std::sync::OnceLock::new();
        let (good, trust) = SIGNED.get_or_init(|| {
            let a = authority();
            let (key, issued) = specialist(&a, now());
            (key.sign(&issued.chain, &document()).expect("signed"), signers(&a))
        });
        prop_assert!(jws::verify(good, trust, now()).is_ok());
        let mut bytes = good.clone().into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= flip;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(jws::verify(&changed, trust, now()).is_err());
        }
    }

    #[test]
    fn noise_is_refused_without_panic(text in "[A-Za-z0-9_.-]{0,200}") {
        let trust = yunzhen_certs::Trust::new(Vec::new());
        prop_assert!(jws::verify(&text, &trust, Timestamp::UNIX_EPOCH).is_err());
    }
}
