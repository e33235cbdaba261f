//! Whose turn it is, what is next and why, for every state of a signed prescription and its newest parcel. Not here: when each step was done and when it is late.

use super::{CalledBack, Next, Parcel, Reason, Turn};
use crate::machines::delivery::{AttemptCode, QuarantineReason, State as D};
use crate::machines::discrepancy::Cause;
use crate::machines::prescription::State as P;
use crate::records::{Delivery, Prescription};
use crate::sensitive::Sensitive;

/// Where it stands.
pub(super) struct Standing {
    pub turn: Turn,
    pub next: Next,
    pub reason: Option<Reason>,
    pub attempt: Option<AttemptCode>,
    pub note: Option<Sensitive<String>>,
    /// Beside the first dose: what is next with the rest that is on its way. Beside what the pharmacy owes: the first dose of what has come.
    pub rest: Option<(Turn, Next)>,
}

const fn on(turn: Turn, next: Next) -> Standing {
    Standing { turn, next, reason: None, attempt: None, note: None, rest: None }
}

impl Standing {
    fn because(self, reason: impl Into<Option<Reason>>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    fn in_words(self, note: Option<Sensitive<String>>) -> Self {
        Self { note, ..self }
    }

    /// Why the last attempt failed, as the courier said it.
    fn after_the_last_attempt(self, d: &Delivery) -> Self {
        let Some(last) = d.attempts.last() else { return self };
        Self { attempt: Some(last.code), ..self }.in_words(last.reason.clone().map(Into::into))
    }
}

/// `counted`: a parcel of it was counted by the nurse; `given`: its first dose was given.
pub(super) fn standing(
    p: &Prescription,
    parcel: Option<Parcel<'_>>,
    called_back: CalledBack,
    counted: bool,
    given: bool,
) -> Standing {
    let open = parcel.and_then(|parcel| parcel.open);
    let unfit_to_give = matches!(open, Some(Cause::Recalled | Cause::Temperature));
    let ended = matches!(p.state, P::Cancelled | P::Stopped);
    // What has come is given, whatever becomes of the rest; but nothing that was withdrawn or called back, or that the pharmacy has to judge first.
    let at_home = counted && !given && p.in_the_home();
    let to_give = at_home && !called_back.home && !unfit_to_give && !ended;
    let give = on(Turn::Nurse, Next::Give);
    let differs = if parcel.is_some_and(|parcel| parcel.surplus) { Reason::Surplus } else { Reason::Short };
    let rest = match open {
        Some(Cause::Count) => Some(differs),
        _ if counted && called_back.home => Some(Reason::Recall),
        _ if counted => Some(Reason::Part),
        _ => None,
    };
    let stands = match p.state {
        P::Draft => on(Turn::Prescriber, Next::Nothing),
        P::Signed | P::InReview => on(Turn::Pharmacist, Next::Review),
        P::InQuestion | P::OnHold => on(Turn::Prescriber, Next::Answer).because(Reason::Asked),
        P::Rejected => on(Turn::Nobody, Next::Nothing).because(Reason::Rejected),
        P::Cancelled | P::Stopped => withdrawn(p, parcel),
        P::Packed | P::InDelivery => {
            let way = on_the_way(parcel.map(|parcel| parcel.delivery), called_back.parcel);
            // What has come is not kept waiting by a parcel that goes its straight way.
            if to_give && matches!(way.next, Next::PickUp | Next::Bring) {
                Standing { rest: Some((way.turn, way.next)), ..give.because(Reason::Part) }
            } else {
                way
            }
        }
        // What was called back or too warm is not given before the pharmacy has said so.
        _ if unfit_to_give => on(Turn::Pharmacy, Next::Settle).because(parcel.and_then(unfit)),
        P::Delivered if !given && called_back.home && open.is_some() => {
            on(Turn::Pharmacy, Next::Settle).because(Reason::Recall)
        }
        // The home sets it apart, and the prescriber is asked by the refill.
        P::Delivered if !given && called_back.home => on(Turn::Nobody, Next::Nothing).because(Reason::Recall),
        P::Delivered if open.is_some() => on(Turn::Pharmacy, Next::Settle).because(differs),
        P::Delivered if !given => give,
        P::Delivered => on(Turn::Nobody, Next::Nothing),
        P::Dispensing => on(Turn::Pharmacy, Next::Fill).because(rest),
        P::Approved => {
            let declined = p.timeline.iter().rev().find(|step| matches!(step.step.as_str(), "accept" | "decline"));
            let declined = declined.filter(|step| step.step == "decline").map(|_| Reason::Declined);
            on(Turn::Pharmacy, Next::Accept).because(declined.or(rest))
        }
        P::Returned => came_back(parcel.map(|parcel| parcel.delivery), called_back.parcel),
        P::Expired if open.is_some() => on(Turn::Pharmacy, Next::Settle).because(differs),
        P::Expired if to_give => give.because(Reason::Expired),
        P::Expired => on(Turn::Nobody, Next::Nothing).because(Reason::Expired),
    };
    // The turn is the pharmacy's while it owes the rest or has to settle what differs; the nurse gives what has come all the same.
    let owes = stands.turn == Turn::Pharmacy && matches!(stands.next, Next::Accept | Next::Fill | Next::Settle);
    if owes && to_give { Standing { rest: Some((Turn::Nurse, Next::Give)), ..stands } } else { stands }
}

/// With a parcel that is packed or on the road; `recalled`: with a batch that was called back, which goes nowhere but back.
fn on_the_way(delivery: Option<&Delivery>, recalled: bool) -> Standing {
    let Some(d) = delivery else { return on(Turn::Courier, Next::PickUp) };
    match d.state {
        D::AwaitingCourier | D::Accepted if recalled => on(Turn::Pharmacy, Next::TakeBack).because(Reason::Recall),
        D::InTransit | D::AtDoor | D::OnHold | D::Quarantined if recalled => {
            on(Turn::Courier, Next::BringBack).because(Reason::Recall)
        }
        D::AwaitingCourier | D::Accepted => on(Turn::Courier, Next::PickUp),
        D::InTransit => on(Turn::Courier, Next::Bring),
        D::AtDoor => on(Turn::Nurse, Next::Count),
        D::OnHold => on(Turn::Courier, Next::TryAgain).because(Reason::AttemptFailed).after_the_last_attempt(d),
        // A batch that was called back is not let go on.
        D::Quarantined if d.quarantine == Some(QuarantineReason::Recall) => {
            on(Turn::Courier, Next::BringBack).because(Reason::Recall)
        }
        D::Quarantined => on(Turn::Pharmacy, Next::Decide).because(stopped(d)),
        D::Refused => on(Turn::Pharmacy, Next::TakeBack).because(Reason::Refused).in_words(d.comment.clone()),
        D::Returning => {
            let back = on(Turn::Pharmacy, Next::TakeBack);
            match (stopped(d), d.turned_back()) {
                (Some(reason), _) => back.because(reason),
                (None, Some(why)) => back.because(Reason::TurnedBack).in_words(Some(why.words.clone().into())),
                (None, None) => back.because(Reason::GivenBack).after_the_last_attempt(d),
            }
        }
        D::Recalled => on(Turn::Pharmacy, Next::TakeBack).because(Reason::Withdrawn),
        // The prescription moves with each of these: it is packed again with another parcel.
        D::Received | D::Discrepancy | D::Lost | D::Returned | D::Cancelled => on(Turn::Courier, Next::PickUp),
    }
}

/// It was ended; its parcel may be on the road or in the home all the same.
fn withdrawn(p: &Prescription, parcel: Option<Parcel<'_>>) -> Standing {
    let settled = p.timeline.last().is_some_and(|step| step.step == "close_unsupplied");
    let next = match parcel {
        Some(parcel) if parcel.delivery.state == D::Recalled => Next::TakeBack,
        Some(parcel) if parcel.open.is_some() => Next::Settle,
        _ => Next::Nothing,
    };
    let turn = if next == Next::Nothing { Turn::Nobody } else { Turn::Pharmacy };
    on(turn, next).because(if settled { Reason::Settled } else { Reason::Withdrawn })
}

/// Its parcel came back or was lost: why the next pharmacy has it.
fn came_back(delivery: Option<&Delivery>, recalled: bool) -> Standing {
    let again = on(Turn::Pharmacy, Next::Accept);
    let Some(d) = delivery else { return again };
    let was = |name: &str| d.timeline.iter().any(|step| step.step == name);
    if d.state == D::Lost {
        again.because(Reason::Lost)
    } else if was("refuse") {
        again.because(Reason::Refused).in_words(d.comment.clone())
    } else if let (None, Some(why)) = (stopped(d), d.turned_back()) {
        again.because(Reason::TurnedBack).in_words(Some(why.words.clone().into()))
    } else if was("pick_up") {
        again.because(stopped(d).unwrap_or(Reason::GivenBack))
    } else {
        again.because(if recalled { Reason::Recall } else { Reason::TakenBack })
    }
}

/// Why the parcel was stopped, if it was not let go on since.
fn stopped(delivery: &Delivery) -> Option<Reason> {
    delivery.quarantine.map(|reason| match reason {
        QuarantineReason::Temperature => Reason::Temperature,
        QuarantineReason::Identity => Reason::Identity,
        QuarantineReason::Recall => Reason::Recall,
    })
}

/// Why what the home has may not be given.
fn unfit(parcel: Parcel<'_>) -> Option<Reason> {
    match parcel.open? {
        Cause::Temperature => Some(Reason::Temperature),
        Cause::Recalled => {
            let d = parcel.delivery;
            let turned_back = d.turned_back().map(|_| Reason::TurnedBack);
            let given_back = d.timeline.iter().any(|step| step.step == "give_back").then_some(Reason::GivenBack);
            stopped(d).or(turned_back).or(given_back).or(Some(Reason::Recall))
        }
        Cause::Count => Some(Reason::Short),
    }
}
