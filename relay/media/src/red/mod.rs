//! Redundant audio on browser legs (RFC 2198): earlier sounds travel once more with later ones.
//!
//! Towards a browser that takes it and whose link loses ([`Policy`]), each sound leaves with the one or two before it ([`Outgoing`]). From a browser that sends it, what
//! was lost is restored before the room sees the next packet ([`Incoming`]). Per leg and stream; payload types are the leg's. The bytes are `yunzhen_protocol::red`.
//! Between box and relay other repairs do this ([`crate::repair`]).
//!
//! **Never twice under one number.** SRTP's key stream hangs on the sequence number: the same number with other bytes gives the key stream away. So a sound that may have left with
//! others is not sent again (nor could its receiver use it: sound has no NACK where this is negotiated), and a number is wrapped once.

mod incoming;
mod outgoing;
mod policy;

pub use incoming::{Incoming, Taken};
pub use outgoing::Outgoing;
pub use policy::Policy;
