//! Patient: who a resident is. The identity number is masked for everybody, as on every screen. Not here: allergies, conditions, medicines.

use super::types::{
    CodeableConcept, ContactPoint, Day, Extended, Extension, HumanName, Identifier, Meta, OURS, Reference, fhir,
};
use super::{Body, Kind, Resource};
use crate::ids::ResidentId;
use crate::records::{Contact, Home, Resident};
use crate::registry::fhir::BED;

fhir! {
    /// A resident.
    Patient {
        id: String,
        meta: Option<Meta>,
        extension: Vec<Extension>,
        identifier: Vec<Identifier>,
        active: bool,
        name: Vec<HumanName>,
        gender: Option<&'static str>,
        birth_date: Option<Day>,
        contact: Vec<PatientContact>,
        managing_organization: Option<Reference>,
        link: Vec<Link>
    }
    /// A relative or guardian.
    PatientContact { relationship: Vec<CodeableConcept>, name: HumanName, telecom: Vec<ContactPoint> }
    /// Another record of the same person.
    Link { other: Reference, #[serde(rename = "type")] kind: &'static str }
}

const MASKED: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
const RENDERED: &str = "http://hl7.org/fhir/StructureDefinition/rendered-value";

fn contact(c: &Contact) -> PatientContact {
    PatientContact {
        relationship: Some(CodeableConcept::text(&c.relation)).filter(|_| !c.relation.is_empty()).into_iter().collect(),
        name: HumanName { usage: None, text: c.name.clone() },
        telecom: Some(ContactPoint { system: "phone", value: c.phone.clone() })
            .filter(|phone| !phone.value.is_empty())
            .into_iter()
            .collect(),
    }
}

/// A resident. `merged`: the records that this one stands for. A record that was merged into another only says which.
pub fn patient(r: &Resident, home: &Home, merged: &[ResidentId]) -> Resource {
    let link = |id: ResidentId, kind| Link { other: Reference::to("Patient", id), kind };
    let id = r.id.to_string();
    let body = if let Some(survivor) = r.merged_into {
        Patient {
            id: id.clone(),
            meta: Meta::version(r.version, None),
            extension: Vec::new(),
            identifier: Vec::new(),
            active: false,
            name: Vec::new(),
            gender: None,
            birth_date: None,
            contact: Vec::new(),
            managing_organization: None,
            link: vec![link(survivor, "replaced-by")],
        }
    } else {
        let masked = vec![
            Extension { url: MASKED, value_string: None, value_code: Some("masked") },
            Extension { url: RENDERED, value_string: Some(r.id_number.masked()), value_code: None },
        ];
        Patient {
            id: id.clone(),
            meta: Meta::version(r.version, None),
            extension: vec![Extension { url: BED, value_string: Some(r.bed.clone()), value_code: None }],
            identifier: vec![Identifier {
                usage: Some("official"),
                system: Some(format!("{OURS}/resident-identity-number")),
                value: None,
                masked: Some(Extended { extension: masked }),
            }],
            active: true,
            name: vec![HumanName { usage: Some("official"), text: r.name.expose().clone() }],
            gender: Some(r.sex.as_str()),
            birth_date: Some(Day(r.birth_date)),
            contact: r.contacts.iter().chain(&r.surrogate).map(contact).collect(),
            managing_organization: Some(Reference::home("Organization", home)),
            link: merged.iter().map(|id| link(*id, "replaces")).collect(),
        }
    };
    Resource { id, kind: Kind::Patient, status: None, at: None, codes: Vec::new(), body: Body::Patient(Box::new(body)) }
}
