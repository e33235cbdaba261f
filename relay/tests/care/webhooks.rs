//! Events on their way to a pharmacy's system: each once queued, sent until taken, under one id; never to an address that must not be reached.

use jiff::{SignedDuration, Timestamp};
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::PharmacySystemId;
use yunzhen_domain::records::WebhookDeliveryState as State;
use yunzhen_domain::{Actor, Sealed, webhook};
use yunzhen_relay::app::views::common::CursorQuery;
use yunzhen_relay::app::views::pharmacy_systems::{Delivery, ReplayFrom, WebhookAddress};
use yunzhen_relay::app::webhooks::{self, Answer, Message};
use yunzhen_relay::app::{AppError, pharmacy_systems};
use yunzhen_relay::vault::Vault;
use yunzhen_store::idempotency;

use crate::pharmacy_systems::system;
use crate::world::World;

const URL: &str = "https://pharmacy.example.org/yunzhen";

fn id_of(actor: Actor) -> PharmacySystemId {
    match actor {
        Actor::PharmacySystem { system_id, .. } => system_id,
        _ => panic!("a system"),
    }
}

/// The system of the first pharmacy listens; returns it with its signing secret.
async fn listening(w: &World) -> (Actor, String) {
    let system = system(w, &w.pharmacy).await;
    let url = WebhookAddress { url: URL.to_owned() };
    let set = pharmacy_systems::set_webhook(&w.app, &w.of(system), id_of(system), url).await.expect("set");
    (system, set.secret.expect("a new secret"))
}

async fn due(w: &World) -> Vec<Message> {
    let now = w.now();
    webhooks::queue(&w.app, now).await.expect("queued");
    webhooks::due(&w.app, now, 100).await.expect("due")
}

async fn tried(w: &World, message: &Message, answer: Answer) {
    webhooks::tried(&w.app, message.delivery, answer, 1.0, w.now()).await.expect("kept");
}

async fn shown(w: &World, system: Actor) -> Vec<Delivery> {
    let ctx = w.by(&w.administrator);
    pharmacy_systems::deliveries(&w.app, &ctx, id_of(system), CursorQuery::default()).await.expect("shown").items
}

#[tokio::test]
async fn each_event_is_sent_until_it_is_taken_and_then_no_more() {
    let w = World::new().await;
    let (system, secret) = listening(&w).await;
    let order = w.approved().await;
    let messages = due(&w).await;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.url, URL);
    assert_eq!(message.signature, webhook::sign(&secret, &message.event_id, message.timestamp, &message.body));
    let body: serde_json::Value = serde_json::from_str(&message.body).expect("JSON");
    let mut members: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
    members.sort_unstable();
    assert_eq!(members, ["at", "id", "kind", "order_id"], "identifiers and nothing else");
    assert_eq!(
        (body["kind"].as_str(), body["order_id"].as_str()),
        (Some("order.offered"), Some(order.id.to_string().as_str()))
    );
    tried(&w, message, Answer::Status(204)).await;
    w.pass(SignedDuration::from_hours(3));
    assert!(due(&w).await.is_empty());
    let shown = shown(&w, system).await;
    assert_eq!(
        (shown[0].state, shown[0].last_answer.as_deref(), shown[0].attempts),
        (State::Delivered, Some("204"), 1)
    );
}

/// A worker that dies between sending and recording: the same event comes again, under the same id, when its lease ends.
#[tokio::test]
async fn what_a_crash_leaves_unrecorded_is_sent_again_under_the_same_id() {
    let w = World::new().await;
    listening(&w).await;
    w.approved().await;
    let first = due(&w).await.remove(0);
    assert!(due(&w).await.is_empty(), "leased");
    w.pass(SignedDuration::from_secs(31));
    let second = due(&w).await.remove(0);
    assert_eq!((&first.event_id, &first.body), (&second.event_id, &second.body));
    assert!(second.timestamp > first.timestamp, "signed anew, so that it is not taken for a replayed one");
}

