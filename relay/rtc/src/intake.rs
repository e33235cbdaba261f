//! A box's datagrams (RTP over QUIC) as packets for its room.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use yunzhen_media::MediaKind;
use yunzhen_media::congestion::arrivals::Arrivals;
use yunzhen_media::paths::Seen;
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

/// What came by any path of one box; clones are the same. As long as the box has had one path only nothing is kept and no lock is taken.
#[derive(Debug, Clone, Default)]
pub struct SharedSeen(Arc<Several>);

#[derive(Debug, Default)]
struct Several {
    begun: AtomicBool,
    seen: Mutex<Seen>,
    meter: Mutex<Meter>,
}

impl SharedSeen {
    /// The box has several paths: from here on what comes twice is dropped.
    pub fn begin(&self) {
        self.0.begun.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.begun.load(Ordering::Relaxed)
    }

    fn is_new(&self, kind: MediaKind, packet: &Bytes) -> bool {
        // What is no RTP the room refuses.
        let Some(view) = self.has_begun().then(|| RtpView::parse(packet).ok()).flatten() else {
            return true;
        };
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).is_new(kind, view.header())
    }

    fn is_new_low(&self, packet: &Bytes) -> bool {
        let Some(view) = self.has_begun().then(|| RtpView::parse(packet).ok()).flatten() else {
            return true;
        };
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).is_new_low(view.header())
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.0.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what came by another path already.
fn counted(is_new: bool) -> bool {
    if !is_new {
        metrics::counter!("yunzhen_paths_duplicates_total").increment(1);
    }
    is_new
}

/// The datagrams of one path of a box; fragments are put together, what is lost is re-created as far as it can be, and what is to be told of their arrival is kept.
#[derive(Debug, Default)]
pub struct Intake {
    reassembler: Reassembler,
    arrivals: Arrivals,
    incoming: Incoming,
    /// As long as the box has had one path only; after that what they share counts.
    meter: Meter,
    seen: SharedSeen,
}

impl Intake {
    /// One path of those that share what they have seen.
    pub fn sharing(seen: SharedSeen) -> Self {
        Self { seen, ..Self::default() }
    }

    /// Whether it did not come by another path.
    fn is_new(&self, kind: MediaKind, packet: &Bytes) -> bool {
        counted(self.seen.is_new(kind, packet))
    }

    /// To the room, unless it came by another path.
    fn push_restored(&mut self, burst: &Burst<'_>, kind: MediaKind, packet: Bytes) {
        if self.is_new(kind, &packet) {
            self.meter(|meter| meter.restored(kind, 1));
            burst.push(None, kind.into(), packet);
        }
    }

    /// Counts. Several paths are counted as one link: what one brings the other has not lost.
    fn meter<T>(&mut self, count: impl FnOnce(&mut Meter) -> T) -> T {
        if !self.seen.has_begun() {
            return count(&mut self.meter);
        }
        let mut meter = self.seen.meter();
        if self.meter.has_counted() {
            meter.absorb(std::mem::take(&mut self.meter));
        }
        count(&mut meter)
    }

