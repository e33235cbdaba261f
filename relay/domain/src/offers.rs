//! To which pharmacies a prescription is offered first, and why. It ranks and names its reasons; when the next ones hear of it is policy, and who may
//! reach it is [`crate::access`].

mod place;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use place::{OpenHours, Opening, Place, PlaceError, opening};

use crate::actor::Actor;
use crate::formulary::DrugId;
use crate::ids::PharmacyId;
use crate::machines::named_enum;
use crate::records::{Home, Pharmacy, Urgency};

named_enum! {
    /// Why a pharmacy stands where it stands.
    OfferReason {
        /// The home prefers it.
        Preferred = "preferred",
        /// It has all that is owed.
        AllInStock = "all_in_stock",
        /// It has all that is owed when another strength goes out where the prescriber allows it.
        SubstituteInStock = "substitute_in_stock",
        /// It has some of what is owed.
        PartInStock = "part_in_stock",
        /// It keeps its stock here and has nothing of what is owed.
        NothingInStock = "nothing_in_stock",
        /// Its doors are open.
        OpenNow = "open_now",
        /// Its doors are closed.
        Closed = "closed",
        /// The home is farther away than it delivers.
        BeyondRadius = "beyond_radius",
        /// It gave this prescription back before.
        DeclinedBefore = "declined_before",
    }
}

/// To whom a prescription in the pool is offered now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Offered {
    /// To every pharmacy, those that are added later too.
    #[default]
    Everybody,
    /// To these.
    To(BTreeSet<PharmacyId>),
}

impl Offered {
    /// Whether it is offered to this pharmacy.
    pub fn includes(&self, pharmacy: PharmacyId) -> bool {
        match self {
            Self::Everybody => true,
            Self::To(some) => some.contains(&pharmacy),
        }
    }

    /// Whether the one who asks speaks for a pharmacy that it is offered to.
    pub fn reaches(&self, actor: &Actor) -> bool {
        actor.pharmacy_id().is_some_and(|pharmacy| self.includes(pharmacy))
    }
}

/// A line that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Of what.
    pub drug: DrugId,
    /// How much.
    pub quantity: u32,
    /// What may go out instead, and how many of its units make one; empty where the prescriber allows nothing else.
    pub substitutes: Vec<(DrugId, u32)>,
}

impl Owed {
    /// Everything that a shelf may have for it.
    pub fn drugs(&self) -> impl Iterator<Item = &DrugId> {
        std::iter::once(&self.drug).chain(self.substitutes.iter().map(|(drug, _)| drug))
    }
}

/// A pharmacy that may be asked, with what is known of it.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// Who, where, and when open.
    pub pharmacy: &'a Pharmacy,
    /// What of the drugs that are owed lies on its shelf; `None` when it keeps no stock here.
    pub on_hand: Option<BTreeMap<DrugId, u64>>,
    /// When it gave this prescription back last.
    pub declined_at: Option<Timestamp>,
}

/// A pharmacy in its place. Those of one rank are asked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Who.
    pub pharmacy_id: PharmacyId,
    /// From 1.
    pub rank: u32,
    /// Why, in the order of [`OfferReason`].
    pub reasons: Vec<OfferReason>,
    /// From the home as the crow flies.
    pub metres: Option<u32>,
    /// When its doors open, if they are closed now.
    pub opens_at: Option<Timestamp>,
    /// Since when it is offered, once it is.
    pub offered_at: Option<Timestamp>,
}

/// What is sorted by: the smaller comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    declined: Option<Timestamp>,
    beyond: bool,
    /// Whether it is closed, and who opens first.
    opens: Option<Timestamp>,
    nothing: bool,
    preferred: Reverse<bool>,
    stock: u8,
    /// Full kilometres: a street more or less makes nobody first.
    km: u32,
}

