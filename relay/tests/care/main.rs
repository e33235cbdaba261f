//! The care use cases on a real SQLite file with the demo data: no HTTP, no mock.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

mod at_once;
mod crashes;
mod hidden;
mod prescribing;
mod calendar;
mod one_key_call;
mod queue;
mod rounds;
mod schedule;
mod rebooking;
mod residents;
mod sessions;
mod whole_loop;
mod world;
