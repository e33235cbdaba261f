//! Residents from a file: a dry run that names every bad entry, and the same again for good, in one transaction. One identity number is one person and is left
//! out; one name with one birth date may be two, so that they are registered and an administrator is asked, as for those who are registered by hand.

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{HomeId, ObservationId, ResidentId};
use yunzhen_domain::records::{Ecg, Observation, ObservationSource, Resident};
use yunzhen_domain::registry::duplicates::{Likeness, likeness};
use yunzhen_domain::registry::{self, Fault, Frame, import};
use yunzhen_domain::schedule::Zone;
use yunzhen_store::{Db, ecgs, homes, observations, residents};

use super::register::{bed_taken, home_for, is_taken, suspect};
use crate::app::views::resident_imports as views;
use crate::app::work::{Start, Work, authorize, may_list};
use crate::app::{App, AppError, Context, FieldError, fresh};

/// What a file would do; nothing is kept.
pub async fn dry_run(app: &App, ctx: &Context, input: views::ResidentImport) -> Result<views::ImportReport, AppError> {
    may_list(ctx, Action::ImportResidents)?;
    let mut db = app.store.read().await?;
    let home_id = home_for(&mut db, ctx, input.home_id).await?;
    authorize(ctx, Action::ImportResidents, &of_home(home_id))?;
    let sorted = sort(app, &mut db, ctx, home_id, &input).await?;
    Ok(report(true, &sorted))
}

/// Takes a file over: all its good entries or, when one is bad and nobody said to skip those, none.
pub async fn apply(app: &App, ctx: &Context, input: views::ResidentImport) -> Result<views::ImportReport, AppError> {
    may_list(ctx, Action::ImportResidents)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let home_id = home_for(&mut work.tx, ctx, input.home_id).await?;
    work.authorize(Action::ImportResidents, &of_home(home_id))?;
    let sorted = sort(app, &mut work.tx, ctx, home_id, &input).await?;
    if !sorted.bad.is_empty() && !input.skip_bad {
        return Err(refused(sorted.bad));
    }
    if sorted.good.is_empty() {
        return Err(AppError::invalid("content", "没有可以登记的住民", "There is nobody to register"));
    }
    for Good { resident, readings, ecgs, .. } in &sorted.good {
        residents::insert(&mut work.tx, resident).await?;
        work.record(EventKind::ResidentImported, resident.id.uuid(), Some(home_id), None);
        if !readings.is_empty() {
            observations::insert_many(&mut work.tx, readings).await?;
        }
        for ecg in ecgs {
            ecgs::insert(&mut work.tx, ecg).await?;
        }
        if !readings.is_empty() || !ecgs.is_empty() {
            work.record(EventKind::ObservationsRecorded, resident.id.uuid(), Some(home_id), None);
        }
    }
    // After all of them are there, so that two of one file are a pair like any other.
    for Good { resident, .. } in sorted.good.iter().filter(|good| good.twin.is_some()) {
        suspect(&mut work, ctx, resident).await?;
    }
    work.finish(report(false, &sorted)).await
}

fn of_home(home_id: HomeId) -> Facts {
    Facts { home_id: Some(home_id), ..Facts::default() }
}

/// An entry that becomes a record.
struct Good {
    place: String,
    resident: Resident,
    readings: Vec<Observation>,
    ecgs: Vec<Ecg>,
    twin: Option<views::ImportTwin>,
}

/// The entries of a file by what becomes of them.
#[derive(Default)]
struct Sorted {
    good: Vec<Good>,
    known: Vec<views::ImportDuplicate>,
    bad: Vec<(String, Vec<Fault>)>,
}

async fn sort(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    home_id: HomeId,
    input: &views::ResidentImport,
) -> Result<Sorted, AppError> {
    let entries = import::read(input.format, input.content.as_bytes()).map_err(|fault| AppError::from(vec![fault]))?;
    let zone = homes::zone(db, home_id).await?.ok_or(AppError::NotFound)?;
    let mut sorted = Sorted::default();
    for entry in entries {
        let place = entry.place.clone();
        match check(app, ctx, home_id, &zone, entry) {
            Err(faults) => sorted.bad.push((place, faults)),
            Ok((resident, readings, ecgs)) => match known(db, ctx, &sorted, &place, &resident).await? {
                Some(duplicate) => sorted.known.push(duplicate),
                None if further_up(&sorted, &resident) || is_taken(db, &resident).await? => {
                    sorted.bad.push((place, vec![bed_taken()]));
                }
                None => {
                    let twin = twin(db, ctx, &sorted, &resident).await?;
                    sorted.good.push(Good { place, resident, readings, ecgs, twin });
                }
            },
        }
    }
    Ok(sorted)
}

