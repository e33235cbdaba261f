//! Credentials of pharmacies' own systems and where their events are sent: made, rotated and revoked by an administrator; a system may set and rotate its own
//! webhook. A pharmacy sees its own systems and how their events fared, and has events sent once more. Secrets are shown once. Not here: what a system may do with them (the access table), sending ([`super::webhooks`]).

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::access::{Action, Facts, may_try};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{PharmacySystemId, WebhookDeliveryId};
use yunzhen_domain::records::{PharmacySystem, Webhook, WebhookDelivery, WebhookDeliveryState};
use yunzhen_domain::{Actor, pharmacy_events, webhook};
use yunzhen_runtime::clock::random_bytes;
use yunzhen_store::{Paging, Store, audit, pharmacies, pharmacy_systems, throttle as counters, webhook_deliveries};

use super::names::Names;
use super::sessions::{check_throttle, count, source_key};
use super::views::common::{CursorQuery, Page};
use super::views::pharmacy_systems as views;
use super::work::{Start, Work, authorize, line, may_list, required};
use super::{App, AppError, Context, Entrance, fresh, parse_cursor, pharmacy_api, tokens};
use crate::vault::Vault;

/// Rows of one page of deliveries.
const PAGE: u32 = 100;
/// When a system was last there is kept to this, so that reading does not write each time.
const LAST_USED_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The longest name of a system.
const NAME_CHARS: usize = 60;

/// For whom a credential speaks, now.
pub async fn authenticate(app: &App, credential: &str, origin: &Entrance) -> Result<Actor, AppError> {
    let now = origin.now;
    let (id, secret) = credential.split_once('.').unwrap_or_default();
    // Counted per system and source: a stranger who guesses shuts nobody out but himself. The id may be anything, so it is kept as a digest.
    let place = tokens::digest(&format!("{id} {}", origin.source));
    let key = format!("pharmacy-system:{}", yunzhen_domain::audit::hex(&place[..8]));
    let (system, failed_before) = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &key, origin, now).await?;
        let system = match id.parse::<PharmacySystemId>() {
            Ok(id) => pharmacy_systems::get(&mut db, id).await?,
            Err(_) => None,
        };
        (system, counters::get(&mut db, &key).await?.is_some())
    };
    let Some(system) = system.filter(|system| system.admits(&tokens::digest(secret), now)) else {
        refuse(app, &key, origin).await?;
        return Err(AppError::BadPharmacyCredential);
    };
    let actor = pharmacy_api::actor(&system);
    let seen_lately = system.last_used_at.is_some_and(|at| now.duration_since(at) < LAST_USED_EVERY);
    if failed_before || !seen_lately {
        let mut work = Work::unkeyed(app, &Context::of(actor, now)).await?;
        // Tries that ran side by side passed the first look together.
        check_throttle(&mut work.tx, &key, origin, now).await?;
        counters::clear(&mut work.tx, &key).await?;
        pharmacy_systems::used(&mut work.tx, system.id, now).await?;
        work.finish_unchanged((), "a pharmacy's system was seen").await?;
    }
    Ok(actor)
}

async fn refuse(app: &App, key: &str, origin: &Entrance) -> Result<(), AppError> {
    metrics::counter!("yunzhen_pharmacy_credentials_refused_total").increment(1);
    let mut work = Work::unkeyed(app, &Context::system(origin.now)).await?;
    count(&mut work.tx, key, &app.policy.account_limits(), origin.now).await?;
    count(&mut work.tx, &source_key(origin), &app.policy.source_limits(), origin.now).await?;
    work.record(EventKind::PharmacySystemRefused, uuid::Uuid::nil(), None, None);
    work.finish(()).await
}

/// The systems that the caller may see, and the pharmacies that may get one by them.
pub async fn list(app: &App, ctx: &Context) -> Result<views::PharmacySystems, AppError> {
    may_list(ctx, Action::ViewPharmacySystems)?;
    let mut db = app.store.read().await?;
    let mut names = Names::default();
    let mut items = Vec::new();
    let visible = |system: &PharmacySystem| authorize(ctx, Action::ViewPharmacySystems, &facts(system)).is_ok();
    for system in pharmacy_systems::list(&mut db).await?.into_iter().filter(visible) {
        items.push(views::PharmacySystem {
            id: system.id,
            name: system.name,
            pharmacy: super::views::prescriptions::PharmacyRef {
                id: system.pharmacy_id,
                name: names.pharmacy(&mut db, system.pharmacy_id).await?,
            },
            made_by: names.staff_ref(&mut db, system.made_by).await?,
            made_at: system.made_at.into(),
            last_used_at: system.last_used_at.map(Into::into),
            former_secret_until: system
                .previous
                .map(|(_, until)| until)
                .filter(|until| ctx.now < *until)
                .map(Into::into),
            revoked_at: system.revoked_at.map(Into::into),
            webhook: system.webhook.map(views::Webhook::from),
        });
    }
    let mut of = Vec::new();
    if may_try(&ctx.actor, Action::KeepPharmacySystems) {
        let pharmacies = pharmacies::list(&mut db).await?.into_iter();
        of.extend(pharmacies.map(|p| super::views::prescriptions::PharmacyRef { id: p.id, name: p.name }));
    }
    Ok(views::PharmacySystems { items, pharmacies: of })
}

