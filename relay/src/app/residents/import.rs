//! Residents from a file: a dry run that names every bad entry, and the same again for good, in one transaction.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{HomeId, ResidentId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::Resident;
use yunzhen_domain::registry::duplicates::{Likeness, likeness};
use yunzhen_domain::registry::{self, Fault, Frame, import};
use yunzhen_store::{Db, residents};

use super::register::{bed_taken, home_for, is_taken};
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
        return Err(AppError::invalid("content", "没有可以登记的住户", "There is nobody to register"));
    }
    for (_, resident) in &sorted.good {
        residents::insert(&mut work.tx, resident).await?;
        work.record(EventKind::ResidentImported, resident.id.uuid(), Some(home_id), None);
    }
    work.finish(report(false, &sorted)).await
}

fn of_home(home_id: HomeId) -> Facts {
    Facts { home_id: Some(home_id), ..Facts::default() }
}

/// The entries of a file by what becomes of them.
#[derive(Default)]
struct Sorted {
    good: Vec<(String, Resident)>,
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
    let today = Policy::local_date(ctx.now);
    let mut sorted = Sorted::default();
    for entry in entries {
        let frame = Frame::new(fresh(ResidentId::new, ctx.now), home_id);
        let checked = entry.input.and_then(|input| registry::check(&input, frame, &app.formulary, today));
        match checked {
            Err(faults) => sorted.bad.push((entry.place, faults)),
            Ok(resident) => match known(db, ctx, &sorted, &entry.place, &resident).await? {
                Some(duplicate) => sorted.known.push(duplicate),
                None if further_up(&sorted, &resident) || is_taken(db, &resident).await? => {
                    sorted.bad.push((entry.place, vec![bed_taken()]));
                }
                None => sorted.good.push((entry.place, resident)),
            },
        }
    }
    Ok(sorted)
}

/// Does somebody further up in the file have this bed?
fn further_up(sorted: &Sorted, resident: &Resident) -> bool {
    resident.bed != registry::NO_BED && sorted.good.iter().any(|(_, other)| other.bed == resident.bed)
}

/// The same person on record or further up in the file.
async fn known(
    db: &mut Db,
    ctx: &Context,
    sorted: &Sorted,
    place: &str,
    resident: &Resident,
) -> Result<Option<views::ImportDuplicate>, AppError> {
    let duplicate = |likeness, resident_id, same_as_place| views::ImportDuplicate {
        place: place.to_owned(),
        name: resident.name.expose().clone(),
        likeness,
        resident_id,
        same_as_place,
    };
    let shown = |r: &Resident| authorize(ctx, Action::ViewResident, &r.facts()).is_ok().then_some(r.id);
    if let Some(same) = residents::by_id_number(db, &resident.id_number).await? {
        return Ok(Some(duplicate(Likeness::IdNumber, shown(&same), None)));
    }
    for (earlier, other) in &sorted.good {
        if let Some(likeness) = likeness(resident, other) {
            return Ok(Some(duplicate(likeness, None, Some(earlier.clone()))));
        }
    }
    for other in residents::born_on(db, resident.birth_date).await? {
        if let Some(likeness) = likeness(resident, &other) {
            return Ok(Some(duplicate(likeness, shown(&other), None)));
        }
    }
    Ok(None)
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
    let registered = sorted.good.iter().map(|(place, r)| views::ImportedResident {
        place: place.clone(),
        id: (!dry_run).then_some(r.id),
        name: r.name.expose().clone(),
        bed: r.bed.clone(),
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
        total: u32::try_from(total).unwrap_or(u32::MAX),
        registered: registered.collect(),
        duplicates: sorted.known.clone(),
        bad: bad.collect(),
    }
}
