//! How a command is drawn: half of the time what brings a prescription on, else anything.

use yunzhen_domain::ids::PrescriptionId;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{PartReason, Prescription};
use yunzhen_relay::app::Context;
use yunzhen_relay::app::prescriptions;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::prescribing::{PrescriptionDraftUpdate, ReplaceBody};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, NewPack, PackBody, PrescriptionDraft, SignBody};

use super::commands::{Command, What};
use super::{BATCHES, Chain, DRUGS, Sent};
use crate::pharmacy_systems::at_counter;
use crate::world::Person;

/// Most that are written at once, and most with those that take the place of others.
const MOST: usize = 18;
const MOST_IN_ALL: usize = 24;

impl Chain {
    /// What somebody does next; nothing where a document could not even be made to sign.
    pub async fn draw(&mut self) -> Option<Sent> {
        if self.prescriptions.is_empty() || (self.prescriptions.len() < MOST && self.dice.one_in(9)) {
            let request = self.w.by(&self.w.specialist);
            let what = [What::OneLine, What::TwoLines, What::TwoLines, What::Cold][self.dice.below(4)];
            return Some(Sent { command: Command::Draft(self.consultation, what), request });
        }
        if self.dice.one_in(9) {
            return self.at_the_counter().await;
        }
        if !self.parcels.is_empty() && self.dice.one_in(2) {
            return self.with_a_parcel().await;
        }
        self.with_a_prescription().await
    }

    pub async fn with_a_prescription(&mut self) -> Option<Sent> {
        let mut id = *self.dice.of(&self.prescriptions)?;
        let mut p = self.stored(id).await;
        // Mostly one that has not ended.
        for _ in 0..4 {
            if !p.state.is_terminal() {
                break;
            }
            id = *self.dice.of(&self.prescriptions)?;
            p = self.stored(id).await;
        }
        // Now and then somebody acts on what they saw before.
        let version = p.version - i64::from(self.dice.one_in(16));
        let number = if self.dice.one_in(4) { self.dice.below(12) } else { self.apt(&p) };
        let command = match number {
            0 if p.hard_stop_reason.is_none() => Command::Revise(id, revised(&p, version)),
            0 => {
                let jws = self.signature(&p, false).await?;
                Command::Sign(id, SignBody { version, jws })
            }
            1 => Command::Claim(id, version),
            2 => {
                let jws = self.signature(&p, true).await?;
                Command::Approve(id, SignBody { version, jws })
            }
            3 => Command::Reject(id, version),
            4 => Command::Ask(id, version),
            5 => Command::Answer(id, version),
            6 => Command::Accept(id, version),
            7 => Command::Dispense(id, self.packs(&p, version)),
            8 => Command::Decline(id, version),
            9 => Command::Pack(id, self.closed(id, version)),
            10 if self.dice.one_in(2) && self.prescriptions.len() < MOST_IN_ALL => {
                let reason = Some("剂量调整".to_owned());
                Command::Replace(id, ReplaceBody { version, consultation_id: self.consultation, reason })
            }
            _ => Command::Cancel(id, version),
        };
        let own = p.pharmacy_id.map(|pharmacy| Some(pharmacy) == self.w.pharmacy.actor.pharmacy_id());
        let own = own.unwrap_or(self.dice.one_in(2));
        let w = &self.w;
        let reviewer = p.pharmacist_id.map(|member| Some(member) == w.pharmacist.actor.staff_id());
        let pharmacist = match reviewer.unwrap_or(self.dice.one_in(2)) {
            true => &w.pharmacist,
            false => &w.other_pharmacist,
        };
        let request = match &command {
            Command::Claim(..) | Command::Approve(..) | Command::Reject(..) => w.by(pharmacist),
            Command::Ask(..) if p.state == State::InReview => w.by(pharmacist),
            Command::Ask(..)
            | Command::Accept(..)
            | Command::Dispense(..)
            | Command::Decline(..)
            | Command::Pack(..) => self.of_the_pharmacy(own),
            _ => w.by(&w.specialist),
        };
        Some(Sent { request, command })
    }

