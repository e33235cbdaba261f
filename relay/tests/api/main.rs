//! The relay's API as its readers meet it: the real router over a real database, without a network; and boxes over the real QUIC.
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod access;
mod boxes;
mod calls;
mod document;
mod enrolment;
mod fhir;
mod input;
mod keys;
mod limits;
mod live;
mod media_timeline;
mod own_access;
mod paths;
mod recordings;
mod stills;
mod world;
