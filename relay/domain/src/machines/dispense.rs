//! One filling of a prescription by one pharmacy, from the shelf to the home (FHIR MedicationDispense).
//! Not here: the prescription itself, which a part fill leaves open, and where the units of its packs are (the stock).

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// Where a filling stands.
    #[schema(as = DispenseState)]
    State {
        /// Being picked.
        Preparation = "preparation",
        /// The pharmacy waits for the prescriber's answer.
        OnHold = "on_hold",
        /// In a closed parcel.
        InProgress = "in_progress",
        /// The home has it.
        Completed = "completed",
        /// Withdrawn, lost, or came back.
        Cancelled = "cancelled",
        /// Given back to the other pharmacies.
        Declined = "declined",
    }
}

/// What can happen to a filling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Batches are recorded, or recorded again.
    Fill,
    /// The prescriber is asked.
    Hold,
    /// The prescriber answered.
    Resume,
    /// The parcel is closed.
    Send,
    /// The home counted it.
    Complete,
    /// It does not reach the home.
    Cancel,
    /// The pharmacy gives it back.
    Decline,
}

impl Event {
    /// Every event, in table order.
    pub const ALL: &'static [Self] =
        &[Self::Fill, Self::Hold, Self::Resume, Self::Send, Self::Complete, Self::Cancel, Self::Decline];

    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Hold => "hold",
            Self::Resume => "resume",
            Self::Send => "send",
            Self::Complete => "complete",
            Self::Cancel => "cancel",
            Self::Decline => "decline",
        }
    }
}

/// The outcome of an event that was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The state after the event.
    pub state: State,
    /// When it was entered.
    pub at: Timestamp,
}

impl State {
    /// The state after `event`, or a refusal.
    pub fn apply(self, event: Event, at: Timestamp) -> Result<Next, Refused> {
        use State as S;
        let state = match (self, event) {
            (S::Preparation, Event::Fill) => S::Preparation,
            (S::Preparation, Event::Hold) => S::OnHold,
            (S::OnHold, Event::Resume) => S::Preparation,
            (S::Preparation, Event::Send) => S::InProgress,
            (S::InProgress, Event::Complete) => S::Completed,
            (S::Preparation | S::OnHold | S::InProgress, Event::Cancel) => S::Cancelled,
            (S::Preparation, Event::Decline) => S::Declined,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::Declined)
    }
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(*e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Preparation, State::ALL, Event::ALL, Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(*e, Timestamp::UNIX_EPOCH).map(|n| n.state.as_str());
        insta::assert_snapshot!(crate::machines::table(State::ALL, Event::ALL, Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }
}
