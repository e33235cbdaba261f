//! Records that may be one person: found by the registry, judged by an administrator, who sees who they are and nothing clinical. A merge moves no row: the
//! other record points to the one that stands, whose chart shows both; taking it back restores both.

use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{DuplicateId, ResidentId};
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::duplicate::{Event, State};
use yunzhen_domain::records::{DuplicatePair, Resident};
use yunzhen_domain::registry::duplicates::{absorb, give_back, taken_over};
use yunzhen_store::{Db, Paging, duplicates, open_work, residents};

use super::names::Names;
use super::reads::Seen;
use super::views::common::{Page, ReasonBody};
use super::views::duplicates as views;
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Pairs, those found last first.
pub async fn list(app: &App, ctx: &Context, cursor: Option<String>) -> Result<Page<views::Duplicate>, AppError> {
    may_list(ctx, Action::JudgeDuplicates)?;
    let paging = Paging::newest(PAGE).after(super::parse_cursor(cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = duplicates::list(&mut db, paging).await?;
    let mut names = Names::default();
    let (mut items, mut seen) = (Vec::with_capacity(slice.items.len()), Seen::default());
    for pair in slice.items {
        let view = view(&mut db, &mut names, pair).await?;
        for r in &view.residents {
            seen.add(EventKind::ResidentIdentityViewed, r.id, r.home_id, None);
        }
        items.push(view);
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One person: one record stands for both. The other must have nothing under way (`domain::registry::open_work`): what is begun on a record is ended on it.
pub async fn merge(
    app: &App,
    ctx: &Context,
    id: DuplicateId,
    input: views::MergeBody,
) -> Result<views::Duplicate, AppError> {
    let (mut work, before) = match load(app, ctx, id, input.version).await? {
        Loaded::Replay(answer) => return Ok(answer),
        Loaded::Fresh(work, before) => (work, before),
    };
    let other_id = before.other(input.survivor_id);
    let other_id = other_id
        .ok_or_else(|| AppError::invalid("survivor_id", "请在这两份档案中选择一份", "Choose one of the two records"))?;
    let reason = required("reason", &input.reason, 500)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let survivor = unmerged(&mut work.tx, input.survivor_id).await?;
    let other = unmerged(&mut work.tx, other_id).await?;
    let others = residents::group(&mut work.tx, other_id).await?;
    if others.len() > 1 {
        return Err(Refused { state: before.state.as_str(), event: Event::Merge.name() }.into());
    }
    let open = open_work::of_record(&mut work.tx, other_id).await?;
    if !open.is_empty() {
        return Err(AppError::OpenWork(open));
    }
    let taken = taken_over(&survivor, &other);
    let absorbed = absorb(survivor.clone(), &taken);
    let merged = Resident { version: other.version + 1, merged_into: Some(survivor.id), ..other.clone() };
    let who = ctx.actor.reference().to_string();
    residents::update(&mut work.tx, &survivor, &absorbed, ctx.now, &who).await?;
    residents::update(&mut work.tx, &other, &merged, ctx.now, &who).await?;
    let mut pair = before.decide(Event::Merge, by, reason, ctx.now)?;
    pair.survivor_id = Some(survivor.id);
    pair.taken_over = taken.into();
    for r in [&absorbed, &merged] {
        work.record(EventKind::ResidentChanged, r.id.uuid(), Some(r.home_id), None);
    }
    keep(work, pair, EventKind::DuplicateMerged).await
}

/// They are two after all: both records stand again, as a person left them.
pub async fn unmerge(
    app: &App,
    ctx: &Context,
    id: DuplicateId,
    input: ReasonBody,
) -> Result<views::Duplicate, AppError> {
    let (mut work, before) = match load(app, ctx, id, input.version).await? {
        Loaded::Replay(answer) => return Ok(answer),
        Loaded::Fresh(work, before) => (work, before),
    };
    let reason = required("reason", &input.reason, 500)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let survivor_id = before.survivor_id;
    let mut pair = before.decide(Event::Unmerge, by, reason, ctx.now)?;
    let survivor_id = survivor_id.ok_or(AppError::NotFound)?;
    let other_id = pair.other(survivor_id).ok_or(AppError::NotFound)?;
    let survivor = residents::get(&mut work.tx, survivor_id).await?.ok_or(AppError::NotFound)?;
    let other = residents::get(&mut work.tx, other_id).await?.ok_or(AppError::NotFound)?;
    let restored = give_back(survivor.clone(), pair.taken_over.expose());
    let standing = Resident { version: other.version + 1, merged_into: None, ..other.clone() };
    let who = ctx.actor.reference().to_string();
    residents::update(&mut work.tx, &survivor, &restored, ctx.now, &who).await?;
    residents::update(&mut work.tx, &other, &standing, ctx.now, &who).await?;
    pair.survivor_id = None;
    pair.taken_over = Default::default();
    for r in [&restored, &standing] {
        work.record(EventKind::ResidentChanged, r.id.uuid(), Some(r.home_id), None);
    }
    keep(work, pair, EventKind::DuplicateUnmerged).await
}

/// Two persons: nobody is asked about them again.
pub async fn dismiss(
    app: &App,
    ctx: &Context,
    id: DuplicateId,
    input: ReasonBody,
) -> Result<views::Duplicate, AppError> {
    let (work, before) = match load(app, ctx, id, input.version).await? {
        Loaded::Replay(answer) => return Ok(answer),
        Loaded::Fresh(work, before) => (work, before),
    };
    let reason = required("reason", &input.reason, 500)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let pair = before.decide(Event::Dismiss, by, reason, ctx.now)?;
    keep(work, pair, EventKind::DuplicateDismissed).await
}

/// What a command on a pair meets first.
#[allow(clippy::large_enum_variant, reason = "taken apart where it is made, never kept")]
enum Loaded {
    Replay(views::Duplicate),
    Fresh(Work, DuplicatePair),
}

async fn load(app: &App, ctx: &Context, id: DuplicateId, seen: i64) -> Result<Loaded, AppError> {
    may_list(ctx, Action::JudgeDuplicates)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(Loaded::Replay(answer)),
        Start::Fresh(work) => work,
    };
    let pair = duplicates::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::JudgeDuplicates, &Default::default())?;
    same_version(seen, pair.version)?;
    Ok(Loaded::Fresh(work, pair))
}

async fn keep(mut work: Work, pair: DuplicatePair, kind: EventKind) -> Result<views::Duplicate, AppError> {
    duplicates::update(&mut work.tx, &pair).await?;
    work.record(kind, pair.id.uuid(), None, None);
    let view = view(&mut work.tx, &mut Names::default(), pair).await?;
    work.finish(view).await
}

/// A record that stands for itself.
async fn unmerged(db: &mut Db, id: ResidentId) -> Result<Resident, AppError> {
    let found = residents::get(db, id).await?.ok_or(AppError::NotFound)?;
    if found.merged_into.is_some() {
        return Err(Refused { state: State::Merged.as_str(), event: Event::Merge.name() }.into());
    }
    Ok(found)
}

/// Who a record is about, without anything clinical.
pub(super) async fn identity(db: &mut Db, names: &mut Names, r: Resident) -> Result<views::ResidentIdentity, AppError> {
    Ok(views::ResidentIdentity {
        id: r.id,
        version: r.version,
        name: r.name.into_exposed(),
        sex: r.sex,
        birth_date: r.birth_date,
        id_number_masked: r.id_number.masked(),
        bed: r.bed,
        home_id: r.home_id,
        home_name: names.home(db, r.home_id).await?.name.clone(),
    })
}

async fn view(db: &mut Db, names: &mut Names, pair: DuplicatePair) -> Result<views::Duplicate, AppError> {
    let mut identities = Vec::new();
    for id in [pair.first_id, pair.second_id] {
        let r = residents::get(db, id).await?.ok_or(AppError::NotFound)?;
        identities.push(identity(db, names, r).await?);
    }
    let possible = Event::ALL.iter().filter(|event| pair.state.apply(**event).is_ok());
    Ok(views::Duplicate {
        id: pair.id,
        version: pair.version,
        state: pair.state,
        likeness: pair.likeness,
        residents: identities,
        survivor_id: pair.survivor_id,
        found_at: pair.found_at.into(),
        decided_at: pair.decided_at.map(Into::into),
        decided_by: names.staff_ref_opt(db, pair.decided_by).await?,
        reason: pair.reason,
        allowed: possible.map(|event| event.name().to_owned()).collect(),
    })
}
