//! Short or damaged opens a task with the real quantities; the pharmacy settles it and the nurse sees how.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::door_to_dose::{Next, Reason, Turn};
use yunzhen_domain::machines::discrepancy::{Cause, Resolution, State};
use yunzhen_domain::machines::{dispense, prescription};
use yunzhen_domain::records::{Count, PartReason};
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::deliveries::ReceiveBody;
use yunzhen_relay::app::views::discrepancies::{DiscrepancyQuery, ResolveBody};
use yunzhen_relay::app::views::prescriptions::{Accepted, DispenseBody, NewPack, Prescription};
use yunzhen_relay::app::{AppError, deliveries, discrepancies, dispenses, prescriptions, stock};

use crate::world::{World, courier_of};

#[tokio::test]
async fn a_short_count_is_settled_by_the_pharmacy_and_the_nurse_sees_it() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    let d = w.receive(&d, &packed.parcel_code, 5).await.unwrap();
    let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
    let for_nurse = discrepancies::list(&w.app, &w.by(&w.nurse), open.clone()).await.unwrap().items;
    let [task] = for_nurse.as_slice() else { panic!("{for_nurse:?}") };
    assert_eq!((task.state, task.cause, task.delivery_id), (State::Open, Cause::Count, d.id));
    let line = &task.lines[0];
    assert_eq!((line.item_no, line.expected, line.arrived, line.damaged), (1, 7, 5, 0));
    assert_eq!(line.strength.as_deref(), Some("5 mg"), "two strengths of one medicine have one name");
    assert!(task.allowed.is_empty(), "the nurse sees it and the pharmacy settles it");

    let body =
        |version| ResolveBody { version, resolution: Resolution::Resent, note: Some("明天上午补送".into()) };
    let by_nurse = discrepancies::resolve(&w.app, &w.by(&w.nurse), task.id, body(task.version)).await;
    assert!(matches!(by_nurse, Err(AppError::Forbidden)));
    let stranger = discrepancies::resolve(&w.app, &w.by(&w.other_pharmacy), task.id, body(task.version)).await;
    assert!(matches!(stranger, Err(AppError::NotFound)));
    let courier = discrepancies::get(&w.app, &w.of(courier_of(&packed.delivery)), task.id).await;
    assert!(matches!(courier, Err(AppError::NotFound)));
    let ctx = w.by(&w.pharmacy);
    let settled = discrepancies::resolve(&w.app, &ctx, task.id, body(task.version)).await.unwrap();
    let again = discrepancies::resolve(&w.app, &ctx, task.id, body(task.version)).await.unwrap();
    assert_eq!(settled, again, "the reply was lost");
    assert_eq!((settled.state, settled.resolution), (State::Resolved, Some(Resolution::Resent)));
    assert_eq!(settled.lines, task.lines);
    let twice = discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body(settled.version)).await;
    assert!(matches!(twice, Err(AppError::NotPossible(_))));
    let seen = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert_eq!(seen.discrepancies[0].note.as_deref(), Some("明天上午补送"));
    assert_eq!(seen.discrepancies[0].lines, task.lines);
    assert!(seen.discrepancies[0].resolved_by.is_some());
    assert!(discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_complete_count_opens_nothing() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 7).await.unwrap();
    let all = discrepancies::list(&w.app, &w.by(&w.pharmacy), Default::default()).await.unwrap();
    assert!(all.items.is_empty());
}

/// A count of 10^9 was stored, and the home's supply lasted as long; what was too many read "short or damaged".
#[tokio::test]
async fn a_slip_of_the_finger_is_refused_and_what_is_too_many_is_told_as_that() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    for typed in [68, 1_000_000_000, u32::MAX] {
        let refused = w.receive(&d, &packed.parcel_code, typed).await;
        assert!(
            matches!(&refused, Err(AppError::Invalid(fields)) if fields[0].path == "counts[0].quantity"),
            "{refused:?}"
        );
    }
    let stored = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert_eq!((stored.state, stored.version), (d.state, d.version), "nothing is stored");

    let counted = w.receive(&d, &packed.parcel_code, 8).await.unwrap();
    assert_eq!(counted.discrepancies.iter().map(|task| task.cause).collect::<Vec<_>>(), [Cause::Count]);
    let chain = w.see(packed.prescription.id).await.door_to_dose.unwrap();
    assert_eq!((chain.turn, chain.next, chain.reason), (Turn::Pharmacy, Next::Settle, Some(Reason::Surplus)));
    let beside = chain.rest.unwrap();
    assert_eq!((beside.turn, beside.next), (Turn::Nurse, Next::Give), "what was counted is given all the same");
}

