//! What orders take from the shelf and what comes back from them, in the transaction of the order's own step.
//!
//! Units leave the shelf when the batches are recorded (`dispense`), not when the parcel is closed: two people who pick at the same time never promise the
//! same box, and what the screen calls "on the shelf" is what lies there.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::StockMoveId;
use yunzhen_domain::machines::delivery;
use yunzhen_domain::records::{Delivery, Pack, StockEntry, StockMove, fate};
use yunzhen_store::stock;

use super::{Of, batch_of};
use crate::app::work::Work;
use crate::app::{AppError, Context, FieldError, fresh, recalls};

/// Takes the packs from the shelf; every one that is not there, or not in that number, is named on its line.
pub(in crate::app) async fn take(work: &mut Work, ctx: &Context, of: Of, packs: &[Pack]) -> Result<(), AppError> {
    let mut wrong = Vec::new();
    for (index, pack) in packs.iter().enumerate() {
        if let Some((field, zh, en)) = take_one(work, ctx, of, pack).await? {
            wrong.push(FieldError::new(format!("packs[{index}].{field}"), zh, en));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(AppError::Invalid(wrong)) }
}

type Wrong = (&'static str, String, String);

async fn take_one(work: &mut Work, ctx: &Context, of: Of, pack: &Pack) -> Result<Option<Wrong>, AppError> {
    let (batch, unit) = (&pack.batch, &pack.unit);
    let found = match batch_of(pack) {
        Some((drug, batch)) => stock::find(&mut work.tx, of.pharmacy, &drug, &batch).await?,
        None => None,
    };
    let Some(found) = found else {
        let zh = format!("库存中没有批号 {batch}：请核对包装，或先入库");
        return Ok(Some(("batch", zh, format!("Batch {batch} is not in stock: check the pack, or take it in first"))));
    };
    if let Some((zh, en)) = recalls::barred(&mut work.tx, &found.drug_id, &found.batch).await? {
        return Ok(Some(("batch", zh, en)));
    }
    if found.expiry != pack.expiry {
        let zh = format!("批号 {batch} 在库有效期为 {}，请核对包装", found.expiry);
        return Ok(Some((
            "expiry",
            zh,
            format!("Batch {batch} is in stock with expiry {}: check the pack", found.expiry),
        )));
    }
    match found.after(StockMove::Taken, pack.quantity) {
        Ok(after) => {
            keep(work, ctx, of, &after, StockMove::Taken, pack.quantity).await?;
            Ok(None)
        }
        Err(short) => {
            let there = short.there;
            let zh = format!("批号 {batch} 只有 {there} {unit}：请换批或减少数量");
            let en = format!("There are only {there} {unit} of batch {batch}: take another batch too, or less");
            Ok(Some(("quantity", zh, en)))
        }
    }
}

/// Puts packs of an order that never left the counter back on the shelf.
pub(in crate::app) async fn put_back(work: &mut Work, ctx: &Context, of: Of, packs: &[Pack]) -> Result<(), AppError> {
    for pack in packs {
        shift(work, ctx, of, pack, StockMove::PutBack).await?;
    }
    Ok(())
}

/// Moves what is in a parcel as the parcel's step means it; `before` is the state that the step left.
pub(in crate::app) async fn settle(
    work: &mut Work,
    ctx: &Context,
    d: &Delivery,
    before: delivery::State,
    event: &delivery::Event,
) -> Result<(), AppError> {
    let of = Of { pharmacy: d.pharmacy_id, order: d.prescription_id };
    for (pack, kind) in fate(d, before, event) {
        shift(work, ctx, of, &pack, kind).await?;
    }
    Ok(())
}

async fn shift(work: &mut Work, ctx: &Context, of: Of, pack: &Pack, kind: StockMove) -> Result<(), AppError> {
    // A parcel of before stock was kept was never taken from it.
    let Some((drug, batch)) = batch_of(pack) else { return Ok(()) };
    let Some(found) = stock::find(&mut work.tx, of.pharmacy, &drug, &batch).await? else {
        return Err(AppError::NotFound);
    };
    // What was called back meanwhile does not lie on the shelf again.
    let recalled = recalls::barred(&mut work.tx, &drug, &batch).await?.is_some();
    let kind = if recalled && kind == StockMove::PutBack { StockMove::Quarantined } else { kind };
    // What was taken is underway until it is moved on once; anything else is a mistake of this program, and nothing of the step is kept.
    let after = found.after(kind, pack.quantity).map_err(|_| {
        AppError::NotPossible(yunzhen_domain::machines::Refused { state: "not_underway", event: kind.as_str() })
    })?;
    keep(work, ctx, of, &after, kind, pack.quantity).await
}

async fn keep(
    work: &mut Work,
    ctx: &Context,
    of: Of,
    after: &yunzhen_domain::records::Stock,
    kind: StockMove,
    quantity: u32,
) -> Result<(), AppError> {
    stock::update(&mut work.tx, after).await?;
    let entry = StockEntry {
        id: fresh(StockMoveId::new, ctx.now),
        stock_id: after.id,
        at: ctx.now,
        kind,
        quantity,
        prescription_id: Some(of.order),
        by: ctx.actor.staff_id(),
        reason: None,
        comment: None,
    };
    stock::insert_move(&mut work.tx, &entry).await?;
    work.record(EventKind::StockMoved, after.id.uuid(), None, Some(of.pharmacy));
    Ok(())
}
