//! QUIC variable-length integers (RFC 9000 section 16): the two top bits of the first byte give the length 1, 2, 4 or 8.

/// The largest value that fits: 2^62 − 1.
pub const MAX: u64 = (1 << 62) - 1;

/// Reads one integer; returns it and the bytes it took. `None` when the input ends too early.
///
/// Longer encodings than needed are accepted, as QUIC does.
pub fn read(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let len = 1usize << (first >> 6);
    let rest = bytes.get(1..len)?;
    let value = rest.iter().fold(u64::from(first & 0x3f), |value, byte| (value << 8) | u64::from(*byte));
    Some((value, len))
}

/// How many bytes [`write()`] uses for `value`.
pub const fn len(value: u64) -> usize {
    match value {
        0..=0x3f => 1,
        0x40..=0x3fff => 2,
        0x4000..=0x3fff_ffff => 4,
        _ => 8,
    }
}

/// Appends `value` in its shortest form. Values above [`MAX`] do not exist on the wire and are cut to it.
pub fn write(value: u64, out: &mut Vec<u8>) {
    let value = value.min(MAX);
    let bytes = value.to_be_bytes();
    let len = len(value);
    let start = out.len();
    out.extend_from_slice(&bytes[8 - len..]);
    out[start] |= match len {
        1 => 0x00,
        2 => 0x40,
        4 => 0x80,
        _ => 0xc0,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The examples of RFC 9000 appendix A.1.
    #[test]
    fn reads_the_examples_of_the_rfc() {
        assert_eq!(read(&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c]), Some((151_288_809_941_952_652, 8)));
        assert_eq!(read(&[0x9d, 0x7f, 0x3e, 0x7d]), Some((494_878_333, 4)));
        assert_eq!(read(&[0x7b, 0xbd]), Some((15_293, 2)));
        assert_eq!(read(&[0x25]), Some((37, 1)));
        assert_eq!(read(&[0x40, 0x25]), Some((37, 2)));
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0x40]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in 0..=MAX) {
            let mut out = vec![0xaa];
            write(value, &mut out);
            prop_assert_eq!(out.len() - 1, len(value));
            prop_assert_eq!(read(&out[1..]), Some((value, len(value))));
        }
    }
}
