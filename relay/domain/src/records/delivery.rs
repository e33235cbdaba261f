//! Deliveries.

use crate::actor::Role;
use crate::checked::ParcelCode;
use crate::formulary::DrugId;
use crate::ids::{CourierRunId, DeliveryId, HomeId, PharmacyId, PrescriptionId, ResidentId, TemperatureId};
use crate::machines::Refused;
use crate::machines::delivery::{AttemptCode, DecisionCode, Event, Holder, QuarantineReason, State};
use crate::parcel_label::LabelKey;
use crate::records::{Instead, StepReason, Supplied, TimelineStep};
use crate::sensitive::Sensitive;
use crate::substitution::Substitution;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One dispensed batch of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pack {
    /// Line of the prescription.
    pub item_no: u16,
    /// Name of the drug (Chinese).
    pub name: String,
    /// The same in English; absent in parcels of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// How much, in `unit`.
    pub quantity: u32,
    /// The drug's unit.
    pub unit: String,
    /// Batch number.
    pub batch: String,
    /// Expiry.
    #[schema(value_type = String, format = Date)]
    pub expiry: Date,
    /// What was taken from the stock; absent in parcels of before stock was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drug_id: Option<DrugId>,
    /// Of another product than the prescribed one; all packs of a line in a parcel are of one product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitution: Option<Substitution>,
}

impl Pack {
    /// How many of its units make one unit of what was prescribed.
    pub fn factor(&self) -> u32 {
        self.substitution.as_ref().map_or(1, |substitution| substitution.factor.max(1))
    }
}

/// What the nurse counted of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// Line of the prescription.
    pub item_no: u16,
    /// How much arrived, damaged included.
    pub quantity: u32,
    /// How much of it is damaged.
    pub damaged: u32,
}

/// One measured temperature of a parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct Temperature {
    /// Identifier.
    pub id: TemperatureId,
    /// Of which parcel.
    pub delivery_id: DeliveryId,
    /// Degrees Celsius.
    pub celsius: f64,
    /// Measured.
    pub measured_at: Timestamp,
    /// Heard of; later where there was no link.
    pub received_at: Timestamp,
    /// By whom: pharmacy, courier or nurse.
    pub by: Role,
}

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    #[serde(default = "in_own_words")]
    pub code: AttemptCode,
    /// What the courier wrote, in the language it was written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An attempt that has words and no code.
const fn in_own_words() -> AttemptCode {
    AttemptCode::Other
}

/// What the buttons of the courier's page said when their words were sent and kept instead of a code.
const FORMER_WORDS: &[(AttemptCode, [&str; 2])] = &[
    (AttemptCode::Nobody, ["无人接收", "Nobody to receive it"]),
    (AttemptCode::Closed, ["院区不让进", "No entry"]),
    (AttemptCode::Address, ["找不到地址", "Address not found"]),
    (AttemptCode::Damaged, ["包裹破损", "Parcel damaged"]),
    (AttemptCode::Temperature, ["温度超出范围", "Temperature out of range"]),
    (AttemptCode::Other, ["其他", "Other"]),
];

impl Attempt {
    /// With the code where the words are those of a button: kept before there were codes, or pressed on a page of that time.
    #[must_use]
    pub fn coded(self) -> Self {
        let words = self.reason.as_deref().filter(|_| self.code == AttemptCode::Other);
        let pressed = words.and_then(|words| FORMER_WORDS.iter().find(|(_, said)| said.contains(&words)));
        match pressed {
            Some((code, _)) => Self { at: self.at, code: *code, reason: None },
            None => self,
        }
    }
}

