//! A few seconds of a recording, as the box writes them and the relay assembles them: encoded samples with their times.
//!
//! ```text
//! "YZS1" | 16 bytes recording | u32 index | u64 begins_us | u8 after | u16 width | u16 height | samples …
//! sample: u8 kind (0: picture, 1: keyframe, 2: sound) | u32 at_us | u32 length | bytes
//! ```
//!
//! Numbers are big-endian. `begins_us` is the box's clock in microseconds since 1970, `at_us` counts from it. Pictures are H.264 access units in Annex B form,
//! sound is Opus, 48 kHz, mono. `after` says what lies before the segment: 0 the one before it, 1 a start of the box's recorder, 2 a stretch for which the disk
//! had no room. On disk and on the wire a segment is sealed (AES-256-GCM) with its recording's key; [`place`] is sealed with it. Not here: the cipher, files.

use bytes::{Buf as _, Bytes};
use uuid::Uuid;

/// Samples of one segment; ten seconds have some 800.
pub const MAX_SAMPLES: usize = 8192;
/// A segment lasts no longer, microseconds.
pub const MAX_LENGTH_US: u32 = 60_000_000;
/// Bytes that sealing adds: nonce and tag.
pub const SEAL_BYTES: usize = 12 + 16;

const MAGIC: &[u8; 4] = b"YZS1";
const HEAD_BYTES: usize = 4 + 16 + 4 + 8 + 1 + 2 + 2;
const SAMPLE_HEAD_BYTES: usize = 1 + 4 + 4;

/// What lies before a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The segment before it.
    Segment,
    /// The box's recorder began, or began anew.
    Start,
    /// The disk had no room.
    Disk,
}

/// What a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleKind {
    /// A picture that needs the ones before it.
    Picture,
    /// A picture that needs none, with its parameter sets.
    Keyframe,
    /// A packet of sound, which says itself how long it is.
    Sound,
}

/// One access unit or packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What.
    pub kind: SampleKind,
    /// From the segment's begin.
    pub at_us: u32,
    /// As the encoder gave it.
    pub bytes: Bytes,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Of which recording.
    pub recording: Uuid,
    /// 0, 1, 2, … without a gap.
    pub index: u32,
    /// By the box's clock.
    pub begins_us: u64,
    /// What lies before it.
    pub after: After,
    /// Pixels; 0 where no picture was ever recorded.
    pub size: (u16, u16),
    /// In the order in which they were made; pictures and sound each in the order of their times, the first picture a keyframe.
    pub samples: Vec<Sample>,
}

/// Why bytes are no segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentError {
    /// They end within something.
    #[error("a segment ends within a field")]
    Short,
    /// Another format.
    #[error("this is no segment that this version knows")]
    Unknown,
    /// More samples, or a longer time, than a segment may have.
    #[error("a segment has at most {MAX_SAMPLES} samples and {MAX_LENGTH_US} µs")]
    TooLong,
    /// Times that run back, a first picture that needs others, a picture without a size, or no sample at all.
    #[error("the samples of a segment are not in an order that can be shown")]
    Order,
}

/// What a segment is sealed with beside its bytes, so that it opens nowhere else.
pub fn place(recording: Uuid, index: u32) -> [u8; 20] {
    let mut place = [0; 20];
    place[..16].copy_from_slice(recording.as_bytes());
    place[16..].copy_from_slice(&index.to_be_bytes());
    place
}

