//! A pharmacy's own system: credentials, orders that a named pharmacist answers for, and what it hears after a day without a link.

use jiff::SignedDuration;
use yunzhen_domain::access::Decision;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::DeclineCode;
use yunzhen_domain::{Actor, Role};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::pharmacy_api::{EventsQuery, Pharmacist, PharmacyEvent};
use yunzhen_relay::app::views::pharmacy_systems::{Credential, NewPharmacySystem};
use yunzhen_relay::app::views::prescribing::{AnswerBody, AskBody};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, NewPack, PackBody, PrescriptionQuery};
use yunzhen_relay::app::{AppError, Context, deliveries, pharmacy_api, pharmacy_systems, prescriptions};
use yunzhen_store::audit;

use crate::world::{Person, World};

/// The administrator makes credentials for the pharmacy of a person.
pub async fn credential(w: &World, of: &Person) -> Credential {
    let pharmacy_id = of.actor.pharmacy_id().expect("a pharmacy");
    let new = NewPharmacySystem { pharmacy_id, name: "药房收银系统".to_owned() };
    pharmacy_systems::make(&w.app, &w.by(&w.administrator), new).await.expect("made")
}

/// The same, and for whom it speaks.
pub async fn system(w: &World, of: &Person) -> Actor {
    let made = credential(w, of).await;
    pharmacy_systems::authenticate(&w.app, &made.credential, &w.entrance("here")).await.expect("let in")
}

fn pharmacist() -> Pharmacist {
    Pharmacist { name: "吴强".to_owned(), licence: "ZY-330106-0042".to_owned() }
}

/// A request of a system, with the pharmacist at the counter.
pub fn at_counter(w: &World, system: Actor) -> Context {
    pharmacy_api::answered_for(w.of(system), pharmacist()).expect("a name and a licence")
}

/// Everything that a system hears after an event, page by page.
async fn heard(w: &World, system: Actor, after: Option<String>) -> (Vec<PharmacyEvent>, String) {
    let (mut all, mut after) = (Vec::new(), after);
    loop {
        let page = pharmacy_api::events(&w.app, &w.of(system), EventsQuery { after }).await.expect("a page");
        all.extend(page.items);
        if !page.more {
            return (all, page.next);
        }
        after = Some(page.next);
    }
}

