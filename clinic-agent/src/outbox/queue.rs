//! What waits above quinn's small datagram buffer when the link is narrower than the media. Pure.
//!
//! Drop policy: sound is kept, the oldest pictures go first, whole frames at a time; one that has begun to leave leaves whole. Other pictures that wait span at most [`VIDEO_SPAN`]; a single frame
//! may take longer to leave, and the encoder is held meanwhile ([`Queue::paced_bytes`]). Sound has its own bound only so that nothing is unbounded;
//! it is 50 packets (one second) and is reached only when nothing at all leaves the box.
//! A still of the ladder's lowest picture takes seconds to leave and may ([`Queue::let_stills_wait`]): no other is made before it has left.
//! What repairs a loss (parity, packets that are sent again) goes after sound and before pictures, [`REPAIRS`] at most, the oldest given up first; each only as
//! long as it is of use. While pictures have waited for [`PATIENT`] it leaves in turns with them, so that a burst of repairs on a narrow link does not cost the live
//! picture its frames.
//! The low picture goes last, and first of all it is dropped: all of it that waits, when the oldest has waited for [`VIDEO_SPAN`].

use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;
use yunzhen_media::ladder::STILL_LONGEST;

/// Sound that may wait: one second at 20 ms a packet.
const AUDIO_PACKETS: usize = 50;
/// From the oldest picture that waits to the newest.
pub const VIDEO_SPAN: Duration = Duration::from_millis(150);
/// The same while the path may be dead and another may take them over, and behind what it took over.
pub const PATIENT_SPAN: Duration = Duration::from_millis(450);
/// A picture that could not leave for so long is of no use to anybody.
const VIDEO_AGE: Duration = Duration::from_millis(600);
/// The same of a still, of which there is one every few seconds.
const STILL_AGE: Duration = STILL_LONGEST;
/// Whatever its span.
const VIDEO_BYTES: usize = 256 * 1024;

/// Repairs that may wait.
const REPAIRS: usize = 64;
/// Pictures that have waited for so long wait for one repair at a time.
const PATIENT: Duration = Duration::from_millis(60);

/// One packet that waits; it is cut to datagrams only when it leaves, for the path as it is then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Sound or picture.
    pub kind: MediaKind,
    /// Since when.
    pub since: Instant,
    /// Packets of one frame have the same media timestamp.
    pub timestamp: u32,
    /// Its number.
    pub sequence: u16,
    /// RTP.
    pub packet: Bytes,
}

/// What leaves next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// For the first time.
    Media(Waiting),
    /// Once more.
    Again(Waiting),
    /// The content of a datagram of flow 3, and the parity's number.
    Parity(u16, Bytes),
    /// Of the low picture, for the first time or once more.
    Low(Waiting),
}

impl Next {
    /// Whether it leaves when the pace allows; sound does not ask.
    pub fn is_paced(&self) -> bool {
        match self {
            Self::Media(waiting) | Self::Again(waiting) => waiting.kind == MediaKind::Video,
            Self::Parity(..) | Self::Low(_) => true,
        }
    }

    /// Bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Media(waiting) | Self::Again(waiting) | Self::Low(waiting) => waiting.packet.len(),
            Self::Parity(_, content) => content.len(),
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Queue {
    video: VecDeque<Waiting>,
    /// What another path did not bring: before pictures, and of use as long as [`VIDEO_AGE`].
    carried: VecDeque<Waiting>,
    /// Of both.
    video_bytes: usize,
    sound: VecDeque<Waiting>,
    repairs: VecDeque<Repair>,
    repair_bytes: usize,
    low: VecDeque<Waiting>,
    /// The frame of which some packets have left and others wait.
    leaving: Option<u32>,
    /// The last that left of repairs and pictures was a repair.
    repaired: bool,
    stills: bool,
}

/// A repair that waits.
#[derive(Debug)]
struct Repair {
    next: Next,
    /// Later it comes too late.
    until: Instant,
}

/// How many packets were thrown away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Video packets; not zero means that the decoder at the far end needs a key frame.
    pub video: usize,
    /// Audio packets.
    pub audio: usize,
    /// What would have repaired a loss; nothing else has to be done about it.
    pub repairs: usize,
    /// Packets of the low picture, whose decoder needs a key frame then.
    pub low: usize,
}