/// The delivery of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identifier.
    pub id: DeliveryId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// For whom; never shown to the courier.
    pub resident_id: ResidentId,
    /// To where.
    pub home_id: HomeId,
    /// From where.
    pub pharmacy_id: PharmacyId,
    /// On the parcel; proves the hand-over.
    pub parcel_code: ParcelCode,
    /// Must stay at 2–8 °C.
    pub cold_chain: bool,
    /// Contents.
    pub packs: Vec<Pack>,
    /// Who carries it.
    pub courier_name: String,
    /// How to reach the courier.
    pub courier_phone: String,
    /// The courier's run it is on: its link and PIN open it.
    pub run_id: CourierRunId,
    /// What the label's 2D code is proved with; none on parcels that were packed before labels had one.
    pub label_key: Option<LabelKey>,
    /// PHC string of the parcel code, by which a box without a link can check what the nurse types; made when the box first asks.
    pub code_hash: Option<Sensitive<String>>,
    /// Wrong codes since it was packed or last released.
    pub wrong_codes: u32,
    /// Why it may not be handed over, while it may not.
    pub quarantine: Option<QuarantineReason>,
    /// Failed attempts.
    pub attempts: Vec<Attempt>,
    /// The nurse's count.
    pub counts: Vec<Count>,
    /// The nurse's comment, or why it was refused.
    pub comment: Option<Sensitive<String>>,
    /// Made at.
    pub created_at: Timestamp,
    /// Ended at, however.
    pub ended_at: Option<Timestamp>,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
}

/// How much of a line the packs of one filling bring, in prescribed units: they are all of one product, so the whole sum is divided and no batch by itself.
pub fn prescribed_units(packs: &[Pack], item_no: u16) -> u32 {
    let of_line = || packs.iter().filter(|pack| pack.item_no == item_no);
    let given: u32 = of_line().map(|pack| pack.quantity).sum();
    given / of_line().next().map_or(1, Pack::factor)
}

/// More units than this nobody counts of one line; goods-in and corrections of the shelf take no more either.
const MOST_COUNTED: u32 = 100_000;
/// Two boxes of thirty: so much too many can get into a parcel of a few cut tablets.
const BOXES_TOO_MANY: u32 = 60;

impl Delivery {
    /// The most that a count of this line can say. Too many is counted as it is, and settled; what is above this is a slip of the finger, and would be doses that
    /// nobody has.
    pub fn most_counted(&self, item_no: u16) -> u32 {
        let of_line = || self.packs.iter().filter(|pack| pack.item_no == item_no).map(|pack| pack.quantity);
        let packed = of_line().fold(0, u32::saturating_add);
        let largest = of_line().max().unwrap_or(0);
        let room = largest.saturating_mul(2).max(BOXES_TOO_MANY);
        packed.saturating_add(room).min(MOST_COUNTED.max(packed))
    }

    /// What the count says has reached the home whole, in prescribed units, with the product where it was another one.
    pub fn arrived(&self) -> Vec<Supplied> {
        let whole = |count: &Count| {
            let pack = self.packs.iter().find(|pack| pack.item_no == count.item_no);
            let factor = pack.map_or(1, Pack::factor);
            let other = pack.filter(|pack| pack.substitution.is_some()).and_then(|pack| pack.drug_id.clone());
            let good = count.quantity.saturating_sub(count.damaged);
            Supplied {
                item_no: count.item_no,
                quantity: good / factor,
                instead: other.filter(|_| good > 0).map(|drug_id| Instead { drug_id, factor }).into_iter().collect(),
                closed: 0,
            }
        };
        self.counts.iter().map(whole).collect()
    }

    /// What was packed of a line and, by the count, has not reached the home whole, in prescribed units.
    pub fn missing(&self, item_no: u16) -> u32 {
        let arrived = self.arrived().into_iter().filter(|line| line.item_no == item_no).map(|line| line.quantity).sum();
        prescribed_units(&self.packs, item_no).saturating_sub(arrived)
    }

    /// Why the pharmacy has it brought back, where it does.
    pub fn turned_back(&self) -> Option<&StepReason> {
        let turned = |step: &&TimelineStep| step.step == "turn_back";
        self.timeline.iter().rev().find(turned).and_then(|step| step.why.as_ref())
    }

