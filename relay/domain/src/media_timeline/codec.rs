//! A stretch of seconds as bytes: a version, then for each second one byte of marks and, where the box was connected, six numbers as LEB128.
//!
//! | bits of the marks | what |
//! |---|---|
//! | 0–2 | rung by its number, 0: not known |
//! | 3–4 | camera: 0 none, 1 room, 2 close-up, 3 tablet |
//! | 5 | sound arrived |
//! | 6 | a picture arrived |
//! | 7 | the box was connected; without it all others are 0 and no number follows |
//!
//! The numbers: received kbit/s, target kbit/s + 1, loss ‰, queue ms + 1, jitter ms, round trip ms + 1; what may be unknown is 0 then. A quiet second
//! takes 9 bytes, one without a link takes one.

use super::{CallCamera, Heard, Rung, Second};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// The version that is written.
const VERSION: u8 = 1;
/// Seconds of one stretch.
pub const MOST_SECONDS_OF_STRETCH: usize = 60;
/// Above this a number says nothing more: 16 million kilobits, four hours.
const MOST: u32 = (1 << 24) - 1;
/// A minute of the largest numbers is shorter.
const MOST_TEXT: usize = 4096;
const SOUND: u8 = 1 << 5;
const PICTURE: u8 = 1 << 6;
const CONNECTED: u8 = 1 << 7;

/// Why bytes are no stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// No bytes, or those of another version.
    #[error("version {0:?} of the seconds is not known")]
    Version(Option<u8>),
    /// More seconds than a stretch has, or none.
    #[error("a stretch has 1 to {MOST_SECONDS_OF_STRETCH} seconds")]
    Length,
    /// It ends within a second, or a number is too long.
    #[error("a second is cut off or has a number that is too large")]
    Number,
    /// The text is no base64.
    #[error("the seconds are no base64")]
    Text,
    /// Marks that nothing has.
    #[error("a second has marks that do not go together")]
    Marks,
}

/// Seconds of one consultation, one after another without a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// When the first began: a whole second since 1970.
    pub from_second: i64,
    /// One to [`MOST_SECONDS_OF_STRETCH`] of them.
    pub seconds: Vec<Second>,
}

impl Stretch {
    /// When the first began; `None` beyond every calendar.
    pub fn from(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.from_second).ok()
    }

    /// The bytes of its seconds.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.seconds.len() * 10);
        out.push(VERSION);
        for second in &self.seconds {
            let Second::Heard(heard) = second else {
                out.push(0);
                continue;
            };
            out.push(marks(heard));
            let known = |number: Option<u32>| number.map_or(0, |number| number.min(MOST - 1) + 1);
            let numbers = [
                heard.received_kbps,
                known(heard.target_kbps),
                heard.loss_permille,
                known(heard.queue_ms),
                heard.jitter_ms,
                known(heard.round_trip_ms),
            ];
            numbers.into_iter().for_each(|number| write(number.min(MOST), &mut out));
        }
        out
    }

    /// The same as text.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.encode())
    }

    /// Reads what [`Self::to_text`] wrote, and nothing else.
    pub fn from_text(from_second: i64, text: &str) -> Result<Self, CodecError> {
        if text.len() > MOST_TEXT {
            return Err(CodecError::Length);
        }
        Self::decode(from_second, &STANDARD.decode(text).map_err(|_| CodecError::Text)?)
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    pub fn decode(from_second: i64, bytes: &[u8]) -> Result<Self, CodecError> {
        let Some((&VERSION, mut rest)) = bytes.split_first() else {
            return Err(CodecError::Version(bytes.first().copied()));
        };
        let mut seconds = Vec::new();
        while let Some((&marks, more)) = rest.split_first() {
            if seconds.len() == MOST_SECONDS_OF_STRETCH {
                return Err(CodecError::Length);
            }
            rest = more;
            seconds.push(match marks {
                0 => Second::Away,
                marks => Second::Heard(heard(marks, &mut rest)?),
            });
        }
        if seconds.is_empty() { Err(CodecError::Length) } else { Ok(Self { from_second, seconds }) }
    }
}

fn marks(heard: &Heard) -> u8 {
    let camera = match heard.camera {
        None => 0,
        Some(CallCamera::Room) => 1,
        Some(CallCamera::CloseUp) => 2,
        Some(CallCamera::Tablet) => 3,
    };
    let rung = heard.rung.map_or(0, |rung| rung.number() as u8);
    let arrived = if heard.sound { SOUND } else { 0 } | if heard.picture { PICTURE } else { 0 };
    CONNECTED | arrived | camera << 3 | rung
}

