//! Changing the key that seals: everything still opens at each moment, a stopped run goes on, and an old key is taken away only when nothing needs it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::SecondFactor;
use yunzhen_domain::{Actor, Sealed};
use yunzhen_relay::app::resealing::{self, Progress, Standing};
use yunzhen_relay::app::views::pharmacy_systems::WebhookAddress;
use yunzhen_relay::app::views::prescriptions::Accepted;
use yunzhen_relay::app::{pharmacy_systems, recordings};
use yunzhen_relay::keys::{self, KeysCommandError, key_id};
use yunzhen_relay::vault::Vault;
use yunzhen_store::sealed::{self, Part, Value};
use yunzhen_store::{Store, idempotency, second_factors};

use crate::at_once::stopped_after;
use crate::pharmacy_systems::system;
use crate::world::{World, vault};

/// The key of [`vault`].
const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 32] = [8; 32];
/// More than two steps.
const ANSWERS: u32 = 450;

/// Where each value belongs, written here once more: what is sealed anew must open in the very same place.
fn place(part: Part, row: &str) -> String {
    let kind = match part {
        Part::Recording => "recording",
        Part::Order => "order",
        Part::SecondFactor => "second-factor",
        Part::Webhook | Part::FormerWebhook => "webhook",
        Part::Answer => "answer",
    };
    format!("{kind}:{row}")
}

async fn values(store: &Store) -> Vec<(Part, Value)> {
    let mut db = store.read().await.unwrap();
    let mut all = Vec::new();
    for part in Part::ALL {
        let some = sealed::without_mark(&mut db, part, "none begins so", "", 10_000).await.unwrap();
        all.extend(some.into_iter().map(|value| (part, value)));
    }
    all
}

/// Every secret of the record, opened.
async fn secrets(store: &Store, vault: &Vault) -> BTreeMap<(Part, String), String> {
    let opened = |(part, value): (Part, Value)| {
        let secret = vault.open(&place(part, &value.row), &value.sealed).unwrap();
        ((part, value.row), secret)
    };
    values(store).await.into_iter().map(opened).collect()
}

/// A record with secrets of every kind, some of them sealed before keys had names.
async fn world() -> (World, TempDir, Accepted) {
    let folder = tempfile::tempdir().unwrap();
    let mut w = World::new().await;
    w.app = w.app.clone().with_recordings(folder.path().join("recordings"));
    let signed = w.signed().await;
    let consultation = signed.consultation_id.unwrap();
    let accepted = w.accept(&w.approve(&w.claim(&signed).await).await).await;
    recordings::start(&w.app, &w.by(&w.specialist), consultation, Ok(())).await.unwrap();
    let listener = system(&w, &w.pharmacy).await;
    let Actor::PharmacySystem { system_id, .. } = listener else { panic!("{listener:?}") };
    let url = WebhookAddress { url: "https://pharmacy.example.org/yunzhen".to_owned() };
    pharmacy_systems::set_webhook(&w.app, &w.of(listener), system_id, url).await.unwrap();
    pharmacy_systems::rotate_webhook(&w.app, &w.of(listener), system_id).await.unwrap();

    let (staff_id, now) = (w.specialist.actor.staff_id().unwrap(), w.now());
    let mut tx = w.app.store.write().await.unwrap();
    let secret = vault().seal(&place(Part::SecondFactor, &staff_id.to_string()), &STANDARD.encode([5; 20])).unwrap();
    second_factors::put(&mut tx, &SecondFactor { staff_id, secret, made_at: now, last_step: 0 }).await.unwrap();
    for n in 0..ANSWERS {
        let key = format!("kept-{n}");
        let answer = vault().seal(&format!("answer:test:{key}"), "{\"pin\":\"1234\"}").unwrap();
        idempotency::remember(&mut tx, "test", &key, &[0; 32], 200, answer.as_kept(), now).await.unwrap();
        idempotency::mark_secret(&mut tx, "test", &key).await.unwrap();
    }
    tx.commit_bookkeeping("test").await.unwrap();
    for (table, column) in [("recordings", "sealed_key"), ("second_factors", "sealed_secret")] {
        w.behind_its_back(&format!("UPDATE {table} SET {column} = 'sealed1.' || substr({column}, 26)")).await;
    }
    (w, folder, accepted)
}

