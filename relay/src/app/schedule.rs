//! What specialists publish, the slots that follow from it, and the duty roster.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::Role;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ShiftId, StaffId};
use yunzhen_domain::records::Staff;
use yunzhen_domain::schedule::{
    Availability, AvailabilityError, Exception, Shift, Slot, Zone, free, on_duty as order_of_duty, slots as slots_of,
};
use yunzhen_store::{Db, appointments, availability, duty, staff};

use super::homes::zone;
use super::names::Names;
use super::views::common::Page;
use super::views::schedule as views;
use super::work::{Start, Work, authorize, may_list, same_version};
use super::{App, AppError, Context, FieldError, fresh, queue};

/// Nobody looks further at once.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(62 * 24);
/// A turn of duty is a shift, not a month.
const LONGEST_SHIFT: SignedDuration = SignedDuration::from_hours(48);

/// Specialists who can be asked: their names, hospitals and zones.
pub async fn specialists(app: &App, ctx: &Context) -> Result<Page<views::Specialist>, AppError> {
    may_list(ctx, Action::ViewSchedule)?;
    let mut db = app.store.read().await?;
    let mut items = Vec::new();
    for member in staff::list(&mut db).await?.into_iter().filter(|m| m.active && m.role == Role::Specialist) {
        let published = availability::get(&mut db, member.id).await?;
        items.push(views::Specialist {
            id: member.id,
            name: member.name,
            title: member.title,
            hospital: member.hospital,
            zone: published.map(|times| times.zone.to_string()),
        });
    }
    Ok(Page::whole(items))
}

/// What one specialist published.
pub async fn availability(app: &App, ctx: &Context, id: StaffId) -> Result<views::Availability, AppError> {
    let mut db = app.store.read().await?;
    let specialist = specialist(&mut db, id).await?;
    authorize(ctx, Action::ViewSchedule, &facts(id))?;
    let published = availability::get(&mut db, id).await?;
    Ok(shown(&specialist, published.unwrap_or_else(|| Availability::none(id, Zone::shanghai()))))
}

/// Publishes times in place of those before. Guarded by the version, so it demands no idempotency key.
pub async fn publish(
    app: &App,
    ctx: &Context,
    id: StaffId,
    input: views::AvailabilityUpdate,
) -> Result<views::Availability, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let specialist = specialist(&mut work.tx, id).await?;
    work.authorize(Action::PublishAvailability, &facts(id))?;
    let before = availability::get(&mut work.tx, id).await?.map_or(0, |published| published.version);
    same_version(input.version, before)?;
    let zone = zone("zone", &input.zone)?;
    let published =
        Availability { specialist_id: id, version: before + 1, zone, rules: input.rules, exceptions: input.exceptions };
    published.check().map_err(|error| wrong_line(&error))?;
    within_years(app, ctx, &published)?;
    availability::put(&mut work.tx, &published).await?;
    work.record(EventKind::AvailabilityPublished, id.uuid(), None, None);
    work.finish(shown(&specialist, published)).await
}

/// The slots of a specialist, those that are taken too.
pub async fn slots(app: &App, ctx: &Context, query: views::SlotQuery) -> Result<Page<views::Slot>, AppError> {
    may_list(ctx, Action::ViewSchedule)?;
    let (from, until) = window(query.from.0, query.until.0)?;
    let mut db = app.store.read().await?;
    specialist(&mut db, query.specialist_id).await?;
    let Some(published) = availability::get(&mut db, query.specialist_id).await? else {
        return Ok(Page::whole(Vec::new()));
    };
    let all = slots_of(&published, from, until);
    let ends = all.last().map_or(until, |slot| slot.ends_at);
    let taken = appointments::taken(&mut db, query.specialist_id, from, ends).await?;
    let left = free(&all, &taken);
    let view = |slot: &Slot| views::Slot {
        starts_at: slot.starts_at.into(),
        ends_at: slot.ends_at.into(),
        free: slot.starts_at > ctx.now && left.contains(slot),
    };
    Ok(Page::whole(all.iter().map(view).collect()))
}

/// The duty roster of a window, or of now.
pub async fn duty(app: &App, ctx: &Context, query: views::DutyQuery) -> Result<Page<views::Shift>, AppError> {
    may_list(ctx, Action::ViewSchedule)?;
    let from = query.from.map_or(ctx.now, |at| at.0);
    let until = query.until.map_or_else(|| from.checked_add(SignedDuration::from_secs(1)).unwrap_or(from), |at| at.0);
    let (from, until) = window(from, until)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    for shift in duty::list(&mut db, from, until).await? {
        items.push(shift_view(&mut db, &mut names, &shift, ctx.now).await?);
    }
    Ok(Page::whole(items))
}

