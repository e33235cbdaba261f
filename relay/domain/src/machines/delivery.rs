//! The delivery of one parcel, from the pharmacy's counter to the nurse's count, or back. At any time exactly one party holds it.

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
        /// An attempt failed; the courier tries again.
        OnHold = "on_hold",
        /// Too warm, too cold, or the receiver is not who it is for: the pharmacy decides.
        Quarantined = "quarantined",
        /// The courier brings it back.
        Returning = "returning",
        /// The prescription was withdrawn on the road: the courier brings it back.
        Recalled = "recalled",
        /// Received complete.
        Received = "received",
        /// Received short or damaged, or received though it was called back.
        Discrepancy = "discrepancy",
        /// The home did not take it: the courier brings it back.
        Refused = "refused",
        /// Nobody knows where it is.
        Lost = "lost",
        /// Back at the pharmacy.
        Returned = "returned",
        /// The prescription was withdrawn before hand-over.
        Cancelled = "cancelled",
    }
}

named_enum! {
    /// Why a parcel may not be handed over.
    QuarantineReason {
        /// Outside of 2–8 °C.
        Temperature = "temperature",
        /// The code was wrong too often.
        Identity = "identity",
        /// A batch in it was called back.
        Recall = "recall",
    }
}

named_enum! {
    /// Why an attempt failed, as the courier's page asks it; told in the reader's language.
    AttemptCode {
        /// Nobody to receive it.
        Nobody = "nobody",
        /// The courier was not let in.
        Closed = "closed",
        /// The address was not found.
        Address = "address",
        /// The parcel is damaged.
        Damaged = "damaged",
        /// Its temperature is out of range.
        Temperature = "temperature",
        /// Something else; words may say what.
        Other = "other",
    }
}

named_enum! {
    /// Why the pharmacy lets a parcel go on that was stopped, or has it brought back; told in the reader's language beside the person's own words.
    DecisionCode {
        /// Its medicines stand what they were exposed to, for as long as it was.
        Stable = "stable",
        /// The thermometer was wrong or was misread: measured again it is in range.
        Misread = "misread",
        /// Courier, home and parcel were checked: it is the right one.
        Verified = "verified",
        /// What is in it may not be used as it is.
        Unfit = "unfit",
        /// It has the wrong things in it.
        WrongContent = "wrong_content",
        /// It cannot be handed over today.
        Undeliverable = "undeliverable",
        /// Something else, said in words.
        Other = "other",
    }
}

impl DecisionCode {
    /// It answers what a parcel was stopped for, and so is a reason to let it go on: that the right courier has it makes no warm insulin good.
    pub const fn fits(self, why: QuarantineReason) -> bool {
        match self {
            Self::Stable | Self::Misread => matches!(why, QuarantineReason::Temperature),
            Self::Verified => matches!(why, QuarantineReason::Identity | QuarantineReason::Recall),
            Self::Other => true,
            Self::Unfit | Self::WrongContent | Self::Undeliverable => false,
        }
    }

    /// A reason to have it brought back.
    pub const fn is_to_turn_back(self) -> bool {
        matches!(self, Self::Unfit | Self::WrongContent | Self::Undeliverable | Self::Other)
    }
}

