//! A box's datagrams (RTP over QUIC) as packets for its room.

use std::time::Duration;

use bytes::Bytes;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::arrivals::Arrivals;
use yunzhen_media::protocol::fragment::Reassembler;
use yunzhen_media::protocol::roq::{Datagram, Flow};
use yunzhen_media::protocol::rtp::RtpView;

use crate::external::{Burst, MediaFlow};

/// Most datagrams that one burst may hold: what waits behind them gets its turn.
pub const MAX_BURST: usize = 64;

/// Not a datagram that a box sends: malformed, or of a flow that only the relay sends.
#[derive(Debug, thiserror::Error)]
#[error("not a datagram that a box sends")]
pub struct Refused;

/// One box's datagrams; fragments are put together, and what is to be told of their arrival is kept.
#[derive(Debug, Default)]
pub struct Intake {
    reassembler: Reassembler,
    arrivals: Arrivals,
}

impl Intake {
    /// Hands a datagram's packet to the room, once it is whole. A full queue drops the packet and counts it: a late picture is worth
    /// nothing. `at` is when its burst arrived, on a clock that goes on when the box connects anew.
    pub fn take(&mut self, burst: &Burst<'_>, at: Duration, datagram: Bytes) -> Result<(), Refused> {
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
        let kind = match flow {
            MediaFlow::Video => Some(MediaKind::Video),
            MediaFlow::Audio => Some(MediaKind::Audio),
            MediaFlow::Rtcp => None,
        };
        // What is no RTP the room refuses.
        if let (Some(kind), Ok(view)) = (kind, RtpView::parse(&packet)) {
            self.arrivals.arrived(at, kind, view.header());
        }
        burst.push(slot, flow, packet);
        Ok(())
    }

    /// What is to be told to the box about the arrival of its packets, and when.
    pub const fn arrivals(&mut self) -> &mut Arrivals {
        &mut self.arrivals
    }
}
