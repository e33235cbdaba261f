//! Recordings whose consultation is over are stopped, and what has come whole becomes a file. Two tasks, so that no recording goes on for as long as another one takes
//! to be put together. Each is woken by each change of the record, but not more than once a second; one that could not be put together waits for its own time all the
//! same. A box is told to stop once a minute until it has: nothing acknowledges it.

use std::time::{Duration, Instant};

use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::app::recordings::assembly;
use crate::app::{self, App, AppError};
use crate::rooms::Rooms;

/// What falls due by the clock, and what failed, has its turn after this.
const TURN: Duration = Duration::from_secs(60);
/// A busy record wakes these no more often.
const LEAST: Duration = Duration::from_secs(1);

/// Starts the jobs as tasks of the program.
pub fn spawn(life: &Lifecycle, app: App, rooms: Rooms) {
    let (following, mut said) = (app.clone(), None::<Instant>);
    each_change(life, "recordings", &app, move || {
        let (app, rooms, now) = (following.clone(), rooms.clone(), clock::now_instant());
        let again = said.is_none_or(|said| now.saturating_duration_since(said) >= TURN);
        if again {
            said = Some(now);
        }
        async move { follow(&app, &rooms, again).await }
    });
    let assembling = app.clone();
    each_change(life, "assembly of recordings", &app, move || {
        let app = assembling.clone();
        async move { assemble(&app).await }
    });
}

fn each_change<F, T>(life: &Lifecycle, name: &'static str, app: &App, mut turn: F)
where
    F: FnMut() -> T + Send + 'static,
    T: Future<Output = Result<(), AppError>> + Send,
{
    let (soft, mut changes) = (life.soft().clone(), app.changes());
    life.spawn_essential(name, async move {
        soft.run_until_cancelled(async {
            loop {
                changes.mark_unchanged();
                if let Err(error) = turn().await {
                    tracing::error!(%error, job = name, "recordings could not follow the care record; it is tried again");
                    metrics::counter!("yunzhen_job_failures_total", "job" => name).increment(1);
                }
                tokio::time::sleep(LEAST).await;
                tokio::select! {
                    () = tokio::time::sleep(TURN) => {}
                    changed = changes.changed() => if changed.is_err() { break },
                }
            }
        })
        .await;
        Ok::<(), std::convert::Infallible>(())
    });
}

async fn follow(app: &App, rooms: &Rooms, again: bool) -> Result<(), AppError> {
    for home in app::recordings::settle(app, clock::now_timestamp(), again).await? {
        rooms.order_recordings(home).await;
    }
    Ok(())
}

async fn assemble(app: &App) -> Result<(), AppError> {
    for id in assembly::due(app, clock::now_timestamp()).await? {
        // One that fails, as on a full disk, keeps no other from its turn.
        if let Err(error) = assembly::assemble(app, id, clock::now_timestamp()).await {
            tracing::error!(recording = %id, %error, "a recording could not be assembled");
            metrics::counter!("yunzhen_job_failures_total", "job" => "assembly of recordings").increment(1);
        }
    }
    Ok(())
}
