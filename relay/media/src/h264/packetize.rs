//! One access unit → RTP payloads: parameter sets and other small units aggregated (STAP-A), large ones cut (FU-A).

use bytes::Bytes;

use super::{nal, nal_units};

/// One RTP payload of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// Set on the last of the frame.
    pub marker: bool,
    /// Of its own allocation: a kept packet pins nothing else.
    pub payload: Bytes,
}

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Packetizer {
    max_payload: usize,
}

const FU_HEADER: usize = 2;
const STAP_HEADER: usize = 1;
const STAP_LENGTH: usize = 2;

impl Packetizer {
    /// Payloads of at most `max_payload` bytes (at least 16: less cannot carry a fragment sensibly).
    pub fn new(max_payload: usize) -> Self {
        Self { max_payload: max_payload.max(16) }
    }

    /// The payloads of one access unit in Annex B form. Delimiters and filler are left out; they mean nothing in RTP.
    pub fn packetize(&self, access_unit: &[u8]) -> Vec<Payload> {
        let mut payloads = Vec::new();
        let mut small: Vec<&[u8]> = Vec::new();
        let mut small_bytes = STAP_HEADER;
        for unit in nal_units(access_unit).filter(|unit| !matches!(unit[0] & 0x1f, nal::AUD | 12)) {
            if small_bytes + STAP_LENGTH + unit.len() > self.max_payload {
                flush(&mut small, &mut small_bytes, &mut payloads);
            }
            if small_bytes + STAP_LENGTH + unit.len() <= self.max_payload {
                small_bytes += STAP_LENGTH + unit.len();
                small.push(unit);
            } else if unit.len() <= self.max_payload {
                payloads.push(Bytes::copy_from_slice(unit));
            } else {
                self.cut(unit, &mut payloads);
            }
        }
        flush(&mut small, &mut small_bytes, &mut payloads);
        let last = payloads.len().wrapping_sub(1);
        payloads.into_iter().enumerate().map(|(index, payload)| Payload { marker: index == last, payload }).collect()
    }

    fn cut(&self, unit: &[u8], payloads: &mut Vec<Bytes>) {
        let (head, body) = (unit[0], &unit[1..]);
        // Even pieces, as many as needed.
        let count = body.len().div_ceil(self.max_payload - FU_HEADER);
        let piece = body.len().div_ceil(count);
        for (index, chunk) in body.chunks(piece).enumerate() {
            let start = if index == 0 { 0x80 } else { 0 };
            let end = if (index + 1) * piece >= body.len() { 0x40 } else { 0 };
            let mut out = Vec::with_capacity(FU_HEADER + chunk.len());
            out.push((head & 0xe0) | nal::FU_A);
            out.push(start | end | (head & 0x1f));
            out.extend_from_slice(chunk);
            payloads.push(out.into());
        }
    }
}

fn flush(small: &mut Vec<&[u8]>, small_bytes: &mut usize, payloads: &mut Vec<Bytes>) {
    match small.as_slice() {
        [] => {}
        [one] => payloads.push(Bytes::copy_from_slice(one)),
        several => {
            // The aggregate is as important as its most important unit.
            let importance = several.iter().map(|unit| unit[0] & 0x60).max().unwrap_or(0);
            let mut out = Vec::with_capacity(*small_bytes);
            out.push(importance | nal::STAP_A);
            for unit in several {
                out.extend_from_slice(&(unit.len() as u16).to_be_bytes());
                out.extend_from_slice(unit);
            }
            payloads.push(out.into());
        }
    }
    small.clear();
    *small_bytes = STAP_HEADER;
}
