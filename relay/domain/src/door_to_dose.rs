//! From the signature to the first dose: which steps are behind, which is open, whose turn it is, what is next and why, and whether that is late. A pure function of
//! the record. Not here: the steps themselves ([`crate::machines::prescription`], [`crate::machines::delivery`]); what a courier sees (nothing of this).

mod standing;

use crate::machines::delivery::AttemptCode;
use crate::machines::discrepancy::Cause;
use crate::machines::named_enum;
use crate::policy::Policy;
use crate::records::{Delivery, Discrepancy, Prescription};
use crate::sensitive::Sensitive;
use jiff::{SignedDuration, Timestamp};
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
        /// The pharmacy took it back from its counter.
        TakenBack = "taken_back",
        /// The parcel is lost.
        Lost = "lost",
        /// Short or damaged by the count, and not settled.
        Short = "short",
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
}

/// The newest parcel, with what is open about it.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    delivery: &'a Delivery,
    /// What is wrong with what the home has, until the pharmacy has settled it.
    open: Option<Cause>,
}

impl<'a> Parcel<'a> {
    /// `tasks` are those of this delivery. What must not be given weighs more than what is missing.
    pub fn new(delivery: &'a Delivery, tasks: &[Discrepancy]) -> Self {
        let open = tasks.iter().filter(|task| !task.state.is_terminal()).map(|task| task.cause).max();
        Self { delivery, open }
    }
}

/// The chain of a signed prescription; `None` before the signature. `parcel` is its newest; `first_dose` is when the first dose that stands was given.
pub fn door_to_dose(
    p: &Prescription,
    parcel: Option<Parcel<'_>>,
    first_dose: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> Option<DoorToDose> {
    p.signed_at?;
    let mut done = passed(p);
    // A parcel that was filled anew has not arrived yet.
    let filled = done[Stage::Packed as usize];
    let arrived = parcel.and_then(|parcel| at_the_door(parcel.delivery));
    let arrived = arrived.filter(|at| filled.is_some_and(|packed| *at >= packed));
    done[Stage::AtTheDoor as usize] = arrived.or(done[Stage::Counted as usize]);
    done[Stage::FirstDose as usize] = first_dose;
    let stands = standing(p, parcel, done[Stage::Counted as usize].is_some(), first_dose.is_some());
    let first_open = Stage::ALL.iter().copied().find(|stage| done[*stage as usize].is_none());
    let current = match stands.next {
        // A question stops the review, or the filling.
        Next::Answer => first_open.filter(|stage| matches!(stage, Stage::Approved | Stage::Packed)),
        next => first_open.filter(|stage| Some(*stage) == next.stage()),
    };
    let (mut before, mut due_by) = (None, None);
    let mut steps = Vec::with_capacity(Stage::ALL.len());
    for &stage in Stage::ALL {
        let at = done[stage as usize];
        // What nobody is doing now is due at no time.
        let timed = at.is_some() || current == Some(stage);
        let due = before.filter(|_| timed).and_then(|before| later(before, allowance(stage, policy)));
        let late = due.is_some_and(|due| at.unwrap_or(now) > due);
        if current == Some(stage) {
            due_by = due;
        }
        steps.push(Step { stage, at, due_by: due, late });
        before = at;
    }
    if let (None, Some(minutes)) = (current, off_the_way(stands.next, policy)) {
        let since = parcel.and_then(|parcel| parcel.delivery.timeline.last());
        due_by = since.and_then(|step| later(step.at, minutes));
    }
    let standing::Standing { turn, next, reason, attempt, note } = stands;
    let late = due_by.is_some_and(|due| now > due);
    Some(DoorToDose { steps, current, turn, next, reason, attempt, note, due_by, late })
}

/// When the courier came to the door with it, unless it has left the door again to be brought once more.
fn at_the_door(delivery: &Delivery) -> Option<Timestamp> {
    delivery.timeline.iter().fold(None, |arrived, step| match step.step.as_str() {
        "arrive" => Some(step.at),
        "fail_attempt" | "release" => None,
        _ => arrived,
    })
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
