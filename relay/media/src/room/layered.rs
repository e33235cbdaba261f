//! Two pictures of one publisher: who is to have which, the packets of the low one, and the step from one to the other.
//!
//! Those who decide are the home and the specialists who watch, or the observers when none of those does. The one among them whose link takes most has the main picture and is not looked
//! at; who decides too and takes less than half of that, and an observer whose link takes less than what the main picture has, are given the low one ([`crate::layers`]). Who has the
//! low picture does not hold the main one down. While the low picture does not come (its publisher's link has no room for it) all is as if there was none, but now and then it is
//! given the time to begin: a publisher that is held down to what a weak viewer takes cannot find out that its link has room again. Where it has none, the weak one's picture is too
//! large for their link for that time ([`BEGINS`]); nothing that is known here says so beforehand.
//!
//! A step is carried out where a keyframe of the other picture begins; until then the viewer goes on with what they have.

use std::time::{Duration, Instant};

use yunzhen_protocol::{room::ParticipantKind, rtp::RtpPacket};

use super::{
    Leg, Room,
    forward::{Passing, fresh},
    io::{LegId, RoomError},
    leg::Slot,
    source::Source,
    thinning::Thinning,
};
use crate::{
    bitrate::LossCap,
    codec::MediaKind,
    layers::{Choice, Layer},
};

/// A low picture that was not heard of for so long does not come any more.
const SILENT: Duration = Duration::from_secs(1);
/// One that is asked for has begun within this.
const BEGINS: Duration = Duration::from_secs(3);
/// One that did not come is given that time again after this, and after twice as long each time.
const AGAIN_FIRST: Duration = Duration::from_secs(10);
const AGAIN_LAST: Duration = Duration::from_secs(160);

/// The second picture of a publisher that can send one.
#[derive(Debug)]
pub(super) struct LowPicture {
    pub(super) source: Source,
    /// Since when somebody is to have it, or when it was last given time to begin.
    wanted: Option<Instant>,
    heard: Option<Instant>,
    /// When it came last, or was last given time to begin, and how long it is not given any after that.
    missed: Option<Instant>,
    again: Duration,
}

impl LowPicture {
    fn new() -> Self {
        let source = Source::new(MediaKind::Video);
        Self { source, wanted: None, heard: None, missed: None, again: AGAIN_FIRST }
    }

    /// Whether the publisher is to send it.
    pub(super) const fn is_wanted(&self) -> bool {
        self.wanted.is_some()
    }

    /// Whether it comes at the moment.
    pub(super) fn comes(&self, now: Instant) -> bool {
        self.heard.is_some_and(|at| now.saturating_duration_since(at) < SILENT)
    }

    /// Looks whether it came, and gives it time anew when it was long ago.
    fn follow(&mut self, now: Instant, comes: bool) {
        if comes {
            (self.missed, self.again) = (Some(now), AGAIN_FIRST);
        } else if self.is_wanted() && now.saturating_duration_since(*self.missed.get_or_insert(now)) >= self.again {
            (self.wanted, self.missed) = (Some(now), Some(now));
            self.again = (2 * self.again).min(AGAIN_LAST);
        }
    }

    /// The publisher shows no picture.
    pub(super) fn off(&mut self) {
        self.source.gate.reset();
        self.source.missing.clear();
        self.heard = None;
    }
}

impl Leg {
    /// Whether a viewer of this leg has no say about its main picture, because they are given the low one, or are on trial with the main one.
    pub(super) fn spares(&self, now: Instant, viewer: &Self, slot: usize) -> bool {
        let comes = self.low.as_ref().is_some_and(|low| {
            low.comes(now) || low.wanted.is_some_and(|since| now.saturating_duration_since(since) < BEGINS)
        });
        let spared = |slot: &Slot| slot.choice.layer() == Layer::Low || slot.choice.is_tried(now);
        comes && viewer.slots.get(slot).is_some_and(spared)
    }

    fn takes_pictures(&self) -> bool {
        self.receives && !self.down && !self.is_paused()
    }

    /// What this leg's link takes of a slot's picture; `None`: everything, as far as is known.
    fn takes_bps(&self, slot: u8) -> Option<u32> {
        match self.receiving {
            Some(receiving) => receiving.limit_bps(),
            None => self.slots.get(usize::from(slot)).and_then(|slot| slot.cap.limit_bps()),
        }
    }
}

