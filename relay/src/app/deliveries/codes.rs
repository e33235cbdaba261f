//! Codes of parcels, typed or scanned. A wrong one is counted, and the one too many stops the hand-over in the transaction that counts it. What was typed is
//! never kept.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::delivery::{Event, QuarantineReason, State};
use yunzhen_domain::parcel_label::Scanned;
use yunzhen_domain::records::Delivery;
use yunzhen_store::deliveries;

use super::advance;
use crate::app::work::Work;
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
    let stopped = (d.state == State::Quarantined).then(|| d.quarantine.unwrap_or(QuarantineReason::Identity));
    match (right, stopped) {
        (true, None) => return Ok((work, d)),
        (true, Some(QuarantineReason::Recall)) if in_the_home => return Ok((work, d)),
        (true, Some(reason)) => return Err(AppError::Quarantined { reason }),
        (false, _) => {}
    }
    metrics::counter!("yunzhen_parcel_codes_refused_total").increment(1);
    work.record(EventKind::DeliveryCodeRefused, d.id.uuid(), Some(d.home_id), Some(d.pharmacy_id));
    let tries = d.wrong_codes.saturating_add(1);
    let left = app.policy.wrong_parcel_codes.saturating_sub(tries);
    let reason = QuarantineReason::Identity;
    let quarantine = Event::Quarantine { reason };
    let answer = if left == 0 && d.state.apply(&quarantine, ctx.now).is_ok() {
        advance(&mut work, ctx, Delivery { wrong_codes: tries, ..d }, quarantine, ctx.now).await?;
        AppError::Quarantined { reason }
    } else {
        // At the counter nothing is stopped: the parcel is still the pharmacy's.
        deliveries::count_wrong_code(&mut work.tx, d.id).await?;
        stopped.map_or(AppError::WrongParcelCode { left }, |reason| AppError::Quarantined { reason })
    };
    work.finish_refused().await?;
    Err(answer)
}
