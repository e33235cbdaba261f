//! The request for a refill of a course that runs out.

use crate::access::Facts;
use crate::ids::{HomeId, PrescriptionId, RefillId, ResidentId, StaffId};
use crate::machines::Refused;
use crate::machines::refill::{Event, State};
use crate::runway::RunsOut;
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use jiff::civil::Date;

/// A request. There is at most one for a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refill {
    /// Identifier.
    pub id: RefillId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Which course.
    pub prescription_id: PrescriptionId,
    /// For whom.
    pub resident_id: ResidentId,
    /// Where.
    pub home_id: HomeId,
    /// Who wrote the prescription.
    pub specialist_id: StaffId,
    /// Lines that run out.
    pub item_nos: Vec<u16>,
    /// Last day with all doses.
    pub last_day: Date,
    /// Why it ends then.
    pub runs_out: RunsOut,
    /// When the system asked.
    pub asked_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The prescription that was written for it.
    pub renewed_by: Option<PrescriptionId>,
    /// Why the medicine ends.
    pub decline_reason: Option<Sensitive<String>>,
}

impl Refill {
    /// The record after `event`.
    pub fn apply(mut self, event: &Event, at: Timestamp) -> Result<Self, Refused> {
        let next = self.state.apply(event, at)?;
        self.state = next.state;
        self.version += 1;
        if self.state.is_terminal() {
            self.decided_at = Some(at);
        }
        Ok(self)
    }

    /// What access decides on.
    pub fn facts(&self) -> Facts {
        Facts { home_id: Some(self.home_id), specialist_id: Some(self.specialist_id), ..Facts::default() }
    }
}