/// Makes credentials for a pharmacy's system.
pub async fn make(app: &App, ctx: &Context, input: views::NewPharmacySystem) -> Result<views::Credential, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    work.authorize(Action::KeepPharmacySystems, &Facts::default())?;
    required("name", &input.name, NAME_CHARS)?;
    let name = line("name", &input.name, NAME_CHARS)?;
    let pharmacy = pharmacies::get(&mut work.tx, input.pharmacy_id).await?;
    let unknown = || AppError::invalid("pharmacy_id", "请选择药房", "Choose the pharmacy");
    let pharmacy = pharmacy.ok_or_else(unknown)?;
    let (secret, secret_sha256) = tokens::new();
    let system = PharmacySystem {
        id: fresh(PharmacySystemId::new, ctx.now),
        pharmacy_id: pharmacy.id,
        name,
        secret_sha256,
        previous: None,
        made_by: ctx.actor.staff_id().ok_or(AppError::NotFound)?,
        made_at: ctx.now,
        last_used_at: None,
        revoked_at: None,
        webhook: None,
    };
    pharmacy_systems::insert(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacySystemMade, &system);
    work.answers_with_a_secret();
    work.finish(views::Credential::new(system.id, &secret, None)).await
}

/// Another secret; the one before works until everybody has changed over.
pub async fn rotate(app: &App, ctx: &Context, id: PharmacySystemId) -> Result<views::Credential, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::KeepPharmacySystems).await?;
    let (secret, digest) = tokens::new();
    let until = overlap(app, ctx.now);
    system.previous = Some((system.secret_sha256, until));
    system.secret_sha256 = digest;
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacySystemRotated, &system);
    work.answers_with_a_secret();
    work.finish(views::Credential::new(id, &secret, Some(until))).await
}

/// From now on it opens nothing, and nothing is sent to it.
pub async fn revoke(app: &App, ctx: &Context, id: PharmacySystemId) -> Result<views::Revoked, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::KeepPharmacySystems).await?;
    system.revoked_at = Some(ctx.now);
    system.previous = None;
    system.webhook = None;
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacySystemRevoked, &system);
    work.finish(views::Revoked { revoked: true }).await
}

/// Sets where events are sent, from now on; what was switched off goes on. The signing secret is shown when it is new.
pub async fn set_webhook(
    app: &App,
    ctx: &Context,
    id: PharmacySystemId,
    input: views::WebhookAddress,
) -> Result<views::WebhookSecret, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::KeepPharmacySystems).await?;
    let url = input.url.trim().to_owned();
    app.reachable.target(&url).map_err(|e| AppError::invalid("url", e.zh(), e.to_string()))?;
    let mut shown = None;
    system.webhook = Some(match system.webhook.take() {
        Some(known) => Webhook { url: url.clone(), failing_since: None, switched_off_at: None, ..known },
        None => {
            let new = webhook::secret(random_bytes());
            let queued_to = audit::head(&mut work.tx).await?.seq;
            let secret = app.vault.seal(&place(id), &new)?;
            shown = Some(new);
            Webhook { url: url.clone(), secret, previous: None, queued_to, failing_since: None, switched_off_at: None }
        }
    });
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacyWebhookSet, &system);
    work.answers_with_a_secret();
    work.finish(views::WebhookSecret { url, secret: shown, former_secret_until: None }).await
}

/// Events are signed with another secret, and for a while with both.
pub async fn rotate_webhook(app: &App, ctx: &Context, id: PharmacySystemId) -> Result<views::WebhookSecret, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::KeepPharmacySystems).await?;
    let webhook = system.webhook.as_mut().ok_or(AppError::NotFound)?;
    let (secret, until) = (webhook::secret(random_bytes()), overlap(app, ctx.now));
    let former = std::mem::replace(&mut webhook.secret, app.vault.seal(&place(id), &secret)?);
    webhook.previous = Some((former, until));
    let url = webhook.url.clone();
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacyWebhookRotated, &system);
    work.answers_with_a_secret();
    work.finish(views::WebhookSecret { url, secret: Some(secret), former_secret_until: Some(until.into()) }).await
}

/// Nothing is sent any more; polling goes on.
pub async fn remove_webhook(app: &App, ctx: &Context, id: PharmacySystemId) -> Result<views::Revoked, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::KeepPharmacySystems).await?;
    if system.webhook.take().is_none() {
        return Err(AppError::NotFound);
    }
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacyWebhookRemoved, &system);
    work.finish(views::Revoked { revoked: true }).await
}

