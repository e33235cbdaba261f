//! The care record on disk: the only crate with SQL.
//!
//! * [`Store`]: one writer (`BEGIN IMMEDIATE`), a few readers, each in its own transaction; [`Tx`] can be committed only together with the audit facts of what it did.
//! * One module per feature with free functions: reads take `&mut Db` (a `Tx` or a [`Read`]), writes take `&mut Tx`, rows become domain records or [`StoreError::Corrupt`].
//! * Updates are guarded by the version that was read: [`StoreError::Stale`].
//!
//! SQLite in WAL mode with `synchronous=FULL`: what was committed survives a power cut. The text of the queries is kept portable (`$1`, TEXT, BIGINT) for
//! PostgreSQL. Not here: decisions, access, time (arguments).

mod db;
mod error;
mod migrations;
mod paging;
mod row;

pub mod audit;
pub mod boxes;
pub mod consultation_notes;
pub mod consultations;
pub mod deliveries;
pub mod eligibility;
pub mod homes;
pub mod idempotency;
pub mod invitations;
pub mod jobs;
pub mod notes;
pub mod observations;
pub mod pharmacies;
pub mod prescriptions;
pub mod residents;
pub mod sessions;
pub mod staff;
pub mod throttle;

pub use db::{Db, Options, Read, Store, Tx};
pub use error::StoreError;
pub use paging::{Cursor, CursorError, Paging, Slice};
