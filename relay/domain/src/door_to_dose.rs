//! From the signature to the first dose: which steps are behind, which is open, whose turn it is, what is next and why, and whether that is late. A pure function of
//! the record. Not here: the steps themselves ([`crate::machines::prescription`], [`crate::machines::delivery`]); what a courier sees (nothing of this).

mod parcel;
mod standing;

use crate::machines::delivery::{AttemptCode, Holder};
use crate::machines::named_enum;
use crate::policy::Policy;
use crate::records::{Delivery, Prescription};
use crate::sensitive::Sensitive;
use jiff::{SignedDuration, Timestamp};
use parcel::at_the_door;
pub use parcel::{CalledBack, Parcel};
use standing::standing;

named_enum! {
    /// A step from the door of the hospital to the dose.
    #[schema(as = ChainStage)]
    Stage {
        /// By the prescriber.
        Signed = "signed",
        /// By the pharmacist.
        Approved = "approved",
        /// By a pharmacy.
        Accepted = "accepted",
        /// The parcel is closed.
        Packed = "packed",
        /// The courier has it.
        HandedOver = "handed_over",
        /// The courier is at the home.
        AtTheDoor = "at_the_door",
        /// The nurse counted it.
        Counted = "counted",
        /// The first dose was given.
        FirstDose = "first_dose",
    }
}

named_enum! {
    /// Whose turn it is.
    #[schema(as = ChainTurn)]
    Turn {
        /// Who wrote it.
        Prescriber = "prescriber",
        /// Who reviews it.
        Pharmacist = "pharmacist",
        /// Who fills it.
        Pharmacy = "pharmacy",
        /// Who carries it.
        Courier = "courier",
        /// Who counts and gives it.
        Nurse = "nurse",
        /// The chain is closed, or it was ended.
        Nobody = "nobody",
    }
}

named_enum! {
    /// What is next, for whoever's turn it is.
    #[schema(as = ChainNext)]
    Next {
        /// The pharmacist reviews it.
        Review = "review",
        /// The prescriber answers a question.
        Answer = "answer",
        /// A pharmacy takes it.
        Accept = "accept",
        /// The pharmacy fills and packs it.
        Fill = "fill",
        /// The courier fetches the parcel at the counter.
        PickUp = "pick_up",
        /// The courier brings it to the door.
        Bring = "bring",
        /// The courier comes again.
        TryAgain = "try_again",
        /// The pharmacy decides whether a parcel that was stopped goes on.
        Decide = "decide",
        /// The courier turns round with a parcel that may not go on.
        BringBack = "bring_back",
        /// The parcel is on its way back: the pharmacy takes it in.
        TakeBack = "take_back",
        /// The nurse counts it.
        Count = "count",
        /// The nurse gives the first dose.
        Give = "give",
        /// The pharmacy settles what is wrong with what the home has.
        Settle = "settle",
        /// Nothing.
        Nothing = "nothing",
    }
}

named_enum! {
    /// Why it does not go its straight way.
    #[schema(as = ChainReason)]
    Reason {
        /// The prescriber was asked.
        Asked = "asked",
        /// The pharmacist refused it.
        Rejected = "rejected",
        /// Its validity ended.
        Expired = "expired",
        /// A pharmacy gave it back to the others.
        Declined = "declined",
        /// Nobody took the parcel.
        AttemptFailed = "attempt_failed",
        /// Too warm or too cold.
        Temperature = "temperature",
        /// The parcel code was wrong too often.
        Identity = "identity",
        /// A batch was called back.
        Recall = "recall",
        /// The nurse did not take it.
        Refused = "refused",
        /// The courier brought it back.
        GivenBack = "given_back",
        /// The pharmacy had the courier bring it back.
        TurnedBack = "turned_back",
        /// The pharmacy took it back from its counter.
        TakenBack = "taken_back",
        /// The parcel is lost.
        Lost = "lost",
        /// Short or damaged by the count, and not settled.
        Short = "short",
        /// More was counted than was packed, and it is not settled.
        Surplus = "surplus",
        /// A part of it has come.
        Part = "part",
        /// The prescriber withdrew it.
        Withdrawn = "withdrawn",
        /// The pharmacy settled it, and nothing of it came.
        Settled = "settled",
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub stage: Stage,
    /// When it was done.
    pub at: Option<Timestamp>,
    /// By when it should be; known once the step before is done.
    pub due_by: Option<Timestamp>,
    /// It was done after that, or is open since.
    pub late: bool,
}

/// The whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorToDose {
    /// In order.
    pub steps: Vec<Step>,
    /// Which of them is being done now; none where the way has stopped, turned round or ended.
    pub current: Option<Stage>,
    /// Whose turn it is.
    pub turn: Turn,
    /// What is next.
    pub next: Next,
    /// Why it does not go its straight way.
    pub reason: Option<Reason>,
    /// Why the last attempt failed, where that is the reason or the courier gave the parcel back.
    pub attempt: Option<AttemptCode>,
    /// The same in the words of the nurse or the courier.
    pub note: Option<Sensitive<String>>,
    /// By when what is next should be done.
    pub due_by: Option<Timestamp>,
    /// It was not done by then.
    pub late: bool,
    /// What is next beside that: with the rest on its way beside the first dose, or that dose beside what the pharmacy owes or has to settle.
    pub rest: Option<Rest>,
}

