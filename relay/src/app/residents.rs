//! Residents: list, chart, vital signs, notes; registering and importing.

mod chart;
mod import;
mod register;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::RawFrame;
use yunzhen_domain::ids::{NoteId, ObservationId, ResidentId};
use yunzhen_domain::records::{AllergyRecord, DeviceTrace, Note, NoteKind, Observation, ObservationSource, Resident};
use yunzhen_domain::vitals;
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, notes, observations, residents};

pub use chart::get;
pub(super) use chart::{latest_of_people, latest_of_person};
pub use import::{apply as import, dry_run as dry_run_import};
pub use register::{change, register, transfer};

use super::duplicates::identity;
use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::common::Page;
use super::views::duplicates::ResidentIdentity;
use super::views::residents as views;
use super::work::{Start, Work, authorize, may_list, required};
use super::{App, AppError, Context, FieldError, fresh};

/// Residents of one page of a list.
const PAGE: u32 = 100;
/// Clocks of boxes may run ahead by this much.
pub(super) const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// A hundred years: devices that lost their battery say 1970 or 2000.
pub(super) const CLOCK_OFFSET_MS: u64 = 100 * 366 * 24 * 3600 * 1000;
/// Readings in one command.
const MOST_READINGS: usize = 50;

/// Residents in the caller's reach.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::ResidentQuery,
) -> Result<Page<views::ResidentSummary>, AppError> {
    may_list(ctx, Action::ListResidents)?;
    let home_id = ctx.actor.home_id().or(query.home_id);
    let mut db = app.store.read().await?;
    let mut ties = Ties::to_those(&mut db, ctx, []).await?;
    // Narrowed where it is read: page by page of all residents a specialist would find few of them.
    let filter = residents::Filter { home: home_id, q: query.q, tied_to: ties.specialist().cloned() };
    let (found, next) = residents::page(&mut db, &filter, after(query.cursor.as_deref())?, PAGE).await?;
    ties.also_to(&mut db, found.iter().map(|r| r.id)).await?;
    let mut latest = latest_of_people(&mut db, found.iter().map(|r| r.id)).await?;
    let mut names = Names::default();
    let (mut items, mut seen) = (Vec::with_capacity(found.len()), Seen::default());
    for r in found {
        if authorize(ctx, Action::ListResidents, &ties.facts(&r)).is_ok() {
            seen.add(EventKind::ResidentListed, r.id, r.home_id, ties.purpose(r.id));
            let latest = latest.remove(&r.id).unwrap_or_default();
            items.push(summary(app, &mut db, &mut names, r, latest, ctx).await?);
        }
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: next.map(|id| id.to_string()) })
}

/// Who the residents are, for whoever moves them between homes.
pub async fn identities(
    app: &App,
    ctx: &Context,
    query: views::ResidentQuery,
) -> Result<Page<ResidentIdentity>, AppError> {
    may_list(ctx, Action::TransferResident)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let (mut items, mut seen) = (Vec::new(), Seen::default());
    let filter = residents::Filter { home: query.home_id, q: query.q, tied_to: None };
    let (found, next) = residents::page(&mut db, &filter, after(query.cursor.as_deref())?, PAGE).await?;
    for r in found {
        seen.add(EventKind::ResidentIdentityViewed, r.id, r.home_id, None);
        items.push(identity(&mut db, &mut names, r).await?);
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: next.map(|id| id.to_string()) })
}

/// The cursor of a list by home and bed: the record that the page before ended with.
fn after(cursor: Option<&str>) -> Result<Option<ResidentId>, AppError> {
    cursor.map(str::parse).transpose().map_err(|_| AppError::BadCursor)
}

async fn summary(
    app: &App,
    db: &mut Db,
    names: &mut Names,
    r: Resident,
    latest: Vec<Observation>,
    ctx: &Context,
) -> Result<views::ResidentSummary, AppError> {
    let home = names.home(db, r.home_id).await?;
    let (allergies, allergies_en) = allergens(app, &r.allergies);
    let early_warning = chart::score_now(app, ctx, &latest, r.oxygen_scale);
    Ok(views::ResidentSummary {
        id: r.id,
        age: r.age(home.zone.date(ctx.now)).into(),
        name: r.name.into_exposed(),
        sex: r.sex,
        birth_date: r.birth_date,
        bed: r.bed,
        home_id: r.home_id,
        home_name: home.name.clone(),
        allergies,
        allergies_en,
        allergies_asked: r.allergies_asked,
        early_warning,
        conditions: r
            .conditions
            .into_iter()
            .map(|c| views::ConditionTag { code: c.code, display: c.display_zh, display_en: c.display_en })
            .collect(),
        out_of_range: out_of_range(&latest),
        last_observations: latest.into_iter().map(observation).collect(),
        photo_url: r.photo_url,
    })
}

