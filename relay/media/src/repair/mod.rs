//! What a box sends besides its media so that the relay can re-create what the link loses, and the re-creating. Sans-IO, both ends.
//!
//! | module | what |
//! |---|---|
//! | [`losses`] | how much is lost and in what runs, from the reports of arrivals |
//! | [`policy`] | what to do about it: numbers only |
//! | [`outgoing`] | the box: earlier sound with later sound, parity behind pictures |
//! | [`incoming`] | the relay: what is re-created, what is refused |
//! | [`code`] | Reed–Solomon over shards of one length |
//! | [`deadline`] | what is still worth sending again |
//!
//! On a link that loses nothing neither end does anything here: no copy, no parity, nothing kept. Not here: the bytes (`yunzhen_protocol::repair`), asking
//! for missing packets ([`crate::nack`]), the rate that all of this is taken from (the box's outbox).

pub mod code;
pub mod deadline;
pub mod incoming;
pub mod losses;
pub mod outgoing;
pub mod policy;

pub use incoming::Incoming;
pub use losses::Losses;
pub use outgoing::Outgoing;
