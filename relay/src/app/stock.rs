//! Stock of a pharmacy: goods in, counts, what is written off, and what there is. Not here: what orders take and give back ([`orders`]).

mod orders;

use std::collections::HashMap;

use jiff::SignedDuration;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::checked::{Batch, Gtin};
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{PharmacyId, StockId, StockMoveId};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{Stock, StockEntry, StockMove, StockReason, Units};
use yunzhen_store::{Paging, stock};

pub(super) use orders::{put_back, settle, take};

use super::names::Names;
use super::views::common::{CursorQuery, Page, StaffRef};
use super::views::stock as views;
use super::work::{Start, Work, authorize, bounded, may_list, same_version};
use super::{App, AppError, Context, FieldError, fresh, parse_cursor, recalls};

/// Rows of one page of a history.
const PAGE: u32 = 100;
/// No receipt and no count of a pharmacy of the neighbourhood is larger; more is a typing error.
const MOST: u32 = 100_000;
/// The pace at which a drug goes is that of four weeks.
const PACE_DAYS: i64 = 28;

/// What the caller's pharmacy has, by drug, what expires first before the rest.
pub async fn list(app: &App, ctx: &Context, query: views::StockQuery) -> Result<Page<views::Stock>, AppError> {
    may_list(ctx, Action::ViewStock)?;
    let pharmacy = ctx.actor.pharmacy_id().ok_or(AppError::NotFound)?;
    let drug = query.drug_id.map(DrugId);
    let since = ctx.now.checked_sub(SignedDuration::from_hours(24 * PACE_DAYS)).map_err(|_| AppError::NotFound)?;
    let mut db = app.store.read().await?;
    let all = stock::list(&mut db, pharmacy, drug.as_ref()).await?;
    let used: HashMap<_, _> = stock::used_since(&mut db, pharmacy, since).await?.into_iter().collect();
    drop(db);
    let mut there: HashMap<&DrugId, i64> = HashMap::new();
    for batch in &all {
        *there.entry(&batch.drug_id).or_default() += batch.units.on_hand;
    }
    let lasts = |drug: &DrugId| {
        let used = used.get(drug).copied().filter(|used| *used > 0)?;
        Some(there.get(drug).copied().unwrap_or_default() * PACE_DAYS / used)
    };
    let last_day = query.expires_within_days.map(|days| days_from_today(ctx, days));
    let wanted = all.iter().filter(|s| {
        let soon = last_day.is_none_or(|last| s.expiry <= last);
        let short =
            query.runs_out_within_days.is_none_or(|most| lasts(&s.drug_id).is_some_and(|d| d <= i64::from(most)));
        soon && short
    });
    Ok(Page::whole(wanted.map(|s| shown(app, s, lasts(&s.drug_id))).collect()))
}

/// The history of a batch, newest first.
pub async fn moves(
    app: &App,
    ctx: &Context,
    id: StockId,
    query: CursorQuery,
) -> Result<Page<views::StockHistoryLine>, AppError> {
    let mut db = app.store.read().await?;
    let batch = stock::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewStock, &batch.facts())?;
    let paging = Paging::newest(PAGE).after(parse_cursor(query.cursor.as_deref())?);
    let slice = stock::moves(&mut db, id, paging).await?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(slice.items.len());
    for line in slice.items {
        // Who received or cancelled it elsewhere is told by the order, to whom may see that.
        let by = match line.by {
            Some(id) => {
                let member = names.staff(&mut db, id).await?;
                (member.pharmacy_id == Some(batch.pharmacy_id)).then(|| StaffRef { id, name: member.name.clone() })
            }
            None => None,
        };
        items.push(views::StockHistoryLine {
            at: line.at.into(),
            kind: line.kind,
            quantity: line.quantity,
            prescription_id: line.prescription_id,
            by,
            reason: line.reason,
            comment: line.comment,
        });
    }
    Ok(Page { items, next: slice.next.map(|c| c.to_string()) })
}

/// Goods came in: a new batch, or more of one that is there already.
pub async fn receive(app: &App, ctx: &Context, input: views::GoodsReceipt) -> Result<views::Stock, AppError> {
    may_list(ctx, Action::KeepStock)?;
    let pharmacy = ctx.actor.pharmacy_id().ok_or(AppError::NotFound)?;
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let goods = checked(app, ctx, input)?;
    if let Some((zh, en)) = recalls::barred(&mut work.tx, &goods.drug_id, &goods.batch).await? {
        return Err(AppError::invalid("batch", zh, en));
    }
    let known = stock::find(&mut work.tx, pharmacy, &goods.drug_id, &goods.batch).await?;
    if let Some(known) = known.as_ref().filter(|known| known.expiry != goods.expiry) {
        let zh = format!("批号 {} 在库有效期为 {}，请核对包装", goods.batch.as_str(), known.expiry);
        let en = format!("Batch {} is in stock with expiry {}: check the pack", goods.batch.as_str(), known.expiry);
        return Err(AppError::invalid("expiry", zh, en));
    }
    let before = match known {
        Some(known) => Stock { gtin: goods.gtin.or(known.gtin.clone()), ..known },
        None => {
            let new = Stock {
                id: fresh(StockId::new, ctx.now),
                version: 0,
                pharmacy_id: pharmacy,
                drug_id: goods.drug_id,
                batch: goods.batch,
                expiry: goods.expiry,
                gtin: goods.gtin,
                units: Units::default(),
            };
            stock::insert(&mut work.tx, &new).await?;
            new
        }
    };
    let why = Why { reason: None, comment: None };
    let after = moved(&mut work, ctx, before, StockMove::Received, goods.quantity, why).await?;
    work.record(EventKind::StockReceived, after.id.uuid(), None, Some(pharmacy));
    work.finish(shown(app, &after, None)).await
}

