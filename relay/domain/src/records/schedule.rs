//! What the calendar keeps beside the consultations: the times that are held, rounds, one-key calls, shared calendars.

use crate::access::Facts;
use crate::ids::{
    CalendarId, ConsultationId, HomeId, ReferralId, ResidentId, RoundId, StaffId, TransportId, UrgentCallId,
};
use crate::machines::Refused;
use crate::machines::urgent_call::{Event, State, Step};
use crate::schedule::{Slot, Triage};
use crate::sensitive::Sensitive;
use jiff::Timestamp;

/// The scheduling part of a consultation: which of the specialist's time it holds. Where it stands is the consultation's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appointment {
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// Whose time.
    pub specialist_id: StaffId,
    /// Of which home.
    pub home_id: HomeId,
    /// Which time.
    pub slot: Slot,
    /// The time is taken; false once it is free for others again.
    pub held: bool,
    /// Counts each change of time or fate: SEQUENCE of RFC 5545.
    pub sequence: u32,
    /// When it was changed last.
    pub changed_at: Timestamp,
    /// In which round, if any.
    pub round_id: Option<RoundId>,
}

impl Appointment {
    /// Another time.
    #[must_use]
    pub fn moved(self, slot: Slot, at: Timestamp) -> Self {
        Self { slot, held: true, sequence: self.sequence + 1, changed_at: at, ..self }
    }

    /// Given back.
    #[must_use]
    pub fn released(self, at: Timestamp) -> Self {
        Self { held: false, sequence: self.sequence + 1, changed_at: at, ..self }
    }
}

/// A block with one specialist and several residents of one home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Identifier.
    pub id: RoundId,
    /// Version of the row.
    pub version: i64,
    /// Which home.
    pub home_id: HomeId,
    /// With whom.
    pub specialist_id: StaffId,
    /// Who planned it.
    pub planned_by: StaffId,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Minutes planned for each.
    pub minutes: u32,
    /// Running order.
    pub order: Vec<ConsultationId>,
}

impl Round {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), specialist_id: Some(self.specialist_id), ..Facts::default() }
    }
}

/// A resident's one-key call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrgentCall {
    /// Identifier.
    pub id: UrgentCallId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Who calls.
    pub resident_id: ResidentId,
    /// From which home.
    pub home_id: HomeId,
    /// From which bed.
    pub bed: String,
    /// Order among calls when it was raised.
    pub triage: Triage,
    /// Whom it was put to, in the order of asking.
    pub called: Vec<StaffId>,
    /// Who took care of it.
    pub answered_by: Option<StaffId>,
    /// The consultation it became.
    pub consultation_id: Option<ConsultationId>,
    /// The registration at a hospital that it became, as the draft of a referral.
    pub referral_id: Option<ReferralId>,
    /// The ride that was asked for.
    pub transport_id: Option<TransportId>,
    /// What was noted at its end.
    pub note: Option<Sensitive<String>>,
    /// Every step with its time.
    pub steps: Vec<Step>,
    /// When the button was pressed, where a box says so: without a link that is before the call was raised.
    pub pressed_at: Option<Timestamp>,
}

impl UrgentCall {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), ..Facts::default() }
    }

    /// The record after `event`: state, steps and version move together.
    pub fn apply(mut self, event: Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(&event, at)?;
        self.state = next.state;
        self.version += 1;
        self.steps.push(Step { state: next.state, at });
        Ok(self)
    }

    /// When it was raised.
    pub fn raised_at(&self) -> Timestamp {
        self.steps.first().map_or(Timestamp::UNIX_EPOCH, |step| step.at)
    }
}

/// Whose appointments a calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarOf {
    /// A specialist's.
    Specialist(StaffId),
    /// A home's.
    Home(HomeId),
}

/// A calendar that programs outside can read by a secret link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Identifier.
    pub id: CalendarId,
    /// Whose.
    pub of: CalendarOf,
    /// SHA-256 of the link's token.
    pub token_sha256: [u8; 32],
    /// Who shared it.
    pub shared_by: StaffId,
    /// Since.
    pub created_at: Timestamp,
    /// Withdrawn at.
    pub revoked_at: Option<Timestamp>,
}

impl Calendar {
    /// What access decides on.
    pub fn facts(&self) -> Facts {
        match self.of {
            CalendarOf::Specialist(id) => Facts { specialist_id: Some(id), ..Facts::default() },
            CalendarOf::Home(id) => Facts { home_id: Some(id), ..Facts::default() },
        }
    }
}
