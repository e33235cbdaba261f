//! An authority and people for the tests of this crate.
#![allow(dead_code)]

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use rustls_pki_types::ServerName;
use yunzhen_certs::authority::{Authority, Issued};
use yunzhen_certs::proof::{Claim, issue_signer};
use yunzhen_certs::sign::DocumentKey;
use yunzhen_certs::{Credentials, Identity, Trust};
use yunzhen_domain::Role;
use yunzhen_domain::ids::{HomeId, StaffId};

pub const HOME: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
pub const STAFF: &str = "0192f0c1-2345-7abc-8def-0123456789cd";

/// TLS configurations are judged by the machine's clock, so the tests issue around it.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

pub fn authority() -> Authority {
    Authority::create(now()).expect("authority")
}

pub fn home() -> Identity {
    Identity::Box { home_id: HOME.parse::<HomeId>().expect("id") }
}

pub fn relay() -> Identity {
    Identity::Relay { name: "main".into() }
}

pub fn console() -> Identity {
    Identity::Console { name: "main".into() }
}

pub fn staff() -> StaffId {
    STAFF.parse().expect("id")
}

pub fn systems(authority: &Authority) -> Trust {
    Trust::new(vec![authority.systems.der().clone()])
}

pub fn signers(authority: &Authority) -> Trust {
    Trust::new(vec![authority.signers.der().clone()])
}

pub fn credentials(authority: &Authority, identity: &Identity) -> Credentials {
    let issued = authority.systems.issue_with_key(identity, &[], None, now()).expect("issued");
    Credentials::from_issued(&issued).expect("credentials")
}

/// A specialist with a key and its certificate, got the way a browser gets it.
pub fn specialist(authority: &Authority, at: Timestamp) -> (DocumentKey, Issued) {
    let key = DocumentKey::generate().expect("key");
    let proof = key.proof(&Claim::new(staff(), at)).expect("proof");
    let issued = issue_signer(&authority.signers, &key.public_jwk(), &proof, Role::Specialist, staff(), at);
    (key, issued.expect("issued"))
}

/// What each side says of the handshake: client, server.
pub type Outcome = (Result<(), rustls::Error>, Result<(), rustls::Error>);

pub fn shake(client: ClientConfig, server: ServerConfig) -> Outcome {
    let name = ServerName::try_from("localhost").expect("name");
    let mut client = ClientConnection::new(Arc::new(client), name).expect("client");
    let mut server = ServerConnection::new(Arc::new(server)).expect("server");
    let (mut of_client, mut of_server) = (Ok(()), Ok(()));
    for _ in 0..8 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).expect("memory");
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() && of_server.is_ok() {
            server.read_tls(&mut rest).expect("memory");
            of_server = server.process_new_packets().map(|_| ());
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).expect("memory");
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() && of_client.is_ok() {
            client.read_tls(&mut rest).expect("memory");
            of_client = client.process_new_packets().map(|_| ());
        }
    }
    if of_client.is_ok() && of_server.is_ok() {
        assert!(!client.is_handshaking() && !server.is_handshaking());
        client.writer().write_all(b"hello").expect("memory");
        let mut wire = Vec::new();
        client.write_tls(&mut wire).expect("memory");
        server.read_tls(&mut wire.as_slice()).expect("memory");
        server.process_new_packets().expect("data");
        let mut got = [0; 5];
        server.reader().read_exact(&mut got).expect("data");
        assert_eq!(&got, b"hello");
    }
    (of_client, of_server)
}