#[tokio::test]
async fn waits_grow_until_it_is_given_up_and_a_person_sends_it_again() {
    let w = World::new().await;
    let (system, _) = listening(&w).await;
    w.approved().await;
    let mut waits = Vec::new();
    for _ in 0..w.app.policy.webhook_tries {
        let message = due(&w).await.remove(0);
        let now: Timestamp = w.now();
        webhooks::tried(&w.app, message.delivery, Answer::Status(500), 1.0, now).await.expect("kept");
        let Some(next) = webhooks::next_due(&w.app).await.expect("asked") else { break };
        waits.push(next.duration_since(now).as_secs());
        assert!(due(&w).await.is_empty(), "not before its time");
        w.pass(next.duration_since(now));
    }
    assert_eq!(waits[..6], [10, 20, 40, 80, 160, 320]);
    assert_eq!(waits.iter().max(), Some(&7200));
    assert_eq!(waits.len() + 1, w.app.policy.webhook_tries as usize);
    let given_up = shown(&w, system).await.remove(0);
    assert_eq!((given_up.state, given_up.last_answer.as_deref()), (State::Dead, Some("500")));
    assert_eq!(w.count(EventKind::PharmacyWebhookGivenUp).await, 1);
    w.pass(SignedDuration::from_hours(1));
    assert!(due(&w).await.is_empty());
    pharmacy_systems::replay_one(&w.app, &w.by(&w.administrator), given_up.id).await.expect("replayed");
    let again = due(&w).await.remove(0);
    assert_eq!(again.event_id, given_up.event_id);
}

#[tokio::test]
async fn an_address_that_takes_nothing_for_long_is_switched_off_and_goes_on_where_it_stopped() {
    let w = World::new().await;
    let (system, _) = listening(&w).await;
    w.approved().await;
    let message = due(&w).await.remove(0);
    tried(&w, &message, Answer::Failed("unreachable")).await;
    w.pass(SignedDuration::from_hours(i64::from(w.app.policy.webhook_fails_for_hours)));
    let message = due(&w).await.remove(0);
    tried(&w, &message, Answer::Failed("timeout")).await;
    assert_eq!(w.count(EventKind::PharmacyWebhookSwitchedOff).await, 1);
    w.pass(SignedDuration::from_hours(3));
    assert!(due(&w).await.is_empty());
    let listed = pharmacy_systems::list(&w.app, &w.by(&w.administrator)).await.expect("listed");
    let hook = listed.items[0].webhook.as_ref().expect("a webhook");
    assert!(hook.switched_off_at.is_some() && hook.failing_since.is_some());
    let url = WebhookAddress { url: URL.to_owned() };
    let set = pharmacy_systems::set_webhook(&w.app, &w.by(&w.administrator), id_of(system), url).await.expect("on");
    assert_eq!(set.secret, None, "the secret stays");
    assert_eq!(due(&w).await.remove(0).event_id, message.event_id);
}

#[tokio::test]
async fn a_signing_secret_is_changed_while_both_sign() {
    let w = World::new().await;
    let (system, old) = listening(&w).await;
    let rotated = pharmacy_systems::rotate_webhook(&w.app, &w.of(system), id_of(system)).await.expect("rotated");
    let new = rotated.secret.expect("shown once");
    w.approved().await;
    let m = due(&w).await.remove(0);
    let both = format!(
        "{} {}",
        webhook::sign(&new, &m.event_id, m.timestamp, &m.body),
        webhook::sign(&old, &m.event_id, m.timestamp, &m.body)
    );
    assert_eq!(m.signature, both);
    w.pass(SignedDuration::from_hours(i64::from(w.app.policy.pharmacy_secret_overlap_hours)));
    let m = due(&w).await.remove(0);
    assert_eq!(m.signature, webhook::sign(&new, &m.event_id, m.timestamp, &m.body));
}

