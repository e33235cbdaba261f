//! Recordings as files of this relay: segments as boxes bring them, and the one file that is made of them. All of it is sealed with the recording's own key; only
//! while a recording is assembled a file in clear lies beside, for its owner alone, and goes before the recording is kept.
//!
//! | module | what |
//! |---|---|
//! | [`files`] | where the bytes are |
//! | [`timeline`] | what lies where, and what is missing; pure |
//! | [`mux`] | segments → fragmented MP4, without transcoding |
//!
//! Not here: who may record and watch, and what the record says of it (`app::recordings`); how segments come (`quic::bulk`).

pub mod files;
pub mod mux;
pub mod timeline;

pub use files::{Files, Lost};