    /// Once it is back, somebody examines it before it is sold again; `before` is the state in which the pharmacy took it. What stayed at the counter never left
    /// their eyes. What was cold, was stopped, was refused, came to harm by the courier's word or was brought back as unfit is not taken for whole.
    pub fn is_to_be_examined(&self, before: State) -> bool {
        let harmed = |one: &Attempt| matches!(one.code, AttemptCode::Damaged | AttemptCode::Temperature);
        let unfit = |why: &StepReason| matches!(why.code, DecisionCode::Unfit | DecisionCode::WrongContent);
        before.holder() != Holder::Pharmacy
            && (self.cold_chain
                || self.quarantine.is_some()
                || self.attempts.iter().any(harmed)
                || self.turned_back().is_some_and(unfit)
                || self.timeline.iter().any(|step| step.step == "refuse"))
    }

    /// The record after `event`: state, facts and version move together. `who` is the name shown in the timeline.
    pub fn apply(mut self, event: Event, at: Timestamp, who: (&str, Option<Uuid>)) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        let step = event.name();
        let mut why = None;
        self.state = next.state;
        self.version += 1;
        match event {
            Event::FailAttempt { code, reason } => self.attempts.push(Attempt { at, code, reason }.coded()),
            Event::Refuse { reason } => self.comment = Some(reason.into()),
            Event::Quarantine { reason } => self.quarantine = Some(reason),
            Event::Release { code, words } => {
                self.quarantine = None;
                self.wrong_codes = 0;
                why = Some(StepReason { code, words });
            }
            Event::TurnBack { code, words } => why = Some(StepReason { code, words }),
            Event::Accept
            | Event::PickUp
            | Event::Arrive
            | Event::Resume
            | Event::GiveBack
            | Event::TakeBack { .. }
            | Event::Receive { .. }
            | Event::ReceiveStopped
            | Event::Lose
            | Event::Cancel => {}
        }
        if self.state.is_terminal() {
            self.ended_at = Some(at);
        }
        self.timeline.push(TimelineStep { step: step.to_owned(), at, who: who.0.to_owned(), who_id: who.1, why });
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_packs(quantities: &[u32]) -> Delivery {
        let pack = |&quantity: &u32| Pack {
            item_no: 1,
            name: String::new(),
            name_en: None,
            quantity,
            unit: "片".to_owned(),
            batch: "B1".to_owned(),
            expiry: jiff::civil::date(2028, 1, 31),
            drug_id: None,
            substitution: None,
        };
        let packs = quantities.iter().map(pack).collect();
        Delivery { packs, ..crate::doses::tests::delivery(State::AtDoor, None, Vec::new()) }
    }

    /// A nurse's count of 10^9 of seven tablets was stored.
    #[test]
    fn a_count_has_room_for_a_box_too_many_and_not_for_a_slip_of_the_finger() {
        let most = |quantities: &[u32]| of_packs(quantities).most_counted(1);
        assert_eq!((most(&[7]), most(&[28, 28]), most(&[200])), (67, 116, 600));
        assert_eq!(most(&[60_000]), MOST_COUNTED);
        assert_eq!(most(&[u32::MAX, u32::MAX]), u32::MAX, "what was packed can be counted");
    }

    #[test]
    fn an_attempt_that_was_kept_in_the_words_of_a_button_has_its_code() {
        let kept = |json: &str| serde_json::from_str::<Attempt>(json).expect("an attempt").coded();
        let told = |attempt: Attempt| (attempt.code, attempt.reason);
        let at = "\"at\":\"2026-11-23T02:00:00Z\"";
        assert_eq!(told(kept(&format!("{{{at},\"reason\":\"院区不让进\"}}"))), (AttemptCode::Closed, None));
        assert_eq!(told(kept(&format!("{{{at},\"reason\":\"Nobody to receive it\"}}"))), (AttemptCode::Nobody, None));
        let own = told(kept(&format!("{{{at},\"reason\":\"电梯停运\"}}")));
        assert_eq!(own, (AttemptCode::Other, Some("电梯停运".to_owned())));
        let new = told(kept(&format!("{{{at},\"code\":\"address\",\"reason\":\"其他\"}}")));
        assert_eq!(new, (AttemptCode::Address, Some("其他".to_owned())), "what has a code is as it was written");
    }
}