/// The shelf was counted: from now on there is what was counted.
pub async fn correct(
    app: &App,
    ctx: &Context,
    id: StockId,
    input: views::StockCount,
) -> Result<views::Stock, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, input.version).await?;
    if input.counted > MOST {
        return Err(too_much("counted"));
    }
    let difference = i64::from(input.counted) - before.units.on_hand;
    let kind = match difference {
        0 => {
            return Err(AppError::invalid(
                "counted",
                "与账面数量相同，无需更正",
                "That is what is booked; nothing to correct",
            ));
        }
        1.. => StockMove::Found,
        _ => StockMove::Missing,
    };
    let quantity = u32::try_from(difference.unsigned_abs()).map_err(|_| too_much("counted"))?;
    let why = Why::of(input.reason, input.comment.as_deref())?;
    let mut after = moved(&mut work, ctx, before, kind, quantity, why).await?;
    work.record(EventKind::StockCorrected, after.id.uuid(), None, Some(after.pharmacy_id));
    // What turns up of a batch that was called back is booked, and does not lie on the shelf.
    if recalls::barred(&mut work.tx, &after.drug_id, &after.batch).await?.is_some() {
        after = recalls::set_apart(&mut work, ctx, after).await?;
    }
    work.finish(shown(app, &after, None)).await
}

/// Units are destroyed: off the shelf, or out of quarantine.
pub async fn write_off(
    app: &App,
    ctx: &Context,
    id: StockId,
    input: views::StockStep,
) -> Result<views::Stock, AppError> {
    let kind = if input.quarantined { StockMove::Discarded } else { StockMove::WrittenOff };
    step(app, ctx, id, input, kind, EventKind::StockWrittenOff).await
}

/// Units were examined and go back to the shelf. What must stay cold and left the counter never does.
pub async fn release(app: &App, ctx: &Context, id: StockId, input: views::StockStep) -> Result<views::Stock, AppError> {
    step(app, ctx, id, input, StockMove::Released, EventKind::StockReleased).await
}

async fn step(
    app: &App,
    ctx: &Context,
    id: StockId,
    input: views::StockStep,
    kind: StockMove,
    fact: EventKind,
) -> Result<views::Stock, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = load(&mut work, id, input.version).await?;
    if kind == StockMove::Released && app.formulary.drug(&before.drug_id).is_none_or(|drug| drug.cold_chain) {
        return Err(AppError::invalid(
            "quantity",
            "冷藏药品离开药房后不得再次销售，请报损",
            "Medicine that must stay cold is not sold again after it left the pharmacy: write it off",
        ));
    }
    if kind == StockMove::Released
        && let Some((zh, en)) = recalls::barred(&mut work.tx, &before.drug_id, &before.batch).await?
    {
        return Err(AppError::invalid("quantity", zh, en));
    }
    if input.quantity == 0 {
        return Err(AppError::invalid("quantity", "数量须大于 0", "The quantity must be more than 0"));
    }
    let why = Why::of(input.reason, input.comment.as_deref())?;
    let after = moved(&mut work, ctx, before, kind, input.quantity, why).await?;
    work.record(fact, after.id.uuid(), None, Some(after.pharmacy_id));
    work.finish(shown(app, &after, None)).await
}

async fn load(work: &mut Work, id: StockId, seen: i64) -> Result<Stock, AppError> {
    let batch = stock::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::KeepStock, &batch.facts())?;
    same_version(seen, batch.version)?;
    Ok(batch)
}

/// Why a person moves units.
pub(super) struct Why {
    pub(super) reason: Option<StockReason>,
    pub(super) comment: Option<String>,
}

impl Why {
    fn of(reason: StockReason, comment: Option<&str>) -> Result<Self, AppError> {
        let comment = comment.map(str::trim).filter(|text| !text.is_empty());
        if reason == StockReason::Other && comment.is_none() {
            return Err(AppError::invalid("comment", "原因为“其他”时请说明", "Say why when the reason is “other”"));
        }
        let comment = comment.map(|text| bounded("comment", text, 200)).transpose()?;
        Ok(Self { reason: Some(reason), comment })
    }
}

