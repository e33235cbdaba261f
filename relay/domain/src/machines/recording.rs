//! A recording of the home's side of a consultation: asked of the home's box, made there, brought over, assembled into one file. How far its bytes have come is
//! nothing that is kept here.

use super::{Refused, named_enum};

named_enum! {
    /// Where it stands.
    #[schema(as = RecordingState)]
    State {
        /// The home was asked.
        Asked = "asked",
        /// The home's box records; its segments come as the link allows.
        Recording = "recording",
        /// Nothing more is recorded; the rest is on its way.
        Backfilling = "backfilling",
        /// All that will come is here and becomes one file.
        Assembling = "assembling",
        /// It could not be made a file, time after time; what came is here, and its specialist can have it tried again.
        Stuck = "stuck",
        /// It can be watched.
        Kept = "kept",
        /// There is none, for a reason that is kept.
        Failed = "failed",
    }
}

/// What can happen to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The box says that it records.
    Begin,
    /// The specialist stopped it, the consultation ended, or the consent was taken back.
    Stop,
    /// All is here, or the rest was waited for too long.
    Complete,
    /// The file is whole and its digest is known.
    Keep,
    /// There is nothing, or nothing that can be shown.
    Fail,
    /// It could not be made a file, time after time.
    GiveUp,
    /// Somebody has it tried again.
    Retry,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] =
        &[Self::Begin, Self::Stop, Self::Complete, Self::Keep, Self::Fail, Self::GiveUp, Self::Retry];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin => "begin",
            Self::Stop => "stop",
            Self::Complete => "complete",
            Self::Keep => "keep",
            Self::Fail => "fail",
            Self::GiveUp => "give_up",
            Self::Retry => "retry",
        }
    }
}

impl State {
    /// The state after `event`, or a refusal.
    pub const fn apply(self, event: Event) -> Result<Self, Refused> {
        match (self, event) {
            (Self::Asked, Event::Begin) => Ok(Self::Recording),
            (Self::Asked | Self::Recording, Event::Stop) => Ok(Self::Backfilling),
            (Self::Backfilling, Event::Complete) | (Self::Stuck, Event::Retry) => Ok(Self::Assembling),
            (Self::Assembling, Event::GiveUp) => Ok(Self::Stuck),
            (Self::Assembling, Event::Keep) => Ok(Self::Kept),
            // What is being recorded is stopped first.
            (Self::Backfilling | Self::Assembling, Event::Fail) => Ok(Self::Failed),
            (state, event) => Err(Refused { state: state.as_str(), event: event.name() }),
        }
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Kept | Self::Failed)
    }

    /// The box is to record.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Asked | Self::Recording)
    }

    /// Segments of it are taken.
    pub const fn takes_segments(self) -> bool {
        self.is_running() || matches!(self, Self::Backfilling)
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
