//! Events on their way to pharmacies' systems: queued from the audit log, claimed, signed; and what came of each try. Not here: sending (`outgoing`), when
//! (`jobs::webhooks`).
//!
//! What is queued comes from the log that polling reads, so both tell the same under the same ids, and what a crash interrupts is read again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{PharmacySystemId, WebhookDeliveryId};
use yunzhen_domain::records::{PharmacySystem, WebhookDelivery, WebhookDeliveryState as State};
use yunzhen_domain::{pharmacy_events, webhook};
use yunzhen_runtime::backoff::Backoff;
use yunzhen_store::{pharmacy_systems, webhook_deliveries};

use super::pharmacy_api::{self, actor};
use super::pharmacy_systems::place as webhook_place;
use super::views::pharmacy_api::PharmacyEvent;
use super::work::Work;
use super::{App, AppError, Context, fresh};

/// Waits between tries.
const RETRY: Backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(2 * 3600));
/// A worker that dies leaves what it sends for so long; longer than a try may take.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// Rows of the log in which nothing concerns a system are skipped for good in steps of this.
const SKIP: i64 = 1000;

/// One message, signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is a try of.
    pub delivery: WebhookDeliveryId,
    /// Where it goes.
    pub url: String,
    /// The event's id, the same at every try.
    pub event_id: String,
    /// When it was signed, Unix seconds.
    pub timestamp: i64,
    /// Signatures of the header.
    pub signature: String,
    /// JSON.
    pub body: String,
}

/// What a try brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A status.
    Status(u16),
    /// None, for this reason.
    Failed(&'static str),
}

impl Answer {
    /// Was it taken?
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    fn words(self) -> String {
        match self {
            Self::Status(status) => status.to_string(),
            Self::Failed(why) => why.to_owned(),
        }
    }
}

/// Queues what happened since the last time, for every system that listens.
pub async fn queue(app: &App, now: Timestamp) -> Result<(), AppError> {
    let listening = {
        let mut db = app.store.read().await?;
        pharmacy_systems::listening(&mut db).await?
    };
    for system in listening {
        // One whose place in the log cannot be read, as after a restored backup, holds up no other.
        if let Err(error) = queue_all(app, system.id, now).await {
            tracing::error!(%error, system = %system.id, "events of a pharmacy's system cannot be queued");
            metrics::counter!("yunzhen_job_failures_total", "job" => "webhooks").increment(1);
        }
    }
    Ok(())
}

async fn queue_all(app: &App, id: PharmacySystemId, now: Timestamp) -> Result<(), AppError> {
    while queue_page(app, id, now).await? {}
    Ok(())
}

/// One page for one system; says whether there may be more.
async fn queue_page(app: &App, id: PharmacySystemId, now: Timestamp) -> Result<bool, AppError> {
    let system = {
        let mut db = app.store.read().await?;
        pharmacy_systems::get(&mut db, id).await?
    };
    let Some((system, from)) = system.and_then(|s| s.webhook.as_ref().map(|w| w.queued_to).map(|from| (s, from)))
    else {
        return Ok(false);
    };
    let page = pharmacy_api::read(app, &actor(&system), from).await?;
    if page.items.is_empty() && page.until - from < SKIP {
        return Ok(false);
    }
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    let Some(mut system) = pharmacy_systems::get(&mut work.tx, id).await? else { return Ok(false) };
    match &mut system.webhook {
        Some(webhook) if webhook.queued_to == from => webhook.queued_to = page.until,
        // Another relay was faster, or somebody wants a replay: it is read anew.
        _ => return Ok(true),
    }
    for (row, name) in page.items {
        let delivery = WebhookDelivery {
            id: fresh(WebhookDeliveryId::new, now),
            system_id: id,
            seq: row.seq,
            kind: name.to_owned(),
            entity_id: row.fact.entity_id,
            happened_at: row.fact.at,
            state: State::Pending,
            attempts: 0,
            next_at: now,
            last_answer: None,
            last_tried_at: None,
        };
        webhook_deliveries::enqueue(&mut work.tx, &delivery).await?;
    }
    pharmacy_systems::update(&mut work.tx, &system).await?;
    work.finish_unchanged((), "events queued").await?;
    Ok(page.more)
}

