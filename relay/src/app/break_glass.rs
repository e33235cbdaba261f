//! Break-glass: a specialist without a relation opens one record, for a reason, for a time; the nurses of the home are told until one of
//! them takes note, and the administrator judges it.

use std::collections::HashMap;

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{EventKind, Purpose};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::ids::BreakGlassId;
use yunzhen_domain::machines::break_glass::State;
use yunzhen_domain::records::{BreakGlass, Resident};
use yunzhen_store::{Db, Paging, break_glass, residents};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::views::break_glass as views;
use super::views::common::{Page, VersionBody};
use super::work::{Start, Work, authorize, may_list, required, same_version};
use super::{App, AppError, Context, fresh};

/// A reason of fewer characters says nothing to the one who reviews it.
const SHORTEST_REASON: usize = 10;
/// Rows of one page of the review queue.
const PAGE: u32 = 100;
/// So long the home is told of what nobody there took note of; after that only the review queue and the audit log have it.
const HOME_IS_TOLD: SignedDuration = SignedDuration::from_hours(7 * 24);

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
        acknowledged_at: None,
        acknowledged_by: None,
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

/// The home takes note: its nurses are not told of it any more. The first of them counts, and nothing changes by a second press.
pub async fn acknowledge(app: &App, ctx: &Context, id: BreakGlassId) -> Result<views::BreakGlass, AppError> {
    let mut work = match Work::change(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = break_glass::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::AcknowledgeBreakGlass, &before.facts())?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    if before.acknowledged_at.is_some() {
        let known = for_home(view(&mut work.tx, &mut Names::default(), before).await?);
        return work.finish_unchanged(known, "the home has taken note already").await;
    }
    let after = BreakGlass { acknowledged_at: Some(ctx.now), acknowledged_by: Some(by), ..before };
    break_glass::acknowledge(&mut work.tx, id, by, ctx.now).await?;
    let kind = EventKind::BreakGlassAcknowledged;
    work.record_for(kind, id.uuid(), Some(after.home_id), Some(Purpose::BreakGlass));
    let noted = for_home(view(&mut work.tx, &mut Names::default(), after).await?);
    work.finish(noted).await
}

async fn keep(mut work: Work, after: BreakGlass, kind: EventKind) -> Result<views::BreakGlass, AppError> {
    break_glass::update(&mut work.tx, &after).await?;
    work.record_for(kind, after.id.uuid(), Some(after.home_id), Some(Purpose::BreakGlass));
    let view = view(&mut work.tx, &mut Names::default(), after).await?;
    work.finish(view).await
}

/// For the administrator the review queue: what nobody has judged, or everything. For the home's nurses what they have to take note of. Newest first.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::BreakGlassQuery,
) -> Result<Page<views::BreakGlass>, AppError> {
    may_list(ctx, Action::ViewBreakGlass)?;
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let home = ctx.actor.home_id();
    let mut db = app.store.read().await?;
    let (mut glasses, next) = match home {
        Some(home) => {
            let since = ctx.now.checked_sub(HOME_IS_TOLD).map_err(|_| AppError::NotFound)?;
            (break_glass::to_acknowledge(&mut db, home, since, PAGE).await?, None)
        }
        None => {
            let slice = break_glass::list(&mut db, !query.all.unwrap_or(false), paging).await?;
            (slice.items, slice.next)
        }
    };
    glasses.retain(|glass| authorize(ctx, Action::ViewBreakGlass, &glass.facts()).is_ok());
    let people = match home.is_some() || query.named.unwrap_or(false) {
        true => residents::get_all(&mut db, glasses.iter().map(|glass| glass.resident_id)).await?,
        false => HashMap::new(),
    };
    let kind = if home.is_some() { EventKind::ResidentListed } else { EventKind::ResidentIdentityViewed };
    let mut names = Names::default();
    let (mut items, mut seen) = (Vec::with_capacity(glasses.len()), Seen::default());
    for glass in glasses {
        // Where a resident moved to is no matter of the home that was left.
        let person = people.get(&glass.resident_id).filter(|person| home.is_none_or(|home| home == person.home_id));
        let mut item = view(&mut db, &mut names, glass).await?;
        if let Some(person) = person {
            seen.add(kind, person.id, person.home_id, None);
            item.resident_name = Some(person.name.expose().clone());
            item.bed = Some(person.bed.clone());
        }
        items.push(if home.is_some() { for_home(item) } else { item });
    }
    drop(db);
    seen.tell(app, ctx).await?;
    Ok(Page { items, next: next.map(|c| c.to_string()) })
}

/// What the reviewer wrote is between the hospital and the specialist.
fn for_home(view: views::BreakGlass) -> views::BreakGlass {
    views::BreakGlass { review_note: None, ..view }
}

async fn view(db: &mut Db, names: &mut Names, g: BreakGlass) -> Result<views::BreakGlass, AppError> {
    Ok(views::BreakGlass {
        id: g.id,
        version: g.version,
        state: g.state,
        resident_id: g.resident_id,
        resident_name: None,
        bed: None,
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
        acknowledged_at: g.acknowledged_at.map(Into::into),
        acknowledged_by: names.staff_ref_opt(db, g.acknowledged_by).await?,
    })
}
