//! What holds after every step, read from the record itself.

use std::collections::BTreeMap;

use yunzhen_domain::ids::{DeliveryId, PrescriptionId};
use yunzhen_domain::machines::delivery::Holder;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Delivery, Prescription, Stock, StockEntry, StockMove, Units};
use yunzhen_store::{Paging, Read, audit, deliveries, dispenses, prescriptions, stock};

use super::Chain;
use super::commands::PRESCRIBED;

impl Chain {
    pub async fn stored(&self, id: PrescriptionId) -> Prescription {
        let mut db = self.w.app.store.read().await.expect("read");
        prescriptions::get(&mut db, id).await.expect("query").expect("it was acknowledged")
    }

    pub async fn parcel(&self, id: DeliveryId) -> Delivery {
        let mut db = self.w.app.store.read().await.expect("read");
        deliveries::get(&mut db, id).await.expect("query").expect("it was acknowledged")
    }

    pub async fn laws(&self) {
        let mut db = self.w.app.store.read().await.expect("read");
        let shelves = shelves(&mut db, self).await;
        let mut underway = 0;
        for id in &self.prescriptions {
            let p = prescriptions::get(&mut db, *id).await.expect("query").expect("it was acknowledged");
            let moves: Vec<&StockEntry> =
                shelves.iter().flat_map(|(_, moves)| moves).filter(|line| line.prescription_id == Some(*id)).collect();
            let parcels = deliveries::by_prescription(&mut db, *id).await.expect("parcels");
            nothing_leaves_without_both_signatures(&p, &moves);
            taken_while_it_was_valid(&mut db, &p).await;
            underway += never_more_than_prescribed(&p, &moves);
            one_holder(&p, &parcels, &moves);
        }
        stock_is_conserved(&shelves, underway);
        acknowledged_once(&mut db, self).await;
    }
}

/// Every batch of both pharmacies with its whole history, oldest first.
async fn shelves(db: &mut Read, chain: &Chain) -> Vec<(Stock, Vec<StockEntry>)> {
    let mut all = Vec::new();
    for pharmacy in [&chain.w.pharmacy, &chain.w.other_pharmacy] {
        let pharmacy = pharmacy.actor.pharmacy_id().expect("a pharmacy");
        for batch in stock::list(db, pharmacy, None).await.expect("stock") {
            let moves = stock::moves(db, batch.id, Paging::oldest(100_000)).await.expect("moves").items;
            all.push((batch, moves));
        }
    }
    all
}

/// No medicine without a signature, an approval, and before a withdrawal, a rejection or the end of its validity.
fn nothing_leaves_without_both_signatures(p: &Prescription, moves: &[&StockEntry]) {
    let taken = moves.iter().filter(|line| line.kind == StockMove::Taken);
    let ended = p.timeline.iter().find(|step| matches!(step.step.as_str(), "cancel" | "stop" | "reject" | "expire"));
    for line in taken {
        assert!(p.signature.is_some() && p.approval.is_some(), "taken without both signatures: {p:?}");
        assert!(p.approved_at.is_some_and(|at| at <= line.at), "taken before it was approved: {p:?}");
        assert!(ended.is_none_or(|end| line.at <= end.at), "taken after it had ended: {p:?}");
    }
}

/// A pharmacy that takes it does so within its validity; what it owes after a part may come later.
async fn taken_while_it_was_valid(db: &mut Read, p: &Prescription) {
    let fillings = dispenses::of_prescription(db, p.id).await.expect("fillings");
    for (n, filling) in fillings.iter().enumerate() {
        let owed = n > 0 && fillings[n - 1].pharmacy_id == filling.pharmacy_id;
        let last = p.valid_until.expect("signed");
        assert!(owed || Policy::local_date(filling.created_at) <= last, "taken past its validity: {p:?}");
    }
    let open = fillings.iter().filter(|filling| !filling.state.is_terminal()).count();
    assert!(open <= 1, "filled twice at once: {fillings:?}");
}

