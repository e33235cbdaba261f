//! What the store keeps and use cases move: plain values, legal by their types. Rows become these or an error.
//! Not here: how they are shown (the application's views) and how they change (machines).

mod care;
mod clinic_box;
mod courier_run;
mod delivery;
mod discrepancy;
mod dispense;
mod dose;
mod ecg;
mod eligibility;
mod legal_hold;
mod people;
mod pharmacy_system;
mod prescription;
mod recall;
mod recording;
mod referral;
mod refill;
mod registry;
mod resident;
mod schedule;
mod signing_key;
mod still;
mod stock;
mod visit;

pub use care::{Arrival, Consultation, ConsultationNote, Invitation, InvitationKind, LinkSummary, Urgency};
pub use clinic_box::{BoxCertificate, BoxState, CertificateSource, EnrolmentCode, Instances, SpentCode};
pub use courier_run::{CourierRun, same_phone};
pub use delivery::{Attempt, Count, Delivery, Pack, Temperature, prescribed_units};
pub use discrepancy::{Difference, Discrepancy, SettleError};
pub use dispense::{DeclineCode, Dispense, FillType, PartReason};
pub use dose::{DoseEntry, NeedReason, NotGivenReason};
pub use ecg::{Ecg, EcgHead};
pub use eligibility::{Eligibility, JointSwitch, PresentDoctor, Revocation};
pub use legal_hold::LegalHold;
pub use people::{
    EndedBy, Home, Passkey, Pharmacy, SecondFactor, Session, SessionSubject, SignInMethod, Staff, StaffCredential,
    StaffIdentity,
};
pub use pharmacy_system::{OnDuty, PharmacySystem, Webhook, WebhookDelivery, WebhookDeliveryState};
pub use prescription::{
    Asker, Assessment, AtCounter, Content, Favourite, Instead, Item, Prescription, Question, Rejection, RejectionCode,
    SignedDocument, StepReason, Supplied, Supply, TimelineStep, WRITE_OVER,
};
pub use recall::{AnswerError, Recall, RecallAnswer, RecallEnd, RecallHome};
pub use recording::{
    Assembly, Gap, GapReason, Movie, RECORDING_AWAITED, Recording, RecordingFailure, RecordingTrouble,
    SEGMENT_MOST_BYTES, SEGMENTS_OF_RECORDING, StopCause,
};
pub use referral::{
    Carrier, HospitalAppointment, Referral, ReferralContent, ReferralQuestion, ReferralReport, Transport,
    TransportNeed, Vehicle,
};
pub use refill::{Refill, RenewalEnd, Reopened};
pub use registry::{
    BodySite, BreakGlass, Consent, ConsentGiver, ConsentKind, ConsentLack, Document, DocumentKind, DuplicatePair,
    RecordingAnswer, RecordingAnswered, Signature, consent_in_force, consent_lack,
};
pub use resident::{
    AllergyRecord, AllergySeverity, Condition, Contact, DeviceTrace, Medicine, Note, NoteKind, Observation,
    ObservationSource, Resident, Sex,
};
pub use still::{
    STILL_AWAITED, STILL_MOST_BYTES, STILLS_AT_ONCE, STILLS_OF_CONSULTATION, Still, StillCamera, StillFailure,
};
pub use stock::{Short, Stock, StockEntry, StockMove, StockReason, Units, fate};
pub use visit::{Visit, VisitStop};

pub use schedule::{Appointment, Calendar, CalendarOf, Round, UrgentCall};
pub use signing_key::{SigningKey, fingerprint};

use crate::access::Facts;
use crate::actor::Actor;

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

impl Stock {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { pharmacy_id: Some(self.pharmacy_id), ..Facts::default() }
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
            begun: self.began_at.is_some(),
            ..Facts::default()
        }
    }
}

impl Prescription {
    /// What access decides on when `asks` asks: a pharmacy reaches what is in the pool only once it is offered to it.
    pub fn facts(&self, asks: &Actor) -> Facts {
        Facts {
            home_id: Some(self.home_id),
            pharmacy_id: self.pharmacy_id,
            open_to_pharmacies: self.state.is_open_to_pharmacies() && self.offered.reaches(asks),
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
            run_id: Some(self.run_id),
            ..Facts::default()
        }
    }
}

impl CourierRun {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { pharmacy_id: Some(self.pharmacy_id), run_id: Some(self.id), ..Facts::default() }
    }
}

impl Discrepancy {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), pharmacy_id: Some(self.pharmacy_id), ..Facts::default() }
    }
}

impl Referral {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts {
            home_id: Some(self.home_id),
            specialist_id: self.specialist_id,
            consultation_id: self.consultation_id,
            ..Facts::default()
        }
    }
}

impl Transport {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), ..Facts::default() }
    }
}

impl Visit {
    /// What access decides on. A round goes through several homes; each sees it as a round of its own.
    pub fn facts(&self, actor: &crate::Actor) -> Facts {
        let own = actor.home_id().filter(|home| self.stops.iter().any(|stop| stop.home_id == *home));
        Facts { home_id: own, ..Facts::default() }
    }
}
