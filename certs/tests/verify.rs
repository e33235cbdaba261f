//! Documents verified offline: what is said of a good one, and each way in which a bad one is refused.
#![allow(missing_docs)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::*;
use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use yunzhen_certs::authority::{Authority, Issued};
use yunzhen_certs::jws::{self, JwsError};
use yunzhen_certs::sign::{DocumentKey, canonical_json};
use yunzhen_certs::verify::{Report, RevokedKey, RevokedKeys, VerifyError, What, approves, document};
use yunzhen_certs::{Identity, Refusal, Trust};
use yunzhen_domain::Role;

const PHARMACIST: &str = "0192f0c1-2345-7abc-8def-0123456789ef";

fn prescription(at: Timestamp) -> String {
    let value = serde_json::json!({
        "type": "yunzhen.prescription.v2",
        "prescription_id": "0192f0c1-0000-7abc-8def-000000000001",
        "resident": {"id": "0192f0c1-0000-7abc-8def-000000000002", "name": "王秀英"},
        "specialist": {"id": STAFF, "name": "陈立诚"},
        "prepared_at": at,
    });
    canonical_json(&value).expect("json")
}

fn approval(of: &str, at: Timestamp) -> String {
    let value = serde_json::json!({
        "type": "yunzhen.approval.v1",
        "prescription_id": "0192f0c1-0000-7abc-8def-000000000001",
        "prescription_sha256": of,
        "pharmacist": {"id": PHARMACIST, "name": "周敏"},
        "prepared_at": at,
    });
    canonical_json(&value).expect("json")
}

fn both(a: &Authority) -> Trust {
    Trust::new(vec![a.signers.der().clone(), a.systems.der().clone()])
}

fn pharmacist(a: &Authority) -> (DocumentKey, Issued) {
    let identity = Identity::Signer { role: Role::Pharmacist, staff_id: PHARMACIST.parse().expect("id") };
    let issued = a.signers.issue_with_key(&identity, &[], None, now()).expect("issued");
    (DocumentKey::from_pem(&issued.key_pem).expect("key"), issued.issued)
}

fn read(a: &Authority, jws: &str) -> Result<Report, VerifyError> {
    document(jws, &both(a), None, None)
}

#[test]
fn a_prescription_its_approval_and_a_receipt_say_who_when_and_what() {
    let a = authority();
    let at = now();
    let (key, issued) = specialist(&a, at);
    let signed = key.sign(&issued.chain, &prescription(at)).expect("signed");
    let rx = read(&a, &format!("{signed}\n")).expect("believed");
    assert_eq!((rx.what, rx.signer_name.as_deref()), (What::Prescription, Some("陈立诚")));
    assert_eq!(rx.signed_by, Identity::Signer { role: Role::Specialist, staff_id: staff() });
    assert_eq!((rx.signed_at, rx.certificate_until), (at, issued.facts.not_after));
    assert_eq!(Some(rx.key_sha256.clone()), key.public_jwk().sha256());
    assert_eq!(rx.document["resident"]["name"], "王秀英");

    let (key, issued) = pharmacist(&a);
    let approved = key.sign(&issued.chain, &approval(&rx.document_sha256, at)).expect("signed");
    let approved = read(&a, &approved).expect("believed");
    assert_eq!((approved.what, approved.signer_name.as_deref()), (What::Approval, Some("周敏")));
    assert_eq!(approves(&approved, &rx), Ok(()));
    let other = key.sign(&issued.chain, &approval(&"00".repeat(32), at)).expect("signed");
    let other = read(&a, &other).expect("believed");
    assert!(matches!(approves(&other, &rx), Err(VerifyError::OtherPrescription(_))));
    assert!(approves(&rx, &rx).is_err(), "a prescription approves nothing");

    let home = credentials(&a, &home());
    let counted =
        serde_json::json!({"type": "yunzhen.receipt.v1", "home_id": HOME, "delivery_id": "d", "prepared_at": at});
    let counted = canonical_json(&counted).expect("json");
    let receipt = home.document_key().expect("key").sign(home.chain(), &counted).expect("signed");
    assert_eq!(read(&a, &receipt).expect("believed").what, What::Receipt);
    let moved = counted.replace(HOME, STAFF);
    let receipt = home.document_key().expect("key").sign(home.chain(), &moved).expect("signed");
    assert_eq!(read(&a, &receipt), Err(VerifyError::OtherPerson), "of another home");
}

#[test]
fn a_changed_byte_and_a_swapped_certificate_are_refused() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let signed = key.sign(&issued.chain, &prescription(now())).expect("signed");
    let (head, rest) = signed.split_once('.').expect("parts");
    let (payload, signature) = rest.split_once('.').expect("parts");
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("text");
    let changed = URL_SAFE_NO_PAD.encode(text.replace("王秀英", "王秀芳"));
    let refused = read(&a, &format!("{head}.{changed}.{signature}"));
    assert_eq!(refused, Err(VerifyError::Jws(JwsError::Signature)));

    // Another certificate of the same person, over another key.
    let (_, another) = specialist(&a, now());
    let swapped = serde_json::json!({
        "alg": "ES256", "typ": jws::TYPE,
        "x5c": another.chain.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>(),
    });
    let refused = read(&a, &format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(swapped.to_string())));
    assert_eq!(refused, Err(VerifyError::Jws(JwsError::Signature)));
}

