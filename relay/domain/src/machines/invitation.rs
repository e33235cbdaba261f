//! A link by which one guest joins one consultation: it is opened by one device, and that device is let in by a person, or it is not.
//! That it ends with its time, and with the consultation, is no state.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = InvitationState)]
    State {
        /// Made; no device has opened it.
        Open = "open",
        /// A device has opened it and waits to be let in.
        Waiting = "waiting",
        /// Let in.
        Admitted = "admitted",
        /// Not let in, sent away, or taken back.
        Revoked = "revoked",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A device opens it for the first time.
    Arrive,
    /// Who cares for the resident lets the guest in.
    Admit,
    /// Who cares for the resident does not want the guest, or not any more.
    Revoke,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Arrive, Self::Admit, Self::Revoke];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Arrive => "arrive",
            Self::Admit => "admit",
            Self::Revoke => "revoke",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Open, Event::Arrive) => Ok(Self::Waiting),
            (Self::Waiting, Event::Admit) => Ok(Self::Admitted),
            (Self::Open | Self::Waiting | Self::Admitted, Event::Revoke) => Ok(Self::Revoked),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Revoked)
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
