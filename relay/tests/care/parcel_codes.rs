//! Wrong codes and secrets are counted and stop what they are tried on; what the courier sees of it carries nobody's name.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::delivery::{QuarantineReason, State};
use yunzhen_domain::machines::prescription;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{Delivery, PickUpBody};
use yunzhen_relay::app::views::prescriptions::Accepted;
use yunzhen_relay::app::{AppError, deliveries, events, prescriptions};

use crate::world::{World, courier_of};

/// Well-formed, and of no parcel.
const WRONG: &str = "22222222";

async fn seen(w: &World, d: &Delivery) -> Delivery {
    deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap()
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
    // The pharmacy lets it go on: the count begins anew.
    let body = VersionBody { version: stopped.version };
    let released = deliveries::release(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap();
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
