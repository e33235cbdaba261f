//! Encounter: a remote consultation from its booking on (class `VR`), and each resident's stop on a round in person (class `HH`).

use super::appointment::reason;
use super::types::{CodeableConcept, Coding, Instant, Meta, Period, Reference, diagnosis, fhir};
use super::{Body, Kind, Resource, codes};
use crate::formulary::Formulary;
use crate::ids::{ResidentId, VisitId};
use crate::records::{Consultation, Home, Resident, Staff, Visit, VisitStop};
use jiff::Timestamp;

fhir! {
    /// A meeting of resident and doctor.
    Encounter {
        id: String,
        meta: Option<Meta>,
        status: &'static str,
        class: Coding,
        subject: Reference,
        based_on: Vec<Reference>,
        participant: Vec<Participant>,
        appointment: Vec<Reference>,
        period: Option<Period>,
        reason_code: Vec<CodeableConcept>,
        location: Vec<Place>,
        service_provider: Option<Reference>
    }
    /// Who took part.
    Participant { individual: Reference }
    /// Where.
    Place { location: Reference }
}

const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// The encounter of a consultation. `vitals_in`: vital signs were taken since it waits; `held`: it has an Appointment.
pub fn of_consultation(
    c: &Consultation,
    vitals_in: bool,
    held: bool,
    resident: &Resident,
    home: &Home,
    specialist: Option<&Staff>,
) -> Option<Resource> {
    let status = codes::consultation(c.state, c.began_at.is_some(), vitals_in).encounter?;
    let start = c.began_at.or(c.waiting_since);
    let hospital = specialist.and_then(|who| who.hospital.as_deref());
    let body = Encounter {
        id: c.id.to_string(),
        meta: Meta::version(c.version, None),
        status,
        class: Coding::new(CLASSES, "VR", Some("virtual")),
        subject: Reference::patient(resident),
        based_on: vec![Reference::to("ServiceRequest", format_args!("{}-consultation", c.id))],
        participant: specialist
            .map(|who| Participant { individual: Reference::practitioner(who) })
            .into_iter()
            .collect(),
        appointment: held.then(|| Reference::to("Appointment", c.id)).into_iter().collect(),
        period: start.map(|start| Period { start: Some(Instant(start)), end: c.ended_at.map(Instant) }),
        reason_code: reason(c),
        location: vec![Place { location: Reference::home("Location", home) }],
        service_provider: hospital.map(Reference::hospital),
    };
    Some(resource(c.id.to_string(), status, "VR", start.or(c.scheduled_at), body))
}

/// The id of a stop: 64 digits, those of the round and those of the resident.
pub fn stop_id(visit: VisitId, resident: ResidentId) -> String {
    format!("{}{}", visit.uuid().simple(), resident.uuid().simple())
}

/// The encounter of a stop. `seen_at`: when it counts as taken place.
pub fn of_stop(
    visit: &Visit,
    stop: &VisitStop,
    resident: &Resident,
    home: &Home,
    doctors: &[Staff],
    formulary: &Formulary,
) -> Resource {
    let status = codes::visit_stop(stop.state);
    let id = stop_id(visit.id, stop.resident_id);
    let named = |code: &String| diagnosis(code, formulary.diagnosis(code).map(|d| d.display_zh.as_str()));
    let asked = if stop.confirmed_codes.is_empty() { &stop.diagnosis_codes } else { &stop.confirmed_codes };
    let start = visit.started_at;
    let seen = start.filter(|_| status == "finished");
    let body = Encounter {
        id: id.clone(),
        meta: Meta::version(visit.version, None),
        status,
        class: Coding::new(CLASSES, "HH", Some("home health")),
        subject: Reference::patient(resident),
        based_on: Vec::new(),
        participant: doctors.iter().map(|who| Participant { individual: Reference::practitioner(who) }).collect(),
        appointment: Vec::new(),
        period: seen.map(|start| Period { start: Some(Instant(start)), end: stop.decided_at.map(Instant) }),
        reason_code: asked.iter().map(named).collect(),
        location: vec![Place { location: Reference::home("Location", home) }],
        service_provider: Some(Reference::hospital(&visit.hospital)),
    };
    resource(id, status, "HH", seen, body)
}

fn resource(id: String, status: &'static str, class: &str, at: Option<Timestamp>, body: Encounter) -> Resource {
    let codes = vec![class.to_owned(), format!("{CLASSES}|{class}")];
    Resource { id, kind: Kind::Encounter, status: Some(status), at, codes, body: Body::Encounter(Box::new(body)) }
}
