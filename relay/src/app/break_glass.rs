//! Break-glass: a specialist without a relation opens one record, for a reason, for a time; a second person is told and judges it.

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::ids::BreakGlassId;
use yunzhen_domain::machines::break_glass::State;
use yunzhen_domain::records::{BreakGlass, Resident};
use yunzhen_store::{Db, Paging, break_glass, residents};

use super::names::Names;
use super::relations::Ties;
use super::views::break_glass as views;
use super::views::common::{Page, VersionBody};
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, fresh};

/// A reason of fewer characters says nothing to the one who reviews it.
const SHORTEST_REASON: usize = 10;
/// Rows of one page of the review queue.
const PAGE: u32 = 100;

/// Opens a record. Everybody who must know hears of it at once.
pub async fn open(app: &App, ctx: &Context, input: views::NewBreakGlass) -> Result<views::BreakGlass, AppError> {
    may_list(ctx, Action::BreakGlass)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let staff_id = ctx.actor.staff_id().ok_or(AppError::NotFound)?;
    let reason = required("reason", &input.reason, 500)?;
    if reason.chars().count() < SHORTEST_REASON {
        let (zh, en) = (
            format!("请写明理由，至少 {SHORTEST_REASON} 个字"),
            format!("Give the reason in {SHORTEST_REASON} characters or more"),
        );
        return Err(AppError::invalid("reason", zh, en));
    }
    let resident = named(&mut work.tx, &input).await?;
    let ties = Ties::to(&mut work.tx, ctx, resident.id).await?;
    work.authorize(Action::BreakGlass, &ties.facts(&resident))?;
    if ties.facts(&resident).related && ties.purpose(resident.id).is_none() {
        let (zh, en) =
            ("与该住民已有诊疗关系，可直接打开病历", "There is a relation already; open the record as usual");
        return Err(AppError::invalid("resident_id", zh, en));
    }
    let lasts = SignedDuration::from_mins(i64::from(app.policy.break_glass_minutes));
    let glass = BreakGlass {
        id: fresh(BreakGlassId::new, ctx.now),
        version: 1,
        state: State::Open,
        resident_id: resident.id,
        home_id: resident.home_id,
        staff_id,
        reason: reason.into(),
        opened_at: ctx.now,
        ends_at: ctx.now.checked_add(lasts).map_err(|_| AppError::NotFound)?,
        reviewed_at: None,
        reviewed_by: None,
        review_note: None,
    };
    break_glass::insert(&mut work.tx, &glass).await?;
    work.record_for(EventKind::BreakGlassOpened, glass.id.uuid(), Some(glass.home_id), Some(Purpose::BreakGlass));
    let view = view(&mut work.tx, &mut Names::default(), glass).await?;
    work.finish(view).await
}

/// The one record that is meant.
async fn named(db: &mut Db, input: &views::NewBreakGlass) -> Result<Resident, AppError> {
    let found = match (&input.id_number, input.resident_id) {
        (Some(text), _) => {
            let wrong =
                |_| AppError::invalid("id_number", "身份证号有误，请核对", "The identity number is wrong; check it");
            let number = IdNumber::parse(text).map_err(wrong)?;
            residents::by_id_number(db, &number).await?
        }
        (None, Some(id)) => residents::get(db, id).await?,
        (None, None) => {
            return Err(AppError::invalid("id_number", "请填写身份证号", "Please enter the identity number"));
        }
    };
    let found = found.ok_or(AppError::NotFound)?;
    residents::get_standing(db, found.id).await?.ok_or(AppError::NotFound)
}

/// The specialist needs it no more.
pub async fn close(
    app: &App,
    ctx: &Context,
    id: BreakGlassId,
    input: VersionBody,
) -> Result<views::BreakGlass, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = break_glass::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::CloseBreakGlass, &before.facts())?;
    same_version(input.version, before.version)?;
    let after = before.close(ctx.now)?;
    keep(work, after, EventKind::BreakGlassClosed).await
}

/// A second person judges it.
pub async fn review(
    app: &App,
    ctx: &Context,
    id: BreakGlassId,
    input: views::ReviewBody,
) -> Result<views::BreakGlass, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = break_glass::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ReviewBreakGlass, &before.facts())?;
    same_version(input.version, before.version)?;
    let note = required("note", &input.note, 500)?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let after = before.review(input.right, by, note, ctx.now)?;
    keep(work, after, EventKind::BreakGlassReviewed).await
}

async fn keep(mut work: Work, after: BreakGlass, kind: EventKind) -> Result<views::BreakGlass, AppError> {
    break_glass::update(&mut work.tx, &after).await?;
    work.record_for(kind, after.id.uuid(), Some(after.home_id), Some(Purpose::BreakGlass));
    let view = view(&mut work.tx, &mut Names::default(), after).await?;
    work.finish(view).await
}

/// The review queue, newest first: what nobody has judged, or everything.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::BreakGlassQuery,
) -> Result<Page<views::BreakGlass>, AppError> {
    may_list(ctx, Action::ReviewBreakGlass)?;
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = break_glass::list(&mut db, !query.all.unwrap_or(false), paging).await?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(slice.items.len());
    for glass in slice.items {
        if authorize(ctx, Action::ReviewBreakGlass, &glass.facts()).is_ok() {
            items.push(view(&mut db, &mut names, glass).await?);
        }
    }
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

async fn view(db: &mut Db, names: &mut Names, g: BreakGlass) -> Result<views::BreakGlass, AppError> {
    Ok(views::BreakGlass {
        id: g.id,
        version: g.version,
        state: g.state,
        resident_id: g.resident_id,
        home_id: g.home_id,
        home_name: names.home(db, g.home_id).await?.name.clone(),
        hospital: names.staff(db, g.staff_id).await?.hospital.clone(),
        specialist: names.staff_ref(db, g.staff_id).await?,
        reason: g.reason.into_exposed(),
        opened_at: g.opened_at.into(),
        ends_at: g.ends_at.into(),
        reviewed_at: g.reviewed_at.map(Into::into),
        reviewed_by: names.staff_ref_opt(db, g.reviewed_by).await?,
        review_note: g.review_note.map(yunzhen_domain::Sensitive::into_exposed),
    })
}
