//! A technical failure is an outcome of its own and books itself again; not having come is another.

use yunzhen_domain::audit::EventKind;
use yunzhen_domain::machines::consultation::State;
use yunzhen_domain::records::Urgency;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::{ConsultationSummary, NewConsultation};
use yunzhen_relay::app::{AppError, consultations};

use crate::world::{Person, World, at};

async fn fail(w: &World, by: &Person, c: &ConsultationSummary) -> Result<ConsultationSummary, AppError> {
    let body = ReasonBody { version: c.version, reason: "画面中断".into() };
    consultations::fail(&w.app, &w.by(by), c.id, body).await
}

#[tokio::test]
async fn it_is_booked_again_with_the_same_specialist_at_the_next_free_time() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    w.booked("赵德明", with, "2026-11-23T06:00:00Z").await;
    let other = w.published(&w.other_specialist).await;
    w.booked("王秀英", other, "2026-11-23T06:20:00Z").await;
    let c = w.in_progress("王秀英").await;
    let failed = fail(&w, &w.specialist, &c).await.unwrap();
    assert_eq!(failed.state, State::FailedTechnical);
    let again = w.look(failed.rebooked_as.unwrap()).await;
    assert_eq!((again.state, again.specialist.as_ref().map(|s| s.id)), (State::Scheduled, Some(with)));
    let next = Some(at("2026-11-23T06:40:00Z"));
    assert_eq!(again.scheduled_at, next, "the first time is taken, and at the second the resident is with a colleague");
    assert_eq!((again.resident.id, &again.reason), (c.resident.id, &c.reason));
    // It is an appointment like any other, and can fail again.
    let seen = VersionBody { version: again.version };
    let waiting = consultations::check_in(&w.app, &w.by(&w.nurse), again.id, seen).await.unwrap();
    let failed = fail(&w, &w.nurse, &waiting).await.unwrap();
    let third = w.look(failed.rebooked_as.unwrap()).await;
    assert_eq!(third.scheduled_at, next, "the time it gave back is the next free one");
}

#[tokio::test]
async fn what_cannot_wait_waits_again_at_once() {
    let w = World::new().await;
    w.published(&w.specialist).await;
    w.on_duty(&w.other_specialist, 1).await;
    let resident = w.resident("王秀英").await;
    let ask = NewConsultation { resident_id: resident.id, reason: "胸闷".into(), urgency: Urgency::Urgent };
    let c = consultations::request(&w.app, &w.by(&w.nurse), ask).await.unwrap();
    let c = w.begin(&w.specialist, c.id).await;
    let failed = fail(&w, &w.specialist, &c).await.unwrap();
    let again = w.look(failed.rebooked_as.unwrap()).await;
    assert_eq!((again.state, again.urgency), (State::Waiting, Urgency::Urgent));
    assert_eq!(again.specialist.map(|s| s.id), w.other_specialist.actor.staff_id(), "whoever is on duty");
    assert_eq!(again.queue.unwrap().position, 1);
}

#[tokio::test]
async fn without_a_free_time_it_waits_for_one_and_without_a_specialist_it_is_open() {
    let w = World::new().await;
    // The specialist has published nothing.
    let c = w.in_progress("王秀英").await;
    let failed = fail(&w, &w.specialist, &c).await.unwrap();
    assert_eq!(w.look(failed.rebooked_as.unwrap()).await.state, State::Requested);
    assert_eq!(w.count(EventKind::ConsultationWaitlisted).await, 1);
    let c = w.waiting("赵德明").await;
    let failed = fail(&w, &w.nurse, &c).await.unwrap();
    assert_eq!(w.look(failed.rebooked_as.unwrap()).await.state, State::Requested);
    assert_eq!(w.count(EventKind::ConsultationWaitlisted).await, 1, "nobody to wait for");
}

#[tokio::test]
async fn who_did_not_come_is_not_booked_again_and_the_two_are_told_apart() {
    let w = World::new().await;
    let with = w.published(&w.specialist).await;
    let c = w.booked("王秀英", with, "2026-11-23T06:00:00Z").await.consultation;
    let body = VersionBody { version: c.version };
    let missed = consultations::no_show(&w.app, &w.by(&w.nurse), c.id, body).await.unwrap();
    assert_eq!((missed.state, missed.rebooked_as), (State::NoShow, None));
    assert_eq!(w.count(EventKind::ConsultationRequested).await, 1);
    w.booked("赵德明", with, "2026-11-23T06:00:00Z").await;
}

#[tokio::test]
async fn nobody_breaks_off_what_a_colleague_has_begun() {
    let w = World::new().await;
    let c = w.in_progress("王秀英").await;
    assert!(matches!(fail(&w, &w.other_specialist, &c).await, Err(AppError::Forbidden)));
    assert!(matches!(fail(&w, &w.nurse_of_other_home, &c).await, Err(AppError::NotFound)));
    assert_eq!(fail(&w, &w.specialist, &c).await.unwrap().state, State::FailedTechnical);
    // Before anybody began it, whoever sees it in the waiting room may.
    let c = w.waiting("赵德明").await;
    assert_eq!(fail(&w, &w.other_specialist, &c).await.unwrap().state, State::FailedTechnical);
}
