//! Prescriptions.

use crate::access::Facts;
use crate::checked::Dose;
use crate::dosage::{Frequency, Route, TaperStep};
use crate::formulary::DrugId;
use crate::ids::{ConsultationId, DeliveryId, FavouriteId, HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId};
use crate::machines::delivery::DecisionCode;
use crate::machines::prescription::{Event, State};
use crate::machines::{Refused, named_enum};
use crate::offers::Offered;
use crate::records::{ConsentGiver, Pack, Urgency};
use crate::safety::Finding;
use crate::sensitive::{Sealed, Sensitive};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

named_enum! {
    /// What a prescription is for; decides its supply cap.
    Supply {
        /// Ordinary.
        Ordinary = "ordinary",
        /// Emergency.
        Emergency = "emergency",
        /// Long prescription of a chronic disease.
        Chronic = "chronic",
    }
}

/// One line of a prescription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// 1, 2, …
    pub no: u16,
    /// What.
    pub drug_id: DrugId,
    /// Single dose, in the drug's dose unit.
    pub dose: Dose,
    /// How often.
    pub frequency: Frequency,
    /// By which way.
    pub route: Route,
    /// For how long, all steps of a taper together.
    pub days: u16,
    /// A dose that changes: every step in order, the first one with `dose` and `frequency` of the line. Empty for a steady dose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taper: Vec<TaperStep>,
    /// Where it is taken when needed: the most times within a day, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_day: Option<u32>,
    /// Where it is taken when needed: the least hours from one time to the next, if the prescriber said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_apart: Option<u32>,
    /// How much leaves the pharmacy, in the drug's unit.
    pub quantity: u32,
    /// For the nurse.
    pub instruction: String,
    /// Whether the pharmacy may give another product of the same ([`crate::substitution`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub substitution: bool,
}

impl Item {
    /// How often, within 24 hours, it may be given when needed: as the prescriber says, and never more than `all` medicines.
    pub fn most_when_needed(&self, all: u32) -> u32 {
        self.most_per_day.map_or(all, |own| own.min(all))
    }
}

/// A document with its signature: compact JWS and the serial of the certificate in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedDocument {
    /// RFC 7515 compact serialization.
    pub jws: String,
    /// Hexadecimal.
    pub certificate_serial: String,
}

named_enum! {
    /// Why a pharmacist refuses.
    RejectionCode {
        /// Dose.
        Dose = "dose",
        /// Interaction.
        Interaction = "interaction",
        /// Allergy.
        Allergy = "allergy",
        /// Diagnosis.
        Diagnosis = "diagnosis",
        /// Something is missing.
        Incomplete = "incomplete",
        /// See the comment.
        Other = "other",
    }
}

/// A pharmacist's refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejection {
    /// Why.
    pub code: RejectionCode,
    /// In words.
    pub comment: String,
}

/// Why a chronic disease may be supplied for longer than usual: judged by the prescriber, confirmed by the resident or who decides for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// What was assessed.
    #[schema(min_length = 1, max_length = 500)]
    pub assessed: String,
    /// With which result.
    #[schema(min_length = 1, max_length = 500)]
    pub result: String,
    /// Who confirmed the long supply.
    pub confirmed_by: ConsentGiver,
    /// Their name.
    #[schema(min_length = 1, max_length = 60)]
    pub confirmed_name: String,
}

/// A line, or a whole prescription, that a specialist keeps under a name to prescribe again. It names no resident.
#[derive(Debug, Clone, PartialEq)]
pub struct Favourite {
    /// Identifier.
    pub id: FavouriteId,
    /// Whose.
    pub specialist_id: StaffId,
    /// As the specialist calls it.
    pub name: String,
    /// ICD-10, of a whole prescription.
    pub diagnosis_code: Option<String>,
    /// What for, of a whole prescription.
    pub supply: Option<Supply>,
    /// Lines.
    pub items: Vec<Item>,
    /// Kept at.
    pub created_at: Timestamp,
}