/// What the resident must not get, as it is recorded, and in English where it is coded.
pub(super) fn allergens(app: &App, recorded: &[AllergyRecord]) -> (Vec<String>, Vec<String>) {
    let both =
        |a: &AllergyRecord| (a.substance.clone(), app.formulary.allergen_en(a).unwrap_or_else(|| a.substance.clone()));
    recorded.iter().map(both).unzip()
}

fn out_of_range(latest: &[Observation]) -> Vec<String> {
    let out = latest.iter().filter(|o| vitals::find(&o.code).is_some_and(|v| v.is_out_of_range(o.value)));
    out.map(|o| o.code.clone()).collect()
}

pub(super) fn observation(o: Observation) -> views::Observation {
    let band = vitals::find(&o.code).and_then(|v| v.normal);
    views::Observation {
        id: o.id,
        code: o.code,
        value: o.value,
        unit: o.unit,
        measured_at: o.measured_at.into(),
        received_at: o.received_at.into(),
        device: o.device,
        source: o.source,
        clock_offset_ms: o.trace.as_ref().and_then(|trace| trace.clock_offset_ms),
        raw_frame: o.trace.map(|trace| trace.raw_frame.as_str().to_owned()),
        low: band.map(|b| b.0),
        high: band.map(|b| b.1),
    }
}

async fn note(db: &mut Db, names: &mut Names, n: Note) -> Result<views::Note, AppError> {
    Ok(views::Note {
        id: n.id,
        kind: n.kind,
        written_at: n.written_at.into(),
        received_at: n.received_at.into(),
        author_name: names.staff(db, n.author).await?.name.clone(),
        text: n.text.into_exposed(),
    })
}

/// Readings of a resident, oldest first.
pub async fn observations(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    query: views::ObservationQuery,
) -> Result<Page<views::Observation>, AppError> {
    let mut db = app.store.read().await?;
    let resident = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewResident, &ties.facts(&resident))?;
    let mut found = Vec::new();
    for id in residents::group(&mut db, resident.id).await? {
        found.extend(observations::list(&mut db, id, query.since.map(|t| t.0), query.code.as_deref()).await?);
    }
    found.sort_by_key(|o| (o.measured_at, o.id));
    drop(db);
    let purpose = ties.purpose(resident.id);
    Seen::one(EventKind::ObservationsViewed, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    Ok(Page::whole(found.into_iter().map(observation).collect()))
}

/// Records vital signs: all of them or, when one is implausible, none.
pub async fn record_observations(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewObservations,
) -> Result<views::RecordedObservations, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let id = resident.id;
    work.authorize_for(Action::RecordObservations, &resident).await?;
    let by_box = ctx.actor.role() == Role::Box;
    let taken = check_readings(app, &input.readings, ctx)?;
    let rows: Vec<Observation> = taken
        .into_iter()
        .map(|(r, trace)| Observation {
            id: fresh(ObservationId::new, ctx.now),
            resident_id: id,
            code: r.code.clone(),
            value: r.value,
            unit: r.unit.clone(),
            measured_at: r.measured_at.0,
            received_at: ctx.now,
            source: if by_box || r.device.is_some() { ObservationSource::Device } else { ObservationSource::Nurse },
            device: r.device.clone(),
            trace,
        })
        .collect();
    observations::insert_many(&mut work.tx, &rows).await?;
    work.record(EventKind::ObservationsRecorded, id.uuid(), Some(resident.home_id), None);
    work.finish(views::RecordedObservations { items: rows.into_iter().map(observation).collect() }).await
}

/// A reading that is taken, with what its device sent.
type Taken<'a> = (&'a views::Reading, Option<DeviceTrace>);