    /// A pharmacy gives its commands on its page or by its own system, with a pharmacist who answers for it.
    pub fn of_the_pharmacy(&mut self, own: bool) -> Context {
        let w = &self.w;
        let (person, system): (&Person, _) = match own {
            true => (&w.pharmacy, self.systems[0]),
            false => (&w.other_pharmacy, self.systems[1]),
        };
        if self.dice.one_in(3) { at_counter(w, system) } else { w.by(person) }
    }

    /// What brings it on.
    fn apt(&mut self, p: &Prescription) -> usize {
        match p.state {
            State::Draft => 0,
            State::Signed => 1,
            State::InReview if self.dice.one_in(6) => 4,
            State::InReview => 2,
            State::InQuestion | State::OnHold => 5,
            State::Approved | State::Returned => 6,
            State::Dispensing if self.dice.one_in(6) => [4, 8][self.dice.below(2)],
            State::Dispensing if p.packs.is_empty() => 7,
            State::Dispensing => 9,
            State::Rejected | State::Expired if self.dice.one_in(2) => 10,
            _ => self.dice.below(12),
        }
    }

    async fn signature(&self, p: &Prescription, approval: bool) -> Option<String> {
        let w = &self.w;
        let body = VersionBody { version: p.version };
        if approval {
            let by = [&w.pharmacist, &w.other_pharmacist].into_iter();
            let by = by.into_iter().find(|person| person.actor.staff_id() == p.pharmacist_id)?;
            let document = prescriptions::approval_document(&w.app, &w.by(by), p.id, body).await.ok()?;
            return Some(by.sign(&document.document));
        }
        let document = prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, body).await.ok()?;
        Some(w.specialist.sign(&document.document))
    }

    /// All that is owed of each line, a part of it for a reason, or a number that does not fit; tablets now and then of two batches.
    fn packs(&mut self, p: &Prescription, version: i64) -> DispenseBody {
        let (mut packs, mut part) = (Vec::new(), false);
        for item in &p.items {
            let owed = p.owed(item);
            let quantity = match self.dice.below(8) {
                0 => owed + 1,
                1 | 2 if owed > 1 || p.items.len() > 1 => owed.saturating_sub(1),
                _ => owed,
            };
            part |= quantity < owed;
            let pack = |batch: &str, quantity| NewPack {
                item_no: item.no.into(),
                batch: batch.to_owned(),
                expiry: jiff::civil::date(2028, 1, 31),
                quantity,
                drug_id: None,
                substitution_reason: None,
            };
            let first = if item.drug_id.0 == DRUGS[0] { self.dice.below(2) } else { 0 };
            let of_first = if item.drug_id.0 == DRUGS[0] && self.dice.one_in(3) { quantity / 2 } else { quantity };
            for (batch, quantity) in [(first, of_first), (1 - first, quantity - of_first)] {
                packs.extend((quantity > 0).then(|| pack(BATCHES[batch], quantity)));
            }
        }
        let secret = self.secrets.get(&p.id).cloned().unwrap_or_default();
        DispenseBody { version, secret, packs, part_reason: part.then_some(PartReason::OutOfStock) }
    }

    fn closed(&self, id: PrescriptionId, version: i64) -> PackBody {
        PackBody {
            version,
            secret: self.secrets.get(&id).cloned().unwrap_or_default(),
            courier_name: "赵师傅".into(),
            courier_phone: "13800000000".into(),
        }
    }
}

/// What takes the place of another one is judged again.
fn revised(p: &Prescription, version: i64) -> PrescriptionDraftUpdate {
    let what = match (p.items.len(), p.diagnosis_code.as_str()) {
        (2.., _) => What::TwoLines,
        (_, "I10") => What::OneLine,
        _ => What::Cold,
    };
    let PrescriptionDraft { diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment } = what.written();
    PrescriptionDraftUpdate { version, diagnosis_code, supply, valid_days, items, hard_stop_reason, assessment }
}
