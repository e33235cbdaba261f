//! The care use cases on a real SQLite file with the demo data: no HTTP, no mock.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails as a test does")]

mod at_once;
mod break_glass;
mod calendar;
mod cold_chain;
mod composing;
mod consents;
mod courier_runs;
mod crashes;
mod discrepancies;
mod documents;
mod doses;
mod duplicates;
mod ecgs;
mod eligibility;
mod fhir;
mod hand_over;
mod hidden;
mod imports;
mod merging;
mod one_key_call;
mod parcel_codes;
mod prescribing;
mod questions;
mod queue;
mod random_prescribing;
mod reads;
mod rebooking;
mod receipts;
mod referrals;
mod refill;
mod registry;
mod replacing;
mod residents;
mod retention;
mod rounds;
mod safety;
mod schedule;
mod sessions;
mod statements;
mod stock;
mod visits;
mod whole_loop;
mod world;
mod zones;
