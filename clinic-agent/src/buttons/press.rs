//! Which key events are somebody's press. Pure: the moment is an argument.
//!
//! The kernel tells a key's way down, its way up, and while it is held a repetition every few hundredths of a second; a worn contact goes down and
//! up several times for one press, and a frightened hand presses again and again. All of that is one press.

use super::settings::{Bed, Key};
use std::collections::HashMap;
use std::time::Duration;

/// A key that goes down again within this time is the same press.
pub const SAME_PRESS: Duration = Duration::from_secs(5);

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It went up.
    Released,
    /// It went down.
    Pressed,
    /// It is held down.
    Repeated,
}

/// One event of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyEvent {
    /// The device's number in the configuration.
    pub device: usize,
    /// Which key.
    pub key: Key,
    /// What it did.
    pub action: Action,
}

/// What an event means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Somebody in this bed calls.
    Call(Bed),
    /// Nothing new: a release, a repetition, the same press once more.
    Nothing,
    /// A key that is no bed's; counted.
    Unknown,
}

/// The buttons, and when each was pressed last.
#[derive(Clone, Debug)]
pub struct Presses {
    beds: HashMap<(usize, Key), (Bed, Option<Duration>)>,
    unknown: u64,
}

impl Presses {
    /// Buttons that nobody has pressed.
    pub fn new<'a>(beds: impl Iterator<Item = (usize, Key, &'a Bed)>) -> Self {
        let beds = beds.map(|(device, key, bed)| ((device, key), (bed.clone(), None))).collect();
        Self { beds, unknown: 0 }
    }

    /// Takes one event at the moment `now` of the driver's monotonic clock.
    pub fn apply(&mut self, event: KeyEvent, now: Duration) -> Effect {
        match (self.beds.get_mut(&(event.device, event.key)), event.action) {
            (_, Action::Released | Action::Repeated) => Effect::Nothing,
            (Some((_, Some(last))), Action::Pressed) if now.saturating_sub(*last) < SAME_PRESS => Effect::Nothing,
            (Some((bed, last)), Action::Pressed) => {
                *last = Some(now);
                Effect::Call(bed.clone())
            }
            (None, Action::Pressed) => {
                self.unknown = self.unknown.saturating_add(1);
                Effect::Unknown
            }
        }
    }

    /// Presses of keys that are no bed's.
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::{Pressed, Released, Repeated};

    const F1: Key = Key(59);
    const F2: Key = Key(60);

    #[test]
    fn one_press_is_one_call_however_the_key_bounces_and_repeats() {
        let (one, two): (Bed, Bed) = ("301-1".parse().unwrap(), "301-2".parse().unwrap());
        let table = [(0, F1, &one), (1, F1, &two)];
        let mut presses = Presses::new(table.into_iter());
        let call = |bed: &Bed| Effect::Call(bed.clone());
        for (device, key, action, millis, expected) in [
            (0, F1, Pressed, 1_000, call(&one)),
            // The contact bounces, the finger stays, the hand comes back.
            (0, F1, Released, 1_004, Effect::Nothing),
            (0, F1, Pressed, 1_009, Effect::Nothing),
            (0, F1, Repeated, 1_250, Effect::Nothing),
            (0, F1, Repeated, 7_000, Effect::Nothing),
            (0, F1, Released, 7_100, Effect::Nothing),
            // The same key of another device is another bed.
            (1, F1, Pressed, 1_500, call(&two)),
            (1, F1, Pressed, 6_499, Effect::Nothing),
            // Counted from the press that was heard: who goes on pressing is heard again.
            (1, F1, Pressed, 6_500, call(&two)),
            (0, F1, Pressed, 8_000, call(&one)),
            (0, F2, Pressed, 8_001, Effect::Unknown),
            (0, F2, Repeated, 8_100, Effect::Nothing),
            (0, F2, Released, 8_200, Effect::Nothing),
            (2, F1, Pressed, 8_300, Effect::Unknown),
        ] {
            let event = KeyEvent { device, key, action };
            assert_eq!(presses.apply(event, Duration::from_millis(millis)), expected, "{event:?} at {millis}");
        }
        assert_eq!(presses.unknown(), 2);
    }
}
