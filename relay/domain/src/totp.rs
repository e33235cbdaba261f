//! Codes of an authenticator app: RFC 6238 with what every app takes (SHA-1, six digits, thirty seconds). A code counts once, for its step and one beside it, since
//! telephones' clocks are off. Pure: time and secret are arguments. Not here: sealing the secret, counting wrong codes.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;

use crate::Sensitive;

/// Seconds of one code.
pub const PERIOD_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Steps that a clock may be off, either way.
const SLACK_STEPS: i64 = 1;
/// RFC 4226 asks for at least 128 bits and recommends 160.
pub const SECRET_BYTES: usize = 20;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What app and relay share.
pub type Secret = Sensitive<[u8; SECRET_BYTES]>;

/// The step of a time.
pub fn step_at(now: Timestamp) -> i64 {
    now.as_second().div_euclid(PERIOD_SECONDS)
}

/// The code of a step.
pub fn code_at(secret: &Secret, step: i64) -> String {
    format!("{:06}", digest(secret.expose(), step) % 1_000_000)
}

/// RFC 4226's dynamic truncation.
fn digest(key: &[u8], step: i64) -> u32 {
    let hash = <Hmac<Sha1> as KeyInit>::new_from_slice(key).map(|mut mac| {
        mac.update(&step.to_be_bytes());
        mac.finalize().into_bytes()
    });
    // HMAC takes keys of every length.
    let Ok(hash) = hash else { return 0 };
    let hash: &[u8] = &hash;
    let at = usize::from(hash[hash.len() - 1] & 0x0f);
    u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]])
}

/// The step whose code was typed, if it is one of now and none that counted before: whoever looks over a shoulder cannot use it again.
pub fn verify(secret: &Secret, typed: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    let typed = digits(typed)?;
    let now = step_at(now);
    let mut found = None;
    // Every candidate is computed and compared whole, whichever fits.
    for step in now - SLACK_STEPS..=now + SLACK_STEPS {
        if same(&code_at(secret, step), &typed) && step > last_step {
            found = Some(step);
        }
    }
    found
}

/// The digits of a code as a person types it: apps show it in two groups.
pub fn digits(typed: &str) -> Option<String> {
    let bare: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (bare.len() == DIGITS && bare.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The secret as a person types it into an app that has no camera.
pub fn base32(secret: &Secret) -> String {
    let mut text = String::with_capacity(SECRET_BYTES * 8 / 5);
    for five in secret.expose().chunks(5) {
        let bits = five.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        // Twenty bytes are four whole groups of five.
        for n in (0..8).rev() {
            text.push(char::from(BASE32[((bits >> (5 * n)) & 31) as usize]));
        }
    }
    text
}

/// What the QR code says: the key URI that authenticator apps read. Issuer and account are shown in the app's list.
pub fn uri(secret: &Secret, issuer: &str, account: &str) -> String {
    let (issuer, account) = (escaped(issuer), escaped(account));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={PERIOD_SECONDS}"
    )
}

fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Sensitive::new(*b"12345678901234567890")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// RFC 6238, appendix B: eight digits there, of which six are the last.
    #[test]
    fn the_vectors_of_the_rfc() {
        for (second, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(digest(secret().expose(), step_at(at(second))) % 100_000_000, code, "at {second}");
            assert_eq!(code_at(&secret(), step_at(at(second))), format!("{:06}", code % 1_000_000));
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn the_vectors_of_the_counter() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, code) in codes.iter().enumerate() {
            assert_eq!(code_at(&secret(), i64::try_from(step).unwrap()), *code);
        }
    }

    #[test]
    fn a_code_counts_for_its_step_and_one_beside_it_and_never_again() {
        let now = at(1_800_000_000);
        let step = step_at(now);
        let code = |n: i64| code_at(&secret(), step + n);
        for n in -1..=1 {
            assert_eq!(verify(&secret(), &code(n), now, 0), Some(step + n), "{n}");
        }
        for n in [-2, 2] {
            assert_eq!(verify(&secret(), &code(n), now, 0), None, "{n}");
        }
        assert_eq!(verify(&secret(), &code(0), now, step), None, "again");
        assert_eq!(verify(&secret(), &code(-1), now, step), None, "an older one after a newer one");
        assert_eq!(verify(&secret(), &code(1), now, step), Some(step + 1));
        let spaced = format!("{} {}", &code(0)[..3], &code(0)[3..]);
        assert_eq!(verify(&secret(), &spaced, now, 0), Some(step));
        for odd in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(verify(&secret(), odd, now, 0), None, "{odd}");
        }
    }

    #[test]
    fn apps_read_the_secret() {
        assert_eq!(base32(&secret()), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            uri(&secret(), "云诊", "li mei"),
            "otpauth://totp/%E4%BA%91%E8%AF%8A:li%20mei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E4%BA%91%E8%AF%8A&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(format!("{:?}", secret()), "[redacted]");
    }
}
