//! The care record on disk: the only crate with SQL.
//!
//! * [`Store`]: one writer at a time, a few readers, each in its own transaction; [`Tx`] can be committed only together with the audit facts of what it did.
//!   Commands that come together are committed together (`writer.rs`).
//! * One module per feature with free functions: reads take `&mut Db` (a `Tx` or a [`Read`]), writes take `&mut Tx`, rows become domain records or [`StoreError::Corrupt`].
//! * Updates are guarded by the version that was read: [`StoreError::Stale`].
//!
//! SQLite in WAL mode with `synchronous=FULL`, or PostgreSQL with `synchronous_commit=on`: what was committed survives a power cut. Each query has one text for
//! both (`$1`, TEXT, BIGINT); what differs is in `backend.rs`. An SQLite file is encrypted (SQLCipher), and without a key none is opened or made (`file.rs`). Not here: decisions, access, time
//! (arguments).

mod backend;
mod db;
mod ending;
mod error;
mod file_key;
mod migrations;
mod paging;
mod row;
mod sql;
mod walks;
mod writer;

pub mod appointments;
pub mod audit;
pub mod availability;
pub mod backup;
pub mod box_certificates;
pub mod boxes;
pub mod break_glass;
pub mod calendars;
pub mod consents;
pub mod consultation_notes;
pub mod consultations;
pub mod courier_runs;
pub mod deliveries;
pub mod discrepancies;
pub mod dispenses;
pub mod documents;
pub mod doses;
pub mod duplicates;
pub mod duty;
pub mod ecgs;
pub mod eligibility;
pub mod enrolment_codes;
pub mod file;
pub mod homes;
pub mod idempotency;
pub mod invitations;
pub mod jobs;
pub mod joint_consultations;
pub mod legal_holds;
pub mod licences;
pub mod media_timeline;
pub mod notes;
pub mod observations;
pub mod open_work;
pub mod passkeys;
pub mod pharmacies;
pub mod pharmacy_offers;
pub mod pharmacy_systems;
pub mod prescription_favourites;
pub mod prescriptions;
pub mod rebookings;
pub mod recalls;
pub mod receipts;
pub mod recording_answers;
pub mod recordings;
pub mod recovery_codes;
pub mod referrals;
pub mod refills;
pub mod relations;
pub mod reminders;
pub mod residents;
pub mod retention;
pub mod rounds;
pub mod safety_overrides;
pub mod sealed;
pub mod second_factors;
pub mod sessions;
pub mod signing_keys;
pub mod staff;
pub mod staff_identities;
pub mod stills;
pub mod stock;
pub mod temperatures;
#[cfg(feature = "testing")]
pub mod testing;
pub mod throttle;
pub mod transports;
pub mod urgent_calls;
pub mod visits;
pub mod waitlist;
pub mod webhook_deliveries;

pub use backend::{Backend, Location};
pub use db::{Db, Options, Read, Store, Tx};
pub use error::StoreError;
pub use file_key::{FileKey, FileKeys};
pub use paging::{Cursor, CursorError, Paging, Slice};
