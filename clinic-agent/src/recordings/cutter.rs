//! Samples of a recording → segments. Pure; times are microseconds since the recorder began.
//!
//! A segment begins with a keyframe where there are pictures, lasts [`LENGTH_US`] or a little more, and ends early where camera and microphone fall silent, so that
//! what is missing lies between segments and never within one.

use bytes::Bytes;
use yunzhen_media::opus;
use yunzhen_protocol::segment::{MAX_SAMPLES, Sample, SampleKind};

/// A segment is cut at the first keyframe after so long.
pub const LENGTH_US: u64 = 4_000_000;
/// Without pictures, or with an encoder that gives no keyframe, it is cut so much later.
const PATIENCE_US: u64 = 1_000_000;
/// Nothing for so long is a gap.
const SILENCE_US: u64 = 800_000;
/// Of a packet of sound that does not say how long it is.
const SOUND_US: u64 = 20_000;
/// A microphone's packets stand in a row while their times say no more than this against it: they were heard evenly, whenever they were read.
const JITTER_US: u64 = 100_000;
/// A segment with so much in it is cut at the next keyframe, well below what the relay takes.
const MOST_BYTES: usize = 5 * 1024 * 1024;

/// A segment that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// When it begins.
    pub begins_us: u64,
    /// What it holds.
    pub samples: Vec<Sample>,
}

#[derive(Debug)]
struct Open {
    begins_us: u64,
    samples: Vec<Sample>,
    bytes: usize,
    picture: Option<u32>,
    sound: Option<u32>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Cutter {
    open: Option<Open>,
    last_us: u64,
    /// Where the next packet of sound stands.
    sound_us: Option<u64>,
}

impl Open {
    fn is_due(&self, at_us: u64) -> bool {
        at_us.saturating_sub(self.begins_us) >= LENGTH_US
            || self.bytes >= MOST_BYTES
            || self.samples.len() >= MAX_SAMPLES / 2
    }

    fn is_overdue(&self, at_us: u64) -> bool {
        at_us.saturating_sub(self.begins_us) >= LENGTH_US + PATIENCE_US || self.samples.len() >= MAX_SAMPLES
    }
}

impl Cutter {
    fn is_silent(&self, at_us: u64) -> bool {
        at_us > self.last_us + SILENCE_US
    }

    /// Whether a picture of this time has to be a keyframe.
    pub fn wants_keyframe(&self, at_us: u64) -> bool {
        self.open.as_ref().is_none_or(|open| open.picture.is_none() || open.is_due(at_us)) || self.is_silent(at_us)
    }

    /// Another sample. Gives the segment that ended before it. A picture that needs one that is not there is dropped.
    pub fn push(&mut self, kind: SampleKind, at_us: u64, bytes: Bytes) -> Option<Cut> {
        let at_us = match kind {
            SampleKind::Sound => {
                let even = self.sound_us.filter(|even| even.abs_diff(at_us) <= JITTER_US).unwrap_or(at_us);
                self.sound_us = Some(even + lasts_us(&bytes));
                even
            }
            SampleKind::Picture | SampleKind::Keyframe => at_us,
        };
        let silent = self.is_silent(at_us);
        let ends = self.open.as_ref().is_some_and(|open| match kind {
            SampleKind::Keyframe => silent || open.is_due(at_us),
            SampleKind::Sound => silent || open.is_overdue(at_us),
            SampleKind::Picture => open.is_overdue(at_us),
        });
        let cut = if ends { self.flush() } else { None };
        let has_picture = self.open.as_ref().is_some_and(|open| open.picture.is_some());
        if kind == SampleKind::Picture && !has_picture {
            return cut;
        }
        // The sound that was heard beside a keyframe may come a little later than it.
        let beside = self
            .sound_us
            .filter(|sound| sound.abs_diff(at_us) <= 2 * JITTER_US)
            .map_or(at_us, |sound| sound.min(at_us));
        let open = self.open.get_or_insert_with(|| Open {
            begins_us: beside,
            samples: Vec::new(),
            bytes: 0,
            picture: None,
            sound: None,
        });
        let last = match kind {
            SampleKind::Sound => &mut open.sound,
            SampleKind::Picture | SampleKind::Keyframe => &mut open.picture,
        };
        // An open segment is never so long that this is cut off.
        let at = u32::try_from(at_us.saturating_sub(open.begins_us)).unwrap_or(u32::MAX);
        let at = last.map_or(at, |last| at.max(last + 1));
        *last = Some(at);
        open.bytes += bytes.len();
        open.samples.push(Sample { kind, at_us: at, bytes });
        self.last_us = self.last_us.max(at_us);
        cut
    }

