//! What a measuring device sent, kept beside the value that was read out of it: so that a value in doubt can be decoded again.

/// One or two GATT frames as `2a35:1e780050…`: number of the characteristic, colon, the bytes, both hexadecimal in lower case;
/// frames that belong together (a glucose measurement and its context) are joined by `;`.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
pub struct RawFrame(String);

/// Why a text is no raw frame. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a raw frame is written as `2a35:` and up to 512 hexadecimal digits, two of them joined by `;`")]
pub struct RawFrameError;

/// A notification holds at most 509 bytes; the measurements of the standard profiles hold a few dozen.
const MOST_DIGITS: usize = 512;

impl RawFrame {
    /// One frame as it came.
    pub fn new(characteristic: u16, bytes: &[u8]) -> Result<Self, RawFrameError> {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self::parse(&format!("{characteristic:04x}:{digits}"))
    }

    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, RawFrameError> {
        let mut frames = text.split(';');
        let legal = frames.by_ref().take(2).all(is_frame) && frames.next().is_none();
        if legal { Ok(Self(text.to_owned())) } else { Err(RawFrameError) }
    }

    /// This frame with the one that explains it.
    pub fn with(&self, other: &Self) -> Result<Self, RawFrameError> {
        Self::parse(&format!("{};{}", self.0, other.0))
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_frame(text: &str) -> bool {
    let is_hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    text.split_once(':').is_some_and(|(characteristic, bytes)| {
        characteristic.len() == 4
            && is_hex(characteristic)
            && (2..=MOST_DIGITS).contains(&bytes.len())
            && bytes.len().is_multiple_of(2)
            && is_hex(bytes)
    })
}

impl std::str::FromStr for RawFrame {
    type Err = RawFrameError;
    fn from_str(s: &str) -> Result<Self, RawFrameError> {
        Self::parse(s)
    }
}

impl<'de> serde::Deserialize<'de> for RawFrame {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Debug for RawFrame {
    // A value can be read out of it: medical text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_anything_else_is_refused() {
        let frame = RawFrame::new(0x2a18, &[0x0b, 0xff]).unwrap();
        assert_eq!(frame.as_str(), "2a18:0bff");
        let both = frame.with(&RawFrame::new(0x2a34, &[2, 1]).unwrap()).unwrap();
        assert_eq!(both.as_str(), "2a18:0bff;2a34:0201");
        assert_eq!(RawFrame::parse(both.as_str()), Ok(both.clone()));
        assert_eq!(both.with(&frame), Err(RawFrameError), "three frames do not belong together");
        assert_eq!(RawFrame::new(0x2a18, &[]), Err(RawFrameError));
        assert_eq!(RawFrame::new(0x2a18, &[0; 257]), Err(RawFrameError));
        for text in ["", "2a18", "2a18:", "2a18:0", "2a18:0B", "2a18:zz", "a18:00", "2a18:00;", ";", "2a18:00 2a34:00"]
        {
            assert_eq!(RawFrame::parse(text), Err(RawFrameError), "{text}");
        }
        assert_eq!(format!("{frame:?}"), "[redacted]");
    }
}
