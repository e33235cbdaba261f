//! What a pharmacy has of one batch of one drug, and where every unit of it went.
//! Not here: which batch belongs to which order (its packs), and who may change the numbers.

use crate::checked::{Batch, Gtin};
use crate::formulary::DrugId;
use crate::ids::{PharmacyId, PrescriptionId, StaffId, StockId, StockMoveId};
use crate::machines::{delivery, named_enum};
use crate::records::{Delivery, Pack};
use jiff::Timestamp;
use jiff::civil::Date;

named_enum! {
    /// What happens to units of a batch.
    StockMove {
        /// Goods came in.
        Received = "received",
        /// The count found more than was booked.
        Found = "found",
        /// The count found less than was booked.
        Missing = "missing",
        /// From the shelf into an order.
        Taken = "taken",
        /// From an order back to the shelf.
        PutBack = "put_back",
        /// From an order into quarantine: it may not be given to anybody as it is.
        Quarantined = "quarantined",
        /// From the shelf into quarantine: it was called back.
        SetApart = "set_apart",
        /// From quarantine back to the shelf.
        Released = "released",
        /// The home has it.
        Supplied = "supplied",
        /// Lost or broken on its way.
        Spoilt = "spoilt",
        /// Destroyed off the shelf.
        WrittenOff = "written_off",
        /// Destroyed out of quarantine.
        Discarded = "discarded",
    }
}

named_enum! {
    /// Why a person changes a number.
    StockReason {
        /// Counted by hand.
        Counted = "counted",
        /// Booked wrongly before.
        Misbooked = "misbooked",
        /// Broken or spoilt.
        Damaged = "damaged",
        /// Past its day.
        Expired = "expired",
        /// Called back by its maker.
        Recalled = "recalled",
        /// Examined and found good.
        Examined = "examined",
        /// See the comment.
        Other = "other",
    }
}

/// Where the units of a batch are. `received + corrected` is always the sum of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    /// Came in.
    pub received: i64,
    /// Found and missing by count.
    pub corrected: i64,
    /// On the shelf.
    pub on_hand: i64,
    /// In orders and parcels.
    pub underway: i64,
    /// Set apart.
    pub quarantined: i64,
    /// In the homes.
    pub supplied: i64,
    /// Lost, broken, destroyed.
    pub written_off: i64,
}

/// There is not as much as should be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only {there} are there")]
pub struct Short {
    /// How much there is.
    pub there: i64,
}

impl Units {
    /// The units after `quantity` moved; none of the numbers is ever negative.
    pub fn after(self, kind: StockMove, quantity: u32) -> Result<Self, Short> {
        use StockMove as M;
        let n = i64::from(quantity);
        let mut next = self;
        let from = match kind {
            M::Received | M::Found => None,
            M::Missing | M::Taken | M::WrittenOff | M::SetApart => Some(&mut next.on_hand),
            M::PutBack | M::Quarantined | M::Supplied | M::Spoilt => Some(&mut next.underway),
            M::Released | M::Discarded => Some(&mut next.quarantined),
        };
        if let Some(from) = from {
            if *from < n {
                return Err(Short { there: *from });
            }
            *from -= n;
        }
        match kind {
            M::Received => (next.received, next.on_hand) = (next.received + n, next.on_hand + n),
            M::Found => (next.corrected, next.on_hand) = (next.corrected + n, next.on_hand + n),
            M::Missing => next.corrected -= n,
            M::Taken => next.underway += n,
            M::PutBack | M::Released => next.on_hand += n,
            M::Quarantined | M::SetApart => next.quarantined += n,
            M::Supplied => next.supplied += n,
            M::Spoilt | M::WrittenOff | M::Discarded => next.written_off += n,
        }
        Ok(next)
    }

    /// Nothing came from nowhere and nothing vanished.
    pub const fn balance(&self) -> bool {
        let gone = self.supplied + self.written_off;
        self.received + self.corrected == self.on_hand + self.underway + self.quarantined + gone
    }
}

/// One batch of one drug in one pharmacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// Identifier.
    pub id: StockId,
    /// Version of the row.
    pub version: i64,
    /// Whose.
    pub pharmacy_id: PharmacyId,
    /// What.
    pub drug_id: DrugId,
    /// As printed on the pack.
    pub batch: Batch,
    /// Last day of use; a batch has one.
    pub expiry: Date,
    /// Article number of the pack, when it was scanned.
    pub gtin: Option<Gtin>,
    /// In the drug's unit.
    pub units: Units,
}

