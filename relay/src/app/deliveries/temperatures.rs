//! Temperatures of cold parcels: by the pharmacy, on the way, at hand-over and at receipt. One out of range stops the hand-over in the transaction that keeps
//! it; one that comes when the home has the parcel already becomes a task of the pharmacy.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{DeliveryId, TemperatureId};
use yunzhen_domain::machines::delivery::{Event, Holder, QuarantineReason};
use yunzhen_domain::machines::discrepancy::Cause;
use yunzhen_domain::records::{Delivery, Temperature};
use yunzhen_store::{deliveries, temperatures};

use super::{advance, show, views};
use crate::app::work::{Start, Work};
use crate::app::{App, AppError, Context, discrepancies, fresh};

/// A thermometer shows nothing else; a decimal point that was lost does.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = -40.0..=60.0;
/// Clocks of telephones and boxes differ a little.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Keeps a temperature. It needs no version: it is true whatever else happened.
pub async fn record(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::NewTemperature,
) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let d = deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::MeasureDelivery, &d.facts())?;
    check(app, ctx, &d, input.celsius, input.measured_at.0)?;
    let d = note(app, &mut work, ctx, d, input.celsius, input.measured_at.0).await?;
    let view = show(app, &mut work.tx, ctx, &d).await?;
    work.finish(view).await
}

/// Can it be a temperature of this parcel?
pub(super) fn check(app: &App, ctx: &Context, d: &Delivery, celsius: f64, at: Timestamp) -> Result<(), AppError> {
    if !d.cold_chain {
        return Err(AppError::invalid("celsius", "这个包裹不需要冷藏", "This parcel need not be kept cold"));
    }
    if !PLAUSIBLE.contains(&celsius) {
        return Err(AppError::invalid("celsius", "温度须在 -40 至 60 °C 之间", "Between -40 and 60 °C"));
    }
    in_time(app, ctx, d, at)
        .map_err(|()| AppError::invalid("measured_at", "测量时间不合理", "The time of measuring is not plausible"))
}

/// Not before there was the parcel, not in the future, not too long ago.
pub(super) fn in_time(app: &App, ctx: &Context, d: &Delivery, at: Timestamp) -> Result<(), ()> {
    let longest = SignedDuration::from_hours(i64::from(app.policy.late_delivery_entry_hours));
    let age = ctx.now.duration_since(at);
    let before_it_was = d.created_at.duration_since(at) > CLOCKS_DIFFER;
    if age < -CLOCKS_DIFFER || age > longest || before_it_was { Err(()) } else { Ok(()) }
}

/// Keeps it, and does what follows from it.
pub(super) async fn note(
    app: &App,
    work: &mut Work,
    ctx: &Context,
    d: Delivery,
    celsius: f64,
    at: Timestamp,
) -> Result<Delivery, AppError> {
    let reading = Temperature {
        id: fresh(TemperatureId::new, ctx.now),
        delivery_id: d.id,
        celsius,
        measured_at: at,
        received_at: ctx.now,
        by: ctx.actor.role(),
    };
    temperatures::insert(&mut work.tx, &reading).await?;
    work.record(EventKind::DeliveryTemperatureRecorded, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    if app.policy.is_cold_enough(celsius) {
        return Ok(d);
    }
    let quarantine = Event::Quarantine { reason: QuarantineReason::Temperature };
    if d.state.apply(&quarantine, ctx.now).is_ok() {
        return advance(work, ctx, d, quarantine, ctx.now).await;
    }
    if d.state.holder() == Holder::Home {
        discrepancies::open(work, ctx, &d, Cause::Temperature).await?;
    }
    Ok(d)
}
