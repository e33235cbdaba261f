//! The link's state machine: when to dial, when to wait, when to give up waiting. Pure: the moment and the jitter are
//! arguments, the driver (`super::driver`) does what the effects say.
//!
//! ```text
//!             RetryDue, Roused              Welcomed
//!   Offline ───────────────────▶ Connecting ────────▶ Connected
//!      ▲                             │                    │
//!      ├──────── Lost, Refused ──────┘                    │
//!      └──────────────────── Lost, Refused ───────────────┘
//!   any ── Stop ──▶ Draining ── Lost ──▶ Draining (nothing dials any more)
//! ```

use std::fmt;
use std::time::Duration;

/// Attempts after which an outage is no longer a gap in the radio but a state: the waits grow from here on.
///
/// Until then a wait never exceeds [`SHORT_WAIT`], so that a consultation resumes within two seconds of the link's return.
const PATIENT_AFTER: u32 = 60;
/// Longest wait within an outage that may still be a gap in the radio.
const SHORT_WAIT: Duration = Duration::from_millis(500);
/// First wait of the doubling sequence; the very first retry does not wait at all.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Longest wait of a long outage.
const LONG_WAIT: Duration = Duration::from_secs(10);
/// A refusal needs a person; asking every half minute notices that it was mended.
const REFUSED_WAIT: Duration = Duration::from_secs(30);
/// A link that is lost before it held this long is one more failed attempt: a relay that closes right after its welcome is
/// not dialled without end.
const HELD: Duration = Duration::from_secs(5);
/// A relay that drains is replaced by another one soon.
const DRAINING_WAIT: Duration = Duration::from_secs(1);

/// Why the relay does not want this box. The words are chosen in `super::words`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The certificate comes from another authority or is not a box's.
    ForeignCertificate,
    /// The certificate is no longer (or not yet) valid.
    ExpiredCertificate,
    /// The relay does not know the home named in the certificate.
    UnknownHome,
    /// The two programs do not speak the same protocol version.
    Version,
    /// The relay is being stopped and takes no new connections.
    Draining,
    /// Another connection of the same box took over.
    Replaced,
    /// The certificate was revoked.
    Revoked,
    /// The relay itself could not be verified (its certificate is foreign or expired).
    RelayNotTrusted,
    /// Any other reason; the relay's sentence is in the log.
    Other,
}

/// Where the link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No connection; the next attempt starts at `retry_at`.
    Offline {
        /// Attempts made since the link last held.
        attempt: u32,
        /// When to dial again, on the driver's clock.
        retry_at: Duration,
        /// Set when the relay refused this box.
        refused: Option<Refusal>,
    },
    /// Dialling, or waiting for the relay's welcome.
    Connecting {
        /// This attempt's number, from 1.
        attempt: u32,
        /// What the relay last refused, kept so that the page goes on saying so.
        refused: Option<Refusal>,
    },
    /// Welcomed by the relay.
    Connected {
        /// Attempts that it took, and that count on until the link has held for [`HELD`].
        attempt: u32,
        /// When, on the driver's clock.
        since: Duration,
    },
    /// The program is being stopped.
    Draining,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The wait is over.
    RetryDue,
    /// Something suggests that the network is back (address change, a person's request).
    Roused,
    /// The relay's `welcome` arrived.
    Welcomed,
    /// The connection ended or could not be made.
    Lost,
    /// The relay refused this box.
    Refused(Refusal),
    /// The program is being stopped.
    Stop,
}

/// What the driver has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a connection and send `hello`.
    Dial,
    /// Report [`Event::RetryDue`] at the state's `retry_at`.
    Wait,
    /// Hand the connection to everyone who sends.
    Announce,
    /// Tell everyone that nothing can be sent.
    Withdraw,
    /// Send `bye` and close.
    Bye,
}

/// An event that has no meaning in a state; the driver logs it and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} means nothing while {state:?}")]
pub struct Misplaced {
    /// The state, unchanged.
    pub state: State,
    /// The event.
    pub event: Event,
}

