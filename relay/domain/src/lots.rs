//! What a home was given of a line, batch by batch, and how much of it may still be given when a batch was called back. Pure.
//! Not here: who has a batch ([`crate::recalls`]), how long it lasts ([`crate::runway`]).

use crate::checked::Batch;
use crate::formulary::{Drug, DrugId};
use crate::machines::delivery::{self, Holder};
use crate::records::{Delivery, Pack, Recall, StockMove, fate};
use jiff::Timestamp;

/// Units of one batch of one line that reached the home whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Which product.
    pub drug_id: Option<DrugId>,
    /// As printed on the pack.
    pub batch: String,
    /// How much, in thousandths of the line's dose unit.
    pub milli: u64,
    /// Since when it may not be given, where it was called back.
    pub barred_since: Option<Timestamp>,
}

impl Lot {
    /// Whether it was called back at that time.
    pub fn is_barred(&self, at: Timestamp) -> bool {
        self.barred_since.is_some_and(|since| since <= at)
    }

    /// Whether this recall is about it.
    pub fn is_called_back_by(&self, recall: &Recall) -> bool {
        self.barred_since.is_some() && self.drug_id.as_ref() == Some(&recall.drug_id) && self.is_of(&recall.batch)
    }

    /// Whether a pack with this batch is of it; space around it does not matter.
    pub fn is_of(&self, batch: &Batch) -> bool {
        Batch::parse(&self.batch).ok().as_ref() == Some(batch)
    }
}

/// The lots of a line in the order in which they came. `doses_per_unit` is that of the prescribed product.
pub fn lots(deliveries: &[Delivery], item_no: u16, doses_per_unit: f64, recalls: &[Recall]) -> Vec<Lot> {
    let mut arrived: Vec<&Delivery> = deliveries.iter().filter(|d| d.state.holder() == Holder::Home).collect();
    arrived.sort_by_key(|d| d.ended_at);
    let mut lots: Vec<Lot> = Vec::new();
    for pack in arrived.into_iter().flat_map(whole).filter(|pack| pack.item_no == item_no) {
        let milli = milli(&pack, doses_per_unit);
        let barred_since = recalls.iter().filter(|recall| recall.is_of(&pack)).map(|recall| recall.declared_at).min();
        match lots.iter_mut().find(|lot| lot.drug_id == pack.drug_id && lot.batch == pack.batch) {
            Some(lot) => lot.milli = lot.milli.saturating_add(milli),
            None => lots.push(Lot { drug_id: pack.drug_id, batch: pack.batch, milli, barred_since }),
        }
    }
    lots
}

/// The products that came of a line, each with how many of its units make one prescribed unit. The prescribed one leads, unless only others (`instead`) came:
/// then nobody finds it in the home.
pub fn products<'a>(prescribed: &'a Drug, instead: &[(&'a Drug, u32)], lots: &[Lot]) -> Vec<(&'a Drug, u32)> {
    let is_it = |lot: &Lot| lot.milli > 0 && lot.drug_id.as_ref().is_none_or(|id| *id == prescribed.id);
    let came = instead.is_empty() || lots.iter().any(is_it);
    came.then_some((prescribed, 1)).into_iter().chain(instead.iter().copied()).collect()
}

/// The batches that were not called back, each once.
pub fn may_be_given(lots: &[Lot]) -> Vec<String> {
    let mut batches: Vec<String> = Vec::new();
    for lot in lots.iter().filter(|lot| lot.barred_since.is_none()) {
        if !batches.contains(&lot.batch) {
            batches.push(lot.batch.clone());
        }
    }
    batches
}

/// What a home has of a parcel: what its nurse counted and was not broken.
pub fn whole(d: &Delivery) -> Vec<Pack> {
    let counted = fate(d, d.state, &delivery::Event::Receive { complete: d.state == delivery::State::Received });
    counted.into_iter().filter(|(_, kind)| *kind == StockMove::Supplied).map(|(pack, _)| pack).collect()
}

/// Several units of another product may make one prescribed unit.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quantity is positive and small")]
fn milli(pack: &Pack, doses_per_unit: f64) -> u64 {
    (f64::from(pack.quantity) / f64::from(pack.factor().max(1)) * doses_per_unit * 1000.0).round().max(0.0) as u64
}

/// One use of the medicine: when, how much, and of which batch where the nurse said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use<'a> {
    /// When.
    pub at: Timestamp,
    /// How much, in thousandths of the dose unit.
    pub milli: u64,
    /// From which batch.
    pub batch: Option<&'a Batch>,
}

