//! Which pictures a box's link takes, and what those who film are told because of it.
//!
//! A picture that several see is as the boxes among them can take it; those whose pictures are paused have no say, they are sent nothing. When nobody else sees it, a
//! picture that is paused for all is not sent at all.

use std::time::{Duration, Instant};

use yunzhen_protocol::room::ParticipantKind;

use super::{
    Leg, Room,
    io::{LegId, Output, RoomError},
};
use crate::{
    codec::MediaKind,
    downlink::Takes,
    layers::LOW_BPS,
    pictures::{Ladder, Pictures},
};

/// A publisher is told of a new rate this often at most; of one that fell by a tenth sooner.
const TELL: Duration = Duration::from_millis(250);
const TELL_LESS: Duration = Duration::from_millis(100);
/// What it was told is repeated: feedback may be lost.
const REPEAT: Duration = Duration::from_secs(2);
/// Nobody is told of less: an encoder makes nothing of it.
const LEAST_BPS: u32 = 30_000;

/// What a box's link takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Receiving {
    ladder: Ladder,
    /// Each picture may have, at this moment.
    each_bps: u32,
    /// Likewise in the long run.
    sustained_bps: u32,
}

impl Receiving {
    /// What one picture may have, where the link is known not to take everything.
    pub(super) fn limit_bps(&self) -> Option<u32> {
        (self.ladder.step() != Pictures::Full).then_some(self.sustained_bps)
    }
}

/// What a publisher was told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limited {
    told: Option<(Instant, Option<u32>)>,
}

impl Limited {
    /// What to tell now.
    fn tell(&mut self, now: Instant, bps: Option<u32>) -> Option<Option<u32>> {
        let Some((at, told)) = self.told else {
            // Nobody who was never limited is told that they are not.
            return bps.is_some().then(|| self.say(now, bps));
        };
        let since = now.saturating_duration_since(at);
        let moved = match (told, bps) {
            (Some(told), Some(bps)) => told.abs_diff(bps) * 20 >= told,
            (None, None) => return None,
            _ => true,
        };
        let fell = matches!((told, bps), (Some(told), Some(bps)) if u64::from(bps) * 10 <= u64::from(told) * 9);
        (since >= REPEAT || (moved && since >= TELL) || (fell && since >= TELL_LESS)).then(|| self.say(now, bps))
    }

    const fn say(&mut self, now: Instant, bps: Option<u32>) -> Option<u32> {
        self.told = Some((now, bps));
        bps
    }
}

impl Room {
    pub(super) fn takes(&mut self, now: Instant, leg: LegId, takes: Takes) -> Result<(), RoomError> {
        let index = self.index(leg)?;
        let sources = self.legs[index].slots.iter().filter_map(|slot| slot.source);
        let filmed =
            sources.filter(|id| self.legs.iter().any(|leg| leg.participant.id == *id && leg.is_on(MediaKind::Video)));
        let count = (filmed.count() as u32).max(1);
        let leg = &mut self.legs[index];
        let new = || Receiving { ladder: Ladder::default(), each_bps: 0, sustained_bps: 0 };
        let receiving = leg.receiving.get_or_insert_with(new);
        (receiving.each_bps, receiving.sustained_bps) = (takes.now_bps / count, takes.sustained_bps / count);
        let before = receiving.ladder.step();
        let step = receiving.ladder.look(now, takes.sustained_bps / count, takes.is_unused);
        leg.participant.pictures = (step != Pictures::Full).then_some(step);
        self.changed |= before != step;
        if before != step && step == Pictures::Paused {
            for track in leg.slots.iter_mut().filter_map(|slot| slot.video.as_mut()) {
                track.rewriter.stop();
            }
        }
        if before == Pictures::Paused && step != before {
            self.rearrange(now);
        }
        self.choose_layers(now);
        self.limit(now);
        Ok(())
    }

    /// Says to those who film how much of their picture is to come.
    pub(super) fn limit(&mut self, now: Instant) {
        for index in 0..self.legs.len() {
            let publisher = &self.legs[index];
            // The home's camera has another rule ([`crate::bitrate`]).
            if publisher.participant.kind == ParticipantKind::Home {
                continue;
            }
            let (send, bps) = wanted(&self.legs, publisher, now);
            let leg = &mut self.legs[index];
            self.changed |= std::mem::replace(&mut leg.sends, send) != send;
            if let Some(video_bps) = leg.limited.tell(now, bps) {
                self.outputs.push_back(Output::Limit { leg: leg.id, video_bps });
            }
        }
    }
}

/// How much of a picture those who see it want, and at which rate; no rate: any.
fn wanted(legs: &[Leg], publisher: &Leg, now: Instant) -> (Pictures, Option<u32>) {
    let (mut least, mut bps) = (None::<Pictures>, None::<u32>);
    let (mut paused, mut others) = (false, false);
    for (place, slot) in &publisher.watchers {
        let leg = &legs[*place];
        if publisher.spares(now, leg, usize::from(*slot)) {
            continue;
        }
        match leg.receiving.filter(|_| !leg.down) {
            None => others = true,
            Some(receiving) => match receiving.ladder.step() {
                Pictures::Paused => paused = true,
                step => {
                    let each = receiving.each_bps.max(LEAST_BPS);
                    least = Some(least.map_or(step, |least| least.min(step)));
                    bps = Some(bps.map_or(each, |bps| bps.min(each)));
                }
            },
        }
    }
    let send = least.unwrap_or(if paused && !others { Pictures::Paused } else { Pictures::Full });
    // What is told is for all that the publisher films.
    let low = publisher.low.as_ref().filter(|low| low.is_wanted() && low.comes(now)).map_or(0, |_| LOW_BPS);
    (send, bps.map(|bps| bps.saturating_add(low)))
}

impl Leg {
    /// Whether this leg gets no pictures because its link does not take them.
    pub(super) fn is_paused(&self) -> bool {
        self.receiving.is_some_and(|receiving| receiving.ladder.step() == Pictures::Paused)
    }
}
