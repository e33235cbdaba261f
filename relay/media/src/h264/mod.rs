//! H.264 in RTP (RFC 6184, packetization-mode 1).

mod annexb;
mod depacketize;
mod packetize;

pub use annexb::nal_units;
pub use depacketize::{AccessUnit, Depacketizer};
pub use packetize::Packetizer;

/// NAL unit types that matter here.
pub mod nal {
    /// Slice of a delta frame.
    pub const SLICE: u8 = 1;
    /// Slice of a keyframe.
    pub const IDR: u8 = 5;
    /// Supplemental information.
    pub const SEI: u8 = 6;
    /// Sequence parameters: a decoder needs them to start.
    pub const SPS: u8 = 7;
    /// Picture parameters.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
    /// Several NAL units in one packet.
    pub const STAP_A: u8 = 24;
    /// One NAL unit in several packets.
    pub const FU_A: u8 = 28;
}

/// Whether a decoder can start at this packet: it carries sequence parameters, alone or aggregated.
///
/// Encoders in our path (libx264 without global header, OpenH264 in Chromium) put them before every keyframe. A bare IDR
/// slice is no start: without parameters it cannot be decoded.
pub fn starts_keyframe(payload: &[u8]) -> bool {
    match payload.first().map(|first| first & 0x1f) {
        Some(nal::SPS) => true,
        Some(nal::STAP_A) => {
            aggregated(&payload[1..]).any(|unit| unit.first().is_some_and(|first| first & 0x1f == nal::SPS))
        }
        _ => false,
    }
}

/// The NAL units in the body of a STAP-A; ends at the first malformed length.
fn aggregated(mut body: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = body.split_first_chunk::<2>()?;
        let (unit, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        body = rest;
        (!unit.is_empty()).then_some(unit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sees_where_a_keyframe_starts() {
        assert!(starts_keyframe(&[0x67, 0x42]));
        assert!(starts_keyframe(&[0x78, 0, 2, 0x09, 0x10, 0, 2, 0x67, 0x42]), "delimiter, then parameters");
        assert!(!starts_keyframe(&[0x78, 0, 2, 0x68, 0x42]), "picture parameters only");
        assert!(!starts_keyframe(&[0x78, 0, 9, 0x67]), "length behind the end");
        assert!(!starts_keyframe(&[0x7c, 0x85, 1]), "IDR without parameters");
        assert!(!starts_keyframe(&[0x41, 1]));
        assert!(!starts_keyframe(&[]));
    }

    /// A frame as an encoder makes it: delimiter-free Annex B with the given NAL units.
    fn annex_b(units: &[Vec<u8>]) -> Vec<u8> {
        units.iter().flat_map(|unit| [&[0, 0, 0, 1][..], unit].concat()).collect()
    }

    fn unit() -> impl Strategy<Value = Vec<u8>> {
        // No zero bytes inside: emulation prevention is the encoder's business.
        (prop::sample::select(vec![0x67u8, 0x68, 0x65, 0x41]), proptest::collection::vec(1u8.., 1..4000))
            .prop_map(|(head, body)| std::iter::once(head).chain(body).collect())
    }

    proptest! {
        #[test]
        fn what_is_packetized_is_put_together(units in proptest::collection::vec(unit(), 1..6), max in 100usize..1300) {
            let frame = annex_b(&units);
            let packets = Packetizer::new(max).packetize(&frame);
            let mut depacketizer = Depacketizer::new();
            let mut whole = None;
            for (index, packet) in packets.iter().enumerate() {
                prop_assert!(packet.payload.len() <= max);
                prop_assert_eq!(packet.marker, index + 1 == packets.len());
                prop_assert!(whole.is_none());
                whole = depacketizer.push(index as u16, 90_000, packet.marker, &packet.payload);
            }
            let whole = whole.expect("marker ends the frame");
            prop_assert!(!whole.damaged);
            prop_assert_eq!(whole.annex_b, frame);
        }

        #[test]
        fn any_bytes_are_depacketized_without_panic(packets in proptest::collection::vec((any::<u16>(), any::<bool>(), proptest::collection::vec(any::<u8>(), 0..60)), 0..50)) {
            let mut depacketizer = Depacketizer::new();
            for (sequence, marker, payload) in packets {
                starts_keyframe(&payload);
                depacketizer.push(sequence, 0, marker, &payload);
            }
        }
    }
}
