//! What was short, damaged, too warm or called back and is in the home: opened with the count, seen by the nurse, settled by the pharmacy.

use yunzhen_domain::access::{Action, Decision, decide};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::DiscrepancyId;
use yunzhen_domain::machines::discrepancy::{Cause, State};
use yunzhen_domain::machines::prescription;
use yunzhen_domain::records::{Delivery, Difference, Discrepancy, SettleError};
use yunzhen_store::{Db, Paging, deliveries, discrepancies, prescriptions};

use super::deliveries::strength;
use super::names::Names;
use super::people::name_of;
use super::views::common::Page;
use super::views::discrepancies as views;
use super::work::{Start, Work, authorize, bounded, may_list, same_version};
use super::{App, AppError, Context, fresh, refills, stock};

/// Rows of one page of the list.
const PAGE: u32 = 100;

/// Opens one in the transaction of the count, unless the same thing is open already.
pub(super) async fn open(work: &mut Work, ctx: &Context, d: &Delivery, cause: Cause) -> Result<(), AppError> {
    let known = discrepancies::of_delivery(&mut work.tx, d.id).await?;
    if known.iter().any(|one| one.cause == cause && one.state == State::Open) {
        return Ok(());
    }
    let task = Discrepancy {
        id: fresh(DiscrepancyId::new, ctx.now),
        version: 1,
        state: State::Open,
        delivery_id: d.id,
        prescription_id: d.prescription_id,
        resident_id: d.resident_id,
        home_id: d.home_id,
        pharmacy_id: d.pharmacy_id,
        cause,
        lines: lines(d),
        comment: d.comment.clone(),
        opened_at: ctx.now,
        resolution: None,
        note: None,
        resolved_at: None,
        resolved_by: None,
    };
    discrepancies::insert(&mut work.tx, &task).await?;
    work.record(EventKind::DiscrepancyOpened, task.id.uuid(), Some(task.home_id), Some(task.pharmacy_id));
    Ok(())
}

/// Each line with what was packed and what the nurse found.
fn lines(d: &Delivery) -> Vec<Difference> {
    let mut lines: Vec<Difference> = Vec::new();
    for pack in &d.packs {
        if let Some(line) = lines.iter_mut().find(|line| line.item_no == pack.item_no) {
            line.expected = line.expected.saturating_add(pack.quantity);
            continue;
        }
        let count = d.counts.iter().find(|count| count.item_no == pack.item_no);
        lines.push(Difference {
            item_no: pack.item_no,
            name: pack.name.clone(),
            name_en: pack.name_en.clone(),
            unit: pack.unit.clone(),
            expected: pack.quantity,
            arrived: count.map_or(0, |count| count.quantity),
            damaged: count.map_or(0, |count| count.damaged),
        });
    }
    lines
}

/// Those in the caller's reach, newest first.
pub async fn list(
    app: &App,
    ctx: &Context,
    query: views::DiscrepancyQuery,
) -> Result<Page<views::Discrepancy>, AppError> {
    may_list(ctx, Action::ListDiscrepancies)?;
    let filter = discrepancies::Filter {
        states: super::parse_states::<State>(query.state.as_deref())?,
        home: ctx.actor.home_id(),
        pharmacy: ctx.actor.pharmacy_id(),
    };
    let paging = Paging::newest(PAGE).after(super::parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let slice = discrepancies::list(&mut db, &filter, paging).await?;
    let parcels = deliveries::get_all(&mut db, slice.items.iter().map(|task| task.delivery_id)).await?;
    let (mut items, mut names) = (Vec::with_capacity(slice.items.len()), Names::default());
    for task in &slice.items {
        if authorize(ctx, Action::ListDiscrepancies, &task.facts()).is_ok() {
            items.push(show(app, &mut db, ctx, &mut names, task, parcels.get(&task.delivery_id)).await?);
        }
    }
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// One of them.
pub async fn get(app: &App, ctx: &Context, id: DiscrepancyId) -> Result<views::Discrepancy, AppError> {
    let mut db = app.store.read().await?;
    let task = discrepancies::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewDiscrepancy, &task.facts())?;
    let parcel = deliveries::get(&mut db, task.delivery_id).await?;
    show(app, &mut db, ctx, &mut Names::default(), &task, parcel.as_ref()).await
}

/// The pharmacy settles it, and with it what the order still owed of what was missing.
pub async fn resolve(
    app: &App,
    ctx: &Context,
    id: DiscrepancyId,
    input: views::ResolveBody,
) -> Result<views::Discrepancy, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = discrepancies::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ResolveDiscrepancy, &before.facts())?;
    same_version(input.version, before.version)?;
    let note = input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let note = note.map(|note| bounded("note", note, 500)).transpose()?;
    let by = ctx.actor.staff_id().ok_or(AppError::Forbidden)?;
    let task = before.resolve(input.resolution, note, ctx.now, by)?;
    discrepancies::update(&mut work.tx, &task).await?;
    work.record(EventKind::DiscrepancyResolved, task.id.uuid(), Some(task.home_id), Some(task.pharmacy_id));
    let parcel = deliveries::get(&mut work.tx, task.delivery_id).await?.ok_or(AppError::NotFound)?;
    close(&mut work, ctx, &task, &parcel).await?;
    let view = show(app, &mut work.tx, ctx, &mut Names::default(), &task, Some(&parcel)).await?;
    work.finish(view).await
}