#[tokio::test]
async fn a_key_is_changed_and_the_old_one_goes_only_when_nothing_needs_it() {
    let (mut w, _folder, accepted) = world().await;
    let store = w.app.store.clone();
    let before = secrets(&store, &vault()).await;
    let parts: Vec<Part> = Part::ALL.into_iter().filter(|part| before.keys().any(|(of, _)| of == part)).collect();
    assert_eq!(parts, Part::ALL, "something of every kind");
    assert!(values(&store).await.iter().any(|(_, value)| value.sealed.as_kept().starts_with("sealed1.")));
    let both = Vault::with_older(NEW, &[OLD]).unwrap();
    assert_eq!(secrets(&store, &both).await, before);
    resealing::check(&store, &both, &[]).await.unwrap().unwrap();

    // Without the old key no relay starts, and it says what would be lost.
    let alone = Vault::from_key(NEW).unwrap();
    let said = resealing::check(&store, &alone, &[]).await.unwrap().unwrap_err().to_string();
    assert!(!said.contains("answers kept for a retry"), "those keep no relay from starting: {said}");
    let of_orders = format!("secrets of orders: 1 sealed with the key {}", key_id(&OLD));
    assert!(said.contains(&of_orders) && said.contains("`[keys] older`"), "{said}");
    assert!(said.contains("keys of recordings: 1 sealed with the key of before keys had names"), "{said}");

    let mut steps = Vec::new();
    let done = resealing::rotate(&store, &both, || w.now(), |so_far| steps.push(so_far)).await.unwrap();
    assert_eq!(done, Progress { resealed: before.len() as u64, closed: 0 });
    assert!(steps.len() > Part::ALL.len() && steps.windows(2).all(|two| two[0].resealed < two[1].resealed));
    assert_eq!(w.count(EventKind::SealingKeyTaken).await, steps.len(), "each transaction has its row");
    w.audited().await;
    assert_eq!(secrets(&store, &alone).await, before, "the same secrets, with the new key alone");
    resealing::check(&store, &alone, &[]).await.unwrap().unwrap();
    assert!(resealing::check(&store, &vault(), &[]).await.unwrap().is_err(), "and not with the old one");

    // Once more there is nothing to do, and nothing is written.
    let again = resealing::rotate(&store, &both, || w.now(), |_| panic!("a step")).await.unwrap();
    assert_eq!(again, Progress::default());
    assert_eq!(w.count(EventKind::SealingKeyTaken).await, steps.len());
    let mut lines = Vec::new();
    keys::status(&store, &both, |line| lines.push(line)).await.unwrap();
    assert!(lines.contains(&format!("key {} is not needed any more", key_id(&OLD))), "{lines:?}");

    // Care goes on with the new key alone: the order's secret is what it was, and so is the recording's key.
    w.app.vault = alone;
    w.dispense(&accepted).await;
    let orders = recordings::orders(&w.app, w.home_box.home_id).await.unwrap();
    assert_eq!(orders.len(), 1);
}

#[tokio::test]
async fn stopped_anywhere_every_secret_still_opens_and_the_next_run_goes_on() {
    let (w, _folder, _) = world().await;
    let store = w.app.store.clone();
    let before = secrets(&store, &vault()).await;
    let both = Vault::with_older(NEW, &[OLD]).unwrap();
    let (mut polls, mut reached) = (1, 0);
    loop {
        let done = stopped_after(polls, resealing::rotate(&store, &both, || w.now(), |_| {})).await;
        w.settled().await;
        assert_eq!(secrets(&store, &both).await, before, "after {polls} polls");
        let needs = resealing::needs(&store, &both).await.unwrap();
        let current: u64 = needs.iter().filter(|need| need.standing == Standing::Current).map(|need| need.values).sum();
        assert!(current >= reached, "nothing goes back: {current} after {reached}");
        reached = current;
        if let Some(done) = done {
            assert_eq!(done.unwrap().closed, 0);
            break;
        }
        polls += 1;
    }
    assert!(polls > 1, "it was stopped at least once");
    assert_eq!(reached, before.len() as u64);
    assert_eq!(secrets(&store, &Vault::from_key(NEW).unwrap()).await, before);
    w.audited().await;
}

#[tokio::test]
async fn what_no_key_opens_stays_as_it_is_and_holds_up_nothing_else() {
    let (w, _folder, _) = world().await;
    let store = w.app.store.clone();
    let foreign = Vault::from_key([9; 32]).unwrap();
    let lost = foreign.seal("webhook:nowhere", "x").unwrap();
    w.behind_its_back(&format!("UPDATE pharmacy_systems SET webhook_previous = '{}'", lost.as_kept())).await;
    let both = Vault::with_older(NEW, &[OLD]).unwrap();
    let mut lines = Vec::new();
    let left = keys::rotate(&store, &both, || w.now(), |line| lines.push(line)).await.unwrap_err();
    let KeysCommandError::Left(left) = left else { panic!("{left}") };
    assert!(
        left.contains(&format!("former secrets of webhooks: 1 sealed with the key {}", key_id(&[9; 32]))),
        "{left}"
    );
    assert!(!left.contains(&key_id(&OLD)), "all else is sealed anew: {left}");
    assert!(lines.iter().any(|line| line.starts_with("1 are opened by none")), "{lines:?}");
    let kept = values(&store).await.into_iter().find(|(part, _)| *part == Part::FormerWebhook).unwrap().1;
    assert_eq!(kept.sealed, lost);
}

