//! A receipt that somebody kept as a file: believed for its parcel, and each way in which a bad one is refused.
#![allow(missing_docs)]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::jws::{self, JwsError};
use yunzhen_certs::sign::canonical_json;
use yunzhen_certs::verify::{Report, RevokedCertificate, RevokedKeys, VerifyError, What, document, is_about};
use yunzhen_certs::{Credentials, Refusal, Trust};

const PARCEL: &str = "0192f0c1-0000-7abc-8def-0000000000d1";
const OTHER_PARCEL: &str = "0192f0c1-0000-7abc-8def-0000000000d2";

fn receipt(parcel: &str, at: Timestamp) -> String {
    let value = serde_json::json!({
        "type": "yunzhen.receipt.v1",
        "delivery_id": parcel,
        "home_id": HOME,
        "nurse_id": STAFF,
        "parcel_code": "23456789",
        "counts": [{"item_no": 1, "quantity": 7, "damaged": 0}],
        "offline": true,
        "prepared_at": at,
    });
    canonical_json(&value).expect("json")
}

fn signed(credentials: &Credentials, document: &str) -> String {
    credentials.document_key().expect("key").sign(credentials.chain(), document).expect("signed")
}

/// As the console has it: the authorities of people and of machines.
fn both(a: &Authority) -> Trust {
    Trust::new(vec![a.signers.der().clone(), a.systems.der().clone()])
}

fn read(a: &Authority, jws: &str) -> Result<Report, VerifyError> {
    document(jws, &both(a), None, None)
}

/// The parts of a JWS with another header.
fn with_header(jws: &str, header: &serde_json::Value) -> String {
    let (_, rest) = jws.split_once('.').expect("parts");
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

fn x5c(credentials: &Credentials) -> Vec<String> {
    credentials.chain().iter().map(|der| STANDARD.encode(der)).collect()
}

#[test]
fn a_receipt_is_believed_for_its_parcel_and_for_no_other() {
    let a = authority();
    let of_box = credentials(&a, &home());
    let at = now();
    let report = read(&a, &signed(&of_box, &receipt(PARCEL, at))).expect("believed");
    assert_eq!((report.what, report.signed_at, report.signer_name.as_deref()), (What::Receipt, at, None));
    assert_eq!(report.certificate_serial, of_box.facts().serial);
    assert_eq!(is_about(&report, PARCEL), Ok(()));
    assert_eq!(is_about(&report, &PARCEL.to_uppercase()), Ok(()));
    let replayed = is_about(&report, OTHER_PARCEL).expect_err("another parcel");
    assert!(replayed.to_string().contains(PARCEL) && replayed.to_string().contains(OTHER_PARCEL), "{replayed}");
    // Nobody but the parcel itself: neither its home nor who counted.
    for id in [HOME, STAFF, ""] {
        assert!(is_about(&report, id).is_err(), "{id}");
    }
}

#[test]
fn a_prescription_is_about_its_resident_and_an_approval_about_its_prescription() {
    let a = authority();
    let (key, issued) = specialist(&a, now());
    let (rx, resident, other) = (PARCEL, OTHER_PARCEL, HOME);
    let value = serde_json::json!({
        "type": "yunzhen.prescription.v2", "prescription_id": rx, "resident": {"id": resident, "name": "王秀英"},
        "specialist": {"id": STAFF, "name": "陈立诚"}, "prepared_at": now(),
    });
    let jws = key.sign(&issued.chain, &canonical_json(&value).expect("json")).expect("signed");
    let report = read(&a, &jws).expect("believed");
    assert_eq!((is_about(&report, resident), is_about(&report, rx)), (Ok(()), Ok(())));
    let replayed = is_about(&report, other);
    assert!(matches!(replayed, Err(VerifyError::OtherSubject { .. })), "a replay for another resident");
    let approval = Report { what: What::Approval, ..report };
    assert_eq!(is_about(&approval, rx), Ok(()));
    assert!(is_about(&approval, resident).is_err());
}

#[test]
fn a_swapped_certificate_is_refused() {
    let a = authority();
    let (of_box, same_home) = (credentials(&a, &home()), credentials(&a, &home()));
    let jws = signed(&of_box, &receipt(PARCEL, now()));
    // Another certificate of the same home over another key, and that of a machine that is no box.
    for other in [&same_home, &credentials(&a, &console())] {
        let header = serde_json::json!({"alg": "ES256", "typ": jws::TYPE, "x5c": x5c(other)});
        assert!(matches!(read(&a, &with_header(&jws, &header)), Err(VerifyError::Jws(_))));
    }
    // The same home of another authority.
    let foreign = credentials(&authority(), &home());
    let refused = read(&a, &signed(&foreign, &receipt(PARCEL, now())));
    assert_eq!(refused, Err(VerifyError::Jws(JwsError::Certificate(Refusal::Foreign))));
    // The box of another home under this home's name.
    let elsewhere = receipt(PARCEL, now()).replace(HOME, STAFF);
    assert_eq!(read(&a, &signed(&of_box, &elsewhere)), Err(VerifyError::OtherPerson));
    // A person, who signs prescriptions and no receipts.
    let (key, issued) = specialist(&a, now());
    let by_person = key.sign(&issued.chain, &receipt(PARCEL, now())).expect("signed");
    assert!(matches!(read(&a, &by_person), Err(VerifyError::Jws(_))));
}

#[test]
fn no_other_algorithm_is_talked_into() {
    let a = authority();
    let of_box = credentials(&a, &home());
    let good = signed(&of_box, &receipt(PARCEL, now()));
    let unsigned = good.rsplit_once('.').expect("parts").0;
    for alg in ["none", "None", "HS256", "es256", "ES256K", "ES384", "RS256", "EdDSA", "SM2", ""] {
        let header = serde_json::json!({"alg": alg, "typ": jws::TYPE, "x5c": x5c(&of_box)});
        for jws in [good.clone(), format!("{unsigned}."), format!("{unsigned}.AA")] {
            assert!(matches!(read(&a, &with_header(&jws, &header)), Err(VerifyError::Jws(_))), "{alg}");
        }
    }
    // A MAC whose secret is the certificate, which everybody has.
    let secret = STANDARD.decode(&x5c(&of_box)[0]).expect("der");
    for alg in ["HS256", "ES256"] {
        let header = serde_json::json!({"alg": alg, "typ": jws::TYPE, "x5c": x5c(&of_box)});
        let forged = with_header(&good, &header);
        let forged = forged.rsplit_once('.').expect("parts").0;
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        let tag = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, forged.as_bytes()));
        assert!(matches!(read(&a, &format!("{forged}.{tag}")), Err(VerifyError::Jws(_))), "{alg}");
    }
}

