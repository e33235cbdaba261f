//! Residents: list, chart, vital signs, notes.

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{NoteId, ObservationId, ResidentId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Note, Observation, ObservationSource, Resident};
use yunzhen_domain::vitals::{self, ReadingError};
use yunzhen_domain::{Actor, Role};
use yunzhen_store::{Db, consultations, eligibility, notes, observations, prescriptions, residents};

use super::consultations as consultation_views;
use super::names::Names;
use super::views::common::Page;
use super::views::residents as views;
use super::work::{Start, Work, authorize, may_list, required};
use super::{App, AppError, Context, FieldError, fresh};

/// Clocks of boxes may run ahead by this much.
const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// Rows of each kind in a chart.
const HISTORY: u32 = 50;
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
    let mut names = Names::default();
    let mut items = Vec::new();
    for r in residents::list(&mut db, home_id, query.q.as_deref()).await? {
        if authorize(ctx, Action::ListResidents, &r.facts()).is_ok() {
            items.push(summary(&mut db, &mut names, r, ctx).await?);
        }
    }
    Ok(Page::whole(items))
}

async fn summary(
    db: &mut Db,
    names: &mut Names,
    r: Resident,
    ctx: &Context,
) -> Result<views::ResidentSummary, AppError> {
    let latest = observations::latest_per_code(db, r.id).await?;
    Ok(views::ResidentSummary {
        id: r.id,
        age: r.age(Policy::local_date(ctx.now)).into(),
        name: r.name.into_exposed(),
        sex: r.sex,
        birth_date: r.birth_date,
        bed: r.bed,
        home_id: r.home_id,
        home_name: names.home(db, r.home_id).await?.name.clone(),
        allergies: r.allergies.into_iter().map(|a| a.substance).collect(),
        conditions: r
            .conditions
            .into_iter()
            .map(|c| views::ConditionTag { code: c.code, display: c.display_zh })
            .collect(),
        out_of_range: out_of_range(&latest),
        last_observations: latest.into_iter().map(observation).collect(),
        photo_url: r.photo_url,
    })
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
        low: band.map(|b| b.0),
        high: band.map(|b| b.1),
    }
}

/// A resident's chart. Opening it is an audit event, so it is read inside the write transaction.
pub async fn get(app: &App, ctx: &Context, id: ResidentId) -> Result<views::Resident, AppError> {
    let mut work = Work::update(app, ctx).await?;
    let r = residents::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ViewResident, &r.facts())?;
    work.record(EventKind::ResidentViewed, id.uuid(), Some(r.home_id), None);
    let db = &mut work.tx;
    let mut names = Names::default();
    let latest = observations::latest_per_code(db, id).await?;
    let mut note_views = Vec::new();
    for n in notes::for_resident(db, id, HISTORY).await? {
        note_views.push(note(db, &mut names, n).await?);
    }
    let mut visits = Vec::new();
    for c in consultations::for_resident(db, id, HISTORY).await? {
        visits.push(consultation_views::summary(app, db, &mut names, &c, ctx.now).await?);
    }
    let mut prescribed = Vec::new();
    for p in prescriptions::for_resident(db, id, HISTORY).await? {
        prescribed.push(super::prescriptions::summary(app, db, &mut names, &p, ctx.now).await?);
    }
    let first_visits = eligibility::for_resident(db, id).await?.into_iter().map(|e| views::Eligibility {
        diagnosis_code: e.diagnosis_code,
        display: e.display,
        hospital: e.hospital,
        date: e.date,
        clinician: e.clinician,
    });
    let view = views::Resident {
        id,
        age: r.age(Policy::local_date(ctx.now)).into(),
        name: r.name.into_exposed(),
        sex: r.sex,
        birth_date: r.birth_date,
        bed: r.bed,
        home_id: r.home_id,
        home_name: names.home(db, r.home_id).await?.name.clone(),
        allergies: r.allergies.iter().map(|a| a.substance.clone()).collect(),
        out_of_range: out_of_range(&latest),
        last_observations: latest.into_iter().map(observation).collect(),
        photo_url: r.photo_url,
        id_number_masked: r.id_number.masked(),
        contacts: r.contacts,
        allergy_records: r.allergies,
        conditions: r.conditions,
        medicines: r.medicines,
        eligibility: first_visits.collect(),
        notes: note_views,
        consultations: visits,
        prescriptions: prescribed,
    };
    work.finish(view).await
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
    let resident = residents::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewResident, &resident.facts())?;
    let found = observations::list(&mut db, id, query.since.map(|t| t.0), query.code.as_deref()).await?;
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
    let resident = residents::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::RecordObservations, &resident.facts())?;
    let by_box = ctx.actor.role() == Role::Box;
    let taken = check_readings(&input.readings, ctx)?;
    let rows: Vec<Observation> = taken
        .into_iter()
        .map(|r| Observation {
            id: fresh(ObservationId::new, ctx.now),
            resident_id: id,
            code: r.code.clone(),
            value: r.value,
            unit: r.unit.clone(),
            measured_at: r.measured_at.0,
            received_at: ctx.now,
            source: if by_box || r.device.is_some() { ObservationSource::Device } else { ObservationSource::Nurse },
            device: r.device.clone(),
        })
        .collect();
    observations::insert_many(&mut work.tx, &rows).await?;
    work.record(EventKind::ObservationsRecorded, id.uuid(), Some(resident.home_id), None);
    work.finish(views::RecordedObservations { items: rows.into_iter().map(observation).collect() }).await
}