/// What uses leave of a line, in thousandths of its dose unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// What may still be given.
    pub milli: u64,
    /// Of the batches that were called back.
    pub called_back_milli: u64,
}

/// What is left after these uses. Packs are used in the order in which they came, and none after it was called back; what nobody could have given
/// takes nothing away.
pub fn left(lots: &[Lot], uses: Vec<Use<'_>>) -> Left {
    let (mut milli, mut called_back_milli) = (0u64, 0u64);
    for (lot, rest) in rests(lots, uses) {
        let sum = if lot.barred_since.is_none() { &mut milli } else { &mut called_back_milli };
        *sum = sum.saturating_add(rest);
    }
    Left { milli, called_back_milli }
}

/// How many of the `units` of the line that this recall is about were given whole, by the home's own record.
pub fn given_of(recall: &Recall, lots: &[Lot], uses: Vec<Use<'_>>, units: u32) -> u32 {
    let rests = rests(lots, uses);
    let of_it = || rests.iter().filter(|(lot, _)| lot.is_called_back_by(recall));
    let came: u64 = of_it().map(|(lot, _)| lot.milli).sum();
    let left: u64 = of_it().map(|(_, milli)| milli).sum();
    let given = (u64::from(units) * came.saturating_sub(left)).checked_div(came).unwrap_or_default();
    u32::try_from(given).unwrap_or(units)
}

/// What these uses leave of each lot.
fn rests<'a>(lots: &'a [Lot], mut uses: Vec<Use<'_>>) -> Vec<(&'a Lot, u64)> {
    uses.sort_by_key(|one| one.at);
    let mut rest: Vec<(&Lot, u64)> = lots.iter().map(|lot| (lot, lot.milli)).collect();
    for one in uses {
        let mut wanted = one.milli;
        let is_meant = |lot: &Lot| match one.batch {
            Some(batch) => lot.is_of(batch),
            None => !lot.is_barred(one.at),
        };
        for (_, milli) in rest.iter_mut().filter(|(lot, _)| is_meant(lot)) {
            let taken = wanted.min(*milli);
            *milli -= taken;
            wanted -= taken;
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doses::tests::at;

    fn lot(batch: &str, milli: u64, barred_since: Option<&str>) -> Lot {
        Lot { drug_id: None, batch: batch.to_owned(), milli, barred_since: barred_since.map(at) }
    }

    fn used(days: std::ops::Range<i8>, batch: Option<&Batch>) -> Vec<Use<'_>> {
        days.map(|day| Use { at: at(&format!("2026-11-{day:02}T00:00:00Z")), milli: 1000, batch }).collect()
    }

    #[test]
    fn what_was_called_back_is_not_left_and_takes_no_doses_any_more() {
        let called_back = Some("2026-11-13T12:00:00Z");
        let both = [lot("A", 7_000, called_back), lot("B", 7_000, None)];
        assert_eq!(left(&both, vec![]).milli, 7_000);
        // Four of A until the recall, then two of B.
        assert_eq!(left(&both, used(10..16, None)).milli, 5_000);
        // The other way round: B came first, and all six were of it.
        let later = [lot("B", 7_000, None), lot("A", 7_000, called_back)];
        assert_eq!(left(&later, used(10..16, None)), Left { milli: 1_000, called_back_milli: 7_000 });
        // What nobody could have given takes nothing away, and where nothing was called back all of it counts.
        let only = [lot("A", 7_000, called_back)];
        assert_eq!(left(&only, used(10..16, None)).milli, 0);
        assert_eq!(left(&[lot("A", 7_000, None), lot("B", 7_000, None)], used(10..16, None)).milli, 8_000);
    }

    #[test]
    fn a_batch_that_was_named_is_the_one_that_was_used() {
        let both = [lot("A", 7_000, Some("2026-11-13T12:00:00Z")), lot("B", 7_000, None)];
        let b = Batch::parse(" B ").unwrap();
        assert_eq!(left(&both, used(10..16, Some(&b))).milli, 1_000);
        let a = Batch::parse("A").unwrap();
        assert_eq!(left(&both, used(10..16, Some(&a))).milli, 7_000);
    }
}
