//! The eligibility ledger and what may stand in for it. Facts are added and revoked, never changed; what follows from them is in [`crate::eligibility`].

use crate::checked::Licence;
use crate::ids::{ConsultationId, EligibilityId, HomeId, PresentDoctorId, ResidentId, StaffId, VisitId};
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;

/// A resident was seen in person for a diagnosis (FHIR Encounter of class `HH`, finished): what makes remote prescribing for it lawful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// Identifier.
    pub id: EligibilityId,
    /// Who.
    pub resident_id: ResidentId,
    /// ICD-10.
    pub diagnosis_code: String,
    /// In words (Chinese).
    pub display: String,
    /// Which hospital.
    pub hospital: String,
    /// Day of the visit.
    pub date: Date,
    /// The clinician's name.
    pub clinician: String,
    /// The clinician's account, where there is one.
    pub clinician_id: Option<StaffId>,
    /// What was examined; empty in facts that were taken over from elsewhere.
    pub evidence: Sensitive<String>,
    /// The round in person that it comes from.
    pub visit_id: Option<VisitId>,
    /// When it came into the ledger; unknown for facts that were taken over.
    pub recorded_at: Option<Timestamp>,
    /// Taken back.
    pub revocation: Option<Revocation>,
}

/// A fact was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: StaffId,
    /// Why.
    pub reason: Sensitive<String>,
}

/// A home's switch for joint consultations; off until an administrator turns it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointSwitch {
    /// Of which home.
    pub home_id: HomeId,
    /// Version; 0 before the first change.
    pub version: i64,
    /// A consultant may prescribe without a visit when the home's own licensed doctor is present.
    pub allowed: bool,
    /// Why it was changed.
    pub reason: String,
    /// Last changed: when and by whom.
    pub changed: Option<(Timestamp, StaffId)>,
}

impl JointSwitch {
    /// How every home begins.
    pub const fn off(home_id: HomeId) -> Self {
        Self { home_id, version: 0, allowed: false, reason: String::new(), changed: None }
    }
}

/// A licensed doctor of the home who is in the room during one consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentDoctor {
    /// Identifier.
    pub id: PresentDoctorId,
    /// In which consultation.
    pub consultation_id: ConsultationId,
    /// Real name.
    pub name: Sensitive<String>,
    /// Licence to practise.
    pub licence: Licence,
    /// The institution that employs the doctor: the home's name.
    pub institution: String,
    /// Who named the doctor.
    pub named_by: StaffId,
    /// When.
    pub named_at: Timestamp,
}