/// The order after the settlement: what was picked for more than is owed now goes back to the shelf.
async fn close(work: &mut Work, ctx: &Context, task: &Discrepancy, parcel: &Delivery) -> Result<(), AppError> {
    use prescription::State as P;
    let before = prescriptions::get(&mut work.tx, task.prescription_id).await?.ok_or(AppError::NotFound)?;
    let name = name_of(&mut work.tx, &ctx.actor).await?;
    let who = (name.as_str(), ctx.actor.staff_id().map(|id| id.uuid()));
    let after = task.closes(&before, parcel, ctx.now, who).map_err(not_fitting)?;
    let Some(after) = after else { return Ok(()) };
    if matches!(before.state, P::Dispensing | P::OnHold) {
        let of = stock::Of { pharmacy: task.pharmacy_id, order: before.id };
        stock::put_back(work, ctx, of, &before.packs).await?;
    }
    let kind = match after.state {
        P::Delivered => EventKind::PrescriptionClosed,
        P::Cancelled => EventKind::PrescriptionCancelled,
        // Only less is owed: the settlement itself is the fact.
        _ => {
            prescriptions::update(&mut work.tx, &after).await?;
            return refills::watch_again(work, after.id, ctx.now).await;
        }
    };
    super::prescriptions::change(work, ctx, kind, &after).await?;
    if after.state == P::Cancelled {
        return refills::lapse(work, ctx, after.id).await;
    }
    refills::watch_again(work, after.id, ctx.now).await
}

fn not_fitting(error: SettleError) -> AppError {
    match error {
        SettleError::SentAgain { item_no } => {
            let zh = format!("第 {item_no} 行缺少的药已重新装包：请按“已补发”结清；如不再补发，请先收回包裹");
            let en = format!(
                "What was missing of line {item_no} is packed again: settle it as sent again, or take the parcel back first"
            );
            AppError::invalid("resolution", zh, en)
        }
        SettleError::Refused(refused) => refused.into(),
    }
}

/// One as its reader needs it, of this parcel.
pub(super) async fn show(
    app: &App,
    db: &mut Db,
    ctx: &Context,
    names: &mut Names,
    task: &Discrepancy,
    parcel: Option<&Delivery>,
) -> Result<views::Discrepancy, AppError> {
    let may = decide(&ctx.actor, Action::ResolveDiscrepancy, &task.facts()) == Decision::Allow;
    Ok(views::Discrepancy {
        id: task.id,
        version: task.version,
        state: task.state,
        delivery_id: task.delivery_id,
        prescription_id: task.prescription_id,
        cause: task.cause,
        lines: task.lines.iter().map(|line| shown(app, line, parcel)).collect(),
        comment: task.comment.as_ref().map(|text| text.expose().clone()),
        opened_at: task.opened_at.into(),
        resolution: task.resolution,
        note: task.note.as_ref().map(|text| text.expose().clone()),
        resolved_at: task.resolved_at.map(Into::into),
        resolved_by: names.staff_ref_opt(db, task.resolved_by).await?,
        allowed: if may && !task.state.is_terminal() { vec!["resolve".to_owned()] } else { Vec::new() },
    })
}

/// A line with the strength of what was packed of it: all packs of a line in a parcel are of one product.
fn shown(app: &App, line: &Difference, parcel: Option<&Delivery>) -> views::Difference {
    let pack = parcel.and_then(|d| d.packs.iter().find(|pack| pack.item_no == line.item_no));
    views::Difference {
        item_no: line.item_no,
        name: line.name.clone(),
        name_en: line.name_en.clone(),
        strength: pack.and_then(|pack| strength(app, pack)),
        unit: line.unit.clone(),
        expected: line.expected,
        arrived: line.arrived,
        damaged: line.damaged,
    }
}