/// What somebody else has to do meanwhile: with the parcel of the rest, or with what has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// Whose turn it is.
    pub turn: Turn,
    /// What is next.
    pub next: Next,
    /// By when it should be done.
    pub due_by: Option<Timestamp>,
    /// It was not done by then.
    pub late: bool,
}

impl DoorToDose {
    /// Whose turn a line of a list says, and whether that is late: where only what is beside it is late, it is whoever has that to do.
    pub fn in_a_line(&self) -> (Turn, bool) {
        match self.rest {
            Some(rest) if rest.late && !self.late => (rest.turn, true),
            _ => (self.turn, self.late),
        }
    }

    /// When a line of a list becomes late, and whose turn it says then; `None` once it is late, and where nothing is due.
    pub fn becomes_late(&self) -> Option<(Timestamp, Turn)> {
        let late = self.in_a_line().1;
        let own = self.due_by.map(|at| (at, self.turn));
        let rest = self.rest.and_then(|rest| rest.due_by.map(|at| (at, rest.turn)));
        [own, rest].into_iter().flatten().filter(|_| !late).min_by_key(|(at, _)| *at)
    }
}

/// The chain of a signed prescription; `None` before the signature. `parcel` is its newest, with those before it; `first_dose` is when the first dose that stands
/// was given.
pub fn door_to_dose(
    p: &Prescription,
    parcel: Option<Parcel<'_>>,
    called_back: CalledBack,
    first_dose: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> Option<DoorToDose> {
    p.signed_at?;
    let mut done = passed(p);
    // A parcel that was filled anew has not arrived yet, and one that came after the count moves no time of the first.
    let count = done[Stage::Counted as usize];
    let arrived = parcel.zip(done[Stage::Packed as usize]).and_then(|(parcel, packed)| parcel.arrived(packed));
    let arrived = arrived.filter(|at| count.is_none_or(|count| *at <= count));
    done[Stage::AtTheDoor as usize] = arrived.or(count);
    done[Stage::FirstDose as usize] = first_dose;
    let (counted, given) = (count.is_some(), first_dose.is_some());
    let stands = standing(p, parcel, called_back, counted, given);
    let first_open = Stage::ALL.iter().copied().find(|stage| done[*stage as usize].is_none());
    let current = match stands.next {
        // A question stops the review, or the filling.
        Next::Answer => first_open.filter(|stage| matches!(stage, Stage::Approved | Stage::Packed)),
        next => first_open.filter(|stage| Some(*stage) == next.stage()),
    };
    // The pharmacy owes the rest, and the first dose of what has come is open: it has its time all the same.
    let beside = first_open.filter(|stage| Some(*stage) == stands.rest.and_then(|(_, next)| next.stage()));
    let current = current.or(beside);
    let (mut before, mut due_by, mut beside_by) = (None, None, None);
    let mut steps = Vec::with_capacity(Stage::ALL.len());
    for &stage in Stage::ALL {
        let at = done[stage as usize];
        // What nobody is doing now is due at no time.
        let timed = at.is_some() || current == Some(stage);
        let due = before.filter(|_| timed).and_then(|before| later(before, allowance(stage, policy)));
        let late = due.is_some_and(|due| at.unwrap_or(now) > due);
        if beside == Some(stage) {
            beside_by = due;
        } else if current == Some(stage) {
            due_by = due;
        }
        steps.push(Step { stage, at, due_by: due, late });
        before = at;
    }
    if let (None, Some(minutes)) = (current, off_the_way(stands.next, policy)) {
        // A parcel at the counter is on no way back: since when it is called back is not known here.
        let left = parcel.filter(|parcel| parcel.delivery.state.holder() != Holder::Pharmacy);
        let since = left.and_then(|parcel| parcel.delivery.timeline.last());
        due_by = since.and_then(|step| later(step.at, minutes));
    }
    let is_past = |due: Option<Timestamp>| due.is_some_and(|due| now > due);
    let due = |next| parcel.filter(|_| counted).and_then(|parcel| of_the_rest(next, parcel.delivery, policy));
    // No step is open for the parcel of the rest: what was counted before has closed them.
    if current.is_none() && due_by.is_none() {
        due_by = due(stands.next);
    }
    let standing::Standing { turn, next, reason, attempt, note, rest } = stands;
    let rest = rest.map(|(turn, next)| {
        let due_by = beside_by.or_else(|| due(next));
        Rest { turn, next, due_by, late: is_past(due_by) }
    });
    let late = is_past(due_by);
    Some(DoorToDose { steps, current, turn, next, reason, attempt, note, due_by, late, rest })
}

impl Next {
    /// The step of the way that it is.
    const fn stage(self) -> Option<Stage> {
        Some(match self {
            Self::Review => Stage::Approved,
            Self::Accept => Stage::Accepted,
            Self::Fill => Stage::Packed,
            Self::PickUp => Stage::HandedOver,
            Self::Bring | Self::TryAgain => Stage::AtTheDoor,
            Self::Count => Stage::Counted,
            Self::Give => Stage::FirstDose,
            Self::Answer | Self::Decide | Self::BringBack | Self::TakeBack | Self::Settle | Self::Nothing => {
                return None;
            }
        })
    }
}

/// The way back takes as long as the way there, and the pharmacy decides about a parcel in the time that it has for a packed one.
fn off_the_way(next: Next, policy: &Policy) -> Option<SignedDuration> {
    match next {
        Next::TakeBack | Next::BringBack => Some(allowance(Stage::AtTheDoor, policy)),
        Next::Decide => Some(allowance(Stage::HandedOver, policy)),
        _ => None,
    }
}

/// By when what is next with a later parcel should be done: each of its steps takes as long as that of the first.
fn of_the_rest(next: Next, delivery: &Delivery, policy: &Policy) -> Option<Timestamp> {
    let stage = next.stage()?;
    let picked_up = || delivery.timeline.iter().find(|step| step.step == "pick_up").map(|step| step.at);
    let before = match stage {
        Stage::HandedOver => Some(delivery.created_at),
        Stage::AtTheDoor => picked_up(),
        Stage::Counted => at_the_door(delivery),
        Stage::Signed | Stage::Approved | Stage::Accepted | Stage::Packed | Stage::FirstDose => None,
    };
    later(before?, allowance(stage, policy))
}

fn later(at: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    at.checked_add(by).ok()
}

/// What of the prescription's own steps stands: a return or a decline opens those after it again.
fn passed(p: &Prescription) -> [Option<Timestamp>; 8] {
    use Stage as S;
    let mut done: [Option<Timestamp>; 8] = [None; 8];
    let from = |done: &mut [Option<Timestamp>; 8], stage: Stage| done[stage as usize..].fill(None);
    for step in &p.timeline {
        let stage = match step.step.as_str() {
            "sign" => S::Signed,
            "approve" => S::Approved,
            "accept" => S::Accepted,
            "pack" => S::Packed,
            "hand_over" => S::HandedOver,
            // Nothing of it was whole: the pharmacy that has it packs it again.
            "deliver_part" if !p.in_the_home() => {
                from(&mut done, S::Packed);
                continue;
            }
            "deliver" | "deliver_part" => S::Counted,
            "decline" | "return" => {
                // What was counted once is in the home, whatever becomes of the rest.
                if done[S::Counted as usize].is_none() {
                    from(&mut done, S::Accepted);
                }
                continue;
            }
            _ => continue,
        };
        // The first part that reaches the home closes a step; the rest of it does not open it again.
        if done[S::Counted as usize].is_none() {
            from(&mut done, stage);
            done[stage as usize] = Some(step.at);
        }
    }
    done
}

fn allowance(stage: Stage, policy: &Policy) -> SignedDuration {
    let minutes = match stage {
        Stage::Signed => 0,
        Stage::Approved => policy.chain_approve_minutes,
        Stage::Accepted => policy.chain_accept_minutes,
        Stage::Packed => policy.chain_pack_minutes,
        Stage::HandedOver => policy.chain_hand_over_minutes,
        Stage::AtTheDoor => policy.chain_door_minutes,
        Stage::Counted => policy.chain_count_minutes,
        Stage::FirstDose => policy.chain_first_dose_minutes,
    };
    SignedDuration::from_mins(i64::from(minutes))
}

#[cfg(test)]
mod tests;