impl Segment {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let samples: usize = self.samples.iter().map(|sample| SAMPLE_HEAD_BYTES + sample.bytes.len()).sum();
        let mut out = Vec::with_capacity(HEAD_BYTES + samples + SEAL_BYTES);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(self.recording.as_bytes());
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.begins_us.to_be_bytes());
        out.push(match self.after {
            After::Segment => 0,
            After::Start => 1,
            After::Disk => 2,
        });
        out.extend_from_slice(&self.size.0.to_be_bytes());
        out.extend_from_slice(&self.size.1.to_be_bytes());
        for Sample { kind, at_us, bytes } in &self.samples {
            out.push(match kind {
                SampleKind::Picture => 0,
                SampleKind::Keyframe => 1,
                SampleKind::Sound => 2,
            });
            out.extend_from_slice(&at_us.to_be_bytes());
            out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
            out.extend_from_slice(bytes);
        }
        out
    }

    /// Reads a segment; the samples share the bytes.
    pub fn decode(mut bytes: Bytes) -> Result<Self, SegmentError> {
        if bytes.len() < HEAD_BYTES {
            return Err(SegmentError::Short);
        }
        if bytes.split_to(4) != MAGIC.as_slice() {
            return Err(SegmentError::Unknown);
        }
        let recording = Uuid::from_u128(bytes.get_u128());
        let (index, begins_us) = (bytes.get_u32(), bytes.get_u64());
        let after = match bytes.get_u8() {
            0 => After::Segment,
            1 => After::Start,
            2 => After::Disk,
            _ => return Err(SegmentError::Unknown),
        };
        let size = (bytes.get_u16(), bytes.get_u16());
        let mut samples = Vec::new();
        while !bytes.is_empty() {
            if bytes.len() < SAMPLE_HEAD_BYTES {
                return Err(SegmentError::Short);
            }
            if samples.len() == MAX_SAMPLES {
                return Err(SegmentError::TooLong);
            }
            let kind = match bytes.get_u8() {
                0 => SampleKind::Picture,
                1 => SampleKind::Keyframe,
                2 => SampleKind::Sound,
                _ => return Err(SegmentError::Unknown),
            };
            let (at_us, len) = (bytes.get_u32(), bytes.get_u32() as usize);
            if len > bytes.len() {
                return Err(SegmentError::Short);
            }
            samples.push(Sample { kind, at_us, bytes: bytes.split_to(len) });
        }
        let segment = Self { recording, index, begins_us, after, size, samples };
        segment.check().map(|()| segment)
    }

    /// Whether it can be shown.
    fn check(&self) -> Result<(), SegmentError> {
        let (mut picture, mut sound) = (None, None);
        for sample in &self.samples {
            if sample.at_us > MAX_LENGTH_US {
                return Err(SegmentError::TooLong);
            }
            let last = match sample.kind {
                SampleKind::Picture if picture.is_none() => return Err(SegmentError::Order),
                SampleKind::Picture | SampleKind::Keyframe => &mut picture,
                SampleKind::Sound => &mut sound,
            };
            // Each at its own time: two of one kind at the same time cannot both be shown.
            if last.is_some_and(|last| sample.at_us <= last) || sample.bytes.is_empty() {
                return Err(SegmentError::Order);
            }
            *last = Some(sample.at_us);
        }
        let has_size = self.size.0 > 0 && self.size.1 > 0;
        let shown = !self.samples.is_empty() && (picture.is_none() || has_size);
        if shown { Ok(()) } else { Err(SegmentError::Order) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A picture each 40 ms, some of them keyframes, with sound between.
    fn segment() -> impl Strategy<Value = Segment> {
        let bytes = prop::collection::vec(any::<u8>(), 1..50);
        let samples = prop::collection::vec((0u8..3, bytes), 0..60);
        (any::<u128>(), any::<u32>(), 0..u64::MAX / 2, 0u8..3, samples).prop_map(
            |(id, index, begins_us, after, made)| {
                let first = Sample { kind: SampleKind::Keyframe, at_us: 0, bytes: Bytes::from_static(b"first") };
                let others = made.into_iter().enumerate().map(|(n, (kind, bytes))| Sample {
                    kind: [SampleKind::Picture, SampleKind::Keyframe, SampleKind::Sound][usize::from(kind)],
                    at_us: (n as u32 + 1) * 20_000,
                    bytes: bytes.into(),
                });
                let after = [After::Segment, After::Start, After::Disk][usize::from(after)];
                let samples = std::iter::once(first).chain(others).collect();
                Segment { recording: Uuid::from_u128(id), index, begins_us, after, size: (1280, 720), samples }
            },
        )
    }

    proptest! {
        #[test]
        fn a_segment_survives_the_disk_and_half_of_it_is_never_taken_for_another(segment in segment(), cut in 0.0..1.0) {
            let bytes = segment.encode();
            prop_assert_eq!(Segment::decode(Bytes::from(bytes.clone())), Ok(segment.clone()));
            let cut = (bytes.len() as f64 * cut) as usize;
            if let Ok(part) = Segment::decode(Bytes::copy_from_slice(&bytes[..cut])) {
                // Cut between two samples: which the seal, and the digest of the offer, tell.
                prop_assert!(segment.samples.starts_with(&part.samples));
            }
        }

        #[test]
        fn any_bytes_are_a_segment_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut framed = MAGIC.to_vec();
            framed.extend_from_slice(&bytes);
            for bytes in [bytes, framed] {
                if let Ok(segment) = Segment::decode(Bytes::from(bytes.clone())) {
                    prop_assert_eq!(segment.encode(), bytes);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let sample = |kind, at_us| Sample { kind, at_us, bytes: Bytes::from_static(b"x") };
        let of = |samples: Vec<Sample>, size| {
            let recording = Uuid::from_u128(1);
            let segment = Segment { recording, index: 0, begins_us: 1, after: After::Start, size, samples };
            Segment::decode(segment.encode().into()).err()
        };
        use SampleKind::{Keyframe, Picture, Sound};
        assert_eq!(of(vec![], (2, 2)), Some(SegmentError::Order));
        assert_eq!(of(vec![sample(Picture, 0)], (2, 2)), Some(SegmentError::Order));
        assert_eq!(of(vec![sample(Keyframe, 5), sample(Picture, 5)], (2, 2)), Some(SegmentError::Order));
        assert_eq!(of(vec![sample(Keyframe, 0)], (0, 2)), Some(SegmentError::Order));
        assert_eq!(of(vec![sample(Sound, MAX_LENGTH_US + 1)], (0, 0)), Some(SegmentError::TooLong));
        assert_eq!(of(vec![sample(Sound, 7), sample(Keyframe, 5), sample(Sound, 8)], (2, 2)), None);
        assert_eq!(of(vec![sample(Sound, 0)], (0, 0)), None, "a home whose camera is off");
        assert_ne!(place(Uuid::from_u128(1), 2), place(Uuid::from_u128(1), 3));
    }
}
