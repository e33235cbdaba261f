//! Who owns the tasks of a program, and how it stops.
//!
//! Two tokens: **soft** asks everyone to finish what they are doing (drain), **hard** to drop it. The first SIGTERM or SIGINT cancels soft, the
//! second hard; hard also follows soft by itself, so that the process is gone within ten seconds. A task that panics,
//! or an essential one that ends, takes the process down with its name: half a relay is worse than a restarted one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long draining may take before it is cut: with [`ABORT_TIME`] it stays below the ten seconds that a supervisor grants.
pub const DRAIN_TIME: Duration = Duration::from_secs(8);
/// How long tasks have to drop what they hold once draining was cut.
pub const ABORT_TIME: Duration = Duration::from_secs(1);

/// Why a program ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("task `{task}` {reason}; the program ends so that its supervisor can restart it")]
pub struct Crash {
    /// The name that the task was spawned with.
    pub task: String,
    /// What happened, in words.
    pub reason: String,
}

/// A handle to the tasks of the program. Clones are the same program.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tasks: TaskTracker,
    soft: CancellationToken,
    hard: CancellationToken,
    crash: OnceLock<Crash>,
    crashed: CancellationToken,
    /// Names of what runs, told when something refuses to end.
    running: Mutex<BTreeMap<u64, Cow<'static, str>>>,
    next: AtomicU64,
}

impl Lifecycle {
    /// A program without tasks yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when the program drains: take nothing new, finish what runs.
    #[must_use]
    pub fn soft(&self) -> &CancellationToken {
        &self.0.soft
    }

    /// Cancelled when the program aborts: drop everything now.
    #[must_use]
    pub fn hard(&self) -> &CancellationToken {
        &self.0.hard
    }

    /// Starts draining, as the first signal does.
    pub fn drain(&self) {
        self.0.soft.cancel();
    }

    /// Aborts, as the second signal does.
    pub fn abort(&self) {
        self.0.soft.cancel();
        self.0.hard.cancel();
    }

