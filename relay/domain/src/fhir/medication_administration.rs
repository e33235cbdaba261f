//! MedicationAdministration: one for each entry of a nurse about a dose. An entry that a later one took the place of is told as an error; one that only takes
//! another back is none of its own, and a dose about which nobody wrote is none at all.

use super::dosage;
use super::medication_request::{line_id, medication};
use super::types::{CodeableConcept, Coding, Identifier, Instant, Quantity, Reference, fhir};
use super::{Body, Kind, Resource, codes};
use crate::formulary::{Drug, Formulary};
use crate::machines::dose::State;
use crate::records::{DoseEntry, Item, Prescription, Resident, Staff};

fhir! {
    /// What became of a dose.
    MedicationAdministration {
        id: String,
        identifier: Vec<Identifier>,
        status: &'static str,
        status_reason: Vec<CodeableConcept>,
        medication_codeable_concept: CodeableConcept,
        subject: Reference,
        effective_date_time: Instant,
        performer: Vec<Performer>,
        reason_code: Vec<CodeableConcept>,
        request: Reference,
        note: Vec<Annotation>,
        dosage: Option<Given>
    }
    /// Who gave it, or wrote why not.
    Performer { actor: Reference }
    /// In the nurse's words.
    Annotation { author_reference: Reference, time: Instant, text: String }
    /// What was given.
    Given { route: CodeableConcept, dose: Quantity }
}

/// An entry about a dose with everything that it refers to.
#[derive(Debug, Clone, Copy)]
pub struct DoseContext<'a> {
    /// The entry.
    pub entry: &'a DoseEntry,
    /// A later one took its place.
    pub superseded: bool,
    /// Of which prescription.
    pub prescription: &'a Prescription,
    /// For whom: the record that stands.
    pub resident: &'a Resident,
    /// By whom.
    pub author: &'a Staff,
    /// What drugs are called.
    pub formulary: &'a Formulary,
}

/// Why nothing was given: how it came to that, and the nurse's reason.
fn not_given(entry: &DoseEntry) -> Vec<CodeableConcept> {
    let how = matches!(entry.state, State::Refused | State::Held)
        .then(|| CodeableConcept::of(Coding::ours("dose-state", entry.state.as_str())));
    let why = entry.not_given.map(|reason| CodeableConcept::of(Coding::ours("not-given-reason", reason.as_str())));
    how.into_iter().chain(why).collect()
}

fn given(of: &DoseContext<'_>, item: &Item) -> Option<Given> {
    let dose = of.entry.dose.as_f64();
    let unit = of.formulary.drug(&item.drug_id).map_or("剂量单位", Drug::dose_unit);
    (of.entry.state == State::Given)
        .then(|| Given { route: dosage::route_concept(item.route), dose: Quantity::counted(dose, unit) })
}

/// The MedicationAdministration that an entry is. `None` for one that only takes another back, and for a line that its prescription does not have.
pub fn of_entry(of: DoseContext<'_>) -> Option<Resource> {
    let entry = of.entry;
    let status = codes::dose(entry.state, of.superseded)?;
    let item = of.prescription.items.iter().find(|item| item.no == entry.item_no)?;
    let author = || Reference::practitioner(of.author);
    let id = entry.id.to_string();
    let note = entry.note.as_ref().map(|note| Annotation {
        author_reference: author(),
        time: Instant(entry.recorded_at),
        text: note.expose().clone(),
    });
    let reason = entry.need.map(|need| CodeableConcept::of(Coding::ours("need-reason", need.as_str())));
    let body = MedicationAdministration {
        id: id.clone(),
        identifier: vec![Identifier::ours("dose-entry", entry.id)],
        status,
        status_reason: not_given(entry),
        medication_codeable_concept: medication(item, of.formulary),
        subject: Reference::patient(of.resident),
        effective_date_time: Instant(entry.at),
        performer: vec![Performer { actor: author() }],
        reason_code: reason.into_iter().collect(),
        request: Reference::to("MedicationRequest", line_id(of.prescription, item.no)),
        note: note.into_iter().collect(),
        dosage: given(&of, item),
    };
    Some(Resource {
        id,
        kind: Kind::MedicationAdministration,
        status: Some(status),
        at: Some(entry.at),
        codes: Vec::new(),
        body: Body::MedicationAdministration(Box::new(body)),
    })
}
