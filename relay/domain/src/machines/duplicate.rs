//! Two records that may be one person, judged by a person. A merge can be taken back; the pair is then known to be two.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = DuplicateState)]
    State {
        /// Nobody has decided.
        Suspected = "suspected",
        /// One person: one record stands for both.
        Merged = "merged",
        /// Two persons.
        Dismissed = "dismissed",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// One person.
    Merge,
    /// They are two after all.
    Unmerge,
    /// Two persons.
    Dismiss,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Merge, Self::Unmerge, Self::Dismiss];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Unmerge => "unmerge",
            Self::Dismiss => "dismiss",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        use State as S;
        Ok(match (self, event) {
            // Who was wrong about two persons can still merge them.
            (S::Suspected | S::Dismissed, Event::Merge) => S::Merged,
            (S::Merged, Event::Unmerge) | (S::Suspected, Event::Dismiss) => S::Dismissed,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Suspected | Self::Merged | Self::Dismissed => false,
        }
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Suspected, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
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