/// Of the shelf's units: with the home, or on their way. Returns what is on its way.
fn never_more_than_prescribed(p: &Prescription, moves: &[&StockEntry]) -> i64 {
    let sum = |kinds: &[StockMove]| {
        let of = moves.iter().filter(|line| kinds.contains(&line.kind));
        of.map(|line| i64::from(line.quantity)).sum::<i64>()
    };
    use StockMove as M;
    let supplied = sum(&[M::Supplied]);
    let underway = sum(&[M::Taken]) - sum(&[M::PutBack, M::Quarantined, M::Supplied, M::Spoilt]);
    assert!(underway >= 0, "more came back than went out: {p:?}");
    assert!(supplied + underway <= i64::from(PRESCRIBED), "{supplied} and {underway} of {PRESCRIBED}: {p:?}");
    let told: u32 = p.supplied.iter().map(|s| s.quantity).sum();
    assert_eq!(i64::from(told), supplied, "the prescription says what the shelf says: {p:?}");
    underway
}

/// At most one parcel is alive, somebody has it, and what is on its way is in it or on the counter.
fn one_holder(p: &Prescription, parcels: &[Delivery], moves: &[&StockEntry]) {
    let alive: Vec<&Delivery> = parcels.iter().filter(|d| !d.state.is_terminal()).collect();
    assert!(alive.len() <= 1, "two parcels at once: {alive:?}");
    let ended = matches!(p.state, State::Cancelled | State::Stopped | State::Rejected | State::Expired);
    for d in &alive {
        assert!(matches!(d.state.holder(), Holder::Pharmacy | Holder::Courier), "nobody has it: {d:?}");
        assert!(ended || p.delivery_id == Some(d.id), "the prescription knows its parcel: {p:?}");
        let coming_back = d.state.is_coming_back();
        let moving = matches!(p.state, State::Packed | State::InDelivery);
        assert!(moving || (ended && coming_back), "{:?} while the parcel is {:?}", p.state, d.state);
    }
    let in_parcels: i64 = alive.iter().flat_map(|d| &d.packs).map(|pack| i64::from(pack.quantity)).sum();
    let on_the_counter: i64 = match p.state {
        State::Dispensing | State::OnHold => p.packs.iter().map(|pack| i64::from(pack.quantity)).sum(),
        _ => 0,
    };
    use StockMove as M;
    let sum = |kinds: &[StockMove]| {
        let of = moves.iter().filter(|line| kinds.contains(&line.kind));
        of.map(|line| i64::from(line.quantity)).sum::<i64>()
    };
    let underway = sum(&[M::Taken]) - sum(&[M::PutBack, M::Quarantined, M::Supplied, M::Spoilt]);
    assert_eq!(underway, in_parcels + on_the_counter, "a unit is nowhere, or in two places: {p:?} {parcels:?}");
}

/// The numbers of every batch are what its history makes of nothing, and what is underway belongs to somebody.
fn stock_is_conserved(shelves: &[(Stock, Vec<StockEntry>)], underway: i64) {
    let mut sum = 0;
    for (batch, moves) in shelves {
        assert!(batch.units.balance(), "{batch:?}");
        // Lines of one command have one time: what comes first is told by what it needs.
        let mut moves: Vec<&StockEntry> = moves.iter().collect();
        moves.sort_by_key(|line| (line.kind != StockMove::Received, line.kind != StockMove::Taken));
        let replayed = moves.iter().try_fold(Units::default(), |units, line| units.after(line.kind, line.quantity));
        assert_eq!(replayed, Ok(batch.units), "the row is what its history says");
        sum += batch.units.underway;
    }
    assert_eq!(sum, underway, "what is underway is underway for a prescription");
}

/// Every acknowledged command is in the log, and not twice.
async fn acknowledged_once(db: &mut Read, chain: &Chain) {
    audit::verify(db).await.expect("the chain of the log holds");
    let mut told: BTreeMap<(&str, uuid::Uuid), usize> = BTreeMap::new();
    for row in audit::after(db, 0, 100_000).await.expect("rows") {
        *told.entry((row.fact.kind.as_str(), row.fact.entity_id)).or_default() += 1;
    }
    for ((kind, entity), times) in &chain.acknowledged {
        assert_eq!(told.get(&(*kind, *entity)), Some(times), "{kind} of {entity} was acknowledged {times} times");
    }
}
