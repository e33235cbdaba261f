//! A box's datagrams (RTP over QUIC) as packets for its room.

use bytes::Bytes;
use yunzhen_media::protocol::fragment::Reassembler;
use yunzhen_media::protocol::roq::{Datagram, Flow};

use crate::external::{Burst, MediaFlow};

/// Most datagrams that one burst may hold: what waits behind them gets its turn.
pub const MAX_BURST: usize = 64;

/// Not a datagram that a box sends: malformed, or of a flow that only the relay sends.
#[derive(Debug, thiserror::Error)]
#[error("not a datagram that a box sends")]
pub struct Refused;

/// One box's datagrams; fragments are put together.
#[derive(Debug, Default)]
pub struct Intake {
    reassembler: Reassembler,
}

impl Intake {
    /// Hands a datagram's packet to the room, once it is whole. A full queue drops the packet and counts it: a late picture is worth
    /// nothing.
    pub fn take(&mut self, burst: &Burst<'_>, datagram: Bytes) -> Result<(), Refused> {
        let datagram = Datagram::decode(datagram).map_err(|_| Refused)?;
        let (slot, flow) = match datagram.flow {
            Flow::Video => (None, MediaFlow::Video),
            Flow::Audio => (None, MediaFlow::Audio),
            Flow::Feedback => (None, MediaFlow::Rtcp),
            Flow::SlotFeedback(slot) => (Some(slot), MediaFlow::Rtcp),
            Flow::SlotVideo(_) | Flow::SlotAudio(_) => return Err(Refused),
        };
        let packet = if datagram.is_fragment {
            match self.reassembler.push(datagram.flow, datagram.packet).map_err(|_| Refused)? {
                Some(packet) => packet,
                None => return Ok(()),
            }
        } else {
            datagram.packet
        };
        burst.push(slot, flow, packet);
        Ok(())
    }
}
