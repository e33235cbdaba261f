//! An opening of a record without a relation, until a second person has judged it. That it closes by itself is a matter of its time box, not of a state.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = BreakGlassState)]
    State {
        /// In use until its time is over.
        Open = "open",
        /// Given back before its time; to be reviewed.
        Closed = "closed",
        /// Reviewed: it was right.
        Accepted = "accepted",
        /// Reviewed: it was not right, or not clear.
        Questioned = "questioned",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The specialist needs it no more.
    Close,
    /// A second person finds it right.
    Accept,
    /// A second person does not, or asks; an opening still in use ends.
    Question,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Close, Self::Accept, Self::Question];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Accept => "accept",
            Self::Question => "question",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        Ok(match (self, event) {
            (S::Open, Event::Close) => S::Closed,
            (S::Open | S::Closed, Event::Accept) => S::Accepted,
            (S::Open | S::Closed, Event::Question) => S::Questioned,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Accepted | Self::Questioned)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Open, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
        insta::assert_snapshot!(crate::machines::table(State::ALL, Event::ALL, Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }
}
