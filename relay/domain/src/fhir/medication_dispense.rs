//! MedicationDispense: one for each batch of each line in each fill. A fill is a parcel, or what a pharmacy prepares for the next one: it keeps its number
//! when it is packed, so its ids stay.

use super::dosage::{self, Dosage};
use super::medication_request::{line_id, medication, quantity};
use super::types::{CodeableConcept, Coding, Day, Identifier, Instant, Quantity, Reference, fhir};
use super::{Body, Kind, PrescriptionContext, Resource, codes};
use crate::ids::PharmacyId;
use crate::machines::prescription;
use crate::records::{Delivery, Item, Pack, Prescription};
use crate::substitution::Substitution;
use jiff::Timestamp;

fhir! {
    /// One batch of one line.
    MedicationDispense {
        id: String,
        contained: Vec<Medication>,
        identifier: Vec<Identifier>,
        status: &'static str,
        medication_reference: Reference,
        subject: Reference,
        performer: Vec<Performer>,
        authorizing_prescription: Vec<Reference>,
        #[serde(rename = "type")] kind: CodeableConcept,
        quantity: Option<Quantity>,
        when_prepared: Option<Instant>,
        when_handed_over: Option<Instant>,
        dosage_instruction: Vec<Dosage>,
        substitution: Option<Substituted>
    }
    /// Another product than the prescribed one.
    Substituted {
        was_substituted: bool,
        #[serde(rename = "type")] kind: CodeableConcept,
        reason: Vec<CodeableConcept>
    }
    /// Who dispenses.
    Performer { actor: Reference }
    /// The drug, with the batch once it is known.
    Medication { resource_type: &'static str, id: &'static str, code: CodeableConcept, batch: Option<Batch> }
    /// A batch.
    Batch { lot_number: String, expiration_date: Day }
}

/// The id of a batch of a line in a fill, each from 1.
pub(super) fn dispense_id(prescription: &Prescription, line: u16, fill: usize, batch: usize) -> String {
    format!("{}-{fill}-{batch}", line_id(prescription, line))
}

/// The packs of a parcel with the number of the batch within its line, from 1.
pub(super) fn batches(packs: &[Pack]) -> impl Iterator<Item = (usize, &Pack)> {
    packs.iter().enumerate().map(|(at, pack)| {
        let before = packs[..at].iter().filter(|other| other.item_no == pack.item_no).count();
        (before + 1, pack)
    })
}

/// Whether a pharmacy prepares a parcel that is not packed, or did until the prescription was withdrawn.
fn prepares(p: &Prescription) -> bool {
    use prescription::State as S;
    match p.state {
        S::Dispensing | S::OnHold => true,
        S::Cancelled | S::Stopped => {
            let turns = ["accept", "deliver_part", "pack", "deliver", "return", "decline"];
            let last = p.timeline.iter().rev().find(|step| turns.contains(&step.step.as_str()));
            last.is_some_and(|step| ["accept", "deliver_part"].contains(&step.step.as_str()))
        }
        _ => false,
    }
}

/// The kind of a fill: part or whole, first or later.
const fn fill_code(first: bool, whole: bool) -> &'static str {
    match (first, whole) {
        (true, true) => "FFC",
        (true, false) => "FFP",
        (false, true) => "RFC",
        (false, false) => "RFP",
    }
}

struct Fill<'a> {
    no: usize,
    status: &'static str,
    packs: &'a [Pack],
    prepared: Option<Timestamp>,
    handed_over: Option<Timestamp>,
    pharmacy: Option<PharmacyId>,
}

/// `ended`: what became of a parcel on its way when its prescription came back or was withdrawn.
fn parcel<'a>(at: usize, d: &'a Delivery, ended: Option<&'static str>) -> Fill<'a> {
    let status = match codes::dispense(d.state) {
        "in-progress" => ended.unwrap_or("in-progress"),
        other => other,
    };
    Fill {
        no: at + 1,
        status,
        packs: &d.packs,
        prepared: Some(d.created_at),
        handed_over: d.ended_at.filter(|_| status == "completed"),
        pharmacy: Some(d.pharmacy_id),
    }
}

