//! The box against a relay of the tests' own that speaks the protocol, over a link that the tests can cut.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod buttons;
mod devices;
mod enrolment;
mod http;
mod legs;
mod link;
mod low;
mod modem;
mod page;
mod paths;
mod rate;
mod receipts;
mod recordings;
mod relay;
mod shift;
mod stills;
mod world;