    /// Hands a datagram's packet to the room, once it is whole. A full queue drops the packet and counts it: a late picture is worth
    /// nothing. `at` is when its burst arrived, on a clock that goes on when the box connects anew. What the box says of arrivals is no packet for the room: it is given back.
    pub fn take(&mut self, burst: &Burst<'_>, at: Duration, datagram: Bytes) -> Result<Option<Bytes>, Refused> {
        self.meter(|meter| meter.datagram(datagram.len()));
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
            Flow::LowVideo => self.low_picture(burst, at, packet),
            Flow::SlotVideo(_) | Flow::SlotAudio(_) => return Err(Refused::Datagram),
        }
        Ok(None)
    }

    fn picture(&mut self, burst: &Burst<'_>, at: Duration, packet: Bytes) -> Result<(), Refused> {
        let new = self.is_new(MediaKind::Video, &packet);
        // What is no RTP the room refuses.
        let restored = RtpView::parse(&packet).map(|view| {
            let header = view.header();
            self.arrivals.arrived(at, MediaKind::Video, header);
            if new {
                self.meter(|meter| meter.arrived(at, MediaKind::Video, header));
            }
            self.incoming.picture(at, header.sequence, &packet)
        });
        if new {
            burst.push(None, MediaFlow::Video, packet);
        }
        if let Ok(restored) = restored {
            self.pictures(burst, restored?);
        }
        Ok(())
    }

    /// The low picture has no parities, and says nothing of the link in the timeline: what is lost of it is asked for again, like the rest.
    fn low_picture(&mut self, burst: &Burst<'_>, at: Duration, packet: Bytes) {
        // What is no RTP the room refuses.
        if let Ok(view) = RtpView::parse(&packet) {
            self.arrivals.low_arrived(at, view.header());
        }
        if counted(self.seen.is_new_low(&packet)) {
            burst.push_low(packet);
        }
    }

    fn sound(&mut self, burst: &Burst<'_>, at: Duration, packet: Bytes) {
        let new = self.is_new(MediaKind::Audio, &packet);
        if let Ok(view) = RtpView::parse(&packet) {
            let header = view.header();
            self.arrivals.arrived(at, MediaKind::Audio, header);
            if new {
                self.meter(|meter| meter.arrived(at, MediaKind::Audio, header));
            }
            self.incoming.sound(at, header);
        }
        if new {
            burst.push(None, MediaFlow::Audio, packet);
        }
    }

    fn repair(&mut self, burst: &Burst<'_>, at: Duration, content: Bytes) -> Result<(), Refused> {
        let taken = self.incoming.repair(at, content)?;
        if let Some(number) = taken.parity {
            self.arrivals.parity_arrived(at, number);
        }
        if !taken.sounds.is_empty() {
            metrics::counter!("yunzhen_repaired_total", "kind" => "sound").increment(taken.sounds.len() as u64);
        }
        for packet in taken.sounds {
            self.push_restored(burst, MediaKind::Audio, packet);
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
        for packet in restored {
            self.push_restored(burst, MediaKind::Video, packet);
        }
    }

    /// What came so far by any path of the box, counted.
    pub fn totals(&mut self) -> Totals {
        self.meter(|meter| meter.totals())
    }

    /// What is to be told to the box about the arrival of its packets, and when.
    pub const fn arrivals(&mut self) -> &mut Arrivals {
        &mut self.arrivals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_media::protocol::rtp::{RtpHeader, RtpPacket};

    /// As [`Intake::sound`], without a room.
    fn sound(intake: &mut Intake, sequence: u16) {
        let at = Duration::from_millis(20 * u64::from(sequence));
        let timestamp = 960 * u32::from(sequence);
        let header = RtpHeader { marker: false, payload_type: 111, sequence, timestamp, ssrc: 7 };
        let packet = RtpPacket { header, payload: Bytes::from_static(&[0xfc; 40]) }.to_bytes();
        intake.meter(|meter| meter.datagram(packet.len()));
        if intake.is_new(MediaKind::Audio, &packet) {
            intake.meter(|meter| meter.arrived(at, MediaKind::Audio, header));
        }
    }

    #[test]
    fn several_paths_are_counted_as_one_link_and_what_one_brings_the_other_has_not_lost() {
        let seen = SharedSeen::default();
        let mut first = Intake::sharing(seen.clone());
        [1, 2].into_iter().for_each(|sequence| sound(&mut first, sequence));
        seen.begin();
        let mut second = Intake::sharing(seen);
        // The first loses 4, the second 5, both 6.
        for (one, other) in [(Some(3), Some(3)), (None, Some(4)), (Some(5), None), (Some(7), Some(7))] {
            one.into_iter().for_each(|sequence| sound(&mut first, sequence));
            other.into_iter().for_each(|sequence| sound(&mut second, sequence));
        }
        let totals = first.totals();
        assert_eq!((totals.came, totals.lost, totals.sounds), (6, 1, 6));
        assert_eq!(totals.bytes, 8 * 52, "and the bytes are those of both");
        assert_eq!(second.totals(), totals);
    }
}