/// Everything that was or is dispensed on a prescription.
pub fn of_prescription(of: PrescriptionContext<'_>) -> Vec<Resource> {
    let p = of.prescription;
    let ended = of.codes().dispense.filter(|code| matches!(*code, "cancelled" | "stopped"));
    let mut fills: Vec<Fill<'_>> = of.deliveries.iter().enumerate().map(|(at, d)| parcel(at, d, ended)).collect();
    if let Some(status) = of.codes().dispense.filter(|_| prepares(p)) {
        let no = fills.len() + 1;
        fills.push(Fill { no, status, packs: &p.packs, prepared: None, handed_over: None, pharmacy: p.pharmacy_id });
    }
    let mut found = Vec::new();
    let own = |fill: &Fill<'_>| of.only.is_none() || of.only == fill.pharmacy;
    for (at, fill) in fills.iter().enumerate().filter(|(_, fill)| own(fill)) {
        for item in &p.items {
            let taken = |fill: &Fill<'_>| -> u32 {
                fill.packs.iter().filter(|pack| pack.item_no == item.no).map(|pack| pack.quantity / pack.factor()).sum()
            };
            let counts = fills[..at].iter().filter(|before| before.status != "cancelled");
            let before: u32 = counts.map(&taken).sum();
            let batches: Vec<_> = batches(fill.packs).filter(|(_, pack)| pack.item_no == item.no).collect();
            let type_of = |now: u32| fill_code(before == 0, before + now >= item.quantity);
            if batches.is_empty() && fill.packs.is_empty() && p.owed(item) > 0 {
                found.push(one(&of, item, fill, 1, None, type_of(p.owed(item))));
            }
            for (n, pack) in batches {
                found.push(one(&of, item, fill, n, Some(pack), type_of(taken(fill))));
            }
        }
    }
    found
}

/// The same substance in the same form, in another strength: an equivalent composition.
fn substituted(other: &Substitution) -> Substituted {
    let coded =
        other.reason.fhir().map(|code| Coding::new("http://terminology.hl7.org/CodeSystem/v3-ActReason", code, None));
    let ours = Coding::ours("substitution", other.reason.as_str());
    Substituted {
        was_substituted: true,
        kind: CodeableConcept::of(Coding::new(
            "http://terminology.hl7.org/CodeSystem/v3-substanceAdminSubstitution",
            "EC",
            None,
        )),
        reason: vec![CodeableConcept { coding: coded.into_iter().chain([ours]).collect(), text: None }],
    }
}

fn one(
    of: &PrescriptionContext<'_>,
    item: &Item,
    fill: &Fill<'_>,
    batch: usize,
    pack: Option<&Pack>,
    code: &'static str,
) -> Resource {
    let p = of.prescription;
    let id = dispense_id(p, item.no, fill.no, batch);
    let substitution = pack.and_then(|pack| pack.substitution.as_ref());
    let as_given = pack.zip(substitution).and_then(|(pack, other)| item.given_as(pack.drug_id.as_ref()?, other.factor));
    let item = as_given.as_ref().unwrap_or(item);
    let drug = of.formulary.drug(&item.drug_id);
    let body = MedicationDispense {
        id: id.clone(),
        contained: vec![Medication {
            resource_type: "Medication",
            id: "medication",
            code: medication(item, of.formulary),
            batch: pack.map(|pack| Batch { lot_number: pack.batch.clone(), expiration_date: Day(pack.expiry) }),
        }],
        identifier: vec![Identifier::ours("dispense", &id)],
        status: fill.status,
        medication_reference: Reference {
            reference: Some("#medication".to_owned()),
            kind: None,
            identifier: None,
            display: None,
        },
        subject: Reference::patient(of.resident),
        performer: of.pharmacy(fill.pharmacy).map(|actor| Performer { actor }).into_iter().collect(),
        authorizing_prescription: vec![Reference::to("MedicationRequest", line_id(p, item.no))],
        kind: CodeableConcept::of(Coding::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", code, None)),
        quantity: pack.map(|pack| quantity(pack.quantity, drug)),
        when_prepared: fill.prepared.map(Instant),
        when_handed_over: fill.handed_over.map(Instant),
        dosage_instruction: dosage::of_item(item, drug),
        substitution: substitution.map(substituted),
    };
    Resource {
        id,
        kind: Kind::MedicationDispense,
        status: Some(fill.status),
        at: fill.prepared,
        codes: Vec::new(),
        body: Body::MedicationDispense(Box::new(body)),
    }
}
