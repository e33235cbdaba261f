//! The request for a refill: a medicine runs out and the prescriber is told. It never becomes a prescription by itself; a person writes that.

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// Where a request stands.
    #[schema(as = RefillState)]
    State {
        /// Nobody has looked at it.
        Open = "open",
        /// The prescriber has seen it.
        Seen = "seen",
        /// A new prescription was signed; asked anew when that one ends and the medicine has not come.
        Done = "done",
        /// The medicine ends here, for a reason.
        Declined = "declined",
        /// The course was stopped before anybody decided.
        Lapsed = "lapsed",
    }
}

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The prescriber looks at it.
    See,
    /// A new prescription was written.
    Do,
    /// The medicine ends here.
    Decline,
    /// The course was stopped.
    Lapse,
    /// What was written for it ended, and the medicine has not come.
    Reopen,
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::See => "see",
            Self::Do => "do",
            Self::Decline => "decline",
            Self::Lapse => "lapse",
            Self::Reopen => "reopen",
        }
    }
}

/// The outcome of an event that was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The state after the event.
    pub state: State,
    /// When it was entered.
    pub at: Timestamp,
}

impl State {
    /// The state after `event`, or a refusal.
    pub fn apply(self, event: &Event, at: Timestamp) -> Result<Next, Refused> {
        use State as S;
        let state = match (self, event) {
            (S::Open, Event::See) => S::Seen,
            (S::Open | S::Seen, Event::Do) => S::Done,
            (S::Open | S::Seen, Event::Decline) => S::Declined,
            (S::Open | S::Seen, Event::Lapse) => S::Lapsed,
            (S::Done, Event::Reopen) => S::Open,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Declined | Self::Lapsed)
    }

    /// Nobody is asked any more.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Done | Self::Declined | Self::Lapsed)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    vec![Event::See, Event::Do, Event::Decline, Event::Lapse, Event::Reopen]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Open, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|n| n.state.as_str());
        insta::assert_snapshot!(crate::machines::table(State::ALL, &sample_events(), Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }
}
