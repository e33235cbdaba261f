//! One consent of one kind, from the signature to its revocation. A new signature is a new consent; which one counts is [`crate::records::consent_in_force`].

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = ConsentState)]
    State {
        /// Signed.
        Given = "given",
        /// Taken back; it counts no more from then on.
        Revoked = "revoked",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Take it back.
    Revoke,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Revoke];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        Ok(match (self, event) {
            (S::Given, Event::Revoke) => S::Revoked,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Revoked)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Given, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
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
