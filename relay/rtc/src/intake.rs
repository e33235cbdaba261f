//! A box's datagrams (RTP over QUIC) as packets for its room.

use std::time::Duration;

use bytes::Bytes;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::arrivals::Arrivals;
use yunzhen_media::protocol::fragment::Reassembler;
use yunzhen_media::protocol::roq::{Datagram, Flow};
use yunzhen_media::protocol::rtcp;
use yunzhen_media::protocol::rtp::RtpView;
use yunzhen_media::repair::{self, Incoming};
use yunzhen_media::uplink::{Meter, Totals};

use crate::external::{Burst, MediaFlow};

/// Most datagrams that one burst may hold: what waits behind them gets its turn.
pub const MAX_BURST: usize = 64;

/// Why a datagram was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Malformed, or of a flow that only the relay sends.
    #[error("not a datagram that a box sends")]
    Datagram,
    /// What it would re-create cannot be.
    #[error(transparent)]
    Repair(#[from] repair::incoming::Refused),
}

impl Refused {
    /// For counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Datagram => "datagram",
            Self::Repair(refused) => refused.name(),
        }
    }
}

/// One box's datagrams; fragments are put together, what is lost is re-created as far as it can be, and what is to be told of their arrival is kept.
#[derive(Debug, Default)]
pub struct Intake {
    reassembler: Reassembler,
    arrivals: Arrivals,
    incoming: Incoming,
    meter: Meter,
}

impl Intake {
    /// Hands a datagram's packet to the room, once it is whole. A full queue drops the packet and counts it: a late picture is worth
    /// nothing. `at` is when its burst arrived, on a clock that goes on when the box connects anew. What the box says of arrivals is no packet for the room: it is given back.
    pub fn take(&mut self, burst: &Burst<'_>, at: Duration, datagram: Bytes) -> Result<Option<Bytes>, Refused> {
        self.meter.datagram(datagram.len());
        let Datagram { flow, is_fragment, packet } = Datagram::decode(datagram).map_err(|_| Refused::Datagram)?;
        let packet = if is_fragment {
            match self.reassembler.push(flow, packet).map_err(|_| Refused::Datagram)? {
                Some(packet) => packet,
                None => return Ok(None),
            }
        } else {
            packet
        };
        match flow {
            Flow::Video => self.picture(burst, at, packet)?,
            Flow::Audio => self.sound(burst, at, packet),
            Flow::Feedback if rtcp::is_arrivals(&packet) => return Ok(Some(packet)),
            Flow::Feedback => {
                burst.push(None, MediaFlow::Rtcp, packet);
            }
            Flow::SlotFeedback(slot) => {
                burst.push(Some(slot), MediaFlow::Rtcp, packet);
            }
            Flow::Repair => self.repair(burst, at, packet)?,
            Flow::SlotVideo(_) | Flow::SlotAudio(_) => return Err(Refused::Datagram),
        }
        Ok(None)
    }

    fn picture(&mut self, burst: &Burst<'_>, at: Duration, packet: Bytes) -> Result<(), Refused> {
        // What is no RTP the room refuses.
        let restored = RtpView::parse(&packet).map(|view| {
            self.arrivals.arrived(at, MediaKind::Video, view.header());
            self.meter.arrived(at, MediaKind::Video, view.header());
            self.incoming.picture(at, view.header().sequence, &packet)
        });
        burst.push(None, MediaFlow::Video, packet);
        if let Ok(restored) = restored {
            self.pictures(burst, restored?);
        }
        Ok(())
    }

    fn sound(&mut self, burst: &Burst<'_>, at: Duration, packet: Bytes) {
        if let Ok(view) = RtpView::parse(&packet) {
            self.arrivals.arrived(at, MediaKind::Audio, view.header());
            self.meter.arrived(at, MediaKind::Audio, view.header());
            self.incoming.sound(at, view.header());
        }
        burst.push(None, MediaFlow::Audio, packet);
    }

    fn repair(&mut self, burst: &Burst<'_>, at: Duration, content: Bytes) -> Result<(), Refused> {
        let taken = self.incoming.repair(at, content)?;
        if let Some(number) = taken.parity {
            self.arrivals.parity_arrived(at, number);
        }
        if !taken.sounds.is_empty() {
            metrics::counter!("yunzhen_repaired_total", "kind" => "sound").increment(taken.sounds.len() as u64);
        }
        self.meter.restored(MediaKind::Audio, taken.sounds.len());
        for packet in taken.sounds {
            burst.push(None, MediaFlow::Audio, packet);
        }
        if let Some(packet) = taken.sound {
            self.sound(burst, at, packet);
        }
        self.pictures(burst, taken.pictures);
        Ok(())
    }

    fn pictures(&mut self, burst: &Burst<'_>, restored: Vec<Bytes>) {
        if restored.is_empty() {
            return;
        }
        metrics::counter!("yunzhen_repaired_total", "kind" => "picture").increment(restored.len() as u64);
        self.meter.restored(MediaKind::Video, restored.len());
        for packet in restored {
            burst.push(None, MediaFlow::Video, packet);
        }
    }

    /// What came so far, counted.
    pub const fn totals(&self) -> Totals {
        self.meter.totals()
    }

    /// What is to be told to the box about the arrival of its packets, and when.
    pub const fn arrivals(&mut self) -> &mut Arrivals {
        &mut self.arrivals
    }
}
