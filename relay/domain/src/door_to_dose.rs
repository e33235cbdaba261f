//! From the signature to the first dose: which steps are behind, which is late, whose turn it is. A pure function of the record. Not here: the steps themselves
//! ([`crate::machines::prescription`], [`crate::machines::delivery`]); what a courier sees (nothing of this).

use crate::machines::delivery::State as D;
use crate::machines::named_enum;
use crate::machines::prescription::State as P;
use crate::policy::Policy;
use crate::records::{Delivery, Prescription};
use jiff::{SignedDuration, Timestamp};

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
    /// Whose turn it is.
    pub turn: Turn,
    /// The open step is late.
    pub late: bool,
}

/// The chain of a signed prescription; `None` before the signature. `delivery` is its newest; `first_dose` is when the first dose that stands was given.
pub fn door_to_dose(
    p: &Prescription,
    delivery: Option<&Delivery>,
    first_dose: Option<Timestamp>,
    policy: &Policy,
    now: Timestamp,
) -> Option<DoorToDose> {
    p.signed_at?;
    let mut done = passed(p);
    let arrivals = delivery.map_or(&[][..], |d| &d.timeline).iter().filter(|step| step.step == "arrive");
    // A parcel that was filled anew has not arrived yet.
    let filled = done[Stage::Packed as usize];
    let arrived = arrivals.map(|step| step.at).next_back().filter(|at| filled.is_some_and(|packed| *at >= packed));
    done[Stage::AtTheDoor as usize] = arrived.or(done[Stage::Counted as usize]);
    done[Stage::FirstDose as usize] = first_dose;
    let turn = turn(p, delivery, first_dose);
    let mut open = turn != Turn::Nobody;
    let (mut before, mut late) = (None, false);
    let mut steps = Vec::with_capacity(Stage::ALL.len());
    for &stage in Stage::ALL {
        let at = done[stage as usize];
        let due_by = before.and_then(|before: Timestamp| before.checked_add(allowance(stage, policy)).ok());
        let is_late = match (at, due_by) {
            (Some(at), Some(due_by)) => at > due_by,
            (None, Some(due_by)) => open && now > due_by,
            (_, None) => false,
        };
        if at.is_none() && due_by.is_some() {
            late = is_late;
            open = false;
        }
        steps.push(Step { stage, at, due_by, late: is_late });
        before = at;
    }
    Some(DoorToDose { steps, turn, late })
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

const fn turn(p: &Prescription, delivery: Option<&Delivery>, first_dose: Option<Timestamp>) -> Turn {
    match p.state {
        P::Draft | P::InQuestion | P::OnHold => Turn::Prescriber,
        P::Signed | P::InReview => Turn::Pharmacist,
        P::Approved | P::Returned | P::Dispensing => Turn::Pharmacy,
        P::Packed | P::InDelivery => match delivery {
            Some(Delivery { state: D::AtDoor, .. }) => Turn::Nurse,
            Some(Delivery { state: D::Quarantined, .. }) => Turn::Pharmacy,
            _ => Turn::Courier,
        },
        P::Delivered if first_dose.is_none() => Turn::Nurse,
        P::Delivered | P::Rejected | P::Cancelled | P::Stopped | P::Expired => Turn::Nobody,
    }
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
