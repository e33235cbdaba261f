//! A cold parcel stays between two and eight degrees, or is not handed over.

use jiff::SignedDuration;
use yunzhen_domain::Role;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::door_to_dose::{Next, Reason, Turn};
use yunzhen_domain::machines::delivery::{DecisionCode, QuarantineReason, State};
use yunzhen_domain::machines::discrepancy::Cause;
use yunzhen_domain::machines::prescription;
use yunzhen_domain::records::Count;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::{
    DecisionBody, Delivery, NewTemperature, PickUpBody, ReceiveBody, TakeBackBody,
};
use yunzhen_relay::app::views::prescriptions::Packed;
use yunzhen_relay::app::{AppError, deliveries, events};

use crate::world::{World, courier_of, draft};

async fn packed(w: &World) -> Packed {
    let c = w.in_progress("王秀英").await;
    let mut insulin = draft("E11.9", &[("insulin-glargine-300u", 7)]);
    insulin.hard_stop_reason = Some("专科随访中".into());
    let p = w.draft(c.id, insulin).await;
    let p = w.try_sign(&p).await.unwrap();
    let accepted = w.accept(&w.approve(&w.claim(&p).await).await).await;
    let dispensed = w.dispense(&accepted).await;
    w.pack(&dispensed, &accepted.secret).await
}

async fn measure(w: &World, d: &Delivery, celsius: f64, ago: SignedDuration) -> Result<Delivery, AppError> {
    let measured_at = (w.now() - ago).into();
    deliveries::record_temperature(&w.app, &w.of(courier_of(d)), d.id, NewTemperature { celsius, measured_at }).await
}

async fn release(w: &World, d: &Delivery, code: DecisionCode, reason: &str) -> Result<Delivery, AppError> {
    let body = DecisionBody { version: d.version, code, reason: reason.to_owned() };
    deliveries::release(&w.app, &w.by(&w.pharmacy), d.id, body).await
}

async fn turn_back(w: &World, d: &Delivery, code: DecisionCode, reason: &str) -> Result<Delivery, AppError> {
    let body = DecisionBody { version: d.version, code, reason: reason.to_owned() };
    deliveries::turn_back(&w.app, &w.by(&w.pharmacy), d.id, body).await
}

async fn receive(w: &World, d: &Delivery, packed: &Packed, celsius: Option<f64>) -> Result<Delivery, AppError> {
    let quantity = packed.delivery.packs.as_ref().unwrap()[0].quantity;
    let counts = vec![Count { item_no: 1, quantity, damaged: 0 }];
    let body =
        ReceiveBody { version: d.version, parcel_code: packed.parcel_code.clone(), counts, comment: None, celsius };
    deliveries::receive(&w.app, &w.by(&w.nurse), d.id, body).await
}

#[tokio::test]
async fn a_series_in_range_is_kept_in_the_order_of_measuring_and_the_nurse_has_to_measure_as_well() {
    let w = World::new().await;
    let packed = packed(&w).await;
    assert!(packed.delivery.cold_chain);
    let d = w.on_the_road(&packed.delivery).await;
    w.pass(SignedDuration::from_hours(1));
    measure(&w, &d, 5.0, SignedDuration::ZERO).await.unwrap();
    // Measured earlier, heard of later: it is sorted in.
    let d = measure(&w, &d, 4.0, SignedDuration::from_mins(30)).await.unwrap();
    let series: Vec<_> = d.temperatures.iter().map(|t| (t.celsius, t.by, t.out_of_range)).collect();
    assert_eq!(series, [(4.0, Role::Courier, false), (5.0, Role::Courier, false)]);
    let unmeasured = receive(&w, &d, &packed, None).await.unwrap_err();
    assert!(matches!(&unmeasured, AppError::Invalid(fields) if fields[0].path == "celsius"), "{unmeasured:?}");
    let done = receive(&w, &d, &packed, Some(6.5)).await.unwrap();
    assert_eq!((done.state, done.temperatures.len()), (State::Received, 3));
}

#[tokio::test]
async fn an_excursion_stops_the_hand_over_in_the_transaction_that_keeps_it_and_only_the_pharmacy_lets_it_go_on() {
    let w = World::new().await;
    for celsius in [1.9, 8.1] {
        let packed = packed(&w).await;
        let d = w.on_the_road(&packed.delivery).await;
        let d = measure(&w, &d, celsius, SignedDuration::ZERO).await.unwrap();
        assert_eq!((d.state, d.quarantine), (State::Quarantined, Some(QuarantineReason::Temperature)), "{celsius}");
        assert!(d.temperatures.last().unwrap().out_of_range);
        let stopped = receive(&w, &d, &packed, Some(5.0)).await.unwrap_err();
        assert!(matches!(stopped, AppError::Quarantined { reason: QuarantineReason::Temperature }), "{stopped:?}");
        let released = release(&w, &d, DecisionCode::Misread, "复测 5.0 °C").await.unwrap();
        assert_eq!(receive(&w, &released, &packed, Some(5.0)).await.unwrap().state, State::Received);
    }
    assert_eq!(w.count(EventKind::DeliveryQuarantined).await, 2);
}

