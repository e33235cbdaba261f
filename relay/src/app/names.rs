//! Names that views show beside identifiers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use yunzhen_domain::ids::{HomeId, PharmacyId, StaffId};
use yunzhen_domain::records::{Home, Staff, TimelineStep};
use yunzhen_store::{Db, homes, pharmacies, staff};

use super::AppError;
use super::views::common::{StaffRef, TimelineStep as TimelineView};

/// Looks names up once per use case.
#[derive(Default)]
pub(super) struct Names {
    homes: HashMap<HomeId, Home>,
    staff: HashMap<StaffId, Staff>,
    pharmacies: HashMap<PharmacyId, String>,
}

impl Names {
    /// A home that must exist because a record refers to it.
    pub(super) async fn home(&mut self, db: &mut Db, id: HomeId) -> Result<&Home, AppError> {
        match self.homes.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(homes::get(db, id).await?.ok_or(AppError::NotFound)?)),
        }
    }

    /// A member of staff that must exist because a record refers to it.
    pub(super) async fn staff(&mut self, db: &mut Db, id: StaffId) -> Result<&Staff, AppError> {
        match self.staff.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(staff::get(db, id).await?.ok_or(AppError::NotFound)?)),
        }
    }

    /// A member of staff by name.
    pub(super) async fn staff_ref(&mut self, db: &mut Db, id: StaffId) -> Result<StaffRef, AppError> {
        let staff = self.staff(db, id).await?;
        Ok(StaffRef { id, name: staff.name.clone() })
    }

    /// The same, when there is one.
    pub(super) async fn staff_ref_opt(
        &mut self,
        db: &mut Db,
        id: Option<StaffId>,
    ) -> Result<Option<StaffRef>, AppError> {
        match id {
            Some(id) => self.staff_ref(db, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// A pharmacy's name.
    pub(super) async fn pharmacy(&mut self, db: &mut Db, id: PharmacyId) -> Result<String, AppError> {
        if let Some(name) = self.pharmacies.get(&id) {
            return Ok(name.clone());
        }
        let name = pharmacies::get(db, id).await?.ok_or(AppError::NotFound)?.name;
        self.pharmacies.insert(id, name.clone());
        Ok(name)
    }
}

/// Passed steps as people read them.
pub(super) fn timeline(steps: &[TimelineStep]) -> Vec<TimelineView> {
    let view = |s: &TimelineStep| TimelineView {
        step: s.step.clone(),
        at: s.at.into(),
        who: Some(s.who.clone()).filter(|who| !who.is_empty()),
    };
    steps.iter().map(view).collect()
}
