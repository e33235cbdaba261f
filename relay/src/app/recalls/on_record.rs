//! What a home's own doses say was given of a batch that was called back.

use yunzhen_domain::ids::HomeId;
use yunzhen_domain::lots::{Use, given_of};
use yunzhen_domain::machines::dose::State;
use yunzhen_domain::recalls::{Holding, Place};
use yunzhen_domain::records::Recall;
use yunzhen_store::{Db, prescriptions, recalls};

use super::App;
use super::AppError;
use crate::app::doses::Supply;

/// How many whole units of it the home has given, of what `held` says that it got.
pub(super) async fn given(
    app: &App,
    db: &mut Db,
    recall: &Recall,
    held: &[Holding],
    home: HomeId,
) -> Result<u32, AppError> {
    let mut lines = Vec::new();
    for h in held.iter().filter(|h| h.place == Place::Home && h.home_id == home) {
        let line = (h.prescription_id, h.item_no);
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, units)) => *units += h.quantity,
            None => lines.push((line, h.quantity)),
        }
    }
    // Of all lines at once: a batch that went to many residents costs no more questions than one.
    let found = prescriptions::get_all(db, lines.iter().map(|((id, _), _)| *id)).await?;
    let supplies = Supply::of_all(db, found.into_values().collect()).await?;
    let barring = recalls::barring(db, supplies.iter().flat_map(Supply::drugs)).await?;
    let mut given = 0_u32;
    for ((id, item_no), units) in lines {
        let Some(supply) = supplies.iter().find(|supply| supply.prescription.id == id) else { continue };
        let item = supply.prescription.items.iter().find(|item| item.no == item_no);
        let Some(drug) = item.and_then(|item| app.formulary.drug(&item.drug_id)) else { continue };
        let lots = supply.lots(item_no, drug.doses_per_unit, &barring);
        let newest = supply.newest(item_no);
        let uses = newest.iter().filter(|entry| entry.state == State::Given);
        let uses = uses.map(|entry| Use { at: entry.at, milli: entry.dose.milli(), batch: entry.batch.as_ref() });
        given = given.saturating_add(given_of(recall, &lots, uses.collect(), units));
    }
    Ok(given)
}
