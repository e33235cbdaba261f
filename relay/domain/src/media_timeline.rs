//! What became of a home's sound and picture in each second of a consultation: the rung of the ladder, what the box aimed at, what the relay measured, by what radio
//! signal, and what of it was sent to the specialist.
//!
//! * [`Rung`] is the ladder in the names that box, relay, console and people share.
//! * [`Second`] is one second; [`Stretch`] a row of the store, up to a minute without a hole, with its bytes in [`codec`].
//! * [`Recorder`] makes stretches of what is seen once a second; pure.
//! * [`signing`] decides whether what was seen is enough to sign by.
//!
//! Not here: how the box chooses a rung (`yunzhen_media::ladder`), how packets are counted (`yunzhen_media::uplink`).

pub mod codec;
pub mod recorder;
pub mod signing;

pub use codec::{CodecError, MOST_SECONDS_OF_STRETCH, Stretch};
pub use recorder::{Observed, Recorder};
pub use signing::{Standing, TooLow, enough};

use crate::machines::named_enum;
use crate::radio::Signals;

named_enum! {
    /// A step of the ladder, best first.
    Rung {
        /// As planned: 720 lines, 30 frames a second.
        Full = "full",
        /// A smaller picture, 15 frames a second.
        Small = "small",
        /// The smaller picture, two to ten frames a second.
        Slow = "slow",
        /// Sharp stills every few seconds, and sound.
        Stills = "stills",
        /// Sound alone, sent more than once.
        Sound = "sound",
        /// Store and forward: voice messages and photos.
        Forward = "forward",
    }
}

impl Rung {
    /// The number by which a policy names it: 6 is the best, 1 the least.
    pub const fn number(self) -> u32 {
        match self {
            Self::Full => 6,
            Self::Small => 5,
            Self::Slow => 4,
            Self::Stills => 3,
            Self::Sound => 2,
            Self::Forward => 1,
        }
    }

    /// The rung of a policy's number.
    pub fn of_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|rung| rung.number() == number)
    }

    /// Whether it is this one or better.
    pub const fn is_at_least(self, least: Self) -> bool {
        self.number() >= least.number()
    }

    /// Chinese, English: what the others get, as nurse and specialist read it.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Full => ("高清画面", "Full picture"),
            Self::Small => ("小画面", "Smaller picture"),
            Self::Slow => ("慢速画面", "Slow picture"),
            Self::Stills => ("静帧加声音", "Stills and sound"),
            Self::Sound => ("只有声音", "Sound only"),
            Self::Forward => ("语音留言和照片", "Voice messages and photos"),
        }
    }
}

named_enum! {
    /// Which of the home's cameras the picture came from.
    CallCamera {
        /// The whole room.
        Room = "room",
        /// The resident, near.
        CloseUp = "close_up",
        /// The tablet's own.
        Tablet = "tablet",
    }
}

named_enum! {
    /// Whether the attending specialist was in the call in a second.
    Attendance {
        /// Nobody wrote it down: a second from before it was.
        Unrecorded = "unrecorded",
        /// Not in the room, or nothing arrived at their page.
        Absent = "absent",
        /// In the room and connected.
        Present = "present",
    }
}

/// What is known of a second in which the home's box was connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// As the box says; `None` from an older box, and before it has said anything.
    pub rung: Option<Rung>,
    /// Which camera the box shows, as it says.
    pub camera: Option<CallCamera>,
    /// Sound reached the relay.
    pub sound: bool,
    /// A picture reached the relay.
    pub picture: bool,
    /// What the box aims to send in all, kilobits a second, as it says.
    pub target_kbps: Option<u32>,
    /// What reached the relay, kilobits a second.
    pub received_kbps: u32,
    /// Packets that did not arrive at the first try, of a thousand.
    pub loss_permille: u32,
    /// How long packets waited in the link's queue, milliseconds, as the box reckons from arrival times.
    pub queue_ms: Option<u32>,
    /// How unevenly packets arrived, milliseconds (RFC 3550 section 6.4.1).
    pub jitter_ms: u32,
    /// Round trip of the connection, milliseconds.
    pub round_trip_ms: Option<u32>,
    /// Whether the specialist was there.
    pub specialist: Attendance,
    /// Sound of the home was sent to the specialist's page; only while they were present.
    pub sound_given: bool,
    /// Pictures of the home were sent to the specialist's page; only while they were present.
    pub picture_given: bool,
    /// The radio signals of the home's modems, where they tell them.
    pub signals: Signals,
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            rung: None,
            camera: None,
            sound: false,
            picture: false,
            target_kbps: None,
            received_kbps: 0,
            loss_permille: 0,
            queue_ms: None,
            jitter_ms: 0,
            round_trip_ms: None,
            specialist: Attendance::Absent,
            sound_given: false,
            picture_given: false,
            signals: Signals::default(),
        }
    }
}

/// One second of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Second {
    /// The home's box was not connected; whether the specialist was.
    Away(Attendance),
    /// It was.
    Heard(Heard),
}

impl Second {
    /// Whether the home's box was connected.
    pub const fn is_connected(&self) -> bool {
        matches!(self, Self::Heard(_))
    }

    /// Whether the specialist was there.
    pub const fn specialist(&self) -> Attendance {
        match self {
            Self::Away(specialist) => *specialist,
            Self::Heard(heard) => heard.specialist,
        }
    }