impl Queue {
    /// Adds one packet and says what had to go for it.
    pub fn push(&mut self, waiting: Waiting) -> Dropped {
        self.push_within(waiting, VIDEO_SPAN)
    }

    /// The same with another bound for pictures.
    pub fn push_within(&mut self, waiting: Waiting, span: Duration) -> Dropped {
        let span = if self.carried.is_empty() { span } else { PATIENT_SPAN };
        let mut dropped = Dropped::default();
        match waiting.kind {
            MediaKind::Audio => {
                if self.sound.len() == AUDIO_PACKETS {
                    self.sound.pop_front();
                    dropped.audio = 1;
                }
                self.sound.push_back(waiting);
            }
            MediaKind::Video => {
                let now = waiting.since;
                self.video_bytes += waiting.packet.len();
                self.video.push_back(waiting);
                dropped.video = self.trim(now, span, self.leaving);
            }
        }
        dropped
    }

    /// Drops what is too old to be sent. Says how many packets went.
    pub fn expire(&mut self, now: Instant) -> Dropped {
        let age = if self.stills { STILL_AGE } else { VIDEO_AGE };
        let before = self.repairs.len();
        self.repairs.retain(|repair| now <= repair.until);
        self.repair_bytes = self.repairs.iter().map(|repair| repair.next.bytes()).sum();
        let mut late = 0;
        while let Some(first) = self.carried.pop_front_if(|waiting| now.saturating_duration_since(waiting.since) > age)
        {
            self.video_bytes -= first.packet.len();
            late += 1;
        }
        let (video, repairs) = (late + self.trim(now, age, None), before - self.repairs.len());
        Dropped { video, audio: 0, repairs, low: self.trim_low(now) }
    }

    /// Adds one packet of the low picture and says what had to go for it.
    pub fn push_low(&mut self, waiting: Waiting) -> Dropped {
        let low = self.trim_low(waiting.since);
        self.low.push_back(waiting);
        Dropped { low, ..Dropped::default() }
    }

    /// One of them leaves once more, before those that wait.
    pub fn push_low_again(&mut self, waiting: Waiting) {
        self.low.push_front(waiting);
    }

    /// Forgets the low picture.
    pub fn clear_low(&mut self) {
        self.low.clear();
    }

    /// Later frames refer to earlier ones: what waits goes as a whole.
    fn trim_low(&mut self, now: Instant) -> usize {
        let is_late = |waiting: &Waiting| now.saturating_duration_since(waiting.since) > VIDEO_SPAN;
        if !self.low.iter().any(is_late) {
            return 0;
        }
        let dropped = self.low.len();
        self.low.clear();
        dropped
    }

    /// Pictures are stills, or move again.
    pub const fn let_stills_wait(&mut self, stills: bool) {
        self.stills = stills;
    }

    /// Drops whole frames from the front until the rest is no older than `age`, or one frame is left. Of one that has begun to leave the rest is kept while there is room: what left
    /// of it would be of no use, and neither would all that follows until a keyframe.
    fn trim(&mut self, now: Instant, age: Duration, leaving: Option<u32>) -> usize {
        let mut dropped = 0;
        loop {
            let overflows = self.video_bytes > VIDEO_BYTES;
            let is_leaving = |waiting: &&Waiting| !overflows && Some(waiting.timestamp) == leaving;
            let place = self.video.iter().take_while(is_leaving).count();
            let is_old = |first: &&Waiting| overflows || now.saturating_duration_since(first.since) > age;
            let Some(timestamp) = self.video.get(place).filter(is_old).map(|first| first.timestamp) else {
                return dropped;
            };
            while self.video.get(place).is_some_and(|waiting| waiting.timestamp == timestamp) {
                self.video_bytes -= self.video.remove(place).map_or(0, |waiting| waiting.packet.len());
                dropped += 1;
            }
        }
    }

    /// Takes all pictures that wait: another path carries them.
    pub fn take_pictures(&mut self) -> VecDeque<Waiting> {
        (self.video_bytes, self.leaving) = (0, None);
        let mut all = std::mem::take(&mut self.carried);
        all.append(&mut self.video);
        all
    }

