//! Wrong codes and secrets are counted and stop what they are tried on; what the courier sees of it carries nobody's name.

use jiff::SignedDuration;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::delivery::{DecisionCode, QuarantineReason, State};
use yunzhen_domain::machines::prescription;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{DecisionBody, Delivery, PickUpBody, RefusedCode};
use yunzhen_relay::app::views::prescriptions::Accepted;
use yunzhen_relay::app::{AppError, Context, deliveries, events, prescriptions};
use yunzhen_relay::seed;

use crate::world::{World, courier_of};

/// Well-formed, and of no parcel.
const WRONG: &str = "22222222";

async fn seen(w: &World, d: &Delivery) -> Delivery {
    deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap()
}

async fn release(w: &World, d: &Delivery) -> Delivery {
    let body = DecisionBody { version: d.version, code: DecisionCode::Verified, reason: "已电话核对".into() };
    deliveries::release(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap()
}

#[tokio::test]
async fn a_code_tried_six_times_is_refused_in_words_counted_and_stops_the_hand_over() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    for left in [4, 3, 2, 1] {
        let refused = w.receive(&d, WRONG, 7).await.unwrap_err();
        assert!(matches!(refused, AppError::WrongParcelCode { left: n } if n == left), "{refused:?}");
        let stored = seen(&w, &d).await;
        assert_eq!((stored.state, stored.version), (State::InTransit, d.version), "nothing but the count is stored");
    }
    let start = w.newest().await;
    let fifth = w.receive(&d, WRONG, 7).await.unwrap_err();
    let quarantined = |e: &AppError| matches!(e, AppError::Quarantined { reason: QuarantineReason::Identity });
    assert!(quarantined(&fifth), "{fifth:?}");
    let stopped = seen(&w, &d).await;
    assert_eq!((stored_state(&stopped), stopped.quarantine), (State::Quarantined, Some(QuarantineReason::Identity)));
    // Pharmacy, courier and nurse are told in the moment.
    for actor in [w.pharmacy.actor, courier_of(&d), w.nurse.actor] {
        let heard = events::after(&w.app, &w.of(actor), start).await.unwrap();
        assert!(heard.changes.iter().any(|c| c.kind == "delivery.quarantined"), "{actor:?}: {heard:?}");
    }
    // The sixth, and even the right one, wait for the pharmacy.
    assert!(quarantined(&w.receive(&stopped, WRONG, 7).await.unwrap_err()));
    assert!(quarantined(&w.receive(&stopped, &packed.parcel_code, 7).await.unwrap_err()));
    assert_eq!(w.count(EventKind::DeliveryCodeRefused).await, 6);
    // Its temperature has nothing to do with it.
    let body = DecisionBody { version: stopped.version, code: DecisionCode::Stable, reason: "可室温".into() };
    let unfit = deliveries::release(&w.app, &w.by(&w.pharmacy), stopped.id, body).await.unwrap_err();
    assert!(matches!(&unfit, AppError::Invalid(fields) if fields[0].message_en.contains("wrong codes")), "{unfit:?}");
    // The pharmacy lets it go on: the count begins anew.
    let released = release(&w, &stopped).await;
    assert_eq!((released.state, released.quarantine), (State::InTransit, None));
    let again = w.receive(&released, WRONG, 7).await.unwrap_err();
    assert!(matches!(again, AppError::WrongParcelCode { left: 4 }), "{again:?}");
    let done = w.receive(&released, &packed.parcel_code, 7).await.unwrap();
    assert_eq!(done.state, State::Received);
}

fn stored_state(d: &Delivery) -> State {
    d.state
}

