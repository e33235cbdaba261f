//! Requests, enrolment by a pinned authority, late renewal, renewal in place, lists of revoked certificates.
#![allow(missing_docs)]

mod common;

use common::*;
use jiff::SignedDuration;
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use yunzhen_certs::authority::{Authority, IssuingAuthority};
use yunzhen_certs::credentials::install;
use yunzhen_certs::identity::hosts_of;
use yunzhen_certs::profile::Issuing;
use yunzhen_certs::request::{KeyRequest, RequestError, read_request};
use yunzhen_certs::standing::Watched;
use yunzhen_certs::{CertificateFacts, CertsError, Credentials, Identity, Kind, Standing, Trust, revoked, tls};
use yunzhen_domain::ids::BoxId;

fn other_home() -> Identity {
    Identity::Box { home_id: STAFF.parse().expect("id") }
}

fn box_id() -> BoxId {
    STAFF.parse().expect("id")
}

#[test]
fn a_request_counts_only_with_a_p256_key_that_signed_it_and_no_other_name() {
    let named = KeyRequest::new(Some(&home())).expect("request").csr_pem;
    assert!(read_request(&named, &home()).is_ok());
    let nameless = KeyRequest::new(None).expect("request").csr_pem;
    assert!(read_request(&nameless, &home()).is_ok(), "a box that does not know its home yet");
    assert_eq!(read_request(&named, &other_home()).err(), Some(RequestError::Name));
    assert_eq!(read_request(&named, &relay()).err(), Some(RequestError::Name));

    let mut dns = rcgen::CertificateParams::new(vec!["relay.example".to_owned()]).expect("params");
    dns.distinguished_name = rcgen::DistinguishedName::new();
    let key = KeyPair::generate().expect("key");
    let csr = dns.serialize_request(&key).expect("request").pem().expect("pem");
    assert_eq!(read_request(&csr, &home()).err(), Some(RequestError::Name));

    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).expect("key");
    let params = rcgen::CertificateParams::new(Vec::<String>::new()).expect("params");
    let csr = params.serialize_request(&p384).expect("request").pem().expect("pem");
    assert_eq!(read_request(&csr, &home()).err(), Some(RequestError::Key));
    for weak in [include_str!("data/rsa-2048.csr.pem"), include_str!("data/secp256k1.csr.pem")] {
        assert_eq!(read_request(weak, &home()).err(), Some(RequestError::Key));
    }
    for none in ["", "hello", include_str!("data/rsa-2048.csr.pem").split_at(200).0, "x".repeat(20_000).as_str()] {
        assert_eq!(read_request(none, &home()).err(), Some(RequestError::Malformed));
    }
}

#[test]
fn a_request_whose_signature_is_another_s_is_refused() {
    use base64::Engine as _;
    let body = |pem: &str| -> Vec<u8> {
        let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
    };
    let mut der = body(&KeyRequest::new(Some(&home())).expect("request").csr_pem);
    // The last byte is of the signature's second number.
    *der.last_mut().expect("bytes") ^= 1;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let forged = format!("-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----\n");
    assert_eq!(read_request(&forged, &home()).err(), Some(RequestError::Signature));
}

#[test]
fn what_a_relay_issues_names_home_and_box_and_is_never_longer_than_its_profile() {
    let a = authority();
    let key = read_request(&KeyRequest::new(None).expect("request").csr_pem, &home()).expect("key");
    let (home_id, year) = (HOME.parse().expect("id"), SignedDuration::from_hours(24 * 365));
    let issued = a.systems.issue_box((home_id, box_id()), &[], &key, year, now()).expect("issued");
    assert_eq!((issued.facts.identity.clone(), issued.facts.box_id), (home(), Some(box_id())));
    let validity = issued.facts.not_after.duration_since(issued.facts.not_before);
    assert!(validity < SignedDuration::from_hours(24 * 7 + 1), "{validity}");
    let half = issued.facts.half_life().duration_since(issued.facts.not_before).as_hours();
    assert!((83..=85).contains(&half), "{half}");
    let refused = a.signers.issue_box((home_id, box_id()), &[], &key, year, now());
    assert!(matches!(refused, Err(CertsError::WrongAuthority { .. })));
}

#[test]
fn a_box_with_nothing_but_a_code_believes_only_the_authority_that_the_code_names() {
    let a = authority();
    let server = || {
        let relay = credentials(&a, &relay());
        tls::enrolment_server(&relay, &systems(&a), SignedDuration::ZERO).expect("server")
    };
    let right = tls::fingerprint(a.systems.der());
    let (client, found) = tls::enrolment_client(move |digest| *digest == right).expect("client");
    assert_eq!(shake(client, server()), (Ok(()), Ok(())));
    assert_eq!(found.get(), Some(a.systems.der()));

    let (client, found) = tls::enrolment_client(|_| false).expect("client");
    assert!(shake(client, server()).0.is_err());
    assert_eq!(found.get(), None);

    // Who holds a certificate of the right authority is still no relay.
    let impostor = tls::enrolment_server(&credentials(&a, &console()), &systems(&a), SignedDuration::ZERO);
    let (client, _) = tls::enrolment_client(move |digest| *digest == right).expect("client");
    assert!(shake(client, impostor.expect("server")).0.is_err());
    // And who sends the right authority along without being issued by it is nobody.
    let other = authority();
    let issued = other.systems.issue_with_key(&relay(), &[], None, now()).expect("issued");
    let mut chain = issued.issued.chain_pem.clone();
    chain.push_str(a.systems.pem());
    let dir = tempfile::tempdir().expect("dir");
    let (certificate, key) = (dir.path().join("relay.pem"), dir.path().join("relay.key.pem"));
    install(&certificate, &key, &chain, &issued.key_pem).expect("written");
    let forged = Credentials::load(Kind::Relay, &certificate, &key, now()).expect("credentials");
    let forged = tls::enrolment_server(&forged, &systems(&a), SignedDuration::ZERO).expect("server");
    let (client, found) = tls::enrolment_client(move |digest| *digest == right).expect("client");
    assert!(shake(client, forged).0.is_err());
    assert_eq!(found.get(), None);
}

