//! RTP payloads → access units, for tests, recording and pictures in tools. Expects packets in order; a gap damages the frame it falls in.

use super::{aggregated, nal};

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessUnit {
    /// Media clock.
    pub timestamp: u32,
    /// With four-byte start codes.
    pub annex_b: Vec<u8>,
    /// Carries an IDR slice.
    pub keyframe: bool,
    /// A packet is missing within it.
    pub damaged: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Depacketizer {
    next: Option<u16>,
    unit: Option<AccessUnit>,
    in_fragment: bool,
}

/// A frame larger than this is not put together.
const MAX_FRAME: usize = 4 * 1024 * 1024;

impl Depacketizer {
    /// Holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one packet; returns the frame that its marker ends.
    pub fn push(&mut self, sequence: u16, timestamp: u32, marker: bool, payload: &[u8]) -> Option<AccessUnit> {
        let gap = self.next.is_some_and(|next| next != sequence);
        self.next = Some(sequence.wrapping_add(1));
        if self.unit.as_ref().is_some_and(|unit| unit.timestamp != timestamp) {
            // The marker was lost with its packet; what there is of that frame is of no use.
            self.unit = None;
            self.in_fragment = false;
        }
        let unit = self.unit.get_or_insert_with(|| AccessUnit {
            timestamp,
            annex_b: Vec::new(),
            keyframe: false,
            damaged: false,
        });
        unit.damaged |= gap;
        if gap {
            self.in_fragment = false;
        }
        match payload {
            [] => {}
            [head, body @ ..] => match head & 0x1f {
                nal::STAP_A => aggregated(body).for_each(|one| append(unit, one)),
                nal::FU_A => match body {
                    [fu, piece @ ..] if fu & 0x80 != 0 => {
                        append(unit, &[(head & 0xe0) | (fu & 0x1f)]);
                        unit.annex_b.extend_from_slice(piece);
                        self.in_fragment = true;
                    }
                    [_, piece @ ..] if self.in_fragment && unit.annex_b.len() + piece.len() <= MAX_FRAME => {
                        unit.annex_b.extend_from_slice(piece);
                    }
                    _ => unit.damaged = true,
                },
                1..=23 => append(unit, payload),
                _ => unit.damaged = true,
            },
        }
        if marker { self.unit.take().filter(|unit| !unit.annex_b.is_empty()) } else { None }
    }
}

fn append(unit: &mut AccessUnit, nal_unit: &[u8]) {
    if unit.annex_b.len() + nal_unit.len() > MAX_FRAME {
        unit.damaged = true;
        return;
    }
    unit.keyframe |= nal_unit.first().is_some_and(|first| first & 0x1f == nal::IDR);
    unit.annex_b.extend_from_slice(&[0, 0, 0, 1]);
    unit.annex_b.extend_from_slice(nal_unit);
}
