//! What was short, damaged, too warm or called back and is in the home all the same: a task until the pharmacy has settled it.

use crate::Sensitive;
use crate::ids::{DeliveryId, DiscrepancyId, HomeId, PharmacyId, PrescriptionId, ResidentId, StaffId};
use crate::machines::Refused;
use crate::machines::discrepancy::{Cause, Event, Resolution, State};
use crate::machines::prescription;
use crate::records::{Delivery, Item, Prescription, prescribed_units};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line as it was expected and as it was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Line of the prescription.
    pub item_no: u16,
    /// Name of the drug (Chinese).
    pub name: String,
    /// The same in English; absent in parcels of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
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

/// Why a settlement does not fit the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettleError {
    /// What was missing of this line is in a parcel again: it arrives, or is taken back first. Money back and medicine would be both.
    #[error("what was missing of line {item_no} is in a parcel again")]
    SentAgain {
        /// Which line.
        item_no: u16,
    },
    /// The order cannot end from where it stands.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Discrepancy {
    /// Everything came whole, and more of it than was packed.
    pub fn is_surplus(&self) -> bool {
        self.cause == Cause::Count && self.lines.iter().all(|line| line.damaged == 0 && line.arrived >= line.expected)
    }

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

    /// The order after this settlement, or `None` where it makes no difference to it. What is sent again stays owed; refunded, written off and explained close
    /// what the count found missing. With nothing owed the order ends: whoever gets the money back waits for no parcel. What was sent again meanwhile is not closed
    /// beside its parcel, which would leave it owed once the parcel came back; it is settled as sent again.
    pub fn closes(
        &self,
        order: &Prescription,
        parcel: &Delivery,
        at: Timestamp,
        who: (&str, Option<Uuid>),
    ) -> Result<Option<Prescription>, SettleError> {
        use prescription::State as P;
        let is_closed = match self.resolution {
            Some(Resolution::Refunded | Resolution::WrittenOff | Resolution::Explained) => true,
            Some(Resolution::Resent) | None => false,
        };
        // A warm parcel is opened for beside its count, and counts nothing missing a second time.
        let counted = self.cause != Cause::Temperature;
        // What another pharmacy took over meanwhile is that pharmacy's to send.
        let own = order.pharmacy_id.is_none_or(|pharmacy| pharmacy == self.pharmacy_id);
        let (sent, open) = match order.state {
            P::Approved | P::Dispensing | P::OnHold | P::Returned => (&[][..], true),
            P::Packed | P::InDelivery => (&order.packs[..], true),
            _ => (&[][..], false),
        };
        if !(is_closed && counted && own && open) {
            return Ok(None);
        }
        let missing = |item: &Item| parcel.missing(item.no).min(order.owed(item));
        let waits = |item: &Item| order.owed(item).saturating_sub(prescribed_units(sent, item.no));
        if let Some(item) = order.items.iter().find(|item| missing(item) > waits(item)) {
            return Err(SettleError::SentAgain { item_no: item.no });
        }
        let closed: Vec<(u16, u32)> = order.items.iter().map(|item| (item.no, missing(item))).collect();
        if closed.iter().all(|(_, quantity)| *quantity == 0) {
            return Ok(None);
        }
        let mut order = order.clone();
        for (no, quantity) in closed.into_iter().filter(|(_, quantity)| *quantity > 0) {
            order.close(no, quantity);
        }
        if !order.is_settled() || matches!(order.state, P::Packed | P::InDelivery) {
            // What lies on the counter was picked for more: it is picked again.
            if matches!(order.state, P::Dispensing | P::OnHold) {
                order.packs.clear();
            }
            order.version += 1;
            return Ok(Some(order));
        }
        let supplied = order.in_the_home();
        let mut ended = order.apply(prescription::Event::Close { supplied }, at, who)?;
        ended.pharmacy_id = Some(self.pharmacy_id);
        if !supplied {
            let how = self.resolution.map_or("", Resolution::zh);
            ended.end_reason = Some(format!("药房结清差异：{how}").into());
        }
        Ok(Some(ended))
    }
}
