//! One reading out of a device that sends each second while it is worn. Pure.
//!
//! The first frame that is worth keeping comes after the value has settled; the next one a minute later, or when the device was
//! taken off and put on again (perhaps by another person).

use super::gatt::Measurement;
use jiff::{SignedDuration, Timestamp};

/// Valid frames come this long before one is kept.
pub const SETTLES: SignedDuration = SignedDuration::from_secs(8);
/// While it is worn, one reading in this time.
pub const AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// Without a valid frame for this long the device was taken off.
pub const GAP: SignedDuration = SignedDuration::from_secs(5);

/// What is known of one device's stream.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stream {
    /// First and last valid frame since it was put on.
    worn: Option<(Timestamp, Timestamp)>,
    kept: Option<Timestamp>,
}

impl Stream {
    /// Whether this frame becomes a reading.
    pub fn takes(&mut self, measurement: &Measurement, at: Timestamp) -> bool {
        if measurement.values.is_empty() {
            return false;
        }
        let since = match self.worn {
            Some((since, last)) if at.duration_since(last) <= GAP => since,
            Some(_) | None => {
                self.kept = None;
                at
            }
        };
        self.worn = Some((since, at));
        let due = at.duration_since(since) >= SETTLES && self.kept.is_none_or(|kept| at.duration_since(kept) >= AGAIN);
        if due {
            self.kept = Some(at);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::devices::gatt::{Value, code};

    fn taken(stream: &mut Stream, seconds: impl IntoIterator<Item = i64>, valid: bool) -> Vec<i64> {
        let values = if valid { vec![Value { code: code::OXYGEN, value: 97.0 }] } else { Vec::new() };
        let measurement = Measurement { values, ..Measurement::default() };
        let at = |second| Timestamp::from_second(second).expect("a time");
        seconds.into_iter().filter(|second| stream.takes(&measurement, at(*second))).collect()
    }

    #[test]
    fn a_reading_when_it_settled_and_one_a_minute() {
        let mut stream = Stream::default();
        assert_eq!(taken(&mut stream, 0..180, true), [8, 68, 128]);
        // Off the finger for four seconds is the same finger; for longer it is another one.
        assert!(taken(&mut stream, 180..184, false).is_empty());
        assert!(taken(&mut stream, 184..188, true).is_empty());
        assert_eq!(taken(&mut stream, 194..210, true), [202]);
    }

    #[test]
    fn frames_without_a_value_settle_nothing() {
        let mut stream = Stream::default();
        assert!(taken(&mut stream, 0..60, false).is_empty());
        assert_eq!(taken(&mut stream, 60..69, true), [68]);
    }
}
