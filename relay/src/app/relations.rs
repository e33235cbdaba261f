//! What ties the caller to residents, as access needs it. Only specialists need a tie; the others' reach is decided by home, pharmacy or link.

use std::collections::HashMap;

use jiff::Timestamp;
use yunzhen_domain::access::Facts;
use yunzhen_domain::audit::Purpose;
use yunzhen_domain::ids::{ResidentId, StaffId};
use yunzhen_domain::records::{Consultation, Prescription, Resident};
use yunzhen_domain::relation::{Relation, purpose};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, relations, staff};

use super::{AppError, Context};

/// The caller's ties.
pub(super) struct Ties {
    known: HashMap<ResidentId, Vec<Relation>>,
}

impl Ties {
    /// To everybody.
    pub(super) async fn to_all(db: &mut Db, ctx: &Context) -> Result<Self, AppError> {
        Self::load(db, &ctx.actor, None, ctx.now).await
    }

    /// To the person of one standing record.
    pub(super) async fn to(db: &mut Db, ctx: &Context, resident: ResidentId) -> Result<Self, AppError> {
        Self::load(db, &ctx.actor, Some(resident), ctx.now).await
    }

    async fn load(db: &mut Db, actor: &Actor, only: Option<ResidentId>, now: Timestamp) -> Result<Self, AppError> {
        let Actor::Staff { staff_id, role: Role::Specialist, .. } = actor else {
            return Ok(Self { known: HashMap::new() });
        };
        let hospital = hospital(db, *staff_id).await?;
        let known = relations::of_specialist(db, *staff_id, hospital.as_deref(), only, now).await?;
        Ok(Self { known })
    }

    /// What access decides on.
    pub(super) fn facts(&self, resident: &Resident) -> Facts {
        Facts { related: self.known.contains_key(&resident.id), ..resident.facts() }
    }

    /// What access decides on for reading a consultation: whoever holds it is tied to it.
    pub(super) fn of_consultation(&self, ctx: &Context, c: &Consultation) -> Facts {
        let own = c.specialist_id.is_some() && c.specialist_id == ctx.actor.staff_id();
        Facts { related: own || self.known.contains_key(&c.resident_id), ..c.facts() }
    }

    /// What access decides on for reading a prescription: whoever wrote it is tied to it.
    pub(super) fn of_prescription(&self, ctx: &Context, p: &Prescription) -> Facts {
        let own = Some(p.specialist_id) == ctx.actor.staff_id();
        Facts { related: own || self.known.contains_key(&p.resident_id), ..p.facts() }
    }

    /// Why the caller reads this record, where it is not treatment.
    pub(super) fn purpose(&self, resident: ResidentId) -> Option<Purpose> {
        purpose(self.known.get(&resident).map_or(&[], Vec::as_slice))
    }
}

async fn hospital(db: &mut Db, id: StaffId) -> Result<Option<String>, AppError> {
    Ok(staff::get(db, id).await?.ok_or(AppError::Unauthenticated)?.hospital)
}
