//! Who may connect to whom: real handshakes in memory, every kind of peer at every listener, and the words of each refusal.
#![allow(missing_docs)]

mod common;

use std::sync::Arc;

use common::*;
use jiff::SignedDuration;
use rustls::ClientConfig;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::refusal::explain_alert;
use yunzhen_certs::{Credentials, Identity, Kind, Trust, tls};

/// The alert that reached the client, as its own program will explain it.
fn alert_words(outcome: &Outcome, ours: Kind) -> String {
    match &outcome.0 {
        Err(rustls::Error::AlertReceived(alert)) => explain_alert(u8::from(*alert), ours).expect("explained"),
        other => panic!("no alert: {other:?}"),
    }
}

#[test]
fn box_and_relay_and_console_meet() {
    let a = authority();
    let (home, relay, console) = (credentials(&a, &home()), credentials(&a, &relay()), credentials(&a, &console()));
    let trust = systems(&a);
    let quic = shake(tls::quic_client(&home, &trust).expect("c"), tls::quic_server(&relay, &trust).expect("s"));
    assert_eq!(quic, (Ok(()), Ok(())));
    let https =
        shake(tls::https_mtls_client(&console, &trust).expect("c"), tls::https_mtls_server(&relay, &trust).expect("s"));
    assert_eq!(https, (Ok(()), Ok(())));
}

#[test]
fn each_listener_accepts_one_kind_only_and_says_so() {
    let a = authority();
    let trust = systems(&a);
    let everyone: [Identity; 3] = [home(), relay(), console()];
    for identity in &everyone {
        let (client, relay) = (credentials(&a, identity), credentials(&a, &relay()));
        let box_door =
            shake(tls::quic_client(&client, &trust).expect("c"), tls::quic_server(&relay, &trust).expect("s"));
        assert_eq!(box_door.1.is_ok(), identity.kind() == Kind::Box, "{identity}: {box_door:?}");
        let console_door = shake(
            tls::https_mtls_client(&client, &trust).expect("c"),
            tls::https_mtls_server(&relay, &trust).expect("s"),
        );
        assert_eq!(console_door.1.is_ok(), identity.kind() == Kind::Console, "{identity}: {console_door:?}");
        if identity.kind() == Kind::Console {
            assert!(alert_words(&box_door, Kind::Console).contains("another kind of program"));
        }
    }
}

#[test]
fn a_client_believes_only_a_relay() {
    let a = authority();
    let trust = systems(&a);
    let impostor = credentials(&a, &console());
    let outcome = shake(
        tls::https_mtls_client(&credentials(&a, &console()), &trust).expect("c"),
        tls::https_mtls_server(&impostor, &trust).expect("s"),
    );
    assert!(outcome.0.is_err(), "{outcome:?}");
}

fn refused_box(
    issuer: &Authority,
    relay_side: &Authority,
    validity: Option<SignedDuration>,
    age: SignedDuration,
) -> Outcome {
    let issued = issuer.systems.issue_with_key(&home(), &[], validity, now() - age).expect("issued");
    let home = Credentials::from_issued(&issued).expect("credentials");
    let relay = credentials(relay_side, &relay());
    let trust = systems(relay_side);
    shake(tls::quic_client(&home, &trust).expect("c"), tls::quic_server(&relay, &trust).expect("s"))
}

#[test]
fn a_foreign_box_is_refused_in_words() {
    let outcome = refused_box(&authority(), &authority(), None, SignedDuration::ZERO);
    let words = alert_words(&outcome, Kind::Box);
    assert!(words.contains("authority that the other side does not trust"), "{words}");
    assert!(words.contains("certs issue agent"), "{words}");
}

#[test]
fn an_expired_box_is_refused_in_words() {
    let a = authority();
    let hour = SignedDuration::from_hours(1);
    let outcome = refused_box(&a, &a, Some(hour), hour * 2);
    assert!(format!("{:?}", outcome.1).contains("ExpiredContext"), "{outcome:?}");
    assert!(alert_words(&outcome, Kind::Box).starts_with("the certificate of this box expired"));
}

#[test]
fn a_box_without_a_certificate_or_with_a_signer_s_is_refused() {
    let a = authority();
    let relay = credentials(&a, &relay());
    let trust = systems(&a);
    let mut bare = tls::quic_client(&credentials(&a, &home()), &trust).expect("c");
    bare.client_auth_cert_resolver = Arc::new(NoCertificate);
    let outcome = shake(bare, tls::quic_server(&relay, &trust).expect("s"));
    assert!(alert_words(&outcome, Kind::Box).contains("sent no certificate"));

    let who = Identity::Signer { role: yunzhen_domain::Role::Specialist, staff_id: staff() };
    let signer = a.signers.issue_with_key(&who, &[], None, now()).expect("issued");
    let signer = Credentials::from_issued(&signer).expect("credentials");
    let outcome = shake(tls::quic_client(&signer, &trust).expect("c"), tls::quic_server(&relay, &trust).expect("s"));
    assert!(alert_words(&outcome, Kind::Box).contains("another kind of program"), "{outcome:?}");
}

