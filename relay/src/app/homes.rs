//! Nursing homes: who and where they are, the clock that their days go by, the pharmacy they prefer.

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::HomeId;
use yunzhen_domain::offers::Place;
use yunzhen_domain::records;
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{Db, homes, pharmacies};

use super::pharmacies::place;
use super::views::common::Page;
use super::views::homes::{Home, HomePlaceUpdate, HomeZoneUpdate};
use super::work::{Start, Work, authorize, may_list, same_version};
use super::{App, AppError, Context};

/// Homes in the caller's reach.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<Home>, AppError> {
    may_list(ctx, Action::ListHomes)?;
    let mut db = app.store.read().await?;
    let all = homes::list(&mut db).await?;
    let reached = all.into_iter().filter(|h| authorize(ctx, Action::ListHomes, &of_home(h.id)).is_ok());
    Ok(Page::whole(reached.map(view).collect()))
}

/// Sets a home's clock. Guarded by its version, so it demands no idempotency key. Nothing that is on record moves: times are instants, days were written down.
pub async fn set_zone(app: &App, ctx: &Context, id: HomeId, input: HomeZoneUpdate) -> Result<Home, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = homes::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::SetHomeSwitches, &of_home(id))?;
    same_version(input.version, before.version)?;
    let zone = zone("zone", &input.zone)?;
    let home = records::Home { version: before.version + 1, zone, ..before };
    homes::update(&mut work.tx, &home).await?;
    work.record(EventKind::HomeZoneSet, id.uuid(), Some(id), None);
    work.finish(view(home)).await
}

/// Sets where a home is and which pharmacy it prefers. Guarded by its version, so it demands no idempotency key.
pub async fn set_place(app: &App, ctx: &Context, id: HomeId, input: HomePlaceUpdate) -> Result<Home, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = homes::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::SetHomeSwitches, &of_home(id))?;
    same_version(input.version, before.version)?;
    let place = place(input.latitude, input.longitude)?;
    if let Some(preferred) = input.preferred_pharmacy_id {
        let known = pharmacies::get(&mut work.tx, preferred).await?;
        known.ok_or_else(|| AppError::invalid("preferred_pharmacy_id", "没有这家药店", "There is no such pharmacy"))?;
    }
    let preferred_pharmacy_id = input.preferred_pharmacy_id;
    let home = records::Home { version: before.version + 1, place, preferred_pharmacy_id, ..before };
    homes::update(&mut work.tx, &home).await?;
    work.record(EventKind::HomePlaceSet, id.uuid(), Some(id), None);
    work.finish(view(home)).await
}

/// A time zone that somebody named.
pub(super) fn zone(path: &str, name: &str) -> Result<Zone, AppError> {
    Zone::parse(name).map_err(|e| AppError::invalid(path, "没有这个时区，请用 Asia/Shanghai 这样的名称", e.to_string()))
}

/// The day in a home at an instant.
pub(super) async fn day_at(db: &mut Db, id: HomeId, at: Timestamp) -> Result<Date, AppError> {
    Ok(homes::zone(db, id).await?.ok_or(AppError::NotFound)?.date(at))
}

fn of_home(id: HomeId) -> Facts {
    Facts { home_id: Some(id), ..Facts::default() }
}

fn view(h: records::Home) -> Home {
    let (latitude, longitude) = h.place.map(Place::degrees).unzip();
    Home {
        id: h.id,
        version: h.version,
        name: h.name,
        address: h.address,
        phone: h.phone,
        zone: h.zone.into(),
        latitude,
        longitude,
        preferred_pharmacy_id: h.preferred_pharmacy_id,
    }
}