#[tokio::test]
async fn an_answer_that_no_key_opens_keeps_no_relay_from_starting_and_a_lost_key_is_named() {
    let (w, _folder, _) = world().await;
    let store = w.app.store.clone();
    let (both, foreign) = (Vault::with_older(NEW, &[OLD]).unwrap(), Vault::from_key([9; 32]).unwrap());
    let lost = foreign.seal("answer:test:kept-7", "x").unwrap();
    w.behind_its_back(&format!("UPDATE idempotency SET answer = '{}' WHERE key = 'kept-7'", lost.as_kept())).await;
    let needs = resealing::needs(&store, &both).await.unwrap();
    assert!(needs.iter().any(|need| need.part == Part::Answer && need.standing == Standing::Missing), "{needs:?}");
    resealing::check(&store, &both, &[]).await.unwrap().unwrap();

    let lost = foreign.seal("webhook:nowhere", "x").unwrap();
    w.behind_its_back(&format!("UPDATE pharmacy_systems SET webhook_previous = '{}'", lost.as_kept())).await;
    let said = resealing::check(&store, &both, &[]).await.unwrap().unwrap_err().to_string();
    let id = key_id(&[9; 32]);
    assert!(said.contains(&format!("former secrets of webhooks: 1 sealed with the key {id}")), "{said}");
    assert!(said.contains(&format!("`[keys] start_without = [{id:?}]`")), "{said}");
    let another = resealing::check(&store, &both, &[key_id(&[10; 32])]).await.unwrap();
    assert!(another.is_err(), "the one that is lost has to be named");
    resealing::check(&store, &both, &[id]).await.unwrap().unwrap();
}

#[tokio::test]
async fn one_damaged_value_of_before_keys_had_names_does_not_pass_for_a_missing_key() {
    let (w, _folder, _) = world().await;
    let store = w.app.store.clone();
    let both = Vault::with_older(NEW, &[OLD]).unwrap();
    let (made_at, damaged) = (w.now(), Sealed::kept("sealed1.AAAA".to_owned()));
    let mut tx = store.write().await.unwrap();
    for person in [&w.nurse, &w.other_specialist] {
        let staff_id = person.actor.staff_id().unwrap();
        let factor = SecondFactor { staff_id, secret: damaged.clone(), made_at, last_step: 0 };
        second_factors::put(&mut tx, &factor).await.unwrap();
    }
    tx.commit_bookkeeping("test").await.unwrap();
    resealing::check(&store, &both, &[]).await.unwrap().unwrap();

    w.behind_its_back("UPDATE second_factors SET sealed_secret = 'sealed1.AAAA'").await;
    let said = resealing::check(&store, &both, &[]).await.unwrap().unwrap_err().to_string();
    assert!(said.contains("secrets of authenticator apps: 3 sealed with the key of before keys had names"), "{said}");
    assert!(said.contains("start_without = [\"nameless\"]"), "{said}");
    resealing::check(&store, &both, &["nameless".to_owned()]).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_value_that_was_changed_meanwhile_is_not_overwritten() {
    let (w, _folder, _) = world().await;
    let store = w.app.store.clone();
    for part in Part::ALL {
        let value = values(&store).await.into_iter().find(|(of, _)| *of == part).unwrap().1;
        let place = place(part, &value.row);
        let (newer, newest) = (vault().seal(&place, "newer").unwrap(), vault().seal(&place, "newest").unwrap());
        let mut tx = store.write().await.unwrap();
        assert!(sealed::replace(&mut tx, part, &value, &newer).await.unwrap(), "{part:?}");
        assert!(!sealed::replace(&mut tx, part, &value, &newest).await.unwrap(), "{part:?}");
        tx.commit_bookkeeping("test").await.unwrap();
        let all = values(&store).await;
        let kept: Vec<_> = all.iter().filter(|(of, kept)| *of == part && kept.row == value.row).collect();
        assert!(kept.len() == 1 && kept[0].1.sealed == newer, "{part:?}");
    }
}
