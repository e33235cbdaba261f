//! A stretch of seconds as bytes: a version, then the seconds one after another.
//!
//! **Version 2**, which is written. A second without a link is one byte, 0 to 2: whether the specialist was there (0 not written down, 1 no, 2 yes). One with a link
//! has two bytes of marks, six numbers as LEB128, and the radio signals where they are others than in the second with a link before it in the stretch.
//!
//! | bits of the first marks | what |
//! |---|---|
//! | 0–2 | rung by its number, 0: not known |
//! | 3–4 | camera: 0 none, 1 room, 2 close-up, 3 tablet |
//! | 5 | sound arrived |
//! | 6 | a picture arrived |
//! | 7 | the box was connected |
//!
//! | bits of the second marks | what |
//! |---|---|
//! | 0–1 | the specialist, as in a second without a link |
//! | 2 | sound was sent to the specialist, who was there |
//! | 3 | pictures were |
//! | 4 | the radio signals follow |
//!
//! The numbers: received kbit/s, target kbit/s + 1, loss ‰, queue ms + 1, jitter ms, round trip ms + 1; what may be unknown is 0 then. The signals: how many (at most
//! [`MOST_SIGNALS`]), and of each the technology, the quality in per cent, −dBm (0: not known), and the path's name after its length. A quiet second takes 10 bytes.
//!
//! **Version 1**, which is read: without the second marks; a second without a link is 0. Nobody wrote down where the specialist was.

use super::{Attendance, CallCamera, Heard, Rung, Second};
use crate::radio::{LONGEST_PATH, MOST_SIGNALS, RadioTechnology, Signal, Signals};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// The version that is written.
const VERSION: u8 = 2;
/// The one before it.
const WITHOUT_SPECIALIST: u8 = 1;
/// Seconds of one stretch.
pub const MOST_SECONDS_OF_STRETCH: usize = 60;
/// Above this a number says nothing more: 16 million kilobits, four hours.
const MOST: u32 = (1 << 24) - 1;
/// A minute of the largest numbers and the longest names is shorter.
const MOST_TEXT: usize = 16_384;
const SOUND: u8 = 1 << 5;
const PICTURE: u8 = 1 << 6;
const CONNECTED: u8 = 1 << 7;
const SOUND_GIVEN: u8 = 1 << 2;
const PICTURE_GIVEN: u8 = 1 << 3;
const SIGNALS: u8 = 1 << 4;

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
    /// Radio signals that no modem has, or the same as before.
    #[error("a second has radio signals that cannot be")]
    Signals,
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
        let mut out = Vec::with_capacity(1 + self.seconds.len() * 11);
        out.push(VERSION);
        let mut before: &[Signal] = &[];
        for second in &self.seconds {
            let heard = match second {
                Second::Away(specialist) => {
                    out.push(attendance(*specialist));
                    continue;
                }
                Second::Heard(heard) => heard,
            };
            let signals = &heard.signals[..heard.signals.len().min(MOST_SIGNALS)];
            let changed = signals != before;
            out.push(marks(heard));
            out.push(more_marks(heard) | if changed { SIGNALS } else { 0 });
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
            if changed {
                write_signals(signals, &mut out);
                before = signals;
            }
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

    /// Reads what [`Self::encode`] wrote, or wrote before it wrote where the specialist was, and nothing else.
    pub fn decode(from_second: i64, bytes: &[u8]) -> Result<Self, CodecError> {
        let Some((&version @ (VERSION | WITHOUT_SPECIALIST), mut rest)) = bytes.split_first() else {
            return Err(CodecError::Version(bytes.first().copied()));
        };
        let (mut seconds, mut signals) = (Vec::new(), Signals::default());
        while let Some((&marks, more)) = rest.split_first() {
            if seconds.len() == MOST_SECONDS_OF_STRETCH {
                return Err(CodecError::Length);
            }
            rest = more;
            seconds.push(match (version, marks) {
                (WITHOUT_SPECIALIST, 0) => Second::Away(Attendance::Unrecorded),
                (WITHOUT_SPECIALIST, marks) => {
                    let heard = heard(marks, &mut rest)?;
                    Second::Heard(Heard { specialist: Attendance::Unrecorded, ..heard })
                }
                (_, marks) if marks & CONNECTED == 0 => Second::Away(attended(marks)?),
                (_, marks) => Second::Heard(heard_with_specialist(marks, &mut rest, &mut signals)?),
            });
        }
        if seconds.is_empty() { Err(CodecError::Length) } else { Ok(Self { from_second, seconds }) }
    }
}