#[tokio::test]
async fn a_forged_label_is_refused_and_counted_and_the_printed_one_is_taken() {
    let w = World::new().await;
    let packed = w.packed().await;
    let courier = courier_of(&packed.delivery);
    let body = VersionBody { version: packed.delivery.version };
    let d = deliveries::accept(&w.app, &w.of(courier), packed.delivery.id, body).await.unwrap();
    assert!(d.label.is_none(), "what the label says is read from the parcel");
    let forged = format!("{}00", &packed.label[..packed.label.len() - 2]);
    let forged = if forged == packed.label { format!("{}11", &forged[..forged.len() - 2]) } else { forged };
    let pick_up = |scan: &str| PickUpBody { version: d.version, scan: Some(scan.to_owned()), celsius: None };
    let other = w.packed().await.label;
    for scan in [forged.as_str(), other.as_str(), "https://example.org/parcel"] {
        let refused = deliveries::pick_up(&w.app, &w.of(courier), d.id, pick_up(scan)).await;
        assert!(matches!(refused, Err(AppError::WrongParcelCode { .. })), "{scan}");
    }
    assert_eq!(w.count(EventKind::DeliveryCodeRefused).await, 3);
    let d = deliveries::pick_up(&w.app, &w.of(courier), d.id, pick_up(&packed.label)).await.unwrap();
    assert_eq!(d.state, State::InTransit);
    // What was tried at the counter does not count at the door; the nurse may scan as well.
    assert!(matches!(w.receive(&d, WRONG, 7).await, Err(AppError::WrongParcelCode { left: 4 })));
    assert_eq!(w.receive(&d, &packed.label, 7).await.unwrap().state, State::Received);
}

#[tokio::test]
async fn a_wrong_secret_is_counted_and_throttled_and_a_repeated_right_one_gets_its_first_answer() {
    let w = World::new().await;
    let right = w.accept(&w.approved().await).await;
    let wrong = Accepted { secret: "x".repeat(43), prescription: right.prescription.clone() };
    for n in 0..5 {
        let refused = w.try_dispense(&wrong, 7).await;
        assert!(matches!(refused, Err(AppError::WrongSecret)), "try {n}");
    }
    assert_eq!(w.count(EventKind::PrescriptionSecretRefused).await, 5);
    let blocked = w.try_dispense(&right, 7).await;
    let Err(AppError::Throttled { retry_after }) = blocked else { panic!("not throttled: {blocked:?}") };
    assert_eq!(w.see(right.prescription.id).await.version, right.prescription.version, "nothing but the count");
    w.pass(retry_after + SignedDuration::from_secs(1));
    let dispensed = w.dispense(&right).await;
    // The reply was lost: the same command again is neither refused nor counted, even with the wait of others under way.
    let ctx = w.by(&w.pharmacy);
    let body = |secret: &str| yunzhen_relay::app::views::prescriptions::PackBody {
        version: dispensed.version,
        secret: secret.to_owned(),
        courier_name: "赵师傅".into(),
        courier_phone: "13800000000".into(),
    };
    let first = prescriptions::pack(&w.app, &ctx, dispensed.id, body(&right.secret)).await.unwrap();
    for _ in 0..3 {
        let again = prescriptions::pack(&w.app, &ctx, dispensed.id, body(&right.secret)).await.unwrap();
        assert_eq!(again.delivery.id, first.delivery.id);
    }
    assert_eq!(w.count(EventKind::PrescriptionSecretRefused).await, 5);
    assert_eq!(w.see(dispensed.id).await.state, prescription::State::Packed);
}

#[tokio::test]
async fn the_secret_of_another_order_is_as_wrong_as_a_made_up_one() {
    let w = World::new().await;
    let (one, other) = (w.accept(&w.approved().await).await, w.accept(&w.approved().await).await);
    for (mine, of) in [(&one, &other), (&other, &one)] {
        let swapped = Accepted { secret: of.secret.clone(), prescription: mine.prescription.clone() };
        assert!(matches!(w.try_dispense(&swapped, 7).await, Err(AppError::WrongSecret)));
        let stored = w.see(mine.prescription.id).await;
        assert_eq!((stored.version, stored.state), (mine.prescription.version, prescription::State::Dispensing));
    }
    assert_eq!(w.count(EventKind::PrescriptionSecretRefused).await, 2);
    w.dispense(&one).await;
    w.dispense(&other).await;
}