#[test]
fn the_protocol_name_is_part_of_the_agreement() {
    let a = authority();
    let trust = systems(&a);
    let mut client = tls::quic_client(&credentials(&a, &home()), &trust).expect("c");
    client.alpn_protocols = vec![b"yunzhen/9".to_vec()];
    let outcome = shake(client, tls::quic_server(&credentials(&a, &relay()), &trust).expect("s"));
    assert_eq!(outcome.1, Err(rustls::Error::NoApplicationProtocol));
}

#[test]
fn a_page_serves_browsers_without_a_certificate() {
    let a = authority();
    let dir = tempfile::tempdir().expect("dir");
    a.systems
        .issue_with_key(&console(), &["console.example".into()], None, now())
        .expect("issued")
        .write(dir.path(), "page")
        .expect("written");
    let server = tls::page_server(&dir.path().join("page.pem"), &dir.path().join("page.key.pem")).expect("page");
    let mut roots = rustls::RootCertStore::empty();
    // A browser trusts the root; the page sends the authority along.
    let mut pem = a.root_pem.as_bytes();
    roots.add(rustls_pki_types::pem::PemObject::from_pem_reader(&mut pem).expect("root")).expect("root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let client = client.with_root_certificates(roots).with_no_client_auth();
    assert_eq!(shake(client, server), (Ok(()), Ok(())));
    let said = tls::page_server(&dir.path().join("none.pem"), &dir.path().join("none.key.pem")).expect_err("none");
    assert!(said.to_string().contains("make it with `certs issue console"), "{said}");
    let _ = Trust::load(&dir.path().join("page.pem")).expect("any certificate file can be read");
}

#[test]
fn nobody_who_speaks_less_than_tls_1_3_gets_in_anywhere() {
    let a = authority();
    let dir = tempfile::tempdir().expect("dir");
    let (relay, trust) = (credentials(&a, &relay()), systems(&a));
    let page = a.systems.issue_with_key(&console(), &["localhost".into()], None, now()).expect("issued");
    page.write(dir.path(), "page").expect("written");
    let page = tls::page_server(&dir.path().join("page.pem"), &dir.path().join("page.key.pem")).expect("page");
    let doors = [
        ("boxes", tls::quic_server(&relay, &trust).expect("s"), tls::ALPN_YUNZHEN),
        ("consoles", tls::https_mtls_server(&relay, &trust).expect("s"), tls::ALPN_HTTP),
        ("browsers", page, tls::ALPN_HTTP),
    ];
    for (door, server, alpn) in doors {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(a.systems.der().clone()).expect("root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let old = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS12]);
        let mut old = old.expect("versions").with_root_certificates(roots).with_no_client_auth();
        old.alpn_protocols = vec![alpn.to_vec()];
        let (_, said) = shake(old, server);
        assert!(matches!(said, Err(rustls::Error::PeerIncompatible(_))), "{door}: {said:?}");
    }
}

#[test]
fn a_key_that_others_may_read_is_refused_in_words() {
    use std::os::unix::fs::PermissionsExt as _;
    let a = authority();
    let dir = tempfile::tempdir().expect("dir");
    let issued = a.systems.issue_with_key(&relay(), &["localhost".into()], None, now()).expect("issued");
    issued.write(dir.path(), "relay").expect("written");
    let (certificate, key) = (dir.path().join("relay.pem"), dir.path().join("relay.key.pem"));
    let load = |mode: u32| {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("mode");
        let mutual = Credentials::load(Kind::Relay, &certificate, &key, now()).map(|_| ());
        let page = tls::page_server(&certificate, &key).map(|_| ());
        [mutual, page]
    };
    for mode in [0o600, 0o400, 0o640] {
        assert!(load(mode).iter().all(Result::is_ok), "{mode:o}");
    }
    for mode in [0o644, 0o604, 0o660, 0o602] {
        for said in load(mode).map(|said| said.expect_err("open to others").to_string()) {
            assert!(said.contains(&format!("mode {mode:04o}")) && said.contains("chmod 600"), "{said}");
        }
    }
}

#[derive(Debug)]
struct NoCertificate;

impl rustls::client::ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<rustls::sign::CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
