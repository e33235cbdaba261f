//! Task: the pharmacist's approval, the pharmacy's fulfilment, the courier's delivery, and the call that failed for technical reasons. The fine state stands in
//! `businessStatus`.

use super::medication_dispense::{batches, dispense_id};
use super::medication_request::{group, lines};
use super::supply_delivery::supply_id;
use super::types::{CodeableConcept, Coding, Identifier, Instant, OURS, Reference, fhir};
use super::{Body, DeliveryContext, Kind, PrescriptionContext, Resource, codes};
use crate::machines::prescription::State;
use crate::records::{Consultation, Resident, Staff, TimelineStep};
use jiff::Timestamp;

fhir! {
    /// A piece of work.
    Task {
        id: String,
        identifier: Vec<Identifier>,
        based_on: Vec<Reference>,
        group_identifier: Option<Identifier>,
        status: &'static str,
        status_reason: Option<CodeableConcept>,
        business_status: CodeableConcept,
        intent: &'static str,
        code: CodeableConcept,
        focus: Option<Reference>,
        #[serde(rename = "for")] subject: Reference,
        encounter: Option<Reference>,
        authored_on: Option<Instant>,
        last_modified: Option<Instant>,
        requester: Option<Reference>,
        owner: Option<Reference>,
        input: Vec<Input>,
        output: Vec<Output>
    }
    /// What is worked on.
    Input { #[serde(rename = "type")] kind: CodeableConcept, value_reference: Reference }
    /// What came of it.
    Output { #[serde(rename = "type")] kind: CodeableConcept, value_reference: Reference }
}

const CODES: &str = "http://hl7.org/fhir/CodeSystem/task-code";

/// The newest step, never before the work was asked for.
fn modified(timeline: &[TimelineStep], authored: Option<Timestamp>) -> Option<Instant> {
    timeline.last().map(|step| step.at).max(authored).map(Instant)
}

/// `approve` and `fulfill` of a prescription, as far as there are.
pub fn of_prescription(of: PrescriptionContext<'_>) -> Vec<Resource> {
    let p = of.prescription;
    let codes = of.codes();
    // Who withdraws a draft leaves nothing to approve; what was approved stays approved whatever becomes of it then.
    let ended = matches!(p.state, State::Cancelled | State::Expired);
    let approve = codes.approve.filter(|_| !ended || p.signed_at.is_some());
    let approve = approve.map(|status| if p.approved_at.is_some() { "completed" } else { status });
    let fulfill = codes.fulfill.filter(|_| !ended || p.approved_at.is_some());
    let mut found = Vec::new();
    let mut add = |code: &'static str, status, authored: Option<Timestamp>, requester, owner| {
        let id = format!("{}-{code}", p.id);
        let rejection = p.rejection.as_ref().filter(|_| status == "rejected");
        let body = Task {
            id: id.clone(),
            identifier: vec![Identifier::ours("task", &id)],
            based_on: lines(p),
            group_identifier: Some(group(p)),
            status,
            status_reason: rejection.map(|r| CodeableConcept::of(Coding::ours("rejection", r.code.as_str()))),
            business_status: CodeableConcept::of(Coding::ours("prescription-state", p.state.as_str())),
            intent: "order",
            code: CodeableConcept::of(Coding::new(CODES, code, None)),
            focus: lines(p).into_iter().next(),
            subject: Reference::patient(of.resident),
            encounter: None,
            authored_on: authored.map(Instant),
            last_modified: modified(&p.timeline, authored),
            requester,
            owner,
            input: Vec::new(),
            output: Vec::new(),
        };
        found.push(resource(id, status, authored, (CODES, code), body));
    };
    let prescriber = || Some(Reference::practitioner(of.specialist));
    if let Some(status) = approve {
        add("approve", status, p.signed_at, prescriber(), of.pharmacist.map(Reference::practitioner));
    }
    if let Some(status) = fulfill {
        add("fulfill", status, p.approved_at, prescriber(), of.pharmacy(p.pharmacy_id));
    }
    found
}

/// `deliver` of a parcel.
pub fn of_delivery(of: DeliveryContext<'_>) -> Resource {
    let (d, p) = (of.delivery, of.prescription);
    let codes = codes::delivery(d.state);
    let system = format!("{OURS}/CodeSystem/task");
    let id = format!("{}-delivery", d.id);
    let dispenses: Vec<Reference> = batches(&d.packs)
        .map(|(n, pack)| Reference::to("MedicationDispense", dispense_id(p, pack.item_no, of.fill, n)))
        .collect();
    let supplies = p.items.iter().filter(|item| d.packs.iter().any(|pack| pack.item_no == item.no));
    let supplies = supplies.filter(|_| codes.supply_delivery.is_some());
    let body = Task {
        id: id.clone(),
        identifier: vec![Identifier::ours("delivery", d.id)],
        based_on: lines(p),
        group_identifier: Some(group(p)),
        status: codes.task,
        status_reason: d.quarantine.map(|why| CodeableConcept::of(Coding::ours("quarantine", why.as_str()))),
        business_status: CodeableConcept::of(Coding::ours("delivery-state", codes.business_status)),
        intent: "order",
        code: CodeableConcept::of(Coding::new(&system, "deliver", None)),
        focus: dispenses.first().cloned(),
        subject: Reference::patient(of.resident),
        encounter: None,
        authored_on: Some(Instant(d.created_at)),
        last_modified: modified(&d.timeline, Some(d.created_at)),
        requester: Some(Reference::pharmacy(of.pharmacy)),
        owner: Some(Reference::outside("Practitioner", None, &d.courier_name)).filter(|r| r.display.is_some()),
        input: dispenses
            .into_iter()
            .map(|value_reference| Input { kind: CodeableConcept::text("MedicationDispense"), value_reference })
            .collect(),
        output: supplies
            .map(|item| Output {
                kind: CodeableConcept::text("SupplyDelivery"),
                value_reference: Reference::to("SupplyDelivery", supply_id(d, item.no)),
            })
            .collect(),
    };
    resource(id, codes.task, Some(d.created_at), (&system, "deliver"), body)
}

/// The call of a consultation that failed for technical reasons; the request stays active and is booked anew. No other consultation has a Task.
pub fn of_consultation(
    c: &Consultation,
    resident: &Resident,
    nurse: &Staff,
    specialist: Option<&Staff>,
) -> Option<Resource> {
    let codes = codes::consultation(c.state, c.began_at.is_some(), false);
    let status = codes.task?;
    let system = format!("{OURS}/CodeSystem/task");
    let id = format!("{}-consultation", c.id);
    let request = Reference::to("ServiceRequest", &id);
    let body = Task {
        id: id.clone(),
        identifier: vec![Identifier::ours("task", &id)],
        based_on: vec![request.clone()],
        group_identifier: None,
        status,
        status_reason: c.end_reason.as_ref().map(|why| CodeableConcept::text(why.expose())),
        business_status: CodeableConcept::of(Coding::ours("consultation-state", c.state.as_str())),
        intent: "order",
        code: CodeableConcept::of(Coding::new(&system, "consult", None)),
        focus: Some(request),
        subject: Reference::patient(resident),
        encounter: codes.encounter.map(|_| Reference::to("Encounter", c.id)),
        authored_on: Some(Instant(c.requested_at)),
        last_modified: c.ended_at.max(Some(c.requested_at)).map(Instant),
        requester: Some(Reference::practitioner(nurse)),
        owner: specialist.map(Reference::practitioner),
        input: Vec::new(),
        output: Vec::new(),
    };
    Some(resource(id, status, Some(c.requested_at), (&system, "consult"), body))
}

fn resource(id: String, status: &'static str, at: Option<Timestamp>, code: (&str, &str), body: Task) -> Resource {
    let codes = vec![code.1.to_owned(), format!("{}|{}", code.0, code.1)];
    Resource { id, kind: Kind::Task, status: Some(status), at, codes, body: Body::Task(Box::new(body)) }
}
