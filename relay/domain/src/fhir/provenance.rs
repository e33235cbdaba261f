//! Provenance: the signatures under a prescription, the prescriber's and the pharmacist's. `signature.data` is the compact JWS, in base64 as FHIR wants it.

use super::medication_request::lines;
use super::types::{CodeableConcept, Coding, Instant, Reference, fhir};
use super::{Body, Kind, PrescriptionContext, Resource};
use crate::records::{SignedDocument, Staff};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

fhir! {
    /// A signature.
    Provenance {
        id: String,
        target: Vec<Reference>,
        recorded: Instant,
        activity: CodeableConcept,
        agent: Vec<Agent>,
        signature: Vec<Signature>
    }
    /// Who took part.
    Agent { #[serde(rename = "type")] kind: CodeableConcept, who: Reference }
    /// What was signed, by whom, and when.
    Signature {
        #[serde(rename = "type")] kind: Vec<Coding>,
        when: Instant,
        who: Reference,
        sig_format: &'static str,
        data: String
    }
}

/// Who signs in which part: suffix of the id, participant type, code and name of the signature type.
struct Part {
    suffix: &'static str,
    agent: &'static str,
    signature: (&'static str, &'static str),
    activity: (&'static str, &'static str),
}

const PRESCRIBER: Part = Part {
    suffix: "prescriber",
    agent: "author",
    signature: ("1.2.840.10065.1.12.1.1", "Author's Signature"),
    activity: ("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE"),
};
const PHARMACIST: Part = Part {
    suffix: "pharmacist",
    agent: "verifier",
    signature: ("1.2.840.10065.1.12.1.5", "Verification Signature"),
    activity: ("http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion", "LA"),
};

/// The signatures that are there.
pub fn of_prescription(of: PrescriptionContext<'_>) -> Vec<Resource> {
    let p = of.prescription;
    let mut found = Vec::new();
    if let (Some(signature), Some(at)) = (&p.signature, p.signed_at) {
        found.push(one(&of, &PRESCRIBER, of.specialist, signature, at));
    }
    if let (Some(approval), Some(at), Some(pharmacist)) = (&p.approval, p.approved_at, of.pharmacist) {
        found.push(one(&of, &PHARMACIST, pharmacist, approval, at));
    }
    found
}

fn one(of: &PrescriptionContext<'_>, part: &Part, who: &Staff, signed: &SignedDocument, at: Timestamp) -> Resource {
    let p = of.prescription;
    let id = format!("{}-{}", p.id, part.suffix);
    let body = Provenance {
        id: id.clone(),
        target: lines(p),
        recorded: Instant(at),
        activity: CodeableConcept::of(Coding::new(part.activity.0, part.activity.1, None)),
        agent: vec![Agent {
            kind: CodeableConcept::of(Coding::new(
                "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                part.agent,
                None,
            )),
            who: Reference::practitioner(who),
        }],
        signature: vec![Signature {
            kind: vec![Coding::new("urn:iso-astm:E1762-95:2013", part.signature.0, Some(part.signature.1))],
            when: Instant(at),
            who: Reference::practitioner(who),
            sig_format: "application/jose",
            data: STANDARD.encode(&signed.jws),
        }],
    };
    Resource {
        id,
        kind: Kind::Provenance,
        status: None,
        at: Some(at),
        codes: Vec::new(),
        body: Body::Provenance(Box::new(body)),
    }
}
