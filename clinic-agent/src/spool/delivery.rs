//! Sends open entries to the relay, one at a time in each lane, in order, for as long as it takes.

use super::entry::{Entry, Event, Lane, Verdict, due, judge};
use super::{Session, Spool, SpoolError, State};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;
use uuid::Uuid;
use yunzhen_runtime::backoff::Backoff;
use yunzhen_runtime::{Lifecycle, clock};

/// No answer: the link is down or the stream broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer from the relay")]
pub struct NoAnswer;

/// Where entries go. The link in the program, a fake in the model test.
pub trait Relay: Send + Sync {
    /// One attempt: status code, and the body when it is a problem document.
    fn deliver(
        &self,
        entry: &Entry,
        token: &str,
    ) -> impl Future<Output = Result<(u16, Option<Value>), NoAnswer>> + Send;
    /// Ends a session whose nurse signed out.
    fn sign_out(&self, token: &str) -> impl Future<Output = Result<(), NoAnswer>> + Send;
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is due.
    Idle,
    /// An entry reached its end.
    Decided(State),
    /// The session with this hash is over; its nurse has to sign in again.
    SignInAgain(Uuid),
    /// No answer or "later": try again after a wait.
    Interrupted,
}

/// Delivers the one entry that is due, whatever its lane. `tokens` holds a valid token per author.
pub async fn step(spool: &Spool, tokens: &HashMap<Uuid, String>, relay: &impl Relay) -> Result<Step, SpoolError> {
    match step_in(Lane::Short, spool, tokens, relay).await? {
        Step::Idle => step_in(Lane::Long, spool, tokens, relay).await,
        done => Ok(done),
    }
}

/// Delivers the one entry of a lane that is due.
async fn step_in(
    lane: Lane,
    spool: &Spool,
    tokens: &HashMap<Uuid, String>,
    relay: &impl Relay,
) -> Result<Step, SpoolError> {
    let authors: HashSet<Uuid> = tokens.keys().copied().collect();
    let entries = spool.entries().await?;
    let of_lane = entries.iter().filter(|(_, entry)| Lane::of(entry.kind) == lane);
    let Some((seq, entry)) = due(of_lane.map(|(seq, entry)| (*seq, entry)), &authors) else {
        return Ok(Step::Idle);
    };
    let Some(token) = tokens.get(&entry.author) else { return Ok(Step::Idle) };
    let whole = spool.whole(entry.clone()).await?;
    spool.advance(seq, Event::Dispatched, None).await?;
    let (event, problem, step) = match relay.deliver(&whole, token).await {
        Err(NoAnswer) => (Event::Interrupted, None, Step::Interrupted),
        Ok((status, problem)) => match judge(status) {
            Verdict::Accepted => (Event::Accepted, None, Step::Decided(State::Received)),
            Verdict::Rejected => (Event::Rejected, problem, Step::Decided(State::Refused)),
            Verdict::SignInAgain => (Event::Interrupted, problem, Step::SignInAgain(entry.author)),
            Verdict::Later => (Event::Interrupted, None, Step::Interrupted),
        },
    };
    spool.advance(seq, event, problem).await?;
    Ok(step)
}

/// Both lanes, until the program drains.
pub async fn run(life: Lifecycle, spool: Spool, relay: impl Relay, connected: tokio::sync::watch::Receiver<bool>) {
    tokio::join!(
        run_lane(Lane::Short, &life, &spool, &relay, connected.clone()),
        run_lane(Lane::Long, &life, &spool, &relay, connected),
    );
}

/// The loop of a lane: wakes when something was saved, when somebody signed in, when the link came up, or when a wait is over.
/// `connected` is polled for the link's state and changes with it.
async fn run_lane(
    lane: Lane,
    life: &Lifecycle,
    spool: &Spool,
    relay: &impl Relay,
    mut connected: tokio::sync::watch::Receiver<bool>,
) {
    const RETRY: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
    let mut changes = spool.changes();
    let mut failures: u32 = 0;
    loop {
        let wait = if *connected.borrow_and_update() {
            changes.borrow_and_update();
            match attempt(lane, spool, relay).await {
                Ok(Step::Decided(state)) => {
                    tracing::debug!(?state, "spool entry decided");
                    metrics::counter!("yunzhen_spool_decided_total", "state" => if state == State::Received { "received" } else { "refused" }).increment(1);
                    failures = 0;
                    continue;
                }
                // The session was dropped, so the next step skips its author.
                Ok(Step::SignInAgain(_)) => continue,
                Ok(Step::Idle) => None,
                Ok(Step::Interrupted) => {
                    failures = failures.saturating_add(1);
                    Some(RETRY.delay(failures, clock::random_fraction()))
                }
                Err(error) => {
                    tracing::error!(%error, "the spool cannot deliver");
                    failures = failures.saturating_add(1);
                    Some(RETRY.delay(failures, clock::random_fraction()).max(Duration::from_secs(1)))
                }
            }
        } else {
            None
        };
        // While a wait is under way, changes made by the failed step itself must not cut it short.
        let timer = async {
            match wait {
                Some(wait) => tokio::time::sleep(wait).await,
                None => {
                    if changes.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            }
        };
        tokio::select! {
            () = life.soft().cancelled() => return,
            changed = connected.changed() => if changed.is_err() { return },
            () = timer => {}
        }
    }
}

async fn attempt(lane: Lane, spool: &Spool, relay: &impl Relay) -> Result<Step, SpoolError> {
    let sessions = spool.sessions(clock::now_timestamp()).await?;
    let tokens = sessions.iter().map(|(_, session)| (session.staff_id, session.token.clone())).collect();
    let step = step_in(lane, spool, &tokens, relay).await?;
    if step == Step::Idle {
        // One lane says it, of both.
        return if lane == Lane::Short { retire(spool, &sessions, relay).await } else { Ok(step) };
    }
    if let Step::SignInAgain(author) = step {
        let ended = tokens.get(&author);
        for (hash, session) in &sessions {
            if Some(&session.token) == ended {
                spool.drop_session(hash.clone()).await?;
            }
        }
    }
    Ok(step)
}

/// Ends the sessions of nurses who signed out and have nothing left to deliver.
async fn retire(spool: &Spool, sessions: &[(String, Session)], relay: &impl Relay) -> Result<Step, SpoolError> {
    let entries = spool.entries().await?;
    let owes = |author| entries.iter().any(|(_, entry)| entry.state.is_open() && entry.author == author);
    for (hash, session) in sessions.iter().filter(|(_, session)| session.signed_out && !owes(session.staff_id)) {
        if relay.sign_out(&session.token).await.is_err() {
            return Ok(Step::Interrupted);
        }
        spool.drop_session(hash.clone()).await?;
    }
    Ok(Step::Idle)
}
