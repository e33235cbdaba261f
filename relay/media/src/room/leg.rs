//! One leg: who is on it, what it sends, what it receives where.

use std::time::{Duration, Instant};

use yunzhen_protocol::{
    room::{AudioState, Participant, ParticipantId, ParticipantKind, VideoState},
    rtp::{RtpHeader, RtpPacket},
};

use super::{
    io::{LegId, SlotConfig},
    layered::LowPicture,
    presence::Presence,
    source::{Source, kept},
    takes::{Limited, Receiving},
    thinning::Thinning,
};
use crate::{
    bitrate::{BitrateLimits, LossCap, Target},
    codec::{MediaKind, PayloadTypes},
    layers::{Choice, Layer, Rate},
    link::LinkMonitor,
    pictures::Pictures,
    repair::deadline::patience,
    rewrite::Rewriter,
    send_buffer::ResendGuard,
};

/// One outgoing source on one slot.
#[derive(Debug)]
pub(super) struct SlotTrack {
    pub(super) rewriter: Rewriter,
    pub(super) packets: u32,
    pub(super) octets: u32,
    /// Made with the first NACK: most legs never send one.
    pub(super) resends: Option<ResendGuard>,
    /// When the receiver last asked for something that had been sent to it in its time.
    pub(super) lost_at: Option<Instant>,
    pub(super) kind: MediaKind,
}

impl SlotTrack {
    fn new(ssrc: u32, kind: MediaKind) -> Self {
        let rewriter = Rewriter::new(ssrc, kind.clock_rate());
        Self { rewriter, packets: 0, octets: 0, resends: None, lost_at: None, kind }
    }

    /// The header with which a packet of the run goes out, and its place in the sums.
    pub(super) fn number(
        &mut self,
        now: Instant,
        extended: u64,
        packet: &RtpPacket,
        payload_type: u8,
    ) -> Option<RtpHeader> {
        let header = self.rewriter.rewrite(now, extended, packet.header, payload_type)?;
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(packet.payload.len() as u32);
        Some(header)
    }

    pub(super) fn resends(&mut self) -> &mut ResendGuard {
        self.resends.get_or_insert_with(|| ResendGuard::new(kept(self.kind)))
    }
}

/// One place where a leg receives a participant.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) source: Option<ParticipantId>,
    pub(super) audio: Option<SlotTrack>,
    pub(super) video: Option<SlotTrack>,
    pub(super) cap: LossCap,
    pub(super) thinning: Thinning,
    /// Which of two pictures is to be sent here, where there are two.
    pub(super) choice: Choice,
    /// Which is sent.
    pub(super) fed: Layer,
}

impl Slot {
    pub(super) fn new(config: SlotConfig, limits: BitrateLimits) -> Self {
        Self {
            source: None,
            audio: config.audio_ssrc.map(|ssrc| SlotTrack::new(ssrc, MediaKind::Audio)),
            video: config.video_ssrc.map(|ssrc| SlotTrack::new(ssrc, MediaKind::Video)),
            cap: LossCap::new(limits),
            thinning: Thinning::default(),
            choice: Choice::default(),
            fed: Layer::Main,
        }
    }

    pub(super) fn track_mut(&mut self, kind: MediaKind) -> Option<&mut SlotTrack> {
        match kind {
            MediaKind::Audio => self.audio.as_mut(),
            MediaKind::Video => self.video.as_mut(),
        }
    }

    /// Another participant, or nobody, is shown here from now on.
    pub(super) fn show(&mut self, source: Option<ParticipantId>, limits: BitrateLimits) {
        self.source = source;
        self.cap = LossCap::new(limits);
        self.thinning = Thinning::default();
        (self.choice, self.fed) = (Choice::default(), Layer::Main);
        for track in [&mut self.audio, &mut self.video].into_iter().flatten() {
            track.rewriter.stop();
            track.lost_at = None;
        }
    }
}

