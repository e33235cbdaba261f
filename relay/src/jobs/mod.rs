//! Work that nobody asks for: what falls due by the clock. Each job is idempotent; one that fails is told and tried again at its next turn.

mod purge;
pub mod queue;
pub mod recordings;
pub mod stills;
pub mod webhooks;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::app::licences::Watched;
use crate::app::{self, App};

/// Validity ends at midnight; a minute late is soon enough, since every step checks it again.
const TURN: Duration = Duration::from_secs(60);
/// Clocks of records run for years, and the search looks at every resident.
const RECORDS_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// A store that does not answer is asked again after this.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// Starts the jobs as one task of the program. `bulk` is the folder of stills that have not arrived whole.
pub fn spawn(life: &Lifecycle, app: App, bulk: PathBuf) {
    let soft = life.soft().clone();
    life.spawn_essential("jobs", async move {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut records_at = None;
        while soft.run_until_cancelled(turns.tick()).await.is_some() {
            expire_prescriptions(&app).await;
            purge_leftovers(&app).await;
            let now = clock::now_timestamp();
            if records_at.is_none_or(|at| now >= at) {
                purge_records(&app).await;
                sweep_recordings(&app).await;
                watch_licences(&app).await;
                publish_audit_head(&app).await;
                give_stills_up(&app, &bulk).await;
                records_at = now.checked_add(RECORDS_EVERY).ok();
            }
        }
        Ok::<(), std::convert::Infallible>(())
    });
}

/// Starts the worker of the job queue: it sleeps until the next job is due, or until something was committed that may have queued one.
pub fn spawn_queue(life: &Lifecycle, app: App) {
    let soft = life.soft().clone();
    life.spawn_essential("job queue", async move {
        let mut changes = app.changes();
        soft.run_until_cancelled(async {
            loop {
                changes.mark_unchanged();
                let wait = work_off(&app).await;
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    changed = changes.changed() => if changed.is_err() { break },
                }
            }
        })
        .await;
        Ok::<(), std::convert::Infallible>(())
    });
}

/// Does what is due and says how long there is nothing to do, as far as is known.
async fn work_off(app: &App) -> Duration {
    let now = clock::now_timestamp();
    let due = async {
        queue::run(app, now).await?;
        queue::next_due(app).await
    };
    match due.await {
        Ok(Some(due)) => Duration::try_from(due.duration_since(clock::now_timestamp())).unwrap_or_default().min(TURN),
        Ok(None) => TURN,
        Err(error) => {
            tracing::error!(%error, "the job queue cannot be read; it will be tried again");
            AFTER_ERROR
        }
    }
}

async fn expire_prescriptions(app: &App) {
    match app::prescriptions::expire(app, clock::now_timestamp()).await {
        Ok(0) => {}
        Ok(count) => {
            tracing::info!(count, "prescriptions expired");
            metrics::counter!("yunzhen_prescriptions_expired_total").increment(count as u64);
        }
        Err(error) => {
            tracing::error!(%error, "the expiry job failed and will be tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "expire_prescriptions").increment(1);
        }
    }
}

async fn purge_records(app: &App) {
    match app::retention::purge(app, clock::now_timestamp()).await {
        Ok(0) => {}
        Ok(count) => {
            tracing::info!(count, "records whose clocks had all ended are gone");
            metrics::counter!("yunzhen_records_purged_total").increment(count as u64);
        }
        Err(error) => {
            tracing::error!(%error, "the purge of records failed and will be tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "purge_records").increment(1);
        }
    }
}

/// After the purge: files of recordings whose record is gone go with it, and what others were made of.
async fn sweep_recordings(app: &App) {
    match app::recordings::assembly::sweep(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "files of recordings removed that are of no more use"),
        Err(error) => {
            tracing::error!(%error, "files of recordings could not be removed; it is tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "sweep_recordings").increment(1);
        }
    }
}

/// The head as it is committed now; a statement more in the file.
async fn publish_audit_head(app: &App) {
    let Some(heads) = app.audit_heads.clone() else { return };
    let published = async {
        let mut db = app.store.read().await?;
        let head = yunzhen_store::audit::head(&mut db).await?;
        drop(db);
        let now = clock::now_timestamp();
        let written = crate::disk::blocking(move || Ok(heads.publish(head, now))).await;
        Ok::<_, yunzhen_store::StoreError>(written)
    };
    let error = match published.await {
        Ok(Ok(Ok(()))) => return,
        Ok(Ok(Err(error))) => error.to_string(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(%error, "the audit log's head was not published; it is tried again");
    metrics::counter!("yunzhen_job_failures_total", "job" => "publish_audit_head").increment(1);
}

/// Tells operators by numbers, without a name; who it is stands in the administrator's list, whose badge counts the same.
async fn watch_licences(app: &App) {
    match app::licences::watch(app, clock::now_timestamp()).await {
        Ok(Watched { over, ending, missing }) => {
            metrics::gauge!("yunzhen_licences_over").set(over as f64);
            metrics::gauge!("yunzhen_licences_ending_soon").set(ending as f64);
            metrics::gauge!("yunzhen_licences_missing").set(missing as f64);
            if over > 0 || missing > 0 {
                tracing::warn!(over, ending, missing, "licences are over or not on record: these people cannot sign");
            }
        }
        Err(error) => {
            tracing::error!(%error, "licences could not be looked at; it is tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "watch_licences").increment(1);
        }
    }
}

async fn give_stills_up(app: &App, bulk: &Path) {
    match stills::run(app, bulk, clock::now_timestamp()).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "stills given up"),
        Err(error) => {
            tracing::error!(%error, "stills could not be given up; it is tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "stills").increment(1);
        }
    }
}

async fn purge_leftovers(app: &App) {
    match purge::run(app, clock::now_timestamp()).await {
        Ok(0) => {}
        Ok(count) => tracing::debug!(count, "leftovers purged"),
        Err(error) => {
            tracing::error!(%error, "the purge failed and will be tried again");
            metrics::counter!("yunzhen_job_failures_total", "job" => "purge").increment(1);
        }
    }
}
