//! What waits for a box's link when it is narrower than what comes for it. Pure.
//!
//! Drop policy: sound leaves first and is never held back; it has a bound (a second of one voice) only so that nothing is unbounded. A picture that
//! waited longer than [`AGE`] is dropped whole, with all of its slot that is of no use without it, and a keyframe is asked for; until that begins nothing more of the
//! slot is taken. A keyframe is many pictures large: it may wait for [`KEYFRAME_AGE`], and so may what comes behind it for [`GRACE`]. What is sent again goes after
//! sound and before pictures, [`REPAIRS`] at most, the oldest given up first.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::codec::MediaKind;

/// Sound that may wait.
const SOUNDS: usize = 50;
/// Repairs that may wait.
const REPAIRS: usize = 64;
/// How long a picture may wait.
pub const AGE: Duration = Duration::from_millis(150);
/// How long a keyframe may, and what is behind it.
pub const KEYFRAME_AGE: Duration = Duration::from_millis(600);
/// From a keyframe's last packet on.
pub const GRACE: Duration = Duration::from_millis(1500);
/// Whatever its age.
const VIDEO_BYTES: usize = 256 * 1024;
/// A run's beginning is remembered for so many packets; later nothing from before it comes.
const RUN: u16 = 2048;

/// A packet for a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// On which slot.
    pub slot: u8,
    /// Sound or picture.
    pub kind: MediaKind,
    /// Since when.
    pub since: Duration,
    /// Its source.
    pub ssrc: u32,
    /// Its number.
    pub sequence: u16,
    /// Packets of one picture have the same.
    pub timestamp: u32,
    /// A decoder can start here.
    pub starts_keyframe: bool,
    /// RTP.
    pub packet: Bytes,
}

/// The picture of one slot.
#[derive(Debug, Default, Clone, Copy)]
struct Run {
    ssrc: u32,
    /// Nothing is taken until a keyframe begins.
    waits: bool,
    /// Where the keyframe began after which something was dropped.
    begin: Option<u16>,
    newest: Option<u16>,
    keyframe: Option<u32>,
}

/// Whether `a` comes after `b`.
const fn is_after(a: u16, b: u16) -> bool {
    let ahead = a.wrapping_sub(b);
    ahead != 0 && ahead < 0x8000
}

