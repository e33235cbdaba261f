//! What holds after every step, read from the record itself.

use std::collections::BTreeMap;

use yunzhen_domain::checked::Batch;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{DeliveryId, PrescriptionId};
use yunzhen_domain::machines::delivery::{Holder, State as Parcel};
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::machines::recall;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Delivery, Prescription, Stock, StockEntry, StockMove as M, Units};
use yunzhen_store::{Paging, Read, audit, deliveries, dispenses, prescriptions, recalls, stock};

use super::commands::PRESCRIBED;
use super::{BATCHES, Chain, DRUGS};

/// A batch of a pharmacy with its whole history, oldest first.
type Shelf = (Stock, Vec<StockEntry>);

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
        let shelves = shelves(&mut db).await;
        let (mut underway, mut all) = (0, Vec::new());
        for id in &self.prescriptions {
            let p = prescriptions::get(&mut db, *id).await.expect("query").expect("it was acknowledged");
            let parcels = deliveries::by_prescription(&mut db, *id).await.expect("parcels");
            nothing_leaves_without_both_signatures(&p, &shelves);
            taken_while_it_was_valid(&mut db, &p).await;
            let of_it = never_more_than_prescribed(&p, &parcels, &shelves);
            one_holder(&p, &parcels, of_it);
            counted_as_it_can_be(&parcels);
            finished_when_nothing_is_owed(&p);
            underway += of_it;
            all.extend(parcels);
        }
        one_takes_the_place_of_one(&mut db, self).await;
        stock_is_conserved(&shelves, underway);
        what_is_called_back_lies_still(&mut db, self, &shelves, &all).await;
        acknowledged_once(&mut db, self).await;
    }
}

/// Of every batch of both pharmacies, also of those of which nothing is there any more.
async fn shelves(db: &mut Read) -> Vec<Shelf> {
    let mut all = Vec::new();
    for drug in DRUGS {
        for batch in BATCHES {
            let batch = Batch::parse(batch).expect("a batch");
            for shelf in recalls::shelves(db, &DrugId(drug.into()), &batch).await.expect("stock") {
                let moves = stock::moves(db, shelf.id, Paging::oldest(100_000)).await.expect("moves").items;
                all.push((shelf, moves));
            }
        }
    }
    all
}

/// The lines of the history that are of a prescription.
fn of<'a>(p: &Prescription, shelves: &'a [Shelf]) -> impl Iterator<Item = (&'a Stock, &'a StockEntry)> {
    let id = p.id;
    let lines = shelves.iter().flat_map(|(batch, moves)| moves.iter().map(move |line| (batch, line)));
    lines.filter(move |(_, line)| line.prescription_id == Some(id))
}

fn sum<'a>(moves: impl Iterator<Item = &'a StockEntry>, kinds: &[M]) -> i64 {
    moves.filter(|line| kinds.contains(&line.kind)).map(|line| i64::from(line.quantity)).sum()
}

