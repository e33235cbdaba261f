//! An authority and people for the tests of this crate.
#![allow(dead_code)]

use jiff::Timestamp;
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
