//! Registering, changing and moving a resident. Two people who change one record never overwrite each other: the later one is shown both values.

use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{DuplicateId, HomeId, ResidentId};
use yunzhen_domain::machines::duplicate;
use yunzhen_domain::records::{DuplicatePair, Resident};
use yunzhen_domain::registry::difference::differences;
use yunzhen_domain::registry::duplicates::{TakenOver, likeness};
use yunzhen_domain::registry::{self, Fault, Frame};
use yunzhen_domain::{Sensitive, checked};
use yunzhen_store::{Db, duplicates, homes, open_work, residents};

use super::views;
use crate::app::homes::day_at;
use crate::app::names::Names;
use crate::app::work::{Start, Work, authorize};
use crate::app::{App, AppError, Conflict, Context, FieldError, fresh};

/// Registers somebody in the nurse's home.
pub async fn register(app: &App, ctx: &Context, input: views::ResidentInput) -> Result<views::Registered, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let home_id = ctx.actor.home_id().ok_or(AppError::NotFound)?;
    work.authorize(Action::RegisterResident, &Facts { home_id: Some(home_id), ..Facts::default() })?;
    let frame = Frame::new(fresh(ResidentId::new, ctx.now), home_id);
    let today = day_at(&mut work.tx, home_id, ctx.now).await?;
    let resident = registry::check(&input, frame, &app.formulary, today)?;
    refuse_known_number(&mut work.tx, ctx, &resident).await?;
    refuse_taken_bed(&mut work.tx, &resident).await?;
    residents::insert(&mut work.tx, &resident).await?;
    work.record(EventKind::ResidentRegistered, resident.id.uuid(), Some(home_id), None);
    let suspected = suspect(&mut work, ctx, &resident).await?;
    work.finish(registered(resident, suspected)).await
}

/// Changes a record. On an older version than the one on record nothing is kept, and both values are answered.
pub async fn change(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::ResidentChange,
) -> Result<views::Registered, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::ChangeResident, &before).await?;
    let today = day_at(&mut work.tx, before.home_id, ctx.now).await?;
    let after = registry::check(&input.resident, Frame::next(&before), &app.formulary, today)?;
    // A form that was opened before the records were merged is of another record.
    if input.version != before.version || id != before.id {
        let seen = residents::version(&mut work.tx, &before, input.version).await?;
        let differences = differences(&after, &before, seen.as_ref().filter(|_| id == before.id));
        let conflict = Conflict { seen: input.version, current: before.version, differences };
        return Err(AppError::Conflict(Box::new(conflict)));
    }
    if after.id_number != before.id_number {
        refuse_known_number(&mut work.tx, ctx, &after).await?;
    }
    if after.bed != before.bed {
        refuse_taken_bed(&mut work.tx, &after).await?;
    }
    residents::update(&mut work.tx, &before, &after, ctx.now, &ctx.actor.reference().to_string()).await?;
    work.record(EventKind::ResidentChanged, after.id.uuid(), Some(after.home_id), None);
    let suspected = suspect(&mut work, ctx, &after).await?;
    work.finish(registered(after, suspected)).await
}

/// Moves a resident to another home; the administrator does it for both.
pub async fn transfer(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::TransferBody,
) -> Result<views::Registered, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize_for(Action::TransferResident, &before).await?;
    crate::app::work::same_version(input.version, before.version)?;
    if homes::get(&mut work.tx, input.home_id).await?.is_none() {
        return Err(AppError::invalid("home_id", "没有这所养老院", "There is no such home"));
    }
    let bed = checked::text::line(&input.bed, 20).map_err(|e| AppError::invalid("bed", e.zh(), e.to_string()))?;
    let after = Resident { version: before.version + 1, home_id: input.home_id, bed, ..before.clone() };
    if (after.home_id, &after.bed) != (before.home_id, &before.bed) {
        refuse_taken_bed(&mut work.tx, &after).await?;
    }
    if after.home_id != before.home_id {
        let open = open_work::of_home(&mut work.tx, id).await?;
        if !open.is_empty() {
            return Err(AppError::OpenWorkInHome(open));
        }
    }
    residents::update(&mut work.tx, &before, &after, ctx.now, &ctx.actor.reference().to_string()).await?;
    // Both homes hear of it.
    for home in [before.home_id, after.home_id] {
        work.record(EventKind::ResidentTransferred, after.id.uuid(), Some(home), None);
    }
    work.finish(registered(after, false)).await
}

