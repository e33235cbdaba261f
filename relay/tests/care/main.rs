//! The care use cases on a real SQLite file with the demo data: no HTTP, no mock.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

mod at_once;
mod calendar;
mod crashes;
mod hidden;
mod one_key_call;
mod prescribing;
mod queue;
mod rebooking;
mod residents;
mod rounds;
mod schedule;
mod sessions;
mod whole_loop;
mod world;
