//! Appointment: the scheduling part of a consultation. R4 wants a start and an end unless it is only asked for or called off, so a consultation that takes
//! place at once, and one whose time nobody has said yet, has none.

use super::types::{CodeableConcept, Coding, Instant, Meta, Reference, fhir, minutes};
use super::{Body, Kind, Resource, codes};
use crate::machines::consultation::State;
use crate::records::{Appointment as Held, Consultation, Home, Resident, Staff, Urgency};

fhir! {
    /// A time, or the wish for one.
    Appointment {
        id: String,
        meta: Option<Meta>,
        status: &'static str,
        cancelation_reason: Option<CodeableConcept>,
        service_type: Vec<CodeableConcept>,
        reason_code: Vec<CodeableConcept>,
        start: Option<Instant>,
        end: Option<Instant>,
        minutes_duration: Option<u32>,
        created: Instant,
        based_on: Vec<Reference>,
        participant: Vec<Participant>
    }
    /// Who takes part.
    Participant { actor: Reference, required: &'static str, status: &'static str }
}

/// What is called a consultation in our own words.
pub(super) fn tele_consultation() -> CodeableConcept {
    CodeableConcept {
        text: Some("远程会诊".to_owned()),
        ..CodeableConcept::of(Coding::ours("service", "tele-consultation"))
    }
}

/// Why, in the words of the home.
pub(super) fn reason(c: &Consultation) -> Vec<CodeableConcept> {
    vec![CodeableConcept::text(c.reason.expose().clone())]
}

/// Request.priority.
pub(super) const fn priority(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Routine => "routine",
        Urgency::Urgent => "urgent",
    }
}

/// The appointment of a consultation, when there is one to tell.
pub fn appointment(
    c: &Consultation,
    held: Option<&Held>,
    waitlisted: bool,
    resident: &Resident,
    home: &Home,
    specialist: Option<&Staff>,
) -> Option<Resource> {
    let status = codes::appointment(c.state, waitlisted);
    if held.is_none() && !matches!(status, "proposed" | "waitlist") {
        return None;
    }
    let (start, end) = (held.map(|h| h.slot.starts_at), held.map(|h| h.slot.ends_at));
    let settled = !matches!(c.state, State::Requested | State::AwaitingAcceptance);
    let person = |actor, asked| Participant {
        actor,
        required: "required",
        status: if asked || settled { "accepted" } else { "needs-action" },
    };
    let reason_of_end = match c.state {
        State::Cancelled => Some(Coding::new(CANCELLATION, "other", Some("Other"))),
        State::FailedTechnical => Some(Coding::ours("cancellation", "failed-technical")),
        _ => None,
    };
    let body = Appointment {
        id: c.id.to_string(),
        meta: Meta::version(c.version, held.map(|h| h.changed_at)),
        status,
        cancelation_reason: reason_of_end.map(CodeableConcept::of),
        service_type: vec![tele_consultation()],
        reason_code: reason(c),
        start: start.map(Instant),
        end: end.map(Instant),
        minutes_duration: start.zip(end).and_then(|(start, end)| minutes(start, end)),
        created: Instant(c.requested_at),
        based_on: vec![Reference::to("ServiceRequest", format_args!("{}-consultation", c.id))],
        participant: [
            Some(person(Reference::patient(resident), true)),
            Some(person(Reference::home("Location", home), true)),
            specialist.map(|who| person(Reference::practitioner(who), false)),
        ]
        .into_iter()
        .flatten()
        .collect(),
    };
    Some(Resource {
        id: c.id.to_string(),
        kind: Kind::Appointment,
        status: Some(status),
        at: start,
        codes: Vec::new(),
        body: Body::Appointment(Box::new(body)),
    })
}

const CANCELLATION: &str = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";
