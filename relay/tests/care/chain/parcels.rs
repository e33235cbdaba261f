//! What is done with parcels: by the courier, by the nurse with and without a link, by the pharmacy.

use yunzhen_domain::Actor;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::State as Parcel;
use yunzhen_domain::receipt::Receipt;
use yunzhen_domain::records::{Count, Delivery};
use yunzhen_relay::app::Context;
use yunzhen_relay::app::views::deliveries::{ReceiptBody, ReceiveBody};
use yunzhen_relay::seed;

use super::commands::{Carry, Command, measured};
use super::{Chain, Sent};

/// Kinds of commands that are drawn for a parcel.
const KINDS: usize = 14;

impl Chain {
    pub async fn with_a_parcel(&mut self) -> Option<Sent> {
        if !self.receipts.is_empty() && self.dice.one_in(3) {
            return self.hand_in();
        }
        let mut id = *self.dice.of(&self.parcels)?;
        let mut d = self.parcel(id).await;
        for _ in 0..4 {
            if !d.state.is_terminal() {
                break;
            }
            id = *self.dice.of(&self.parcels)?;
            d = self.parcel(id).await;
        }
        if d.state.is_terminal() && !self.dice.one_in(6) {
            return self.with_a_prescription().await;
        }
        let version = d.version - i64::from(self.dice.one_in(16));
        let number = if self.dice.one_in(4) { self.dice.below(KINDS) } else { self.apt_for(&d) };
        let command = match number {
            0 => Command::Carry(id, Carry::Accept, version),
            1 => {
                let celsius = (d.cold_chain && self.dice.one_in(2)).then(|| self.celsius());
                Command::Carry(id, Carry::PickUp(celsius), version)
            }
            2 => Command::Carry(id, Carry::Arrive, version),
            3 => Command::Carry(id, Carry::Fail, version),
            4 => Command::Carry(id, Carry::Resume, version),
            5 => Command::Carry(id, Carry::GiveBack, version),
            6 => Command::Receive(id, self.counted(&d, version)),
            7 => Command::Refuse(id, version),
            8 => Command::TakeBack(id, version),
            9 => Command::Release(id, version),
            10 => Command::Measure(id, measured(self.celsius(), self.w.now())),
            11 => {
                self.count_without_a_link(&d);
                return if self.dice.one_in(3) { self.hand_in() } else { None };
            }
            12 => Command::TurnBack(id, version),
            _ => Command::Lose(id, version),
        };
        let request = match &command {
            Command::Carry(..) | Command::Measure(..) => self.w.of(Actor::Courier { run_id: d.run_id }),
            Command::TakeBack(..) | Command::Lose(..) | Command::Release(..) | Command::TurnBack(..) => {
                let own = Some(d.pharmacy_id) == self.w.pharmacy.actor.pharmacy_id();
                self.of_the_pharmacy(own)
            }
            _ => self.w.by(&self.w.nurse),
        };
        Some(Sent { command, request })
    }

    fn apt_for(&mut self, d: &Delivery) -> usize {
        match d.state {
            Parcel::AwaitingCourier => 0,
            Parcel::Accepted => 1,
            Parcel::InTransit if d.cold_chain => [2, 3, 5, 6, 10, 10][self.dice.below(6)],
            Parcel::InTransit => [2, 2, 3, 5, 6, 6, 11][self.dice.below(7)],
            Parcel::AtDoor => [6, 7, 11, 11][self.dice.below(4)],
            Parcel::OnHold => [4, 5, 6][self.dice.below(3)],
            Parcel::Quarantined => [9, 9, 5, 11, 12][self.dice.below(5)],
            Parcel::Returning | Parcel::Refused | Parcel::Recalled => 8,
            _ => self.dice.below(KINDS),
        }
    }

    /// Mostly cold enough.
    fn celsius(&mut self) -> f64 {
        if self.dice.one_in(4) { 11.5 } else { 5.0 }
    }

    /// What the nurse counts of each line: mostly all of it, sometimes less, more, or with something broken, and now and then what a finger slipped to.
    fn counts(&mut self, d: &Delivery) -> Vec<Count> {
        let mut lines: Vec<(u16, u32)> = Vec::new();
        for pack in &d.packs {
            match lines.iter_mut().find(|(no, _)| *no == pack.item_no) {
                Some((_, sum)) => *sum += pack.quantity,
                None => lines.push((pack.item_no, pack.quantity)),
            }
        }
        let mut counts = Vec::new();
        for (item_no, sent) in lines {
            let (quantity, damaged) = match self.dice.below(8) {
                0 => (sent.saturating_sub(1), 0),
                1 => (sent, 1.min(sent)),
                2 => (sent + 1, 0),
                3 => (1_000_000_000, 0),
                _ => (sent, 0),
            };
            counts.push(Count { item_no, quantity, damaged });
        }
        counts
    }

    fn code(&mut self, id: DeliveryId) -> String {
        match self.dice.one_in(12) {
            true => "AAAAAAAA".to_owned(),
            false => self.codes.get(&id).cloned().unwrap_or_default(),
        }
    }

    fn counted(&mut self, d: &Delivery, version: i64) -> ReceiveBody {
        let (parcel_code, counts) = (self.code(d.id), self.counts(d));
        let celsius = d.cold_chain.then(|| self.celsius());
        ReceiveBody { version, parcel_code, counts, comment: None, celsius }
    }

    /// The box signs it now; the relay hears of it when there is a link, whatever happened to the parcel meanwhile.
    fn count_without_a_link(&mut self, d: &Delivery) {
        let (parcel_code, counts) = (self.code(d.id), self.counts(d));
        let celsius = d.cold_chain.then(|| self.celsius());
        let nurse = self.w.nurse.actor.staff_id().expect("a nurse");
        let blank = Receipt::new(d.id, seed::HOME_1, nurse, self.w.now());
        let receipt = Receipt { parcel_code, counts, celsius, offline: true, ..blank };
        self.receipts.push((d.id, self.w.home_box.sign(&receipt.document())));
    }

    /// Told now, and now and then once more under another key.
    fn hand_in(&mut self) -> Option<Sent> {
        if self.receipts.is_empty() {
            return None;
        }
        let at = self.dice.below(self.receipts.len());
        let (id, jws) = self.receipts[at].clone();
        if !self.dice.one_in(4) {
            self.receipts.remove(at);
        }
        let request = Context { through_box: Some(seed::HOME_1), ..self.w.by(&self.w.nurse) };
        Some(Sent { command: Command::HandIn(id, ReceiptBody { jws }), request })
    }
}
