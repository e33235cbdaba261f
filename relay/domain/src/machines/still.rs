//! A diagnostic still: asked of a home's camera, then in the record, or not to be had. How far its bytes have come is nothing that is kept.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = StillState)]
    State {
        /// The home was asked; its bytes may be on the way.
        Asked = "asked",
        /// Its digest was right and it is a document of the record.
        Kept = "kept",
        /// It will not come, for a reason that is kept.
        Failed = "failed",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// All bytes are here and are what the home says they are.
    Keep,
    /// The home cannot take it, or what came is not what was offered.
    Fail,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Keep, Self::Fail];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Fail => "fail",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Asked, Event::Keep) => Ok(Self::Kept),
            (Self::Asked, Event::Fail) => Ok(Self::Failed),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Kept | Self::Failed)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Asked, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
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