fn check_readings<'a>(readings: &'a [views::Reading], ctx: &Context) -> Result<Vec<&'a views::Reading>, AppError> {
    if readings.is_empty() || readings.len() > MOST_READINGS {
        let (zh, en) = (format!("须有 1 至 {MOST_READINGS} 个读数"), format!("Send 1 to {MOST_READINGS} readings"));
        return Err(AppError::invalid("readings", zh, en));
    }
    let mut wrong = Vec::new();
    for (i, r) in readings.iter().enumerate() {
        match vitals::check(&r.code, &r.unit, r.value) {
            Ok(_) => {}
            Err(e @ ReadingError::UnknownCode(_)) => {
                wrong.push(FieldError::new(format!("readings[{i}].code"), "不支持的生命体征", e.to_string()));
            }
            Err(e @ ReadingError::Unit { expected, .. }) => {
                let zh = format!("单位应为 {expected}");
                wrong.push(FieldError::new(format!("readings[{i}].unit"), zh, e.to_string()));
            }
            Err(e @ ReadingError::Implausible { low, high, unit, .. }) => {
                let zh = format!("数值应在 {low} 至 {high} {unit} 之间，请核对");
                wrong.push(FieldError::new(format!("readings[{i}].value"), zh, e.to_string()));
            }
        }
        if r.measured_at.0.duration_since(ctx.now) > CLOCK_AHEAD {
            let path = format!("readings[{i}].measured_at");
            wrong.push(FieldError::new(path, "测量时间在未来，请检查时钟", "Measured in the future; check the clock"));
        }
        if r.device.as_ref().is_some_and(|d| d.chars().count() > 100) {
            wrong.push(FieldError::new(format!("readings[{i}].device"), "最多 100 个字", "At most 100 characters"));
        }
    }
    if wrong.is_empty() { Ok(readings.iter().collect()) } else { Err(AppError::Invalid(wrong)) }
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
    let resident = residents::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::WriteNote, &resident.facts())?;
    let Actor::Staff { staff_id: author, .. } = ctx.actor else { return Err(AppError::Forbidden) };
    if input.written_at.0.duration_since(ctx.now) > CLOCK_AHEAD {
        return Err(AppError::invalid(
            "written_at",
            "书写时间在未来，请检查时钟",
            "Written in the future; check the clock",
        ));
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