/// Settles the only thing that is open of the order, and looks at the order.
async fn settle(w: &World, how: Resolution) -> Prescription {
    let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
    let task = discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.remove(0);
    let body = ResolveBody { version: task.version, resolution: how, note: None };
    discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body).await.unwrap();
    prescriptions::get(&w.app, &w.by(&w.pharmacy), task.prescription_id).await.unwrap()
}

#[tokio::test]
async fn what_is_refunded_written_off_or_explained_ends_the_order_and_what_is_sent_again_is_owed() {
    for how in Resolution::ALL.iter().copied() {
        let w = World::new().await;
        let packed = w.packed().await;
        let d = w.on_the_road(&packed.delivery).await;
        w.receive(&d, &packed.parcel_code, 5).await.unwrap();
        let order = settle(&w, how).await;
        let owed = order.items[0].owed;
        if how == Resolution::Resent {
            assert_eq!((order.state, owed), (prescription::State::Dispensing, 2));
            assert!(order.allowed.contains(&"dispense".to_owned()));
            assert_eq!(w.count(EventKind::PrescriptionClosed).await, 0);
            continue;
        }
        assert_eq!((order.state, owed), (prescription::State::Delivered, 0), "{how:?}");
        assert_eq!(order.timeline.last().map(|step| step.step.as_str()), Some("close"));
        assert!(!order.allowed.iter().any(|one| ["decline", "dispense", "pack"].contains(&one.as_str())));
        assert_eq!(w.count(EventKind::PrescriptionClosed).await, 1);
    }
}

#[tokio::test]
async fn nothing_that_arrived_whole_is_not_told_as_delivered_when_it_is_refunded() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 0).await.unwrap();
    let order = settle(&w, Resolution::Refunded).await;
    assert_eq!(order.state, prescription::State::Cancelled);
    assert_eq!(w.see(order.id).await.timeline.last().map(|step| step.step.clone()), Some("close_unsupplied".into()));
}

#[tokio::test]
async fn a_settlement_closes_what_was_missing_and_not_what_was_never_sent() {
    let w = World::new().await;
    let accepted = w.accept(&w.approved().await).await;
    let id = accepted.prescription.id;
    let pack = |quantity| NewPack {
        item_no: 1,
        batch: "B2026-11".to_owned(),
        expiry: jiff::civil::date(2028, 1, 31),
        quantity,
        drug_id: None,
        substitution_reason: None,
    };
    let body = |version, quantity, part: bool| DispenseBody {
        version,
        secret: accepted.secret.clone(),
        packs: vec![pack(quantity)],
        part_reason: part.then_some(PartReason::OutOfStock),
    };
    let part = body(accepted.prescription.version, 4, true);
    let part = prescriptions::dispense(&w.app, &w.by(&w.pharmacy), id, part).await.unwrap();
    let packed = w.pack(&part, &accepted.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    let counts = vec![Count { item_no: 1, quantity: 4, damaged: 1 }];
    let parcel_code = packed.parcel_code.clone();
    let count = ReceiveBody { version: d.version, parcel_code, counts, comment: None, celsius: None };
    deliveries::receive(&w.app, &w.by(&w.nurse), d.id, count).await.unwrap();
    // The whole rest is picked already when the broken one is written off: it goes back, and less is picked.
    let rest = body(w.see(id).await.version, 4, false);
    prescriptions::dispense(&w.app, &w.by(&w.pharmacy), id, rest).await.unwrap();
    let on_hand = async || stock::list(&w.app, &w.by(&w.pharmacy), Default::default()).await.unwrap().items;
    let there = |shelf: Vec<yunzhen_relay::app::views::stock::Stock>| {
        shelf.iter().filter(|s| s.drug_id.0 == "amlodipine-5mg").map(|s| s.on_hand).sum::<i64>()
    };
    let picked = there(on_hand().await);
    let order = settle(&w, Resolution::WrittenOff).await;
    assert_eq!((order.state, order.items[0].owed), (prescription::State::Dispensing, 3));
    assert_eq!(order.items[0].closed, 1, "it did not arrive, though it is not owed any more");
    assert_eq!(there(on_hand().await), picked + 4);
    let rest = body(order.version, 3, false);
    let rest = prescriptions::dispense(&w.app, &w.by(&w.pharmacy), id, rest).await.unwrap();
    let packed = w.pack(&rest, &accepted.secret).await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 3).await.unwrap();
    assert_eq!(w.see(id).await.state, prescription::State::Delivered);
    let fillings = dispenses::list(&w.app, &w.by(&w.pharmacy), id).await.unwrap().items;
    assert!(fillings.iter().all(|one| one.state == dispense::State::Completed), "{fillings:?}");
}

