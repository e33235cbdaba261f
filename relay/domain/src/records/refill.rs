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

    /// The request after the home has less than it says: it asks for more lines, or for an earlier day. `None` where it says that already or is decided.
    pub fn sooner(mut self, item_nos: &[u16], last_day: Date, runs_out: RunsOut) -> Option<Self> {
        let more: Vec<u16> = item_nos.iter().copied().filter(|no| !self.item_nos.contains(no)).collect();
        let is_sooner = last_day < self.last_day;
        if self.state.is_terminal() || (more.is_empty() && !is_sooner) {
            return None;
        }
        if is_sooner {
            (self.last_day, self.runs_out) = (last_day, runs_out);
        }
        self.item_nos.extend(more);
        self.item_nos.sort_unstable();
        self.version += 1;
        Some(self)
    }
}