/// Whoever pressed the button let a warm insulin go on, and nobody could read why.
#[tokio::test]
async fn a_parcel_is_let_go_on_for_a_reason_that_nurse_and_pharmacy_read_and_the_courier_as_a_code() {
    let w = World::new().await;
    let packed = packed(&w).await;
    let d = w.on_the_road(&packed.delivery).await;
    let d = measure(&w, &d, 11.0, SignedDuration::ZERO).await.unwrap();
    for (code, words, wrong) in [
        (DecisionCode::Stable, "  ", "reason"),
        (DecisionCode::Unfit, "超温一小时", "code"),
        (DecisionCode::WrongContent, "装错", "code"),
        // As a pharmacy's own system sends it: checked it is, and too warm.
        (DecisionCode::Verified, "已电话核对", "code"),
    ] {
        let refused = release(&w, &d, code, words).await.unwrap_err();
        assert!(matches!(&refused, AppError::Invalid(fields) if fields[0].path == wrong), "{code}: {refused:?}");
    }
    assert_eq!(w.count(EventKind::DeliveryReleased).await, 0);
    let d = release(&w, &d, DecisionCode::Stable, "说明书：25 °C 以下可放 4 周").await.unwrap();
    assert_eq!((d.state, d.quarantine), (State::InTransit, None));
    for (reader, words) in [(w.pharmacy.actor, true), (w.nurse.actor, true), (courier_of(&d), false)] {
        let seen = deliveries::get(&w.app, &w.of(reader), d.id).await.unwrap();
        let told: Vec<_> =
            seen.decisions.iter().map(|one| (one.step.as_str(), one.code, one.words.is_some())).collect();
        assert_eq!(told, [("release", DecisionCode::Stable, words)], "{:?}", reader.role());
    }
    assert_eq!(w.count(EventKind::DeliveryReleased).await, 1);
}

/// The screen said to call the parcel back, and had no button for it.
#[tokio::test]
async fn a_parcel_that_the_pharmacy_has_brought_back_is_told_to_its_courier_and_comes_into_quarantine() {
    let w = World::new().await;
    let packed = packed(&w).await;
    let d = w.on_the_road(&packed.delivery).await;
    let d = measure(&w, &d, 11.0, SignedDuration::ZERO).await.unwrap();
    let start = w.newest().await;
    let refused = turn_back(&w, &d, DecisionCode::Stable, "可以用").await.unwrap_err();
    assert!(matches!(&refused, AppError::Invalid(fields) if fields[0].path == "code"), "{refused:?}");
    let d = turn_back(&w, &d, DecisionCode::Unfit, "超温一小时，不能用").await.unwrap();
    assert_eq!((d.state, d.set_apart), (State::Returning, true));
    assert_eq!(d.allowed, ["take-back", "lose"]);
    let heard = events::after(&w.app, &w.of(courier_of(&d)), start).await.unwrap().changes;
    assert!(heard.iter().any(|change| change.kind == "delivery.turned_back"), "{heard:?}");
    let seen = deliveries::get(&w.app, &w.of(courier_of(&d)), d.id).await.unwrap();
    assert_eq!((seen.state, seen.decisions[0].code), (State::Returning, DecisionCode::Unfit));
    assert!(seen.allowed.is_empty(), "{:?}", seen.allowed);
    let stopped = receive(&w, &d, &packed, Some(5.0)).await.unwrap_err();
    assert!(matches!(stopped, AppError::NotPossible(_)), "nobody counts it any more: {stopped:?}");
    let chain = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    assert_eq!((chain.turn, chain.next, chain.reason), (Turn::Pharmacy, Next::TakeBack, Some(Reason::Temperature)));
    let body = TakeBackBody { version: d.version, destroyed: false };
    let d = deliveries::take_back(&w.app, &w.by(&w.pharmacy), d.id, body).await.unwrap();
    assert_eq!(d.state, State::Returned);
    assert_eq!(
        w.see(packed.prescription.id).await.state,
        prescription::State::Returned,
        "the next pharmacy may take it"
    );
}