named_enum! {
    /// Who has the parcel.
    Holder {
        /// At the pharmacy.
        Pharmacy = "pharmacy",
        /// With the courier.
        Courier = "courier",
        /// In the home.
        Home = "home",
        /// Lost.
        Nobody = "nobody",
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
    /// Nobody opened, or it could not be handed over.
    FailAttempt {
        /// Why.
        code: AttemptCode,
        /// The courier's own words.
        reason: Option<String>,
    },
    /// The courier tries again.
    Resume,
    /// It may not be handed over as it is.
    Quarantine {
        /// Why.
        reason: QuarantineReason,
    },
    /// The pharmacy lets it go on.
    Release {
        /// Why.
        code: DecisionCode,
        /// The same in the person's own words.
        words: String,
    },
    /// The courier gives up: the job while the parcel is at the counter, else the parcel is brought back.
    GiveBack,
    /// The pharmacy has the courier bring it back.
    TurnBack {
        /// Why.
        code: DecisionCode,
        /// The same in the person's own words.
        words: String,
    },
    /// The pharmacy has it again.
    TakeBack {
        /// Nothing of it can be used any more: it is destroyed, whatever it could be used for by where it was.
        destroyed: bool,
    },
    /// The nurse counted it.
    Receive {
        /// Every item whole and in full number.
        complete: bool,
    },
    /// The nurse counted it without a link while it was being stopped: it is in the home.
    ReceiveStopped,
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
            Self::Quarantine { .. } => "quarantine",
            Self::Release { .. } => "release",
            Self::GiveBack => "give_back",
            Self::TurnBack { .. } => "turn_back",
            Self::TakeBack { .. } => "take_back",
            Self::Receive { complete: true } => "receive_complete",
            Self::Receive { complete: false } => "receive_discrepancy",
            Self::ReceiveStopped => "receive_stopped",
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
            (S::InTransit | S::AtDoor | S::OnHold, Event::Quarantine { .. }) => S::Quarantined,
            (S::Quarantined, Event::Release { .. }) => S::InTransit,
            (S::Accepted, Event::GiveBack) => S::AwaitingCourier,
            (S::InTransit | S::AtDoor | S::OnHold | S::Quarantined, Event::GiveBack | Event::TurnBack { .. }) => {
                S::Returning
            }
            (S::AwaitingCourier | S::Accepted | S::Returning | S::Refused | S::Recalled, Event::TakeBack { .. }) => {
                S::Returned
            }
            // The parcel code proves the hand-over, whether or not the courier pressed "arrived" or "try again".
            (S::InTransit | S::AtDoor | S::OnHold, Event::Receive { complete: true }) => S::Received,
            (S::InTransit | S::AtDoor | S::OnHold, Event::Receive { complete: false }) => S::Discrepancy,
            // Counted without the link while the recall was on its way: it is in the home, and somebody has to fetch it.
            (S::Recalled, Event::Receive { .. }) => S::Discrepancy,
            (S::Quarantined | S::Returning, Event::ReceiveStopped) => S::Discrepancy,
            (S::InTransit | S::AtDoor, Event::Refuse { .. }) => S::Refused,
            (
                S::InTransit | S::AtDoor | S::OnHold | S::Quarantined | S::Returning | S::Refused | S::Recalled,
                Event::Lose,
            ) => S::Lost,
            (S::AwaitingCourier | S::Accepted, Event::Cancel) => S::Cancelled,
            (S::InTransit | S::AtDoor | S::OnHold | S::Quarantined | S::Returning | S::Refused, Event::Cancel) => {
                S::Recalled
            }
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Received | Self::Discrepancy | Self::Lost | Self::Returned | Self::Cancelled)
    }

    /// The courier brings it back to the pharmacy, for whatever reason.
    pub const fn is_coming_back(self) -> bool {
        matches!(self, Self::Returning | Self::Refused | Self::Recalled)
    }

    /// Who has the parcel.
    pub const fn holder(self) -> Holder {
        match self {
            Self::AwaitingCourier | Self::Accepted | Self::Returned | Self::Cancelled => Holder::Pharmacy,
            Self::InTransit
            | Self::AtDoor
            | Self::OnHold
            | Self::Quarantined
            | Self::Returning
            | Self::Recalled
            | Self::Refused => Holder::Courier,
            Self::Received | Self::Discrepancy => Holder::Home,
            Self::Lost => Holder::Nobody,
        }
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    vec![
        Event::Accept,
        Event::PickUp,
        Event::Arrive,
        Event::FailAttempt { code: AttemptCode::Nobody, reason: None },
        Event::Resume,
        Event::Quarantine { reason: QuarantineReason::Temperature },
        Event::Release { code: DecisionCode::Other, words: String::new() },
        Event::GiveBack,
        Event::TurnBack { code: DecisionCode::Other, words: String::new() },
        Event::TakeBack { destroyed: false },
        Event::Receive { complete: true },
        Event::Receive { complete: false },
        Event::ReceiveStopped,
        Event::Refuse { reason: String::new() },
        Event::Lose,
        Event::Cancel,
    ]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::AwaitingCourier, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_event() {
        let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|n| n.state.as_str());
        insta::assert_snapshot!(crate::machines::table(State::ALL, &sample_events(), Event::name, apply));
    }

    /// A parcel that is too warm is not let go on because it is unfit, and a good one is not brought back for being good.
    #[test]
    fn only_words_of_ones_own_are_a_reason_for_both_decisions() {
        for code in DecisionCode::ALL.iter().copied() {
            let lets_go_on = QuarantineReason::ALL.iter().any(|why| code.fits(*why));
            assert!(lets_go_on || code.is_to_turn_back(), "{code}");
            assert_eq!(lets_go_on && code.is_to_turn_back(), code == DecisionCode::Other, "{code}");
        }
    }

    /// The table that the pharmacy's page is held against too: the page alone kept a warm parcel from being let go on as "checked".
    #[test]
    fn each_reason_to_let_go_on_answers_what_the_parcel_was_stopped_for() {
        let row = |name: &str, fits: &dyn Fn(DecisionCode) -> bool| {
            let codes = DecisionCode::ALL.iter().filter(|code| fits(**code)).map(|code| code.as_str());
            format!("{name}: {}", codes.collect::<Vec<_>>().join(" "))
        };
        let release = QuarantineReason::ALL
            .iter()
            .map(|why| row(&format!("release {why}"), &|code: DecisionCode| code.fits(*why)));
        let rows: Vec<String> = release.chain([row("turn-back", &DecisionCode::is_to_turn_back)]).collect();
        assert_eq!(rows, include_str!("../../tests/data/decisions.txt").lines().collect::<Vec<_>>());
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