/// No medicine without a signature, an approval, and before a withdrawal, a rejection, a settlement or the end of its validity.
fn nothing_leaves_without_both_signatures(p: &Prescription, shelves: &[Shelf]) {
    let ends = ["cancel", "stop", "reject", "expire", "close", "close_unsupplied"];
    let ended = p.timeline.iter().find(|step| ends.contains(&step.step.as_str()));
    for (_, line) in of(p, shelves).filter(|(_, line)| line.kind == M::Taken) {
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
    let filled = matches!(p.state, State::Dispensing | State::OnHold | State::Packed | State::InDelivery);
    assert!(open == 0 || filled, "{:?} while it is filled: {fillings:?}", p.state);
}

/// Of the shelf's units, line by line: with the home, on their way, or settled. Returns what is on its way.
fn never_more_than_prescribed(p: &Prescription, parcels: &[Delivery], shelves: &[Shelf]) -> i64 {
    let mut all = 0;
    for item in &p.items {
        let moves = || of(p, shelves).filter(|(batch, _)| batch.drug_id == item.drug_id).map(|(_, line)| line);
        let supplied = sum(moves(), &[M::Supplied]);
        let underway = sum(moves(), &[M::Taken]) - sum(moves(), &[M::PutBack, M::Quarantined, M::Supplied, M::Spoilt]);
        let told = p.supplied.iter().filter(|s| s.item_no == item.no);
        let closed: i64 = told.clone().map(|s| i64::from(s.closed)).sum();
        let told: i64 = told.map(|s| i64::from(s.quantity)).sum();
        assert!(underway >= 0, "more came back than went out: {p:?}");
        let most = i64::from(item.quantity);
        assert!(item.quantity <= PRESCRIBED);
        assert!(supplied + underway + closed <= most, "{supplied}, {underway} and {closed} of {most}: {p:?}");
        // Also of what was counted, mostly without a link, and told after the withdrawal.
        let surplus: i64 = parcels.iter().map(|d| too_many(d, item.no)).sum();
        let shelf = supplied + surplus;
        assert_eq!(told, shelf, "the prescription says {told}, the shelf {supplied}, {surplus} too many: {p:?}");
        all += underway;
    }
    all
}

fn packed(d: &Delivery, item_no: u16) -> i64 {
    d.packs.iter().filter(|pack| pack.item_no == item_no).map(|pack| i64::from(pack.quantity)).sum()
}

/// What the home counted of a line beyond what was packed: it comes from no shelf.
fn too_many(d: &Delivery, item_no: u16) -> i64 {
    let of_line = d.counts.iter().filter(|count| count.item_no == item_no);
    let whole: i64 = of_line.map(|count| i64::from(count.quantity) - i64::from(count.damaged)).sum();
    (whole - packed(d, item_no)).max(0)
}

/// What is stored of a count can be in a parcel.
fn counted_as_it_can_be(parcels: &[Delivery]) {
    for (d, count) in parcels.iter().flat_map(|d| d.counts.iter().map(move |count| (d, count))) {
        let most = packed(d, count.item_no) * 3 + 60;
        assert!(i64::from(count.quantity) <= most, "a slip of the finger is stored: {d:?}");
    }
}

/// At most one parcel is alive, somebody has it, and what is on its way is in it or on the counter.
fn one_holder(p: &Prescription, parcels: &[Delivery], underway: i64) {
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
    assert_eq!(underway, in_parcels + on_the_counter, "a unit is nowhere, or in two places: {p:?} {parcels:?}");
}

/// An order is delivered exactly when nothing of it is owed, and never with nothing in the home.
fn finished_when_nothing_is_owed(p: &Prescription) {
    let owed: u32 = p.items.iter().map(|item| p.owed(item)).sum();
    match p.state {
        State::Delivered => assert!(owed == 0 && p.in_the_home(), "{p:?}"),
        State::Dispensing | State::OnHold | State::Approved | State::Returned => assert!(owed > 0, "{p:?}"),
        _ => {}
    }
}

/// What is replaced has ended, and one at most stands in its place.
async fn one_takes_the_place_of_one(db: &mut Read, chain: &Chain) {
    let mut replaced: BTreeMap<PrescriptionId, usize> = BTreeMap::new();
    for id in &chain.prescriptions {
        let p = prescriptions::get(db, *id).await.expect("query").expect("it was acknowledged");
        let Some(prior) = p.replaces else { continue };
        // What took its place and was withdrawn itself leaves the place free.
        *replaced.entry(prior).or_default() += usize::from(!matches!(p.state, State::Cancelled | State::Stopped));
        let prior = prescriptions::get(db, prior).await.expect("query").expect("there");
        let over = matches!(prior.state, State::Cancelled | State::Stopped | State::Rejected | State::Expired);
        assert!(over, "two for one: {prior:?}");
    }
    assert!(replaced.values().all(|times| *times <= 1), "{replaced:?}");
}

/// The numbers of every batch are what its history adds up to, none is negative, and what is underway belongs to somebody.
fn stock_is_conserved(shelves: &[Shelf], underway: i64) {
    let mut all = 0;
    for (batch, moves) in shelves {
        assert!(batch.units.balance(), "{batch:?}");
        let n = |kinds: &[M]| sum(moves.iter(), kinds);
        let told = Units {
            received: n(&[M::Received]),
            corrected: n(&[M::Found]) - n(&[M::Missing]),
            on_hand: n(&[M::Received, M::Found, M::PutBack, M::Released])
                - n(&[M::Missing, M::Taken, M::WrittenOff, M::SetApart]),
            underway: n(&[M::Taken]) - n(&[M::PutBack, M::Quarantined, M::Supplied, M::Spoilt]),
            quarantined: n(&[M::Quarantined, M::SetApart]) - n(&[M::Released, M::Discarded]),
            supplied: n(&[M::Supplied]),
            written_off: n(&[M::Spoilt, M::WrittenOff, M::Discarded]),
        };
        assert_eq!(told, batch.units, "the row is what its history says");
        let Units { on_hand, underway, quarantined, supplied, written_off, .. } = told;
        assert!([on_hand, underway, quarantined, supplied, written_off].iter().all(|n| *n >= 0), "{batch:?}");
        all += underway;
    }
    assert_eq!(all, underway, "what is underway is underway for a prescription");
}

/// Nothing of a batch that is called back lies on a shelf or is on its way to a home, and every unit that is in the home is asked for.
async fn what_is_called_back_lies_still(db: &mut Read, chain: &Chain, shelves: &[Shelf], parcels: &[Delivery]) {
    for id in &chain.recalls {
        let one = recalls::get(db, *id).await.expect("query").expect("it was acknowledged");
        if one.state == recall::State::Withdrawn {
            continue;
        }
        let of_it =
            || shelves.iter().map(|(batch, _)| batch).filter(|b| b.drug_id == one.drug_id && b.batch == one.batch);
        assert!(of_it().all(|batch| batch.units.on_hand == 0), "on the shelf: {one:?}");
        for d in parcels.iter().filter(|d| d.packs.iter().any(|pack| one.is_of(pack))) {
            let goes_on = matches!(d.state, Parcel::InTransit | Parcel::AtDoor | Parcel::OnHold);
            assert!(!goes_on, "a parcel of it is {:?}: {one:?}", d.state);
        }
        let homes = recalls::homes_of(db, [*id]).await.expect("homes").remove(id).unwrap_or_default();
        let asked: i64 = homes.iter().map(|home| i64::from(home.supplied)).sum();
        let supplied: i64 = of_it().map(|batch| batch.units.supplied).sum();
        assert_eq!(asked, supplied, "every unit in a home is asked for: {homes:?}");
    }
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