#[test]
fn after_its_revocation_a_certificate_of_a_box_signs_nothing_and_before_it_everything_stays() {
    let a = authority();
    let issued = a.systems.issue_with_key(&home(), &[], None, now() - SignedDuration::from_hours(3)).expect("issued");
    let of_box = Credentials::from_issued(&issued).expect("credentials");
    let early = signed(&of_box, &receipt(PARCEL, now() - SignedDuration::from_hours(2)));
    let late = signed(&of_box, &receipt(PARCEL, now()));
    let revoked_at = now() - SignedDuration::from_hours(1);
    let list = |serial: &str| RevokedKeys {
        as_of: now(),
        keys: Some(Vec::new()),
        certificates: Some(vec![RevokedCertificate { serial: serial.to_owned(), revoked_at }]),
    };
    let mine = list(&of_box.facts().serial);
    assert!(document(&early, &both(&a), Some(&mine), None).is_ok());
    let refused = document(&late, &both(&a), Some(&mine), None);
    assert_eq!(refused, Err(VerifyError::Jws(JwsError::Certificate(Refusal::Revoked { revoked_at }))));
    assert!(document(&late, &both(&a), Some(&list("00")), None).is_ok(), "another certificate is revoked");
    // The list as it is kept in a file, and one from before boxes were on it.
    let kept: RevokedKeys = serde_json::from_str(&serde_json::to_string(&mine).expect("json")).expect("a list");
    assert_eq!(kept, mine);
    let older = serde_json::json!({"as_of": now(), "keys": []}).to_string();
    let older: RevokedKeys = serde_json::from_str(&older).expect("a list");
    assert!(mine.covers(What::Receipt) && mine.covers(What::Prescription));
    assert!(!older.covers(What::Receipt) && older.covers(What::Approval));
    let no_keys = serde_json::json!({"as_of": now(), "certificates": []}).to_string();
    assert!(serde_json::from_str::<RevokedKeys>(&no_keys).is_err(), "a relay's list has keys");
}

