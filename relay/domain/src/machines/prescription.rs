//! The prescription, from draft to delivered. It is not valid before the pharmacist's approval, and no medicine leaves before.
//! Not here: how much was supplied (the record adds up its parcels) and until when it is valid (the record's last day).

use super::{Refused, named_enum};
use crate::ids::{DeliveryId, PharmacyId, StaffId};
use jiff::Timestamp;

named_enum! {
    /// Where a prescription stands.
    #[schema(as = PrescriptionState)]
    State {
        /// Being written; only here its content changes.
        Draft = "draft",
        /// Signed by the specialist; not actionable yet.
        Signed = "signed",
        /// One pharmacist has it.
        InReview = "in_review",
        /// The reviewing pharmacist asked the prescriber.
        InQuestion = "in_question",
        /// Valid; any pharmacy may accept it.
        Approved = "approved",
        /// Refused by the pharmacist.
        Rejected = "rejected",
        /// Exclusively with one pharmacy.
        Dispensing = "dispensing",
        /// The pharmacy that has it asked the prescriber.
        OnHold = "on_hold",
        /// Packed and waiting for its courier.
        Packed = "packed",
        /// Handed to the courier.
        InDelivery = "in_delivery",
        /// Everything was received by the home, or what is missing was settled.
        Delivered = "delivered",
        /// Its parcel came back or was lost; while it is valid a pharmacy may take it again.
        Returned = "returned",
        /// Ended before anything reached the home: withdrawn by the prescriber, or settled by the pharmacy when nothing of it had arrived whole.
        Cancelled = "cancelled",
        /// Withdrawn by the prescriber after something reached the home: it is not given any more.
        Stopped = "stopped",
        /// Its validity ended before a pharmacy took it.
        Expired = "expired",
    }
}

/// What can happen to a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The specialist's signature is verified.
    Sign {
        /// Who signed.
        specialist: StaffId,
    },
    /// A pharmacist takes it for review.
    Claim {
        /// Who.
        pharmacist: StaffId,
    },
    /// The pharmacist gives the review back to the queue.
    Release,
    /// The pharmacist or the pharmacy asks the prescriber.
    Ask,
    /// The prescriber answers.
    Answer,
    /// The pharmacist's approval is verified.
    Approve {
        /// Who.
        pharmacist: StaffId,
    },
    /// The pharmacist refuses it.
    Reject {
        /// Who.
        pharmacist: StaffId,
    },
    /// One pharmacy takes it, exclusively.
    Accept {
        /// Which.
        pharmacy: PharmacyId,
    },
    /// The pharmacy gives it back to the others.
    Decline {
        /// Why.
        reason: String,
    },
    /// Batches are recorded for every item.
    Dispense,
    /// The parcel is closed and a courier called.
    Pack {
        /// The delivery made for it.
        delivery: DeliveryId,
    },
    /// The courier has the parcel.
    HandOver,
    /// The home received a parcel.
    Deliver {
        /// Nothing of the prescription is owed any more.
        complete: bool,
    },
    /// The parcel is lost, refused or came back.
    Return,
    /// The pharmacy settled what was missing, and nothing is owed any more.
    Close {
        /// The home has some of it.
        supplied: bool,
    },
    /// The prescriber withdraws it; nothing of it has reached the home.
    Cancel {
        /// Why.
        reason: String,
    },
    /// The prescriber withdraws it; the home has some of it.
    Stop {
        /// Why.
        reason: String,
    },
    /// Its validity is over.
    Expire,
}

