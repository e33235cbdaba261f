//! SupplyDelivery: one for each line of a parcel, from the hand-over to the courier on. Once the nurse has counted, the quantity is what arrived whole.

use super::medication_request::{medication, quantity};
use super::types::{CodeableConcept, Coding, Identifier, Instant, Quantity, Reference, fhir};
use super::{Body, DeliveryContext, Kind, Resource, codes};
use crate::records::{Delivery, Item};

fhir! {
    /// One line of a parcel.
    SupplyDelivery {
        id: String,
        identifier: Vec<Identifier>,
        status: &'static str,
        patient: Reference,
        #[serde(rename = "type")] kind: CodeableConcept,
        supplied_item: SuppliedItem,
        occurrence_date_time: Instant,
        supplier: Reference,
        destination: Reference
    }
    /// What and how much.
    SuppliedItem { quantity: Quantity, item_codeable_concept: CodeableConcept }
}

/// The id of a line of a parcel.
pub(super) fn supply_id(delivery: &Delivery, line: u16) -> String {
    format!("{}-{line}", delivery.id)
}

/// How much of a line arrived whole, or is on the way.
fn amount(d: &Delivery, line: u16) -> u32 {
    match d.counts.iter().find(|count| count.item_no == line) {
        Some(count) => count.quantity.saturating_sub(count.damaged),
        None => d.packs.iter().filter(|pack| pack.item_no == line).map(|pack| pack.quantity).sum(),
    }
}

/// The lines of a parcel that has left the counter.
pub fn of_delivery(of: DeliveryContext<'_>) -> Vec<Resource> {
    let d = of.delivery;
    let Some(status) = codes::delivery(d.state).supply_delivery else { return Vec::new() };
    let line = |item: &Item| {
        let id = supply_id(d, item.no);
        let other = d.packs.iter().find(|pack| pack.item_no == item.no && pack.substitution.is_some());
        let as_given = other.and_then(|pack| item.given_as(pack.drug_id.as_ref()?, pack.factor()));
        let item = as_given.as_ref().unwrap_or(item);
        let drug = of.formulary.drug(&item.drug_id);
        let body = SupplyDelivery {
            id: id.clone(),
            identifier: vec![Identifier::ours("delivery", d.id)],
            status,
            patient: Reference::patient(of.resident),
            kind: CodeableConcept::of(Coding::new(
                "http://terminology.hl7.org/CodeSystem/supply-item-type",
                "medication",
                None,
            )),
            supplied_item: SuppliedItem {
                quantity: quantity(amount(d, item.no), drug),
                item_codeable_concept: medication(item, of.formulary),
            },
            occurrence_date_time: Instant(d.ended_at.unwrap_or(d.created_at)),
            supplier: Reference::pharmacy(of.pharmacy),
            destination: Reference::home("Location", of.home),
        };
        Resource {
            id,
            kind: Kind::SupplyDelivery,
            status: Some(status),
            at: Some(d.created_at),
            codes: Vec::new(),
            body: Body::SupplyDelivery(Box::new(body)),
        }
    };
    let in_parcel = |item: &&Item| d.packs.iter().any(|pack| pack.item_no == item.no);
    of.prescription.items.iter().filter(in_parcel).map(line).collect()
}