#[tokio::test]
async fn everything_from_an_event_on_is_sent_once_more() {
    let w = World::new().await;
    let (system, _) = listening(&w).await;
    let accepted = w.accept(&w.approved().await).await;
    w.dispense(&accepted).await;
    let first = due(&w).await;
    assert_eq!(first.len(), 3);
    for message in &first {
        tried(&w, message, Answer::Status(200)).await;
    }
    let from = ReplayFrom { from: first[1].event_id.clone() };
    let replayed = pharmacy_systems::replay(&w.app, &w.of(system), id_of(system), from).await.expect("replayed");
    assert_eq!(replayed.queued_again, 2);
    let again: Vec<_> = due(&w).await.into_iter().map(|m| m.event_id).collect();
    assert_eq!(again, [first[1].event_id.clone(), first[2].event_id.clone()]);
    for wrong in ["evt_99999", "yesterday"] {
        let from = ReplayFrom { from: wrong.to_owned() };
        let refused = pharmacy_systems::replay(&w.app, &w.of(system), id_of(system), from).await;
        assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_happened_before_the_webhook_was_set_is_sent_when_it_is_asked_for() {
    let w = World::new().await;
    w.approved().await;
    let (system, _) = listening(&w).await;
    assert!(due(&w).await.is_empty());
    let from = ReplayFrom { from: "evt_0".to_owned() };
    pharmacy_systems::replay(&w.app, &w.of(system), id_of(system), from).await.expect("replayed");
    assert_eq!(due(&w).await.len(), 1, "found in the log");
}

#[tokio::test]
async fn a_pharmacy_sees_its_own_interface_and_sends_events_again_and_changes_no_credential() {
    let w = World::new().await;
    let (mine, secret) = listening(&w).await;
    let others = system(&w, &w.other_pharmacy).await;
    w.approved().await;
    let message = due(&w).await.remove(0);
    tried(&w, &message, Answer::Failed("unreachable")).await;
    let member = || w.by(&w.pharmacy);
    let listed = pharmacy_systems::list(&w.app, &member()).await.expect("listed");
    let ids: Vec<_> = listed.items.iter().map(|system| system.id).collect();
    assert_eq!((ids, listed.pharmacies.len()), (vec![id_of(mine)], 0), "its own and no other");
    let webhook = listed.items[0].webhook.as_ref().expect("set");
    assert!(webhook.url == URL && webhook.failing_since.is_some());
    assert!(!serde_json::to_string(&listed).expect("JSON").contains(&secret), "never the secret again");
    let fared = async |system| pharmacy_systems::deliveries(&w.app, &member(), system, CursorQuery::default()).await;
    let failed = fared(id_of(mine)).await.expect("its own").items.remove(0);
    assert_eq!((failed.state, failed.last_answer.as_deref()), (State::Pending, Some("unreachable")));
    assert!(matches!(fared(id_of(others)).await, Err(AppError::NotFound)));

    tried(&w, &due_later(&w).await, Answer::Status(204)).await;
    pharmacy_systems::replay_one(&w.app, &member(), failed.id).await.expect("its own");
    assert_eq!(due(&w).await.remove(0).event_id, failed.event_id);
    let from = || ReplayFrom { from: failed.event_id.clone() };
    pharmacy_systems::replay(&w.app, &member(), id_of(mine), from()).await.expect("its own");
    assert_eq!(w.count(EventKind::PharmacyWebhookReplayed).await, 2);
    let stranger = w.by(&w.other_pharmacy);
    let no = pharmacy_systems::replay_one(&w.app, &stranger, failed.id).await;
    assert!(matches!(no, Err(AppError::NotFound)), "{no:?}");
    let no = pharmacy_systems::replay(&w.app, &member(), id_of(others), from()).await;
    assert!(matches!(no, Err(AppError::NotFound)), "{no:?}");
    // Credentials and addresses stay with the administrator.
    let url = || WebhookAddress { url: URL.to_owned() };
    let refused = [
        pharmacy_systems::rotate(&w.app, &member(), id_of(mine)).await.map(drop),
        pharmacy_systems::revoke(&w.app, &member(), id_of(mine)).await.map(drop),
        pharmacy_systems::set_webhook(&w.app, &member(), id_of(mine), url()).await.map(drop),
        pharmacy_systems::rotate_webhook(&w.app, &member(), id_of(mine)).await.map(drop),
        pharmacy_systems::remove_webhook(&w.app, &member(), id_of(mine)).await.map(drop),
    ];
    assert!(refused.iter().all(|no| matches!(no, Err(AppError::Forbidden))), "{refused:?}");
    for person in [&w.nurse, &w.specialist, &w.pharmacist] {
        assert!(matches!(pharmacy_systems::list(&w.app, &w.by(person)).await, Err(AppError::NotFound)));
    }
}

/// The next message, after the wait of the one that failed.
async fn due_later(w: &World) -> Message {
    w.pass(SignedDuration::from_mins(1));
    due(w).await.remove(0)
}

#[tokio::test]
async fn nothing_is_sent_to_who_was_revoked_or_wants_nothing() {
    let w = World::new().await;
    let (system, _) = listening(&w).await;
    w.approved().await;
    let queued = due(&w).await;
    assert_eq!(queued.len(), 1);
    pharmacy_systems::remove_webhook(&w.app, &w.of(system), id_of(system)).await.expect("removed");
    w.pass(SignedDuration::from_hours(1));
    assert!(due(&w).await.is_empty());
    let (other, _) = listening(&w).await;
    pharmacy_systems::revoke(&w.app, &w.by(&w.administrator), id_of(other)).await.expect("revoked");
    let url = WebhookAddress { url: URL.to_owned() };
    let late = pharmacy_systems::set_webhook(&w.app, &w.of(other), id_of(other), url).await;
    assert!(matches!(late, Err(AppError::NotFound)), "{late:?}");
}

#[tokio::test]
async fn an_address_into_the_own_networks_is_refused_in_words() {
    let w = World::new().await;
    let system = system(&w, &w.pharmacy).await;
    for url in
        ["http://pharmacy.example.org/", "https://127.0.0.1/", "https://169.254.169.254/", "https://u:p@x.org/", "x"]
    {
        let refused =
            pharmacy_systems::set_webhook(&w.app, &w.of(system), id_of(system), WebhookAddress { url: url.to_owned() })
                .await;
        let Err(AppError::Invalid(fields)) = refused else { panic!("{url}: {refused:?}") };
        assert_eq!(fields[0].path, "url");
    }
}

#[tokio::test]
async fn a_system_does_not_touch_another_s_webhook() {
    let w = World::new().await;
    let (mine, _) = listening(&w).await;
    let theirs = system(&w, &w.other_pharmacy).await;
    let url = WebhookAddress { url: URL.to_owned() };
    let refused = pharmacy_systems::set_webhook(&w.app, &w.of(theirs), id_of(mine), url).await;
    assert!(matches!(refused, Err(AppError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn what_signs_lies_sealed_in_the_record_and_an_older_one_is_brought_forward() {
    let w = World::new().await;
    let (system, secret) = listening(&w).await;
    let id = id_of(system);
    let kept = async || {
        let mut db = w.app.store.read().await.unwrap();
        yunzhen_store::pharmacy_systems::get(&mut db, id).await.unwrap().unwrap()
    };
    let sealed = kept().await.webhook.unwrap().secret;
    assert!(Vault::is_sealed(sealed.as_kept()) && !sealed.as_kept().contains(&secret));
    // As an older program left it: both in clear.
    let (former, until) = (webhook::secret([3; 32]), w.now() + SignedDuration::from_hours(1));
    let mut old = kept().await;
    let hook = old.webhook.as_mut().unwrap();
    hook.secret = Sealed::kept(secret.clone());
    hook.previous = Some((Sealed::kept(former.clone()), until));
    let mut tx = w.app.store.write().await.unwrap();
    yunzhen_store::pharmacy_systems::update(&mut tx, &old).await.unwrap();
    tx.commit_bookkeeping("as it was").await.unwrap();
    assert!(!pharmacy_systems::holds_sealed(&w.app.store).await.unwrap());
    for found in [1, 0] {
        assert_eq!(pharmacy_systems::seal_what_is_open(&w.app, w.now()).await.unwrap(), found);
        assert!(pharmacy_systems::holds_sealed(&w.app.store).await.unwrap());
    }
    let (hook, order) = (kept().await.webhook.unwrap(), w.approved().await);
    assert!(hook.secrets(w.now()).all(|one| Vault::is_sealed(one.as_kept())));
    // Another key opens nothing, and nothing goes out unsigned.
    let mut stranger = w.app.clone();
    stranger.vault = Vault::from_key([9; 32]).unwrap();
    let now = w.now();
    webhooks::queue(&stranger, now).await.unwrap();
    assert!(webhooks::due(&stranger, now, 100).await.unwrap().is_empty());
    w.pass(SignedDuration::from_mins(2));
    let messages = due(&w).await;
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert!(message.body.contains(&order.id.to_string()));
    let both = [secret.as_str(), former.as_str()];
    assert_eq!(message.signature, webhook::header(&both, &message.event_id, message.timestamp, &message.body));
}

#[tokio::test]
async fn an_answer_with_a_secret_is_kept_sealed_and_a_retry_gets_it() {
    let w = World::new().await;
    let (system, _) = listening(&w).await;
    let ctx = w.of(system);
    let first = pharmacy_systems::rotate_webhook(&w.app, &ctx, id_of(system)).await.unwrap();
    let secret = first.secret.clone().unwrap();
    let key = ctx.idempotency.clone().unwrap();
    let mut tx = w.app.store.write().await.unwrap();
    let actor = ctx.actor.reference().to_string();
    let found = idempotency::look_up(&mut tx, &actor, &key.key, &key.request_sha256).await.unwrap();
    drop(tx);
    let idempotency::Outcome::Replay { answer, .. } = found else { panic!("{found:?}") };
    assert!(Vault::is_sealed(&answer) && !answer.contains(&secret));
    let again = pharmacy_systems::rotate_webhook(&w.app, &ctx, id_of(system)).await.unwrap();
    assert_eq!(again.secret, Some(secret));
}