fn kinds(events: &[PharmacyEvent]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

#[tokio::test]
async fn a_system_fills_an_order_and_a_named_pharmacist_answers_for_it() {
    let w = World::new().await;
    let system = system(&w, &w.pharmacy).await;
    let offered = w.approved().await;
    let listed = prescriptions::list(&w.app, &w.of(system), PrescriptionQuery::default()).await.expect("a list");
    assert_eq!(listed.items.iter().map(|item| item.id).collect::<Vec<_>>(), [offered.id]);
    let seen = prescriptions::get(&w.app, &w.of(system), offered.id).await.expect("seen");
    assert_eq!((seen.allowed.as_slice(), seen.consultation_id), (&["accept".to_owned()][..], None));

    let version = VersionBody { version: offered.version };
    let nobody = prescriptions::accept(&w.app, &w.of(system), offered.id, version.clone()).await;
    assert!(matches!(nobody, Err(AppError::Invalid(_))), "{nobody:?}");
    let accepted = prescriptions::accept(&w.app, &at_counter(&w, system), offered.id, version).await.expect("accepted");
    let packs = vec![NewPack {
        item_no: 1,
        batch: "B2026-11".to_owned(),
        expiry: jiff::civil::date(2028, 1, 31),
        quantity: accepted.prescription.items[0].quantity,
        drug_id: None,
        substitution_reason: None,
    }];
    let dispense = |secret: &str| DispenseBody {
        version: accepted.prescription.version,
        secret: secret.to_owned(),
        packs: packs.clone(),
        part_reason: None,
    };
    let swapped = prescriptions::dispense(&w.app, &at_counter(&w, system), offered.id, dispense("another")).await;
    assert!(matches!(swapped, Err(AppError::WrongSecret)), "{swapped:?}");
    assert_eq!(w.count(EventKind::PrescriptionSecretRefused).await, 1);
    let dispensed = prescriptions::dispense(&w.app, &at_counter(&w, system), offered.id, dispense(&accepted.secret))
        .await
        .expect("dispensed");
    let body = PackBody {
        version: dispensed.version,
        secret: accepted.secret.clone(),
        courier_name: "赵师傅".to_owned(),
        courier_phone: "13800000000".to_owned(),
    };
    let packed = prescriptions::pack(&w.app, &at_counter(&w, system), offered.id, body).await.expect("packed");
    let who: Vec<_> = packed.prescription.timeline.iter().rev().take(3).map(|step| step.who.as_deref()).collect();
    assert_eq!(who, [Some("吴强（ZY-330106-0042）"); 3]);
    let back = VersionBody { version: packed.delivery.version };
    let back =
        deliveries::take_back(&w.app, &at_counter(&w, system), packed.delivery.id, back.into()).await.expect("back");
    assert_eq!(back.timeline.last().and_then(|step| step.who.as_deref()), Some("吴强（ZY-330106-0042）"));

    let mut db = w.app.store.read().await.expect("read");
    let rows = audit::after(&mut db, 0, 10_000).await.expect("rows");
    let packing = rows.iter().find(|row| row.fact.kind == EventKind::PrescriptionPacked).expect("a row");
    assert_eq!((packing.fact.actor.role, packing.fact.actor.id), (Role::PharmacySystem, system.reference().id));
}

#[tokio::test]
async fn an_order_of_another_pharmacy_does_not_exist() {
    let w = World::new().await;
    let (mine, theirs) = (system(&w, &w.pharmacy).await, system(&w, &w.other_pharmacy).await);
    let packed = w.packed().await;
    let id = packed.prescription.id;
    assert!(prescriptions::get(&w.app, &w.of(mine), id).await.is_ok());
    let seen = prescriptions::get(&w.app, &w.of(theirs), id).await;
    assert!(matches!(seen, Err(AppError::NotFound)), "{seen:?}");
    let body = DeclineBody { version: packed.prescription.version, code: DeclineCode::OutOfStock, reason: None };
    let declined = prescriptions::decline(&w.app, &at_counter(&w, theirs), id, body).await;
    assert!(matches!(declined, Err(AppError::NotFound)), "{declined:?}");
    let parcel = deliveries::get(&w.app, &w.of(theirs), packed.delivery.id).await;
    assert!(matches!(parcel, Err(AppError::NotFound)), "{parcel:?}");
}

#[tokio::test]
async fn a_question_from_the_counter_is_answered_and_shown_to_who_asked() {
    let w = World::new().await;
    let system = system(&w, &w.pharmacy).await;
    let accepted = w.accept(&w.approved().await).await;
    let id = accepted.prescription.id;
    let body = AskBody { version: accepted.prescription.version, question: "可否分次发药？".to_owned() };
    let asked = prescriptions::ask(&w.app, &at_counter(&w, system), id, body).await.expect("asked");
    let answer = AnswerBody { version: asked.version, answer: "可以".to_owned() };
    prescriptions::answer(&w.app, &w.by(&w.specialist), id, answer).await.expect("answered");
    let seen = prescriptions::get(&w.app, &w.of(system), id).await.expect("seen");
    let q = &seen.questions[0];
    assert_eq!(
        (q.asked_by.as_str(), q.from_pharmacy, q.answer.as_deref()),
        ("吴强（ZY-330106-0042）", true, Some("可以"))
    );
    let (events, _) = heard(&w, system, None).await;
    assert_eq!(kinds(&events), ["order.offered", "order.accepted", "order.asked", "order.answered"]);
}

#[tokio::test]
async fn who_was_offline_for_a_day_catches_up_and_dispenses_nothing_that_was_cancelled() {
    let w = World::new().await;
    let (mine, theirs) = (system(&w, &w.pharmacy).await, system(&w, &w.other_pharmacy).await);
    let (_, last_seen) = heard(&w, mine, None).await;
    let accepted = w.accept(&w.approved().await).await;
    let id = accepted.prescription.id;
    w.pass(SignedDuration::from_hours(2));
    w.cancel(id, accepted.prescription.version).await.expect("cancelled");
    w.pass(SignedDuration::from_hours(22));

    let (events, next) = heard(&w, mine, Some(last_seen)).await;
    assert_eq!(kinds(&events), ["order.offered", "order.accepted", "order.cancelled"]);
    assert!(events.iter().all(|event| event.order_id == Some(id)));
    let (again, _) = heard(&w, mine, Some(next)).await;
    assert!(again.is_empty(), "nothing is told twice after the cursor: {again:?}");
    let body = DispenseBody {
        version: accepted.prescription.version,
        secret: accepted.secret.clone(),
        packs: vec![NewPack {
            item_no: 1,
            batch: "B2026-11".to_owned(),
            expiry: jiff::civil::date(2028, 1, 31),
            quantity: accepted.prescription.items[0].quantity,
            drug_id: None,
            substitution_reason: None,
        }],
        part_reason: None,
    };
    let late = prescriptions::dispense(&w.app, &at_counter(&w, mine), id, body.clone()).await;
    assert!(matches!(late, Err(AppError::Stale { .. })), "{late:?}");
    let seen = prescriptions::get(&w.app, &w.of(mine), id).await.expect("still seen");
    let late =
        prescriptions::dispense(&w.app, &at_counter(&w, mine), id, DispenseBody { version: seen.version, ..body })
            .await;
    assert!(matches!(late, Err(AppError::NotPossible(_))), "{late:?}");
    // The other pharmacy saw the offer and hears that it is gone, and nothing of what became of it.
    let (events, _) = heard(&w, theirs, None).await;
    assert_eq!(kinds(&events), ["order.offered", "order.taken"]);
}

#[tokio::test]
async fn a_cursor_of_the_future_or_of_nobody_is_refused() {
    let w = World::new().await;
    let system = system(&w, &w.pharmacy).await;
    for after in ["evt_999999", "evt_-1", "evt_", "42", "x"] {
        let query = EventsQuery { after: Some(after.to_owned()) };
        let refused = pharmacy_api::events(&w.app, &w.of(system), query).await;
        assert!(matches!(refused, Err(AppError::BadCursor)), "{after}: {refused:?}");
    }
}

#[tokio::test]
async fn a_secret_is_changed_with_an_overlap_and_a_revoked_one_opens_nothing() {
    let w = World::new().await;
    let made = credential(&w, &w.pharmacy).await;
    let enter =
        async |credential: &str| pharmacy_systems::authenticate(&w.app, credential, &w.entrance("counter")).await;
    assert!(enter(&made.credential).await.is_ok());
    let rotated = pharmacy_systems::rotate(&w.app, &w.by(&w.administrator), made.id).await.expect("rotated");
    assert_ne!(made.credential, rotated.credential);
    assert!(enter(&made.credential).await.is_ok() && enter(&rotated.credential).await.is_ok());
    w.pass(SignedDuration::from_hours(i64::from(w.app.policy.pharmacy_secret_overlap_hours) + 1));
    let old = enter(&made.credential).await;
    assert!(matches!(old, Err(AppError::BadPharmacyCredential)), "{old:?}");
    assert!(enter(&rotated.credential).await.is_ok());
    pharmacy_systems::revoke(&w.app, &w.by(&w.administrator), made.id).await.expect("revoked");
    let revoked = enter(&rotated.credential).await;
    assert!(matches!(revoked, Err(AppError::BadPharmacyCredential)), "{revoked:?}");
    assert_eq!(w.count(EventKind::PharmacySystemRefused).await, 2);
    // Another's id with one's own secret is nobody.
    let other = credential(&w, &w.other_pharmacy).await;
    let secret = other.credential.split_once('.').expect("a dot").1;
    let swapped = enter(&format!("{}.{secret}", made.id)).await;
    assert!(matches!(swapped, Err(AppError::BadPharmacyCredential)), "{swapped:?}");
}

#[tokio::test]
async fn guessing_becomes_slow_where_it_happens_and_shuts_nobody_else_out() {
    let w = World::new().await;
    let made = credential(&w, &w.pharmacy).await;
    let wrong = format!("{}.{}", made.id, "guess");
    let mut last = None;
    for _ in 0..=w.app.policy.free_tries_per_account {
        last = Some(pharmacy_systems::authenticate(&w.app, &wrong, &w.entrance("elsewhere")).await);
    }
    assert!(matches!(last, Some(Err(AppError::Throttled { .. }))), "{last:?}");
    let there = pharmacy_systems::authenticate(&w.app, &made.credential, &w.entrance("elsewhere")).await;
    assert!(matches!(there, Err(AppError::Throttled { .. })), "{there:?}");
    let counter = pharmacy_systems::authenticate(&w.app, &made.credential, &w.entrance("counter")).await;
    assert!(counter.is_ok(), "{counter:?}");
}

#[tokio::test]
async fn only_an_administrator_makes_credentials() {
    let w = World::new().await;
    let pharmacy_id = w.pharmacy.actor.pharmacy_id().expect("a pharmacy");
    let system = system(&w, &w.pharmacy).await;
    for actor in [w.pharmacy.actor, w.specialist.actor, w.nurse.actor, system] {
        let new = NewPharmacySystem { pharmacy_id, name: "x".to_owned() };
        let refused = pharmacy_systems::make(&w.app, &w.of(actor), new).await;
        assert!(matches!(refused, Err(AppError::NotFound)), "{refused:?}");
    }
    let reach = |actor: &Actor| {
        yunzhen_domain::access::decide(actor, yunzhen_domain::access::Action::UsePharmacyApi, &Default::default())
    };
    assert_eq!((reach(&system), reach(&w.pharmacy.actor)), (Decision::Allow, Decision::Hide));
}
