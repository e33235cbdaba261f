//! The table of what is served: kinds of resources, the actions that read them, their search parameters. Routes, the document and the
//! CapabilityStatement are made from it.

use crate::access::Action;
use serde::{Serialize, Serializer};

/// How a search parameter compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// The logical id, or several with commas.
    Id,
    /// The resident: `Patient/{id}` or the id alone.
    Patient,
    /// The status, or several with commas.
    Status,
    /// A code with or without its system, or several with commas.
    Code,
    /// A day or a moment, with `eq`, `ge`, `gt`, `le`, `lt`; may be given twice.
    Time,
}

/// A search parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// As R4 names it.
    pub name: &'static str,
    /// How it compares.
    pub compare: Compare,
}

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A consultation's time.
    Appointment,
    /// A consultation, or one resident's visit in person.
    Encounter,
    /// What became of a dose.
    MedicationAdministration,
    /// One batch of one line that a pharmacy takes from the shelf.
    MedicationDispense,
    /// One line of a prescription.
    MedicationRequest,
    /// A reading.
    Observation,
    /// A resident.
    Patient,
    /// A signature under a prescription.
    Provenance,
    /// A request for a consultation, or a referral.
    ServiceRequest,
    /// One line of a parcel on the road.
    SupplyDelivery,
    /// Work on a prescription or a parcel.
    Task,
}

impl Kind {
    /// All, by name.
    pub const ALL: [Self; 11] = [
        Self::Appointment,
        Self::Encounter,
        Self::MedicationAdministration,
        Self::MedicationDispense,
        Self::MedicationRequest,
        Self::Observation,
        Self::Patient,
        Self::Provenance,
        Self::ServiceRequest,
        Self::SupplyDelivery,
        Self::Task,
    ];

    /// As FHIR calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appointment => "Appointment",
            Self::Encounter => "Encounter",
            Self::MedicationAdministration => "MedicationAdministration",
            Self::MedicationDispense => "MedicationDispense",
            Self::MedicationRequest => "MedicationRequest",
            Self::Observation => "Observation",
            Self::Patient => "Patient",
            Self::Provenance => "Provenance",
            Self::ServiceRequest => "ServiceRequest",
            Self::SupplyDelivery => "SupplyDelivery",
            Self::Task => "Task",
        }
    }

    /// The action of a search, then that of a read. A kind that comes from two records names the one whose row is the narrower.
    pub const fn actions(self) -> [Action; 2] {
        match self {
            Self::Appointment => [Action::ListAppointments, Action::ListAppointments],
            Self::Encounter | Self::ServiceRequest => [Action::ListConsultations, Action::ListConsultations],
            Self::MedicationAdministration => [Action::ViewDoses, Action::ViewDoses],
            Self::MedicationDispense | Self::MedicationRequest | Self::Provenance | Self::Task => {
                [Action::ListPrescriptions, Action::ViewPrescription]
            }
            Self::Observation => [Action::ViewResident, Action::ViewResident],
            Self::Patient => [Action::ListResidents, Action::ViewResident],
            Self::SupplyDelivery => [Action::ViewSupply, Action::ViewSupply],
        }
    }

    /// What a search can ask for.
    pub const fn parameters(self) -> &'static [Parameter] {
        const fn by(name: &'static str, compare: Compare) -> Parameter {
            Parameter { name, compare }
        }
        const ID: Parameter = by("_id", Compare::Id);
        const PATIENT: Parameter = by("patient", Compare::Patient);
        const SUBJECT: Parameter = by("subject", Compare::Patient);
        const STATUS: Parameter = by("status", Compare::Status);
        const DATE: Parameter = by("date", Compare::Time);
        const CLASS: Parameter = by("class", Compare::Code);
        const EFFECTIVE_TIME: Parameter = by("effective-time", Compare::Time);
        const WHENPREPARED: Parameter = by("whenprepared", Compare::Time);
        const AUTHOREDON: Parameter = by("authoredon", Compare::Time);
        const CODE: Parameter = by("code", Compare::Code);
        const RECORDED: Parameter = by("recorded", Compare::Time);
        const AUTHORED: Parameter = by("authored", Compare::Time);
        const AUTHORED_ON: Parameter = by("authored-on", Compare::Time);
        match self {
            Self::Appointment => &[ID, PATIENT, STATUS, DATE],
            Self::Encounter => &[ID, PATIENT, SUBJECT, STATUS, CLASS, DATE],
            Self::MedicationAdministration => &[ID, PATIENT, SUBJECT, STATUS, EFFECTIVE_TIME],
            Self::MedicationDispense => &[ID, PATIENT, SUBJECT, STATUS, WHENPREPARED],
            Self::MedicationRequest => &[ID, PATIENT, SUBJECT, STATUS, AUTHOREDON],
            Self::Observation => &[ID, PATIENT, SUBJECT, STATUS, CODE, DATE],
            Self::Patient => &[ID],
            Self::Provenance => &[ID, PATIENT, RECORDED],
            Self::ServiceRequest => &[ID, PATIENT, SUBJECT, STATUS, AUTHORED],
            Self::SupplyDelivery => &[ID, PATIENT, STATUS],
            Self::Task => &[ID, PATIENT, SUBJECT, STATUS, CODE, AUTHORED_ON],
        }
    }

    /// Every status that R4 has for it, also those that no record comes to; none where it has no status.
    pub const fn statuses(self) -> &'static [&'static str] {
        match self {
            Self::Appointment => &[
                "proposed",
                "pending",
                "booked",
                "arrived",
                "fulfilled",
                "cancelled",
                "noshow",
                "entered-in-error",
                "checked-in",
                "waitlist",
            ],
            Self::Encounter => &[
                "planned",
                "arrived",
                "triaged",
                "in-progress",
                "onleave",
                "finished",
                "cancelled",
                "entered-in-error",
                "unknown",
            ],
            Self::MedicationAdministration => {
                &["in-progress", "not-done", "on-hold", "completed", "entered-in-error", "stopped", "unknown"]
            }
            Self::MedicationDispense => &[
                "preparation",
                "in-progress",
                "cancelled",
                "on-hold",
                "completed",
                "entered-in-error",
                "stopped",
                "declined",
                "unknown",
            ],
            Self::MedicationRequest => {
                &["active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"]
            }
            Self::Observation => &[
                "registered",
                "preliminary",
                "final",
                "amended",
                "corrected",
                "cancelled",
                "entered-in-error",
                "unknown",
            ],
            Self::Patient | Self::Provenance => &[],
            Self::ServiceRequest => {
                &["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
            }
            Self::SupplyDelivery => &["in-progress", "completed", "abandoned", "entered-in-error"],
            Self::Task => &[
                "draft",
                "requested",
                "received",
                "accepted",
                "rejected",
                "ready",
                "cancelled",
                "in-progress",
                "on-hold",
                "failed",
                "completed",
                "entered-in-error",
            ],
        }
    }

    /// Whether a search must name the resident.
    pub const fn needs_patient(self) -> bool {
        matches!(self, Self::Observation)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl std::str::FromStr for Kind {
    type Err = crate::UnknownName;
    fn from_str(name: &str) -> Result<Self, crate::UnknownName> {
        let unknown = || crate::UnknownName { kind: "FHIR resource", name: name.to_owned() };
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(unknown)
    }
}