const fn attendance(specialist: Attendance) -> u8 {
    match specialist {
        Attendance::Unrecorded => 0,
        Attendance::Absent => 1,
        Attendance::Present => 2,
    }
}

const fn attended(number: u8) -> Result<Attendance, CodecError> {
    match number {
        0 => Ok(Attendance::Unrecorded),
        1 => Ok(Attendance::Absent),
        2 => Ok(Attendance::Present),
        _ => Err(CodecError::Marks),
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

/// To nobody nothing is sent.
fn more_marks(heard: &Heard) -> u8 {
    let given = if heard.sound_given { SOUND_GIVEN } else { 0 } | if heard.picture_given { PICTURE_GIVEN } else { 0 };
    attendance(heard.specialist) | if heard.specialist == Attendance::Present { given } else { 0 }
}

/// The rest of a second after its first marks, as version 1 has it.
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
    Ok(Heard {
        rung,
        camera,
        sound: marks & SOUND != 0,
        picture: marks & PICTURE != 0,
        received_kbps: read(rest)?,
        target_kbps: read(rest)?.checked_sub(1),
        loss_permille: read(rest)?,
        queue_ms: read(rest)?.checked_sub(1),
        jitter_ms: read(rest)?,
        round_trip_ms: read(rest)?.checked_sub(1),
        ..Heard::default()
    })
}

/// The rest of a second after its first marks, as version 2 has it. `signals`: those of the second before, and then of this one.
fn heard_with_specialist(marks: u8, rest: &mut &[u8], signals: &mut Signals) -> Result<Heard, CodecError> {
    let more = byte(rest).ok_or(CodecError::Number)?;
    let specialist = attended(more & 3)?;
    let (sound_given, picture_given) = (more & SOUND_GIVEN != 0, more & PICTURE_GIVEN != 0);
    let is_given = sound_given || picture_given;
    if more >= SIGNALS << 1 || is_given && specialist != Attendance::Present {
        return Err(CodecError::Marks);
    }
    let heard = heard(marks, rest)?;
    if more & SIGNALS != 0 {
        let others = read_signals(rest).filter(|others| *others != *signals);
        *signals = others.ok_or(CodecError::Signals)?;
    }
    Ok(Heard { specialist, sound_given, picture_given, signals: signals.clone(), ..heard })
}

fn write_signals(signals: &[Signal], out: &mut Vec<u8>) {
    out.push(signals.len() as u8);
    for signal in signals {
        let technology = RadioTechnology::ALL.iter().position(|one| *one == signal.technology());
        let dbm = signal.dbm().map_or(0, |dbm| dbm.unsigned_abs() as u8);
        out.extend([technology.unwrap_or_default() as u8, signal.quality_percent(), dbm, signal.path().len() as u8]);
        out.extend(signal.path().as_bytes());
    }
}

/// `None`: what no modem says, or not as it is written.
fn read_signals(rest: &mut &[u8]) -> Option<Signals> {
    let count = usize::from(byte(rest)?);
    if count > MOST_SIGNALS {
        return None;
    }
    let mut signals = Vec::with_capacity(count);
    for _ in 0..count {
        let technology = *RadioTechnology::ALL.get(usize::from(byte(rest)?))?;
        let (quality_percent, strength) = (byte(rest)?, byte(rest)?);
        let dbm = (strength != 0).then(|| -i16::from(strength));
        let length = usize::from(byte(rest)?);
        if length > LONGEST_PATH {
            return None;
        }
        let (path, more) = rest.split_at_checked(length)?;
        *rest = more;
        let path = std::str::from_utf8(path).ok()?;
        let signal = Signal::checked(path, technology, quality_percent, dbm)?;
        // What would be kept otherwise than it stands here is not ours.
        signals.push(Some(signal).filter(|signal| signal.path() == path && signal.dbm() == dbm)?);
    }
    Some(signals.into())
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, more) = rest.split_first()?;
    *rest = more;
    Some(byte)
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
        let byte = byte(rest).ok_or(CodecError::Number)?;
        number |= u32::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let is_padded = byte == 0 && place > 0;
            return if number > MOST || is_padded { Err(CodecError::Number) } else { Ok(number) };
        }
    }
    Err(CodecError::Number)
}

#[cfg(test)]
mod tests;