    /// What came of the home. What the relay measured counts for more than what the box says: a full picture of which nothing arrived is none. `None`: nothing.
    pub const fn shown(&self) -> Option<Rung> {
        let Self::Heard(heard) = self else { return None };
        rung(heard.rung, heard.picture, heard.sound)
    }

    /// What of it the specialist had: what came, as far as it was sent to their page. Of a second from before that was written down: what came.
    pub const fn seen(&self) -> Option<Rung> {
        let Self::Heard(heard) = self else { return None };
        match heard.specialist {
            Attendance::Unrecorded => self.shown(),
            Attendance::Absent => None,
            Attendance::Present => {
                rung(heard.rung, heard.picture && heard.picture_given, heard.sound && heard.sound_given)
            }
        }
    }
}

/// What came of the home in half of the seconds or more: the best of which that is true. `None`: nothing came in so many.
pub fn usual(seconds: &[Second]) -> Option<Rung> {
    let half = seconds.len().div_ceil(2).max(1);
    let came =
        |least: Rung| seconds.iter().filter(move |second| second.shown().is_some_and(|rung| rung.is_at_least(least)));
    Rung::ALL.iter().copied().find(|rung| came(*rung).count() >= half)
}

const fn rung(said: Option<Rung>, picture: bool, sound: bool) -> Option<Rung> {
    match (said, picture, sound) {
        (Some(Rung::Forward), _, _) => Some(Rung::Forward),
        (_, false, false) => None,
        (Some(rung @ (Rung::Full | Rung::Small | Rung::Slow)), true, _) => Some(rung),
        // A still comes every few seconds.
        (Some(Rung::Stills), _, _) => Some(Rung::Stills),
        // A box that does not say it: a picture that moves, nobody knows how well.
        (None, true, _) => Some(Rung::Slow),
        (_, _, true) => Some(Rung::Sound),
        (Some(Rung::Sound), true, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_rung_is_first_and_has_the_highest_number() {
        let numbers: Vec<u32> = Rung::ALL.iter().map(|rung| rung.number()).collect();
        assert_eq!(numbers, [6, 5, 4, 3, 2, 1]);
        assert!(Rung::ALL.iter().all(|rung| Rung::of_number(rung.number()) == Some(*rung)));
        assert_eq!((Rung::of_number(0), Rung::of_number(7)), (None, None));
        assert!(Rung::Small.is_at_least(Rung::Slow) && !Rung::Stills.is_at_least(Rung::Slow));
        assert_eq!(
            Rung::ALL.iter().map(|rung| rung.as_str()).collect::<Vec<_>>().join(" "),
            "full small slow stills sound forward"
        );
    }

    #[test]
    fn what_is_said_counts_only_with_what_arrived() {
        let second = |rung, picture, sound| Second::Heard(Heard { rung, picture, sound, ..Heard::default() }).shown();
        assert_eq!(second(Some(Rung::Full), true, true), Some(Rung::Full));
        assert_eq!(second(Some(Rung::Full), true, false), Some(Rung::Full), "muted");
        assert_eq!(second(Some(Rung::Full), false, true), Some(Rung::Sound), "camera off, or nothing of it arrives");
        assert_eq!(second(Some(Rung::Full), false, false), None);
        assert_eq!(second(Some(Rung::Stills), false, true), Some(Rung::Stills));
        assert_eq!(second(Some(Rung::Sound), true, true), Some(Rung::Sound));
        assert_eq!(second(Some(Rung::Forward), false, false), Some(Rung::Forward));
        assert_eq!(second(None, true, true), Some(Rung::Slow), "an older box");
        assert_eq!(second(None, false, true), Some(Rung::Sound));
        assert_eq!(Second::Away(Attendance::Present).shown(), None);
    }

    #[test]
    fn what_came_in_half_of_a_call_is_what_it_was_like() {
        let of = |rung| Second::Heard(Heard { rung: Some(rung), picture: true, sound: true, ..Heard::default() });
        let away = Second::Away(Attendance::Present);
        assert_eq!(usual(&[]), None);
        assert_eq!(usual(&[of(Rung::Full), of(Rung::Full), of(Rung::Sound), away.clone()]), Some(Rung::Full));
        assert_eq!(usual(&[of(Rung::Full), of(Rung::Slow), of(Rung::Stills), away.clone()]), Some(Rung::Slow));
        assert_eq!(usual(&[of(Rung::Full), away.clone(), away]), None, "the home was not there for most of it");
    }

    #[test]
    fn the_specialist_had_what_was_sent_to_their_page() {
        let full = Heard { rung: Some(Rung::Full), picture: true, sound: true, ..Heard::default() };
        let seen = |specialist, picture_given, sound_given| {
            Second::Heard(Heard { specialist, picture_given, sound_given, ..full.clone() }).seen()
        };
        assert_eq!(seen(Attendance::Present, true, true), Some(Rung::Full));
        assert_eq!(seen(Attendance::Present, false, true), Some(Rung::Sound), "the picture did not go out");
        assert_eq!(seen(Attendance::Present, false, false), None);
        assert_eq!(seen(Attendance::Absent, true, true), None);
        assert_eq!(seen(Attendance::Unrecorded, false, false), Some(Rung::Full), "from before it was written down");
        let of_nothing = Heard { picture: false, sound: false, ..full };
        let sent = Heard { specialist: Attendance::Present, picture_given: true, sound_given: true, ..of_nothing };
        assert_eq!(Second::Heard(sent).seen(), None, "what was sent again came before");
        assert_eq!(Second::Away(Attendance::Present).seen(), None);
    }
}
