//! Pharmacies: where they are, when they are open, how far they deliver.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PharmacyId;
use yunzhen_domain::offers::{OpenHours, Place, PlaceError};
use yunzhen_domain::records;
use yunzhen_store::pharmacies;

use super::homes::zone;
use super::views::common::Page;
use super::views::pharmacies::{Pharmacy, PharmacyFactsUpdate, PharmacyHours};
use super::work::{Start, Work, may_list, same_version};
use super::{App, AppError, Context, FieldError};

/// Times of one pharmacy: four a day are more than anybody has.
const HOURS: usize = 28;
/// The farthest that anybody brings a parcel.
const RADIUS_METRES: u32 = 1_000_000;

/// All of them.
pub async fn list(app: &App, ctx: &Context) -> Result<Page<Pharmacy>, AppError> {
    may_list(ctx, Action::ListPharmacies)?;
    let mut db = app.store.read().await?;
    Ok(Page::whole(pharmacies::list(&mut db).await?.into_iter().map(view).collect()))
}

/// Sets what prescriptions are offered by. Guarded by its version, so it demands no idempotency key. Offers that were made stay as they are.
pub async fn set_facts(
    app: &App,
    ctx: &Context,
    id: PharmacyId,
    input: PharmacyFactsUpdate,
) -> Result<Pharmacy, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::KeepPharmacies, &Facts::default())?;
    let before = pharmacies::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    same_version(input.version, before.version)?;
    if input.radius_metres.is_some_and(|metres| metres == 0 || metres > RADIUS_METRES) {
        return Err(AppError::invalid("radius_metres", "配送距离须在 1 米到 1000 公里之间", "A way of 1 m to 1000 km"));
    }
    let pharmacy = records::Pharmacy {
        version: before.version + 1,
        zone: zone("zone", &input.zone)?,
        place: place(input.latitude, input.longitude)?,
        hours: hours(&input.hours)?,
        radius_metres: input.radius_metres,
        ..before
    };
    pharmacies::update(&mut work.tx, &pharmacy).await?;
    work.record(EventKind::PharmacyFactsSet, id.uuid(), None, Some(id));
    work.finish(view(pharmacy)).await
}

/// A place that somebody named, whole or not at all.
pub(super) fn place(latitude: Option<f64>, longitude: Option<f64>) -> Result<Option<Place>, AppError> {
    match (latitude, longitude) {
        (None, None) => Ok(None),
        (Some(latitude), Some(longitude)) => Place::from_degrees(latitude, longitude).map(Some).map_err(|e| match e {
            PlaceError::Latitude => AppError::invalid("latitude", "纬度须在 -90 到 90 之间", e.to_string()),
            PlaceError::Longitude => AppError::invalid("longitude", "经度须在 -180 到 180 之间", e.to_string()),
        }),
        (None, Some(_)) => Err(AppError::invalid("latitude", "请同时填写纬度", "Enter the latitude as well")),
        (Some(_), None) => Err(AppError::invalid("longitude", "请同时填写经度", "Enter the longitude as well")),
    }
}

fn hours(given: &[PharmacyHours]) -> Result<Vec<OpenHours>, AppError> {
    if given.len() > HOURS {
        return Err(AppError::invalid("hours", format!("最多 {HOURS} 段"), format!("At most {HOURS} times")));
    }
    let mut wrong = Vec::new();
    let mut hours = Vec::with_capacity(given.len());
    for (index, h) in given.iter().enumerate() {
        let mut time = |field: &str, text: &str| {
            let minute = minute_of(text);
            if minute.is_none() {
                let en = "Write the time as 08:00; the end of the day is 24:00";
                wrong.push(FieldError::new(format!("hours[{index}].{field}"), "请按 08:00 填写，一天结束为 24:00", en));
            }
            minute
        };
        let (opens, closes) = (time("opens", &h.opens), time("closes", &h.closes));
        let Some((opens, closes)) = opens.zip(closes) else { continue };
        let one = OpenHours { weekday: h.weekday, opens, closes };
        if one.is_one() {
            hours.push(one);
        } else {
            let en = "It closes after it opens; what goes beyond midnight is two times";
            wrong.push(FieldError::new(format!("hours[{index}].closes"), "须晚于开门时间；跨过午夜请分两段填写", en));
        }
    }
    hours.sort();
    if wrong.is_empty() { Ok(hours) } else { Err(AppError::Invalid(wrong)) }
}

fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !text.chars().all(|c| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

fn view(p: records::Pharmacy) -> Pharmacy {
    let (latitude, longitude) = p.place.map(Place::degrees).unzip();
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = |h: &OpenHours| PharmacyHours { weekday: h.weekday, opens: time(h.opens), closes: time(h.closes) };
    Pharmacy {
        id: p.id,
        version: p.version,
        name: p.name,
        address: p.address,
        phone: p.phone,
        zone: p.zone.into(),
        latitude,
        longitude,
        hours: p.hours.iter().map(hours).collect(),
        radius_metres: p.radius_metres,
    }
}