impl State {
    /// A box that was just switched on dials at once.
    pub const fn initial() -> Self {
        Self::Offline { attempt: 0, retry_at: Duration::ZERO, refused: None }
    }

    /// The one transition function. `at` is the driver's monotonic clock, `jitter` is in 0..1.
    pub fn apply(self, event: Event, at: Duration, jitter: f64) -> Result<(Self, &'static [Effect]), Misplaced> {
        use Effect::{Announce, Bye, Dial, Wait, Withdraw};
        Ok(match (self, event) {
            (Self::Offline { attempt, refused, .. }, Event::RetryDue | Event::Roused) => {
                (Self::Connecting { attempt: attempt.saturating_add(1), refused }, &[Dial])
            }
            (Self::Offline { .. }, Event::Stop) => (Self::Draining, &[]),
            (Self::Connecting { attempt, .. }, Event::Welcomed) => {
                (Self::Connected { attempt, since: at }, &[Announce])
            }
            (Self::Connecting { attempt, refused }, Event::Lost) => {
                (Self::Offline { attempt, retry_at: at + wait(attempt, jitter), refused }, &[Wait])
            }
            (Self::Connecting { attempt, .. }, Event::Refused(why)) => {
                (Self::Offline { attempt, retry_at: at + refused_wait(why, jitter), refused: Some(why) }, &[Wait])
            }
            (Self::Connecting { .. }, Event::Stop) => (Self::Draining, &[Bye]),
            (Self::Connected { attempt, since }, Event::Lost) => {
                let (attempt, wait) = if at.saturating_sub(since) >= HELD {
                    (0, Duration::ZERO)
                } else {
                    (attempt, wait(attempt, jitter))
                };
                (Self::Offline { attempt, retry_at: at + wait, refused: None }, &[Withdraw, Wait])
            }
            (Self::Connected { attempt, since }, Event::Refused(why)) => {
                let attempt = if at.saturating_sub(since) >= HELD { 0 } else { attempt };
                let retry_at = at + refused_wait(why, jitter);
                (Self::Offline { attempt, retry_at, refused: Some(why) }, &[Withdraw, Wait])
            }
            (Self::Connected { .. }, Event::Stop) => (Self::Draining, &[Bye, Withdraw]),
            (Self::Draining, Event::Lost | Event::Refused(_) | Event::Stop) => (Self::Draining, &[]),
            // A second hint while an attempt is under way or the link is up asks for nothing more.
            (Self::Connecting { .. } | Self::Connected { .. }, Event::Roused) => (self, &[]),
            (
                Self::Offline { .. } | Self::Connecting { .. } | Self::Connected { .. } | Self::Draining,
                Event::RetryDue | Event::Welcomed | Event::Lost | Event::Refused(_) | Event::Roused,
            ) => return Err(Misplaced { state: self, event }),
        })
    }

    /// The state's name on the page and in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offline { .. } => "offline",
            Self::Connecting { .. } => "connecting",
            Self::Connected { .. } => "connected",
            Self::Draining => "draining",
        }
    }

    /// What the relay refused, if that is why there is no link.
    pub const fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Offline { refused, .. } | Self::Connecting { refused, .. } => *refused,
            Self::Connected { .. } | Self::Draining => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How long to wait after failed attempt `attempt`: doubles from [`FIRST_WAIT`] to [`SHORT_WAIT`], stays there while a
/// gap in the radio is likely, then grows to [`LONG_WAIT`]. Jitter takes away up to half, so that a thousand boxes that
/// lost the same relay do not return in step.
pub fn wait(attempt: u32, jitter: f64) -> Duration {
    let full = if attempt <= PATIENT_AFTER {
        (FIRST_WAIT * 2u32.saturating_pow(attempt.saturating_sub(1).min(8))).min(SHORT_WAIT)
    } else {
        (SHORT_WAIT * 2u32.saturating_pow((attempt - PATIENT_AFTER).min(8))).min(LONG_WAIT)
    };
    full.mul_f64(1.0 - 0.5 * jitter.clamp(0.0, 1.0))
}

