//! The relay: forwards media between boxes (QUIC) and browsers (WebRTC), keeps the care record, and tells everyone what changed.
//!
//! Crate map, outermost first:
//!
//! * [`relay`]: start-up order, the one place that knows it; `main` and the tests call the same function.
//! * [`config`]: the settings file.
//! * [`http`]: the API on one page, for consoles over mutual TLS and for boxes over QUIC streams.
//! * [`quic`]: one box from handshake to drain.
//! * [`rooms`]: which consultation is live, over which legs; translates between care events, boxes and shards.
//! * [`app`]: use cases, one transaction each.
//! * [`jobs`]: what falls due by the clock.
//! * [`outgoing`]: events sent to pharmacies' systems over HTTP.
//! * [`setup`]: policy and formulary.
//! * [`register`]: homes, staff and pharmacies, for who installs.
//! * [`vault`]: secrets that have to be read again, sealed.
//! * [`recordings`]: files of recordings, put together from what boxes bring.
//! * [`seed`]: demo data.
//! * `disk`: work on files beside the tasks.
//!
//! What is not here: SQL (`yunzhen-store`), decisions about care (`yunzhen-domain`), packets (`yunzhen-media`, `yunzhen-rtc`).

pub mod app;
pub mod config;
mod disk;
pub mod http;
pub mod jobs;
pub mod outgoing;
pub mod print;
pub mod quic;
pub mod recordings;
pub mod register;
pub mod relay;
pub mod rooms;
pub mod seed;
pub mod setup;
pub mod vault;
