//! What was short, damaged, too warm or called back and is in the home all the same: a task until the pharmacy has settled it.

use crate::Sensitive;
use crate::ids::{DeliveryId, DiscrepancyId, HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId};
use crate::machines::Refused;
use crate::machines::discrepancy::{Cause, Event, Resolution, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One line as it was expected and as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Line of the prescription.
    pub item_no: u16,
    /// Name of the drug (Chinese).
    pub name: String,
    /// The drug's unit.
    pub unit: String,
    /// How much was packed.
    pub expected: u32,
    /// How much arrived, damaged included.
    pub arrived: u32,
    /// How much of it is damaged.
    pub damaged: u32,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discrepancy {
    /// Identifier.
    pub id: DiscrepancyId,
    /// Version of the row.
    pub version: i64,
    /// State.
    pub state: State,
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Of which prescription.
    pub prescription_id: PrescriptionId,
    /// For whom.
    pub resident_id: ResidentId,
    /// In which home.
    pub home_id: HomeId,
    /// Who settles it.
    pub pharmacy_id: PharmacyId,
    /// What is wrong.
    pub cause: Cause,
    /// The lines, with the real quantities.
    pub lines: Vec<Difference>,
    /// What the nurse wrote.
    pub comment: Option<Sensitive<String>>,
    /// Opened at.
    pub opened_at: Timestamp,
    /// How it was settled.
    pub resolution: Option<Resolution>,
    /// What the pharmacy wrote.
    pub note: Option<Sensitive<String>>,
    /// Settled at.
    pub resolved_at: Option<Timestamp>,
    /// By whom.
    pub resolved_by: Option<StaffId>,
}

impl Discrepancy {
    /// The record after it was settled.
    pub fn resolve(
        mut self,
        resolution: Resolution,
        note: Option<String>,
        at: Timestamp,
        by: StaffId,
    ) -> Result<Self, Refused> {
        self.state = self.state.apply(Event::Resolve(resolution))?;
        self.version += 1;
        self.resolution = Some(resolution);
        self.note = note.map(Into::into);
        self.resolved_at = Some(at);
        self.resolved_by = Some(by);
        Ok(self)
    }
}
