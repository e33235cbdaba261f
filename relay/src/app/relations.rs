//! What ties the caller to residents, as access needs it. Only specialists need a tie; the others' reach is decided by home, pharmacy or link.

use std::collections::HashMap;

use yunzhen_domain::access::Facts;
use yunzhen_domain::audit::Purpose;
use yunzhen_domain::ids::{ResidentId, StaffId};
use yunzhen_domain::records::{Consultation, Prescription, Resident};
use yunzhen_domain::relation::{Relation, purpose};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::relations::Specialist;
use yunzhen_store::{Db, relations, staff};

use super::{AppError, Context};

/// The caller's ties.
pub(super) struct Ties {
    known: HashMap<ResidentId, Vec<Relation>>,
    /// Looked up for one person, whose record may be named by any of the records that were merged.
    of_one: bool,
    /// The caller, where the caller is a specialist.
    specialist: Option<Specialist>,
}

impl Ties {
    /// To the people of these records.
    pub(super) async fn to_those(
        db: &mut Db,
        ctx: &Context,
        residents: impl IntoIterator<Item = ResidentId>,
    ) -> Result<Self, AppError> {
        let specialist = match &ctx.actor {
            Actor::Staff { staff_id, role: Role::Specialist, .. } => {
                Some(Specialist { id: *staff_id, hospital: hospital(db, *staff_id).await?, now: ctx.now })
            }
            _ => None,
        };
        let mut ties = Self { known: HashMap::new(), of_one: false, specialist };
        ties.also_to(db, residents).await?;
        Ok(ties)
    }

    /// To these people as well.
    pub(super) async fn also_to(
        &mut self,
        db: &mut Db,
        residents: impl IntoIterator<Item = ResidentId>,
    ) -> Result<(), AppError> {
        if let Some(specialist) = &self.specialist {
            self.known.extend(relations::of_specialist(db, specialist, residents).await?);
        }
        Ok(())
    }

    /// To the person of one record.
    pub(super) async fn to(db: &mut Db, ctx: &Context, resident: ResidentId) -> Result<Self, AppError> {
        Ok(Self { of_one: true, ..Self::to_those(db, ctx, [resident]).await? })
    }

    /// The caller, where the caller is a specialist: for lists that are narrowed to who is tied.
    pub(super) fn specialist(&self) -> Option<&Specialist> {
        self.specialist.as_ref()
    }

    /// Does anything tie the caller to this resident?
    pub(super) fn tied(&self, resident: ResidentId) -> bool {
        self.known.contains_key(&resident) || (self.of_one && !self.known.is_empty())
    }

    /// What access decides on.
    pub(super) fn facts(&self, resident: &Resident) -> Facts {
        Facts { related: self.tied(resident.id), ..resident.facts() }
    }

    /// What access decides on for something of a resident's record that `facts` tell of: a referral, a ride.
    pub(super) fn of_record(&self, ctx: &Context, resident: ResidentId, facts: Facts) -> Facts {
        let own = facts.specialist_id.is_some() && facts.specialist_id == ctx.actor.staff_id();
        Facts { related: own || self.tied(resident), ..facts }
    }

    /// What access decides on for something of a hospital: a round in person.
    pub(super) fn of_hospital(&self, hospital: &str, facts: Facts) -> Facts {
        let own = self.specialist.as_ref().and_then(|specialist| specialist.hospital.as_deref());
        Facts { related: own == Some(hospital), ..facts }
    }

    /// What access decides on for reading a consultation: whoever holds it is tied to it.
    pub(super) fn of_consultation(&self, ctx: &Context, c: &Consultation) -> Facts {
        self.of_record(ctx, c.resident_id, c.facts())
    }

    /// What access decides on for reading a prescription: whoever wrote it is tied to it.
    pub(super) fn of_prescription(&self, ctx: &Context, p: &Prescription) -> Facts {
        self.of_record(ctx, p.resident_id, p.facts(&ctx.actor))
    }

    /// Why the caller reads this record, where it is not treatment.
    pub(super) fn purpose(&self, resident: ResidentId) -> Option<Purpose> {
        if self.of_one {
            return purpose(&self.known.values().flatten().copied().collect::<Vec<_>>());
        }
        purpose(self.known.get(&resident).map_or(&[], Vec::as_slice))
    }
}

async fn hospital(db: &mut Db, id: StaffId) -> Result<Option<String>, AppError> {
    Ok(staff::get(db, id).await?.ok_or(AppError::Unauthenticated)?.hospital)
}
