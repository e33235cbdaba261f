//! The command line: what it makes, its modes, and one clear sentence for each mistake.
#![allow(missing_docs)]

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use common::*;
use jiff::SignedDuration;
use yunzhen_certs::authority::IssuingAuthority;
use yunzhen_certs::identity::BareFacts;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::sign::{DocumentKey, canonical_json};
use yunzhen_certs::{CertificateFacts, Credentials, Kind, read_chain};

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
    let document = |at| {
        let specialist = serde_json::json!({"id": STAFF, "name": "陈"});
        let prescription =
            serde_json::json!({"type": "yunzhen.prescription.v2", "prepared_at": at, "specialist": specialist});
        canonical_json(&prescription).expect("json")
    };
    let key = DocumentKey::from_pem(&key).expect("key");
    std::fs::write(dir.join("d.jws"), key.sign(&chain, &document(now())).expect("signed")).expect("written");
    let said = good(dir, &["verify", "--roots", "pki/signers.pem", "d.jws"]);
    assert!(said.starts_with("VALID") && said.contains(&format!("urn:yunzhen:signer:specialist:{STAFF}")), "{said}");
    let later = (now() + SignedDuration::from_hours(24 * 90)).to_string();
    let said = bad(dir, &["verify", "--roots", "pki/signers.pem", "--at", &later, "d.jws"]);
    assert!(said.contains("NOT VALID: the signer's certificate is refused: the certificate expired on"), "{said}");
    let said = bad(dir, &["verify", "--roots", "pki/systems.pem", "d.jws"]);
    assert!(said.contains("foreign authority"), "{said}");
    // Who has no file of authorities is not sent to make an authority, which would verify nothing.
    let said = bad(dir, &["verify", "--roots", "none.pem", "d.jws"]);
    assert!(said.contains("no none.pem: copy it from") && !said.contains("certs init"), "{said}");

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
    for host in ["bad host", "", "-relay.example", "relay.example:7443", "https://relay.example", "10.0.0.300"] {
        let said = bad(dir, &["issue", "relay", "--dir", "pki", &format!("--host={host}")]);
        assert!(said.contains(&format!("`{host}` is neither a host name nor an IP address")), "{said}");
    }
    assert!(!dir.join("pki/relay-main.pem").exists(), "no file for a name that nobody can dial");
    let hosts = ["--host", "relay.example", "--host", "*.example.org", "--host", "10.0.0.3", "--host", "fd00::3"];
    good(dir, &[&["issue", "relay", "--dir", "pki"][..], &hosts[..]].concat());
    let said = bad(dir, &["issue", "relay", "--dir", "nowhere"]);
    assert!(said.contains("there is no authority at nowhere/systems.pem; make it with `certs init"), "{said}");
    let said = bad(dir, &["issue-signer", "--dir", "pki", "--role", "nurse", "--staff", STAFF]);
    assert!(said.contains("is no identity"), "{said}");
}

#[test]
fn an_administrator_enrols_by_a_request_renews_in_place_and_revokes() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    let said = good(dir, &["init", "--dir", "pki", "--root", "medium"]);
    assert!(said.contains("medium/root.key.pem offline") && !dir.join("pki/root.key.pem").exists(), "{said}");
    good(dir, &["request", "--home", HOME, "--file", "box"]);
    let mode = std::fs::metadata(dir.join("box.key.pem")).expect("key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let foreign = bad(dir, &["enrol", "--dir", "pki", "--home", STAFF, "--request", "box.csr.pem", "--out", "box.pem"]);
    assert!(foreign.contains("asks for another name"), "{foreign}");
    for name in [HOME, STAFF] {
        assert!(foreign.contains(&format!("urn:yunzhen:box:{name}")), "which names: {foreign}");
    }
    let said = good(
        dir,
        &["enrol", "--dir", "pki", "--home", HOME, "--request", "box.csr.pem", "--out", "box.pem", "--days", "7"],
    );
    assert!(said.contains("restart it where it runs"), "a box that runs stays as revoked as it was: {said}");
    let load = || Credentials::load(Kind::Box, &dir.join("box.pem"), &dir.join("box.key.pem"), now()).expect("box");
    let before = load();
    assert!(before.facts().days_left(now()) <= 7 && before.facts().box_id.is_some());

    good(dir, &["renew", "--dir", "pki", "box.pem"]);
    let after = load();
    assert_ne!(after.facts().serial, before.facts().serial);
    assert_eq!(after.facts().box_id, before.facts().box_id, "the same machine");

    let said = good(dir, &["revoke", "--dir", "pki", "--serial", &before.facts().serial, "box.pem"]);
    assert!(said.contains(&before.facts().serial) && said.contains(&after.facts().serial), "{said}");
    assert!(dir.join("pki/systems.crl.pem").exists());
    let list = good(dir, &["inspect", "pki/systems.crl.pem"]);
    for told in ["issuer   ", "made     ", "next by  ", "revoked  2", &before.facts().serial, &after.facts().serial] {
        assert!(list.contains(told), "{told}: {list}");
    }
    let shown = good(dir, &["inspect", "box.pem"]);
    assert!(shown.contains("box      ") && shown.contains("names    localhost, 127.0.0.1"), "{shown}");
    let authority = good(dir, &["inspect", "pki/systems.pem"]);
    for told in ["fingerprint ", "an authority", "name     ", "Yunzhen systems", "Yunzhen root", "days left)"] {
        assert!(authority.contains(told), "{told}: {authority}");
    }
    assert!(good(dir, &["inspect", "pki/root.pem"]).contains("days left)"));
    let request = good(dir, &["inspect", "box.csr.pem"]);
    assert!(request.contains(&format!("asks for urn:yunzhen:box:{HOME}")), "{request}");
    let help = good(dir, &["--help"]);
    assert!(help.contains("certs renew --dir pki FILE") && help.contains("certs revoke --dir pki FILE"), "{help}");
    assert!(good(dir, &["profiles"]).contains("enrolled_box"));
    assert!(good(dir, &["--help"]).contains("The steps of a new installation"));
}

