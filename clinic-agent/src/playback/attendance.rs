//! Whether the page of a tablet's leg still listens: the life of its event streams, as a pure table.
//!
//! The kernel closes the connections of a browser that dies, long before its peer connection fails. Pages open their streams again by themselves;
//! so the end of the last one is doubted for a moment first. Not here: the streams, and what the others are told.

use std::time::{Duration, Instant};

/// A tablet whose page listens no more and that is silent for this long is away. Its reports come once a second.
pub const DOUBT: Duration = Duration::from_secs(1);

/// The life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attendance {
    /// The page has not asked for its stream yet.
    #[default]
    Expected,
    /// Somebody listens.
    Here {
        /// On so many streams.
        streams: u32,
    },
    /// The last stream ended a moment ago.
    Doubted {
        /// When it is looked at again.
        until: Instant,
    },
    /// Nobody listens and nothing comes.
    Away {
        /// When it is looked at again.
        until: Instant,
    },
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page opened a stream.
    StreamOpened,
    /// A stream ended.
    StreamEnded,
    /// The time of [`Attendance::poll_timeout`] came.
    Timeout {
        /// Whether media or reports of the tablet came since the last look.
        heard: bool,
    },
}

/// What the others are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nobody is at the tablet any more.
    Left,
    /// Somebody is again.
    Returned,
}

impl Attendance {
    /// When [`Event::Timeout`] is due.
    pub const fn poll_timeout(self) -> Option<Instant> {
        match self {
            Self::Expected | Self::Here { .. } => None,
            Self::Doubted { until } | Self::Away { until } => Some(until),
        }
    }

    /// Whether the others were told that nobody is there.
    pub const fn is_away(self) -> bool {
        matches!(self, Self::Away { .. })
    }

    /// Takes one event.
    pub fn apply(&mut self, event: Event, now: Instant) -> Option<Change> {
        let until = now + DOUBT;
        let (next, change) = match (*self, event) {
            (Self::Here { streams }, Event::StreamOpened) => (Self::Here { streams: streams + 1 }, None),
            (Self::Expected | Self::Doubted { .. }, Event::StreamOpened) => (Self::Here { streams: 1 }, None),
            (Self::Away { .. }, Event::StreamOpened) => (Self::Here { streams: 1 }, Some(Change::Returned)),
            (Self::Here { streams: 2.. }, Event::StreamEnded) => (self.one_less(), None),
            (Self::Here { .. }, Event::StreamEnded) => (Self::Doubted { until }, None),
            (Self::Doubted { .. }, Event::Timeout { heard: true }) => (Self::Doubted { until }, None),
            (Self::Doubted { .. }, Event::Timeout { heard: false }) => (Self::Away { until }, Some(Change::Left)),
            (Self::Away { .. }, Event::Timeout { heard: true }) => (Self::Doubted { until }, Some(Change::Returned)),
            (Self::Away { .. }, Event::Timeout { heard: false }) => (Self::Away { until }, None),
            // A stream whose beginning was not told, or a timer that was overtaken.
            (state @ (Self::Expected | Self::Doubted { .. } | Self::Away { .. }), Event::StreamEnded)
            | (state @ (Self::Expected | Self::Here { .. }), Event::Timeout { .. }) => (state, None),
        };
        *self = next;
        change
    }

    const fn one_less(self) -> Self {
        match self {
            Self::Here { streams } => Self::Here { streams: streams - 1 },
            state => state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_runtime::clock;

    const OPENED: Event = Event::StreamOpened;
    const ENDED: Event = Event::StreamEnded;
    const SILENT: Event = Event::Timeout { heard: false };
    const HEARD: Event = Event::Timeout { heard: true };

    /// Applies events a second apart and gathers what the others are told.
    fn told(events: &[Event]) -> Vec<Change> {
        let begun = clock::now_instant();
        let mut one = Attendance::default();
        let at = |n: u32| begun + DOUBT * n;
        (0..).zip(events).filter_map(|(n, event)| one.apply(*event, at(n))).collect()
    }

    #[test]
    fn a_browser_that_dies_is_told_after_a_moment_of_silence() {
        let begun = clock::now_instant();
        let mut one = Attendance::default();
        assert_eq!((one.apply(OPENED, begun), one.poll_timeout()), (None, None));
        assert_eq!(one.apply(ENDED, begun), None);
        assert_eq!(one.poll_timeout(), Some(begun + DOUBT));
        assert_eq!(one.apply(SILENT, begun + DOUBT), Some(Change::Left));
        assert!(one.is_away());
    }

    #[test]
    fn a_stream_that_is_opened_again_was_no_crash() {
        assert_eq!(told(&[OPENED, ENDED, OPENED, SILENT, ENDED, OPENED]), []);
        assert_eq!(told(&[OPENED, OPENED, ENDED, SILENT]), [], "two windows, one closed");
        assert_eq!(told(&[OPENED, ENDED, HEARD, HEARD, OPENED]), [], "its media goes on while the stream is away");
    }

    #[test]
    fn who_returns_is_told_once() {
        assert_eq!(told(&[OPENED, ENDED, SILENT, SILENT, OPENED, SILENT]), [Change::Left, Change::Returned]);
        assert_eq!(
            told(&[OPENED, ENDED, SILENT, HEARD, HEARD, SILENT]),
            [Change::Left, Change::Returned, Change::Left]
        );
    }

    #[test]
    fn before_the_first_stream_nobody_is_missed() {
        assert_eq!(told(&[SILENT, ENDED, SILENT, HEARD]), []);
    }
}
