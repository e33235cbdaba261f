//! Codes that people read aloud and type: the parcel code on a label, the PIN of a courier, the PIN by which a nurse takes over a tablet.

/// Letters and digits that are not mistaken for each other on a wet label.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eight characters on the parcel; who can read them has it in hand.
#[derive(Clone, PartialEq, Eq)]
pub struct ParcelCode(String);

/// Why a text is no such code. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// A parcel code.
    #[error("a parcel code has eight letters and digits as printed on the label")]
    Parcel,
    /// A PIN.
    #[error("a PIN has six digits")]
    Pin,
}

impl ParcelCode {
    /// From eight random bytes.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(random.iter().map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()])).collect())
    }

    /// Reads what was typed or scanned: case, spaces and dashes do not matter.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let legal = code.len() == 8 && code.bytes().all(|b| ALPHABET.contains(&b));
        if legal { Ok(Self(code)) } else { Err(CodeError::Parcel) }
    }

    /// The eight characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ParcelCode {
    type Err = CodeError;
    fn from_str(s: &str) -> Result<Self, CodeError> {
        Self::parse(s)
    }
}

impl std::fmt::Debug for ParcelCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Six digits: told to the courier apart from the link, or chosen by a nurse for a shift.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// From eight random bytes.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("{:06}", u64::from_be_bytes(random) % 1_000_000))
    }

    /// Reads six digits.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let pin = text.trim();
        let legal = pin.len() == 6 && pin.bytes().all(|b| b.is_ascii_digit());
        if legal { Ok(Self(pin.to_owned())) } else { Err(CodeError::Pin) }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whoever stands beside the tablet tries it first: one or two digits repeated, a group of two or three that comes again, a row up or down. The tablet's page says
    /// the same at once (`clinic-agent/web/src/shift/pin.ts`); `tests/data/trivial-pins.txt` lists all of them, and both sides are held against it.
    pub fn is_trivial(&self) -> bool {
        let digits = self.0.as_bytes();
        let few = digits.iter().collect::<std::collections::BTreeSet<_>>().len() <= 2;
        let repeats = |group: usize| digits.iter().zip(&digits[group..]).all(|(a, b)| a == b);
        let row = |step: i16| {
            digits.windows(2).all(|pair| (i16::from(pair[1]) - i16::from(pair[0]) - step).rem_euclid(10) == 0)
        };
        few || repeats(2) || repeats(3) || row(1) || row(-1)
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_is_made_is_read(random: [u8; 8]) {
            let code = ParcelCode::from_random(random);
            let typed = format!(" {}-{} ", code.as_str()[..4].to_lowercase(), &code.as_str()[4..]);
            proptest::prop_assert_eq!(ParcelCode::parse(&typed), Ok(code));
            let pin = Pin::from_random(random);
            proptest::prop_assert_eq!(Pin::parse(pin.as_str()), Ok(pin));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFG1", "ＡＢＣＤＥＦＧＨ"] {
            assert_eq!(ParcelCode::parse(text), Err(CodeError::Parcel), "{text}");
        }
        for text in ["", "12345", "1234567", "12345a"] {
            assert_eq!(Pin::parse(text), Err(CodeError::Pin), "{text}");
        }
    }

    #[test]
    fn a_pin_that_anybody_would_try_first_is_trivial() {
        let trivial = |text: &str| Pin::parse(text).unwrap().is_trivial();
        for text in ["000000", "112211", "121212", "123123", "123456", "654321", "890123", "321098"] {
            assert!(trivial(text), "{text}");
        }
        for text in ["314159", "112358", "482915", "135790"] {
            assert!(!trivial(text), "{text}");
        }
    }

    /// The tablet's tests hold its page against the same file, so that neither refuses what the other takes.
    #[test]
    fn the_list_of_trivial_pins_that_the_tablet_shares_is_what_this_rule_says() {
        let listed: Vec<&str> = include_str!("../../tests/data/trivial-pins.txt").lines().collect();
        let all = (0..1_000_000).map(|number| format!("{number:06}"));
        let trivial: Vec<String> = all.filter(|pin| Pin::parse(pin).unwrap().is_trivial()).collect();
        let differs = trivial.iter().zip(&listed).find(|(rule, list)| rule.as_str() != **list);
        assert_eq!((differs, trivial.len()), (None, listed.len()));
    }
}