#[tokio::test]
async fn what_is_in_a_parcel_again_is_not_refunded_beside_it_and_the_order_ends_either_way() {
    for comes_back in [false, true] {
        let w = World::new().await;
        let accepted = w.accept(&w.approved().await).await;
        let id = accepted.prescription.id;
        let first = w.pack(&w.dispense(&accepted).await, &accepted.secret).await;
        let d = w.on_the_road(&first.delivery).await;
        w.receive(&d, &first.parcel_code, 5).await.unwrap();
        let owed = Accepted { prescription: w.see(id).await, ..accepted };
        let again = w.pack(&w.try_dispense(&owed, 2).await.unwrap(), &owed.secret).await;
        let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
        let task = discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.remove(0);
        let body = |resolution| ResolveBody { version: task.version, resolution, note: None };
        for how in [Resolution::Refunded, Resolution::WrittenOff, Resolution::Explained] {
            let refused = discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body(how)).await;
            let Err(AppError::Invalid(wrong)) = refused else { panic!("{how:?}: {refused:?}") };
            assert_eq!(wrong[0].path, "resolution");
        }
        if comes_back {
            let seen = VersionBody { version: again.delivery.version };
            deliveries::take_back(&w.app, &w.by(&w.pharmacy), again.delivery.id, seen.into()).await.unwrap();
            let order = settle(&w, Resolution::Refunded).await;
            assert_eq!((order.state, order.items[0].owed), (prescription::State::Delivered, 0));
            continue;
        }
        let order = settle(&w, Resolution::Resent).await;
        assert_eq!(order.state, prescription::State::Packed);
        let d = w.on_the_road(&again.delivery).await;
        w.receive(&d, &again.parcel_code, 2).await.unwrap();
        assert_eq!(w.see(id).await.state, prescription::State::Delivered);
    }
}

#[tokio::test]
async fn what_another_pharmacy_took_over_is_not_closed_under_its_hands() {
    let w = World::new().await;
    let packed = w.packed().await;
    let d = w.on_the_road(&packed.delivery).await;
    w.receive(&d, &packed.parcel_code, 5).await.unwrap();
    let p = w.see(packed.prescription.id).await;
    let code = yunzhen_domain::records::DeclineCode::OutOfStock;
    let body = yunzhen_relay::app::views::dispenses::DeclineBody { version: p.version, code, reason: None };
    let p = prescriptions::decline(&w.app, &w.by(&w.pharmacy), p.id, body).await.unwrap();
    let body = yunzhen_relay::app::views::common::VersionBody { version: p.version };
    prescriptions::accept(&w.app, &w.by(&w.other_pharmacy), p.id, body).await.unwrap();
    let open = DiscrepancyQuery { state: Some("open".into()), cursor: None };
    let task = discrepancies::list(&w.app, &w.by(&w.pharmacy), open).await.unwrap().items.remove(0);
    let body = ResolveBody { version: task.version, resolution: Resolution::Explained, note: None };
    discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body).await.unwrap();
    let p = w.see(p.id).await;
    assert_eq!((p.state, p.items[0].owed), (prescription::State::Dispensing, 2));
}
