//! What the store keeps and use cases move: plain values, legal by their types. Rows become these or an error.
//! Not here: how they are shown (the application's views) and how they change (machines).

mod care;
mod delivery;
mod people;
mod prescription;
mod registry;
mod resident;

pub use care::{Consultation, ConsultationNote, Invitation, InvitationKind, LinkSummary, Urgency};
pub use delivery::{Attempt, Count, Delivery, Pack};
pub use people::{Home, Pharmacy, Session, SessionSubject, Staff, StaffCredential};
pub use prescription::{
    Content, Frequency, Item, Prescription, Rejection, RejectionCode, Route, SignedDocument, Supply, TimelineStep,
};
pub use registry::{
    BreakGlass, Consent, ConsentGiver, ConsentKind, Document, DocumentKind, DuplicatePair, Signature, consent_in_force,
};
pub use resident::{
    AllergyRecord, AllergySeverity, Condition, Contact, DeviceTrace, Eligibility, Medicine, Note, NoteKind,
    Observation, ObservationSource, Resident, Sex,
};

use crate::access::Facts;

impl Resident {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), ..Facts::default() }
    }
}

impl Consent {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), ..Facts::default() }
    }
}

impl BreakGlass {
    /// What access decides on: it belongs to the specialist who opened it.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), specialist_id: Some(self.staff_id), ..Facts::default() }
    }
}

impl Consultation {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts {
            home_id: Some(self.home_id),
            specialist_id: self.specialist_id,
            consultation_id: Some(self.id),
            // Reads decide it anew; a command is refused in sight, as its own scope says.
            related: true,
            ..Facts::default()
        }
    }
}

impl Prescription {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        use crate::machines::prescription::State;
        Facts {
            home_id: Some(self.home_id),
            pharmacy_id: self.pharmacy_id,
            open_to_pharmacies: self.state == State::Approved,
            // A draft, or one that was given up before it was signed.
            unsigned: self.signed_at.is_none(),
            specialist_id: Some(self.specialist_id),
            pharmacist_id: self.pharmacist_id,
            consultation_id: Some(self.consultation_id),
            related: true,
            ..Facts::default()
        }
    }
}

impl Delivery {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts {
            home_id: Some(self.home_id),
            pharmacy_id: Some(self.pharmacy_id),
            delivery_id: Some(self.id),
            ..Facts::default()
        }
    }
}
