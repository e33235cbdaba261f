//! A round of a hospital's doctors through homes, in person. What happens to each resident of it is [`super::visit_stop`].

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// Where a round stands.
    #[schema(as = VisitState)]
    State {
        /// Has a day, doctors and residents; can be changed.
        Planned = "planned",
        /// The doctors are on their way.
        UnderWay = "under_way",
        /// Every resident was seen or was not, with the reason.
        Done = "done",
        /// Called off.
        Cancelled = "cancelled",
    }
}

/// What can happen to a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The doctors set out.
    Start,
    /// The last resident is done.
    Finish,
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Finish => "finish",
            Self::Cancel { .. } => "cancel",
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
            (S::Planned, Event::Start) => S::UnderWay,
            (S::UnderWay, Event::Finish) => S::Done,
            // A round that broke off before its end is called off; what was recorded until then stays.
            (S::Planned | S::UnderWay, Event::Cancel { .. }) => S::Cancelled,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    vec![Event::Start, Event::Finish, Event::Cancel { reason: String::new() }]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Planned, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
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