#[tokio::test]
async fn only_the_pharmacy_of_the_parcel_has_it_brought_back_and_only_on_the_road() {
    let w = World::new().await;
    let packed = packed(&w).await;
    let body =
        |d: &Delivery| DecisionBody { version: d.version, code: DecisionCode::Other, reason: "请带回".into() };
    let at_counter = turn_back(&w, &packed.delivery, DecisionCode::Other, "请带回").await.unwrap_err();
    assert!(matches!(at_counter, AppError::NotPossible(_)), "{at_counter:?}");
    let d = w.on_the_road(&packed.delivery).await;
    let hidden = deliveries::turn_back(&w.app, &w.by(&w.other_pharmacy), d.id, body(&d)).await;
    assert!(matches!(hidden, Err(AppError::NotFound)), "{hidden:?}");
    for other in [w.nurse.actor, courier_of(&d)] {
        let refused = deliveries::turn_back(&w.app, &w.of(other), d.id, body(&d)).await;
        assert!(matches!(refused, Err(AppError::Forbidden)), "{:?}: {refused:?}", other.role());
    }
    assert!(d.allowed.is_empty() || !d.allowed.contains(&"turn-back".to_owned()), "the courier gives it back");
    let seen = deliveries::get(&w.app, &w.by(&w.pharmacy), d.id).await.unwrap();
    assert_eq!(seen.allowed, ["turn-back", "lose"]);
    let again = turn_back(&w, &d, DecisionCode::Undeliverable, "电梯停运，明天再送").await.unwrap();
    let chain = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    assert_eq!((chain.next, chain.reason), (Next::TakeBack, Some(Reason::TurnedBack)));
    assert_eq!(again.state, State::Returning);
}

#[tokio::test]
async fn the_edges_of_the_range_are_within_it_and_nonsense_is_no_temperature() {
    let w = World::new().await;
    let packed = packed(&w).await;
    let d = w.on_the_road(&packed.delivery).await;
    for celsius in [2.0, 8.0] {
        assert_eq!(measure(&w, &d, celsius, SignedDuration::ZERO).await.unwrap().state, State::InTransit);
    }
    for celsius in [-100.0, 850.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(measure(&w, &d, celsius, SignedDuration::ZERO).await, Err(AppError::Invalid(_))), "{celsius}");
    }
    let tomorrow = -SignedDuration::from_hours(24);
    assert!(matches!(measure(&w, &d, 5.0, tomorrow).await, Err(AppError::Invalid(_))), "in the future");
    let before = SignedDuration::from_hours(24);
    assert!(matches!(measure(&w, &d, 5.0, before).await, Err(AppError::Invalid(_))), "before there was a parcel");
    let warm = w.packed().await;
    let refused = measure(&w, &warm.delivery, 5.0, SignedDuration::ZERO).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "a parcel that need not be cold has no series");
}

#[tokio::test]
async fn too_warm_at_the_counter_or_at_the_door_is_not_handed_over() {
    let w = World::new().await;
    let first = packed(&w).await;
    let courier = courier_of(&first.delivery);
    let body = VersionBody { version: first.delivery.version };
    let d = deliveries::accept(&w.app, &w.of(courier), first.delivery.id, body).await.unwrap();
    let body = PickUpBody { version: d.version, scan: Some(first.label.clone()), celsius: Some(12.0) };
    let d = deliveries::pick_up(&w.app, &w.of(courier), d.id, body).await.unwrap();
    assert_eq!((d.state, d.quarantine), (State::Quarantined, Some(QuarantineReason::Temperature)));

    let second = packed(&w).await;
    let d = w.on_the_road(&second.delivery).await;
    let d = receive(&w, &d, &second, Some(11.0)).await.unwrap();
    assert_eq!((d.state, d.quarantine), (State::Quarantined, Some(QuarantineReason::Temperature)));
    assert_eq!(d.temperatures.last().map(|t| (t.by, t.out_of_range)), Some((Role::Nurse, true)));
}

#[tokio::test]
async fn a_reading_that_comes_after_the_count_becomes_a_task_of_the_pharmacy() {
    let w = World::new().await;
    let packed = packed(&w).await;
    let d = w.on_the_road(&packed.delivery).await;
    w.pass(SignedDuration::from_hours(1));
    let done = receive(&w, &d, &packed, Some(5.0)).await.unwrap();
    assert_eq!(done.state, State::Received);
    // The courier's telephone had no signal at half way.
    measure(&w, &d, 14.0, SignedDuration::from_mins(30)).await.unwrap();
    let seen = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert_eq!(seen.state, State::Received);
    assert_eq!(seen.discrepancies.iter().map(|t| t.cause).collect::<Vec<_>>(), [Cause::Temperature]);
    measure(&w, &d, 15.0, SignedDuration::from_mins(20)).await.unwrap();
    let seen = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert_eq!(seen.discrepancies.len(), 1, "one task, however many readings");
}
