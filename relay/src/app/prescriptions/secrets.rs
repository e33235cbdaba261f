//! The secret of an acceptance, as later steps must show it. A wrong one is counted, and after too many there is a wait, as with a password. A repeated command
//! gets its first answer before any of this: a retry costs nothing.

use std::fmt::Display;

use jiff::Timestamp;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::Prescription;
use yunzhen_domain::throttle;
use yunzhen_store::{Store, prescriptions, throttle as counters};

use crate::app::work::Work;
use crate::app::{App, AppError, Context, tokens};

use super::record;

/// How many are sealed in one transaction at the start.
const AT_ONCE: u32 = 500;

/// Where the sealed secret of an order belongs.
pub(in crate::app) fn place(id: impl Display) -> String {
    format!("order:{id}")
}

/// Whether the record has secrets that only the key opens with which they were sealed.
pub async fn holds_sealed(store: &Store) -> Result<bool, AppError> {
    let mut db = store.read().await?;
    Ok(prescriptions::any_sealed(&mut db).await?)
}

/// Seals what an older program kept in clear; says how many orders had such secrets.
pub async fn seal_what_is_open(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let mut found = 0;
    loop {
        let mut work = Work::unkeyed(app, &Context::system(now)).await?;
        let open = prescriptions::open_secrets(&mut work.tx, AT_ONCE).await?;
        for (id, secret) in &open {
            let sealed = app.vault.seal(&place(*id), secret)?;
            prescriptions::seal_secret(&mut work.tx, *id, &sealed).await?;
        }
        found += open.len();
        if open.is_empty() {
            return work.finish_unchanged(found, "no secret of an order is in clear").await;
        }
        work.finish_unchanged((), "secrets of orders are sealed").await?;
    }
}

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
    let expected = p.accept_secret.as_ref().map(|sealed| app.vault.open(&place(p.id), sealed)).transpose()?;
    if expected.is_some_and(|expected| tokens::same(&expected, secret)) {
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
