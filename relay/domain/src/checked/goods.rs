//! What is printed on a pack of medicine: batch and article number.

use super::text::{self, TextError};

/// A batch, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Batch(String);

impl Batch {
    /// The longest that is taken; GS1 prints at most 20.
    pub const MOST: usize = 40;

    /// Reads what was typed or scanned: space around it does not matter.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        text::line(typed, Self::MOST).map(Self)
    }

    /// As printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A global trade item number of 14 digits whose last one fits the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gtin(String);

/// Why digits are no article number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an article number (GTIN) has 14 digits, and the last one must fit the others: scan the pack again")]
pub struct GtinError;

impl GtinError {
    /// The same in Chinese.
    pub const fn zh(self) -> &'static str {
        "商品条码（GTIN）应为 14 位数字，且校验位须正确：请重新扫描包装"
    }
}

impl Gtin {
    /// Reads 14 digits.
    pub fn parse(digits: &str) -> Result<Self, GtinError> {
        let digits = digits.trim();
        if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(GtinError);
        }
        let weighed: u32 = digits.bytes().zip([3, 1].into_iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
        // The last digit has weight 1: with it the sum is a multiple of ten.
        if weighed.is_multiple_of(10) { Ok(Self(digits.to_owned())) } else { Err(GtinError) }
    }

    /// The 14 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_number_whose_check_digit_does_not_fit_is_refused() {
        assert_eq!(Gtin::parse(" 06901234567892 ").unwrap().as_str(), "06901234567892");
        for forged in ["06901234567893", "6901234567892", "0690123456789x", "", "٠٦٩٠١٢٣"] {
            assert_eq!(Gtin::parse(forged), Err(GtinError), "{forged}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_single_digit_can_be_mistyped(body in "[0-9]{13}", place in 0_usize..14, by in 1_u8..10) {
            let sum: u32 = body.bytes().zip([3, 1].into_iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
            let mut digits = format!("{body}{}", (10 - sum % 10) % 10).into_bytes();
            proptest::prop_assert!(Gtin::parse(std::str::from_utf8(&digits).unwrap()).is_ok());
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            proptest::prop_assert!(Gtin::parse(std::str::from_utf8(&digits).unwrap()).is_err());
        }
    }
}
