//! Codes of parcels, typed or scanned. A wrong one is counted, and the one too many stops the hand-over in the transaction that counts it; those that a box
//! refused without a link are told by it later and count alike. What was typed is never kept.

use jiff::Timestamp;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::DeliveryId;
use yunzhen_domain::machines::delivery::{Event, QuarantineReason, State};
use yunzhen_domain::parcel_label::Scanned;
use yunzhen_domain::records::Delivery;
use yunzhen_store::deliveries;

use super::{advance, temperatures, views};
use crate::app::work::{Start, Work};
use crate::app::{App, AppError, Context};

/// Gives the transaction and the parcel back when the code is its own; else what is left of the command is the count. A parcel that is stopped for a batch that
/// was called back is proved all the same once it is in the home.
pub(super) async fn prove(
    app: &App,
    ctx: &Context,
    mut work: Work,
    d: Delivery,
    given: &str,
    in_the_home: bool,
) -> Result<(Work, Delivery), AppError> {
    let right = Scanned::parse(given).is_ok_and(|scan| scan.is_of(d.id, &d.parcel_code, d.label_key.as_ref()));
    match (right, stopped(&d)) {
        (true, None) => return Ok((work, d)),
        (true, Some(QuarantineReason::Recall)) if in_the_home => return Ok((work, d)),
        (true, Some(reason)) => return Err(AppError::Quarantined { reason }),
        (false, _) => {}
    }
    let (_, answer) = count(app, ctx, &mut work, d, ctx.now).await?;
    work.finish_refused().await?;
    Err(answer)
}

/// The box of the home tells of a wrong code that it refused without a link.
pub async fn report(
    app: &App,
    ctx: &Context,
    id: DeliveryId,
    input: views::RefusedCode,
) -> Result<views::RefusedCodeCounted, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let d = deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(Action::ReportRefusedCode, &d.facts())?;
    // It counts whatever the box's clock says; a time that cannot be is not written down.
    let told = input.at.0;
    let at = if temperatures::in_time(app, ctx, &d, told).is_ok() { told.min(ctx.now) } else { ctx.now };
    let (d, _) = count(app, ctx, &mut work, d, at).await?;
    work.finish(views::RefusedCodeCounted { tries_left: tries_left(app, &d) }).await
}

/// Wrong codes that may still be tried on it.
pub(super) fn tries_left(app: &App, d: &Delivery) -> u32 {
    if stopped(d).is_some() { 0 } else { app.policy.wrong_parcel_codes.saturating_sub(d.wrong_codes) }
}

fn stopped(d: &Delivery) -> Option<QuarantineReason> {
    (d.state == State::Quarantined).then(|| d.quarantine.unwrap_or(QuarantineReason::Identity))
}

/// Counts a wrong code, and says what whoever typed it reads.
async fn count(
    app: &App,
    ctx: &Context,
    work: &mut Work,
    d: Delivery,
    at: Timestamp,
) -> Result<(Delivery, AppError), AppError> {
    metrics::counter!("yunzhen_parcel_codes_refused_total").increment(1);
    work.record(EventKind::DeliveryCodeRefused, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    let stopped = stopped(&d);
    let counted = Delivery { wrong_codes: d.wrong_codes.saturating_add(1), ..d };
    let left = tries_left(app, &counted);
    let reason = QuarantineReason::Identity;
    let quarantine = Event::Quarantine { reason };
    if left == 0 && stopped.is_none() && counted.state.apply(&quarantine, ctx.now).is_ok() {
        let d = advance(work, ctx, counted, quarantine, at).await?;
        return Ok((d, AppError::Quarantined { reason }));
    }
    // At the counter nothing is stopped: the parcel is still the pharmacy's.
    deliveries::count_wrong_code(&mut work.tx, counted.id).await?;
    let answer = stopped.map_or(AppError::WrongParcelCode { left }, |reason| AppError::Quarantined { reason });
    Ok((counted, answer))
}