fn check_readings<'a>(app: &App, readings: &'a [views::Reading], ctx: &Context) -> Result<Vec<Taken<'a>>, AppError> {
    if readings.is_empty() || readings.len() > MOST_READINGS {
        let (zh, en) = (format!("须有 1 至 {MOST_READINGS} 个读数"), format!("Send 1 to {MOST_READINGS} readings"));
        return Err(AppError::invalid("readings", zh, en));
    }
    let (mut wrong, mut taken) = (Vec::new(), Vec::new());
    for (i, r) in readings.iter().enumerate() {
        if let Err(e) = vitals::check(&r.code, &r.unit, r.value) {
            wrong.push(FieldError::new(format!("readings[{i}].{}", e.field()), e.zh(), e.to_string()));
        }
        wrong.extend(wrong_time(app, ctx, &format!("readings[{i}].measured_at"), r.measured_at.0));
        if r.device.as_ref().is_some_and(|d| d.chars().count() > 100) {
            wrong.push(FieldError::new(format!("readings[{i}].device"), "最多 100 个字", "At most 100 characters"));
        }
        match device_trace(r) {
            Ok(trace) => taken.push((r, trace)),
            Err((field, zh, en)) => wrong.push(FieldError::new(format!("readings[{i}].{field}"), zh, en)),
        }
    }
    if wrong.is_empty() { Ok(taken) } else { Err(AppError::Invalid(wrong)) }
}

/// What the device sent, or the field that is wrong with it, in both languages.
fn device_trace(r: &views::Reading) -> Result<Option<DeviceTrace>, (&'static str, &'static str, String)> {
    if (r.raw_frame.is_some() || r.clock_offset_ms.is_some()) && r.device.is_none() {
        return Err(("device", "设备数据须注明设备", "Name the device that sent the frame".into()));
    }
    let Some(frame) = &r.raw_frame else {
        return match r.clock_offset_ms {
            Some(_) => Err(("raw_frame", "时钟偏差须与原始数据一起提交", "A clock offset comes with its frame".into())),
            None => Ok(None),
        };
    };
    if r.clock_offset_ms.is_some_and(|ms| ms.unsigned_abs() > CLOCK_OFFSET_MS) {
        return Err(("clock_offset_ms", "时钟偏差过大", "More than a hundred years".into()));
    }
    match RawFrame::parse(frame) {
        Ok(raw_frame) => Ok(Some(DeviceTrace { clock_offset_ms: r.clock_offset_ms, raw_frame })),
        Err(error) => Err(("raw_frame", "原始数据格式不正确", error.to_string())),
    }
}

/// Why a time by the clock of the home cannot be: ahead of the relay's, or longer ago than anything waits on a tablet.
pub(super) fn wrong_time(app: &App, ctx: &Context, path: &str, at: Timestamp) -> Option<FieldError> {
    let age = ctx.now.duration_since(at);
    let oldest = SignedDuration::from_hours(24 * i64::from(app.policy.late_entry_days));
    if age < -CLOCK_AHEAD {
        return Some(FieldError::new(path, "时间在未来，请检查时钟", "In the future; check the clock"));
    }
    (age > oldest).then(|| FieldError::new(path, "时间过早，请检查时钟", "Too long ago; check the clock"))
}

/// Records a note.
pub async fn write_note(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewNote,
) -> Result<views::Note, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let id = resident.id;
    work.authorize_for(Action::WriteNote, &resident).await?;
    let Actor::Staff { staff_id: author, .. } = ctx.actor else { return Err(AppError::Forbidden) };
    if let Some(wrong) = wrong_time(app, ctx, "written_at", input.written_at.0) {
        return Err(AppError::Invalid(vec![wrong]));
    }
    if input.kind == NoteKind::ReferralReport {
        let (zh, en) = ("转诊报告由医院提交", "The report of a referral comes from the hospital");
        return Err(AppError::invalid("kind", zh, en));
    }
    let written = Note {
        id: fresh(NoteId::new, ctx.now),
        resident_id: id,
        kind: input.kind,
        text: required("text", &input.text, 4000)?.into(),
        written_at: input.written_at.0,
        received_at: ctx.now,
        author,
    };
    notes::insert(&mut work.tx, &written).await?;
    work.record(EventKind::NoteWritten, id.uuid(), Some(resident.home_id), None);
    let view = note(&mut work.tx, &mut Names::default(), written).await?;
    work.finish(view).await
}
