//! What waits above quinn's small datagram buffer when the link is narrower than the media. Pure.
//!
//! Drop policy: sound is kept, the oldest pictures go first, whole frames at a time. Pictures that wait span at most [`VIDEO_SPAN`]; a single frame
//! may take longer to leave, and the encoder is held meanwhile ([`Queue::video_bytes`]). Sound has its own bound only so that nothing is unbounded;
//! it is 50 packets (one second) and is reached only when nothing at all leaves the box.
//! What repairs a loss (parity, packets that are sent again) goes after sound and before pictures, [`REPAIRS`] at most, the oldest given up first.

use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use yunzhen_media::MediaKind;

/// Sound that may wait: one second at 20 ms a packet.
const AUDIO_PACKETS: usize = 50;
/// From the oldest picture that waits to the newest.
pub const VIDEO_SPAN: Duration = Duration::from_millis(150);
/// The same while the path may be dead and another may take them over, and behind what it took over.
pub const PATIENT_SPAN: Duration = Duration::from_millis(450);
/// A picture that could not leave for so long is of no use to anybody.
const VIDEO_AGE: Duration = Duration::from_millis(600);
/// Whatever its span.
const VIDEO_BYTES: usize = 256 * 1024;

/// Repairs that may wait.
const REPAIRS: usize = 64;

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
}

impl Next {
    /// Whether it leaves when the pace allows; sound does not ask.
    pub fn is_paced(&self) -> bool {
        match self {
            Self::Media(waiting) | Self::Again(waiting) => waiting.kind == MediaKind::Video,
            Self::Parity(..) => true,
        }
    }

    /// Bytes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Media(waiting) | Self::Again(waiting) => waiting.packet.len(),
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
    repairs: VecDeque<Next>,
}

/// How many packets were thrown away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Video packets; not zero means that the decoder at the far end needs a key frame.
    pub video: usize,
    /// Audio packets.
    pub audio: usize,
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
                dropped.video = self.trim(now, span);
            }
        }
        dropped
    }

    /// Drops pictures that are too old to be sent. Says how many packets went.
    pub fn expire(&mut self, now: Instant) -> usize {
        let mut dropped = 0;
        while let Some(late) =
            self.carried.pop_front_if(|waiting| now.saturating_duration_since(waiting.since) > VIDEO_AGE)
        {
            self.video_bytes -= late.packet.len();
            dropped += 1;
        }
        dropped + self.trim(now, VIDEO_AGE)
    }

    /// Drops whole frames from the front until the rest is no older than `age`, or one frame is left.
    fn trim(&mut self, now: Instant, age: Duration) -> usize {
        let mut dropped = 0;
        while let Some(first) = self.video.front()
            && (now.saturating_duration_since(first.since) > age || self.video_bytes > VIDEO_BYTES)
        {
            let timestamp = first.timestamp;
            while let Some(packet) = self.video.pop_front_if(|waiting| waiting.timestamp == timestamp) {
                self.video_bytes -= packet.packet.len();
                dropped += 1;
            }
        }
        dropped
    }

    /// Takes all pictures that wait: another path carries them.
    pub fn take_pictures(&mut self) -> VecDeque<Waiting> {
        self.video_bytes = 0;
        let mut all = std::mem::take(&mut self.carried);
        all.append(&mut self.video);
        all
    }

    /// Pictures that another path did not bring, in their order.
    pub fn put_pictures(&mut self, pictures: VecDeque<Waiting>) {
        self.video_bytes += pictures.iter().map(|waiting| waiting.packet.len()).sum::<usize>();
        self.carried.extend(pictures);
    }

    /// Adds what repairs a loss.
    pub fn push_repair(&mut self, repair: Next) {
        if self.repairs.len() == REPAIRS {
            self.repairs.pop_front();
        }
        self.repairs.push_back(repair);
    }

    /// The next to send: sound, then repairs, then pictures.
    pub fn pop(&mut self) -> Option<Next> {
        if let Some(waiting) = self.sound.pop_front() {
            return Some(Next::Media(waiting));
        }
        if let Some(repair) = self.repairs.pop_front() {
            return Some(repair);
        }
        let waiting = self.carried.pop_front().or_else(|| self.video.pop_front())?;
        self.video_bytes -= waiting.packet.len();
        Some(Next::Media(waiting))
    }

    /// How large what is next is, and whether it asks for the pace.
    pub fn peek(&self) -> Option<(usize, bool)> {
        let media = |waiting: &Waiting| (waiting.packet.len(), waiting.kind == MediaKind::Video);
        let repair = || self.repairs.front().map(|repair| (repair.bytes(), repair.is_paced()));
        let picture = || self.carried.front().or_else(|| self.video.front()).map(media);
        self.sound.front().map(media).or_else(repair).or_else(picture)
    }

    /// Pictures that wait.
    pub const fn video_bytes(&self) -> usize {
        self.video_bytes
    }

    /// How long the oldest picture has waited.
    pub fn video_age(&self, now: Instant) -> Duration {
        self.video.front().map_or(Duration::ZERO, |first| now.saturating_duration_since(first.since))
    }

    /// Forgets everything: what waited for a link that is gone is of no use to the next one.
    pub fn clear(&mut self) {
        *self = Self::default();
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
        queue.push_repair(Next::Parity(9, Bytes::from_static(&[1])));
        queue.push_repair(Next::Again(waiting(MediaKind::Video, now, 4, 10)));
        let order: Vec<u32> = std::iter::from_fn(|| queue.pop())
            .map(|next| match next {
                Next::Media(waiting) | Next::Again(waiting) => waiting.timestamp,
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
        assert_eq!(queue.video_bytes(), 1200);
        assert_eq!(queue.pop().map(|next| next.bytes()), Some(100));
        assert_eq!((queue.expire(at(601)), queue.carried.len()), (2, 0), "neither waits for ever");
        let left = queue.take_pictures();
        assert_eq!((left.front().map(|first| first.timestamp), left.len(), queue.video_bytes()), (Some(4), 9, 0));
    }

    #[test]
    fn a_frame_goes_whole_and_a_large_one_may_leave_alone() {
        let (mut queue, now) = (Queue::default(), clock::now_instant());
        let at = |ms| now + Duration::from_millis(ms);
        for _ in 0..40 {
            assert_eq!(queue.push(waiting(MediaKind::Video, at(0), 1, 1100)), Dropped::default());
        }
        queue.pop();
        assert_eq!(queue.expire(at(300)), 0, "a key frame on a narrow link");
        queue.push(waiting(MediaKind::Video, at(100), 2, 1100));
        let dropped = queue.push(waiting(MediaKind::Video, at(151), 3, 1100));
        assert_eq!((dropped.video, queue.video_bytes()), (39, 2200));
        assert_eq!((queue.expire(at(701)), queue.video_age(at(751))), (1, Duration::from_millis(600)));
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
