//! What a browser's offer asks for, and the same offer reduced to what the relay speaks.
//!
//! An offer is read once into [`Offer`]: its m-lines in order, each with direction, slot and the payload types and extension
//! numbers of *this* browser. [`Offer::reduced`] is the text that the WebRTC core answers: one H.264, one VP8 and Opus with
//! their retransmission formats, two header extensions, no candidates, no simulcast. So whatever the core could misread is
//! not there, and the answer names exactly what [`codec`] maps. Redundant audio stays where the offer has it for Opus: which of
//! the two comes first is the browser's own order, and what it sends by; it takes both.
//!
//! Slot order is positional: the n-th audio line and the n-th video line that the client receives on are slot n. The first
//! audio and the first video line that the client sends on are its publication; a further video line that it only sends on is its low
//! picture, made while the room wants it (docs/layers.md says why this is no simulcast with RIDs).

pub mod codec;
mod offer;

pub use codec::{CodecFormat, RedFormat};
pub use offer::{Direction, MediaLine, Offer, OfferError, OfferLimits};

/// What an ICE restart is answered with (RFC 8840): credentials and candidates of the answer's first section.
pub(crate) fn restart_fragment(answer: &str, ufrag: &str, pwd: &str) -> String {
    let mut out = format!("a=ice-lite\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n");
    let sections = answer.lines().skip_while(|line| !line.starts_with("m="));
    let mut seen = 0;
    for line in sections {
        seen += usize::from(line.starts_with("m="));
        if seen > 1 {
            break;
        }
        if ["m=", "a=mid:", "a=candidate:", "a=end-of-candidates"].iter().any(|start| line.starts_with(start)) {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out
}

/// Transport-wide congestion control sequence numbers.
pub const TRANSPORT_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
/// Media identification, which bundles name an m-line by.
pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
