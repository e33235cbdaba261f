//! The expiry job: what nobody took within its validity is expired, one transaction each, so that one bad row stops no other.

use jiff::Timestamp;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::prescription::{Event, State};
use yunzhen_domain::policy::Policy;
use yunzhen_store::prescriptions;

use super::change;
use crate::app::work::Work;
use crate::app::{App, AppError, Context};

/// Rows of one run; the rest is done by the next.
const BATCH: u32 = 200;

/// Expires what is past its last day; returns how many.
pub async fn expire(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let ctx = Context::system(now);
    let today = Policy::local_date(now);
    let states = [State::Signed, State::InReview, State::InQuestion, State::Approved, State::Returned];
    let due = {
        let mut db = app.store.read().await?;
        prescriptions::expiring(&mut db, &states, today, BATCH).await?
    };
    let mut expired = 0;
    for seen in due {
        let mut work = Work::unkeyed(app, &ctx).await?;
        // Read again inside the transaction: a pharmacy may have taken it in between, and then keeps it.
        let Some(before) = prescriptions::get(&mut work.tx, seen.id).await? else { continue };
        let over = before.valid_until.is_some_and(|last| last < today);
        let Some(p) = over.then(|| before.apply(Event::Expire, now, ("", None))).and_then(Result::ok) else { continue };
        change(&mut work, &ctx, EventKind::PrescriptionExpired, &p).await?;
        work.finish(()).await?;
        expired += 1;
    }
    Ok(expired)
}
