//! MedicationRequest: one for each line of a prescription; `groupIdentifier` holds the lines together.

use super::dosage::{self, Dosage};
use super::types::{
    CodeableConcept, Coding, Day, Days, Identifier, Instant, Meta, Quantity, Reference, diagnosis, fhir,
};
use super::{Body, Kind, PrescriptionContext, Resource};
use crate::formulary::{Drug, Formulary};
use crate::machines::prescription::State;
use crate::policy::Policy;
use crate::records::{Item, Prescription, Supply};

fhir! {
    /// One line.
    MedicationRequest {
        id: String,
        meta: Option<Meta>,
        identifier: Vec<Identifier>,
        status: &'static str,
        status_reason: Option<CodeableConcept>,
        intent: &'static str,
        priority: &'static str,
        medication_codeable_concept: CodeableConcept,
        subject: Reference,
        encounter: Option<Reference>,
        authored_on: Option<Instant>,
        requester: Reference,
        reason_code: Vec<CodeableConcept>,
        group_identifier: Identifier,
        course_of_therapy_type: CodeableConcept,
        dosage_instruction: Vec<Dosage>,
        dispense_request: DispenseRequest,
        substitution: Allowed,
        prior_prescription: Option<Reference>
    }
    /// Whether another product of the same may go out.
    Allowed { allowed_boolean: bool }
    /// What may leave the pharmacy.
    DispenseRequest {
        validity_period: Option<Days>,
        number_of_repeats_allowed: Option<u32>,
        quantity: Quantity,
        expected_supply_duration: Quantity
    }
}

/// The id of a line.
pub(super) fn line_id(prescription: &Prescription, line: u16) -> String {
    format!("{}-{line}", prescription.id)
}

/// All lines of a prescription.
pub(super) fn lines(prescription: &Prescription) -> Vec<Reference> {
    prescription.items.iter().map(|item| Reference::to("MedicationRequest", line_id(prescription, item.no))).collect()
}

/// What holds the lines together.
pub(super) fn group(prescription: &Prescription) -> Identifier {
    Identifier::ours("prescription", prescription.id)
}

/// A drug of the formulary: our code, ATC, and what is printed on the box.
pub(super) fn medication(item: &Item, formulary: &Formulary) -> CodeableConcept {
    let drug = formulary.drug(&item.drug_id);
    let name = drug.map(|drug| drug.name_zh.as_str());
    let mut coding = vec![Coding::new(format!("{}/CodeSystem/drug", super::types::OURS), &item.drug_id.0, name)];
    coding.extend(drug.map(|drug| Coding::new("http://www.whocc.no/atc", &drug.atc, None)));
    let text = drug.map_or_else(|| item.drug_id.to_string(), |drug| format!("{} {}", drug.name_zh, drug.strength));
    CodeableConcept { coding, text: Some(text) }
}

/// An amount of a line in the drug's counted unit.
pub(super) fn quantity(value: u32, drug: Option<&Drug>) -> Quantity {
    Quantity::counted(f64::from(value), drug.map_or("", |drug| drug.unit.as_str()))
}

/// Why it is not valid any more.
fn ended(p: &Prescription) -> Option<CodeableConcept> {
    match p.state {
        State::Rejected => {
            let coding = vec![Coding::ours("prescription-end", "rejected")];
            let rejection = p.rejection.as_ref();
            let code = rejection.map(|r| Coding::ours("rejection", r.code.as_str()));
            let text = rejection.map(|r| r.comment.clone()).filter(|text| !text.is_empty());
            Some(CodeableConcept { coding: coding.into_iter().chain(code).collect(), text })
        }
        State::Expired => Some(CodeableConcept::of(Coding::ours("prescription-end", "expired"))),
        State::Cancelled | State::Stopped => Some(CodeableConcept::of(Coding::ours("prescription-end", "withdrawn"))),
        _ => None,
    }
}

/// The line of the prescription before that this one takes the place of: that of the same drug, else the prescription as a whole.
fn prior(of: &PrescriptionContext<'_>, item: &Item) -> Option<Reference> {
    let p = of.prescription;
    let same = of.prior.and_then(|prior| {
        let line = prior.items.iter().find(|before| before.drug_id == item.drug_id)?;
        Some(Reference::to("MedicationRequest", line_id(prior, line.no)))
    });
    let whole =
        || Some(Reference::outside("MedicationRequest", Some(Identifier::ours("prescription", p.replaces?)), ""));
    same.or_else(whole)
}

/// The lines of a prescription.
pub fn of_prescription(of: PrescriptionContext<'_>) -> Vec<Resource> {
    let p = of.prescription;
    let status = of.codes().medication_request;
    let name = of.formulary.diagnosis(&p.diagnosis_code).map(|d| d.display_zh.as_str());
    let code = Some(p.diagnosis_code.as_str()).filter(|code| !code.is_empty());
    let validity = p.signed_at.map(|at| Days { start: Some(Day(Policy::local_date(at))), end: p.valid_until.map(Day) });
    let line = |item: &Item| {
        let drug = of.formulary.drug(&item.drug_id);
        let id = line_id(p, item.no);
        let body = MedicationRequest {
            id: id.clone(),
            meta: Meta::version(p.version, None),
            identifier: vec![Identifier::ours("prescription-line", &id)],
            status,
            status_reason: ended(p),
            intent: "order",
            priority: if p.supply == Supply::Emergency { "urgent" } else { "routine" },
            medication_codeable_concept: medication(item, of.formulary),
            subject: Reference::patient(of.resident),
            encounter: of.only.is_none().then(|| Reference::to("Encounter", p.consultation_id)),
            authored_on: p.signed_at.map(Instant),
            requester: Reference::practitioner(of.specialist),
            // A draft may be without one.
            reason_code: code.map(|code| diagnosis(code, name)).into_iter().collect(),
            group_identifier: group(p),
            course_of_therapy_type: CodeableConcept::of(Coding::new(
                "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy",
                if p.supply == Supply::Chronic { "continuous" } else { "acute" },
                None,
            )),
            dosage_instruction: dosage::of_item(item, drug),
            dispense_request: DispenseRequest {
                validity_period: validity.clone(),
                number_of_repeats_allowed: Some(0),
                quantity: quantity(item.quantity, drug),
                expected_supply_duration: dosage::days(item.days),
            },
            substitution: Allowed { allowed_boolean: item.substitution },
            prior_prescription: prior(&of, item),
        };
        Resource {
            id,
            kind: Kind::MedicationRequest,
            status: Some(status),
            at: p.signed_at,
            codes: Vec::new(),
            body: Body::MedicationRequest(Box::new(body)),
        }
    };
    p.items.iter().map(line).collect()
}
