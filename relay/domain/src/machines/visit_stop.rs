//! One resident of a round in person: expected, then seen or not seen.

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// What became of a resident of a round.
    #[schema(as = VisitStopState)]
    State {
        /// To be seen.
        Expected = "expected",
        /// Was examined.
        Seen = "seen",
        /// Was not, for a reason.
        NotSeen = "not_seen",
    }
}

/// What can happen to a resident of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A doctor examined the resident.
    See {
        /// ICD-10 codes of the diagnoses that were confirmed.
        confirmed: Vec<String>,
    },
    /// The resident was away, unwell, or did not want to.
    Miss {
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::See { .. } => "see",
            Self::Miss { .. } => "miss",
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
            (S::Expected, Event::See { .. }) => S::Seen,
            (S::Expected, Event::Miss { .. }) => S::NotSeen,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Seen | Self::NotSeen)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    vec![Event::See { confirmed: Vec::new() }, Event::Miss { reason: String::new() }]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Expected, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
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

    #[test]
    fn terminal_states_are_exactly_those_that_nothing_leaves() {
        for state in State::ALL {
            let stuck = sample_events().iter().all(|e| state.apply(e, Timestamp::UNIX_EPOCH).is_err());
            assert_eq!(stuck, state.is_terminal(), "{state}");
        }
    }
}