#[test]
fn answers_the_request_of_an_approved_key_and_checks_an_approval_against_its_prescription() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    let key = DocumentKey::generate().expect("key");
    let asked = now() - SignedDuration::from_hours(24);
    let proof = key.proof(&yunzhen_certs::proof::Claim::new(staff(), asked)).expect("proof");
    let request = |proof: &str| {
        let jwk = key.public_jwk();
        serde_json::json!({"staff_id": STAFF, "role": "specialist", "public_key_jwk": jwk, "proof_jws": proof})
            .to_string()
    };
    std::fs::write(dir.join("request.json"), request(&proof)).expect("written");
    let said = good(dir, &["sign-request", "--dir", "pki", "--out", "signer.pem", "request.json"]);
    assert!(said.contains(&format!("urn:yunzhen:signer:specialist:{STAFF}")), "{said}");
    assert!(
        said.contains(&key.public_jwk().sha256().expect("on P-256")),
        "the fingerprint is there to be compared: {said}"
    );
    let chain = read_chain(&dir.join("signer.pem"), "certificate", "certs").expect("chain");
    let prescription = serde_json::json!({
        "type": "yunzhen.prescription.v2", "prepared_at": now(), "specialist": {"id": STAFF, "name": "陈"},
    });
    let signed = key.sign(&chain, &canonical_json(&prescription).expect("json")).expect("signed");
    std::fs::write(dir.join("rx.jws"), &signed).expect("written");
    let said = good(dir, &["verify", "--roots", "pki/signers.pem", "--roots", "pki/systems.pem", "rx.jws"]);
    assert!(said.contains("revocation  not checked"), "{said}");
    // The authority's list of revoked boxes says nothing of a person's key.
    good(dir, &["revoke", "--dir", "pki", "--serial", "0a0b"]);
    let both = ["--roots", "pki/signers.pem", "--roots", "pki/systems.pem", "--crl", "pki/systems.crl.pem"];
    let said = good(dir, &[&["verify"][..], &both[..], &["rx.jws"][..]].concat());
    assert!(said.contains("revocation  not checked: give the list of revoked keys with --revoked"), "{said}");
    std::fs::write(dir.join("nobody.json"), serde_json::json!({"as_of": now(), "keys": []}).to_string())
        .expect("written");
    let said = good(dir, &["verify", "--roots", "pki/signers.pem", "--revoked", "nobody.json", "rx.jws"]);
    assert!(!said.contains("not checked"), "{said}");
    assert!(said.lines().nth(1).is_some_and(|line| line.starts_with("revocation  checked: ")), "{said}");
    let said = bad(dir, &["request", "--home", "not-a-home"]);
    assert!(said.contains("this is no id of a home"), "{said}");
    let revoked = serde_json::json!({
        "as_of": now(), "keys": [{"key_sha256": key.public_jwk().sha256(), "revoked_at": asked}],
    });
    std::fs::write(dir.join("revoked.json"), revoked.to_string()).expect("written");
    let said = bad(dir, &["verify", "--roots", "pki/signers.pem", "--revoked", "revoked.json", "rx.jws"]);
    assert!(said.contains("NOT VALID: the signer's certificate is refused: the key was revoked on"), "{said}");
    let said = bad(dir, &["verify", "--roots", "pki/signers.pem", "--prescription", "rx.jws", "rx.jws"]);
    assert!(said.contains("NOT VALID: the approval is for a prescription"), "{said}");

    let other = DocumentKey::generate().expect("key");
    let stolen = other.proof(&yunzhen_certs::proof::Claim::new(staff(), asked)).expect("proof");
    std::fs::write(dir.join("stolen.json"), request(&stolen)).expect("written");
    let said = bad(dir, &["sign-request", "--dir", "pki", "--out", "stolen.pem", "stolen.json"]);
    assert!(said.contains("the proof was not signed with this key"), "{said}");
    assert!(!dir.join("stolen.pem").exists());
}

