//! Short or damaged opens a task with the real quantities; the pharmacy settles it and the nurse sees how.

use yunzhen_domain::machines::discrepancy::{Cause, Resolution, State};
use yunzhen_relay::app::views::discrepancies::{DiscrepancyQuery, ResolveBody};
use yunzhen_relay::app::{AppError, deliveries, discrepancies};

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
    let twice = discrepancies::resolve(&w.app, &w.by(&w.pharmacy), task.id, body(settled.version)).await;
    assert!(matches!(twice, Err(AppError::NotPossible(_))));
    let seen = deliveries::get(&w.app, &w.by(&w.nurse), d.id).await.unwrap();
    assert_eq!(seen.discrepancies[0].note.as_deref(), Some("明天上午补送"));
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
