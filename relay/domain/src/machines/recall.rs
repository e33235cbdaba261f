//! A batch that is called back, from the word of it until every home that had it has answered. Settled is not free: the batch stays barred until the recall is
//! withdrawn. Not here: who has the batch ([`crate::recalls`]), where one home stands ([`super::recall_home`]).

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = RecallState)]
    State {
        /// Homes are looking for it.
        Open = "open",
        /// Every home has answered.
        Completed = "completed",
        /// Closed for a stated reason before every home had answered.
        ClosedEarly = "closed_early",
        /// Taken back: it was a mistake, or the batch was found good. It may be given again.
        Withdrawn = "withdrawn",
    }
}

named_enum! {
    /// How grave it is: the first level is for what can do serious harm.
    #[schema(as = RecallLevel)]
    Level {
        /// Serious harm is possible.
        First = "first",
        /// Passing or reversible harm is possible.
        Second = "second",
        /// No harm is expected.
        Third = "third",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A home has looked for the batch, or corrects what it said.
    Answer,
    /// Units of it turned up in a home: it is asked, again where it had answered.
    Ask,
    /// It is settled.
    Close {
        /// Homes have not answered.
        outstanding: bool,
        /// Why it is closed is said.
        explained: bool,
    },
    /// It is taken back.
    Withdraw,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[
        Self::Answer,
        Self::Ask,
        Self::Close { outstanding: false, explained: false },
        Self::Close { outstanding: true, explained: true },
        Self::Close { outstanding: true, explained: false },
        Self::Withdraw,
    ];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ask => "ask",
            Self::Close { outstanding: false, .. } => "close",
            Self::Close { outstanding: true, explained: true } => "close_early",
            Self::Close { outstanding: true, explained: false } => "close_unexplained",
            Self::Withdraw => "withdraw",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        match (self, event) {
            // An answer that comes after the close is still worth having.
            (S::Open | S::Completed | S::ClosedEarly, Event::Answer) => Ok(self),
            // A count that was made without a link can show units in a home when all seemed settled.
            (S::Open | S::Completed | S::ClosedEarly, Event::Ask) => Ok(S::Open),
            (S::Open, Event::Close { outstanding: false, .. }) => Ok(S::Completed),
            (S::Open, Event::Close { outstanding: true, explained: true }) => Ok(S::ClosedEarly),
            (S::Open | S::Completed | S::ClosedEarly, Event::Withdraw) => Ok(S::Withdrawn),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Withdrawn)
    }

    /// The batch may not be given to anybody.
    pub const fn bars(self) -> bool {
        !matches!(self, Self::Withdrawn)
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