/// Moves units by hand and keeps the line that says so.
pub(super) async fn moved(
    work: &mut Work,
    ctx: &Context,
    before: Stock,
    kind: StockMove,
    quantity: u32,
    why: Why,
) -> Result<Stock, AppError> {
    let after = before.after(kind, quantity).map_err(|short| {
        let there = short.there;
        AppError::invalid("quantity", format!("只有 {there}"), format!("There are only {there}"))
    })?;
    stock::update(&mut work.tx, &after).await?;
    let entry = StockEntry {
        id: fresh(StockMoveId::new, ctx.now),
        stock_id: after.id,
        at: ctx.now,
        kind,
        quantity,
        prescription_id: None,
        by: ctx.actor.staff_id(),
        reason: why.reason,
        comment: why.comment,
    };
    stock::insert_move(&mut work.tx, &entry).await?;
    Ok(after)
}

struct Goods {
    drug_id: DrugId,
    batch: Batch,
    expiry: jiff::civil::Date,
    gtin: Option<Gtin>,
    quantity: u32,
}

/// Everything that is wrong with a receipt at once, each where it was typed.
fn checked(app: &App, ctx: &Context, input: views::GoodsReceipt) -> Result<Goods, AppError> {
    let mut wrong = Vec::new();
    if app.formulary.drug(&input.drug_id).is_none() {
        wrong.push(FieldError::new("drug_id", "药品目录中没有这个药品", "This drug is not in the formulary"));
    }
    let batch = Batch::parse(&input.batch).map_err(|e| wrong.push(FieldError::new("batch", e.zh(), e.to_string())));
    let gtin = input.gtin.as_deref().filter(|typed| !typed.trim().is_empty()).map(Gtin::parse).transpose();
    let gtin = gtin.map_err(|e| wrong.push(FieldError::new("gtin", e.zh(), e.to_string())));
    if input.expiry < Policy::local_date(ctx.now) {
        wrong.push(FieldError::new("expiry", "此批已过期，不能入库", "This batch has expired and is not taken in"));
    }
    if input.quantity == 0 {
        wrong.push(FieldError::new("quantity", "数量须大于 0", "The quantity must be more than 0"));
    }
    if input.quantity > MOST {
        wrong.push(FieldError::new("quantity", format!("一次最多 {MOST}"), format!("At most {MOST} at a time")));
    }
    match (batch, gtin) {
        (Ok(batch), Ok(gtin)) if wrong.is_empty() => {
            Ok(Goods { drug_id: input.drug_id, batch, expiry: input.expiry, gtin, quantity: input.quantity })
        }
        _ => Err(AppError::Invalid(wrong)),
    }
}

fn too_much(field: &str) -> AppError {
    AppError::invalid(field, format!("最多 {MOST}"), format!("At most {MOST}"))
}

fn days_from_today(ctx: &Context, days: u32) -> jiff::civil::Date {
    Policy::local_date(ctx.now).saturating_add(jiff::Span::new().days(i64::from(days.min(3650))))
}

fn shown(app: &App, s: &Stock, lasts_days: Option<i64>) -> views::Stock {
    let drug = app.formulary.drug(&s.drug_id);
    // A drug that left the formulary is still on the shelf, under its code.
    let text = |of: fn(&yunzhen_domain::formulary::Drug) -> &str| drug.map_or_else(String::new, |d| of(d).to_owned());
    let named = |name: String| if name.is_empty() { s.drug_id.0.clone() } else { name };
    views::Stock {
        id: s.id,
        version: s.version,
        drug_id: s.drug_id.clone(),
        name_zh: named(text(|d| &d.name_zh)),
        name_en: named(text(|d| &d.name_en)),
        strength: text(|d| &d.strength),
        unit: text(|d| &d.unit),
        cold_chain: drug.is_some_and(|d| d.cold_chain),
        batch: s.batch.as_str().to_owned(),
        expiry: s.expiry,
        gtin: s.gtin.as_ref().map(|gtin| gtin.as_str().to_owned()),
        on_hand: s.units.on_hand,
        underway: s.units.underway,
        quarantined: s.units.quarantined,
        lasts_days,
    }
}

/// Which batch a pack is of; none in orders of before stock was kept.
pub(super) fn batch_of(pack: &yunzhen_domain::records::Pack) -> Option<(DrugId, Batch)> {
    Some((pack.drug_id.clone()?, Batch::parse(&pack.batch).ok()?))
}

/// What one order moves in one pharmacy.
#[derive(Clone, Copy)]
pub(super) struct Of {
    /// Whose shelf.
    pub(super) pharmacy: PharmacyId,
    /// Which order.
    pub(super) order: yunzhen_domain::ids::PrescriptionId,
}
