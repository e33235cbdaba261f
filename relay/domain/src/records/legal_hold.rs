//! Legal holds.

use crate::ids::{HomeId, LegalHoldId, ResidentId, StaffId};
use crate::machines::Refused;
use crate::machines::legal_hold::{Event, State};
use crate::sensitive::Sensitive;
use jiff::Timestamp;

/// A hold on one resident's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Identifier.
    pub id: LegalHoldId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// On whose record.
    pub resident_id: ResidentId,
    /// The resident's home when it was placed.
    pub home_id: HomeId,
    /// Why: a court's or an authority's reference.
    pub reason: Sensitive<String>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// By whom.
    pub placed_by: StaffId,
    /// When it was lifted.
    pub released_at: Option<Timestamp>,
    /// By whom.
    pub released_by: Option<StaffId>,
}

impl LegalHold {
    /// The record after it was lifted.
    pub fn release(mut self, by: StaffId, at: Timestamp) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Release)?;
        self.version += 1;
        self.released_at = Some(at);
        self.released_by = Some(by);
        Ok(self)
    }
}
