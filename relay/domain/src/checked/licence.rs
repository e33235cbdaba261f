//! Number of a doctor's licence to practise in China: fifteen digits. Whether it is in force is not known here.

/// Fifteen digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Licence(String);

/// Not the number of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of a licence to practise has 15 digits")]
pub struct LicenceError;

impl Licence {
    /// Reads and checks.
    pub fn parse(text: &str) -> Result<Self, LicenceError> {
        let text = text.trim();
        if text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LicenceError)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_ascii_digits_and_nothing_else() {
        assert_eq!(Licence::parse(" 110330100002011 ").unwrap().as_str(), "110330100002011");
        for wrong in ["", "11033010000201", "1103301000020111", "11033010000201X", "１１０３３０１００００２０１１"]
        {
            assert_eq!(Licence::parse(wrong), Err(LicenceError), "{wrong}");
        }
    }
}