fn refused_wait(why: Refusal, jitter: f64) -> Duration {
    let full = match why {
        Refusal::Draining => DRAINING_WAIT,
        Refusal::ForeignCertificate
        | Refusal::ExpiredCertificate
        | Refusal::UnknownHome
        | Refusal::Version
        | Refusal::Replaced
        | Refusal::Revoked
        | Refusal::RelayNotTrusted
        | Refusal::Other => REFUSED_WAIT,
    };
    full.mul_f64(1.0 - 0.5 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    const STATES: [State; 7] = [
        State::Offline { attempt: 0, retry_at: Duration::ZERO, refused: None },
        State::Offline { attempt: 7, retry_at: Duration::from_secs(9), refused: Some(Refusal::ExpiredCertificate) },
        State::Connecting { attempt: 1, refused: None },
        State::Connecting { attempt: 7, refused: Some(Refusal::UnknownHome) },
        State::Connected { attempt: 3, since: Duration::from_secs(1) },
        State::Connected { attempt: 3, since: Duration::from_secs(9) },
        State::Draining,
    ];
    const EVENTS: [Event; 7] = [
        Event::RetryDue,
        Event::Roused,
        Event::Welcomed,
        Event::Lost,
        Event::Refused(Refusal::ForeignCertificate),
        Event::Refused(Refusal::Draining),
        Event::Stop,
    ];

    #[test]
    fn every_pair_of_state_and_event() {
        let mut table = String::new();
        for state in STATES {
            for event in EVENTS {
                let result = match state.apply(event, Duration::from_secs(10), 0.0) {
                    Ok((next, effects)) => format!("{next:?} {effects:?}"),
                    Err(_) => "misplaced".to_owned(),
                };
                writeln!(table, "{state:?} + {event:?} -> {result}").unwrap();
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn waits_are_short_while_a_gap_is_likely_and_bounded_ever_after() {
        for attempt in 0..=PATIENT_AFTER {
            assert!(wait(attempt, 0.0) <= SHORT_WAIT, "attempt {attempt}");
        }
        for attempt in [PATIENT_AFTER + 1, 100, u32::MAX] {
            let (longest, shortest) = (wait(attempt, 0.0), wait(attempt, 1.0));
            assert!(longest <= LONG_WAIT && shortest * 2 >= longest, "attempt {attempt}");
        }
    }

    #[test]
    fn a_relay_that_closes_right_after_its_welcome_is_not_dialled_without_end() {
        let (mut state, mut at, mut dials) = (State::initial(), Duration::ZERO, 0);
        let minute = Duration::from_secs(60);
        while at < minute {
            for event in [Event::RetryDue, Event::Welcomed, Event::Lost] {
                state = state.apply(event, at, 0.0).unwrap().0;
            }
            let State::Offline { retry_at, .. } = state else { panic!("{state}") };
            (at, dials) = (retry_at, dials + 1);
        }
        assert!(dials < 125, "{dials} in a minute: at most two a second");
        while at < 4 * minute {
            for event in [Event::RetryDue, Event::Welcomed, Event::Lost] {
                state = state.apply(event, at, 0.0).unwrap().0;
            }
            let State::Offline { retry_at, .. } = state else { panic!("{state}") };
            assert!(retry_at > at);
            at = retry_at;
        }
        assert!(matches!(state, State::Offline { attempt, .. } if wait(attempt, 0.0) == LONG_WAIT), "{state:?}");

        // One that held is dialled at once when it is lost, and everything begins anew.
        state = state.apply(Event::RetryDue, at, 0.0).unwrap().0;
        state = state.apply(Event::Welcomed, at, 0.0).unwrap().0;
        let lost = at + HELD;
        let after = state.apply(Event::Lost, lost, 0.0).unwrap().0;
        assert_eq!(after, State::Offline { attempt: 0, retry_at: lost, refused: None });
    }
}