#[test]
fn what_another_authority_issued_is_not_said_to_be_revoked() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    for authority in ["pki", "other"] {
        good(dir, &["init", "--dir", authority]);
    }
    good(dir, &["issue", "agent", "--dir", "other", "--out", ".", "--home", HOME, "--file", "theirs"]);
    good(dir, &["issue", "agent", "--dir", "pki", "--out", ".", "--home", HOME, "--file", "ours"]);
    let name = |file: &str| {
        let chain = read_chain(&dir.join(file), "certificate", "certs").expect("chain");
        BareFacts::from_der(&chain[0]).expect("facts").subject
    };
    let said = bad(dir, &["revoke", "--dir", "pki", "ours.pem", "theirs.pem"]);
    let (own, asked) = (name("other/systems.pem"), name("pki/systems.pem"));
    for told in ["theirs.pem was issued by", &own, &asked, "nothing was revoked"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(!dir.join("pki/systems.crl.pem").exists(), "also the one of this authority is not half revoked");
    let said = bad(dir, &["revoke", "--dir", "pki", "--authority", "signers", "ours.pem"]);
    assert!(said.contains(&asked) && said.contains("not by the signers authority"), "{said}");
    assert!(!dir.join("pki/signers.crl.pem").exists());
    let said = good(dir, &["revoke", "--dir", "pki", "ours.pem"]);
    assert!(said.contains("revoked ") && !said.contains("--serial"), "{said}");
    let said = good(dir, &["revoke", "--dir", "pki", "--serial", "0a0b"]);
    assert!(said.contains("--serial is not checked"), "{said}");
}

#[test]
fn issuing_twice_replaces_neither_certificate_nor_key() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    good(dir, &["issue", "relay", "--dir", "pki", "--host", "relay.example"]);
    let files = ["pki/relay-main.pem", "pki/relay-main.key.pem"];
    let read = || files.map(|file| std::fs::read_to_string(dir.join(file)).expect("there"));
    let before = read();
    let chain = read_chain(&dir.join(files[0]), "certificate", "certs").expect("chain");
    let serial = CertificateFacts::from_der(&chain[0]).expect("facts").serial;
    let said = bad(dir, &["issue", "relay", "--dir", "pki"]);
    assert!(said.contains("nothing was changed") && said.contains(&serial), "{said}");
    assert!(said.contains("`certs renew --dir pki pki/relay-main.pem`"), "{said}");
    assert_eq!(read(), before);
    good(dir, &["renew", "--dir", "pki", files[0]]);
    assert!(good(dir, &["inspect", files[0]]).contains("relay.example"), "what was advised keeps the names");

    good(dir, &["request", "--home", HOME, "--file", "box"]);
    let key = std::fs::read_to_string(dir.join("box.key.pem")).expect("key");
    let said = bad(dir, &["issue", "agent", "--dir", "pki", "--out", ".", "--home", HOME, "--file", "box"]);
    assert!(said.contains("box.key.pem is there already; nothing was changed"), "{said}");
    assert_eq!(std::fs::read_to_string(dir.join("box.key.pem")).expect("key"), key, "whose request is under way");
    let said = bad(dir, &["issue", "console", "--dir", "pki", "--file", "systems"]);
    assert!(said.contains("pki/systems.pem is there already; nothing was changed"), "{said}");
}

#[test]
fn a_revoked_certificate_does_not_come_back_by_its_renewal() {
    let dir = tempfile::tempdir().expect("dir");
    let dir = dir.path();
    good(dir, &["init", "--dir", "pki"]);
    good(dir, &["issue", "relay", "--dir", "pki", "--out", ".", "--file", "relay"]);
    good(dir, &["issue", "agent", "--dir", "pki", "--out", ".", "--home", HOME, "--file", "box"]);
    good(dir, &["revoke", "--dir", "pki", "box.pem"]);
    let before = std::fs::read_to_string(dir.join("box.pem")).expect("certificate");
    let said = bad(dir, &["renew", "--dir", "pki", "box.pem"]);
    for told in ["was revoked on 2", "pki/systems.crl.pem", "enrol the box anew", "`certs issue agent"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(std::fs::read_to_string(dir.join("box.pem")).expect("certificate"), before);
    // The list shuts out what it names, and nobody besides.
    good(dir, &["renew", "--dir", "pki", "relay.pem"]);
    good(dir, &["revoke", "--dir", "pki", "relay.pem"]);
    let said = bad(dir, &["renew", "--dir", "pki", "relay.pem"]);
    assert!(said.contains("`certs issue relay") && !said.contains("enrol the box"), "{said}");
    // A list that cannot be read might name it.
    std::fs::write(dir.join("pki/systems.crl.pem"), "nothing").expect("written");
    let said = bad(dir, &["renew", "--dir", "pki", "relay.pem"]);
    assert!(said.contains("is no list of revoked certificates"), "{said}");
}
