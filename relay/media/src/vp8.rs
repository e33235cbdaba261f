//! VP8 in RTP (RFC 7741): just enough to see where a keyframe starts.

/// Whether the payload begins a keyframe: start of partition 0 with the inverse keyframe bit clear.
pub fn starts_keyframe(payload: &[u8]) -> bool {
    frame_header(payload).is_some_and(|first| first & 0x01 == 0)
}

/// First byte of the VP8 frame header when the payload starts partition 0.
fn frame_header(payload: &[u8]) -> Option<u8> {
    let descriptor = *payload.first()?;
    let starts_partition_zero = descriptor & 0x10 != 0 && descriptor & 0x07 == 0;
    if !starts_partition_zero {
        return None;
    }
    let mut at = 1;
    if descriptor & 0x80 != 0 {
        let extended = *payload.get(at)?;
        at += 1;
        if extended & 0x80 != 0 {
            // Picture id of 7 or 15 bits.
            at += if *payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        if extended & 0x40 != 0 {
            at += 1;
        }
        if extended & 0x30 != 0 {
            at += 1;
        }
    }
    payload.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_where_a_keyframe_starts() {
        assert!(starts_keyframe(&[0x10, 0x00]));
        assert!(!starts_keyframe(&[0x10, 0x01]), "delta frame");
        assert!(!starts_keyframe(&[0x00, 0x00]), "continuation");
        assert!(!starts_keyframe(&[0x11, 0x00]), "partition 1");
        assert!(starts_keyframe(&[0x90, 0x80, 0x81, 0x23, 0x00]), "15-bit picture id");
        assert!(starts_keyframe(&[0x90, 0xf0, 0x23, 0x11, 0x22, 0x00]), "7-bit picture id, TL0, TID");
        assert!(!starts_keyframe(&[0x90, 0x80]));
        assert!(!starts_keyframe(&[]));
    }
}
