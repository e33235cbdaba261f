//! The secret of an acceptance, as later steps must show it. A wrong one is counted, and after too many there is a wait, as with a password. A repeated command
//! gets its first answer before any of this: a retry costs nothing.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::Prescription;
use yunzhen_domain::throttle;
use yunzhen_store::throttle as counters;

use crate::app::work::Work;
use crate::app::{App, AppError, Context, tokens};

use super::record;

/// Gives the transaction back when the secret is the right one; else what is left of the command is the count.
pub(super) async fn shown(
    app: &App,
    ctx: &Context,
    mut work: Work,
    p: &Prescription,
    secret: &str,
) -> Result<Work, AppError> {
    let key = format!("secret:{}", p.id);
    let before = counters::get(&mut work.tx, &key).await?;
    throttle::check(before.as_ref(), ctx.now).map_err(|t| AppError::Throttled { retry_after: t.retry_after })?;
    if p.accept_secret.as_ref().is_some_and(|expected| tokens::same(expected.expose(), secret)) {
        if before.is_some() {
            counters::clear(&mut work.tx, &key).await?;
        }
        return Ok(work);
    }
    let after = throttle::after_failure(before.as_ref(), &app.policy.account_limits(), ctx.now);
    counters::put(&mut work.tx, &key, &after).await?;
    record(&mut work, EventKind::PrescriptionSecretRefused, p);
    work.finish_refused().await?;
    Err(AppError::WrongSecret)
}
