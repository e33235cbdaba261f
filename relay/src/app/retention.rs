//! The end of a record: when the last of its clocks has ended and no legal hold stands, the whole record of a person goes in one transaction. The audit log
//! keeps that it went. Administrators see the clocks and place and lift holds; nobody deletes by hand.

use jiff::Timestamp;
use yunzhen_domain::access::{Action, Facts};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{LegalHoldId, ResidentId};
use yunzhen_domain::machines::legal_hold::State;
use yunzhen_domain::records::LegalHold;
use yunzhen_domain::retention::{clocks, untouched_since};
use yunzhen_store::{Db, Paging, legal_holds, residents, retention};

use super::names::Names;
use super::reads::Seen;
use super::views::common::{Page, VersionBody};
use super::views::retention as views;
use super::work::{Start, Work, may_list, required, same_version};
use super::{App, AppError, Context, fresh};

/// Rows of one page of the list.
const PAGE: u32 = 100;
/// Records looked at in one step of the search.
const LOOK: u32 = 200;

/// The clocks in force.
pub fn overview(app: &App, ctx: &Context) -> Result<views::Retention, AppError> {
    may_list(ctx, Action::ViewRetention)?;
    Ok(views::Retention { clocks: clocks(&app.policy).to_vec() })
}

/// Holds, newest first.
pub async fn holds(app: &App, ctx: &Context, query: views::LegalHoldQuery) -> Result<Page<views::LegalHold>, AppError> {
    may_list(ctx, Action::ViewRetention)?;
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = legal_holds::list(&mut db, paging).await?;
    let (mut names, mut seen) = (Names::default(), Seen::default());
    let mut items = Vec::with_capacity(slice.items.len());
    for hold in slice.items {
        seen.add(EventKind::ResidentIdentityViewed, hold.resident_id, hold.home_id, None);
        items.push(view(&mut db, &mut names, hold).await?);
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// Places a hold on a record, and so on everything that was merged into it.
pub async fn hold(app: &App, ctx: &Context, input: views::NewLegalHold) -> Result<views::LegalHold, AppError> {
    may_list(ctx, Action::HoldRecord)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::HoldRecord, &Facts::default())?;
    let reason = required("reason", &input.reason, 500)?;
    let standing = residents::get_standing(&mut work.tx, input.resident_id).await?;
    let resident =
        standing.ok_or_else(|| AppError::invalid("resident_id", "没有这位住民", "There is no such resident"))?;
    let hold = LegalHold {
        id: fresh(LegalHoldId::new, ctx.now),
        version: 1,
        state: State::Placed,
        resident_id: resident.id,
        home_id: resident.home_id,
        reason: reason.into(),
        placed_at: ctx.now,
        placed_by: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
        released_at: None,
        released_by: None,
    };
    legal_holds::insert(&mut work.tx, &hold).await?;
    work.record(EventKind::LegalHoldPlaced, hold.id.uuid(), Some(hold.home_id), None);
    let view = view(&mut work.tx, &mut Names::default(), hold).await?;
    work.finish(view).await
}

/// Lifts a hold: the clocks count again.
pub async fn release(
    app: &App,
    ctx: &Context,
    id: LegalHoldId,
    input: VersionBody,
) -> Result<views::LegalHold, AppError> {
    may_list(ctx, Action::HoldRecord)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = legal_holds::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::HoldRecord, &Facts::default())?;
    same_version(input.version, before.version)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let hold = before.release(by, ctx.now)?;
    legal_holds::update(&mut work.tx, &hold).await?;
    work.record(EventKind::LegalHoldReleased, hold.id.uuid(), Some(hold.home_id), None);
    let view = view(&mut work.tx, &mut Names::default(), hold).await?;
    work.finish(view).await
}

async fn view(db: &mut Db, names: &mut Names, hold: LegalHold) -> Result<views::LegalHold, AppError> {
    let resident = residents::get(db, hold.resident_id).await?.ok_or(AppError::NotFound)?;
    Ok(views::LegalHold {
        id: hold.id,
        version: hold.version,
        state: hold.state,
        resident_id: hold.resident_id,
        resident_name: resident.name.into_exposed(),
        home_id: hold.home_id,
        home_name: names.home(db, hold.home_id).await?.name.clone(),
        reason: hold.reason.into_exposed(),
        placed_at: hold.placed_at.into(),
        placed_by: names.staff_ref(db, hold.placed_by).await?,
        released_at: hold.released_at.map(Into::into),
        released_by: names.staff_ref_opt(db, hold.released_by).await?,
    })
}

/// Removes every record whose clocks have all ended; returns how many persons' records went. One transaction each, so that one bad row stops no other.
pub async fn purge(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let Some(since) = untouched_since(&app.policy, now) else { return Ok(0) };
    let (mut gone, mut after) = (0, None);
    loop {
        let candidates = {
            let mut db = app.store.read().await?;
            retention::untouched(&mut db, since, after, LOOK).await?
        };
        let Some(last) = candidates.last() else { return Ok(gone) };
        after = Some(*last);
        for resident in candidates {
            match purge_one(app, now, resident).await {
                Ok(purged) => gone += usize::from(purged),
                Err(error) => {
                    tracing::error!(%resident, %error, "a record could not be purged; it is tried again");
                    metrics::counter!("yunzhen_job_failures_total", "job" => "purge").increment(1);
                }
            }
        }
    }
}

/// Looks again inside the transaction: somebody may have written, merged or held it in between.
async fn purge_one(app: &App, now: Timestamp, resident: ResidentId) -> Result<bool, AppError> {
    {
        // Most are kept; the one writer is not asked for them.
        let mut db = app.store.read().await?;
        if !is_over(app, &mut db, now, resident).await? {
            return Ok(false);
        }
    }
    let ctx = Context::system(now);
    let mut work = Work::unkeyed(app, &ctx).await?;
    if !is_over(app, &mut work.tx, now, resident).await? {
        return Ok(false);
    }
    let mut records = residents::group(&mut work.tx, resident).await?;
    // What was merged into a record refers to it.
    records.sort_by_key(|id| *id == resident);
    for id in records {
        let Some(record) = residents::get(&mut work.tx, id).await? else { continue };
        retention::remove(&mut work.tx, id).await?;
        work.record(EventKind::ResidentPurged, id.uuid(), Some(record.home_id), None);
    }
    work.finish(()).await?;
    Ok(true)
}

/// All records of the person, and no hold on any of them.
async fn is_over(app: &App, db: &mut Db, now: Timestamp, resident: ResidentId) -> Result<bool, AppError> {
    let records = residents::group(db, resident).await?;
    let held = legal_holds::stands_on(db, &records).await?;
    let mut over = !records.is_empty();
    for id in records {
        over &= retention::last_of(db, id).await?.is_over(&app.policy, held, now);
    }
    Ok(over)
}
