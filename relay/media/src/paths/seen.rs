//! What came by another path already, or is so old that it came long ago. A path that was dead for seconds gives back what waited in it: the room must take that
//! neither for new nor for a source that begins anew.

use crate::{codec::MediaKind, sequence::Unwrapper};
use yunzhen_protocol::rtp::RtpHeader;

/// Numbers that are remembered of each kind; a power of two, some seconds of picture.
const KEPT: u64 = 1024;

#[derive(Debug)]
struct Stream {
    ssrc: Option<u32>,
    numbers: Unwrapper,
    came: Box<[u64]>,
}

impl Default for Stream {
    fn default() -> Self {
        Self { ssrc: None, numbers: Unwrapper::new(), came: vec![0; (KEPT / 64) as usize].into() }
    }
}

impl Stream {
    fn is_new(&mut self, ssrc: u32, sequence: u16) -> bool {
        if self.ssrc != Some(ssrc) {
            *self = Self { ssrc: Some(ssrc), ..Self::default() };
        }
        let number = self.numbers.peek(sequence);
        match self.numbers.highest() {
            Some(highest) if number + KEPT <= highest => return false,
            Some(highest) if number > highest => {
                let from = (highest + 1).max((number + 1).saturating_sub(KEPT));
                for skipped in from..=number {
                    self.set(skipped, false);
                }
            }
            Some(_) | None => {}
        }
        self.numbers.advance(number);
        !self.set(number, true)
    }

    /// Says what it was.
    fn set(&mut self, number: u64, came: bool) -> bool {
        let place = number % KEPT;
        let (word, bit) = (&mut self.came[(place / 64) as usize], 1 << (place % 64));
        let before = *word & bit != 0;
        *word = if came { *word | bit } else { *word & !bit };
        before
    }
}

/// See the module. One for all paths of a box.
#[derive(Debug, Default)]
pub struct Seen {
    video: Stream,
    audio: Stream,
    low: Stream,
}

impl Seen {
    /// A packet came; `false`: it is of no use any more.
    pub fn is_new(&mut self, kind: MediaKind, header: RtpHeader) -> bool {
        match kind {
            MediaKind::Video => self.video.is_new(header.ssrc, header.sequence),
            MediaKind::Audio => self.audio.is_new(header.ssrc, header.sequence),
        }
    }

    /// The same of a packet of the low picture.
    pub fn is_new_low(&mut self, header: RtpHeader) -> bool {
        self.low.is_new(header.ssrc, header.sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn header(ssrc: u32, sequence: u16) -> RtpHeader {
        RtpHeader { marker: false, payload_type: 111, sequence, timestamp: 0, ssrc }
    }

    #[test]
    fn what_a_dead_path_gives_back_after_seconds_is_dropped_though_it_comes_in_order() {
        let mut seen = Seen::default();
        assert!(seen.is_new(MediaKind::Audio, header(1, 65_000)));
        assert!(seen.is_new(MediaKind::Audio, header(1, 65_002)) && seen.is_new(MediaKind::Audio, header(1, 65_001)));
        for later in 0..3000u16 {
            assert!(seen.is_new(MediaKind::Audio, header(1, 65_003u16.wrapping_add(later))));
        }
        for stale in 65_003..65_030 {
            assert!(!seen.is_new(MediaKind::Audio, header(1, stale)));
        }
        assert!(seen.is_new(MediaKind::Audio, header(2, 5)), "another consultation");
        assert!(seen.is_new(MediaKind::Video, header(2, 5)), "the picture counts by itself");
        assert!(seen.is_new_low(header(2, 5)) && !seen.is_new_low(header(2, 5)), "and so does the low one");
    }

    proptest! {
        /// Two paths with a copy of everything, one behind the other and both losing: each packet passes once.
        #[test]
        fn each_packet_passes_once(start in any::<u16>(), lag in 0usize..900, lost in prop::collection::vec((any::<bool>(), any::<bool>()), 1..1500)) {
            let mut seen = Seen::default();
            let mut passed = vec![0; lost.len()];
            for step in 0..lost.len() + lag {
                for (path, place) in [Some(step), step.checked_sub(lag)].into_iter().enumerate() {
                    let Some(place) = place.filter(|place| *place < lost.len()) else { continue };
                    let gone = if path == 0 { lost[place].0 } else { lost[place].1 };
                    if !gone && seen.is_new(MediaKind::Audio, header(1, start.wrapping_add(place as u16))) {
                        passed[place] += 1;
                    }
                }
            }
            for (place, (first, second)) in lost.iter().enumerate() {
                prop_assert_eq!(passed[place], u32::from(!(*first && *second)));
            }
        }
    }
}