impl Event {
    /// The event's name, in snapshots, refusals and diagrams.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sign { .. } => "sign",
            Self::Claim { .. } => "claim",
            Self::Release => "release_claim",
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Accept { .. } => "accept",
            Self::Decline { .. } => "decline",
            Self::Dispense => "dispense",
            Self::Pack { .. } => "pack",
            Self::HandOver => "hand_over",
            Self::Deliver { complete: true } => "deliver",
            Self::Deliver { complete: false } => "deliver_part",
            Self::Return => "return",
            Self::Close { supplied: true } => "close",
            Self::Close { supplied: false } => "close_unsupplied",
            Self::Cancel { .. } => "cancel",
            Self::Stop { .. } => "stop",
            Self::Expire => "expire",
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
            (S::Draft, Event::Sign { .. }) => S::Signed,
            (S::Signed, Event::Claim { .. }) => S::InReview,
            (S::InReview, Event::Release) => S::Signed,
            (S::InReview, Event::Ask) => S::InQuestion,
            (S::InQuestion, Event::Answer) => S::InReview,
            (S::InReview, Event::Approve { .. }) => S::Approved,
            (S::InReview | S::InQuestion, Event::Reject { .. }) => S::Rejected,
            (S::Approved | S::Returned, Event::Accept { .. }) => S::Dispensing,
            (S::Dispensing, Event::Decline { .. }) => S::Approved,
            (S::Dispensing, Event::Ask) => S::OnHold,
            (S::OnHold, Event::Answer) => S::Dispensing,
            // Dispensing is separate from closing: batches may be recorded, and corrected, until the parcel is packed.
            (S::Dispensing, Event::Dispense) => S::Dispensing,
            (S::Dispensing, Event::Pack { .. }) => S::Packed,
            (S::Packed, Event::HandOver) => S::InDelivery,
            (S::InDelivery, Event::Deliver { complete: true }) => S::Delivered,
            // The pharmacy that supplied a part owes the rest, or gives it back to the others.
            (S::InDelivery, Event::Deliver { complete: false }) => S::Dispensing,
            (S::Packed | S::InDelivery, Event::Return) => S::Returned,
            (S::Approved | S::Dispensing | S::OnHold | S::Returned, Event::Close { supplied: true }) => S::Delivered,
            // Nobody may take it for delivered of which the home has nothing.
            (S::Approved | S::Dispensing | S::OnHold | S::Returned, Event::Close { supplied: false }) => S::Cancelled,
            (
                S::Draft
                | S::Signed
                | S::InReview
                | S::InQuestion
                | S::Approved
                | S::Dispensing
                | S::OnHold
                | S::Packed
                | S::InDelivery
                | S::Returned,
                Event::Cancel { .. },
            ) => S::Cancelled,
            (
                S::Approved | S::Dispensing | S::OnHold | S::Packed | S::InDelivery | S::Returned | S::Delivered,
                Event::Stop { .. },
            ) => S::Stopped,
            // What a pharmacy accepted in time is finished by it, even past midnight.
            (S::Signed | S::InReview | S::InQuestion | S::Approved | S::Returned, Event::Expire) => S::Expired,
            (state, event) => return Err(Refused { state: state.as_str(), event: event.name() }),
        };
        Ok(Next { state, at })
    }

    /// No event leaves this state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled | Self::Stopped | Self::Expired)
    }

    /// Any pharmacy may accept it.
    pub const fn is_open_to_pharmacies(self) -> bool {
        matches!(self, Self::Approved | Self::Returned)
    }
}

/// One event of each kind, in table order; for diagrams and exhaustive tests.
pub fn sample_events() -> Vec<Event> {
    let staff = StaffId::from_uuid(uuid::Uuid::nil());
    vec![
        Event::Sign { specialist: staff },
        Event::Claim { pharmacist: staff },
        Event::Release,
        Event::Ask,
        Event::Answer,
        Event::Approve { pharmacist: staff },
        Event::Reject { pharmacist: staff },
        Event::Accept { pharmacy: PharmacyId::from_uuid(uuid::Uuid::nil()) },
        Event::Decline { reason: String::new() },
        Event::Dispense,
        Event::Pack { delivery: DeliveryId::from_uuid(uuid::Uuid::nil()) },
        Event::HandOver,
        Event::Deliver { complete: true },
        Event::Deliver { complete: false },
        Event::Return,
        Event::Close { supplied: true },
        Event::Close { supplied: false },
        Event::Cancel { reason: String::new() },
        Event::Stop { reason: String::new() },
        Event::Expire,
    ]
}

/// The machine as a Mermaid state diagram, printed from [`State::apply`].
pub fn diagram() -> String {
    let apply = |s: State, e: &Event| s.apply(e, Timestamp::UNIX_EPOCH).map(|next| next.state.as_str());
    super::mermaid(State::Draft, State::ALL, &sample_events(), Event::name, apply, State::is_terminal)
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
            let mut state = State::Draft;
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
