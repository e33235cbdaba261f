//! Resident identity number, GB 11643-1999: region, birth date, order (odd male, even female), checksum of ISO 7064 MOD 11-2.

use crate::records::Sex;
use jiff::civil::Date;

/// Eighteen characters whose checksum, birth date and sex digit are right.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber(String);

/// Why a text is no identity number. The text itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Not 17 digits and a digit or X.
    #[error("an identity number has 17 digits and then a digit or X")]
    Form,
    /// No such day.
    #[error("the identity number contains no real birth date")]
    BirthDate,
    /// A digit is wrong or two are swapped.
    #[error("the identity number's last character does not match the others; a digit is mistyped")]
    Checksum,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";

impl IdNumber {
    /// Reads and checks; a lower-case x is accepted.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let text = text.trim().to_ascii_uppercase();
        let bytes = text.as_bytes();
        if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
            return Err(IdNumberError::Form);
        }
        if !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(IdNumberError::Form);
        }
        if Self::check_character(&bytes[..17]) != bytes[17] {
            return Err(IdNumberError::Checksum);
        }
        date_of(bytes).ok_or(IdNumberError::BirthDate)?;
        Ok(Self(text))
    }

    /// Completes seventeen digits (region, birth date, order) with their check character; for demo data.
    pub fn complete(first_seventeen: &str) -> Result<Self, IdNumberError> {
        let bytes = first_seventeen.as_bytes();
        if bytes.len() != 17 || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(IdNumberError::Form);
        }
        Self::parse(&format!("{first_seventeen}{}", char::from(Self::check_character(bytes))))
    }

    fn check_character(digits: &[u8]) -> u8 {
        let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(d - b'0') * w).sum();
        CHECK[(sum % 11) as usize]
    }

    /// All eighteen characters, for the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For screens: region's first three and the last two characters.
    pub fn masked(&self) -> String {
        format!("{}*************{}", &self.0[..3], &self.0[16..])
    }

    /// The birth date in it.
    pub fn birth_date(&self) -> Date {
        date_of(self.0.as_bytes()).unwrap_or(Date::ZERO)
    }

    /// The sex in it.
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }
}

fn date_of(bytes: &[u8]) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| bytes[range].iter().fold(0_i16, |n, d| n * 10 + i16::from(d - b'0'));
    let (month, day) = (i8::try_from(number(10..12)).ok()?, i8::try_from(number(12..14)).ok()?);
    Date::new(number(6..10), month, day).ok().filter(|d| d.year() >= 1850)
}

impl std::fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl std::str::FromStr for IdNumber {
    type Err = IdNumberError;
    fn from_str(s: &str) -> Result<Self, IdNumberError> {
        Self::parse(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_example_of_the_standard_is_accepted() {
        let id = IdNumber::parse("11010519491231002x").unwrap();
        assert_eq!(id.as_str(), "11010519491231002X");
        assert_eq!((id.birth_date(), id.sex()), (jiff::civil::date(1949, 12, 31), Sex::Female));
        assert_eq!(id.masked(), "110*************2X");
        assert_eq!(format!("{id:?}"), "[redacted]");
    }

    #[test]
    fn refusals_name_the_cause() {
        assert_eq!(IdNumber::parse("1101051949123100"), Err(IdNumberError::Form));
        assert_eq!(IdNumber::parse("110105194912310021"), Err(IdNumberError::Checksum));
        assert_eq!(IdNumber::complete("11010519491331002"), Err(IdNumberError::BirthDate));
        assert_eq!(IdNumber::parse("１１０１０５１９４９"), Err(IdNumberError::Form));
    }

    proptest::proptest! {
        #[test]
        fn any_single_wrong_digit_is_noticed(order in 0_u16..1000, at in 0_usize..17, by in 1_u8..10) {
            let id = IdNumber::complete(&format!("33010619450615{order:03}")).unwrap();
            let mut bytes = id.as_str().as_bytes().to_vec();
            bytes[at] = b'0' + (bytes[at] - b'0' + by) % 10;
            let wrong = IdNumber::parse(std::str::from_utf8(&bytes).unwrap());
            proptest::prop_assert_eq!(wrong, Err(IdNumberError::Checksum));
        }
    }
}