    /// Pictures that another path did not bring, in their order.
    pub fn put_pictures(&mut self, pictures: VecDeque<Waiting>) {
        self.video_bytes += pictures.iter().map(|waiting| waiting.packet.len()).sum::<usize>();
        self.carried.extend(pictures);
    }

    /// Adds what repairs a loss and is of use until then; says whether an older one had to go for it.
    pub fn push_repair(&mut self, next: Next, until: Instant) -> Dropped {
        let full = self.repairs.len() == REPAIRS;
        if let Some(oldest) = self.repairs.pop_front_if(|_| full) {
            self.repair_bytes -= oldest.next.bytes();
        }
        self.repair_bytes += next.bytes();
        self.repairs.push_back(Repair { next, until });
        Dropped { repairs: usize::from(full), ..Dropped::default() }
    }

    /// Whether a repair leaves before the pictures that wait.
    fn is_repair_s_turn(&self, now: Instant) -> bool {
        let picture_s_turn = self.repaired && self.video_age(now) >= PATIENT;
        !picture_s_turn && !self.repairs.is_empty()
    }

    /// The next to send: sound, then repairs, then pictures, then the low picture; repairs and pictures in turns while pictures have waited for long.
    pub fn pop(&mut self, now: Instant) -> Option<Next> {
        if let Some(waiting) = self.sound.pop_front() {
            return Some(Next::Media(waiting));
        }
        self.repaired = self.is_repair_s_turn(now);
        if self.repaired {
            let repair = self.repairs.pop_front()?;
            self.repair_bytes -= repair.next.bytes();
            return Some(repair.next);
        }
        let waiting = match self.carried.pop_front() {
            Some(waiting) => waiting,
            None => {
                let Some(waiting) = self.video.pop_front() else {
                    return self.low.pop_front().map(Next::Low);
                };
                let follows = self.video.front().is_some_and(|next| next.timestamp == waiting.timestamp);
                self.leaving = follows.then_some(waiting.timestamp);
                waiting
            }
        };
        self.video_bytes -= waiting.packet.len();
        Some(Next::Media(waiting))
    }

    /// How large what is next is, and whether it asks for the pace.
    pub fn peek(&self, now: Instant) -> Option<(usize, bool)> {
        let media = |waiting: &Waiting| (waiting.packet.len(), waiting.kind == MediaKind::Video);
        let repair = self.repairs.front().filter(|_| self.is_repair_s_turn(now));
        let repair = repair.map(|repair| (repair.next.bytes(), repair.next.is_paced()));
        let picture = || self.carried.front().or_else(|| self.video.front()).map(media);
        let low = || self.low.front().map(media);
        self.sound.front().map(media).or(repair).or_else(picture).or_else(low)
    }

    /// What waits for the pace: pictures and repairs. The low picture holds nobody up.
    pub const fn paced_bytes(&self) -> usize {
        self.video_bytes + self.repair_bytes
    }

    /// How long the oldest picture has waited.
    pub fn video_age(&self, now: Instant) -> Duration {
        let first = self.carried.front().or_else(|| self.video.front());
        first.map_or(Duration::ZERO, |first| now.saturating_duration_since(first.since))
    }

    /// Forgets everything: what waited for a link that is gone is of no use to the next one.
    pub fn clear(&mut self) {
        *self = Self { stills: self.stills, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use yunzhen_runtime::clock;

    fn waiting(kind: MediaKind, since: Instant, timestamp: u32, len: usize) -> Waiting {
        Waiting { kind, since, timestamp, sequence: 0, packet: Bytes::from(vec![timestamp as u8; len]) }
    }

    #[test]
    fn sound_goes_before_pictures_and_pictures_in_order() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        queue.push(waiting(MediaKind::Video, now, 1, 1000));
        queue.push(waiting(MediaKind::Video, now, 2, 1000));
        queue.push(waiting(MediaKind::Audio, now, 3, 100));
        queue.push_repair(Next::Parity(9, Bytes::from_static(&[1])), now);
        queue.push_repair(Next::Again(waiting(MediaKind::Video, now, 4, 10)), now);
        let order: Vec<u32> = std::iter::from_fn(|| queue.pop(now))
            .map(|next| match next {
                Next::Media(waiting) | Next::Again(waiting) | Next::Low(waiting) => waiting.timestamp,
                Next::Parity(number, _) => number.into(),
            })
            .collect();
        assert_eq!(order, [3, 9, 4, 1, 2]);
    }

    #[test]
    fn what_another_path_did_not_bring_goes_before_pictures_which_wait_for_it() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        queue.put_pictures(VecDeque::from([1, 2].map(|timestamp| waiting(MediaKind::Video, at(0), timestamp, 100))));
        for (frame, timestamp) in (3..13).enumerate() {
            let pushed = queue.push(waiting(MediaKind::Video, at(30 * frame as u64), timestamp, 100));
            assert_eq!((pushed, queue.carried.len()), (Dropped::default(), 2));
        }
        assert_eq!(queue.paced_bytes(), 1200);
        assert_eq!(queue.pop(at(300)).map(|next| next.bytes()), Some(100));
        assert_eq!((queue.expire(at(601)).video, queue.carried.len()), (2, 0), "neither waits for ever");
        let left = queue.take_pictures();
        assert_eq!((left.front().map(|first| first.timestamp), left.len(), queue.paced_bytes()), (Some(4), 9, 0));
    }