    /// Spawns a task that may end whenever it is done. A panic in it ends the program.
    pub fn spawn<F>(&self, name: impl Into<Cow<'static, str>>, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (name, this) = (name.into(), self.clone());
        self.track(name.clone(), async move {
            if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                this.crash(&name, format!("panicked: {}", panic_text(&panic)));
            }
        });
    }

    /// Spawns a task without which the program makes no sense: its error, its panic or its end before draining ends the program.
    pub fn spawn_essential<F, E>(&self, name: impl Into<Cow<'static, str>>, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: std::fmt::Display + Send,
    {
        let (name, this) = (name.into(), self.clone());
        self.track(name.clone(), async move {
            match AssertUnwindSafe(task).catch_unwind().await {
                Ok(Ok(())) if this.soft().is_cancelled() => {}
                Ok(Ok(())) => this.crash(&name, "ended by itself".into()),
                Ok(Err(error)) => this.crash(&name, format!("failed: {error:#}")),
                Err(panic) => this.crash(&name, format!("panicked: {}", panic_text(&panic))),
            }
        });
    }

    /// Spawns work for one peer (a connection, a box): a panic in it is logged and counted, and nobody else is disturbed.
    pub fn spawn_contained<F>(&self, name: impl Into<Cow<'static, str>>, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let name = name.into();
        self.track(name.clone(), async move {
            if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                tracing::error!(task = %name, panic = panic_text(&panic), "a task for one peer panicked");
                metrics::counter!("yunzhen_contained_panics_total").increment(1);
            }
        });
    }

    /// Ends the program because a part of it that is not a task (a thread) failed.
    pub fn crash(&self, task: &str, reason: String) {
        tracing::error!(task, reason, "task crashed");
        // The first crash is the cause; the following ones are mostly its consequences.
        let _ = self.0.crash.set(Crash { task: task.to_owned(), reason });
        self.0.crashed.cancel();
        self.0.soft.cancel();
    }

    /// Waits for SIGTERM, SIGINT, [`Self::drain`] or a crash, then for the tasks to end, at most [`DRAIN_TIME`] + [`ABORT_TIME`].
    ///
    /// # Errors
    /// The crash that ended the program, or that signals cannot be listened to.
    pub async fn run(&self) -> Result<(), Crash> {
        let on_signal = |error: std::io::Error| Crash {
            task: "signals".into(),
            reason: format!("cannot listen to signals: {error}"),
        };
        let mut terminate = signal(SignalKind::terminate()).map_err(on_signal)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(on_signal)?;
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: draining"),
            _ = interrupt.recv() => tracing::info!("interrupted: draining; once more to abort"),
            () = self.0.soft.cancelled() => tracing::info!("draining"),
        }
        self.drain();
        let second = async {
            tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        };
        self.finish(second, DRAIN_TIME, ABORT_TIME).await
    }

    /// Drains without signals, as tests do that run a whole program inside themselves.
    ///
    /// # Errors
    /// The crash that ended the program.
    pub async fn stop(&self) -> Result<(), Crash> {
        self.drain();
        self.finish(std::future::pending(), DRAIN_TIME, ABORT_TIME).await
    }

    async fn finish(&self, second: impl Future<Output = ()>, drain: Duration, abort: Duration) -> Result<(), Crash> {
        self.0.tasks.close();
        tokio::select! {
            () = self.0.tasks.wait() => {}
            () = second => tracing::warn!("second signal: aborting"),
            () = self.0.hard.cancelled() => {}
            () = tokio::time::sleep(drain) => tracing::warn!(still_running = ?self.running(), "draining took too long: aborting"),
        }
        self.0.hard.cancel();
        if tokio::time::timeout(abort, self.0.tasks.wait()).await.is_err() {
            tracing::error!(still_running = ?self.running(), "tasks did not end; leaving without them");
        }
        match self.0.crash.get() {
            Some(crash) => Err(crash.clone()),
            None => Ok(()),
        }
    }

    fn running(&self) -> Vec<Cow<'static, str>> {
        self.names().values().cloned().collect()
    }

    fn names(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Cow<'static, str>>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn track<F>(&self, name: Cow<'static, str>, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.names().insert(id, name);
        let this = self.clone();
        self.0.tasks.spawn(async move {
            task.await;
            this.names().remove(&id);
        });
    }
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn drains_tasks_that_listen_to_soft() {
        let life = Lifecycle::new();
        let soft = life.soft().clone();
        life.spawn("listener", async move { soft.cancelled().await });
        assert_eq!(life.stop().await, Ok(()));
    }

    #[tokio::test]
    async fn a_panic_ends_the_program_with_the_task_s_name() {
        let life = Lifecycle::new();
        life.spawn("uplink", async { panic!("no such room") });
        let crash = life.run().await.expect_err("crash");
        assert_eq!((crash.task.as_str(), crash.reason.as_str()), ("uplink", "panicked: no such room"));
    }

    #[tokio::test]
    async fn an_essential_task_may_not_end_before_draining() {
        let life = Lifecycle::new();
        life.spawn_essential("listener", async { Ok::<(), std::io::Error>(()) });
        assert_eq!(life.run().await.expect_err("crash").reason, "ended by itself");

        let life = Lifecycle::new();
        let soft = life.soft().clone();
        life.spawn_essential("listener", async move {
            soft.cancelled().await;
            Ok::<(), std::io::Error>(())
        });
        assert_eq!(life.stop().await, Ok(()));
    }

    #[tokio::test]
    async fn a_contained_panic_disturbs_nobody() {
        let life = Lifecycle::new();
        life.spawn_contained("box", async { panic!("odd datagram") });
        assert_eq!(life.stop().await, Ok(()));
    }

    #[tokio::test]
    async fn what_does_not_drain_is_aborted_in_time() {
        let life = Lifecycle::new();
        let hard = life.hard().clone();
        life.spawn("stubborn", async move { hard.cancelled().await });
        life.spawn("deaf", std::future::pending());
        life.drain();
        let brief = Duration::from_millis(20);
        let finished = tokio::time::timeout(5 * brief, life.finish(std::future::pending(), brief, brief)).await;
        assert_eq!(finished.expect("in time"), Ok(()));
        assert_eq!(life.running(), ["deaf"]);
        assert!(DRAIN_TIME + ABORT_TIME < Duration::from_secs(10));
    }

    #[tokio::test]
    async fn the_second_signal_aborts_at_once() {
        let life = Lifecycle::new();
        let hard = life.hard().clone();
        life.spawn("stubborn", async move { hard.cancelled().await });
        life.drain();
        let finished = life.finish(std::future::ready(()), Duration::MAX, ABORT_TIME);
        assert_eq!(tokio::time::timeout(ABORT_TIME, finished).await.expect("at once"), Ok(()));
    }
}