fn verify(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certs"));
    let Output { status, stdout, stderr } =
        command.current_dir(dir).args(["verify", "--roots", "pki/systems.pem"]).args(arguments).output().expect("runs");
    let said = String::from_utf8([stdout, stderr].concat()).expect("text");
    (status.success(), said)
}

#[test]
fn the_command_refuses_a_replayed_a_changed_and_a_revoked_receipt_in_words() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    let a = authority();
    a.write(&dir.join("pki")).expect("written");
    let of_box = credentials(&a, &home());
    let jws = signed(&of_box, &receipt(PARCEL, now() + SignedDuration::from_mins(1)));
    std::fs::write(dir.join("r.jws"), &jws).expect("written");
    let (good, said) = verify(dir, &["--of", PARCEL, "r.jws"]);
    assert!(good && said.contains(&format!("receipt of the delivery {PARCEL}")), "{said}");
    let (good, said) = verify(dir, &["--of", OTHER_PARCEL, "r.jws"]);
    assert!(!good && said.contains("NOT VALID") && said.contains(OTHER_PARCEL), "{said}");

    let (head, rest) = jws.split_once('.').expect("parts");
    let (payload, signature) = rest.split_once('.').expect("parts");
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("text");
    let more = URL_SAFE_NO_PAD.encode(text.replace("\"quantity\":7", "\"quantity\":9"));
    std::fs::write(dir.join("more.jws"), format!("{head}.{more}.{signature}")).expect("written");
    let (good, said) = verify(dir, &["more.jws"]);
    assert!(!good && said.contains("NOT VALID"), "{said}");

    // Whether it was revoked is checked by a list on which its box would be, and by no other.
    let unchecked = "revocation  not checked: give a list of revoked keys that has the certificates of boxes";
    let list =
        |name: &str, value: serde_json::Value| std::fs::write(dir.join(name), value.to_string()).expect("written");
    list("older.json", serde_json::json!({"as_of": now(), "keys": []}));
    list("newer.json", serde_json::json!({"as_of": now(), "keys": [], "certificates": []}));
    for authority in ["signers", "systems"] {
        let made = Command::new(env!("CARGO_BIN_EXE_certs"))
            .current_dir(dir)
            .args(["revoke", "--dir", "pki", "--authority", authority, "--serial", "0a0b"])
            .output()
            .expect("runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let of_people = ["--roots", "pki/signers.pem", "--crl", "pki/signers.crl.pem"];
    let cases: [(&[&str], bool); 6] = [
        (&[], false),
        (&["--revoked", "older.json"], false),
        (&["--revoked", "newer.json"], true),
        (&of_people, false),
        (&["--crl", "pki/systems.crl.pem"], true),
        (&["--revoked", "older.json", "--crl", "pki/systems.crl.pem"], true),
    ];
    for (arguments, checked) in cases {
        let (good, said) = verify(dir, &[arguments, &["r.jws"][..]].concat());
        assert!(good && said.contains("VALID, as of") && said.contains(unchecked) != checked, "{arguments:?}: {said}");
    }

    // As the authority's own list says.
    let serial = &of_box.facts().serial;
    let revoked = Command::new(env!("CARGO_BIN_EXE_certs"))
        .current_dir(dir)
        .args(["revoke", "--dir", "pki", "--serial", serial])
        .output()
        .expect("runs");
    assert!(revoked.status.success(), "{}", String::from_utf8_lossy(&revoked.stderr));
    let (good, said) = verify(dir, &["--crl", "pki/systems.crl.pem", "r.jws"]);
    assert!(!good && said.contains("revoked"), "{said}");
    let (good, said) = verify(dir, &["--crl", "pki/systems.pem", "r.jws"]);
    assert!(!good && !said.contains("VALID, as of"), "a certificate is no list: {said}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever one byte becomes, the receipt is refused.
    #[test]
    fn no_byte_of_a_receipt_can_be_changed(position in 0_usize..4000, flip in 1_u8..=255) {
        static SIGNED: std::sync::OnceLock<(String, Trust)> = std::sync::OnceLock::new();
        let (good, trust) = SIGNED.get_or_init(|| {
            let a = authority();
            (signed(&credentials(&a, &home()), &receipt(PARCEL, now())), both(&a))
        });
        prop_assert!(document(good, trust, None, None).is_ok());
        let mut bytes = good.clone().into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= flip;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(document(&changed, trust, None, None).is_err());
        }
    }
}
