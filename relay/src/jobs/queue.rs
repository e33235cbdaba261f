//! The job queue's worker: claims what is due, does it, tries again with a growing wait, gives up after a day. A job is finished in the transaction of its effect,
//! so a crash in between repeats it whole or not at all.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use yunzhen_runtime::backoff::Backoff;
use yunzhen_store::jobs::{self, Job};

use crate::app::{self, App, AppError};

/// A worker that dies leaves its job for so long.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// Waits between tries, up to an hour.
const RETRY: Backoff = Backoff::new(Duration::from_secs(2), Duration::from_secs(3600));
/// About a day of tries.
const TRIES: u32 = 30;

/// Does everything that is due at `now`; returns how many jobs were done.
pub async fn run(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let mut done = 0;
    while let Some(job) = claim(app, now).await? {
        match one(app, &job, now).await {
            Ok(()) => done += 1,
            Err(error) => {
                metrics::counter!("yunzhen_job_failures_total", "job" => "queued").increment(1);
                again(app, &job, &error, now).await?;
            }
        }
    }
    Ok(done)
}

/// When the next job is due.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, AppError> {
    let mut db = app.store.read().await?;
    Ok(jobs::next_due(&mut db).await?)
}

async fn claim(app: &App, now: Timestamp) -> Result<Option<Job>, AppError> {
    // Reading first: a queue where nothing is due never waits for, nor takes, the writer.
    if next_due(app).await?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let mut tx = app.store.write().await?;
    let job = jobs::claim(&mut tx, now, now.checked_add(LEASE).unwrap_or(now)).await?;
    tx.commit_bookkeeping("a job's lease").await?;
    Ok(job)
}

async fn one(app: &App, job: &Job, now: Timestamp) -> Result<(), AppError> {
    match job.kind.as_str() {
        app::reminders::REMIND => app::reminders::remind(app, job, now).await,
        app::queue::DUTY_TURNS => app::queue::duty_turns(app, job, now).await,
        app::offers::NEXT => app::offers::offer_to_next(app, job, now).await,
        app::prescriptions::GIVE_BACK => app::prescriptions::give_back(app, job, now).await,
        app::refills::WATCH => app::refills::look(app, job, now).await,
        app::urgent_calls::ESCALATE => app::urgent_calls::escalate(app, job, now).await,
        _ => Err(AppError::NotFound),
    }
}

async fn again(app: &App, job: &Job, error: &AppError, now: Timestamp) -> Result<(), AppError> {
    let [random] = yunzhen_runtime::clock::random_bytes::<1>();
    let wait = RETRY.delay(job.attempts, f64::from(random) / 256.0);
    let run_at = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
    let run_at = run_at.filter(|_| job.attempts < TRIES);
    match run_at {
        Some(_) => {
            tracing::warn!(kind = job.kind, attempts = job.attempts, %error, "a job failed and will be tried again")
        }
        None => tracing::error!(kind = job.kind, attempts = job.attempts, %error, "a job is given up"),
    }
    let mut tx = app.store.write().await?;
    jobs::fail(&mut tx, job, &error.to_string(), run_at).await?;
    tx.commit_bookkeeping("a job's failure").await?;
    Ok(())
}
