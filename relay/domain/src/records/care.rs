//! Consultations, their notes and invitations.

use crate::ids::{ConsultationId, HomeId, InvitationId, ResidentId, StaffId};
use crate::machines::consultation::{Event, State};
use crate::machines::{Refused, invitation, named_enum};
use crate::sensitive::Sensitive;
use jiff::Timestamp;

named_enum! {
    /// Order in the waiting room.
    Urgency {
        /// By time.
        Routine = "routine",
        /// First.
        Urgent = "urgent",
    }
}

named_enum! {
    /// How well the home is heard and seen, in a word.
    LinkSummary {
        /// Good.
        Good = "good",
        /// Weak.
        Weak = "weak",
        /// Poor.
        Poor = "poor",
        /// Was there, is gone.
        Lost = "lost",
        /// Not connected.
        None = "none",
        /// The home's box is in another consultation that a specialist began.
        Busy = "busy",
    }
}

/// A remote consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// Identifier, also of its room.
    pub id: ConsultationId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// With whom.
    pub resident_id: ResidentId,
    /// The resident's home when asked for.
    pub home_id: HomeId,
    /// Why.
    pub reason: Sensitive<String>,
    /// How soon.
    pub urgency: Urgency,
    /// The nurse who asked.
    pub requested_by: StaffId,
    /// Who consults.
    pub specialist_id: Option<StaffId>,
    /// Asked at.
    pub requested_at: Timestamp,
    /// Booked for.
    pub scheduled_at: Option<Timestamp>,
    /// Checked in at.
    pub waiting_since: Option<Timestamp>,
    /// Begun at.
    pub began_at: Option<Timestamp>,
    /// Ended at, however.
    pub ended_at: Option<Timestamp>,
    /// Why it was cancelled, failed or stopped.
    pub end_reason: Option<Sensitive<String>>,
}

impl Consultation {
    /// The record after `event`: state, facts and version move together.
    pub fn apply(mut self, event: Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        self.state = next.state;
        self.version += 1;
        match event {
            Event::Offer { specialist } | Event::Direct { specialist } => self.specialist_id = Some(specialist),
            Event::Accept { scheduled_at } | Event::Move { scheduled_at } => self.scheduled_at = Some(scheduled_at),
            Event::Decline => self.specialist_id = None,
            Event::Book { specialist, scheduled_at } => {
                self.specialist_id = Some(specialist);
                self.scheduled_at = Some(scheduled_at);
            }
            Event::CheckIn => self.waiting_since = Some(at),
            Event::Begin { specialist } => {
                self.specialist_id = Some(specialist);
                self.began_at = Some(at);
            }
            Event::Cancel { reason } | Event::Fail { reason } | Event::Stop { reason } => {
                self.end_reason = Some(reason.into());
            }
            Event::Complete | Event::NoShow => {}
        }
        if self.state.is_terminal() {
            self.ended_at = Some(at);
        }
        Ok(self)
    }
}

/// The specialist's note, saved as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsultationNote {
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// Version; 0 before the first save.
    pub version: i64,
    /// Text.
    pub text: Sensitive<String>,
    /// ICD-10.
    pub diagnosis_code: Option<String>,
    /// Last saved.
    pub updated_at: Timestamp,
    /// By whom.
    pub author: StaffId,
}

named_enum! {
    /// Who an observer is.
    InvitationKind {
        /// Family.
        Family = "family",
        /// A colleague.
        SecondSpecialist = "second_specialist",
        /// Who makes doctor and resident understand each other.
        Interpreter = "interpreter",
    }
}

/// A link by which one observer joins one consultation, on one device and after somebody let that one in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Identifier.
    pub id: InvitationId,
    /// Changes with each step.
    pub version: i64,
    /// Where it stands.
    pub state: invitation::State,
    /// To which consultation.
    pub consultation_id: ConsultationId,
    /// Who.
    pub kind: InvitationKind,
    /// Name shown to the others.
    pub display_name: Sensitive<String>,
    /// SHA-256 of the link token.
    pub token_sha256: [u8; 32],
    /// Who invited.
    pub invited_by: StaffId,
    /// Made at.
    pub created_at: Timestamp,
    /// Over at.
    pub expires_at: Timestamp,
    /// SHA-256 of what the device that opened it knows.
    pub device_sha256: Option<[u8; 32]>,
    /// Opened by it.
    pub arrived_at: Option<Timestamp>,
    /// Who let the guest in, or did not.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

impl Invitation {
    /// A device shows the link. The first one waits from now on; the same one may come again (a page that was loaded anew); any other, and whoever was sent away, may not.
    pub fn arrive(mut self, device_sha256: [u8; 32], at: Timestamp) -> Result<Arrival, Refused> {
        let again = self.device_sha256 == Some(device_sha256) && !self.state.is_terminal();
        if again {
            return Ok(Arrival::Again(self));
        }
        self.state = self.state.apply(invitation::Event::Arrive)?;
        self.version += 1;
        self.device_sha256 = Some(device_sha256);
        self.arrived_at = Some(at);
        Ok(Arrival::First(self))
    }

    /// Let in, or not (any more).
    pub fn decide(mut self, admit: bool, by: StaffId, at: Timestamp) -> Result<Self, Refused> {
        let event = if admit { invitation::Event::Admit } else { invitation::Event::Revoke };
        self.state = self.state.apply(event)?;
        self.version += 1;
        self.decided_by = Some(by);
        self.decided_at = Some(at);
        Ok(self)
    }
}

/// A device that showed a link and may stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// The first: the invitation changed.
    First(Invitation),
    /// The same one once more.
    Again(Invitation),
}
