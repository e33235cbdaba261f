//! How a packet for a browser becomes SRTP on the wire: the seam behind which sealing can change without the rest noticing.
//!
//! [`CoreEgress`] hands packets to the WebRTC core, which walks its eight layers. An egress that seals by itself (the keys can
//! be had from a wrapping crypto provider) would implement the same trait and pay for one.

use std::time::Instant;

use bytes::BytesMut;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::rtp;
use rtc::sansio::Protocol;

/// Seals and queues media for one leg.
pub(crate) trait Egress {
    /// Queues one RTP packet whose SSRC, payload type and sequence number are final.
    fn rtp(&mut self, core: &mut RTCPeerConnection, now: Instant, packet: rtp::Packet);

    /// Queues one compound RTCP packet.
    fn rtcp(&mut self, core: &mut RTCPeerConnection, now: Instant, packets: Vec<Box<dyn rtc::rtcp::Packet>>);

    /// The next datagram for the leg's media address that did not pass through the core.
    fn poll(&mut self) -> Option<BytesMut>;
}

/// Through the core.
#[derive(Debug, Default)]
pub(crate) struct CoreEgress;

impl Egress for CoreEgress {
    fn rtp(&mut self, core: &mut RTCPeerConnection, now: Instant, packet: rtp::Packet) {
        // The core ignores the track's name on the way out; it only refuses writes after its end, which is counted there.
        if let Err(error) =
            core.handle_write(TaggedRTCMessage { now, message: RTCMessage::RtpPacket(String::new(), packet) })
        {
            tracing::trace!(%error, "the core refused an RTP packet");
        }
    }

    fn rtcp(&mut self, core: &mut RTCPeerConnection, now: Instant, packets: Vec<Box<dyn rtc::rtcp::Packet>>) {
        if let Err(error) =
            core.handle_write(TaggedRTCMessage { now, message: RTCMessage::RtcpPacket(String::new(), packets) })
        {
            tracing::trace!(%error, "the core refused an RTCP packet");
        }
    }

    fn poll(&mut self) -> Option<BytesMut> {
        None
    }
}