    #[test]
    fn a_frame_goes_whole_and_a_large_one_may_leave_alone() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        for _ in 0..40 {
            assert_eq!(queue.push(waiting(MediaKind::Video, at(0), 1, 1100)), Dropped::default());
        }
        queue.pop(at(0));
        assert_eq!(queue.expire(at(300)), Dropped::default(), "a key frame on a narrow link");
        queue.push(waiting(MediaKind::Video, at(100), 2, 1100));
        assert_eq!(queue.push(waiting(MediaKind::Video, at(151), 3, 1100)), Dropped::default());
        let dropped = queue.push(waiting(MediaKind::Video, at(251), 4, 1100));
        assert_eq!((dropped.video, queue.paced_bytes()), (1, 41 * 1100), "a frame behind it goes instead");
        assert_eq!((queue.expire(at(601)).video, queue.paced_bytes()), (39, 2200), "it does not wait for ever");
        assert_eq!((queue.expire(at(752)).video, queue.video_age(at(852))), (1, Duration::from_millis(601)));
    }

    /// A keyframe's tail waited for more than 150 ms while the encoder was held; the frame after it dropped the tail, the far end asked for a keyframe, and so on: a picture that
    /// never came whole.
    #[test]
    fn a_frame_that_has_begun_to_leave_leaves_whole_and_one_that_has_not_goes_whole() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        for _ in 0..4 {
            queue.push(waiting(MediaKind::Video, at(0), 1, 1100));
        }
        queue.pop(at(0));
        queue.pop(at(100));
        queue.pop(at(190));
        assert_eq!(queue.push(waiting(MediaKind::Video, at(200), 2, 1100)), Dropped::default());
        assert!(matches!(queue.pop(at(210)), Some(Next::Media(Waiting { timestamp: 1, .. }))));
        assert_eq!(queue.push(waiting(MediaKind::Video, at(360), 3, 1100)).video, 1, "nothing of it has left");
    }

    #[test]
    fn a_repair_that_comes_too_late_is_dropped_and_counts_in_what_waits_until_then() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        queue.push_repair(Next::Again(waiting(MediaKind::Audio, at(0), 1, 80)), at(100));
        queue.push_repair(Next::Again(waiting(MediaKind::Video, at(0), 2, 1100)), at(500));
        queue.push_repair(Next::Parity(3, Bytes::from_static(&[0; 1100])), at(400));
        assert_eq!((queue.expire(at(100)), queue.paced_bytes()), (Dropped::default(), 2280));
        assert_eq!(queue.expire(at(450)), Dropped { repairs: 2, ..Dropped::default() });
        assert_eq!((queue.paced_bytes(), queue.peek(at(450))), (1100, Some((1100, true))));
        assert_eq!((queue.expire(at(501)).repairs, queue.pop(at(501)), queue.paced_bytes()), (1, None, 0));
    }

    #[test]
    fn a_burst_of_repairs_leaves_in_turns_with_pictures_that_have_waited() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        for number in 0..REPAIRS as u16 {
            assert_eq!(queue.push_repair(Next::Parity(number, Bytes::from_static(&[0; 1100])), at(600)).repairs, 0);
        }
        assert_eq!(queue.push_repair(Next::Parity(99, Bytes::from_static(&[0; 1100])), at(600)).repairs, 1);
        for _ in 0..4 {
            queue.push(waiting(MediaKind::Video, at(0), 1, 1100));
        }
        // 300 kbit/s: a packet in 30 ms.
        let order = (0..12).map(|turn| {
            assert_eq!(queue.peek(at(30 * turn)), Some((1100, true)));
            matches!(queue.pop(at(30 * turn)), Some(Next::Media(_)))
        });
        let pictures: Vec<usize> = order.enumerate().filter_map(|(turn, picture)| picture.then_some(turn)).collect();
        assert_eq!(pictures, [2, 4, 6, 8], "repairs first, then in turns, then repairs again");
    }

    #[test]
    fn the_low_picture_goes_last_is_dropped_first_and_holds_nobody_up() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        queue.push_low(waiting(MediaKind::Video, at(0), 1, 700));
        queue.push_low(waiting(MediaKind::Video, at(60), 2, 700));
        queue.push(waiting(MediaKind::Video, at(60), 3, 1000));
        queue.push_low_again(waiting(MediaKind::Video, at(60), 4, 300));
        assert_eq!((queue.paced_bytes(), queue.peek(at(60))), (1000, Some((1000, true))));
        let next = |queue: &mut Queue| match queue.pop(at(60)) {
            Some(Next::Media(waiting)) => (false, waiting.timestamp),
            Some(Next::Low(waiting)) => (true, waiting.timestamp),
            other => panic!("{other:?}"),
        };
        assert_eq!([next(&mut queue), next(&mut queue)], [(false, 3), (true, 4)]);
        assert_eq!((queue.peek(at(60)), queue.expire(at(150))), (Some((700, true)), Dropped::default()));
        let dropped = queue.push_low(waiting(MediaKind::Video, at(151), 5, 700));
        assert_eq!(dropped, Dropped { low: 2, ..Dropped::default() }, "all that waits, the last one too");
        assert_eq!(next(&mut queue), (true, 5));
        queue.push_low(waiting(MediaKind::Video, at(160), 6, 700));
        queue.push(waiting(MediaKind::Video, at(160), 7, 1000));
        let expired = queue.expire(at(311));
        assert_eq!((expired.low, expired.video), (1, 0), "the main picture may wait for longer");
        queue.push_low(waiting(MediaKind::Video, at(320), 8, 700));
        queue.clear_low();
        assert_eq!((next(&mut queue), queue.pop(at(320))), ((false, 7), None));
    }

    #[test]
    fn a_still_may_leave_for_seconds() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        queue.let_stills_wait(true);
        for _ in 0..30 {
            queue.push(waiting(MediaKind::Video, at(0), 1, 560));
        }
        assert_eq!([queue.expire(at(9000)).video, queue.expire(at(10_100)).video], [0, 30]);
        queue.push(waiting(MediaKind::Video, at(0), 2, 560));
        queue.let_stills_wait(false);
        assert_eq!(queue.expire(at(700)).video, 1, "what moves again has no use for it");
    }

    proptest! {
        #[test]
        fn never_beyond_its_bounds_and_never_loses_the_newest(
            pushes in prop::collection::vec((any::<bool>(), 1usize..1200, 0u64..40, 0u32..3), 1..600)
        ) {
            let (mut queue, mut now, mut timestamp) = (Queue::default(), clock::now_instant(), 0);
            for (video, len, step, frame) in pushes {
                now += Duration::from_millis(step);
                timestamp += frame;
                let kind = if video { MediaKind::Video } else { MediaKind::Audio };
                // A frame's packets wait since the same moment.
                let since = queue.video.iter().find(|w| w.timestamp == timestamp).map_or(now, |w| w.since);
                queue.push(waiting(kind, since, timestamp, len));
                if let (Some(first), Some(last)) = (queue.video.front(), queue.video.back()) {
                    prop_assert!(last.since - first.since <= VIDEO_SPAN);
                }
                prop_assert!(queue.sound.len() <= AUDIO_PACKETS);
                prop_assert_eq!(queue.video_bytes, queue.video.iter().map(|w| w.packet.len()).sum::<usize>());
                let newest = if video { queue.video.back() } else { queue.sound.back() };
                prop_assert_eq!(newest.map(|waiting| waiting.packet.len()), Some(len));
            }
        }
    }
}
