//! Receipts of boxes: signed with the certificate with which a box presents itself, and not to be mixed up with what people sign.
#![allow(missing_docs)]

mod common;

use std::process::Command;

use common::*;
use jiff::SignedDuration;
use yunzhen_certs::jws::{self, JwsError};
use yunzhen_certs::sign::canonical_json;
use yunzhen_certs::{Kind, Refusal};

fn receipt() -> String {
    let receipt =
        serde_json::json!({"type": "yunzhen.receipt.v1", "home_id": HOME, "prepared_at": now(), "offline": true});
    canonical_json(&receipt).expect("json")
}

#[test]
fn a_box_signs_and_its_receipt_is_taken_for_no_person_s_document() {
    let authority = authority();
    let credentials = credentials(&authority, &home());
    let document = receipt();
    let signed = credentials.document_key().expect("key").sign(credentials.chain(), &document).expect("signed");
    let verified = jws::verify_as(Kind::Box, &signed, &systems(&authority), now()).expect("verified");
    assert_eq!((verified.identity, verified.payload), (home(), document));
    assert_eq!(jws::claimed_kind(&signed), Some(Kind::Box));
    let as_person = jws::verify(&signed, &systems(&authority), now());
    assert!(matches!(as_person, Err(JwsError::Certificate(_))), "{as_person:?}");
    let foreign = jws::verify_as(Kind::Box, &signed, &signers(&authority), now());
    assert!(matches!(foreign, Err(JwsError::Certificate(Refusal::Foreign))), "{foreign:?}");
    let late = jws::verify_as(Kind::Box, &signed, &systems(&authority), now() + SignedDuration::from_hours(24 * 400));
    assert!(matches!(late, Err(JwsError::Certificate(_))), "{late:?}");
}

#[test]
fn neither_a_console_nor_a_person_signs_a_receipt() {
    let authority = authority();
    let console = credentials(&authority, &console());
    let signed = console.document_key().expect("key").sign(console.chain(), &receipt()).expect("signed");
    let refused = jws::verify_as(Kind::Box, &signed, &systems(&authority), now());
    assert!(matches!(refused, Err(JwsError::Certificate(Refusal::WrongKind { .. }))), "{refused:?}");
    let (key, issued) = specialist(&authority, now());
    let signed = key.sign(&issued.chain, &receipt()).expect("signed");
    let refused = jws::verify_as(Kind::Box, &signed, &signers(&authority), now());
    assert!(matches!(refused, Err(JwsError::Certificate(_))), "{refused:?}");
}

#[test]
fn the_command_verifies_a_receipt_offline() {
    let dir = tempfile::tempdir().expect("dir");
    let authority = authority();
    let credentials = credentials(&authority, &home());
    let signed = credentials.document_key().expect("key").sign(credentials.chain(), &receipt()).expect("signed");
    std::fs::write(dir.path().join("r.jws"), signed).expect("written");
    std::fs::write(dir.path().join("systems.pem"), authority.systems.pem()).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_certs"))
        .current_dir(dir.path())
        .args(["verify", "--roots", "systems.pem", "r.jws"])
        .output()
        .expect("runs");
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(said.starts_with("VALID") && said.contains(&format!("urn:yunzhen:box:{HOME}")), "{said}");
    assert!(said.contains("yunzhen.receipt.v1"), "{said}");
}
