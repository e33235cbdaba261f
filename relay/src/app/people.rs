//! Who somebody is, in words.

use jiff::Timestamp;
use yunzhen_domain::Actor;
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::records::Staff;
use yunzhen_store::{Db, courier_runs, homes, invitations, licences, pharmacy_systems, staff};

use super::names::Names;
use super::views::sessions::Staff as StaffView;
use super::{App, AppError};

/// The name of an actor as others see it: name and title of staff, the observer's chosen name, the home's name for a box, empty for the system.
pub async fn display_name(app: &App, actor: &Actor) -> Result<String, AppError> {
    let mut db = app.store.read().await?;
    name_of(&mut db, actor).await
}

pub(super) async fn name_of(db: &mut Db, actor: &Actor) -> Result<String, AppError> {
    Ok(match actor {
        Actor::Staff { staff_id, .. } => {
            let staff = staff::get(db, *staff_id).await?.ok_or(AppError::Unauthenticated)?;
            match staff.title {
                Some(title) => format!("{} {title}", staff.name),
                None => staff.name,
            }
        }
        Actor::Courier { run_id } => {
            courier_runs::get(db, *run_id).await?.ok_or(AppError::Unauthenticated)?.courier_name
        }
        Actor::Observer { invitation_id, .. } => {
            let invitation = invitations::get(db, *invitation_id).await?.ok_or(AppError::Unauthenticated)?;
            invitation.display_name.into_exposed()
        }
        Actor::Box { home_id } => homes::get(db, *home_id).await?.ok_or(AppError::Unauthenticated)?.name,
        Actor::System => String::new(),
        Actor::PharmacySystem { system_id, .. } => {
            pharmacy_systems::get(db, *system_id).await?.ok_or(AppError::Unauthenticated)?.name
        }
    })
}

/// The name of a home.
pub async fn home_name(app: &App, id: HomeId) -> Result<String, AppError> {
    let mut db = app.store.read().await?;
    Ok(homes::get(&mut db, id).await?.ok_or(AppError::NotFound)?.name)
}

pub(super) async fn staff_view(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    s: Staff,
    now: Timestamp,
) -> Result<StaffView, AppError> {
    let (home_name, home_zone) = match s.home_id {
        Some(id) => {
            let home = names.home(db, id).await?;
            (Some(home.name.clone()), Some(home.zone.name().to_owned()))
        }
        None => (None, None),
    };
    let pharmacy_name = match s.pharmacy_id {
        Some(id) => Some(names.pharmacy(db, id).await?),
        None => None,
    };
    let licence = licences::in_force(db, s.id).await?;
    let licence_gap = super::licences::gap(&s, licence.as_ref(), now);
    let licence_record = match licence {
        Some(licence) => Some(super::licences::view(app, db, names, licence, now).await?),
        None => None,
    };
    Ok(StaffView {
        id: s.id,
        version: s.version,
        username: Some(s.username),
        closed: !s.active,
        name: s.name,
        role: s.role,
        home_id: s.home_id,
        home_name,
        home_zone,
        pharmacy_id: s.pharmacy_id,
        pharmacy_name,
        hospital: s.hospital,
        licence: s.licence,
        title: s.title,
        practising_since: s.practising_since,
        licence_record,
        licence_gap: licence_gap.map(super::licences::gap_view),
    })
}