fn registered(r: Resident, duplicate_suspected: bool) -> views::Registered {
    views::Registered {
        id: r.id,
        version: r.version,
        id_number_masked: r.id_number.masked(),
        name: r.name.into_exposed(),
        pinyin: r.pinyin,
        sex: r.sex,
        birth_date: r.birth_date,
        bed: r.bed,
        home_id: r.home_id,
        duplicate_suspected,
    }
}

/// One identity number, one record: who is registered is named to those who may see it.
async fn refuse_known_number(db: &mut Db, ctx: &Context, resident: &Resident) -> Result<(), AppError> {
    let Some(known) = residents::by_id_number(db, &resident.id_number).await?.filter(|k| k.id != resident.id) else {
        return Ok(());
    };
    let visible = authorize(ctx, Action::ViewResident, &known.facts()).is_ok();
    let known = if visible { Some(named(db, &known).await?) } else { None };
    Err(AppError::AlreadyRegistered { known })
}

/// One bed, one resident: the button at a bed is heard as whoever lies in it. Waiting for a bed is no bed.
async fn refuse_taken_bed(db: &mut Db, resident: &Resident) -> Result<(), AppError> {
    if is_taken(db, resident).await? { Err(Vec::from([bed_taken()]).into()) } else { Ok(()) }
}

/// Does somebody else of the home have this bed?
pub(super) async fn is_taken(db: &mut Db, resident: &Resident) -> Result<bool, AppError> {
    if resident.bed == registry::NO_BED {
        return Ok(false);
    }
    let there = residents::in_bed(db, resident.home_id, &resident.bed).await?;
    Ok(there.iter().any(|other| other.id != resident.id))
}

/// What is said of a bed that is another's.
pub(super) fn bed_taken() -> Fault {
    Fault::new("bed", "此床位已有其他住民，请核对", "Another resident has this bed; check it")
}

async fn named(db: &mut Db, r: &Resident) -> Result<Sensitive<String>, AppError> {
    let mut names = Names::default();
    let home = &names.home(db, r.home_id).await?.name;
    Ok(format!("{} {home} {}", r.name.expose(), r.bed).into())
}

/// Notes every record that looks like the same person, for an administrator to judge. A pair that was judged stays judged.
pub(super) async fn suspect(work: &mut Work, ctx: &Context, resident: &Resident) -> Result<bool, AppError> {
    let mut found = false;
    for other in residents::born_on(&mut work.tx, resident.birth_date).await? {
        let Some(likeness) = likeness(resident, &other).filter(|_| other.id != resident.id) else { continue };
        let (first_id, second_id) = (resident.id.min(other.id), resident.id.max(other.id));
        if duplicates::of_pair(&mut work.tx, first_id, second_id).await?.is_some() {
            continue;
        }
        let pair = DuplicatePair {
            id: fresh(DuplicateId::new, ctx.now),
            version: 1,
            state: duplicate::State::Suspected,
            first_id,
            second_id,
            survivor_id: None,
            likeness,
            taken_over: TakenOver::default().into(),
            found_at: ctx.now,
            decided_at: None,
            decided_by: None,
            reason: None,
        };
        duplicates::insert(&mut work.tx, &pair).await?;
        work.record(EventKind::DuplicateSuspected, pair.id.uuid(), Some(resident.home_id), None);
        found = true;
    }
    Ok(found)
}

/// The home that a caller writes to: the nurse's own, or the one that an administrator names.
pub(super) async fn home_for(db: &mut Db, ctx: &Context, asked: Option<HomeId>) -> Result<HomeId, AppError> {
    let home = ctx.actor.home_id().or(asked);
    let home = home.ok_or_else(|| AppError::invalid("home_id", "请选择养老院", "Choose a home"))?;
    if asked.is_some_and(|asked| asked != home) || homes::get(db, home).await?.is_none() {
        let wrong = FieldError::new("home_id", "没有这所养老院", "There is no such home");
        return Err(AppError::Invalid(vec![wrong]));
    }
    Ok(home)
}