impl Run {
    fn takes(&mut self, waiting: &Waiting) -> bool {
        if self.ssrc != waiting.ssrc {
            *self = Self { ssrc: waiting.ssrc, ..Self::default() };
        }
        let sequence = waiting.sequence;
        let is_newest = self.newest.is_none_or(|newest| is_after(sequence, newest));
        if self.waits {
            if !(waiting.starts_keyframe && is_newest) {
                self.newest = if is_newest { Some(sequence) } else { self.newest };
                return false;
            }
            (self.waits, self.begin) = (false, Some(sequence));
        }
        if self.begin.is_some_and(|begin| is_after(begin, sequence)) {
            return false;
        }
        self.begin = self.begin.filter(|begin| sequence.wrapping_sub(*begin) < RUN);
        self.newest = if is_newest { Some(sequence) } else { self.newest };
        if waiting.starts_keyframe {
            self.keyframe = Some(waiting.timestamp);
        }
        true
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Queue {
    sounds: VecDeque<Waiting>,
    repairs: VecDeque<Waiting>,
    video: VecDeque<Waiting>,
    video_bytes: usize,
    runs: Vec<(u8, Run)>,
    /// Of which picture some packets have left.
    begun: Option<(u8, u32)>,
    /// Until when what is behind a keyframe may wait as long as that.
    grace: Duration,
    /// Slots that need a keyframe, one bit each.
    keyframes: u32,
    dropped: u64,
}

impl Queue {
    /// Adds a packet that comes for the first time.
    pub fn push(&mut self, now: Duration, waiting: Waiting) {
        match waiting.kind {
            MediaKind::Audio => {
                if self.sounds.len() == SOUNDS {
                    self.sounds.pop_front();
                    self.dropped += 1;
                }
                self.sounds.push_back(waiting);
            }
            MediaKind::Video => {
                if self.run(waiting.slot).takes(&waiting) {
                    self.video_bytes += waiting.packet.len();
                    self.video.push_back(waiting);
                } else {
                    self.dropped += 1;
                }
                self.expire(now);
            }
        }
    }

    /// Adds a packet that left before.
    pub fn push_again(&mut self, waiting: Waiting) {
        if self.repairs.len() == REPAIRS {
            self.repairs.pop_front();
        }
        self.repairs.push_back(waiting);
    }

    fn run(&mut self, slot: u8) -> &mut Run {
        let known = self.runs.iter().position(|(number, _)| *number == slot);
        let place = known.unwrap_or_else(|| {
            self.runs.push((slot, Run::default()));
            self.runs.len() - 1
        });
        &mut self.runs[place].1
    }

    /// Drops pictures that waited too long.
    pub fn expire(&mut self, now: Duration) {
        let limit = if now < self.grace { KEYFRAME_AGE } else { AGE };
        loop {
            // One that has begun to leave is finished as long as a keyframe may take.
            let begun = self.begun;
            let late = self.video.iter().enumerate().find_map(|(place, waiting)| {
                let age = now.saturating_sub(waiting.since);
                let is_begun = begun == Some((waiting.slot, waiting.timestamp));
                let is_keyframe = self.is_keyframe(waiting);
                let limit = if is_begun || is_keyframe { KEYFRAME_AGE } else { limit };
                if age > limit {
                    return Some(Some((place, waiting.slot)));
                }
                // In the order of their age.
                (!is_begun && !is_keyframe).then_some(None)
            });
            match late.flatten() {
                Some((place, slot)) => self.drop_from(place, slot),
                None if self.video_bytes > VIDEO_BYTES => match self.video.front().map(|first| first.slot) {
                    Some(slot) => self.drop_from(0, slot),
                    None => return,
                },
                None => return,
            }
        }
    }

    fn is_keyframe(&self, waiting: &Waiting) -> bool {
        let run = self.runs.iter().find(|(slot, _)| *slot == waiting.slot);
        run.is_some_and(|(_, run)| run.keyframe == Some(waiting.timestamp))
    }

    /// Drops what waits of a slot from a place on, up to where a decoder can start again.
    fn drop_from(&mut self, from: usize, slot: u8) {
        let mut newest = None::<u16>;
        let mut of_slot = self.video.iter().enumerate().skip(from).filter(|(_, waiting)| waiting.slot == slot);
        let again = of_slot.find_map(|(place, waiting)| {
            let sequence = waiting.sequence;
            let is_newest = newest.is_none_or(|newest| is_after(sequence, newest));
            if waiting.starts_keyframe && is_newest && newest.is_some() {
                return Some((place, sequence));
            }
            newest = if is_newest { Some(sequence) } else { newest };
            None
        });
        let until = again.map_or(usize::MAX, |(place, _)| place);
        let (mut place, mut bytes, mut dropped) = (0, 0, 0);
        self.video.retain(|waiting| {
            let goes = waiting.slot == slot && (from..until).contains(&place);
            place += 1;
            if goes {
                bytes += waiting.packet.len();
                dropped += 1;
            }
            !goes
        });
        self.video_bytes -= bytes;
        self.dropped += dropped;
        if self.begun.is_some_and(|(begun, _)| begun == slot) {
            self.begun = None;
        }
        let run = self.run(slot);
        match again {
            Some((_, sequence)) => run.begin = Some(sequence),
            None => {
                run.waits = true;
                self.keyframes |= 1u32 << (slot & 31);
            }
        }
    }

    /// Another path carries the pictures: those that wait are dropped, and no keyframe is asked for.
    pub fn forget_pictures(&mut self) {
        self.dropped += self.video.len() as u64;
        self.video.clear();
        self.repairs.retain(|waiting| waiting.kind == MediaKind::Audio);
        self.runs.clear();
        (self.video_bytes, self.begun, self.keyframes) = (0, None, 0);
    }

    /// The next to leave: sound, then repairs, then pictures; its bytes, and whether it asks for the pace.
    pub fn peek(&self) -> Option<(usize, bool)> {
        let next = self.sounds.front().or_else(|| self.repairs.front()).or_else(|| self.video.front())?;
        Some((next.packet.len(), next.kind == MediaKind::Video))
    }

    /// Takes it; whether it left before.
    pub fn pop(&mut self, now: Duration) -> Option<(Waiting, bool)> {
        if let Some(sound) = self.sounds.pop_front() {
            return Some((sound, false));
        }
        if let Some(again) = self.repairs.pop_front() {
            return Some((again, true));
        }
        let picture = self.video.pop_front()?;
        self.video_bytes -= picture.packet.len();
        self.begun = Some((picture.slot, picture.timestamp));
        if self.is_keyframe(&picture) {
            self.grace = now + GRACE;
        }
        Some((picture, false))
    }

    /// Whether anything waits.
    pub fn is_empty(&self) -> bool {
        self.sounds.is_empty() && self.repairs.is_empty() && self.video.is_empty()
    }

    /// Bytes of pictures that wait.
    pub const fn video_bytes(&self) -> usize {
        self.video_bytes
    }

    /// Slots that need a keyframe since the last call, one bit each.
    pub fn take_keyframes(&mut self) -> u32 {
        std::mem::take(&mut self.keyframes)
    }

    /// Packets thrown away since the last call.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }
    fn picture(since: u64, frame: u32, sequence: u16, starts_keyframe: bool) -> Waiting {
        let packet = Bytes::from_static(&[0; 1000]);
        let (slot, kind) = (0, MediaKind::Video);
        Waiting { slot, kind, since: ms(since), ssrc: 1, sequence, timestamp: frame, starts_keyframe, packet }
    }
    fn sound(since: u64, sequence: u16) -> Waiting {
        Waiting { kind: MediaKind::Audio, ssrc: 2, ..picture(since, sequence.into(), sequence, false) }
    }
    fn sequences(queue: &mut Queue, at: u64) -> Vec<u16> {
        std::iter::from_fn(|| queue.pop(ms(at))).map(|(waiting, _)| waiting.sequence).collect()
    }

    #[test]
    fn sound_then_repairs_then_pictures() {
        let mut queue = Queue::default();
        queue.push(ms(0), picture(0, 1, 10, true));
        queue.push_again(picture(0, 0, 9, false));
        queue.push(ms(1), sound(1, 77));
        assert_eq!(queue.peek(), Some((1000, false)));
        assert_eq!(sequences(&mut queue, 2), [77, 9, 10]);
        assert!(queue.is_empty());
    }

    #[test]
    fn a_late_picture_goes_with_all_that_needs_it_and_the_slot_begins_again_on_a_keyframe() {
        let mut queue = Queue::default();
        queue.push(ms(0), picture(0, 1, 1, false));
        queue.push(ms(33), picture(33, 2, 2, false));
        queue.push(ms(151), picture(151, 3, 3, false));
        assert!(queue.is_empty());
        assert_eq!((queue.take_keyframes(), queue.take_keyframes(), queue.take_dropped()), (1, 0, 3));
        queue.push(ms(160), picture(160, 4, 4, false));
        queue.push(ms(170), picture(170, 0, 3, true));
        assert!(queue.is_empty(), "asked for again, from before what was dropped");
        queue.push(ms(200), picture(200, 5, 5, true));
        queue.push(ms(201), picture(201, 5, 6, false));
        queue.push(ms(202), picture(202, 3, 4, false));
        assert_eq!(sequences(&mut queue, 203), [5, 6]);
    }

    #[test]
    fn who_loses_the_pictures_to_another_path_keeps_sound_and_takes_any_picture_later() {
        let mut queue = Queue::default();
        queue.push(ms(0), picture(0, 1, 1, false));
        queue.push(ms(151), picture(151, 2, 2, false));
        queue.push_again(picture(0, 0, 9, false));
        queue.push_again(sound(0, 70));
        queue.push(ms(152), sound(152, 77));
        queue.forget_pictures();
        assert_eq!((queue.take_keyframes(), queue.video_bytes(), queue.take_dropped()), (0, 0, 2));
        assert_eq!(sequences(&mut queue, 153), [77, 70]);
        queue.push(ms(160), picture(160, 3, 3, false));
        assert_eq!(sequences(&mut queue, 160), [3]);
    }

    #[test]
    fn a_keyframe_and_what_is_behind_it_may_wait_longer() {
        let mut queue = Queue::default();
        for sequence in 0..12 {
            queue.push(ms(0), picture(0, 1, sequence, sequence == 0));
        }
        for frame in 1..=12u16 {
            queue.pop(ms(u64::from(frame) * 33));
            queue.push(
                ms(u64::from(frame) * 33),
                picture(u64::from(frame) * 33, 1 + u32::from(frame), 11 + frame, false),
            );
        }
        queue.expire(ms(400));
        assert_eq!((queue.take_keyframes(), queue.video_bytes()), (0, 12_000));
        queue.expire(ms(700));
        assert_eq!((queue.take_keyframes(), queue.video_bytes()), (1, 0));
    }

    #[test]
    fn a_picture_that_began_to_leave_is_finished() {
        let mut queue = Queue::default();
        queue.push(ms(0), picture(0, 1, 1, false));
        queue.push(ms(0), picture(0, 1, 2, false));
        queue.pop(ms(100));
        queue.push(ms(120), picture(120, 2, 3, false));
        queue.expire(ms(200));
        assert_eq!(sequences(&mut queue, 200), [2, 3]);
    }

    proptest! {
        #[test]
        fn is_bounded_and_never_leaves_a_picture_without_what_it_needs(
            script in prop::collection::vec((0u8..4, 0u64..60, 0u8..3, any::<bool>(), any::<bool>()), 1..300)
        ) {
            let (mut queue, mut now) = (Queue::default(), 1000);
            let mut next = [0u16; 3];
            let mut frame = 0u32;
            let mut whole = [None::<u16>; 3];
            for (what, step, slot, keyframe, again) in script {
                now += step;
                match what {
                    0 => queue.push(ms(now), sound(now, frame as u16)),
                    1 | 2 => {
                        let number = &mut next[usize::from(slot)];
                        frame += 1;
                        let sequence = if again { number.saturating_sub(2) } else { *number };
                        let waiting = Waiting { slot, ..picture(now, frame, sequence, keyframe) };
                        if sequence == *number {
                            *number += 1;
                        }
                        queue.push(ms(now), Waiting { ssrc: 9 + u32::from(slot), ..waiting });
                    }
                    _ => if let Some((left, _)) = queue.pop(ms(now)) && left.kind == MediaKind::Video {
                        // In order, or again; a gap only before a keyframe.
                        let last = &mut whole[usize::from(left.slot)];
                        let follows = last.is_none_or(|last| left.sequence <= last + 1);
                        prop_assert!(follows || left.starts_keyframe, "{last:?} then {}", left.sequence);
                        *last = Some(last.map_or(left.sequence, |last| last.max(left.sequence)));
                    },
                }
                prop_assert!(queue.sounds.len() <= SOUNDS && queue.repairs.len() <= REPAIRS);
                let oldest = queue.video.iter().map(|waiting| ms(now).saturating_sub(waiting.since)).max();
                prop_assert!(what == 3 || what == 0 || oldest.is_none_or(|oldest| oldest <= KEYFRAME_AGE));
                prop_assert_eq!(queue.video_bytes, queue.video.iter().map(|w| w.packet.len()).sum::<usize>());
            }
        }
    }
}