impl Favourite {
    /// What access decides on: it belongs to the specialist who kept it.
    pub fn facts(&self) -> Facts {
        Facts { specialist_id: Some(self.specialist_id), ..Facts::default() }
    }
}

/// A question to the prescriber and the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Who asked: a pharmacist, or a member of the pharmacy; absent where the pharmacy's own system did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<StaffId>,
    /// Whom the pharmacy's system named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_counter: Option<AtCounter>,
    /// What.
    pub question: String,
    /// The prescriber's answer.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}

/// Somebody at a pharmacy's counter, as the pharmacy's system names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtCounter {
    /// Name and licence.
    pub name: String,
    /// Which pharmacy.
    pub pharmacy_id: PharmacyId,
}

/// Who asks the prescriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A member of staff.
    Staff(StaffId),
    /// Somebody at a pharmacy's counter.
    AtCounter(AtCounter),
}

/// What has reached the home of one line, all parcels together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Supplied {
    /// Line of the prescription.
    pub item_no: u16,
    /// In the prescribed drug's unit, whatever product it was.
    pub quantity: u32,
    /// Other products that came for the line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Instead>,
    /// Was missing and is not owed any more: the pharmacy settled it otherwise than by sending it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub closed: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Another product that is in the home for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Instead {
    /// What it is.
    pub drug_id: DrugId,
    /// How many of its units make one prescribed unit.
    pub factor: u32,
}

/// One passed step, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineStep {
    /// The event's name.
    pub step: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Name of the person, pharmacy or courier; empty for the system.
    pub who: String,
    /// Identifier of a member of staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub who_id: Option<Uuid>,
    /// Why, where the step asks its person for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<StepReason>,
}

/// What the pharmacy decided about a parcel on the road, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepReason {
    /// In a code, told in the reader's language.
    pub code: DecisionCode,
    /// In the person's own words.
    pub words: String,
}

/// More milliseconds than any two signatures are apart (three centuries): an urgent one stands before every other.
const URGENT_FIRST_MS: i64 = 10_000_000_000_000;

/// A prescription.
#[derive(Debug, Clone, PartialEq)]
pub struct Prescription {
    /// Identifier.
    pub id: PrescriptionId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Written in.
    pub consultation_id: ConsultationId,
    /// For whom.
    pub resident_id: ResidentId,
    /// The resident's home.
    pub home_id: HomeId,
    /// By whom.
    pub specialist_id: StaffId,
    /// ICD-10.
    pub diagnosis_code: String,
    /// What for.
    pub supply: Supply,
    /// Of the consultation it was written in; decides its place before the pharmacist.
    pub urgency: Urgency,
    /// Days of validity, the day of signing included.
    pub valid_days: u8,
    /// Last day of validity; known once signed.
    pub valid_until: Option<Date>,
    /// Lines.
    pub items: Vec<Item>,
    /// Answers of the safety checks when last written or signed.
    pub findings: Vec<Finding>,
    /// The prescriber's reason for going past a hard stop.
    pub hard_stop_reason: Option<Sensitive<String>>,
    /// Why it may be supplied for longer than usual.
    pub assessment: Option<Sensitive<Assessment>>,
    /// First written at.
    pub created_at: Timestamp,
    /// Entered its state at.
    pub state_since: Timestamp,
    /// Signed at.
    pub signed_at: Option<Timestamp>,
    /// The specialist's signature.
    pub signature: Option<SignedDocument>,
    /// Who reviews or reviewed.
    pub pharmacist_id: Option<StaffId>,
    /// Approved at.
    pub approved_at: Option<Timestamp>,
    /// The pharmacist's signature.
    pub approval: Option<SignedDocument>,
    /// The pharmacist's refusal.
    pub rejection: Option<Rejection>,
    /// To which pharmacies it is offered while it is in the pool.
    pub offered: Offered,
    /// The pharmacy that has it.
    pub pharmacy_id: Option<PharmacyId>,
    /// What that pharmacy must show; sealed and no digest, because the same pharmacy may recover it.
    pub accept_secret: Option<Sealed>,
    /// Batches, once dispensed.
    pub packs: Vec<Pack>,
    /// Its delivery, the newest when there were several.
    pub delivery_id: Option<DeliveryId>,
    /// What has reached the home in earlier parcels.
    pub supplied: Vec<Supplied>,
    /// Questions to the prescriber, oldest first; while one is open the last has no answer.
    pub questions: Vec<Question>,
    /// The prescription that this one takes the place of (FHIR `priorPrescription`).
    pub replaces: Option<PrescriptionId>,
    /// Why it was declined or withdrawn.
    pub end_reason: Option<Sensitive<String>>,
    /// Passed steps.
    pub timeline: Vec<TimelineStep>,
}