impl Slot {
    /// Another picture of the same publisher from here on.
    pub(super) fn feed_by(&mut self, layer: Layer) {
        self.fed = layer;
        self.thinning = Thinning::default();
        if let Some(track) = &mut self.video {
            track.rewriter.stop();
            (track.resends, track.lost_at) = (None, None);
        }
    }
}

/// The one who decides about the main picture, and what their link takes.
#[derive(Clone, Copy)]
struct Lead {
    place: usize,
    bps: u32,
}

impl Room {
    pub(super) fn offers_low(&mut self, now: Instant, leg: LegId) -> Result<(), RoomError> {
        self.leg_mut(leg)?.low.get_or_insert_with(|| Box::new(LowPicture::new()));
        self.choose_layers(now);
        Ok(())
    }

    /// Looks anew at what each viewer is to be sent of those who can send two pictures.
    pub(super) fn choose_layers(&mut self, now: Instant) {
        for index in 0..self.legs.len() {
            if self.legs[index].low.is_some() {
                let watchers = std::mem::take(&mut self.legs[index].watchers);
                self.choose_layers_of(now, index, &watchers);
                self.legs[index].watchers = watchers;
            }
        }
    }

    /// A viewer's picture broke: whether that ends a trial, so that no keyframe of the main picture is of use.
    pub(super) fn ends_trial(&mut self, now: Instant, viewer: usize, slot: u8) -> bool {
        let slot = self.legs[viewer].slots.get_mut(usize::from(slot));
        let ends = slot.is_some_and(|slot| slot.choice.broke(now));
        if ends {
            self.choose_layers(now);
        }
        ends
    }

    fn choose_layers_of(&mut self, now: Instant, index: usize, watchers: &[(usize, u8)]) {
        let publisher = &self.legs[index];
        let comes = publisher.low.as_ref().is_some_and(|low| low.comes(now));
        let (rate_bps, is_on, limits) = (publisher.rate.bps(), publisher.is_on(MediaKind::Video), self.config.video);
        let decide = self.deciding(watchers);
        let lead = self.lead(now, watchers, decide);
        let (mut wanted, mut main_needed, mut low_needed) = (false, false, false);
        for (place, number) in watchers {
            let viewer = &mut self.legs[*place];
            let (takes, takes_pictures) = (viewer.takes_bps(*number), viewer.takes_pictures());
            let (decides, is_box) = (decide(viewer.participant.kind), viewer.receiving.is_some());
            let slot = &mut viewer.slots[usize::from(*number)];
            let before = slot.choice.layer();
            match lead {
                Some(lead) if lead.place == *place => slot.choice = Choice::default(),
                Some(lead) if takes_pictures => {
                    let needs = if decides { lead.bps / 2 } else { rate_bps };
                    slot.choice.look(now, takes, needs);
                }
                _ => {}
            }
            let layer = slot.choice.layer();
            if (before, layer) == (Layer::Low, Layer::Main) && !is_box && slot.cap.limit_bps().is_none() {
                // Without a loss it has grown on a picture that says nothing of what the link takes: the first loss is to count.
                slot.cap = LossCap::new(limits);
            }
            if slot.fed == Layer::Low && !comes && is_on {
                slot.feed_by(Layer::Main);
                main_needed |= takes_pictures;
            }
            let runs = slot.video.as_ref().is_some_and(|track| track.rewriter.is_running());
            match (slot.fed, layer) {
                (Layer::Low, Layer::Main) => main_needed |= takes_pictures && before != layer,
                (Layer::Low, Layer::Low) => low_needed |= takes_pictures && !runs,
                (Layer::Main, Layer::Low) => low_needed |= takes_pictures && comes,
                (Layer::Main, Layer::Main) => {}
            }
            wanted |= takes_pictures && (slot.fed == Layer::Low || layer == Layer::Low);
        }
        let publisher = &mut self.legs[index];
        if main_needed && is_on {
            publisher.video.gate.request(now);
        }
        if let Some(low) = &mut publisher.low {
            if low_needed && comes && low.source.gate.poll_timeout().is_none() {
                low.source.gate.request(now);
            }
            if !comes {
                low.source.gate.reset();
            }
            if wanted != low.is_wanted() {
                (low.wanted, low.missed, low.again) = (wanted.then_some(now), None, AGAIN_FIRST);
                self.changed = true;
            }
            low.follow(now, comes);
        }
    }