#[tokio::test]
async fn the_courier_s_timeline_names_nobody_of_the_staff() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 7).await.unwrap();
    let for_courier = deliveries::get(&w.app, &w.of(courier_of(&d)), d.id).await.unwrap();
    let names: Vec<_> = for_courier.timeline.iter().map(|step| step.who.as_deref()).collect();
    assert_eq!(names, [None, Some("赵师傅"), Some("赵师傅"), None], "pack, accept, pick up, receive");
    let for_pharmacy = seen(&w, &d).await;
    assert!(for_pharmacy.timeline.iter().all(|step| step.who.is_some()));
    let told = serde_json::to_string(&for_courier).unwrap();
    for name in ["王秀英", "prescription_id", "resident", "packs", "label"] {
        assert!(!told.contains(name), "{name}");
    }
}

/// The box of the first home.
fn the_box(w: &World) -> Context {
    w.of(Actor::Box { home_id: seed::HOME_1 })
}

#[tokio::test]
async fn codes_tried_without_a_link_count_with_those_tried_with_one_and_stop_the_hand_over() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let tried_at = w.now();
    assert!(matches!(w.receive(&d, WRONG, 7).await, Err(AppError::WrongParcelCode { left: 4 })));
    let known = async || deliveries::expected(&w.app, &the_box(&w)).await.unwrap().items[0].tries_left;
    assert_eq!(known().await, 4, "the box goes on counting where the relay is");
    w.pass(SignedDuration::from_hours(1));
    let tell = async |ctx: &Context| {
        deliveries::report_refused_code(&w.app, ctx, d.id, RefusedCode { at: tried_at.into() }).await
    };
    for left in [3, 2, 1] {
        let ctx = the_box(&w);
        assert_eq!(tell(&ctx).await.unwrap().tries_left, left);
        assert_eq!(tell(&ctx).await.unwrap().tries_left, left, "told again, it counts once");
    }
    assert_eq!((known().await, w.count(EventKind::DeliveryCodeRefused).await), (1, 4));
    // Nobody else tells of codes, not even of the same home.
    assert!(matches!(tell(&w.of(Actor::Box { home_id: seed::HOME_2 })).await, Err(AppError::NotFound)));
    for person in [&w.nurse, &w.pharmacy, &w.administrator] {
        assert!(matches!(tell(&w.by(person)).await, Err(AppError::NotFound | AppError::Forbidden)));
    }
    assert_eq!(w.count(EventKind::DeliveryCodeRefused).await, 4);
    let start = w.newest().await;
    assert_eq!(tell(&the_box(&w)).await.unwrap().tries_left, 0);
    let stopped = seen(&w, &d).await;
    assert_eq!((stopped.state, stopped.quarantine), (State::Quarantined, Some(QuarantineReason::Identity)));
    assert_eq!(stopped.timeline.last().unwrap().at.0, tried_at, "when it was tried, not when it was told");
    for actor in [w.pharmacy.actor, courier_of(&d), w.nurse.actor] {
        let heard = events::after(&w.app, &w.of(actor), start).await.unwrap();
        assert!(heard.changes.iter().any(|c| c.kind == "delivery.quarantined"), "{actor:?}: {heard:?}");
    }
    // What was tried after that is written down, and changes nothing more.
    assert_eq!(tell(&the_box(&w)).await.unwrap().tries_left, 0);
    assert_eq!((seen(&w, &d).await.version, w.count(EventKind::DeliveryCodeRefused).await), (stopped.version, 6));
    assert!(matches!(w.receive(&stopped, &packed.parcel_code, 7).await, Err(AppError::Quarantined { .. })));
    // A clock that is wrong by days makes no try undone.
    let released = release(&w, &stopped).await;
    let at = (w.now() + SignedDuration::from_hours(72)).into();
    let told = deliveries::report_refused_code(&w.app, &the_box(&w), d.id, RefusedCode { at }).await.unwrap();
    assert_eq!((told.tries_left, released.state), (4, State::InTransit));
}