/// Plans a turn of duty.
pub async fn plan_duty(app: &App, ctx: &Context, input: views::NewShift) -> Result<views::Shift, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::PlanDuty, &Facts::default())?;
    specialist(&mut work.tx, input.specialist_id)
        .await
        .map_err(|_| AppError::invalid("specialist_id", "没有这位专科医生", "There is no such specialist"))?;
    if !(1..=9).contains(&input.line) {
        return Err(AppError::invalid("line", "值班次序为 1 至 9", "The line is 1 to 9"));
    }
    let (starts_at, ends_at) = (input.starts_at.0, input.ends_at.0);
    if ends_at <= starts_at || ends_at.duration_since(starts_at) > LONGEST_SHIFT || ends_at <= ctx.now {
        let (zh, en) = (
            "值班须在开始之后、48 小时之内结束，且尚未过去",
            "A turn ends after it begins, within 48 hours, and not in the past",
        );
        return Err(AppError::invalid("ends_at", zh, en));
    }
    let days = app.policy.duty_horizon_days;
    if starts_at.duration_since(ctx.now) > SignedDuration::from_hours(24 * i64::from(days)) {
        let (zh, en) = (format!("最多提前 {days} 天排班"), format!("Duty is planned at most {days} days ahead"));
        return Err(AppError::invalid("starts_at", zh, en));
    }
    let id = fresh(ShiftId::new, ctx.now);
    let shift = Shift { id, specialist_id: input.specialist_id, line: input.line, starts_at, ends_at };
    duty::insert(&mut work.tx, &shift).await?;
    work.record(EventKind::DutyPlanned, id.uuid(), None, None);
    queue::watch_shift(&mut work, &shift, ctx.now).await?;
    queue::follow_shift(&mut work, ctx, &shift).await?;
    let view = shift_view(&mut work.tx, &mut Names::default(), &shift, ctx.now).await?;
    work.finish(view).await
}

/// Takes a turn of duty back.
pub async fn remove_duty(app: &App, ctx: &Context, id: ShiftId) -> Result<views::Removed, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let shift = duty::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::PlanDuty, &Facts::default())?;
    duty::remove(&mut work.tx, id).await?;
    work.record(EventKind::DutyRemoved, id.uuid(), None, None);
    queue::follow_shift(&mut work, ctx, &shift).await?;
    work.finish(views::Removed { removed: true }).await
}

/// Who is on duty now, in the order of asking.
pub(super) async fn on_duty(db: &mut Db, now: Timestamp) -> Result<Vec<StaffId>, AppError> {
    Ok(order_of_duty(&duty::at(db, now).await?, now))
}

/// A specialist, or nothing.
pub(super) async fn specialist(db: &mut Db, id: StaffId) -> Result<Staff, AppError> {
    let member = staff::get(db, id).await?.filter(|member| member.role == Role::Specialist && member.active);
    member.ok_or(AppError::NotFound)
}

/// A window that is one.
pub(super) fn window(from: Timestamp, until: Timestamp) -> Result<(Timestamp, Timestamp), AppError> {
    if until <= from || until.duration_since(from) > LONGEST_WINDOW {
        return Err(AppError::invalid(
            "until",
            "结束须在开始之后，且不超过 62 天",
            "The end is after the start and at most 62 days later",
        ));
    }
    Ok((from, until))
}

fn facts(id: StaffId) -> Facts {
    Facts { specialist_id: Some(id), ..Facts::default() }
}

fn shown(specialist: &Staff, published: Availability) -> views::Availability {
    views::Availability {
        specialist: super::views::common::StaffRef { id: specialist.id, name: specialist.name.clone() },
        version: published.version,
        zone: published.zone.name().to_owned(),
        rules: published.rules,
        exceptions: published.exceptions,
    }
}

async fn shift_view(db: &mut Db, names: &mut Names, shift: &Shift, now: Timestamp) -> Result<views::Shift, AppError> {
    Ok(views::Shift {
        id: shift.id,
        specialist: names.staff_ref(db, shift.specialist_id).await?,
        line: shift.line,
        starts_at: shift.starts_at.into(),
        ends_at: shift.ends_at.into(),
        now: shift.starts_at <= now && now < shift.ends_at,
    })
}

/// Days that a person means: the year 1900 or 2200 is a slip of the finger.
fn within_years(app: &App, ctx: &Context, published: &Availability) -> Result<(), AppError> {
    let most = app.policy.availability_horizon_days;
    let today = published.zone.date(ctx.now);
    let is_far = |day: Date| today.duration_until(day).as_hours().unsigned_abs() > 24 * u64::from(most);
    let of_rules = published.rules.iter().enumerate().flat_map(|(n, rule)| {
        let first = (format!("rules[{n}].valid_from"), Some(rule.valid_from));
        [first, (format!("rules[{n}].valid_until"), rule.valid_until)]
    });
    let of_exceptions = published.exceptions.iter().enumerate().map(|(n, exception)| {
        let (Exception::DayOff { date } | Exception::ExtraBlock { date, .. }) = exception;
        (format!("exceptions[{n}].date"), Some(*date))
    });
    let far = of_rules.chain(of_exceptions).filter(|(_, day)| day.is_some_and(is_far));
    let (zh, en) = (format!("日期距今不超过 {most} 天"), format!("A day at most {most} days from today"));
    let wrong: Vec<_> = far.map(|(path, _)| FieldError::new(path, zh.clone(), en.clone())).collect();
    if wrong.is_empty() { Ok(()) } else { Err(AppError::Invalid(wrong)) }
}

fn wrong_line(error: &AvailabilityError) -> AppError {
    let (path, zh) = match error {
        AvailabilityError::TooMany => ("rules", "规则或例外太多"),
        AvailabilityError::Empty { path } => (path.as_str(), "结束时间须在开始之后"),
        AvailabilityError::SlotMinutes { path } => (path.as_str(), "每次预约为 5 至 120 分钟，且不超过整段时间"),
        AvailabilityError::Validity { path } => (path.as_str(), "最后一天须在第一天之后"),
    };
    AppError::invalid(path, zh, error.to_string())
}
