//! Pictures to one browser, spread: what comes at once is not more than its link takes at once.
//!
//! A bucket of bytes that empties at the pace. A packet of a picture leaves at once while nothing waits and no more than [`BURST`] for each picture shown is in the bucket: the usual picture never waits, costs a multiplication and
//! arms no timer. The rest waits, in order, and leaves in slices of [`SLICE`].
//!
//! | | |
//! |---|---|
//! | pace | [`GAIN`] times what the leg is believed to take ([`LegPacer::takes`]: the caps of its pictures, [`crate::bitrate`]) |
//! | while more waits | so much that all of it leaves within [`SPREAD`], at most [`MOST_GAIN`] times that belief and never held below [`LEAST_MOST_BPS`]: a keyframe is spread, not kept |
//! | sound, feedback | never come here; they pass whatever waits |
//! | repairs (RFC 4588) | pass and fill the bucket, but for what was dropped here: it was too much, and the keyframe behind it needs none of it |
//! | bound | [`MOST_WAIT`] in time, [`MOST_BYTES`] in bytes |
//! | when it is full | from the oldest that is no part of a keyframe on, all that waits of that slot up to its next keyframe: the rest could not be decoded. If none waits, what still comes goes too until one begins, and [`LegPacer::lacks_keyframe`] names the slot once |
//!
//! This limits bursts. How much is sent is the room's business (`room::takes`, `room::thinning`).

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use yunzhen_protocol::rtp::{HEADER_BYTES, RtpPacket};

use crate::bitrate::BitrateLimits;

/// What leaves at once: ten packets, a picture of 2.5 Mbit/s at 30 a second.
pub const BURST: f64 = 12_500.0;
/// Pace over what the leg is believed to take.
pub const GAIN: f64 = 2.5;
/// The most of that, for what waits to leave in time.
pub const MOST_GAIN: f64 = 8.0;
/// That most is never below this: the belief may be wrong, and a keyframe must pass.
pub const LEAST_MOST_BPS: f64 = 4_000_000.0;
/// In this time all that waits is to leave, one slice less than the 40 ms that a picture may take.
pub const SPREAD: Duration = Duration::from_millis(35);
/// How often what waits leaves.
pub const SLICE: Duration = Duration::from_millis(5);
/// A picture that waits longer is of no use to talk by.
pub const MOST_WAIT: Duration = Duration::from_millis(150);
/// Of all slots together; a keyframe has 20 to 80 thousand.
pub const MOST_BYTES: usize = 256 * 1024;

/// Dropped stretches of a slot that are remembered, so that they are not repaired; the oldest goes first.
const STRETCHES: usize = 8;
/// For so long: a receiver gives up asking before, and a number comes again after minutes.
const REMEMBERED: Duration = Duration::from_secs(10);

/// What a packet takes on the wire beside its payload: IP, UDP, RTP, the seal.
const WIRE: usize = 20 + 8 + HEADER_BYTES + 16;

#[derive(Debug)]
struct Waiting {
    slot: u8,
    since: Instant,
    packet: RtpPacket,
    is_key: bool,
    starts_key: bool,
}

/// The picture that a slot is at.
#[derive(Debug, Default)]
struct Slot {
    timestamp: Option<u32>,
    is_key: bool,
    /// Something was dropped that what comes depends on.
    is_broken: bool,
    is_told: bool,
    /// What was dropped before a keyframe that goes on.
    dropped: VecDeque<Stretch>,
}

/// Numbers one after another that never left.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    at: Instant,
    first: u16,
    length: u16,
}

impl Stretch {
    fn holds(&self, now: Instant, sequence: u16) -> bool {
        sequence.wrapping_sub(self.first) < self.length && now.saturating_duration_since(self.at) < REMEMBERED
    }
}

/// What was counted since it was last asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Packets that waited.
    pub waited: u64,
    /// Packets that were dropped.
    pub dropped: u64,
}

/// See the module. Of one leg; slots are the leg's.
#[derive(Debug)]
pub struct LegPacer {
    takes_bps: f64,
    /// Bytes, at a moment.
    bucket: f64,
    at: Option<Instant>,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// Bytes a second that let what waits leave in time; 0 while nothing waits.
    raised: f64,
    due: Option<Instant>,
    slots: Vec<Slot>,
    counts: Counts,
}

impl Default for LegPacer {
    fn default() -> Self {
        Self {
            takes_bps: f64::from(BitrateLimits::default().start_bps),
            bucket: 0.0,
            at: None,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            raised: 0.0,
            due: None,
            slots: Vec::new(),
            counts: Counts::default(),
        }
    }
}

impl LegPacer {
    /// What the leg is believed to take of pictures from now on.
    pub fn takes(&mut self, now: Instant, bps: u32) {
        self.empty_bucket(now);
        self.takes_bps = f64::from(bps);
    }

    /// A packet of a slot's picture. It is given back when it is to leave now; otherwise it waits for [`Self::release`], or is dropped.
    pub fn picture(&mut self, now: Instant, slot: u8, packet: RtpPacket, starts_key: bool) -> Option<RtpPacket> {
        let picture = self.slot(slot);
        let timestamp = packet.header.timestamp;
        let is_newer = picture.timestamp.is_none_or(|at| (1..0x8000_0000).contains(&timestamp.wrapping_sub(at)));
        if is_newer {
            (picture.timestamp, picture.is_key) = (Some(timestamp), false);
        }
        let is_this = picture.timestamp == Some(timestamp);
        if starts_key && is_this {
            (picture.is_key, picture.is_broken, picture.is_told) = (true, false, false);
        }
        if picture.is_broken {
            self.counts.dropped += 1;
            return None;
        }
        // What comes late belongs to an earlier picture.
        let is_key = is_this && picture.is_key;
        self.empty_bucket(now);
        if self.waiting.is_empty() && self.bucket <= self.burst() {
            self.bucket += wire(&packet);
            return Some(packet);
        }
        self.counts.waited += 1;
        self.waiting_bytes += packet.payload.len();
        self.waiting.push_back(Waiting { slot, since: now, packet, is_key, starts_key });
        let bytes = self.waiting_bytes + self.waiting.len() * WIRE;
        self.raised = self.raised.max(bytes as f64 / SPREAD.as_secs_f64());
        self.due.get_or_insert(now + SLICE);
        self.keep_bounds(now);
        None
    }

