//! What a shard holds per leg.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use yunzhen_media::MediaKind;
use yunzhen_media::pacing::LegPacer;
use yunzhen_media::protocol::room::ParticipantId;
use yunzhen_media::protocol::rtcp::{ReportBlock, SenderInfo};

use crate::external::{ExternalConfig, ExternalSink};
use crate::peer::Peer;
use crate::room::LegId;

/// Sender reports remembered per stream, to tell the round trip from the answers.
const REPORTS: usize = 4;

pub(super) struct Leg {
    pub id: LegId,
    pub participant: ParticipantId,
    pub room: u64,
    pub transport: Transport,
}

pub(super) enum Transport {
    Browser(Box<Browser>),
    External(External),
}

pub(super) struct External {
    pub sink: Box<dyn ExternalSink>,
    pub config: ExternalConfig,
    pub is_down: bool,
    pub is_dirty: bool,
}

/// Where a browser is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Path {
    pub remote: SocketAddr,
    /// The address of ours that it uses, where the port is bound to all of them.
    pub source: Option<IpAddr>,
}

pub(super) struct Browser {
    pub peer: Peer,
    pub ufrag: String,
    pub pwd: String,
    pub path: Option<Path>,
    /// When something last came over it.
    pub path_heard: Instant,
    /// Bound in the mux, oldest first.
    pub addresses: Vec<SocketAddr>,
    pub scheduled: Option<Instant>,
    pub setup_until: Instant,
    pub is_dirty: bool,
    /// Pictures on their way to it, and when the next of them are due.
    pub pacer: LegPacer,
    pub paced: Option<Instant>,
    pub sent_reports: Vec<SentReport>,
    /// Only this participant, on slot 0 (WHEP), and the room's slot where they are now.
    pub watch: Option<(ParticipantId, Option<u8>)>,
}

pub(super) struct SentReport {
    slot: u8,
    kind: MediaKind,
    middle: u32,
    at: Instant,
}

impl Browser {
    /// The m-line slot for a slot of the room.
    pub(super) fn line_slot(&self, room_slot: u8) -> Option<u8> {
        match self.watch {
            None => Some(room_slot),
            Some((_, at)) => (at == Some(room_slot)).then_some(0),
        }
    }

    /// The room's slot for an m-line slot.
    pub(super) fn room_slot(&self, line_slot: u8) -> Option<u8> {
        match self.watch {
            None => Some(line_slot),
            Some((_, at)) => at.filter(|_| line_slot == 0),
        }
    }

    pub(super) fn send_report(&mut self, now: Instant, slot: u8, kind: MediaKind, info: &SenderInfo) {
        self.peer.send_report(now, slot, kind, info);
        if self.sent_reports.len() >= REPORTS * 4 {
            self.sent_reports.remove(0);
        }
        self.sent_reports.push(SentReport { slot, kind, middle: (info.ntp >> 16) as u32, at: now });
    }

    /// The round trip that a report block tells: since our sender report, less what the browser kept it (RFC 3550 6.4.1).
    pub(super) fn round_trip(&self, now: Instant, slot: u8, kind: MediaKind, block: &ReportBlock) -> Option<Duration> {
        let sent =
            self.sent_reports.iter().rev().find(|sent| {
                (sent.slot, sent.kind, sent.middle) == (slot, kind, block.last_sr) && block.last_sr != 0
            })?;
        let kept = Duration::from_micros(u64::from(block.delay_since_last_sr) * 1_000_000 / 65_536);
        Some(now.saturating_duration_since(sent.at).saturating_sub(kept))
    }
}