    /// What is open ends.
    pub fn flush(&mut self) -> Option<Cut> {
        let Open { begins_us, samples, .. } = self.open.take()?;
        Some(Cut { begins_us, samples })
    }
}

/// How long a packet of sound is heard: 20 ms, or 60 on a narrow link.
fn lasts_us(packet: &[u8]) -> u64 {
    opus::duration_ticks(packet).map_or(SOUND_US, |ticks| u64::from(ticks) * 1_000 / 48)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;
    use yunzhen_protocol::segment::{After, Segment};

    fn picture(cutter: &mut Cutter, at_us: u64) -> Option<Cut> {
        let kind = if cutter.wants_keyframe(at_us) { SampleKind::Keyframe } else { SampleKind::Picture };
        cutter.push(kind, at_us, Bytes::from_static(b"picture"))
    }

    fn sound(cutter: &mut Cutter, at_us: u64) -> Option<Cut> {
        cutter.push(SampleKind::Sound, at_us, Bytes::from_static(&[0x78, 0]))
    }

    #[test]
    fn a_call_is_cut_at_keyframes_and_nothing_is_lost_between_them() {
        let (mut cutter, mut cuts) = (Cutter::default(), Vec::new());
        for tick in 0..1000u64 {
            let at = tick * 20_000;
            // Sound comes unevenly, up to 30 ms late.
            cuts.extend(sound(&mut cutter, at + tick * 7_919 % 30_000));
            if tick % 2 == 0 {
                cuts.extend(picture(&mut cutter, at));
            }
        }
        cuts.extend(cutter.flush());
        let kinds =
            |kept: &Cut, sound: bool| kept.samples.iter().filter(|s| (s.kind == SampleKind::Sound) == sound).count();
        let pictures: usize = cuts.iter().map(|cut| kinds(cut, false)).sum();
        let sounds: usize = cuts.iter().map(|cut| kinds(cut, true)).sum();
        assert_eq!((cuts.len(), pictures, sounds), (5, 500, 1000));
        assert!(cuts[1..].iter().all(|cut| cut.samples[0].kind == SampleKind::Keyframe));
        // As it was heard, however it was read: packets stand in a row.
        let of_sound =
            cuts.iter().flat_map(|cut| cut.samples.iter().map(|s| (s.kind, cut.begins_us + u64::from(s.at_us))));
        let times: Vec<u64> = of_sound.filter(|(kind, _)| *kind == SampleKind::Sound).map(|(_, at)| at).collect();
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 20_000), "{times:?}");
    }

    #[test]
    fn sound_that_gets_slim_on_a_narrow_link_stands_in_a_row() {
        let (mut cutter, mut at) = (Cutter::default(), 0);
        let mut cuts = Vec::new();
        for (packet, lasts) in [(&[0x78, 0][..], 20_000), (&[0x0b, 0x03][..], 60_000), (&[0x78, 0][..], 20_000)] {
            for number in 0..30 {
                // Unevenly read, up to 30 ms late.
                cuts.extend(cutter.push(SampleKind::Sound, at + number * 7_919 % 30_000, Bytes::from_static(packet)));
                at += lasts;
            }
        }
        cuts.extend(cutter.flush());
        let times: Vec<u64> =
            cuts.iter().flat_map(|cut| cut.samples.iter().map(|s| cut.begins_us + u64::from(s.at_us))).collect();
        let steps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(steps, [[20_000; 30].as_slice(), &[60_000; 30], &[20_000; 29]].concat());
    }

    #[test]
    fn a_home_without_a_picture_is_cut_by_time_and_a_silence_lies_between_segments() {
        let (mut cutter, mut cuts) = (Cutter::default(), Vec::new());
        for packet in 0..300u64 {
            cuts.extend(sound(&mut cutter, packet * 20_000));
        }
        assert_eq!(cuts.len(), 1, "after five of six seconds");
        // Muted and hidden for ten seconds, then the camera alone.
        let cut = picture(&mut cutter, 16_000_000).expect("what was before ends");
        assert_eq!(cut.begins_us, 5_000_000);
        let cut = cutter.flush().expect("the picture");
        assert_eq!((cut.begins_us, cut.samples.len()), (16_000_000, 1));
        assert!(cutter.flush().is_none());
        assert!(cutter.push(SampleKind::Picture, 16_100_000, Bytes::from_static(b"x")).is_none());
        assert!(cutter.flush().is_none(), "a picture that needs another is none");
    }

    proptest! {
        #[test]
        fn every_segment_can_be_shown(steps in prop::collection::vec((any::<bool>(), 0u64..1_500_000), 1..300)) {
            let (mut cutter, mut at, mut cuts) = (Cutter::default(), 0, Vec::new());
            let mut given = 0;
            for (is_sound, step) in steps {
                at += step;
                given += 1;
                cuts.extend(if is_sound { sound(&mut cutter, at) } else { picture(&mut cutter, at) });
            }
            cuts.extend(cutter.flush());
            let kept: usize = cuts.iter().map(|cut| cut.samples.len()).sum();
            prop_assert_eq!(kept, given);
            for Cut { begins_us, samples } in cuts {
                let recording = Uuid::from_u128(1);
                let segment = Segment { recording, index: 0, begins_us, after: After::Segment, size: (2, 2), samples };
                prop_assert_eq!(Segment::decode(segment.encode().into()), Ok(segment));
            }
        }
    }
}
