//! The forwarding core: who receives which packet, with which numbers on it.
//!
//! Sans-IO: [`room::Room`] is given `(now, Input)` and drained of [`room::Output`]s. No sockets, no clocks, no tasks, no locks; the
//! drivers (the relay's QUIC session and browser legs) only translate. Media never waits for a database.
//!
//! Order for a driver: [`room::Room::handle`], then [`room::Room::poll_output`] until `None`, then [`room::Room::poll_timeout`].
//!
//! | module | what |
//! |---|---|
//! | [`room`] | participants, slots, forwarding, state |
//! | [`rewrite`] | one outgoing source: numbers and times that go on across changes of what feeds it |
//! | [`send_buffer`] | packets kept for a while, to drop repeats and to answer NACKs |
//! | [`nack`] | which packets of a source are missing, and when to ask again |
//! | [`keyframe`] | one request for many askers |
//! | [`bitrate`] | how fast the home may send, from loss |
//! | [`congestion`] | how fast the box may send, from arrival times |
//! | [`downlink`] | what is sent to a box, at the rate its link takes |
//! | [`pacing`] | pictures to a browser, spread over some milliseconds |
//! | [`pictures`] | how much of a picture a link takes |
//! | [`ladder`] | which picture a bit rate is worth |
//! | [`layers`] | which of two pictures of one camera a viewer is sent |
//! | [`repair`] | re-creating what the link loses: earlier sound with later sound, parity |
//! | [`red`] | redundant audio to and from browsers |
//! | [`link`] | link quality in words |
//! | [`uplink`] | what arrives from a box, counted |
//! | [`paths`] | several paths between box and relay: which carries the picture, which are dead, what came twice |
//! | [`codec`], [`h264`], [`vp8`], [`opus`] | what must be known of payloads |

pub mod bitrate;
pub mod codec;
pub mod congestion;
pub mod downlink;
pub mod h264;
pub mod keyframe;
pub mod ladder;
pub mod layers;
pub mod link;
pub mod nack;
pub mod opus;
pub mod pacing;
pub mod paths;
pub mod pictures;
pub mod red;
pub mod repair;
pub mod rewrite;
pub mod room;
pub mod send_buffer;
pub mod sequence;
pub mod uplink;
pub mod vp8;

pub use codec::{Codec, MediaKind, PayloadTypes};
pub use room::{Input, Join, LegId, Output, Room, RoomConfig};

/// The packets and room types that the core is spoken to in; drivers that may not depend on the protocol crate take them from here.
pub use yunzhen_protocol as protocol;
