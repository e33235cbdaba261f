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
//! * [`audit_heads`]: the audit log's head, signed and published; [`audit_verify`]: the log held against it.
//! * [`openid`]: identity providers of hospitals, asked and verified.
//! * [`outgoing`]: events sent to pharmacies' systems over HTTP.
//! * [`setup`]: policy and formulary.
//! * [`register`]: homes, staff and pharmacies, for who installs.
//! * [`keys`]: where the keys come from that seal what lies at rest.
//! * [`record`]: the record of the settings, opened with them.
//! * [`vault`]: secrets that have to be read again, sealed.
//! * [`recordings`]: files of recordings, put together from what boxes bring.
//! * [`backup`]: the record as one sealed file, and back.
//! * [`seed`]: demo data.
//! * `certificates`: the relay's own files of certificates, watched.
//! * `disk`: work on files beside the tasks.
//!
//! What is not here: SQL (`yunzhen-store`), decisions about care (`yunzhen-domain`), packets (`yunzhen-media`, `yunzhen-rtc`).

pub mod app;
pub mod audit_heads;
pub mod audit_verify;
pub mod backup;
mod certificates;
pub mod config;
mod disk;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod openid;
pub mod outgoing;
pub mod print;
pub mod quic;
pub mod record;
pub mod recordings;
pub mod register;
pub mod relay;
pub mod rooms;
pub mod seed;
pub mod setup;
pub mod vault;
