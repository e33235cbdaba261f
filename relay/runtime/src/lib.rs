//! What every binary of Yunzhen does the same way: read its settings, tell what it does, keep its tasks, accept connections, stop.
//!
//! It knows nothing about care, media or certificates; it uses no other crate of the workspace.

pub mod allowance;
pub mod backoff;
pub mod clock;
pub mod crowd;
pub mod floor;
pub mod lifecycle;
pub mod private_file;
pub mod ready;
pub mod sealed;
pub mod serve;
pub mod settings;
pub mod telemetry;
pub mod web;

pub use lifecycle::{Crash, Lifecycle};
pub use ready::print_ready;