/// What the specialist writes, as far as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// ICD-10.
    pub diagnosis_code: String,
    /// What for.
    pub supply: Supply,
    /// Days of validity.
    pub valid_days: u8,
    /// Lines.
    pub items: Vec<Item>,
    /// The prescriber's reason for going past a hard stop.
    pub hard_stop_reason: Option<Sensitive<String>>,
    /// Why it may be supplied for longer than usual.
    pub assessment: Option<Sensitive<Assessment>>,
}

/// What is refused where a signed text was to be written over.
pub const WRITE_OVER: &str = "write_over_signed";

impl Prescription {
    /// The draft with other content; refused once it is signed, for ever.
    pub fn revise(mut self, content: Content, findings: Vec<Finding>) -> Result<Self, Refused> {
        if self.state != State::Draft {
            let event = if self.signed_at.is_some() { WRITE_OVER } else { "edit" };
            return Err(Refused { state: self.state.as_str(), event });
        }
        self.version += 1;
        self.diagnosis_code = content.diagnosis_code;
        self.supply = content.supply;
        self.valid_days = content.valid_days;
        self.items = content.items;
        self.hard_stop_reason = content.hard_stop_reason;
        self.assessment = content.assessment;
        self.findings = findings;
        Ok(self)
    }

    /// The record after `event`: state, facts and version move together. `who` is the name shown in the timeline.
    pub fn apply(mut self, event: Event, at: Timestamp, who: (&str, Option<Uuid>)) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        let step = event.name();
        if next.state != self.state {
            self.state_since = at;
        }
        self.state = next.state;
        self.version += 1;
        match event {
            Event::Sign { .. } => self.signed_at = Some(at),
            Event::Claim { pharmacist } => self.pharmacist_id = Some(pharmacist),
            Event::Release => self.pharmacist_id = None,
            Event::Approve { .. } => self.approved_at = Some(at),
            // A parcel that came back or was lost is nobody's any more; another pharmacy may take it.
            Event::Accept { pharmacy } => self.begin_filling(Some(pharmacy)),
            Event::Decline { reason } => {
                self.begin_filling(None);
                self.end_reason = Some(reason.into());
            }
            Event::Pack { delivery } => self.delivery_id = Some(delivery),
            Event::Deliver { .. } => self.packs.clear(),
            Event::Return => self.begin_filling(None),
            Event::Close { .. } => self.packs.clear(),
            Event::Cancel { reason } | Event::Stop { reason } => self.end_reason = Some(reason.into()),
            Event::Reject { .. } | Event::Ask | Event::Answer | Event::Dispense | Event::HandOver | Event::Expire => {}
        }
        self.timeline.push(TimelineStep { step: step.to_owned(), at, who: who.0.to_owned(), who_id: who.1, why: None });
        Ok(self)
    }

    /// Asks the prescriber: the machine lets nobody ask while a question is open.
    pub fn ask(self, question: String, at: Timestamp, name: &str, asker: Asker) -> Result<Self, Refused> {
        let (asked_by, at_counter) = match asker {
            Asker::Staff(id) => (Some(id), None),
            Asker::AtCounter(who) => (None, Some(who)),
        };
        let mut asked = self.apply(Event::Ask, at, (name, asked_by.map(|id| id.uuid())))?;
        let answer = None;
        asked.questions.push(Question { asked_at: at, asked_by, at_counter, question, answer, answered_at: None });
        Ok(asked)
    }

    /// The prescriber answers the open question; whoever asked goes on.
    pub fn answer(self, answer: String, at: Timestamp, who: (&str, Option<Uuid>)) -> Result<Self, Refused> {
        let mut answered = self.apply(Event::Answer, at, who)?;
        if let Some(open) = answered.questions.last_mut() {
            open.answer = Some(answer);
            open.answered_at = Some(at);
        }
        Ok(answered)
    }

    /// Its place among those that a pharmacist has to look at: urgent ones first, then what was signed first. `None` where no pharmacist has to.
    pub fn review_key(&self) -> Option<i64> {
        let due = matches!(self.state, State::Signed | State::InReview | State::InQuestion);
        let signed = self.signed_at.filter(|_| due)?.as_millisecond();
        Some(if self.urgency == Urgency::Urgent { signed - URGENT_FIRST_MS } else { signed })
    }

    /// Nothing is taken from the shelf yet, by whoever fills it now.
    fn begin_filling(&mut self, pharmacy: Option<PharmacyId>) {
        self.pharmacy_id = pharmacy;
        self.accept_secret = None;
        self.packs.clear();
    }

    /// What a pharmacy still owes of a line.
    pub fn owed(&self, item: &Item) -> u32 {
        let gone = |s: &Supplied| s.quantity.saturating_add(s.closed);
        let gone = self.supplied.iter().filter(|s| s.item_no == item.no).map(gone).sum();
        item.quantity.saturating_sub(gone)
    }

    /// What was missing of a line and is settled without being sent.
    pub fn closed(&self, item: &Item) -> u32 {
        self.supplied.iter().filter(|s| s.item_no == item.no).map(|s| s.closed).sum()
    }

    /// A parcel may still bring something of this line.
    pub fn may_bring(&self, item: &Item) -> bool {
        let goes_on = !self.state.is_terminal() && !matches!(self.state, State::Draft | State::Delivered);
        goes_on && self.owed(item) > 0
    }

    /// Of one that goes out in parts: what is still owed of each line, in their order, beyond the parcel that is under way. Empty where nothing is.
    pub fn owed_of_a_part(&self) -> Vec<u32> {
        let sent = matches!(self.state, State::Packed | State::InDelivery);
        let in_parcel = |item: &Item| -> u32 {
            let packs: Vec<&Pack> = self.packs.iter().filter(|pack| sent && pack.item_no == item.no).collect();
            // All packs of a line in one filling are of one product.
            let factor = packs.first().map_or(1, |pack| pack.factor());
            packs.iter().map(|pack| pack.quantity).sum::<u32>() / factor
        };
        let goes_on = self.items.iter().any(|item| self.may_bring(item));
        let owed: Vec<u32> = self.items.iter().map(|item| self.owed(item).saturating_sub(in_parcel(item))).collect();
        let is_part = goes_on && (sent || self.in_the_home());
        if is_part && owed.iter().any(|quantity| *quantity > 0) { owed } else { Vec::new() }
    }

    /// Nothing of this line came whole, and what was missing is settled without being sent.
    pub fn never_came(&self, item: &Item) -> bool {
        let came = self.supplied.iter().any(|s| s.item_no == item.no && s.quantity > 0);
        !came && self.closed(item) > 0 && self.owed(item) == 0
    }

    /// Nothing of any line is owed.
    pub fn is_settled(&self) -> bool {
        self.items.iter().all(|item| self.owed(item) == 0)
    }

    /// Some of it has reached the home.
    pub fn in_the_home(&self) -> bool {
        self.supplied.iter().any(|s| s.quantity > 0)
    }

    /// Takes off what is owed of a line what was missing and is settled.
    pub(super) fn close(&mut self, item_no: u16, quantity: u32) {
        match self.supplied.iter_mut().find(|s| s.item_no == item_no) {
            Some(line) => line.closed = line.closed.saturating_add(quantity),
            None => self.supplied.push(Supplied { item_no, quantity: 0, instead: Vec::new(), closed: quantity }),
        }
    }

    /// What became of it when the home received `arrived` (whole quantities of each line): adds them up, and says whether nothing is owed any more.
    pub fn supply(&mut self, arrived: Vec<Supplied>) -> bool {
        for line in arrived {
            match self.supplied.iter_mut().find(|s| s.item_no == line.item_no) {
                Some(sum) => {
                    sum.quantity = sum.quantity.saturating_add(line.quantity);
                    let new: Vec<_> = line.instead.into_iter().filter(|other| !sum.instead.contains(other)).collect();
                    sum.instead.extend(new);
                }
                None => self.supplied.push(line),
            }
        }
        self.is_settled()
    }

    /// A parcel of it was counted all the same, mostly without a link and told after the withdrawal: it stays withdrawn, and says what the home has of it.
    #[must_use]
    pub fn reached_after_withdrawal(mut self, arrived: Vec<Supplied>) -> Self {
        self.supply(arrived);
        self.version += 1;
        self
    }

    /// The other products that are in the home for a line.
    pub fn instead(&self, item_no: u16) -> &[Instead] {
        self.supplied.iter().find(|s| s.item_no == item_no).map_or(&[], |s| &s.instead)
    }

    /// Nobody has it, and pharmacies may take it.
    pub const fn is_in_the_pool(&self) -> bool {
        self.pharmacy_id.is_none() && self.state.is_open_to_pharmacies()
    }

    /// Why the prescriber withdrew it, once that is so; the words of a decline are not meant.
    pub fn withdrawal_reason(&self) -> Option<&Sensitive<String>> {
        self.end_reason.as_ref().filter(|_| matches!(self.state, State::Cancelled | State::Stopped))
    }

    /// How the prescriber's withdrawal is meant: before anything reached the home, or after.
    pub fn withdrawal(&self, reason: String) -> Event {
        if self.in_the_home() { Event::Stop { reason } } else { Event::Cancel { reason } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doses::tests::{item, prescription};

    fn pack(quantity: u32) -> Pack {
        Pack {
            item_no: 1,
            name: String::new(),
            name_en: None,
            quantity,
            unit: "片".to_owned(),
            batch: "B1".to_owned(),
            expiry: jiff::civil::date(2028, 1, 31),
            drug_id: None,
            substitution: None,
        }
    }

    /// The board said nothing of what a pharmacy owed of an order that it had sent a part of.
    #[test]
    fn what_is_owed_of_a_part_is_what_neither_came_nor_is_in_the_parcel() {
        let whole = Prescription { supplied: Vec::new(), ..prescription(vec![item(Frequency::Qd, 28)]) };
        let all = whole.items[0].quantity;
        let with = |state, packs: &[u32], came: u32| Prescription {
            state,
            packs: packs.iter().copied().map(pack).collect(),
            supplied: vec![Supplied { item_no: 1, quantity: came, instead: Vec::new(), closed: 0 }],
            ..whole.clone()
        };
        assert!(with(State::Approved, &[], 0).owed_of_a_part().is_empty(), "all of it is to do: it is no part");
        assert!(with(State::Dispensing, &[all - 8], 0).owed_of_a_part().is_empty(), "nothing has left yet");
        for state in [State::Packed, State::InDelivery] {
            assert!(with(state, &[all], 0).owed_of_a_part().is_empty());
            assert_eq!(with(state, &[all - 10, 2], 0).owed_of_a_part(), [8]);
            assert!(with(state, &[8], all - 8).owed_of_a_part().is_empty(), "the rest is under way");
        }
        assert_eq!(with(State::Dispensing, &[8], all - 8).owed_of_a_part(), [8], "picked, not sent");
        assert_eq!(with(State::Approved, &[], all - 8).owed_of_a_part(), [8], "another pharmacy may send it");
        for over in [State::Delivered, State::Stopped, State::Expired] {
            assert!(with(over, &[], all - 8).owed_of_a_part().is_empty(), "{over}");
        }
    }
}
