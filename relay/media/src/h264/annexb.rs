//! Annex B: NAL units between start codes, as encoders give them.

/// The NAL units of an access unit, without start codes and trailing zero bytes; empty ones are skipped.
pub fn nal_units(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = start_code(bytes, 0).map(|(_, after)| &bytes[after..]);
    std::iter::from_fn(move || {
        loop {
            let current = rest?;
            let end = match start_code(current, 0) {
                Some((at, after)) => {
                    rest = Some(&current[after..]);
                    at
                }
                None => {
                    rest = None;
                    current.len()
                }
            };
            let trimmed = current[..end].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            if trimmed > 0 {
                return Some(&current[..trimmed]);
            }
        }
    })
}

/// Where the next `00 00 01` begins and ends.
fn start_code(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let at = from + bytes.get(from..)?.windows(3).position(|three| three == [0, 0, 1])?;
    Some((at, at + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_at_both_start_codes() {
        let bytes = [0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65, 3, 0];
        assert_eq!(nal_units(&bytes).collect::<Vec<_>>(), [&[0x67, 1][..], &[0x68, 2], &[0x65, 3]]);
        assert_eq!(nal_units(&[0x67, 1]).count(), 0);
        assert_eq!(nal_units(&[]).count(), 0);
        assert_eq!(nal_units(&[0, 0, 1, 0, 0, 1]).count(), 0);
    }
}
