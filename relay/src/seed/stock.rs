//! What the demo pharmacy has: one long-dated batch of everything that may be sold, and two that give the page something to say.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use yunzhen_domain::checked::Batch;
use yunzhen_domain::formulary::{Banned, DrugId, Formulary};
use yunzhen_domain::ids::{StockId, StockMoveId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Stock, StockEntry, StockMove, Units};

use super::{PHARMACY, SeedError, id};

/// The batch of which the demo pharmacy has some of everything.
pub const BATCH: &str = "B2026-11";
/// How much of each, in the drug's unit.
const QUANTITY: u32 = 2000;
/// Batches that expire soon, or of which little is left: drug, batch, days until it expires, quantity.
const OTHERS: [(&str, &str, i64, u32); 2] =
    [("metformin-500mg", "M2605", 20, 60), ("atorvastatin-20mg", "A2604", 45, 14)];

/// The last day of [`BATCH`] in a demo that is filled `now`: more than a year ahead.
pub fn expiry(now: Timestamp) -> Date {
    date(Policy::local_date(now).year() + 2, 1, 31)
}

pub(super) fn stock(formulary: &Formulary, now: Timestamp) -> Result<Vec<(Stock, StockEntry)>, SeedError> {
    let sold = formulary.drugs().filter(|drug| drug.banned == Banned::None);
    let plenty = sold.map(|drug| (drug.id.clone(), BATCH, expiry(now), QUANTITY));
    let others = OTHERS.iter().filter_map(|&(drug, batch, days, quantity)| {
        let last = Policy::local_date(now).saturating_add(jiff::Span::new().days(days));
        let drug = DrugId(drug.to_owned());
        formulary.drug(&drug).is_some().then_some((drug, batch, last, quantity))
    });
    (1..)
        .zip(plenty.chain(others))
        .map(|(n, (drug_id, batch, expiry, quantity))| {
            let wrong = |what: &str| SeedError::Data(format!("{what} of {batch}"));
            let units = Units::default().after(StockMove::Received, quantity).map_err(|_| wrong("the units"))?;
            let batch = Batch::parse(batch).map_err(|_| wrong("the number"))?;
            let stock_id = StockId::from_uuid(id(20, n));
            let stock =
                Stock { id: stock_id, version: 1, pharmacy_id: PHARMACY, drug_id, batch, expiry, gtin: None, units };
            let entry = StockEntry {
                id: StockMoveId::from_uuid(id(21, n)),
                stock_id,
                at: now,
                kind: StockMove::Received,
                quantity,
                prescription_id: None,
                by: None,
                reason: None,
                comment: None,
            };
            Ok((stock, entry))
        })
        .collect()
}