    /// A packet of a slot is asked for again, of so many bytes. Whether it leaves: what was dropped here does not, for nobody is shown its picture any more.
    pub fn repair(&mut self, now: Instant, slot: u8, sequence: u16, bytes: usize) -> bool {
        let slot = self.slots.get(usize::from(slot));
        if slot.is_some_and(|slot| slot.dropped.iter().any(|stretch| stretch.holds(now, sequence))) {
            return false;
        }
        self.empty_bucket(now);
        self.bucket += (bytes + WIRE) as f64;
        true
    }

    /// What leaves now of what waits, with its slot. Call until `None` when [`Self::poll_timeout`] has come.
    pub fn release(&mut self, now: Instant) -> Option<(u8, RtpPacket)> {
        if self.due.is_none_or(|due| now < due) {
            return None;
        }
        self.empty_bucket(now);
        self.keep_bounds(now);
        if self.bucket > self.burst() && !self.waiting.is_empty() {
            self.due = Some(now + SLICE);
            return None;
        }
        let Some(Waiting { slot, packet, .. }) = self.waiting.pop_front() else {
            self.rest();
            return None;
        };
        self.waiting_bytes -= packet.payload.len();
        self.bucket += wire(&packet);
        Some((slot, packet))
    }

    /// When [`Self::release`] has something to do. `None` while nothing waits.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// A slot whose picture was dropped and does not go on by itself; each is named once.
    pub fn lacks_keyframe(&mut self) -> Option<u8> {
        let slot = self.slots.iter().position(|slot| slot.is_broken && !slot.is_told)?;
        self.slots[slot].is_told = true;
        u8::try_from(slot).ok()
    }

    /// Whether [`Self::lacks_keyframe`] has something to say.
    pub fn is_broken(&self) -> bool {
        self.slots.iter().any(|slot| slot.is_broken && !slot.is_told)
    }

    /// What was counted since the last call.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    fn slot(&mut self, slot: u8) -> &mut Slot {
        let slot = usize::from(slot);
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, Slot::default);
        }
        &mut self.slots[slot]
    }

    /// Pictures of several people come at the same moment, too.
    fn burst(&self) -> f64 {
        BURST * self.slots.len().max(1) as f64
    }

    /// Bytes a second.
    fn pace(&self) -> f64 {
        let most = (self.takes_bps * MOST_GAIN).max(LEAST_MOST_BPS) / 8.0;
        (self.takes_bps * GAIN / 8.0).max(self.raised.min(most))
    }

    fn empty_bucket(&mut self, now: Instant) {
        let since = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        if self.at.is_none() || !since.is_zero() {
            self.bucket = (self.bucket - self.pace() * since.as_secs_f64()).max(0.0);
            self.at = Some(now);
        }
    }

    fn rest(&mut self) {
        (self.raised, self.due) = (0.0, None);
    }

    fn keep_bounds(&mut self, now: Instant) {
        let is_old = |waiting: &Waiting| now.saturating_duration_since(waiting.since) > MOST_WAIT;
        loop {
            let is_full = self.waiting_bytes > MOST_BYTES;
            let is_late = self.waiting.front().is_some_and(is_old);
            if !is_full && !is_late {
                break;
            }
            let is_next = |waiting: &Waiting| !waiting.is_key && (is_full || is_old(waiting));
            let next = self.waiting.iter().position(is_next);
            match next {
                Some(from) => self.drop_from(now, from),
                // Keyframes alone fill it: one picture at least must go.
                None if is_full => self.drop_from(now, 0),
                None => break,
            }
        }
        if self.waiting.is_empty() {
            self.rest();
        }
    }

    /// Drops what waits of a slot from one place on, up to its next keyframe. Without one the room is told, which ends the run of numbers: nothing of it is repaired.
    fn drop_from(&mut self, now: Instant, from: usize) {
        let Some(Waiting { slot, packet, .. }) = self.waiting.get(from) else { return };
        let (slot, first) = (*slot, packet.header.sequence);
        let (mut place, mut goes_on) = (0, None);
        let before = self.waiting.len();
        let mut bytes = 0;
        self.waiting.retain(|waiting| {
            let here = place;
            place += 1;
            if waiting.slot == slot && here > from && waiting.starts_key {
                goes_on.get_or_insert(waiting.packet.header.sequence);
            }
            let keep = waiting.slot != slot || here < from || goes_on.is_some();
            bytes += if keep { 0 } else { waiting.packet.payload.len() };
            keep
        });
        self.waiting_bytes -= bytes;
        self.counts.dropped += (before - self.waiting.len()) as u64;
        let picture = self.slot(slot);
        match goes_on.map(|next| next.wrapping_sub(first)) {
            None => picture.is_broken = true,
            // A keyframe whose number lies before tells nothing of what is between.
            Some(0x8000..) => {}
            Some(length) => {
                picture.dropped.truncate(STRETCHES - 1);
                picture.dropped.push_front(Stretch { at: now, first, length });
            }
        }
    }
}

fn wire(packet: &RtpPacket) -> f64 {
    (packet.payload.len() + WIRE) as f64
}

#[cfg(test)]
mod tests;
