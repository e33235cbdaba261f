//! ServiceRequest: what a home asks for (a consultation) and what a specialist orders (a referral to a hospital).

use super::appointment::{priority, reason, tele_consultation};
use super::types::{CodeableConcept, Coding, Instant, Meta, Reference, diagnosis, fhir};
use super::{Body, Kind, Resource, codes};
use crate::formulary::Formulary;
use crate::records::{Consultation, Referral, Resident, Staff};
use jiff::Timestamp;

fhir! {
    /// A request.
    ServiceRequest {
        id: String,
        meta: Option<Meta>,
        status: &'static str,
        intent: &'static str,
        priority: &'static str,
        code: CodeableConcept,
        subject: Reference,
        encounter: Option<Reference>,
        occurrence_date_time: Option<Instant>,
        authored_on: Instant,
        requester: Reference,
        performer_type: Option<CodeableConcept>,
        performer: Vec<Reference>,
        location_code: Vec<CodeableConcept>,
        reason_code: Vec<CodeableConcept>
    }
}

/// A home's request for a consultation.
pub fn of_consultation(c: &Consultation, resident: &Resident, nurse: &Staff, specialist: Option<&Staff>) -> Resource {
    let status = codes::consultation(c.state, false, false).service_request;
    let id = format!("{}-consultation", c.id);
    let body = ServiceRequest {
        id: id.clone(),
        meta: Meta::version(c.version, None),
        status,
        intent: "order",
        priority: priority(c.urgency),
        code: tele_consultation(),
        subject: Reference::patient(resident),
        encounter: None,
        occurrence_date_time: c.scheduled_at.map(Instant),
        authored_on: Instant(c.requested_at),
        requester: Reference::practitioner(nurse),
        performer_type: None,
        performer: specialist.map(Reference::practitioner).into_iter().collect(),
        location_code: Vec::new(),
        reason_code: reason(c),
    };
    resource(id, status, c.requested_at, body)
}

/// A referral. The hospital's appointment has no end, which R4 wants of an Appointment: its hour and place stand here.
pub fn of_referral(r: &Referral, resident: &Resident, requester: &Staff, formulary: &Formulary) -> Resource {
    let status = codes::referral(r.state, r.appointment.is_some()).service_request;
    let id = format!("{}-referral", r.id);
    let named = |code: &String| diagnosis(code, formulary.diagnosis(code).map(|d| d.display_zh.as_str()));
    let words = CodeableConcept::text(r.reason.expose().clone());
    let place = r.appointment.as_ref().map(|a| CodeableConcept::text(&a.place));
    let department = r.appointment.as_ref().map_or(&r.department, |a| &a.department);
    let body = ServiceRequest {
        id: id.clone(),
        meta: Meta::version(r.version, Some(r.state_since)),
        status,
        intent: "order",
        priority: priority(r.urgency),
        code: CodeableConcept {
            text: Some("转诊".to_owned()),
            ..CodeableConcept::of(Coding::ours("service", "referral"))
        },
        subject: Reference::patient(resident),
        encounter: r.consultation_id.map(|id| Reference::to("Encounter", id)),
        occurrence_date_time: r.appointment.as_ref().map(|a| Instant(a.at)),
        authored_on: Instant(r.created_at),
        requester: Reference::practitioner(requester),
        performer_type: Some(CodeableConcept::text(department)).filter(|_| !department.is_empty()),
        performer: vec![Reference::hospital(&r.hospital)],
        location_code: place.into_iter().collect(),
        reason_code: r.diagnosis_code.iter().map(named).chain([words]).collect(),
    };
    resource(id, status, r.created_at, body)
}

fn resource(id: String, status: &'static str, at: Timestamp, body: ServiceRequest) -> Resource {
    Resource {
        id,
        kind: Kind::ServiceRequest,
        status: Some(status),
        at: Some(at),
        codes: Vec::new(),
        body: Body::ServiceRequest(Box::new(body)),
    }
}
