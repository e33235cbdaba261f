//! Urgent requests: to whom they go, which place they have, and that every home hears when it changes.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::Urgency;
use yunzhen_relay::app::views::common::VersionBody;
use yunzhen_relay::app::views::consultations::{ConsultationSummary, NewConsultation, QueuePlace};
use yunzhen_relay::app::{consultations, events};

use crate::world::World;

async fn urgent(w: &World, name: &str) -> ConsultationSummary {
    let resident = w.resident(name).await;
    let nurse = if resident.home_id == yunzhen_relay::seed::HOME_1 { &w.nurse } else { &w.nurse_of_other_home };
    let ask = NewConsultation { resident_id: resident.id, reason: "胸闷".into(), urgency: Urgency::Urgent };
    consultations::request(&w.app, &w.by(nurse), ask).await.unwrap()
}

fn place(position: u32, wait: Option<i64>) -> Option<QueuePlace> {
    Some(QueuePlace { position, expected_wait_minutes: wait })
}

#[tokio::test]
async fn the_home_sees_its_place_and_a_wait_that_shrinks() {
    let w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    let first = urgent(&w, "王秀英").await;
    assert_eq!(first.specialist.as_ref().map(|s| s.id), w.specialist.actor.staff_id());
    assert_eq!(first.queue, place(1, Some(0)));
    let second = urgent(&w, "冯淑华").await;
    assert_eq!(second.queue, place(2, Some(10)));
    assert_eq!(w.waiting("赵德明").await.queue, None, "what can wait is in no queue");

    let seen = w.begin(&w.specialist, first.id).await;
    w.pass(SignedDuration::from_mins(4));
    assert_eq!(w.look(second.id).await.queue, place(1, Some(6)));
    let newest = events::newest(&w.app).await.unwrap();
    let done = VersionBody { version: seen.version };
    consultations::complete(&w.app, &w.by(&w.specialist), seen.id, done).await.unwrap();
    assert_eq!(w.look(second.id).await.queue, place(1, Some(0)));
    // The other home hears that the queue moved, and nothing else of it.
    let heard = events::after(&w.app, &w.by(&w.nurse_of_other_home), newest).await.unwrap().changes;
    let kinds: Vec<&str> = heard.iter().map(|change| change.kind.as_str()).collect();
    assert_eq!(kinds, ["queue.moved"]);
    assert!(heard[0].entity_id.is_nil() && heard[0].home_id.is_none());
    let pharmacy = events::after(&w.app, &w.by(&w.pharmacy), newest).await.unwrap().changes;
    assert!(pharmacy.is_empty(), "{pharmacy:?}");
}

#[tokio::test]
async fn with_nobody_on_duty_the_place_is_told_and_no_time_is_promised() {
    let w = World::new().await;
    let c = urgent(&w, "王秀英").await;
    assert_eq!((c.specialist, c.queue), (None, place(1, None)));
    assert_eq!(w.count(EventKind::ConsultationDirected).await, 0);
    // Whoever comes on duty later takes it: anybody may.
    let begun = w.begin(&w.other_specialist, c.id).await;
    assert_eq!((begun.specialist.map(|s| s.id), begun.queue), (w.other_specialist.actor.staff_id(), None));
}

#[tokio::test]
async fn two_on_duty_halve_the_wait() {
    let w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    w.on_duty(&w.other_specialist, 2).await;
    let all = [urgent(&w, "王秀英").await, urgent(&w, "赵德明").await, urgent(&w, "冯淑华").await];
    let mut places = Vec::new();
    for c in &all {
        places.push(w.look(c.id).await.queue);
    }
    assert_eq!(places, [place(1, Some(0)), place(2, Some(0)), place(3, Some(10))]);
}
