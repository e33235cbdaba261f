//! Receipts that the box of the home signed: at once, or long after where the nurse counted without a link. The count is applied with the time at which it
//! was made, exactly once; a parcel that was called back meanwhile is in the home all the same and becomes a task.

use std::collections::HashMap;

use yunzhen_certs::{Identity, Kind, jws};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::State;
use yunzhen_domain::receipt::{Receipt, ReceiptError};
use yunzhen_domain::records::Delivery;
use yunzhen_domain::{Actor, Sensitive};
use yunzhen_store::receipts::{self, Receipt as Kept};
use yunzhen_store::{Paging, deliveries};

use super::receive::{self, Counted};
use super::{codes, show, temperatures, views};
use crate::app::views::common::Page;
use crate::app::work::{Start, Work, may_list};
use crate::app::{App, AppError, Context, boxes, hash_password};

/// More parcels than this are not on the way to one home.
const MOST_EXPECTED: u32 = 200;
/// Hashes made for one answer, of some twenty milliseconds each; a courier brings fewer parcels to one home in the minute until the box asks again.
const HASHED_AT_ONCE: usize = 20;

/// Applies a receipt that the box of the home signed.
pub async fn receive_signed(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::ReceiptBody,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let d = deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ReceiveDelivery, &d.facts())?;
    let claimed = jws::claimed_time(&input.jws).ok_or(ReceiptError::NoReceipt)?;
    let verified = jws::verify_as(Kind::Box, &input.jws, &app.boxes, claimed)?;
    let receipt = Receipt::read(&verified.payload)?;
    let of_home = verified.identity == Identity::Box { home_id: d.home_id } && receipt.home_id == d.home_id;
    let of_caller = ctx.actor.staff_id() == Some(receipt.nurse_id) && ctx.through_box == Some(d.home_id);
    if !of_home || !of_caller || receipt.delivery_id != id {
        return Err(ReceiptError::Other.into());
    }
    let at = receipt.prepared_at;
    if !boxes::may_sign(app, &mut work.tx, d.home_id, &verified.certificate_serial, at).await? {
        return Err(ReceiptError::Revoked.into());
    }
    temperatures::in_time(app, ctx, &d, at).map_err(|()| ReceiptError::Time)?;
    let Receipt { parcel_code, counts, comment, celsius, .. } = receipt;
    let without_link = app.policy.is_without_link(at, ctx.now);
    let counted = Counted { parcel_code, counts, comment, celsius, at, without_link };
    let (mut work, d) = receive::take(app, ctx, work, d, counted).await?;
    // One that was stopped for its temperature is not received yet; it gets its receipt when it is.
    if d.state.is_terminal() {
        let kept = Kept {
            delivery_id: id,
            jws: input.jws,
            certificate_serial: verified.certificate_serial,
            counted_at: at,
            received_at: ctx.now,
        };
        receipts::insert(&mut work.tx, &kept).await?;
        work.record(EventKind::DeliveryReceiptSigned, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    }
    let view = show(app, &mut work.tx, ctx, &d).await?;
    work.finish(view).await
}

/// The parcels that a home waits for, for its box: what it needs to check a count without a link, and nobody's name.
pub async fn expected(app: &App, ctx: &Context) -> Result<Page<views::ExpectedParcel>, AppError> {
    may_list(ctx, Action::ExpectParcels)?;
    let Actor::Box { home_id } = ctx.actor else { return Err(AppError::NotFound) };
    let states = vec![State::Accepted, State::InTransit, State::AtDoor, State::OnHold];
    let filter = deliveries::Filter { states, home: Some(home_id), ..Default::default() };
    let mut db = app.store.read().await?;
    let slice = deliveries::list(&mut db, &filter, Paging::newest(MOST_EXPECTED)).await?;
    drop(db);
    let hashes = code_hashes(app, &slice.items).await?;
    let expected = slice.items.iter().filter_map(|d| {
        let code_hash = hashes.get(&d.id)?.expose().clone();
        let items: Vec<u16> = receive::expected(d).into_iter().map(|(no, _)| no).collect();
        let most = items.iter().map(|no| d.most_counted(*no)).collect();
        let tries_left = codes::tries_left(app, d);
        Some(views::ExpectedParcel { delivery_id: d.id, code_hash, cold_chain: d.cold_chain, items, most, tries_left })
    });
    Ok(Page::whole(expected.collect()))
}

/// By what the box checks each code. It is as slow as a password's, because the box cannot be kept from trying; so it is made when a box first asks, which nobody
/// waits for, and kept. What is too much for one answer is in the next.
async fn code_hashes(app: &App, parcels: &[Delivery]) -> Result<HashMap<DeliveryId, Sensitive<String>>, AppError> {
    let mut hashes: HashMap<_, _> = parcels.iter().filter_map(|d| Some((d.id, d.code_hash.clone()?))).collect();
    let without = parcels.iter().filter(|d| d.code_hash.is_none()).take(HASHED_AT_ONCE);
    let mut made = Vec::new();
    for d in without {
        made.push((d.id, hash_password(d.parcel_code.as_str().to_owned()).await?));
    }
    if made.is_empty() {
        return Ok(hashes);
    }
    let mut tx = app.store.write().await?;
    for (id, hash) in &made {
        deliveries::keep_code_hash(&mut tx, *id, hash).await?;
    }
    tx.commit_bookkeeping("how a box checks the code of a parcel").await?;
    // Two boxes of one home that ask at once are told one hash each, and both are right.
    hashes.extend(made);
    Ok(hashes)
}
