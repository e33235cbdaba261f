//! Who has a batch that was called back: a pure function of the orders that took of it, with their parcels. What lies on the shelves is told by the stock.
//! Not here: what is done about it, and who may see whose.

use crate::doses::courses;
use crate::ids::{DeliveryId, HomeId, PharmacyId, PrescriptionId, ResidentId};
use crate::lots::whole;
use crate::machines::delivery::{self, Holder};
use crate::machines::named_enum;
use crate::machines::prescription;
use crate::records::{Delivery, Pack, Prescription, Recall};
use crate::schedule::Zone;
use jiff::Timestamp;

named_enum! {
    /// Where units of it are.
    #[schema(as = RecallPlace)]
    Place {
        /// In an order that a pharmacy is picking.
        Order = "order",
        /// In a closed parcel at the counter.
        Counter = "counter",
        /// With the courier.
        Road = "road",
        /// In a home.
        Home = "home",
    }
}

/// Units in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Where.
    pub place: Place,
    /// How many, in the drug's unit.
    pub quantity: u32,
    /// Of which order.
    pub prescription_id: PrescriptionId,
    /// Line of the order.
    pub item_no: u16,
    /// In which parcel; not while it is being picked.
    pub delivery_id: Option<DeliveryId>,
    /// From which pharmacy.
    pub pharmacy_id: PharmacyId,
    /// For which home.
    pub home_id: HomeId,
    /// For whom.
    pub resident_id: ResidentId,
    /// Since when it is there.
    pub since: Timestamp,
    /// Doses of it are still to come.
    pub running: bool,
}

/// An order that took of the batch.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The prescription.
    pub prescription: &'a Prescription,
    /// Its parcels.
    pub deliveries: &'a [Delivery],
    /// The clock of its home.
    pub zone: &'a Zone,
}

/// Where the batch is, order by order. What came back to a pharmacy, was lost or arrived broken is nobody's any more.
pub fn who_has(recall: &Recall, orders: &[Order<'_>], now: Timestamp) -> Vec<Holding> {
    orders.iter().flat_map(|order| of_order(recall, *order, now)).collect()
}

fn of_order(recall: &Recall, order: Order<'_>, now: Timestamp) -> Vec<Holding> {
    let p = order.prescription;
    let mut found = Vec::new();
    let mut add = |place, pack: &Pack, d: Option<&Delivery>, pharmacy_id, running| {
        let since = d.map_or(p.state_since, |d| since(place, d));
        found.push(Holding {
            place,
            quantity: pack.quantity,
            prescription_id: p.id,
            item_no: pack.item_no,
            delivery_id: d.map(|d| d.id),
            pharmacy_id,
            home_id: p.home_id,
            resident_id: p.resident_id,
            since,
            running,
        });
    };
    // From the moment the parcel is closed, what was picked is in it.
    let picking = matches!(p.state, prescription::State::Dispensing | prescription::State::OnHold);
    if let Some(pharmacy) = p.pharmacy_id.filter(|_| picking) {
        for pack in p.packs.iter().filter(|pack| recall.is_of(pack)) {
            add(Place::Order, pack, None, pharmacy, true);
        }
    }
    for d in order.deliveries {
        for (place, pack) in in_parcel(d) {
            if recall.is_of(&pack) {
                let running = place != Place::Home || is_running(order, pack.item_no, now);
                add(place, &pack, Some(d), d.pharmacy_id, running);
            }
        }
    }
    found
}

/// The packs of a parcel where they are; of what the home counted, what arrived whole.
fn in_parcel(d: &Delivery) -> Vec<(Place, Pack)> {
    let all = |place| d.packs.iter().map(|pack| (place, pack.clone())).collect();
    match d.state.holder() {
        Holder::Home => whole(d).into_iter().map(|pack| (Place::Home, pack)).collect(),
        Holder::Courier => all(Place::Road),
        Holder::Pharmacy if !d.state.is_terminal() => all(Place::Counter),
        Holder::Pharmacy | Holder::Nobody => Vec::new(),
    }
}

/// Since when a parcel is where it is.
fn since(place: Place, d: &Delivery) -> Timestamp {
    let left = || d.timeline.iter().rev().find(|step| step.step == delivery::Event::PickUp.name()).map(|step| step.at);
    match place {
        Place::Home => d.ended_at,
        Place::Road => left(),
        Place::Order | Place::Counter => None,
    }
    .unwrap_or(d.created_at)
}

/// What is given when needed runs as long as its days after it came.
fn is_running(order: Order<'_>, item_no: u16, now: Timestamp) -> bool {
    let all = courses(order.prescription, order.deliveries, order.zone);
    let Some(course) = all.into_iter().find(|course| course.item.no == item_no) else { return false };
    if course.is_as_needed() {
        let hours = jiff::SignedDuration::from_hours(24 * i64::from(course.item.days));
        return course.stopped_at.is_none() && course.received_at.checked_add(hours).is_ok_and(|end| end > now);
    }
    course.doses().last().is_some_and(|last| last.at >= now)
}