/// An entry as the records it would become, or everything that is wrong with it.
fn check(
    app: &App,
    ctx: &Context,
    home_id: HomeId,
    zone: &Zone,
    entry: import::Entry,
) -> Result<(Resident, Vec<Observation>, Vec<Ecg>), Vec<Fault>> {
    let frame = Frame::new(fresh(ResidentId::new, ctx.now), home_id);
    let resident = registry::check(&entry.input?, frame, &app.formulary, zone.date(ctx.now))?;
    // Without a first moment of that day nothing is before it.
    let born = zone.instant(resident.birth_date.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN);
    let readings = import::readings(&entry.readings, born, ctx.now)?;
    import::ecgs(&entry.ecgs, born, ctx.now)?;
    let ecgs = entry.ecgs.into_iter().map(|recorded| Ecg {
        id: fresh(ObservationId::new, ctx.now),
        resident_id: resident.id,
        waveform: recorded.waveform,
        recorded_at: recorded.recorded_at,
        received_at: ctx.now,
        device: None,
        source: ObservationSource::Import,
        clock_offset_ms: None,
    });
    let ecgs = ecgs.collect();
    let readings = readings.into_iter().map(|r| Observation {
        id: fresh(ObservationId::new, ctx.now),
        resident_id: resident.id,
        code: r.code.to_owned(),
        value: r.value,
        unit: r.unit.to_owned(),
        measured_at: r.measured_at,
        received_at: ctx.now,
        device: None,
        source: ObservationSource::Import,
        trace: None,
    });
    let readings = readings.collect();
    Ok((resident, readings, ecgs))
}

/// Does somebody further up in the file have this bed?
fn further_up(sorted: &Sorted, resident: &Resident) -> bool {
    resident.bed != registry::NO_BED && sorted.good.iter().any(|other| other.resident.bed == resident.bed)
}

/// The same identity number on record or further up in the file.
async fn known(
    db: &mut Db,
    ctx: &Context,
    sorted: &Sorted,
    place: &str,
    resident: &Resident,
) -> Result<Option<views::ImportDuplicate>, AppError> {
    let on_record = residents::by_id_number(db, &resident.id_number).await?;
    let further_up = sorted.good.iter().find(|other| other.resident.id_number == resident.id_number);
    if on_record.is_none() && further_up.is_none() {
        return Ok(None);
    }
    Ok(Some(views::ImportDuplicate {
        place: place.to_owned(),
        name: resident.name.expose().clone(),
        likeness: Likeness::IdNumber,
        resident_id: on_record.and_then(|same| shown(ctx, &same)),
        same_as_place: further_up.map(|other| other.place.clone()),
    }))
}

/// Whom the entry looks like by name and birth date: a person on record before one of the file.
async fn twin(
    db: &mut Db,
    ctx: &Context,
    sorted: &Sorted,
    resident: &Resident,
) -> Result<Option<views::ImportTwin>, AppError> {
    for other in residents::born_on(db, resident.birth_date).await? {
        if likeness(resident, &other).is_some() {
            return Ok(Some(views::ImportTwin { resident_id: shown(ctx, &other), same_as_place: None }));
        }
    }
    let earlier = sorted.good.iter().find(|other| likeness(resident, &other.resident).is_some());
    Ok(earlier.map(|other| views::ImportTwin { resident_id: None, same_as_place: Some(other.place.clone()) }))
}

/// A record's id for who may see it.
fn shown(ctx: &Context, r: &Resident) -> Option<ResidentId> {
    authorize(ctx, Action::ViewResident, &r.facts()).is_ok().then_some(r.id)
}

fn refused(bad: Vec<(String, Vec<Fault>)>) -> AppError {
    let fields = bad.into_iter().flat_map(|(place, faults)| {
        faults.into_iter().map(move |f| {
            let path = if f.path.is_empty() { place.clone() } else { format!("{place}: {}", f.path) };
            FieldError::new(path, f.zh, f.en)
        })
    });
    AppError::Invalid(fields.collect())
}

fn report(dry_run: bool, sorted: &Sorted) -> views::ImportReport {
    let total = sorted.good.len() + sorted.known.len() + sorted.bad.len();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let registered = sorted.good.iter().map(|Good { place, resident, readings, ecgs, twin }| views::ImportedResident {
        place: place.clone(),
        id: (!dry_run).then_some(resident.id),
        name: resident.name.expose().clone(),
        bed: resident.bed.clone(),
        medicines: count(resident.medicines.len()),
        observations: count(readings.len() + ecgs.len()),
        twin: twin.clone(),
    });
    let bad = sorted.bad.iter().map(|(place, faults)| views::BadEntry {
        place: place.clone(),
        reasons: faults
            .iter()
            .map(|f| views::BadField { field: f.path.clone(), message_zh: f.zh.clone(), message_en: f.en.clone() })
            .collect(),
    });
    views::ImportReport {
        dry_run,
        total: count(total),
        registered: registered.collect(),
        duplicates: sorted.known.clone(),
        bad: bad.collect(),
    }
}
