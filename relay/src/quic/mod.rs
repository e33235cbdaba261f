//! Boxes over QUIC: one connection per path of a box, with a client certificate, a control stream, HTTP requests and bulk on streams, RTP in datagrams.
//!
//! What is here: admission ([`endpoint`]), one box from handshake to drain ([`session`]), its paths ([`paths`]), its control stream ([`control`]), its requests
//! ([`requests`]), its stills and segments of recordings ([`bulk`]), its media in both directions ([`uplink`], [`downlink`]). What is not: which consultation the media belongs to (`rooms`), what a
//! request does (`http`). The bytes are those of PROTOCOL.md.

pub mod bulk;
pub mod control;
pub mod downlink;
pub mod endpoint;
pub mod part;
pub mod paths;
pub mod requests;
pub mod session;
pub mod uplink;

/// Application error codes of CONNECTION_CLOSE, as PROTOCOL.md lists them.
pub mod close {
    /// The certificate is not a box's.
    pub const FOREIGN: u32 = 0x1;
    /// The certificate names a home that this relay does not know.
    pub const UNKNOWN_HOME: u32 = 0x2;
    /// The protocol version is not spoken here.
    pub const VERSION: u32 = 0x3;
    /// The relay is being stopped.
    pub const DRAINING: u32 = 0x4;
    /// A newer connection of the same box took over.
    pub const REPLACED: u32 = 0x5;
    /// The box said bye.
    pub const BYE: u32 = 0x6;
    /// The relay is full, or the box does not read what it is told.
    pub const BUSY: u32 = 0x7;
    /// The certificate was revoked.
    pub const REVOKED: u32 = 0x8;
}