    /// Of which kinds are those who decide.
    fn deciding(&self, watchers: &[(usize, u8)]) -> fn(ParticipantKind) -> bool {
        let is_observer = |kind: ParticipantKind| kind == ParticipantKind::Observer;
        let takes = |place: &usize| self.legs[*place].takes_pictures();
        let all = watchers.iter().filter(|(place, _)| takes(place));
        if all.map(|(place, _)| self.legs[*place].participant.kind).all(is_observer) {
            |_| true
        } else {
            |kind| kind != ParticipantKind::Observer
        }
    }

    /// The strongest of those who decide. One who has the low picture is not known to be strong, nor is one on trial with the main one.
    fn lead(&self, now: Instant, watchers: &[(usize, u8)], decide: fn(ParticipantKind) -> bool) -> Option<Lead> {
        let start_bps = self.config.video.start_bps;
        let leads = watchers.iter().filter_map(|(place, number)| {
            let viewer = &self.legs[*place];
            let slot = viewer.slots.get(usize::from(*number))?;
            let bps = match viewer.receiving {
                Some(receiving) => receiving.limit_bps().unwrap_or(start_bps),
                None => slot.cap.bps(),
            };
            let counts = decide(viewer.participant.kind) && viewer.takes_pictures();
            let is_known = slot.choice.layer() == Layer::Main && !slot.choice.is_tried(now);
            counts.then_some((is_known, Lead { place: *place, bps }))
        });
        // Of equals the first: nobody changes places for nothing.
        leads
            .reduce(|best, next| if (next.0, next.1.bps) > (best.0, best.1.bps) { next } else { best })
            .map(|(_, lead)| lead)
    }

    pub(super) fn forward_low(&mut self, now: Instant, leg: LegId, packet: RtpPacket) -> Result<(), RoomError> {
        let index = self.index(leg)?;
        self.counters.received += 1;
        let publisher = &mut self.legs[index];
        self.changed |= publisher.heard(now);
        publisher.presence.sent(now);
        let codec = publisher.publish.codec(packet.header.payload_type);
        let Some(codec) = codec.filter(|codec| codec.kind() == MediaKind::Video) else {
            self.counters.unknown_payload_type += 1;
            return Ok(());
        };
        if !publisher.is_on(MediaKind::Video) {
            self.counters.while_off += 1;
            return Ok(());
        }
        let ask_missing = publisher.ask_missing;
        let Some(low) = &mut publisher.low else {
            self.counters.out_of_window += 1;
            return Ok(());
        };
        low.heard = Some(now);
        let received = low.source.receive(now, codec, &packet, ask_missing);
        let Some((extended, restarted, starts_keyframe)) = fresh(&mut self.counters, received) else {
            return Ok(());
        };
        let watchers = std::mem::take(&mut self.legs[index].watchers);
        let mut waiting = false;
        let passing = Passing { now, extended, starts_keyframe, packet: &packet };
        for (place, number) in &watchers {
            let viewer = &mut self.legs[*place];
            if !viewer.receives || viewer.is_paused() {
                continue;
            }
            let (leg, receive) = (viewer.id, viewer.receive);
            let slot = &mut viewer.slots[usize::from(*number)];
            if slot.fed == Layer::Main && slot.choice.layer() == Layer::Main {
                continue;
            }
            let Some(payload_type) = receive.number(codec) else {
                self.counters.codec_not_taken += 1;
                continue;
            };
            if slot.fed == Layer::Main {
                if !starts_keyframe {
                    waiting = true;
                    continue;
                }
                slot.feed_by(Layer::Low);
                self.counters.switched += 1;
            }
            let Some(track) = &mut slot.video else { continue };
            if restarted {
                track.rewriter.stop();
            }
            waiting |= !passing.to((leg, *number), track, payload_type, &mut self.counters, &mut self.outputs);
        }
        let publisher = &mut self.legs[index];
        publisher.watchers = watchers;
        if let Some(low) = publisher.low.as_mut().filter(|_| waiting)
            && low.source.gate.poll_timeout().is_none()
        {
            low.source.gate.request(now);
        }
        Ok(())
    }

    pub(super) fn low_sender_report(
        &mut self,
        now: Instant,
        leg: LegId,
        ntp: u64,
        rtp_timestamp: u32,
    ) -> Result<(), RoomError> {
        self.report_to_viewers(now, leg, (MediaKind::Video, Layer::Low), ntp, rtp_timestamp)
    }
}
