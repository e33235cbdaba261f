//! A signing key that a person made in a browser, from the request to its end. What was signed with it before it was revoked stays what it is.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = SigningKeyState)]
    State {
        /// Waits for an administrator.
        Requested = "requested",
        /// Signs.
        Approved = "approved",
        /// An administrator did not recognise it.
        Refused = "refused",
        /// Signs no more.
        Revoked = "revoked",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// An administrator compared the fingerprint with the person and lets it sign.
    Approve,
    /// An administrator does not.
    Refuse,
    /// Lost, stolen, given up: from now on nothing more is signed with it.
    Revoke,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Approve, Self::Refuse, Self::Revoke];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Revoke => "revoke",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        Ok(match (self, event) {
            (S::Requested, Event::Approve) => S::Approved,
            (S::Requested, Event::Refuse) => S::Refused,
            // A person takes back the own request the same way.
            (S::Requested | S::Approved, Event::Revoke) => S::Revoked,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Refused | Self::Revoked)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Requested, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
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