#[test]
fn who_signs_is_who_the_document_names_in_the_role_that_may() {
    let a = authority();
    let (key, issued) = pharmacist(&a);
    let signed = key.sign(&issued.chain, &prescription(now())).expect("signed");
    assert!(matches!(read(&a, &signed), Err(VerifyError::Role { what: "prescription", .. })));
    let (key, issued) = specialist(&a, now());
    let of_another = prescription(now()).replace(STAFF, PHARMACIST);
    let signed = key.sign(&issued.chain, &of_another).expect("signed");
    assert_eq!(read(&a, &signed), Err(VerifyError::OtherPerson));
    let odd = canonical_json(&serde_json::json!({"type": "yunzhen.parcel.v1", "prepared_at": now()})).expect("json");
    let signed = key.sign(&issued.chain, &odd).expect("signed");
    assert_eq!(read(&a, &signed), Err(VerifyError::Type("yunzhen.parcel.v1".into())));
}

#[test]
fn no_other_algorithm_is_talked_into() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let good = key.sign(&issued.chain, &prescription(now())).expect("signed");
    let payload = good.split('.').nth(1).expect("payload");
    let x5c: Vec<String> = issued.chain.iter().map(|der| STANDARD.encode(der)).collect();
    let head = |alg: &str| {
        let header = serde_json::json!({"alg": alg, "typ": jws::TYPE, "x5c": x5c});
        format!("{}.{payload}", URL_SAFE_NO_PAD.encode(header.to_string()))
    };
    // No signature at all.
    for unsigned in [format!("{}.", head("none")), format!("{}.AA", head("none")), format!("{}.", head("ES256"))] {
        assert!(matches!(read(&a, &unsigned), Err(VerifyError::Jws(_))), "{unsigned}");
    }
    // A MAC with the public key as its secret, which everybody has.
    let public = STANDARD.decode(&x5c[0]).expect("der");
    for secret in [public.clone(), key.public_jwk().x.into_bytes()] {
        let mac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        for alg in ["HS256", "ES256"] {
            let signed = head(alg);
            let tag = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&mac, signed.as_bytes()));
            assert!(matches!(read(&a, &format!("{signed}.{tag}")), Err(VerifyError::Jws(_))), "{alg}");
        }
    }
    // The same signature under other names.
    for alg in ["es256", "ES256K", "ES384", "RS256", "PS256", "EdDSA", "SM2"] {
        let signature = good.rsplit('.').next().expect("signature");
        assert!(matches!(read(&a, &format!("{}.{signature}", head(alg))), Err(VerifyError::Jws(_))), "{alg}");
    }
}

#[test]
fn a_key_on_another_curve_signs_nothing() {
    let a = authority();
    let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).expect("P-384");
    let identity = Identity::Signer { role: Role::Specialist, staff_id: staff() };
    let issued = a.signers.issue(&identity, &[], &pair, None, now()).expect("an authority that looks at no curve");
    let x5c: Vec<String> = issued.chain.iter().map(|der| STANDARD.encode(der)).collect();
    let own = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &pair.serialize_der(), &SystemRandom::new());
    let own = own.expect("key");
    for alg in ["ES256", "ES384"] {
        let header = serde_json::json!({"alg": alg, "typ": jws::TYPE, "x5c": x5c});
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(&header.to_string()), encode(&prescription(now())));
        let signature = own.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
        let refused = read(&a, &format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)));
        assert!(matches!(refused, Err(VerifyError::Jws(_))), "{alg}: {refused:?}");
    }
}

#[test]
fn after_its_revocation_a_key_signs_nothing_and_before_it_everything_stays() {
    let a = authority();
    let (key, issued) = specialist(&a, now() - SignedDuration::from_hours(2));
    let before = now() - SignedDuration::from_hours(1);
    let early = key.sign(&issued.chain, &prescription(before)).expect("signed");
    let late = key.sign(&issued.chain, &prescription(now())).expect("signed");
    let revoked_at = now() - SignedDuration::from_mins(30);
    let list = |key_sha256: String| RevokedKeys {
        as_of: now(),
        keys: Some(vec![RevokedKey { key_sha256, revoked_at }]),
        certificates: None,
    };
    let mine = list(key.public_jwk().sha256().expect("on P-256"));
    assert!(document(&early, &both(&a), Some(&mine), None).is_ok());
    let refused = document(&late, &both(&a), Some(&mine), None);
    assert_eq!(refused, Err(VerifyError::Jws(JwsError::Certificate(Refusal::Revoked { revoked_at }))));
    assert!(document(&late, &both(&a), Some(&list("00".repeat(32))), None).is_ok());
    // And a certificate that was over when it was signed.
    let long_after = Some(now() + SignedDuration::from_hours(24 * 40));
    let refused = document(&early, &both(&a), None, long_after);
    assert!(matches!(refused, Err(VerifyError::Jws(JwsError::Certificate(Refusal::Expired { .. })))), "{refused:?}");
}