#[test]
fn a_box_may_come_late_for_its_renewal_and_not_too_late() {
    let a = authority();
    let (hour, day) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
    let door = |grace| tls::enrolment_server(&credentials(&a, &relay()), &systems(&a), grace).expect("server");
    let late = |authority: &Authority, who: &Identity| {
        let issued = authority.systems.issue_with_key(who, &[], Some(hour), now() - day).expect("issued");
        tls::https_mtls_client(&Credentials::from_issued(&issued).expect("credentials"), &systems(&a)).expect("client")
    };
    assert_eq!(shake(late(&a, &home()), door(day)), (Ok(()), Ok(())));
    assert!(shake(late(&a, &home()), door(hour)).1.is_err(), "past the grace");
    assert!(shake(late(&a, &console()), door(day)).1.is_err(), "only a box may be late");
    assert!(shake(late(&authority(), &home()), door(day)).1.is_err(), "of another authority");
}

#[test]
fn a_certificate_that_is_renewed_in_place_is_taken_over_by_the_running_program() {
    let (a, dir) = (authority(), tempfile::tempdir().expect("dir"));
    let (certificate, key) = (dir.path().join("relay.pem"), dir.path().join("relay.key.pem"));
    let hosts = ["relay.example".to_owned()];
    a.systems.issue_with_key(&relay(), &hosts, None, now()).expect("issued").write(dir.path(), "relay").expect("out");
    let standing = Standing::new(Credentials::load(Kind::Relay, &certificate, &key, now()).expect("own")).expect("own");
    let mut watched = Watched::new(Kind::Relay, &certificate, &key);
    assert!(!watched.look(&standing, now()).expect("looked"));

    let before = standing.current().facts().clone();
    let names = hosts_of(&standing.current().chain()[0]).expect("names");
    let renewed = a.systems.renew(&before, &names, None, now()).expect("renewed");
    install(&certificate, &key, &renewed.issued.chain_pem, &renewed.key_pem).expect("installed");
    let earlier = std::time::SystemTime::UNIX_EPOCH;
    std::fs::File::open(&certificate).and_then(|file| file.set_modified(earlier)).expect("another time");
    assert!(watched.look(&standing, now()).expect("looked"));
    assert_eq!(standing.current().facts().serial, renewed.issued.facts.serial);
    assert_eq!(hosts_of(&standing.current().chain()[0]).expect("names"), names);

    std::fs::write(&certificate, "nothing").expect("written");
    assert!(watched.look(&standing, now()).is_err(), "told");
    assert!(!watched.look(&standing, now()).expect("once"));
    assert_eq!(standing.current().facts().serial, renewed.issued.facts.serial, "what stood stands");
}

#[test]
fn a_list_of_revoked_certificates_grows_and_counts_only_from_its_authority() {
    let (a, dir) = (authority(), tempfile::tempdir().expect("dir"));
    let list = dir.path().join("systems.crl.pem");
    let serials =
        |n: usize| -> Vec<String> { (0..n).map(|_| credentials(&a, &home()).facts().serial.clone()).collect() };
    let (first, second) = (serials(2), serials(1));
    revoked::revoke(&a.systems, &list, &first, now()).expect("revoked");
    revoked::revoke(&a.systems, &list, &second, now()).expect("revoked");
    let read = revoked::revoked_serials(&list, &systems(&a)).expect("list");
    assert_eq!(read.len(), 3);
    assert!(first.iter().chain(&second).all(|serial| read.contains(serial)), "{read:?}");
    let foreign = revoked::revoked_serials(&list, &Trust::new(vec![authority().systems.der().clone()]));
    assert!(matches!(foreign, Err(CertsError::RevocationList(_))));
    for wrong in ["", "xyz", "abc", "0"] {
        let refused = revoked::revoke(&a.systems, &list, &[wrong.to_owned()], now());
        assert!(matches!(refused, Err(CertsError::Serial(_))), "{wrong}");
    }
}

#[test]
fn a_key_that_others_can_read_is_no_authority_s() {
    use std::os::unix::fs::PermissionsExt as _;
    let (a, dir) = (authority(), tempfile::tempdir().expect("dir"));
    a.write(dir.path()).expect("written");
    let key = dir.path().join("systems.key.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("mode");
    let said = IssuingAuthority::load_dir(Issuing::Systems, dir.path()).err().expect("refused").to_string();
    assert!(said.contains("chmod 600"), "{said}");
}

#[test]
fn the_facts_of_a_certificate_from_before_boxes_were_named_can_be_read() {
    let a = authority();
    let facts = CertificateFacts::from_der(&credentials(&a, &relay()).chain()[0]).expect("facts");
    assert_eq!(facts.box_id, None);
}
