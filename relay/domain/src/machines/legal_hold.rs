//! A legal hold on a resident's record: while it is placed, no clock of [`crate::retention`] ends.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = LegalHoldState)]
    State {
        /// Nothing of the record is deleted.
        Placed = "placed",
        /// The clocks count again.
        Released = "released",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Who placed it, or who follows them, lifts it.
    Release,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Release];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Release => "release",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Placed, Event::Release) => Ok(Self::Released),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Released)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Placed, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
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
