//! Codes on paper for who has lost the telephone: 80 random bits each, so that their digest gives nothing away; written without letters that look alike. Pure.

use crate::Sensitive;

/// How many are made at once.
pub const COUNT: usize = 10;
/// Random bytes of one.
pub const BYTES: usize = 10;
/// Characters of one, without the dashes.
const CHARS: usize = 16;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The text of a code: four groups of four.
pub fn text(random: [u8; BYTES]) -> Sensitive<String> {
    let mut text = String::with_capacity(CHARS + 3);
    for (half, five) in random.chunks(5).enumerate() {
        let bits = five.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        for n in (0..8).rev() {
            if (half, n) != (0, 7) && n % 4 == 3 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[((bits >> (5 * n)) & 31) as usize]));
        }
    }
    text.into()
}

/// A code as somebody typed it, in the one form that is hashed: letters that are read wrongly are put right.
pub fn normal(typed: &str) -> Option<Sensitive<String>> {
    let mut bare = String::with_capacity(CHARS);
    for c in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            c => c,
        };
        if !c.is_ascii() || !ALPHABET.contains(&(c as u8)) || bare.len() == CHARS {
            return None;
        }
        bare.push(c);
    }
    (bare.len() == CHARS).then(|| bare.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_people_type_it() {
        let code = text([0xff, 0, 0, 0, 0x01, 0x84, 0x21, 0x08, 0x42, 0x10]);
        assert_eq!(code.expose(), "ZW00-0001-GGGG-GGGG");
        assert_eq!(normal(code.expose()).unwrap().expose(), "ZW000001GGGGGGGG");
        assert_eq!(normal(" zwoo oooi gggg-gggg ").unwrap().expose(), "ZW000001GGGGGGGG");
        for odd in ["", "ZW00-0001-GGGG-GGG", "ZW00-0001-GGGG-GGGGG", "UW00-0001-GGGG-GGGG", "１W00-0001-GGGG-GGGG"] {
            assert!(normal(odd).is_none(), "{odd}");
        }
    }
}
