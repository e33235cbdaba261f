//! The bytes between a box, the relay and those who show rooms: what PROTOCOL.md says, as types.
//!
//! Pure parsing and building. No sockets, no clocks, no policy about what a message *means*: the relay's session and the
//! agent's link decide that. Every parser takes bytes from an untrusted peer, so none of them panics or allocates by a
//! length it has not checked; the fuzz targets in `fuzz/` hold them to it.
//!
//! | module | what |
//! |---|---|
//! | [`varint`] | QUIC variable-length integers |
//! | [`stream`] | the type that opens every stream |
//! | [`bulk`] | the head of a stream of bulk |
//! | [`segment`] | a few seconds of a recording |
//! | [`control`] | length-prefixed JSON messages, [`control::ToRelay`] and [`control::ToBox`] |
//! | [`room`] | who is in a room, as shown to people |
//! | [`roq`] | datagram = flow id + RTP or RTCP packet |
//! | [`fragment`] | packets larger than a datagram |
//! | [`rtp`], [`rtcp`] | RFC 3550 and the feedback of RFC 4585 and 5104 |
//! | [`repair`] | what re-creates lost packets |
//! | [`red`] | earlier sounds within a packet of sound, as browsers take them (RFC 2198) |
//! | [`ccfb`] | arrival times (RFC 8888), a packet of [`rtcp`] |
//! | [`sdpfrag`] | trickle ICE fragments (RFC 8840) |

pub mod bulk;
pub mod ccfb;
pub mod control;
pub mod fragment;
pub mod red;
pub mod repair;
pub mod room;
pub mod roq;
pub mod rtcp;
pub mod rtp;
pub mod sdpfrag;
pub mod segment;
pub mod stream;
pub mod varint;

/// The application protocol that both ends name in the TLS handshake.
pub const ALPN: &[u8] = b"yunzhen/1";

/// The protocol number in `hello`; a relay refuses a number it does not speak.
pub const VERSION: u32 = 1;

/// Payload types on the wire between box and relay. They are fixed: nothing negotiates them.
pub mod payload_type {
    /// H.264 constrained baseline 42e01f, packetization-mode 1, 90 kHz.
    pub const H264: u8 = 102;
    /// Opus, 48 kHz, two channels signalled.
    pub const OPUS: u8 = 111;
    /// VP8, 90 kHz (only the tablet's own camera, passed through).
    pub const VP8: u8 = 96;
}
