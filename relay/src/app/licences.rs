//! Licences of staff: administrators enter them, nothing is written over, and who signs is told before the end, and of what is missing.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::licence::{self, Licence, LicenceGap, Standing};
use yunzhen_domain::records::Staff;
use yunzhen_store::{Db, licences, staff};

use super::names::Names;
use super::views::common::Page;
use super::views::licences as views;
use super::work::{Start, Work, line, may_list, required, same_version};
use super::{App, AppError, Context};

/// Who is warned of an end after it is a typing error.
const LATEST_END: Date = jiff::civil::date(2200, 1, 1);

/// What is and was on record of a person, newest first.
pub async fn history(app: &App, ctx: &Context, id: StaffId) -> Result<Page<views::Licence>, AppError> {
    may_list(ctx, Action::ListStaff)?;
    let mut db = app.store.read().await?;
    staff::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for licence in licences::of_staff(&mut db, id).await? {
        items.push(view(app, &mut db, &mut names, licence, ctx.now).await?);
    }
    Ok(Page::whole(items))
}

/// Enters a licence as it is now. What was on record before stays readable.
pub async fn record(
    app: &App,
    ctx: &Context,
    id: StaffId,
    input: views::LicenceUpdate,
) -> Result<views::Licence, AppError> {
    may_list(ctx, Action::KeepStaff)?;
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let member = staff::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStaff, &Facts::default())?;
    if !matches!(member.role, Role::Specialist | Role::Pharmacist | Role::Nurse) {
        let (zh, en) = ("只为医生、药师和护士登记执业证", "Licences are of physicians, pharmacists and nurses");
        return Err(AppError::invalid("number", zh, en));
    }
    let before = licences::in_force(&mut work.tx, id).await?;
    let version = before.map_or(0, |licence| licence.version);
    same_version(input.version, version)?;
    let text = |path: &str, typed: &str, most| line(path, &required(path, typed, most)?, most);
    let licence = Licence {
        staff_id: id,
        version: version + 1,
        number: text("number", &input.number, 64)?,
        hospital: text("hospital", &input.hospital, 100)?,
        specialty: text("specialty", &input.specialty, 100)?,
        valid_until: possible_end("valid_until", input.valid_until)?,
        recorded_at: ctx.now,
        recorded_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
    };
    licences::insert(&mut work.tx, &licence).await?;
    // The number that stands on papers is that of the licence in force. The account's hospital stays: it decides whose records the person may see.
    let after = Staff { version: member.version + 1, licence: Some(licence.number.clone()), ..member };
    staff::update(&mut work.tx, &after).await?;
    work.record(EventKind::StaffLicenceRecorded, id.uuid(), None, None);
    let view = view(app, &mut work.tx, &mut Names::default(), licence, ctx.now).await?;
    work.finish(view).await
}

/// An end as somebody typed it.
pub(super) fn possible_end(path: &str, end: Option<Date>) -> Result<Option<Date>, AppError> {
    match end {
        Some(day) if day > LATEST_END => Err(AppError::invalid(path, "请核对有效期", "Check the day")),
        end => Ok(end),
    }
}

pub(super) async fn view(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    licence: Licence,
    now: Timestamp,
) -> Result<views::Licence, AppError> {
    let standing = match licence.standing(app.policy.licence_warning_days, now) {
        Standing::Good => views::LicenceStanding::Good,
        Standing::Ends { .. } => views::LicenceStanding::Ends,
        Standing::Over { .. } => views::LicenceStanding::Over,
    };
    Ok(views::Licence {
        version: licence.version,
        number: licence.number,
        hospital: licence.hospital,
        specialty: licence.specialty,
        valid_until: licence.valid_until,
        standing,
        recorded_at: licence.recorded_at.into(),
        recorded_by: names.staff_ref(db, licence.recorded_by).await?,
    })
}

/// What keeps somebody from signing, while the account is open.
pub(super) fn gap(member: &Staff, licence: Option<&Licence>, now: Timestamp) -> Option<LicenceGap> {
    if member.active { licence::gap(member.role, licence, now) } else { None }
}

pub(super) const fn gap_view(gap: LicenceGap) -> views::LicenceGap {
    match gap {
        LicenceGap::Nothing => views::LicenceGap::Nothing,
        LicenceGap::NoEnd => views::LicenceGap::NoEnd,
        LicenceGap::Over { .. } => views::LicenceGap::Over,
    }
}

/// How the licences of open accounts stand, in numbers. Nobody counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watched {
    /// Over.
    pub over: usize,
    /// Good, and over soon.
    pub ending: usize,
    /// Of people who sign: not on record, or without the end that it has.
    pub missing: usize,
}

/// The job: how many licences are over, end soon, or are missing of people who sign. It is told by gauges and the log, without a name; the administrator's list
/// shows who.
pub async fn watch(app: &App, now: Timestamp) -> Result<Watched, AppError> {
    let mut db = app.store.read().await?;
    let all = licences::list(&mut db).await?;
    let on_record: HashMap<StaffId, Licence> = all.into_iter().map(|licence| (licence.staff_id, licence)).collect();
    let mut watched = Watched::default();
    for member in staff::list(&mut db).await?.into_iter().filter(|member| member.active) {
        let licence = on_record.get(&member.id);
        match licence.map(|licence| licence.standing(app.policy.licence_warning_days, now)) {
            Some(Standing::Over { .. }) => watched.over += 1,
            Some(Standing::Ends { .. }) => watched.ending += 1,
            Some(Standing::Good) | None => watched.missing += usize::from(gap(&member, licence, now).is_some()),
        }
    }
    Ok(watched)
}