/// Ranks all that may be asked for `owed`. An urgent prescription goes to everybody who is open at once; where nobody is known by anything but the shelf, all
/// are asked together, as one alone is.
pub fn rank(owed: &[Owed], home: &Home, urgency: Urgency, candidates: &[Candidate<'_>], now: Timestamp) -> Vec<Offer> {
    let told = candidates.iter().any(|c| c.pharmacy.tells_of_itself()) || home.preferred_pharmacy_id.is_some();
    let together = candidates.len() < 2 || !told;
    let mut sorted: Vec<(Key, Offer)> = candidates.iter().map(|c| place_of(owed, home, c, now)).collect();
    sorted.sort_by(|(a, x), (b, y)| (a, x.pharmacy_id).cmp(&(b, y.pharmacy_id)));
    let mut rank = 0;
    let mut before: Option<Key> = None;
    let mut offers = Vec::with_capacity(sorted.len());
    for (key, mut offer) in sorted {
        let equal = before.as_ref().is_some_and(|before| match urgency {
            _ if together => true,
            Urgency::Urgent => key.waits() == before.waits(),
            Urgency::Routine => key == *before,
        });
        if !equal {
            rank += 1;
        }
        offer.rank = rank;
        offers.push(offer);
        before = Some(key);
    }
    offers
}

impl Key {
    /// Even something urgent is not asked of them first.
    const fn waits(&self) -> bool {
        self.declined.is_some() || self.beyond || self.opens.is_some()
    }
}

fn place_of(owed: &[Owed], home: &Home, c: &Candidate<'_>, now: Timestamp) -> (Key, Offer) {
    use OfferReason as R;
    let pharmacy = c.pharmacy;
    let preferred = home.preferred_pharmacy_id == Some(pharmacy.id);
    let stock = c.on_hand.as_ref().map(|shelf| in_stock(owed, shelf));
    let metres = home.place.zip(pharmacy.place).map(|(home, pharmacy)| home.metres_to(pharmacy));
    let beyond = metres.zip(pharmacy.radius_metres).is_some_and(|(way, radius)| way > radius);
    let opening = opening(&pharmacy.hours, &pharmacy.zone, now);
    let opens_at = match opening {
        Opening::Opens(at) => Some(at),
        Opening::Unknown | Opening::Open => None,
    };
    let mut reasons: Vec<R> = [
        preferred.then_some(R::Preferred),
        stock,
        (opening == Opening::Open).then_some(R::OpenNow),
        opens_at.map(|_| R::Closed),
        beyond.then_some(R::BeyondRadius),
        c.declined_at.map(|_| R::DeclinedBefore),
    ]
    .into_iter()
    .flatten()
    .collect();
    reasons.sort();
    let key = Key {
        declined: c.declined_at,
        beyond,
        opens: opens_at,
        nothing: stock == Some(R::NothingInStock),
        preferred: Reverse(preferred),
        stock: match stock {
            Some(R::AllInStock) => 0,
            Some(R::SubstituteInStock) => 1,
            Some(R::PartInStock) => 2,
            _ => 3,
        },
        km: metres.map_or(u32::MAX, |metres| metres / 1000),
    };
    (key, Offer { pharmacy_id: pharmacy.id, rank: 0, reasons, metres, opens_at, offered_at: None })
}

/// What a shelf has of what is owed. The very product goes to every line first, what is left of another strength fills up the rest: nothing is counted twice.
fn in_stock(owed: &[Owed], shelf: &BTreeMap<DrugId, u64>) -> OfferReason {
    let mut shelf = shelf.clone();
    let mut some = false;
    let mut take = |drug: &DrugId, factor: u32, wanted: u64| {
        let there = shelf.entry(drug.clone()).or_default();
        let factor = u64::from(factor.max(1));
        let taken = wanted.min(*there / factor);
        *there -= taken * factor;
        some |= taken > 0;
        wanted - taken
    };
    let mut short: Vec<u64> = owed.iter().map(|line| take(&line.drug, 1, u64::from(line.quantity))).collect();
    if short.iter().all(|units| *units == 0) {
        return OfferReason::AllInStock;
    }
    for (line, units) in owed.iter().zip(&mut short) {
        for (drug, factor) in &line.substitutes {
            *units = take(drug, *factor, *units);
        }
    }
    match (short.iter().all(|units| *units == 0), some) {
        (true, _) => OfferReason::SubstituteInStock,
        (false, true) => OfferReason::PartInStock,
        (false, false) => OfferReason::NothingInStock,
    }
}

/// The ranks that are open, one more of them from `now` on, and what that makes of the whole. With the last rank it is offered to everybody: no prescription
/// stays with pharmacies that sleep.
pub fn open_next(offers: &mut [Offer], now: Timestamp) -> Offered {
    let next = offers.iter().filter(|offer| offer.offered_at.is_none()).map(|offer| offer.rank).min();
    for offer in offers.iter_mut().filter(|offer| Some(offer.rank) == next) {
        offer.offered_at = Some(now);
    }
    if offers.iter().all(|offer| offer.offered_at.is_some()) {
        return Offered::Everybody;
    }
    Offered::To(offers.iter().filter(|offer| offer.offered_at.is_some()).map(|offer| offer.pharmacy_id).collect())
}
