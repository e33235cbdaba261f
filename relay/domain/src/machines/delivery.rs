//! The delivery of one parcel, from the pharmacy's counter to the nurse's count.

use super::{Refused, named_enum};
use jiff::Timestamp;

named_enum! {
    /// Where a parcel stands.
    #[schema(as = DeliveryState)]
    State {
        /// Packed; the courier has not answered.
        AwaitingCourier = "awaiting_courier",
        /// The courier will come.
        Accepted = "accepted",
        /// With the courier.
        InTransit = "in_transit",
        /// The courier is at the home.
        AtDoor = "at_door",
        /// An attempt failed.
        OnHold = "on_hold",
        /// Received complete.
        Received = "received",
        /// Received short or damaged.
        Discrepancy = "discrepancy",
        /// The home did not take it.
        Refused = "refused",
        /// Nobody knows where it is.
        Lost = "lost",
        /// Back at the pharmacy.
        Returned = "returned",
        /// The prescription was withdrawn before hand-over.
        Cancelled = "cancelled",
    }
}

/// What can happen to a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The courier takes the job.
    Accept,
    /// The courier takes the parcel.
    PickUp,
    /// The courier is at the door.
    Arrive,
    /// Nobody opened, the cold chain broke, or the receiver could not be identified.
    FailAttempt {
        /// Which.
        reason: String,
    },
    /// The courier tries again.
    Resume,
    /// The courier brings the parcel back.
    GiveBack,
    /// The nurse counted it.
    Receive {
        /// Every item whole and in full number.
        complete: bool,
    },
    /// The nurse does not take it.
    Refuse {
        /// Why.
        reason: String,
    },
    /// It is lost.
    Lose,
    /// The prescription was withdrawn.
    Cancel,
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::PickUp => "pick_up",
            Self::Arrive => "arrive",
            Self::FailAttempt { .. } => "fail_attempt",
            Self::Resume => "resume",
            Self::GiveBack => "give_back",
            Self::Receive { complete: true } => "receive_complete",
            Self::Receive { complete: false } => "receive_discrepancy",
            Self::Refuse { .. } => "refuse",
            Self::Lose => "lose",
            Self::Cancel => "cancel",
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
            (S::AwaitingCourier, Event::Accept) => S::Accepted,
            (S::Accepted, Event::PickUp) => S::InTransit,
            (S::InTransit, Event::Arrive) => S::AtDoor,
            (S::InTransit | S::AtDoor, Event::FailAttempt { .. }) => S::OnHold,
            (S::OnHold, Event::Resume) => S::InTransit,
            // A courier who has not taken the parcel, or cannot hand it over, gives it back to the pharmacy.
            (S::Accepted | S::InTransit | S::AtDoor | S::OnHold, Event::GiveBack) => S::Returned,
            // The parcel code proves the hand-over, whether or not the courier pressed "arrived".
            (S::InTransit | S::AtDoor, Event::Receive { complete: true }) => S::Received,
            (S::InTransit | S::AtDoor, Event::Receive { complete: false }) => S::Discrepancy,
            (S::InTransit | S::AtDoor, Event::Refuse { .. }) => S::Refused,
            (S::InTransit | S::AtDoor | S::OnHold, Event::Lose) => S::Lost,
            (S::AwaitingCourier | S::Accepted, Event::Cancel) => S::Cancelled,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Received | Self::Discrepancy | Self::Refused | Self::Lost | Self::Returned | Self::Cancelled
        )
    }

    /// The parcel is with the courier or further: a withdrawal of the prescription comes too late.
    pub const fn is_handed_over(self) -> bool {
        !matches!(self, Self::AwaitingCourier | Self::Accepted | Self::Cancelled)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    vec![
        Event::Accept,
        Event::PickUp,
        Event::Arrive,
        Event::FailAttempt { reason: String::new() },
        Event::Resume,
        Event::GiveBack,
        Event::Receive { complete: true },
        Event::Receive { complete: false },
        Event::Refuse { reason: String::new() },
        Event::Lose,
        Event::Cancel,
    ]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let mut edges = Vec::new();
    for from in State::ALL {
        for event in sample_events() {
            if let Ok(next) = from.apply(&event, Timestamp::UNIX_EPOCH) {
                edges.push((from.as_str(), event.name(), next.state.as_str()));
            }
        }
    }
    let terminal: Vec<&str> = State::ALL.iter().filter(|s| s.is_terminal()).map(|s| s.as_str()).collect();
    super::mermaid(State::AwaitingCourier.as_str(), &edges, &terminal)
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
            let mut state = State::AwaitingCourier;
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
