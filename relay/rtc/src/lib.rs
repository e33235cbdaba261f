//! Browser legs of the relay: WebRTC without a task, a socket or a lock per peer.
//!
//! A few threads ([`Shards`]) share one UDP port. Each owns its socket, the rooms placed on it ([`yunzhen_media::Room`]) and a
//! sans-IO WebRTC core per browser. The asynchronous side speaks to them through bounded queues: [`RoomHandle`] for what is
//! asked, [`ExternalHandle`] and [`ExternalSink`] for a box's packets, a snapshot and events back.
//!
//! | module | what |
//! |---|---|
//! | `sdp` | what an offer asks for, and the same offer reduced to what the relay speaks |
//! | `peer` | one browser: offer to close, datagrams in and out, media and feedback between; sealing behind a trait |
//! | `mux` | one port, who is who |
//! | `batch` | datagrams out with segmentation offload, and without where that fails |
//! | `shard` | the loop: socket, queues, timers; rooms ↔ legs |
//! | `room`, `external`, `intake`, `queue` | the asynchronous face |
//! | `quic` | the boxes' socket for quinn, with fewer wake-ups |
//! | [`client`] | the other side of a leg, for tests and load |
//!
//! Not here: HTTP, tokens, who may join (the relay); forwarding decisions (`yunzhen-media`); TURN and ICE-TCP.

mod batch;
pub mod client;
mod clock;
mod config;
mod error;
mod external;
mod intake;
mod mux;
mod peer;
mod queue;
mod quic;
mod room;
pub mod sdp;
mod shard;
mod shards;
mod slab;

pub use config::{DtlsCertificate, Limits, ShardsConfig, Timing};
pub use error::{ConnectError, PatchError, StartError, Stopped};
pub use external::{Burst, ExternalConfig, ExternalHandle, ExternalSink, MediaFlow};
pub use intake::{Intake, MAX_BURST, Refused, SharedSeen};
pub use quic::QuicRuntime;
pub use room::{
    Answer, ConnectLeg, LeaveReason, LegDirection, LegId, Listening, NewParticipant, Patched, RoomEvent, RoomEvents,
    RoomHandle, RoomSnapshot,
};
pub use shards::{Shards, Sizes};
/// Which of several paths is used for what; drivers that may not depend on the core take it from here.
pub use yunzhen_media::paths;
pub use yunzhen_media::room::Given;
pub use yunzhen_media::uplink::Totals;

pub(crate) use yunzhen_media::protocol;
