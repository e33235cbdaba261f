//! The records as FHIR R4: pure, records in, typed resources out, one file per resource. What a state means in FHIR stands in [`codes`] alone.
//! Not here: who may read them (the access table), how they are searched in the store and what HTTP makes of them (the relay).
//!
//! An id names the record it comes from and, where several resources come from one record, which of them (`docs/fhir.md`).

mod answer;
mod appointment;
pub mod capability;
mod codes;
mod dosage;
mod encounter;
pub mod kind;
mod medication_administration;
mod medication_dispense;
mod medication_request;
mod observation;
mod patient;
mod provenance;
pub mod search;
mod service_request;
mod supply_delivery;
mod task;
mod types;

pub use answer::{Bundle, OperationOutcome};
pub use appointment::appointment as appointment_of;
pub use codes::*;
pub use encounter::{of_consultation as encounter_of_consultation, of_stop as encounter_of_stop, stop_id};
pub use kind::Kind;
pub use medication_administration::{DoseContext, of_entry as administration_of};
pub use medication_dispense::of_prescription as dispenses_of;
pub use medication_request::of_prescription as medication_requests_of;
pub use observation::{BLOOD_PRESSURE, of_ecg as observation_of_ecg, of_reading as observation_of};
pub use patient::patient as patient_of;
pub use provenance::of_prescription as provenances_of;
pub use service_request::{of_consultation as request_of_consultation, of_referral as request_of_referral};
pub use supply_delivery::of_delivery as supplies_of;
pub use task::{
    of_consultation as task_of_consultation, of_delivery as task_of_delivery, of_prescription as tasks_of_prescription,
};

use crate::formulary::Formulary;
use crate::ids::PharmacyId;
use crate::records::{Delivery, Dispense, Home, Pharmacy, Prescription, Resident, Staff};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// A resource, with what a search compares. Its first field is `resourceType`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Resource {
    /// Logical id.
    #[serde(skip)]
    pub id: String,
    /// Which kind.
    #[serde(rename = "resourceType")]
    pub kind: Kind,
    /// As `status` finds it.
    #[serde(skip)]
    pub status: Option<&'static str>,
    /// As the parameter of time finds it.
    #[serde(skip)]
    pub at: Option<Timestamp>,
    /// As `code` or `class` finds it.
    #[serde(skip)]
    pub codes: Vec<String>,
    /// What is told.
    #[serde(flatten)]
    body: Body,
}

/// The content by kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Body {
    Appointment(Box<appointment::Appointment>),
    Encounter(Box<encounter::Encounter>),
    MedicationAdministration(Box<medication_administration::MedicationAdministration>),
    MedicationDispense(Box<medication_dispense::MedicationDispense>),
    MedicationRequest(Box<medication_request::MedicationRequest>),
    Observation(Box<observation::Observation>),
    Patient(Box<patient::Patient>),
    Provenance(Box<provenance::Provenance>),
    ServiceRequest(Box<service_request::ServiceRequest>),
    SupplyDelivery(Box<supply_delivery::SupplyDelivery>),
    Task(Box<task::Task>),
}

/// A prescription with everything that its resources refer to. A member that the reader may not know of is simply not there.
#[derive(Debug, Clone, Copy)]
pub struct PrescriptionContext<'a> {
    /// The record.
    pub prescription: &'a Prescription,
    /// For whom: the record that stands.
    pub resident: &'a Resident,
    /// Who prescribed.
    pub specialist: &'a Staff,
    /// Who reviewed.
    pub pharmacist: Option<&'a Staff>,
    /// Who fills it or filled a part of it.
    pub pharmacies: &'a [Pharmacy],
    /// The one it replaces.
    pub prior: Option<&'a Prescription>,
    /// Its parcels, oldest first.
    pub deliveries: &'a [Delivery],
    /// What pharmacies gave back.
    pub declined: &'a [Dispense],
    /// What drugs are called.
    pub formulary: &'a Formulary,
    /// The day that decides what is still valid.
    pub today: Date,
    /// This pharmacy reads: not the consultation, and only what it fills itself.
    pub only: Option<PharmacyId>,
}

/// A delivery with everything that its resources refer to.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryContext<'a> {
    /// The record.
    pub delivery: &'a Delivery,
    /// For whom.
    pub resident: &'a Resident,
    /// To where.
    pub home: &'a Home,
    /// From where.
    pub pharmacy: &'a Pharmacy,
    /// Which parcel of its prescription it is, from 1.
    pub fill: usize,
    /// Of which prescription.
    pub prescription: &'a Prescription,
    /// What drugs are called.
    pub formulary: &'a Formulary,
}

impl PrescriptionContext<'_> {
    /// A pharmacy by its id.
    fn pharmacy(&self, id: Option<PharmacyId>) -> Option<types::Reference> {
        self.pharmacies.iter().find(|pharmacy| Some(pharmacy.id) == id).map(types::Reference::pharmacy)
    }

    /// The codes of its state.
    fn codes(&self) -> PrescriptionCodes {
        let p = self.prescription;
        let acted_on = p.pharmacy_id.is_some() || p.timeline.iter().any(|step| step.step == "accept");
        prescription(p.state, acted_on, p.valid_until.is_none_or(|last| self.today <= last))
    }
}
