//! The care use cases on a real SQLite file with the demo data: no HTTP, no mock.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

mod at_once;
mod break_glass;
mod calendar;
mod consents;
mod crashes;
mod documents;
mod duplicates;
mod eligibility;
mod fhir;
mod hand_over;
mod hidden;
mod imports;
mod one_key_call;
mod prescribing;
mod queue;
mod reads;
mod rebooking;
mod referrals;
mod registry;
mod residents;
mod rounds;
mod safety;
mod schedule;
mod sessions;
mod visits;
mod whole_loop;
mod world;
