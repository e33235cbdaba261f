//! Several paths between one box and the relay: sound goes on all, the picture on one. Pure; both ends use it.
//!
//! | module | what |
//! |---|---|
//! | [`health`] | whether a path is alive, by what the far end tells of it |
//! | [`choice`] | which path carries the picture |
//! | [`seen`] | what came by another path already |
//!
//! Not here: how fast a path is sent on ([`crate::congestion`]), and connections.

pub mod choice;
pub mod health;
pub mod seen;

pub use choice::{Choice, Moved, View, Why};
pub use health::Health;
pub use seen::Seen;
