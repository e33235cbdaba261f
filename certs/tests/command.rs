//! The command line: what it makes, its modes, and one clear sentence for each mistake.
#![allow(missing_docs)]

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use common::*;
use jiff::SignedDuration;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::sign::{DocumentKey, canonical_json};
use yunzhen_certs::{Credentials, Kind, read_chain};

fn certs(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_certs")).current_dir(dir).args(arguments).output().expect("runs")
}

fn good(dir: &Path, arguments: &[&str]) -> String {
    let output = certs(dir, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn bad(dir: &Path, arguments: &[&str]) -> String {
    let output = certs(dir, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn makes_an_authority_and_certificates_that_programs_load() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    let again = bad(dir, &["init", "--dir", "pki"]);
    assert!(again.contains("is there already; nothing was changed"), "{again}");
    good(dir, &["issue", "relay", "--dir", "pki", "--out", "relay", "--host", "relay.example"]);
    good(dir, &["issue", "console", "--dir", "pki", "--out", "console", "--file", "console"]);
    good(dir, &["issue", "agent", "--dir", "pki", "--out", "box", "--home", HOME, "--file", "box"]);
    for key in [
        "pki/root.key.pem",
        "pki/systems.key.pem",
        "pki/signers.key.pem",
        "relay/relay-main.key.pem",
        "box/box.key.pem",
    ] {
        let mode = std::fs::metadata(dir.join(key)).expect(key).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let load = |kind, name: &str| {
        Credentials::load(kind, &dir.join(format!("{name}.pem")), &dir.join(format!("{name}.key.pem")), now())
    };
    assert_eq!(load(Kind::Relay, "relay/relay-main").expect("relay").facts().identity, relay());
    assert_eq!(load(Kind::Box, "box/box").expect("box").facts().identity, home());
    let shown = good(dir, &["show", "box/box.pem"]);
    assert!(shown.contains(&format!("urn:yunzhen:box:{HOME}")) && shown.contains("days left)"), "{shown}");

    let said = load(Kind::Box, "box/none").err().expect("missing").to_string();
    assert!(said.contains("there is no certificate at") && said.contains("`certs issue agent"), "{said}");
    let said = load(Kind::Box, "console/console").err().expect("other kind").to_string();
    assert!(said.ends_with("holds no certificate of a box"), "{said}");
    let mixed = Credentials::load(Kind::Box, &dir.join("box/box.pem"), &dir.join("console/console.key.pem"), now());
    assert!(mixed.err().expect("mixed").to_string().contains("does not belong to the certificate"));
    let chain = read_chain(&dir.join("box/box.pem"), "certificate", "certs").expect("chain");
    assert_eq!(chain.len(), 2);
}

#[test]
fn expired_certificates_say_so_and_what_to_do() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    good(dir, &["issue", "agent", "--dir", "pki", "--out", ".", "--home", HOME, "--file", "old", "--days", "0"]);
    let said = Credentials::load(Kind::Box, &dir.join("old.pem"), &dir.join("old.key.pem"), now());
    let said = said.err().expect("expired").to_string();
    assert!(said.starts_with("the certificate of this box expired on 2"), "{said}");
    assert!(said.contains("issue a new one with `certs issue agent"), "{said}");
}

#[test]
fn verifies_documents_offline_also_long_after_they_were_signed() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    good(
        dir,
        &["issue-signer", "--dir", "pki", "--out", ".", "--role", "specialist", "--staff", STAFF, "--file", "signer"],
    );
    let key = std::fs::read_to_string(dir.join("signer.key.pem")).expect("key");
    let chain = read_chain(&dir.join("signer.pem"), "certificate", "certs").expect("chain");
    let document = |at| canonical_json(&serde_json::json!({"type": "t", "prepared_at": at})).expect("json");
    let key = DocumentKey::from_pem(&key).expect("key");
    std::fs::write(dir.join("d.jws"), key.sign(&chain, &document(now())).expect("signed")).expect("written");
    let said = good(dir, &["verify", "--roots", "pki/signers.pem", "d.jws"]);
    assert!(said.starts_with("VALID") && said.contains(&format!("urn:yunzhen:signer:specialist:{STAFF}")), "{said}");
    let later = (now() + SignedDuration::from_hours(24 * 90)).to_string();
    let said = bad(dir, &["verify", "--roots", "pki/signers.pem", "--at", &later, "d.jws"]);
    assert!(said.contains("NOT VALID: the signer's certificate is refused: the certificate expired on"), "{said}");
    let said = bad(dir, &["verify", "--roots", "pki/systems.pem", "d.jws"]);
    assert!(said.contains("foreign authority"), "{said}");

    let text = std::fs::read_to_string(dir.join("d.jws")).expect("jws");
    let (head, signature) = text.rsplit_once('.').expect("parts");
    let forged = head.split_once('.').expect("parts").0;
    let payload = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        document(now() + SignedDuration::from_secs(1)),
    );
    std::fs::write(dir.join("forged.jws"), format!("{forged}.{payload}.{signature}")).expect("written");
    let said = bad(dir, &["verify", "--roots", "pki/signers.pem", "forged.jws"]);
    assert!(said.contains("NOT VALID: the signature does not fit the document"), "{said}");
}

#[test]
fn an_authority_issues_only_its_own_kinds_and_odd_names_are_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    let signers = IssuingAuthority::load_dir(Issuing::Signers, &dir.join("pki")).expect("signers");
    let said = signers.issue_with_key(&home(), &[], None, now()).err().expect("refused").to_string();
    assert_eq!(said, "the signers authority issues no certificates for a box");
    let crossed =
        IssuingAuthority::load(Issuing::Signers, &dir.join("pki/signers.pem"), &dir.join("pki/systems.key.pem"));
    assert!(crossed.err().expect("crossed").to_string().contains("does not belong"));
    let said = bad(dir, &["issue", "relay", "--dir", "pki", "--name", "East One"]);
    assert!(said.contains("is no identity"), "{said}");
    let said = bad(dir, &["issue", "relay", "--dir", "nowhere"]);
    assert!(said.contains("there is no authority at nowhere/systems.pem; make it with `certs init"), "{said}");
    let said = bad(dir, &["issue-signer", "--dir", "pki", "--role", "nurse", "--staff", STAFF]);
    assert!(said.contains("is no identity"), "{said}");
}