impl Stock {
    /// The batch after a move.
    pub fn after(mut self, kind: StockMove, quantity: u32) -> Result<Self, Short> {
        self.units = self.units.after(kind, quantity)?;
        self.version += 1;
        Ok(self)
    }
}

/// One line of a batch's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockEntry {
    /// Identifier.
    pub id: StockMoveId,
    /// Of which batch.
    pub stock_id: StockId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: StockMove,
    /// How much.
    pub quantity: u32,
    /// For which order.
    pub prescription_id: Option<PrescriptionId>,
    /// Who; nobody for the system.
    pub by: Option<StaffId>,
    /// Why, where a person says so.
    pub reason: Option<StockReason>,
    /// In words.
    pub comment: Option<String>,
}

/// What a step of a parcel means for the units in it; `before` is the state that it left.
pub fn fate(d: &Delivery, before: delivery::State, event: &delivery::Event) -> Vec<(Pack, StockMove)> {
    use delivery::{Event, State};
    let all = |kind| d.packs.iter().map(|pack| (pack.clone(), kind)).collect();
    match event {
        Event::TakeBack { destroyed: true } => all(StockMove::Spoilt),
        // It is not sold again before somebody has examined it.
        Event::TakeBack { .. } if d.is_to_be_examined(before) => all(StockMove::Quarantined),
        Event::TakeBack { .. } => all(StockMove::PutBack),
        Event::Cancel if d.state == State::Cancelled => all(StockMove::PutBack),
        Event::Lose => all(StockMove::Spoilt),
        Event::Receive { .. } | Event::ReceiveStopped => counted(d),
        _ => Vec::new(),
    }
}

