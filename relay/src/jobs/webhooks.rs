//! The worker that sends events to pharmacies' systems. Apart from the job queue: a server that answers slowly holds up nobody's reminder.
//!
//! Each turn queues what the log has new, claims what is due, sends a few side by side, and keeps what came of it. A worker that dies in between leaves leases
//! that end: the event is sent again under its id.

use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::app::webhooks::{self, Message};
use crate::app::{App, AppError};
use crate::outgoing::Sender;

/// Messages that are sent side by side.
const AT_ONCE: u32 = 8;
/// Without anything to do, the worker looks again after this.
const TURN: Duration = Duration::from_secs(60);
/// A store that does not answer is asked again after this.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// Starts the worker: it sleeps until a message is due, or until something was committed.
pub fn spawn(life: &Lifecycle, app: App, sender: Sender) {
    let soft = life.soft().clone();
    life.spawn_essential("webhooks", async move {
        let mut changes = app.changes();
        soft.run_until_cancelled(async {
            loop {
                changes.mark_unchanged();
                let wait = turn(&app, &sender).await.unwrap_or_else(|error| {
                    tracing::error!(%error, "events cannot be sent; it will be tried again");
                    metrics::counter!("yunzhen_job_failures_total", "job" => "webhooks").increment(1);
                    AFTER_ERROR
                });
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

/// Sends until nothing is due; says how long there is nothing to do, as far as is known.
async fn turn(app: &App, sender: &Sender) -> Result<Duration, AppError> {
    loop {
        webhooks::queue(app, clock::now_timestamp()).await?;
        let messages = webhooks::due(app, clock::now_timestamp(), AT_ONCE).await?;
        if messages.is_empty() {
            break;
        }
        send(app, sender, messages).await?;
    }
    let due = webhooks::next_due(app).await?;
    Ok(due.map_or(TURN, |due| until(due).min(TURN)))
}

async fn send(app: &App, sender: &Sender, messages: Vec<Message>) -> Result<(), AppError> {
    let mut tries = JoinSet::new();
    for message in messages {
        let sender = sender.clone();
        tries.spawn(async move { (message.delivery, sender.send(&message).await) });
    }
    while let Some(tried) = tries.join_next().await {
        // A try that panicked leaves its lease, like one of a worker that died.
        let Ok((delivery, answer)) = tried else { continue };
        let [random] = clock::random_bytes::<1>();
        metrics::counter!("yunzhen_webhooks_sent_total", "taken" => if answer.is_taken() { "yes" } else { "no" })
            .increment(1);
        webhooks::tried(app, delivery, answer, f64::from(random) / 256.0, clock::now_timestamp()).await?;
    }
    Ok(())
}

fn until(due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(clock::now_timestamp())).unwrap_or_default()
}
