//! What waits above quinn's small datagram buffer when the link is narrower than the media. Pure.
//!
//! Drop policy: sound is kept, the oldest pictures go first. Sound has its own bound only so that nothing is unbounded;
//! it is 50 packets (one second) and is reached only when nothing at all leaves the box.

use bytes::Bytes;
use std::collections::VecDeque;

/// What a packet carries; decides who is dropped first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Video RTP: dropped first, oldest first.
    Video,
    /// Audio RTP: sent before any video.
    Audio,
}

/// Sound that may wait: one second at 20 ms a packet.
const AUDIO_PACKETS: usize = 50;
/// Pictures may wait this long at the present bit rate before the oldest go.
const VIDEO_MILLISECONDS: u64 = 200;
/// A key frame must fit whatever the bit rate.
const VIDEO_BYTES_MIN: usize = 48 * 1024;

/// Packets waiting for room in the link; they are cut to datagrams only when they leave, for the path as it is then.
#[derive(Debug)]
pub struct Queue {
    video: VecDeque<Bytes>,
    video_bytes: usize,
    video_limit: usize,
    sound: VecDeque<Bytes>,
}

/// How many packets a push threw away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Video packets; not zero means that the decoder at the far end needs a key frame.
    pub video: usize,
    /// Audio packets.
    pub audio: usize,
}

impl Queue {
    /// An empty queue for the given video bit rate.
    pub fn new(video_bps: u32) -> Self {
        let mut queue = Self {
            video: VecDeque::new(),
            video_bytes: 0,
            video_limit: 0,
            sound: VecDeque::with_capacity(AUDIO_PACKETS),
        };
        queue.set_bitrate(video_bps);
        queue
    }

    /// Follows the encoder's bit rate.
    pub fn set_bitrate(&mut self, video_bps: u32) {
        let bytes = u64::from(video_bps) / 8 * VIDEO_MILLISECONDS / 1000;
        self.video_limit = usize::try_from(bytes).unwrap_or(usize::MAX).max(VIDEO_BYTES_MIN);
    }

    /// Adds one packet and says what had to go for it.
    pub fn push(&mut self, kind: Kind, packet: Bytes) -> Dropped {
        let mut dropped = Dropped::default();
        match kind {
            Kind::Audio => {
                if self.sound.len() == AUDIO_PACKETS {
                    self.sound.pop_front();
                    dropped.audio = 1;
                }
                self.sound.push_back(packet);
            }
            Kind::Video => {
                self.video_bytes += packet.len();
                self.video.push_back(packet);
                while self.video_bytes > self.video_limit && self.video.len() > 1 {
                    let Some(oldest) = self.video.pop_front() else { break };
                    self.video_bytes -= oldest.len();
                    dropped.video += 1;
                }
            }
        }
        dropped
    }

    /// The next packet to send: sound before pictures.
    pub fn pop(&mut self) -> Option<(Kind, Bytes)> {
        if let Some(packet) = self.sound.pop_front() {
            return Some((Kind::Audio, packet));
        }
        let packet = self.video.pop_front()?;
        self.video_bytes -= packet.len();
        Some((Kind::Video, packet))
    }

    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.sound.is_empty() && self.video.is_empty()
    }

    /// Forgets everything: what waited for a link that is gone is of no use to the next one. Says how many video packets went.
    pub fn clear(&mut self) -> Dropped {
        let dropped = Dropped { video: self.video.len(), audio: self.sound.len() };
        self.video.clear();
        self.sound.clear();
        self.video_bytes = 0;
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packet(mark: u8, len: usize) -> Bytes {
        Bytes::from(vec![mark; len])
    }

    #[test]
    fn sound_goes_before_pictures_and_pictures_in_order() {
        let mut queue = Queue::new(1_000_000);
        queue.push(Kind::Video, packet(1, 1000));
        queue.push(Kind::Video, packet(2, 1000));
        queue.push(Kind::Audio, packet(3, 100));
        let order: Vec<u8> = std::iter::from_fn(|| queue.pop()).map(|(_, packet)| packet[0]).collect();
        assert_eq!(order, [3, 1, 2]);
    }

    proptest! {
        #[test]
        fn never_beyond_its_bounds_and_never_loses_the_newest(
            pushes in prop::collection::vec((any::<bool>(), 1usize..1200), 1..600), bps in 0u32..10_000_000
        ) {
            let mut queue = Queue::new(bps);
            for (video, len) in pushes {
                let kind = if video { Kind::Video } else { Kind::Audio };
                queue.push(kind, packet(7, len));
                prop_assert!(queue.video_bytes <= queue.video_limit.max(1200));
                prop_assert!(queue.sound.len() <= AUDIO_PACKETS);
                prop_assert_eq!(queue.video_bytes, queue.video.iter().map(Bytes::len).sum::<usize>());
                let newest = if video { queue.video.back() } else { queue.sound.back() };
                prop_assert_eq!(newest.map(Bytes::len), Some(len));
            }
        }
    }
}