/// Claims and signs up to `limit` messages that are due.
pub async fn due(app: &App, now: Timestamp, limit: u32) -> Result<Vec<Message>, AppError> {
    if next_due(app).await?.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    let lease_until = now.checked_add(LEASE).unwrap_or(now);
    let claimed = webhook_deliveries::claim(&mut work.tx, now, lease_until, limit).await?;
    let mut messages = Vec::with_capacity(claimed.len());
    for delivery in claimed {
        let Some(system) = pharmacy_systems::get(&mut work.tx, delivery.system_id).await? else { continue };
        match message(app, &system, &delivery, now) {
            Ok(message) => messages.extend(message),
            // Sealed with another key, as after a restored backup: it is tried again and holds up no other.
            Err(AppError::Vault(error)) => {
                tracing::error!(%error, system = %system.id, "an event of a pharmacy's system cannot be signed");
                metrics::counter!("yunzhen_job_failures_total", "job" => "webhooks").increment(1);
            }
            Err(error) => return Err(error),
        }
    }
    work.finish_unchanged((), "a message's lease").await?;
    Ok(messages)
}

/// When the next message is due.
pub async fn next_due(app: &App) -> Result<Option<Timestamp>, AppError> {
    let mut db = app.store.read().await?;
    Ok(webhook_deliveries::next_due(&mut db).await?)
}

fn message(
    app: &App,
    system: &PharmacySystem,
    delivery: &WebhookDelivery,
    now: Timestamp,
) -> Result<Option<Message>, AppError> {
    let Some(webhook) = &system.webhook else { return Ok(None) };
    let event_id = pharmacy_events::id(delivery.seq);
    let event = PharmacyEvent::new(delivery.seq, &delivery.kind, delivery.happened_at, delivery.entity_id);
    let (body, timestamp) = (serde_json::to_string(&event)?, now.as_second());
    let place = webhook_place(system.id);
    let secrets = webhook.secrets(now).map(|secret| app.vault.open(&place, secret)).collect::<Result<Vec<_>, _>>()?;
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let signature = webhook::header(&secrets, &event_id, timestamp, &body);
    Ok(Some(Message { delivery: delivery.id, url: webhook.url.clone(), event_id, timestamp, signature, body }))
}

/// Keeps what came of a try: taken, tried again after a longer wait, or given up; an address that fails for too long is switched off.
pub async fn tried(
    app: &App,
    id: WebhookDeliveryId,
    answer: Answer,
    jitter: f64,
    now: Timestamp,
) -> Result<(), AppError> {
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    let Some(mut delivery) = webhook_deliveries::get(&mut work.tx, id).await? else { return Ok(()) };
    let Some(mut system) = pharmacy_systems::get(&mut work.tx, delivery.system_id).await? else { return Ok(()) };
    let mut facts = Vec::new();
    delivery.last_answer = Some(answer.words());
    delivery.last_tried_at = Some(now);
    let failing_since = if answer.is_taken() {
        delivery.state = State::Delivered;
        None
    } else {
        if delivery.attempts + 1 >= app.policy.webhook_tries {
            delivery.state = State::Dead;
            facts.push(EventKind::PharmacyWebhookGivenUp);
        }
        let wait = SignedDuration::try_from(RETRY.delay(delivery.attempts, jitter)).unwrap_or(LEASE);
        delivery.next_at = now.checked_add(wait).unwrap_or(now);
        Some(system.webhook.as_ref().and_then(|webhook| webhook.failing_since).unwrap_or(now))
    };
    delivery.attempts = delivery.attempts.saturating_add(1);
    let for_long = failing_since.is_some_and(|since| fails_for_long(app, since, now));
    if let Some(webhook) = &mut system.webhook
        && (for_long || webhook.failing_since != failing_since)
    {
        webhook.failing_since = failing_since;
        if for_long && webhook.switched_off_at.is_none() {
            webhook.switched_off_at = Some(now);
            facts.push(EventKind::PharmacyWebhookSwitchedOff);
        }
        pharmacy_systems::update(&mut work.tx, &system).await?;
    }
    webhook_deliveries::keep(&mut work.tx, &delivery).await?;
    if facts.is_empty() {
        return work.finish_unchanged((), "a message was tried").await;
    }
    for kind in facts {
        work.record(kind, system.id.uuid(), None, Some(system.pharmacy_id));
    }
    work.finish(()).await
}

fn fails_for_long(app: &App, since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= SignedDuration::from_hours(i64::from(app.policy.webhook_fails_for_hours))
}
