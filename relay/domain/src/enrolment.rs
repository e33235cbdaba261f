//! The code by which a box is enrolled: shown once to an administrator, typed or pasted at the box within minutes.
//!
//! 32 characters in groups of four. The first 12 are the secret (60 random bits, tried against a throttle, used once); the other 20 are the first 100 bits of the SHA-256 of
//! the authority that issued the relay's certificate, so that a box that knows nobody yet knows whom to believe. Crockford's alphabet: no I, L, O, U; what a hand
//! makes of them is read as 1, 1, 0. Not here: who may have a code and when it ends (`app::enrolment` of the relay).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SECRET: usize = 12;
const LENGTH: usize = 32;
const GROUP: usize = 4;

/// A code; never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; LENGTH]);

/// What was typed is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no code for enrolment: it has 32 letters and digits in groups of four")]
pub struct NoCode;

impl Code {
    /// A fresh code for an authority, by the SHA-256 of its certificate.
    pub fn new(random: [u8; SECRET], authority_sha256: &[u8; 32]) -> Self {
        let mut code = [0; LENGTH];
        for (symbol, byte) in code.iter_mut().zip(random) {
            // 32 divides 256: every symbol is as likely.
            *symbol = byte & 31;
        }
        code[SECRET..].copy_from_slice(&pin(authority_sha256));
        Self(code)
    }

    /// What the relay keeps of it.
    pub fn secret_sha256(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(b"yunzhen enrolment ");
        digest.update(&self.0[..SECRET]);
        digest.finalize().into()
    }

    /// Whether a certificate with this SHA-256 is the authority that the code means.
    pub fn means(&self, authority_sha256: &[u8; 32]) -> bool {
        self.0[SECRET..] == pin(authority_sha256)
    }
}

/// The first bits of a digest, five to a symbol.
fn pin(digest: &[u8; 32]) -> [u8; LENGTH - SECRET] {
    let bit = |n: usize| digest[n / 8] >> (7 - n % 8) & 1;
    std::array::from_fn(|symbol| (0..5).fold(0, |value, n| value << 1 | bit(symbol * 5 + n)))
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, symbol) in self.0.iter().enumerate() {
            if place > 0 && place.is_multiple_of(GROUP) {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(ALPHABET[usize::from(*symbol)]))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl FromStr for Code {
    type Err = NoCode;

    fn from_str(text: &str) -> Result<Self, NoCode> {
        let mut code = [0; LENGTH];
        let mut symbols = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '—'));
        for place in &mut code {
            let typed = match symbols.next().ok_or(NoCode)?.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let found = ALPHABET.iter().position(|known| char::from(*known) == typed).ok_or(NoCode)?;
            *place = u8::try_from(found).map_err(|_| NoCode)?;
        }
        if symbols.next().is_some() { Err(NoCode) } else { Ok(Self(code)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_as_hands_write_it_and_means_one_authority() {
        let (authority, other) = ([0xab; 32], [0xac; 32]);
        let code = Code::new([7; 12], &authority);
        assert_eq!(code.to_string(), "7777-7777-7777-NENT-QAXB-NENT-QAXB-NENT");
        assert!(code.means(&authority) && !code.means(&other));
        let typed = code.to_string().to_lowercase().replace('-', " ");
        assert_eq!(typed.parse::<Code>(), Ok(code.clone()));
        assert_eq!(format!("{code:?}"), "[redacted]");
        let ones = Code::new([1; 12], &[0; 32]);
        assert_eq!("lIiL-1111-1111-oOoO-0000-0000-0000-0000".parse::<Code>(), Ok(ones));
        for wrong in ["", "7777", "7777-7777-7777-NENT-QAXB-NENT-QAXB-NEN", "7777-7777-7777-NENT-QAXB-NENT-QAXB-NENTF"]
        {
            assert_eq!(wrong.parse::<Code>(), Err(NoCode), "{wrong}");
        }
        assert_eq!("U777-7777-7777-NENT-QAXB-NENT-QAXB-NENT".parse::<Code>(), Err(NoCode));
    }

    #[test]
    fn what_is_kept_of_a_code_is_its_secret_only() {
        let kept = |random, authority: [u8; 32]| Code::new(random, &authority).secret_sha256();
        assert_eq!(kept([3; 12], [1; 32]), kept([3; 12], [2; 32]));
        assert_ne!(kept([3; 12], [1; 32]), kept([4; 12], [1; 32]));
    }

    proptest! {
        #[test]
        fn every_code_is_read_back(random: [u8; 12], authority: [u8; 32]) {
            let code = Code::new(random, &authority);
            prop_assert_eq!(code.to_string().parse::<Code>(), Ok(code));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,80}") {
            let _ = text.parse::<Code>();
        }
    }
}