/// What arrived whole is supplied; the rest of what was sent is spoilt. More than was sent came from nowhere and moves nothing.
fn counted(d: &Delivery) -> Vec<(Pack, StockMove)> {
    let mut whole: Vec<(u16, u32)> =
        d.counts.iter().map(|c| (c.item_no, c.quantity.saturating_sub(c.damaged))).collect();
    let mut moves = Vec::new();
    for pack in &d.packs {
        let left = whole.iter_mut().find(|(no, _)| *no == pack.item_no);
        let supplied = left.map_or(0, |(_, left)| {
            let part = pack.quantity.min(*left);
            *left -= part;
            part
        });
        for (quantity, kind) in [(supplied, StockMove::Supplied), (pack.quantity - supplied, StockMove::Spoilt)] {
            if quantity > 0 {
                moves.push((Pack { quantity, ..pack.clone() }, kind));
            }
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn units_are_conserved_and_never_negative(walk in proptest::collection::vec((0_usize..64, 0_u32..40), 0..200)) {
            let mut units = Units::default();
            for (step, quantity) in walk {
                let kind = StockMove::ALL[step % StockMove::ALL.len()];
                if let Ok(next) = units.after(kind, quantity) {
                    units = next;
                }
                proptest::prop_assert!(units.balance(), "{:?} {:?}", kind, units);
                let all = [units.on_hand, units.underway, units.quarantined, units.supplied, units.written_off];
                proptest::prop_assert!(all.iter().all(|n| *n >= 0), "{:?} {:?}", kind, units);
            }
        }
    }

    fn parcel(cold_chain: bool) -> Delivery {
        let id = uuid::Uuid::nil();
        let pack = |batch: &str, quantity| Pack {
            item_no: 1,
            name: "胰岛素".into(),
            name_en: None,
            quantity,
            unit: "支".into(),
            batch: batch.into(),
            expiry: jiff::civil::date(2028, 1, 31),
            drug_id: Some(DrugId("insulin".into())),
            substitution: None,
        };
        Delivery {
            id: crate::ids::DeliveryId::from_uuid(id),
            version: 1,
            state: delivery::State::InTransit,
            prescription_id: PrescriptionId::from_uuid(id),
            resident_id: crate::ids::ResidentId::from_uuid(id),
            home_id: crate::ids::HomeId::from_uuid(id),
            pharmacy_id: PharmacyId::from_uuid(id),
            parcel_code: crate::checked::ParcelCode::from_random([1; 8]),
            cold_chain,
            packs: vec![pack("A", 2), pack("B", 3)],
            courier_name: String::new(),
            courier_phone: String::new(),
            run_id: crate::ids::CourierRunId::from_uuid(id),
            label_key: None,
            code_hash: None,
            wrong_codes: 0,
            quarantine: None,
            attempts: vec![],
            counts: vec![],
            comment: None,
            created_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            timeline: vec![],
        }
    }

    fn told(moves: Vec<(Pack, StockMove)>) -> Vec<(String, u32, StockMove)> {
        moves.into_iter().map(|(pack, kind)| (pack.batch, pack.quantity, kind)).collect()
    }

    #[test]
    fn what_left_the_counter_cold_or_was_set_apart_comes_back_into_quarantine() {
        use delivery::{Event, QuarantineReason, State};
        let kinds = |d: &Delivery, before| -> Vec<StockMove> {
            fate(d, before, &Event::TakeBack { destroyed: false }).into_iter().map(|(_, kind)| kind).collect()
        };
        assert_eq!(kinds(&parcel(true), State::Returning), [StockMove::Quarantined; 2]);
        assert_eq!(kinds(&parcel(true), State::Accepted), [StockMove::PutBack; 2]);
        assert_eq!(kinds(&parcel(false), State::Returning), [StockMove::PutBack; 2]);
        let apart = Delivery { quarantine: Some(QuarantineReason::ALL[0]), ..parcel(false) };
        assert_eq!(kinds(&apart, State::Returning), [StockMove::Quarantined; 2]);
    }

    /// A parcel that the nurse refused as broken lay on the shelf again the minute it was back.
    #[test]
    fn what_came_to_harm_on_the_way_is_examined_first_and_what_is_destroyed_is_on_no_shelf() {
        use delivery::{AttemptCode, DecisionCode, Event, State};
        let way = |events: &[Event]| {
            let on_the_road = Delivery { state: State::InTransit, ..parcel(false) };
            let go = |d: Delivery, event: &Event| d.apply(event.clone(), Timestamp::UNIX_EPOCH, ("", None)).unwrap();
            events.iter().fold(on_the_road, go)
        };
        let fate_of = |events: &[Event], destroyed| -> Vec<StockMove> {
            let d = way(events);
            fate(&d, d.state, &Event::TakeBack { destroyed }).into_iter().map(|(_, kind)| kind).collect()
        };
        let failed = |code| Event::FailAttempt { code, reason: None };
        let turned = |code| Event::TurnBack { code, words: "请带回".to_owned() };
        let harmed = [
            vec![Event::Refuse { reason: "包装破损".to_owned() }],
            vec![Event::Refuse { reason: "包装破损".to_owned() }, Event::Cancel],
            vec![failed(AttemptCode::Damaged), Event::GiveBack],
            vec![failed(AttemptCode::Temperature), Event::GiveBack],
            vec![turned(DecisionCode::Unfit)],
            vec![turned(DecisionCode::WrongContent)],
        ];
        for events in &harmed {
            assert_eq!(fate_of(events, false), [StockMove::Quarantined; 2], "{events:?}");
            assert_eq!(fate_of(events, true), [StockMove::Spoilt; 2], "{events:?}");
        }
        let whole = [
            vec![Event::GiveBack],
            vec![failed(AttemptCode::Nobody), Event::GiveBack],
            vec![turned(DecisionCode::Undeliverable)],
            vec![Event::Cancel],
        ];
        for events in &whole {
            assert_eq!(fate_of(events, false), [StockMove::PutBack; 2], "{events:?}");
        }
    }

    #[test]
    fn what_was_counted_whole_is_supplied_and_more_than_was_sent_moves_nothing() {
        let event = delivery::Event::Receive { complete: false };
        let count = |quantity, damaged| Delivery {
            counts: vec![crate::records::Count { item_no: 1, quantity, damaged }],
            ..parcel(false)
        };
        let of = |quantity, damaged| told(fate(&count(quantity, damaged), delivery::State::AtDoor, &event));
        let line = |batch: &str, quantity, kind| (batch.to_owned(), quantity, kind);
        let whole = [line("A", 2, StockMove::Supplied), line("B", 3, StockMove::Supplied)];
        assert_eq!(of(5, 0), whole);
        assert_eq!(of(9, 0), whole);
        let short =
            [line("A", 2, StockMove::Supplied), line("B", 1, StockMove::Supplied), line("B", 2, StockMove::Spoilt)];
        assert_eq!(of(4, 1), short);
        assert_eq!(of(0, 0), [line("A", 2, StockMove::Spoilt), line("B", 3, StockMove::Spoilt)]);
    }

    #[test]
    fn more_than_is_there_is_refused_with_what_is_there() {
        let units = Units::default().after(StockMove::Received, 5).unwrap();
        assert_eq!(units.after(StockMove::Taken, 6), Err(Short { there: 5 }));
        assert_eq!(units.after(StockMove::PutBack, 1), Err(Short { there: 0 }));
        assert_eq!(units.after(StockMove::Taken, 1_000_000_000), Err(Short { there: 5 }));
    }
}
