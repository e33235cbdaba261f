//! The remote consultation, from request to its end. Loss of the link is a matter of the media session and no state here.

use super::{Refused, named_enum};
use crate::ids::StaffId;
use jiff::Timestamp;

named_enum! {
    /// Where a consultation stands.
    #[schema(as = ConsultationState)]
    State {
        /// Asked for by the home.
        Requested = "requested",
        /// Offered to a specialist who has not answered.
        AwaitingAcceptance = "awaiting_acceptance",
        /// Has a specialist and a time.
        Scheduled = "scheduled",
        /// The resident is checked in and waits.
        Waiting = "waiting",
        /// Specialist and resident are together.
        InProgress = "in_progress",
        /// Done.
        Completed = "completed",
        /// Called off before it began.
        Cancelled = "cancelled",
        /// The resident did not come.
        NoShow = "no_show",
        /// Broken off by technology; the request is to be booked again.
        FailedTechnical = "failed_technical",
        /// Remote care ended because the resident must be seen in person.
        StoppedInPerson = "stopped_in_person",
    }
}

/// What can happen to a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Offer it to a specialist.
    Offer {
        /// To whom.
        specialist: StaffId,
    },
    /// The specialist takes it for a time.
    Accept {
        /// When it will be held.
        scheduled_at: Timestamp,
    },
    /// The specialist gives it back.
    Decline,
    /// A published time is taken: who publishes it has accepted beforehand.
    Book {
        /// With whom.
        specialist: StaffId,
        /// When it will be held.
        scheduled_at: Timestamp,
    },
    /// Another time with the same specialist.
    Move {
        /// When it will be held.
        scheduled_at: Timestamp,
    },
    /// Who waits is sent to a specialist on duty.
    Direct {
        /// To whom.
        specialist: StaffId,
    },
    /// The resident is ready in the home.
    CheckIn,
    /// A specialist opens the consultation.
    Begin {
        /// Who.
        specialist: StaffId,
    },
    /// Finish.
    Complete,
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
    /// The resident did not come.
    NoShow,
    /// Technology failed.
    Fail {
        /// How.
        reason: String,
    },
    /// The resident must be seen in person.
    Stop {
        /// Why.
        reason: String,
    },
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offer { .. } => "offer",
            Self::Accept { .. } => "accept",
            Self::Decline => "decline",
            Self::Book { .. } => "book",
            Self::Move { .. } => "move",
            Self::Direct { .. } => "direct",
            Self::CheckIn => "check_in",
            Self::Begin { .. } => "begin",
            Self::Complete => "complete",
            Self::Cancel { .. } => "cancel",
            Self::NoShow => "no_show",
            Self::Fail { .. } => "fail",
            Self::Stop { .. } => "stop",
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
    pub fn apply(self, event: &Event, at: Timestamp) -> Result<Next, Refused> {
        use State as S;
        let state = match (self, event) {
            (S::Requested, Event::Offer { .. }) => S::AwaitingAcceptance,
            (S::AwaitingAcceptance, Event::Accept { .. }) => S::Scheduled,
            (S::AwaitingAcceptance, Event::Decline) => S::Requested,
            (S::Requested, Event::Book { .. }) | (S::Scheduled, Event::Move { .. }) => S::Scheduled,
            (S::Waiting, Event::Direct { .. }) => S::Waiting,
            // A home may check in without a booking: the waiting room is open to it.
            (S::Requested | S::Scheduled, Event::CheckIn) => S::Waiting,
            (S::Waiting, Event::Begin { .. }) => S::InProgress,
            (S::InProgress, Event::Complete) => S::Completed,
            (S::Requested | S::AwaitingAcceptance | S::Scheduled | S::Waiting, Event::Cancel { .. }) => S::Cancelled,
            (S::Scheduled | S::Waiting, Event::NoShow) => S::NoShow,
            (S::Waiting | S::InProgress, Event::Fail { .. }) => S::FailedTechnical,
            (S::InProgress, Event::Stop { .. }) => S::StoppedInPerson,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled | Self::NoShow | Self::FailedTechnical | Self::StoppedInPerson)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    let specialist = StaffId::from_uuid(uuid::Uuid::nil());
    let reason = String::new;
    vec![
        Event::Offer { specialist },
        Event::Accept { scheduled_at: Timestamp::UNIX_EPOCH },
        Event::Decline,
        Event::Book { specialist, scheduled_at: Timestamp::UNIX_EPOCH },
        Event::Move { scheduled_at: Timestamp::UNIX_EPOCH },
        Event::Direct { specialist },
        Event::CheckIn,
        Event::Begin { specialist },
        Event::Complete,
        Event::Cancel { reason: reason() },
        Event::NoShow,
        Event::Fail { reason: reason() },
        Event::Stop { reason: reason() },
    ]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Requested, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|n| n.state.as_str());
        insta::assert_snapshot!(crate::machines::table(State::ALL, &sample_events(), Event::name, apply));
    }

    #[test]
    fn printed_diagram() {
        insta::assert_snapshot!(diagram());
    }

    proptest::proptest! {
        #[test]
        fn terminal_states_are_never_left(walk in proptest::collection::vec(0_usize..64, 0..40)) {
            let events = sample_events();
            let mut state = State::Requested;
            for step in walk {
                let was_terminal = state.is_terminal();
                match state.apply(&events[step % events.len()], Timestamp::UNIX_EPOCH) {
                    Ok(next) => {
                        proptest::prop_assert!(!was_terminal);
                        state = next.state;
                    }
                    Err(refused) => proptest::prop_assert_eq!(refused.state, state.as_str()),
                }
            }
        }
    }
}