/// Everything from one event on is sent once more, under the same ids.
pub async fn replay(
    app: &App,
    ctx: &Context,
    id: PharmacySystemId,
    input: views::ReplayFrom,
) -> Result<views::Replayed, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let mut system = load(&mut work, id, Action::ReplayPharmacyEvents).await?;
    let unknown = || AppError::invalid("from", "没有这个事件编号", "There is no event of this id");
    let seq = pharmacy_events::seq(&input.from).ok_or_else(unknown)?;
    if seq > audit::head(&mut work.tx).await?.seq {
        return Err(unknown());
    }
    let webhook = system.webhook.as_mut().ok_or(AppError::NotFound)?;
    // What is not queued any more, or never was, comes from the log once more.
    webhook.queued_to = webhook.queued_to.min((seq - 1).max(0));
    let again = webhook_deliveries::replay_from(&mut work.tx, id, seq, ctx.now).await?;
    pharmacy_systems::update(&mut work.tx, &system).await?;
    record(&mut work, EventKind::PharmacyWebhookReplayed, &system);
    work.finish(views::Replayed { queued_again: again }).await
}

/// One event is sent once more.
pub async fn replay_one(app: &App, ctx: &Context, id: WebhookDeliveryId) -> Result<views::Delivery, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let before = webhook_deliveries::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let system = load(&mut work, before.system_id, Action::ReplayPharmacyEvents).await?;
    let delivery = WebhookDelivery { state: WebhookDeliveryState::Pending, attempts: 0, next_at: ctx.now, ..before };
    webhook_deliveries::keep(&mut work.tx, &delivery).await?;
    record(&mut work, EventKind::PharmacyWebhookReplayed, &system);
    work.finish(views::Delivery::from(delivery)).await
}

/// Events on their way to a system and how each fared, the newest first.
pub async fn deliveries(
    app: &App,
    ctx: &Context,
    id: PharmacySystemId,
    query: CursorQuery,
) -> Result<Page<views::Delivery>, AppError> {
    may_list(ctx, Action::ViewPharmacySystems)?;
    let paging = Paging::newest(PAGE).after(parse_cursor(query.cursor.as_deref())?);
    let mut db = app.store.read().await?;
    let system = pharmacy_systems::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    authorize(ctx, Action::ViewPharmacySystems, &facts(&system))?;
    let slice = webhook_deliveries::of_system(&mut db, id, paging).await?;
    let next = slice.next.map(|c| c.to_string());
    Ok(Page { items: slice.items.into_iter().map(Into::into).collect(), next })
}

/// Where the sealed secrets of a system's webhook belong.
pub(super) fn place(id: impl std::fmt::Display) -> String {
    format!("webhook:{id}")
}

/// Whether the record has secrets that only the key opens with which they were sealed.
pub async fn holds_sealed(store: &Store) -> Result<bool, AppError> {
    let mut db = store.read().await?;
    let all = pharmacy_systems::list(&mut db).await?;
    Ok(all.iter().filter_map(|system| system.webhook.as_ref()).any(|w| Vault::is_sealed(w.secret.as_kept())))
}

/// Seals what an older program kept in clear; says how many systems had such secrets.
pub async fn seal_what_is_open(app: &App, now: Timestamp) -> Result<usize, AppError> {
    let mut work = Work::unkeyed(app, &Context::system(now)).await?;
    let mut found = 0;
    for mut system in pharmacy_systems::list(&mut work.tx).await? {
        let id = system.id;
        let Some(webhook) = &mut system.webhook else { continue };
        let former = webhook.previous.as_mut().map(|(secret, _)| secret);
        let mut changed = false;
        for secret in std::iter::once(&mut webhook.secret).chain(former) {
            if !Vault::is_sealed(secret.as_kept()) {
                *secret = app.vault.seal(&place(id), secret.as_kept())?;
                changed = true;
            }
        }
        if changed {
            pharmacy_systems::update(&mut work.tx, &system).await?;
            found += 1;
        }
    }
    work.finish_unchanged(found, "secrets of webhooks are sealed").await
}

/// The caller's own system.
pub fn own(ctx: &Context) -> Result<PharmacySystemId, AppError> {
    match ctx.actor {
        Actor::PharmacySystem { system_id, .. } => Ok(system_id),
        _ => Err(AppError::NotFound),
    }
}

/// What access decides on.
fn facts(system: &PharmacySystem) -> Facts {
    Facts { pharmacy_id: Some(system.pharmacy_id), ..Facts::default() }
}

/// A system that stands, for who may do this to it; a system itself may do it to itself.
async fn load(work: &mut Work, id: PharmacySystemId, action: Action) -> Result<PharmacySystem, AppError> {
    let action = if work.is_of_system(id) { Action::UsePharmacyApi } else { action };
    let system = pharmacy_systems::get(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.authorize(action, &facts(&system))?;
    Some(system).filter(|system| system.revoked_at.is_none()).ok_or(AppError::NotFound)
}

fn overlap(app: &App, now: Timestamp) -> Timestamp {
    let hours = SignedDuration::from_hours(i64::from(app.policy.pharmacy_secret_overlap_hours));
    now.checked_add(hours).unwrap_or(now)
}

fn record(work: &mut Work, kind: EventKind, system: &PharmacySystem) {
    work.record(kind, system.id.uuid(), None, Some(system.pharmacy_id));
}
