//! What the API says and hears: the JSON of contract section 5 as types, one file per feature.
//!
//! A view is built by a use case from records and is already minimal for its reader; `http` only serialises it. Absent optional fields are left out, never
//! `null`; times are RFC 3339 UTC with milliseconds. Not here: any decision.

pub mod access_notices;
pub mod admin;
pub mod appointments;
pub mod boxes;
pub mod break_glass;
pub mod calendars;
pub mod codes;
pub mod common;
pub mod consents;
pub mod consultations;
pub mod courier_runs;
pub mod deliveries;
pub mod discrepancies;
pub mod dispenses;
pub mod documents;
pub mod doses;
pub mod duplicates;
pub mod ecgs;
pub mod eligibility;
pub mod events;
pub mod formulary;
pub mod homes;
pub mod legs;
pub mod licences;
pub mod media_timeline;
pub mod offers;
pub mod openid;
pub mod passkeys;
pub mod passwords;
pub mod pharmacies;
pub mod pharmacy_api;
pub mod pharmacy_systems;
pub mod prescribing;
pub mod prescriptions;
pub mod recalls;
pub mod recordings;
pub mod referrals;
pub mod resident_imports;
pub mod residents;
pub mod retention;
pub mod rounds;
pub mod safety;
pub mod schedule;
pub mod second_factors;
pub mod sessions;
pub mod signing_keys;
pub mod stills;
pub mod stock;
pub mod transports;
pub mod urgent_calls;
pub mod visits;

pub use common::{Page, Time};
