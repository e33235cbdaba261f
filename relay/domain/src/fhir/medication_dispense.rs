//! MedicationDispense: one for each batch of each line in each fill. A fill is a parcel, or what a pharmacy prepares for the next one: it keeps its number
//! when it is packed, so its ids stay. What a pharmacy gave back is told beside them, once for each line that was owed then.

use super::dosage::{self, Dosage};
use super::medication_request::{line_id, medication, quantity};
use super::types::{CodeableConcept, Coding, Day, Identifier, Instant, Quantity, Reference, fhir};
use super::{Body, Kind, PrescriptionContext, Resource, codes};
use crate::ids::PharmacyId;
use crate::machines::prescription;
use crate::records::{DeclineCode, Delivery, Dispense, Item, Pack, Prescription, prescribed_units};
use crate::substitution::Substitution;
use jiff::Timestamp;

fhir! {
    /// One batch of one line.
    MedicationDispense {
        id: String,
        contained: Vec<Medication>,
        identifier: Vec<Identifier>,
        status: &'static str,
        status_reason_codeable_concept: Option<CodeableConcept>,
        medication_reference: Reference,
        subject: Reference,
        performer: Vec<Performer>,
        authorizing_prescription: Vec<Reference>,
        #[serde(rename = "type")] kind: Option<CodeableConcept>,
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
            let turns = ["accept", "deliver_part", "pack", "deliver", "return", "decline", "close_unsupplied"];
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
            let taken = |fill: &Fill<'_>| prescribed_units(fill.packs, item.no);
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
    for given_back in of.declined.iter().filter(|d| of.only.is_none_or(|own| own == d.pharmacy_id)) {
        let owed = |item: &&Item| {
            let earlier = of.deliveries.iter().filter(|d| d.created_at <= given_back.created_at);
            earlier.map(|d| prescribed_units(&d.packs, item.no)).sum::<u32>() < item.quantity
        };
        found.extend(p.items.iter().filter(owed).map(|item| declined(&of, item, given_back)));
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

/// Why a pharmacy gave an order back. R4's own code where it has one.
fn reason(code: DeclineCode) -> CodeableConcept {
    let r4 = |code: &str, display: &str| {
        let system = "http://terminology.hl7.org/CodeSystem/medicationdispense-status-reason";
        CodeableConcept::of(Coding::new(system, code, Some(display)))
    };
    match code {
        DeclineCode::OutOfStock => r4("outofstock", "Drug not available - out of stock"),
        DeclineCode::QueryOpen => r4("clarif", "Prescription requires clarification"),
        DeclineCode::Closed | DeclineCode::CannotDeliver | DeclineCode::Other => {
            CodeableConcept::of(Coding::ours("decline-reason", code.as_str()))
        }
    }
}

/// A line of what a pharmacy gave back: nothing was prepared.
fn declined(of: &PrescriptionContext<'_>, item: &Item, given_back: &Dispense) -> Resource {
    let p = of.prescription;
    let id = format!("{}-declined-{}", line_id(p, item.no), given_back.number);
    let drug = of.formulary.drug(&item.drug_id);
    let body = MedicationDispense {
        id: id.clone(),
        contained: vec![Medication {
            resource_type: "Medication",
            id: "medication",
            code: medication(item, of.formulary),
            batch: None,
        }],
        identifier: vec![Identifier::ours("dispense", &id)],
        status: "declined",
        status_reason_codeable_concept: given_back.declined.map(reason),
        medication_reference: contained(),
        subject: Reference::patient(of.resident),
        performer: of.pharmacy(Some(given_back.pharmacy_id)).map(|actor| Performer { actor }).into_iter().collect(),
        authorizing_prescription: vec![Reference::to("MedicationRequest", line_id(p, item.no))],
        kind: None,
        quantity: None,
        when_prepared: None,
        when_handed_over: None,
        dosage_instruction: dosage::of_item(item, drug),
        substitution: None,
    };
    Resource {
        id,
        kind: Kind::MedicationDispense,
        status: Some("declined"),
        at: None,
        codes: Vec::new(),
        body: Body::MedicationDispense(Box::new(body)),
    }
}

/// The drug that stands in the resource itself.
fn contained() -> Reference {
    Reference { reference: Some("#medication".to_owned()), kind: None, identifier: None, display: None }
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
        status_reason_codeable_concept: None,
        medication_reference: contained(),
        subject: Reference::patient(of.resident),
        performer: of.pharmacy(fill.pharmacy).map(|actor| Performer { actor }).into_iter().collect(),
        authorizing_prescription: vec![Reference::to("MedicationRequest", line_id(p, item.no))],
        kind: Some(CodeableConcept::of(Coding::new("http://terminology.hl7.org/CodeSystem/v3-ActCode", code, None))),
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
