//! Pictures and sound on their way to the relay.
//!
//! | module | what |
//! |---|---|
//! | [`session`] | what should run, from what the relay, the page and the devices say; pure |
//! | [`splice`] | several sources as one RTP stream; pure |
//! | [`queue`] | what waits for room in the link, and what is dropped first; pure |

pub mod queue;
pub mod session;
pub mod splice;
