//! One home that was given of a batch that is called back: asked, answered, asked again when more of it turns up. A machine of its own, so that two homes
//! answer at once. Not here: the recall as a whole ([`super::recall`]).

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = RecallHomeState)]
    State {
        /// The home has to look.
        Asked = "asked",
        /// It has said what it found.
        Answered = "answered",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The home says what it found, or corrects it.
    Answer,
    /// More of it turned up in the home.
    Ask,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] = &[Self::Answer, Self::Ask];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ask => "ask",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    #[allow(clippy::unnecessary_wraps, reason = "as every machine; the recall as a whole is what refuses")]
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Asked | Self::Answered, Event::Answer) => Ok(Self::Answered),
            (Self::Asked | Self::Answered, Event::Ask) => Ok(Self::Asked),
        }
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e).map(State::as_str);
    super::mermaid(State::Asked, State::ALL, Event::ALL, Event::name, apply, |_| false)
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
