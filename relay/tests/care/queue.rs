//! Urgent requests: to whom they go, which place they have, and that every home hears when it changes.

use jiff::SignedDuration;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::records::Urgency;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::{ConsultationSummary, NewConsultation, QueuePlace};
use yunzhen_relay::app::views::schedule::{NewShift, Shift};
use yunzhen_relay::app::{consultations, events, schedule};
use yunzhen_relay::jobs::queue;
use yunzhen_store::jobs;

use crate::world::{Person, World};

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

/// How often the other home has heard that the queue moved since row `seq`.
async fn moved_since(w: &World, seq: i64) -> usize {
    let heard = events::after(&w.app, &w.by(&w.nurse_of_other_home), seq).await.unwrap().changes;
    heard.iter().filter(|change| change.kind == EventKind::QueueMoved.as_str()).count()
}

#[tokio::test]
async fn a_specialist_who_stops_remote_care_is_free_for_who_waits() {
    let w = World::new().await;
    w.on_duty(&w.specialist, 1).await;
    let (first, second) = (urgent(&w, "王秀英").await, urgent(&w, "冯淑华").await);
    let seen = w.begin(&w.specialist, first.id).await;
    assert_eq!(w.look(second.id).await.queue, place(1, Some(10)));
    let newest = events::newest(&w.app).await.unwrap();
    let reason = ReasonBody { version: seen.version, reason: "血压 210/120".into() };
    consultations::stop(&w.app, &w.by(&w.specialist), seen.id, reason).await.unwrap();
    assert_eq!(moved_since(&w, newest).await, 1);
    assert_eq!(w.look(second.id).await.queue, place(1, Some(0)));
}

async fn planned(w: &World, who: &Person, in_hours: i64) -> Shift {
    let starts_at = w.now() + SignedDuration::from_hours(in_hours);
    let shift = NewShift {
        specialist_id: who.actor.staff_id().unwrap(),
        line: 1,
        starts_at: starts_at.into(),
        ends_at: (starts_at + SignedDuration::from_hours(8)).into(),
    };
    schedule::plan_duty(&w.app, &w.by(&w.administrator), shift).await.unwrap()
}

#[tokio::test]
async fn duty_that_begins_and_ends_by_the_clock_takes_over_who_waits() {
    let w = World::new().await;
    let first = planned(&w, &w.specialist, 1).await;
    let second = planned(&w, &w.other_specialist, 6).await;
    let c = urgent(&w, "王秀英").await;
    let first_on_duty = w.specialist.actor.staff_id();
    let with = async || w.look(c.id).await.specialist.map(|s| s.id);
    assert_eq!((with().await, c.queue), (None, place(1, None)), "nobody is on duty yet");
    let start = events::newest(&w.app).await.unwrap();
    // An hour passes and nobody does anything; the relay was killed in between, so that the job is claimed twice.
    w.pass(first.starts_at.0.duration_since(w.now()));
    let now = w.now();
    let mut tx = w.app.store.write().await.unwrap();
    let lost = jobs::claim(&mut tx, now, now).await.unwrap().unwrap();
    tx.commit_bookkeeping("a worker that dies").await.unwrap();
    let now = w.now();
    assert_eq!(queue::run(&w.app, now).await.unwrap(), 1);
    assert_eq!((with().await, moved_since(&w, start).await), (first_on_duty, 1));
    assert_eq!((w.look(c.id).await.queue, lost.attempts), (place(1, Some(0)), 1));
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 0, "once");
    // The second turn begins while the first goes on: who waits with somebody on duty stays there.
    w.pass(second.starts_at.0.duration_since(w.now()));
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 1);
    assert_eq!((with().await, moved_since(&w, start).await), (first_on_duty, 2), "the wait is another");
    // The first goes home without having seen her.
    w.pass(first.ends_at.0.duration_since(w.now()));
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 1);
    assert_eq!((with().await, moved_since(&w, start).await), (w.other_specialist.actor.staff_id(), 3));
    // The end of the last turn promises no time to anybody.
    w.pass(second.ends_at.0.duration_since(w.now()));
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 1);
    assert_eq!(w.look(c.id).await.queue, place(1, None));
}

#[tokio::test]
async fn a_turn_that_was_taken_back_moves_nobody_when_its_time_comes() {
    let w = World::new().await;
    let shift = planned(&w, &w.specialist, 1).await;
    let c = urgent(&w, "王秀英").await;
    schedule::remove_duty(&w.app, &w.by(&w.administrator), shift.id).await.unwrap();
    let start = events::newest(&w.app).await.unwrap();
    w.pass(shift.starts_at.0.duration_since(w.now()));
    assert_eq!(queue::run(&w.app, w.now()).await.unwrap(), 1);
    assert_eq!((w.look(c.id).await.specialist, moved_since(&w, start).await), (None, 0));
}

#[tokio::test]
async fn duty_that_is_planned_or_taken_back_moves_the_queue_of_who_waits_now() {
    let w = World::new().await;
    let remove = async |shift: &Shift| {
        schedule::remove_duty(&w.app, &w.by(&w.administrator), shift.id).await.unwrap();
    };
    let start = events::newest(&w.app).await.unwrap();
    remove(&planned(&w, &w.specialist, 0).await).await;
    assert_eq!(moved_since(&w, start).await, 0, "nobody waits");

    let c = urgent(&w, "王秀英").await;
    assert_eq!(c.queue, place(1, None));
    let start = events::newest(&w.app).await.unwrap();
    let tomorrow = planned(&w, &w.specialist, 24).await;
    remove(&tomorrow).await;
    assert_eq!(moved_since(&w, start).await, 0, "the wait is the same");

    let now = planned(&w, &w.specialist, 0).await;
    assert_eq!((moved_since(&w, start).await, w.look(c.id).await.queue), (1, place(1, Some(0))));
    remove(&now).await;
    assert_eq!((moved_since(&w, start).await, w.look(c.id).await.queue), (2, place(1, None)));
}