#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) participant: Participant,
    /// Order of joining, kept across a rejoin.
    pub(super) order: u64,
    pub(super) publish: PayloadTypes,
    pub(super) ask_missing: bool,
    pub(super) receive: PayloadTypes,
    /// What is sent arrives.
    pub(super) receives: bool,
    pub(super) audio: Source,
    pub(super) video: Source,
    /// What its picture has.
    pub(super) rate: Rate,
    /// Of one that can send a second picture.
    pub(super) low: Option<Box<LowPicture>>,
    pub(super) slots: Vec<Slot>,
    /// Who receives this leg: place in the room's list of legs, and slot.
    pub(super) watchers: Vec<(usize, u8)>,
    pub(super) presence: Presence,
    pub(super) down: bool,
    pub(super) link: LinkMonitor,
    pub(super) round_trip: Option<Duration>,
    pub(super) target: Target,
    /// Of a box whose link is measured.
    pub(super) receiving: Option<Receiving>,
    /// How much of its picture this leg is to send.
    pub(super) sends: Pictures,
    pub(super) limited: Limited,
}

/// Assumed until the transport says otherwise.
const USUAL_ROUND_TRIP: Duration = Duration::from_millis(80);

impl Leg {
    pub(super) fn source_mut(&mut self, kind: MediaKind) -> &mut Source {
        match kind {
            MediaKind::Audio => &mut self.audio,
            MediaKind::Video => &mut self.video,
        }
    }

    pub(super) fn source(&self, kind: MediaKind) -> &Source {
        match kind {
            MediaKind::Audio => &self.audio,
            MediaKind::Video => &self.video,
        }
    }

    /// Which of two pictures this leg is sent on a slot.
    pub(super) fn fed(&self, slot: u8) -> Layer {
        self.slots.get(usize::from(slot)).map_or(Layer::Main, |slot| slot.fed)
    }

    /// What feeds a slot on which this leg is shown.
    pub(super) fn feed(&self, kind: MediaKind, fed: Layer) -> &Source {
        match (kind, fed, &self.low) {
            (MediaKind::Video, Layer::Low, Some(low)) => &low.source,
            _ => self.source(kind),
        }
    }

    /// The pictures of a layer; its own ones where there is no low one.
    pub(super) fn picture_mut(&mut self, layer: Layer) -> &mut Source {
        match (layer, &mut self.low) {
            (Layer::Low, Some(low)) => &mut low.source,
            _ => &mut self.video,
        }
    }

    /// Its sound and its pictures.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        [&self.audio, &self.video].into_iter().chain(self.low.as_ref().map(|low| &low.source))
    }

    /// Whether the participant lets this be heard or seen.
    pub(super) fn is_on(&self, kind: MediaKind) -> bool {
        match kind {
            MediaKind::Audio => self.participant.audio == AudioState::On,
            MediaKind::Video => self.participant.video == VideoState::On,
        }
    }

    /// Whether others need a slot for this participant. Observers who only watch need none.
    pub(super) fn wants_slot(&self) -> bool {
        self.participant.kind != ParticipantKind::Observer
            || self.participant.audio != AudioState::None
            || self.participant.video != VideoState::None
    }

    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip.unwrap_or(USUAL_ROUND_TRIP)
    }

    /// Since when a hole in what comes to a slot may be why the picture there cannot be decoded: the receiver has had time to notice it and to say so.
    /// `None`: it is the receiver's own trouble, which no repair of a publisher's link heals.
    pub(super) fn noticed(&self, now: Instant, slot: u8) -> Option<Instant> {
        let track = self.slots.get(usize::from(slot))?.video.as_ref()?;
        let own = track.lost_at.is_some_and(|at| now.saturating_duration_since(at) < patience(self.round_trip()));
        if own || !track.rewriter.is_running() {
            return None;
        }
        now.checked_sub(self.round_trip.unwrap_or_default())
    }

    /// Something came from the other side. Returns whether what is shown changed.
    pub(super) fn heard(&mut self, now: Instant) -> bool {
        self.presence.heard(now);
        let before = self.participant.link;
        self.link.set_down(self.down);
        self.participant.link = self.link.shown();
        before != self.participant.link
    }
}