fn heard(marks: u8, rest: &mut &[u8]) -> Result<Heard, CodecError> {
    if marks & CONNECTED == 0 {
        return Err(CodecError::Marks);
    }
    let rung = match u32::from(marks & 7) {
        0 => None,
        number => Some(Rung::of_number(number).ok_or(CodecError::Marks)?),
    };
    let camera = match marks >> 3 & 3 {
        0 => None,
        1 => Some(CallCamera::Room),
        2 => Some(CallCamera::CloseUp),
        _ => Some(CallCamera::Tablet),
    };
    let received_kbps = read(rest)?;
    let target_kbps = read(rest)?.checked_sub(1);
    let loss_permille = read(rest)?;
    let queue_ms = read(rest)?.checked_sub(1);
    let jitter_ms = read(rest)?;
    let round_trip_ms = read(rest)?.checked_sub(1);
    let (sound, picture) = (marks & SOUND != 0, marks & PICTURE != 0);
    Ok(Heard {
        rung,
        camera,
        sound,
        picture,
        target_kbps,
        received_kbps,
        loss_permille,
        queue_ms,
        jitter_ms,
        round_trip_ms,
    })
}

fn write(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// One number of at most four bytes, in the shortest form.
fn read(rest: &mut &[u8]) -> Result<u32, CodecError> {
    let mut number = 0;
    for place in 0..4 {
        let (&byte, more) = rest.split_first().ok_or(CodecError::Number)?;
        *rest = more;
        number |= u32::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let is_padded = byte == 0 && place > 0;
            return if number > MOST || is_padded { Err(CodecError::Number) } else { Ok(number) };
        }
    }
    Err(CodecError::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = u32> {
        prop_oneof![0..300_u32, 0..MOST]
    }

    fn second() -> impl Strategy<Value = Second> {
        let said = (
            prop::option::of(prop::sample::select(Rung::ALL)),
            prop::option::of(prop::sample::select(CallCamera::ALL)),
            any::<[bool; 2]>(),
        );
        let numbers = (prop::option::of(number()), number(), 0..=1000_u32, prop::option::of(number()), number());
        let heard = (said, numbers, prop::option::of(number())).prop_map(
            |((rung, camera, [sound, picture]), (target, received, loss, queue, jitter), round_trip)| {
                Second::Heard(Heard {
                    rung,
                    camera,
                    sound,
                    picture,
                    target_kbps: target,
                    received_kbps: received,
                    loss_permille: loss,
                    queue_ms: queue,
                    jitter_ms: jitter,
                    round_trip_ms: round_trip,
                })
            },
        );
        prop_oneof![1 => Just(Second::Away), 4 => heard]
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(from in any::<i32>(), seconds in prop::collection::vec(second(), 1..=60)) {
            let stretch = Stretch { from_second: from.into(), seconds };
            let bytes = stretch.encode();
            prop_assert_eq!(Stretch::from_text(from.into(), &stretch.to_text()), Ok(stretch.clone()));
            prop_assert_eq!(Stretch::decode(from.into(), &bytes), Ok(stretch));
            prop_assert!(bytes.len() <= 1 + 60 * 25);
        }

        /// Whatever the bytes are, they are refused or are exactly what would be written.
        #[test]
        fn forged_bytes_are_refused_or_mean_one_thing(bytes in prop::collection::vec(any::<u8>(), 0..600), honest in any::<bool>()) {
            let bytes = if honest { [vec![VERSION], bytes].concat() } else { bytes };
            if let Ok(stretch) = Stretch::decode(0, &bytes) {
                prop_assert_eq!(stretch.encode(), bytes);
            }
        }
    }

    #[test]
    fn bad_bytes_have_their_reason() {
        let decode = |bytes: &[u8]| Stretch::decode(0, bytes).unwrap_err();
        assert_eq!(decode(&[]), CodecError::Version(None));
        assert_eq!(decode(&[2, 0]), CodecError::Version(Some(2)));
        assert_eq!(decode(&[1]), CodecError::Length);
        assert_eq!(decode(&[1, CONNECTED, 0, 0, 0, 0, 0]), CodecError::Number, "cut off");
        assert_eq!(decode(&[1, CONNECTED, 0x80, 0, 0, 0, 0, 0, 0]), CodecError::Number, "padded");
        assert_eq!(decode(&[1, CONNECTED, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0]), CodecError::Number, "too large");
        assert_eq!(decode(&[1, 7 | CONNECTED, 0, 0, 0, 0, 0, 0]), CodecError::Marks, "no such rung");
        assert_eq!(decode(&[1, SOUND]), CodecError::Marks, "sound without a link");
        assert_eq!(decode(&[&[1][..], &[0; 61]].concat()), CodecError::Length, "overlong");
        assert_eq!(Stretch::from_text(0, "AQ?"), Err(CodecError::Text));
        assert_eq!(Stretch::from_text(0, &"AAAA".repeat(2000)), Err(CodecError::Length));
        assert_eq!(Stretch::decode(0, &[&[1][..], &[0; 60]].concat()).map(|stretch| stretch.seconds.len()), Ok(60));
    }
}
